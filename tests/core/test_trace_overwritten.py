"""A record's value is what its operation produced, whatever wrote into the same memory later."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
import torch
import torch.nn.functional as F
import torchvision
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from cnnviz.core.trace import Trace, trace


class Forward(nn.Module):
    def __init__(self, forward: Callable[..., object], **parts: nn.Module) -> None:
        super().__init__()
        self.function = forward
        for name, part in parts.items():
            setattr(self, name, part)

    def forward(self, x: Tensor) -> object:
        return self.function(self, x)


class Copies(TorchFunctionMode):
    """Copies every output as soon as it is there: slow, and certainly right."""

    def __init__(self) -> None:
        super().__init__()
        self.copies: list[Tensor] = []

    def __torch_function__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
        output = func(*args, **(kwargs or {}))
        if func is torch.Tensor.__setitem__:
            self.copies.append(args[0].clone())
        elif isinstance(output, Tensor):
            self.copies.append(output.clone())
        elif isinstance(output, tuple):
            self.copies += [item.clone() for item in output if isinstance(item, Tensor)]
        return output


def compare(network: nn.Module, x: Tensor) -> Trace:
    """A trace, each output of which equals a copy made on the spot; the input stays as it was."""
    network.eval()
    before = x.clone()
    with torch.no_grad(), Copies() as mode:
        network(x.clone())
    traced = trace(network, x)
    assert torch.equal(x, before)
    assert torch.equal(traced.input, before)
    copies = mode.copies[1:]  # the first is the copy of the input
    values = [record.output for record in traced.records if not record.op.startswith("as_strided")]
    assert len(values) == len(copies)
    for record, value, copy in zip(traced.records, values, copies, strict=False):
        assert torch.equal(value, copy), record
    return traced


def run(forward: Callable[..., object], x: Tensor | None = None, **parts: nn.Module) -> Trace:
    return compare(Forward(forward, **parts), torch.randn(1, 4, 8, 8) if x is None else x)


@pytest.fixture(autouse=True)
def _seed() -> Iterator[None]:
    with torch.random.fork_rng():
        torch.manual_seed(1)
        yield


@pytest.mark.parametrize(
    "name", ["vgg16", "resnet18", "mobilenet_v3_small", "densenet121", "squeezenet1_1", "googlenet"]
)
def test_real_networks(name: str) -> None:
    options = {"init_weights": False} if name == "googlenet" else {}
    network = torchvision.models.get_model(name, weights=None, **options)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.uniform_(-0.1, 0.1)
            module.running_var.uniform_(0.5, 1.5)
    traced = compare(network, torch.randn(1, 3, 64, 64))
    convolutions = [record for record in traced.records if record.op in ("conv2d", "batch_norm")]
    if name in ("vgg16", "resnet18"):
        assert all((record.numpy() < 0).any() for record in convolutions)


def test_an_addition_in_place_leaves_the_branch_alone() -> None:
    def forward(net: nn.Module, x: Tensor) -> Tensor:
        out = net.conv(x)
        out += x
        return net.relu(out)

    traced = run(forward, conv=nn.Conv2d(4, 4, 1), relu=nn.ReLU(inplace=True))
    assert [record.sources for record in traced.records] == [(-1,), (0, -1), (1,)]
    assert (traced["add"].numpy() < 0).any()


def test_a_long_row_of_operations_in_place() -> None:
    def forward(net: nn.Module, x: Tensor) -> Tensor:
        y = x * 2
        for _ in range(40):
            y.add_(1).mul_(0.5).tanh_()
        return y

    traced = run(forward)
    assert max(record.depth for record in traced.records) <= 8


def test_operations_in_place_without_a_form_out_of_place() -> None:
    def forward(net: nn.Module, x: Tensor) -> Tensor:
        y = net.conv(x)
        y[:, 0] = 1
        y.fill_diagonal_(3) if y.ndim == 2 else y.zero_()
        y.copy_(x)
        return y.cumsum_(1)

    traced = run(forward, conv=nn.Conv2d(4, 4, 1))
    assert [record.op for record in traced.records] == ["conv2d", "setitem", "zero", "copy", "cumsum"]
    assert traced["copy"].sources == (2, -1)


def test_shapes_changed_in_place() -> None:
    def forward(net: nn.Module, x: Tensor) -> Tensor:
        y = net.conv(x)
        y.unsqueeze_(0)
        y.transpose_(0, 1).squeeze_(1)
        return y.relu_()

    assert run(forward, conv=nn.Conv2d(4, 4, 1))["conv"].output.shape == (1, 4, 8, 8)


def test_in_place_while_a_view_is_alive() -> None:
    """The view changes with its base: it is a new value, with a record of its own."""

    def forward(net: nn.Module, x: Tensor) -> Tensor:
        y = net.conv(x)
        half = y[:, :2]
        y.relu_()
        return half * 1

    traced = run(forward, conv=nn.Conv2d(4, 4, 1))
    assert [record.op for record in traced.records] == ["conv2d", "getitem", "relu", "as_strided", "mul"]
    assert traced["as_strided"].sources == (2,)
    assert torch.equal(traced["as_strided"].output, traced["relu"].output[:, :2])
    assert (traced["getitem"].numpy() < 0).any()
    assert (traced["mul"].numpy() >= 0).all()


def test_in_place_through_a_view() -> None:
    def forward(net: nn.Module, x: Tensor) -> Tensor:
        y = net.conv(x)
        y[:, :2].relu_()
        return y * 1

    traced = run(forward, conv=nn.Conv2d(4, 4, 1))
    assert [record.op for record in traced.records] == ["conv2d", "getitem", "relu", "as_strided_scatter", "mul"]
    assert traced["as_strided_scatter"].sources == (0, 2)
    assert traced["mul"].sources == (3,)
    assert torch.equal(traced["mul"].output, traced["as_strided_scatter"].output)


def test_a_module_that_writes_into_a_view_of_its_output() -> None:
    def forward(net: nn.Module, x: Tensor) -> Tensor:
        y = net.conv(x)
        y[:, 0].zero_()
        return y

    traced = run(lambda net, x: net.inner(x), inner=Forward(forward, conv=nn.Conv2d(4, 4, 1)))
    assert traced.records[-1].key == "inner"
    assert (traced["inner"].numpy()[0] == 0).all()


def test_reshaped_then_overwritten() -> None:
    run(lambda net, x: net.relu(net.conv(x).flatten(1)), conv=nn.Conv2d(4, 4, 1), relu=nn.ReLU(inplace=True))


def test_dropout_in_eval_then_overwritten() -> None:
    layers = {"conv": nn.Conv2d(4, 4, 1), "dropout": nn.Dropout(inplace=True), "relu": nn.ReLU(inplace=True)}
    traced = run(lambda net, x: net.relu(net.dropout(net.conv(x))), **layers)
    assert [record.sources for record in traced.records] == [(-1,), (0,), (1,)]


def test_detached_and_then_overwritten() -> None:
    conv, x = nn.Conv2d(4, 4, 1), torch.randn(1, 4, 8, 8)
    traced = trace(Forward(lambda net, x: net.conv(x).detach().relu_() + 1, conv=conv), x)
    assert [(record.op, record.sources) for record in traced.records] == [
        ("conv2d", (-1,)),
        ("relu", (0,)),
        ("add", (1,)),
    ]
    with torch.no_grad():
        assert torch.equal(traced["conv"].output, conv(x))
        assert torch.equal(traced["relu"].output, conv(x).relu())


def test_the_input_overwritten() -> None:
    traced = run(lambda net, x: net.relu(x) * 2, relu=nn.ReLU(inplace=True))
    assert (traced.input < 0).any()


def test_a_view_of_the_input_overwritten() -> None:
    x = torch.randn(1, 4, 8, 8)
    traced = trace(Forward(lambda net, x: x[:, :2].relu_() * 2), x.clone())
    assert torch.equal(traced.input, x)


def test_results_written_into_a_tensor() -> None:
    def forward(net: nn.Module, x: Tensor) -> Tensor:
        y = net.conv(x)
        torch.add(y, x, out=y)
        return y * 1

    traced = run(forward, conv=nn.Conv2d(4, 4, 1))
    assert [record.sources for record in traced.records] == [(-1,), (0, -1), (1,)]


def test_results_of_another_type_or_size() -> None:
    def forward(net: nn.Module, x: Tensor) -> Tensor:
        y = net.conv(x)
        y += x.double()  # stays float in place, would be double out of place
        return y.relu_()

    run(forward, conv=nn.Conv2d(4, 4, 1))


def test_transposed_memory() -> None:
    run(lambda net, x: net.conv(x).permute(0, 2, 3, 1).relu_() * 2, conv=nn.Conv2d(4, 4, 1))
    network = nn.Sequential(nn.Conv2d(4, 4, 1), nn.BatchNorm2d(4), nn.ReLU(inplace=True)).to(
        memory_format=torch.channels_last
    )
    compare(network, torch.randn(1, 4, 8, 8).to(memory_format=torch.channels_last))


def test_double_precision() -> None:
    network = nn.Sequential(nn.Conv2d(4, 4, 1), nn.BatchNorm2d(4), nn.Hardswish(inplace=True)).double()
    assert compare(network, torch.randn(1, 4, 8, 8, dtype=torch.float64)).records[1].dtype == torch.float64


def test_weights_trained_after_the_pass_change_no_record() -> None:
    network = nn.Sequential(nn.Conv2d(4, 4, 1), nn.BatchNorm2d(4), nn.ReLU(inplace=True)).eval()
    x = torch.randn(1, 4, 8, 8)
    with torch.no_grad():
        expected = network[1](network[0](x))
    traced = trace(network, x)
    assert traced["1"].kept is None, "computed again, not copied"
    with torch.no_grad():
        network[1].weight.fill_(7)
        network[1].running_mean.data.fill_(3)
    assert torch.equal(traced["1"].output, expected)


def test_batch_norm_in_training_mode() -> None:
    network = nn.Sequential(nn.Conv2d(4, 4, 1), nn.BatchNorm2d(4), nn.ReLU(inplace=True)).train()
    x = torch.randn(2, 4, 8, 8)
    with torch.no_grad():
        expected = F.batch_norm(network[0](x), None, None, training=True)
    traced = trace(network, x)
    assert [record.op for record in traced.records] == ["conv2d", "batch_norm", "relu"]
    assert torch.allclose(traced["1"].output, expected, atol=1e-6)
    assert network[1].num_batches_tracked == 1


def test_a_network_that_remembers_in_a_buffer() -> None:
    class Memory(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.register_buffer("state", torch.zeros(1, 4, 8, 8))

        def forward(self, x: Tensor) -> Tensor:
            self.state.mul_(0.5)
            self.state.add_(x)
            return self.state * 2

    traced = trace(Memory(), torch.rand(1, 4, 8, 8))
    assert [(record.op, record.sources) for record in traced.records] == [("add", (-1,)), ("mul", (0,))]


def test_what_is_computed_again_is_let_go_again() -> None:
    traced = trace(
        nn.Sequential(nn.Conv2d(4, 4, 1), nn.BatchNorm2d(4), nn.ReLU(inplace=True)).eval(), torch.randn(1, 4, 8, 8)
    )
    before = traced.nbytes
    value = traced["1"].output
    assert traced["1"].output is value
    assert traced.nbytes == before
    assert np.array_equal(traced["2"].numpy(), np.maximum(value[0].numpy(), 0))


def test_autocast() -> None:
    network = nn.Sequential(nn.Conv2d(4, 4, 1), nn.BatchNorm2d(4), nn.ReLU(inplace=True))
    with torch.autocast("cpu", torch.bfloat16):
        compare(network, torch.randn(1, 4, 8, 8))


def test_memory_is_that_of_the_distinct_outputs() -> None:
    network = torchvision.models.resnet18(weights=None).eval()
    traced = trace(network, torch.rand(1, 3, 64, 64))
    distinct = sum(record.nbytes for record in traced.records if record.op not in ("flatten",))
    assert traced.nbytes <= 1.1 * distinct
