"""What is recorded: operations, names, paths, calls and sources."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from cnnviz.core.architectures import lenet5
from cnnviz.core.errors import CnnvizError
from cnnviz.core.trace import Record, Source, Trace, trace


class Forward(nn.Module):
    """A network whose forward is a function of the network and its input."""

    def __init__(self, forward: Callable[..., object], **parts: nn.Module) -> None:
        super().__init__()
        self.function = forward
        for name, part in parts.items():
            setattr(self, name, part)

    def forward(self, x: Tensor) -> object:
        return self.function(self, x)


def run(forward: Callable[..., object], x: Tensor | None = None, **parts: nn.Module) -> Trace:
    return trace(Forward(forward, **parts).eval(), torch.randn(1, 4, 8, 8) if x is None else x)


def told(traced: Trace) -> list[tuple[str, str, tuple[int, ...]]]:
    return [(record.key, record.op, record.sources) for record in traced.records]


def test_a_chain() -> None:
    x = torch.rand(1, 1, 28, 28)
    network = lenet5().eval()
    traced = trace(network, x)
    ops = "conv2d relu max_pool2d conv2d relu max_pool2d flatten linear relu linear relu linear".split()
    assert told(traced) == [(str(i), op, (i - 1,)) for i, op in enumerate(ops)]
    assert [record.call for record in traced.records] == [0] * 12
    assert traced.logits_record == 11
    assert torch.equal(traced.input, x)
    assert traced.module is network
    assert traced.model is None
    assert [record.module for record in traced.records] == list(network)
    with torch.no_grad():
        value = x
        for module, record in zip(network, traced.records, strict=True):
            value = module(value)
            assert torch.equal(record.output, value)
            assert record.output_shape == tuple(value.shape[1:])
            assert np.array_equal(record.numpy(), value[0].numpy())
    assert torch.equal(traced.logits, value[0])


def test_functional_operations_are_records() -> None:
    def forward(net: nn.Module, x: Tensor) -> Tensor:
        x = F.relu(net.conv(x))
        x = F.max_pool2d(x, 2)
        x = torch.cat([x, x + 1], 1)
        return torch.flatten(x, 1).softmax(1)

    assert told(run(forward, conv=nn.Conv2d(4, 2, 3))) == [
        ("conv", "conv2d", (-1,)),
        ("relu", "relu", (0,)),
        ("max_pool2d", "max_pool2d", (1,)),
        ("add", "add", (2,)),
        ("cat", "cat", (2, 3)),
        ("flatten", "flatten", (4,)),
        ("softmax", "softmax", (5,)),
    ]


def test_operators_bear_the_functional_name() -> None:
    def forward(net: nn.Module, x: Tensor) -> Tensor:
        y = 1 - x
        y = y + x
        y += x
        y = y.add_(x)
        y = 2 * y / 3
        y = (-y) ** 2 - x
        y = x @ y
        y = 2 / (1 + abs(y))
        y -= x
        return y % 2

    ops = [record.op for record in run(forward).records]
    assert ops == "sub add add add mul div neg pow sub matmul abs add div sub remainder".split()


@pytest.mark.parametrize(
    ("function", "op"),
    [
        (lambda x: F.max_pool2d(x, 2, return_indices=True)[0], "max_pool2d"),
        (lambda x: F.adaptive_avg_pool2d(x, 1), "adaptive_avg_pool2d"),
        (lambda x: F.adaptive_max_pool2d(x, 1, return_indices=True)[0], "adaptive_max_pool2d"),
        (lambda x: torch.relu_(x), "relu"),
        (lambda x: F.relu(x, inplace=True), "relu"),
        (lambda x: F.leaky_relu_(x), "leaky_relu"),
        (lambda x: x.view(1, -1), "view"),
        (lambda x: x[:, 0], "getitem"),
        (lambda x: x.mT, "transpose"),
        (lambda x: torch.concat([x, x]), "cat"),
        (lambda x: x.multiply(2), "mul"),
        (lambda x: x.double(), "to"),
        (lambda x: torch.ops.aten.relu.default(x), "relu"),
        (lambda x: F.interpolate(x, scale_factor=2.0), "interpolate"),
        (lambda x: torch.einsum("nchw->nc", x), "einsum"),
        (lambda x: x.clamp_(0, 6), "clamp"),
        (lambda x: x.unsqueeze_(0), "unsqueeze"),
        (lambda x: F.gelu(x), "gelu"),
    ],
)
def test_names(function: Callable[[Tensor], Tensor], op: str) -> None:
    assert run(lambda net, x: function(x * 1)).records[1].op == op


def test_questions_make_no_records() -> None:
    def forward(net: nn.Module, x: Tensor) -> Tensor:
        assert x.shape[0] == x.size(0) == len(x)
        assert x.dim() == x.ndim
        assert not x.requires_grad
        assert x.is_contiguous()
        if x.sum().item() == float("inf"):
            return x
        return x.contiguous().to(x.dtype).detach().mul(2)

    assert told(run(forward)) == [("sum", "sum", (-1,)), ("mul", "mul", (-1,))]


def test_paths_are_the_innermost_module_whose_output_it_is() -> None:
    block = nn.Sequential(nn.Conv2d(4, 4, 3, padding=1, padding_mode="reflect"), nn.Sequential(nn.ReLU()))
    traced = run(lambda net, x: net.block(x) + x, block=block)
    assert told(traced) == [
        ("block.0.pad", "pad", (-1,)),
        ("block.0", "conv2d", (0,)),
        ("block.1.0", "relu", (1,)),
        ("add", "add", (2, -1)),
    ]
    assert traced.records[0].module is None
    assert traced.records[1].module is block[0]
    assert traced.records[2].module is block[1][0]


def test_a_module_whose_own_operation_comes_last() -> None:
    inner = Forward(lambda net, x: net.conv(x) + x, conv=nn.Conv2d(4, 4, 1))
    traced = run(lambda net, x: net.inner(x) * 2, inner=inner)
    assert [record.key for record in traced.records] == ["inner.conv", "inner", "mul"]
    assert traced["inner"].op == "add"
    assert traced["inner"].module is inner


def test_the_network_itself_may_be_one_operation() -> None:
    conv = nn.Conv2d(4, 2, 1)
    traced = trace(conv, torch.rand(1, 4, 8, 8))
    assert told(traced) == [("conv2d", "conv2d", (-1,))]
    assert traced.records[0].module is conv


def test_one_module_run_three_times_is_three_records() -> None:
    traced = run(lambda net, x: net.relu(net.relu(net.relu(x) - 1) - 1), relu=nn.ReLU())
    assert [record.key for record in traced.records] == ["relu", "sub", "relu#1", "sub#1", "relu#2"]
    assert traced["relu", 2] is traced.records[4] is traced["relu#2"] is traced.find("relu#2")
    assert traced["relu"] is traced.find("relu#0") is traced.records[0]
    assert [record.call for record in traced.records] == [0, 0, 1, 1, 2]


def test_a_module_made_on_the_fly_belongs_to_its_maker() -> None:
    traced = run(lambda net, x: net.inner(x), inner=Forward(lambda net, x: nn.ReLU()(x) + 1))
    assert [record.key for record in traced.records] == ["inner.relu", "inner"]


def test_a_module_with_two_names_goes_by_the_first() -> None:
    relu = nn.ReLU()
    traced = run(lambda net, x: net.second(net.first(x)), first=relu, second=relu)
    assert [record.key for record in traced.records] == ["first", "first#1"]


def test_identity_makes_no_record_and_dropout_in_eval_one() -> None:
    layers = nn.Sequential(nn.ReLU(), nn.Identity(), nn.Dropout(), nn.Identity(), nn.Dropout2d(inplace=True), nn.ReLU())
    traced = trace(layers.eval(), torch.randn(1, 4, 8, 8))
    assert told(traced) == [
        ("0", "relu", (-1,)),
        ("2", "dropout", (0,)),
        ("4", "dropout2d", (1,)),
        ("5", "relu", (2,)),
    ]
    assert torch.equal(traced["2"].output, traced["0"].output)


def test_a_skip_around_dropout_has_its_own_source() -> None:
    def forward(net: nn.Module, x: Tensor) -> Tensor:
        x = x + 1
        return x * net.dropout(x)

    traced = run(forward, dropout=nn.Dropout())
    assert traced["mul"].sources == (0, 1)


def test_flatten_that_changes_nothing_is_a_record() -> None:
    traced = trace(nn.Sequential(nn.ReLU(), nn.Flatten(), nn.Linear(3, 2)), torch.rand(1, 3))
    assert told(traced) == [("0", "relu", (-1,)), ("1", "flatten", (0,)), ("2", "linear", (1,))]


def test_outputs_of_chunk_pool_and_max() -> None:
    def forward(net: nn.Module, x: Tensor) -> Tensor:
        a, b = x.chunk(2, 1)
        values, indices = net.pool(a)
        largest, _ = b.max(1)
        return (values + indices).sum() + largest.sum()

    traced = run(forward, pool=nn.MaxPool2d(2, return_indices=True))
    assert told(traced) == [
        ("chunk", "chunk", (-1,)),
        ("chunk#1", "chunk", (-1,)),
        ("pool", "max_pool2d", (0,)),
        ("pool#1", "max_pool2d", (0,)),
        ("max", "max", (1,)),
        ("max#1", "max", (1,)),
        ("add", "add", (2, 3)),
        ("sum", "sum", (6,)),
        ("sum#1", "sum", (4,)),
        ("add#1", "add", (7, 8)),
    ]
    assert [record.part for record in traced.records[:6]] == [0, 1] * 3
    assert torch.equal(traced["chunk", 1].output, traced.input[:, 2:])
    assert traced["pool", 1].output.dtype == torch.int64
    assert traced["pool", 1].numpy().dtype == np.float32


def test_unpacking_a_tensor_keeps_its_source() -> None:
    def forward(net: nn.Module, x: Tensor) -> Tensor:
        q, k, v, _ = x[0]
        return (q + k) * v

    traced = run(forward)
    assert [record.op for record in traced.records] == ["getitem"] + ["unbind"] * 4 + ["add", "mul"]
    assert traced["mul"].sources == (5, 3)


def test_multi_head_attention_is_entered() -> None:
    torch.manual_seed(0)
    attention = nn.MultiheadAttention(8, 2, batch_first=True).eval()
    tokens = torch.rand(1, 5, 8)
    traced = run(lambda net, x: net.attention(x, x, x, need_weights=False), tokens, attention=attention)
    ops = [record.op for record in traced.records]
    assert "linear" in ops
    assert "scaled_dot_product_attention" in ops
    assert "multi_head_attention_forward" not in ops
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        with torch.no_grad():
            bare, _ = attention(tokens, tokens, tokens, need_weights=False)
    finally:
        torch.backends.mha.set_fastpath_enabled(True)
    assert torch.equal(traced.records[-1].output, bare)
    assert all(record.sources for record in traced.records)


def test_constants_made_from_parameters_have_no_sources() -> None:
    traced = run(lambda net, x: F.conv2d(x, net.conv.weight * 2), conv=nn.Conv2d(4, 2, 1))
    assert told(traced) == [("mul", "mul", ()), ("conv2d", "conv2d", (-1, 0))]


def test_arguments_are_the_true_ones() -> None:
    conv = nn.Conv2d(4, 2, 3, stride=2)
    traced = run(lambda net, x: torch.cat([net.conv(x), net.conv(x)], dim=1), conv=conv)
    assert traced.records[0].args[0] == Source(-1)
    assert traced.records[0].args[1] is conv.weight
    assert traced.records[0].args[2] is conv.bias
    assert traced.records[0].args[3] == (2, 2)
    assert traced["cat"].args == ([Source(0), Source(1)],)
    assert traced["cat"].kwargs == {"dim": 1}
    assert traced["cat"].sources == (0, 1)
    assert traced.tensor(-1) is traced.input
    assert torch.equal(traced.tensor(1), traced.records[1].output)


def test_recurrent_networks_give_three_tensors() -> None:
    traced = run(lambda net, x: net.lstm(x[0])[0], lstm=nn.LSTM(8, 3))
    assert [(record.key, record.part) for record in traced.records if record.op == "lstm"] == [
        ("lstm", 0),
        ("lstm#1", 1),
        ("lstm#2", 2),
    ]


def test_a_scripted_part_is_one_record() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch.jit is deprecated, and still what people have
        part = torch.jit.script(nn.Sequential(nn.Conv2d(4, 4, 1), nn.ReLU()))
    traced = run(lambda net, x: net.part(x * 2) + 1, part=part)
    assert told(traced) == [("mul", "mul", (-1,)), ("part", "Sequential", (0,)), ("add", "add", (1,))]


def test_a_module_that_returns_its_own_weight_is_no_operation() -> None:
    class Table(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(torch.ones(1, 4, 8, 8))

        def forward(self, x: Tensor) -> Tensor:
            return self.weight

    assert told(run(lambda net, x: x + net.table(x), table=Table())) == [("add", "add", (-1,))]


def test_what_other_threads_run_is_not_recorded() -> None:
    other = nn.Sequential(nn.ReLU(), nn.ReLU())

    def forward(net: nn.Module, x: Tensor) -> Tensor:
        thread = threading.Thread(target=lambda: other(torch.rand(2)))
        thread.start()
        thread.join()
        return net.relu(x)

    assert told(run(forward, relu=nn.ReLU())) == [("relu", "relu", (-1,))]


def test_records_that_do_not_exist() -> None:
    traced = run(lambda net, x: net.first(x) + 1, first=nn.ReLU())
    with pytest.raises(CnnvizError, match="first"):
        traced["fist"]
    with pytest.raises(CnnvizError, match="no layer"):
        traced["first", 1]
    with pytest.raises(CnnvizError, match="0 to 1"):
        traced[7]
    assert traced[traced.records[0]] is traced.records[0]
    assert isinstance(traced[1], Record)
    assert "first" in repr(traced[0])
    assert "2 records" in repr(traced)


def test_a_bare_module_takes_tensors_only() -> None:
    with pytest.raises(CnnvizError, match="tensor"):
        trace(nn.ReLU(), "seven.png")


def test_numpy_is_read_only() -> None:
    with pytest.raises(ValueError, match="read-only"):
        run(lambda net, x: x * 2).records[0].numpy()[0] = 0
