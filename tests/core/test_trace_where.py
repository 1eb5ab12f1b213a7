"""What stands around the modules during a pass: it changes nothing, meets no other thread, and goes again."""

from __future__ import annotations

import copy
import pickle
import threading
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from cnnviz.core.architectures import lenet5
from cnnviz.core.calls import _CALLS, call_of
from cnnviz.core.trace import Trace, TraceError, trace

LAYERS: list[tuple[nn.Module, tuple[int, ...]]] = [
    (nn.Conv1d(3, 3, 3, padding=1), (2, 3, 8)),
    (nn.Conv2d(3, 4, 3, stride=2, dilation=2), (2, 3, 8, 8)),
    (nn.Conv2d(3, 3, 3, bias=False, padding="same", groups=3), (2, 3, 8, 8)),
    (nn.Conv3d(3, 3, 1), (2, 3, 4, 4, 4)),
    (nn.Linear(8, 2), (2, 3, 8)),
    (nn.Linear(8, 2, bias=False), (2, 8)),
    (nn.BatchNorm1d(3), (2, 3)),
    (nn.BatchNorm2d(3, momentum=None), (2, 3, 8, 8)),
    (nn.BatchNorm3d(3, affine=False), (2, 3, 2, 2, 2)),
    (nn.LayerNorm(8), (2, 3, 8)),
    (nn.LayerNorm(8, elementwise_affine=False), (2, 3, 8)),
    (nn.ReLU(), (2, 8)),
    (nn.ReLU(inplace=True), (2, 8)),
    (nn.ReLU6(inplace=True), (2, 8)),
    (nn.LeakyReLU(0.2), (2, 8)),
    (nn.SiLU(), (2, 8)),
    (nn.Hardswish(), (2, 8)),
    (nn.Hardsigmoid(inplace=True), (2, 8)),
    (nn.GELU("tanh"), (2, 8)),
    (nn.Sigmoid(), (2, 8)),
    (nn.Tanh(), (2, 8)),
    (nn.Dropout(), (2, 8)),
    (nn.MaxPool2d(3, 2, 1, ceil_mode=True), (2, 3, 8, 8)),
    (nn.AvgPool2d(3, count_include_pad=False), (2, 3, 8, 8)),
    (nn.AdaptiveAvgPool2d((1, None)), (2, 3, 8, 8)),
    (nn.Flatten(), (2, 3, 8)),
]


class Watch(TorchFunctionMode):
    """Notes what a mode sees."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[Any, tuple[Any, ...], Mapping[str, Any]]] = []

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func is not Tensor.dim:  # batch norm asks
            self.seen.append((func, args, kwargs or {}))
        return func(*args, **(kwargs or {}))


def same(one: Any, other: Any) -> bool:
    return one is other or (not isinstance(one, Tensor) and type(one) is type(other) and one == other)


def places(module: nn.Module) -> list[bool]:
    return ["_compiled_call_impl" in part.__dict__ or "forward" in part.__dict__ for part in module.modules()]


def told(traced: Trace) -> list[tuple[str, str, tuple[int, ...], nn.Module | None]]:
    return [(record.key, record.op, record.sources, record.module) for record in traced.records]


@pytest.mark.parametrize(("layer", "shape"), LAYERS, ids=[str(layer) for layer, _ in LAYERS])
def test_the_one_call_of_a_layer_is_what_a_mode_sees(layer: nn.Module, shape: tuple[int, ...]) -> None:
    layer.eval()
    x = torch.randn(shape)
    twin = x.clone()
    with torch.no_grad(), Watch() as watch:
        expected = layer(twin)
    ((function, args, kwargs),) = watch.seen
    call = call_of(layer)
    assert call is not None
    given = call.read(layer, args[0])
    assert given is not None
    assert call.function is function
    assert all(same(one, other) for one, other in zip(given[0], args, strict=True))
    assert given[1].keys() == kwargs.keys()
    assert all(same(given[1][name], kwargs[name]) for name in kwargs)
    record = trace(nn.Sequential(layer), x)["0"]
    assert torch.equal(record.output, expected)
    assert record.module is layer
    assert record.sources == (-1,)


def test_every_known_layer_is_tested() -> None:
    assert {type(layer) for layer, _ in LAYERS} == set(_CALLS)


class Louder(nn.Conv2d):
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x) * 2


def pruned() -> nn.Module:
    from torch.nn.utils import prune

    layer = nn.Conv2d(3, 3, 3)
    prune.random_unstructured(layer, "weight", 0.5)
    return layer


def with_own_forward() -> nn.Module:
    layer = nn.ReLU()
    layer.forward = lambda x: torch.relu(x) + 1  # type: ignore[method-assign]
    return layer


@pytest.mark.parametrize(
    ("make", "ops"),
    [
        (lambda: Louder(3, 3, 3), ["conv2d", "mul"]),
        (lambda: nn.Conv2d(3, 3, 3, padding=1, padding_mode="reflect"), ["pad", "conv2d"]),
        (lambda: nn.utils.parametrizations.weight_norm(nn.Conv2d(3, 3, 3)), ["conv2d"]),
        (pruned, ["conv2d"]),
        (with_own_forward, ["relu", "add"]),
        (lambda: nn.BatchNorm2d(3, track_running_stats=False), ["batch_norm"]),
        (lambda: nn.MaxPool2d(2, return_indices=True), ["max_pool2d", "max_pool2d"]),
    ],
)
def test_layers_that_are_more_than_one_call(make: Callable[[], nn.Module], ops: list[str]) -> None:
    layer = make().eval()
    x = torch.randn(1, 3, 8, 8)
    with torch.no_grad():
        expected = layer(x)
    traced = trace(nn.Sequential(layer), x)
    records = [record for record in traced.records if record.sources]
    assert [record.op for record in records] == ops
    expected = expected if isinstance(expected, tuple) else (expected,)
    for value, record in zip(expected, records[-len(expected) :], strict=True):
        assert torch.equal(record.output, value)
        assert record.module is layer


def test_arguments_by_name_and_tensors_of_other_classes() -> None:
    class Special(Tensor):
        pass

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.relu = nn.ReLU()
            self.fc = nn.Linear(8, 2)

        def forward(self, x: Tensor) -> Tensor:
            return self.fc(self.relu(input=x).as_subclass(Special)) + 0

    assert [record.key for record in trace(Net(), torch.randn(1, 8)).records] == ["relu", "fc", "add"]


def test_own_hooks_run_and_may_change_the_output() -> None:
    network = nn.Sequential(nn.Linear(4, 4), nn.ReLU())
    seen: list[str] = []
    network[0].register_forward_pre_hook(lambda *_: seen.append("before"))
    network[0].register_forward_hook(lambda m, args, output: output * 2)
    network[1].register_forward_hook(lambda *_: seen.append("after"))
    x = torch.randn(1, 4)
    with torch.no_grad():
        expected = network(x)
    traced = trace(network, x)
    assert torch.equal(traced.logits, expected[0])
    assert [record.op for record in traced.records] == ["linear", "mul", "relu"]
    assert seen == ["before", "after"] * 2


def test_a_hook_added_by_the_network_itself() -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.relu = nn.ReLU()

        def forward(self, x: Tensor) -> Tensor:
            hook = self.relu.register_forward_hook(lambda m, args, output: output + 1)
            x = self.relu(x)
            hook.remove()
            return x

    assert trace(Net(), torch.zeros(1, 4)).logits.tolist() == [1, 1, 1, 1]


def test_hooks_of_everybody() -> None:
    network, x = lenet5().eval(), torch.rand(1, 1, 28, 28)
    seen: list[nn.Module] = []
    hook = nn.modules.module.register_module_forward_hook(lambda module, *_: seen.append(module))
    try:
        traced = trace(network, x)
    finally:
        hook.remove()
    assert seen == [*network, network]
    assert [record.module for record in traced.records] == list(network)


@pytest.mark.parametrize("fails", [False, True])
def test_nothing_stays_in_the_modules(fails: bool) -> None:
    network = lenet5().eval()
    before = [list(module.__dict__) for module in network.modules()]
    if fails:
        with pytest.raises(TraceError):
            trace(network, torch.rand(1, 2, 28, 28))
    else:
        trace(network, torch.rand(1, 1, 28, 28))
    assert [list(module.__dict__) for module in network.modules()] == before
    assert not torch._C._is_torch_function_mode_enabled()


def test_copies_made_during_a_pass_are_ordinary_modules() -> None:
    made: list[nn.Module] = []

    class Net(nn.Sequential):
        def forward(self, x: Tensor) -> Tensor:
            assert any(places(self))
            made.extend([copy.deepcopy(self[0]), copy.copy(self[0]), pickle.loads(pickle.dumps(self[0]))])
            return super().forward(x)

    network = Net(nn.Linear(4, 4))
    traced = trace(network, torch.randn(1, 4))
    assert traced.records[-1].key == "0"
    with torch.no_grad():
        for module in made:
            assert not any(places(module))
            module.weight = nn.Parameter(torch.zeros(4, 4))
            assert torch.equal(module(torch.ones(1, 4)), module.bias[None])


def test_forward_called_directly() -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.relu = nn.ReLU()

        def forward(self, x: Tensor) -> Tensor:
            return self.relu.forward(x)

    assert [record.op for record in trace(Net(), torch.randn(1, 4)).records] == ["relu"]


def test_a_module_inside_itself() -> None:
    class Twice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.relu = nn.ReLU()

        def forward(self, x: Tensor, again: bool = True) -> Tensor:
            return self(self.relu(x), again=False) + 1 if again else self.relu(x)

    keys = [record.key for record in trace(nn.Sequential(Twice()), torch.randn(1, 4)).records]
    assert keys == ["0.relu", "0.relu#1", "0"]


def test_a_mode_of_the_network_sees_the_layers() -> None:
    watch = Watch()

    class Net(nn.Sequential):
        def forward(self, x: Tensor) -> Tensor:
            with watch:
                return super().forward(x)

    traced = trace(Net(nn.ReLU(), nn.Linear(4, 2)), torch.randn(1, 4))
    assert [function for function, *_ in watch.seen if function in (F.relu, F.linear)] == [F.relu, F.linear]
    assert [record.key for record in traced.records] == ["0", "1"]


def test_a_mode_around_the_trace_sees_the_layers() -> None:
    with Watch() as watch:
        trace(nn.Sequential(nn.ReLU()), torch.randn(1, 4))
    assert F.relu in [function for function, *_ in watch.seen]


def test_a_trace_inside_a_trace() -> None:
    inside: list[Trace] = []

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.part = nn.Sequential(nn.Linear(4, 4), nn.ReLU())

        def forward(self, x: Tensor) -> Tensor:
            inside.append(trace(self.part, x))
            return self.part(x)

    network = Net()
    traced = trace(network, torch.randn(1, 4))
    assert [record.key for record in inside[0].records] == ["0", "1"]
    keys = [record.key for record in traced.records if record.module is not None]
    assert keys == ["part.0", "part.1", "part.0#1", "part.1#1"]  # it ran twice
    assert not any(places(network))


def test_one_network_traced_and_run_in_several_threads_at_once() -> None:
    network = nn.Sequential(nn.Sequential(nn.Linear(16, 16), nn.ReLU(inplace=True)), nn.Linear(16, 4)).eval()
    inputs = [torch.randn(1, 16) for _ in range(4)]
    with torch.no_grad():
        expected = [network(x)[0] for x in inputs]
    start = threading.Barrier(4)
    wrong: list[object] = []

    def work(number: int) -> None:
        start.wait()
        for _ in range(60):
            if number == 3:
                with torch.no_grad():
                    logits = network(inputs[number])[0]
            else:
                traced = trace(network, inputs[number])
                logits = traced.logits
                if [record.key for record in traced.records] != ["0.0", "0.1", "1"]:
                    wrong.append(told(traced))
            if not torch.equal(logits, expected[number]):
                wrong.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert not any(places(network))
    assert not nn.modules.module._global_forward_hooks
    assert not nn.modules.module._global_forward_pre_hooks


def test_a_module_with_another_way_of_being_called() -> None:
    network = nn.Sequential(nn.Linear(4, 4), nn.ReLU())
    network[0].__dict__["_compiled_call_impl"] = compiled = network[0]._call_impl  # as a compiled one has
    traced = trace(network, torch.randn(1, 4))
    assert [record.key for record in traced.records] == ["0", "1"]
    assert traced["0"].module is network[0]
    assert network[0].__dict__["_compiled_call_impl"] is compiled
    with pytest.raises(TraceError, match="failed in 0, where linear was called on"):
        trace(network, torch.randn(1, 5))
