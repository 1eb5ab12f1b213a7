"""What happens when a pass fails, is given up, or runs short of memory; and that nothing is left behind."""

from __future__ import annotations

import gc
import itertools
import resource

import pytest
import torch
from torch import Tensor, nn

from cnnviz.core import memory
from cnnviz.core.architectures import lenet5, vgg_small
from cnnviz.core.cancel import Cancelled
from cnnviz.core.device import on_cpu
from cnnviz.core.errors import CnnvizError
from cnnviz.core.trace import TraceError, trace


def hooks() -> int:
    module = torch.nn.modules.module
    return len(module._global_forward_hooks) + len(module._global_forward_pre_hooks)


def test_a_failing_operation_is_named_with_both_shapes() -> None:
    network = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Sequential(nn.Flatten(), nn.Linear(99, 2)))
    with pytest.raises(TraceError) as caught:
        trace(network, torch.rand(1, 1, 8, 8))
    error = caught.value
    assert isinstance(error, RuntimeError)
    assert isinstance(error, CnnvizError)
    assert "2.1" in str(error)
    assert "linear" in str(error)
    assert "(1, 144), (2, 99) and (2)" in str(error)
    assert "\n" not in str(error)
    assert [record.key for record in error.trace.records] == ["0", "1", "2.0"]
    assert error.trace["0"].output.shape == (1, 4, 6, 6)
    assert error.trace.logits.shape == (0,)
    assert error.trace.logits_record == -1
    assert isinstance(error.__cause__, RuntimeError)
    assert hooks() == 0
    assert torch.is_grad_enabled()


def test_a_failure_between_operations_is_named_with_its_module() -> None:
    class Fails(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            x = x * 2
            raise ZeroDivisionError("no such luck")

    with pytest.raises(TraceError, match=r"2 with ZeroDivisionError: no such luck") as caught:
        trace(nn.Sequential(nn.ReLU(), nn.ReLU(), Fails()), torch.rand(1, 1, 8, 8))
    assert [record.key for record in caught.value.trace.records] == ["0", "1", "2.mul"]


def test_a_failure_that_the_network_handles_itself() -> None:
    class Careful(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.bad = nn.Linear(3, 3)
            self.good = nn.ReLU()

        def forward(self, x: Tensor) -> Tensor:
            try:
                x = self.bad(x)
            except RuntimeError:
                x = x * 2
            return self.good(x)

    assert [record.key for record in trace(Careful(), torch.rand(1, 8)).records] == ["mul", "good"]


def test_everything_is_as_it_was_found() -> None:
    network = vgg_small().train()
    network[1].eval()
    network[0].weight.requires_grad_(False)
    network[3].weight.grad = torch.ones_like(network[3].weight)
    x = torch.rand(1, 3, 32, 32, requires_grad=True)
    before = [(m.training, len(m._forward_hooks), len(m._forward_pre_hooks)) for m in network.modules()]
    traced = trace(network, x)
    assert [(m.training, len(m._forward_hooks), len(m._forward_pre_hooks)) for m in network.modules()] == before
    assert [p.requires_grad for p in network.parameters()].count(False) == 1
    assert torch.equal(network[3].weight.grad, torch.ones_like(network[3].weight))
    assert x.requires_grad
    assert x.grad is None
    assert not traced.logits.requires_grad
    assert torch.backends.mha.get_fastpath_enabled()
    assert hooks() == 0
    network(x).sum().backward()
    assert x.grad is not None


def test_gradients_can_be_taken_through_what_was_recorded() -> None:
    with torch.inference_mode():
        traced = trace(lenet5().eval(), torch.rand(1, 1, 28, 28))
    weight = torch.ones(6, requires_grad=True)
    (traced["0"].output.mean((0, 2, 3)) * weight).sum().backward()
    assert weight.grad is not None


def test_two_hundred_passes_do_not_grow_memory() -> None:
    network = vgg_small().eval()
    x = torch.rand(1, 3, 32, 32)
    for _ in range(20):
        trace(network, x)
    gc.collect()
    objects, peak = len(gc.get_objects()), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(200):
        trace(network, x)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak  # KiB on Linux
    gc.collect()
    assert len(gc.get_objects()) - objects < 50
    assert grown < 4 * trace(network, x).nbytes / 1024


def test_a_trace_goes_with_its_last_reference() -> None:
    gc.collect()
    gc.disable()  # no cycles: large memory must not wait for the collector
    try:
        traced = trace(vgg_small().eval(), torch.rand(1, 3, 32, 32))
        storage = traced["0"].output.untyped_storage()._weak_ref()
        del traced
        assert torch.UntypedStorage._expired(storage)
    finally:
        gc.enable()


def test_a_pass_that_nobody_wants_is_given_up() -> None:
    for patience in (0, 5):
        asked = itertools.count()
        with pytest.raises(Cancelled):
            trace(vgg_small(), torch.rand(1, 3, 32, 32), wanted=lambda asked=asked, n=patience: next(asked) < n)
        assert next(asked) == patience + 1
    assert hooks() == 0
    trace(vgg_small(), torch.rand(1, 3, 32, 32), wanted=lambda: True)


def test_a_budget_lets_the_largest_outputs_go_and_says_which() -> None:
    network, x = vgg_small().eval(), torch.rand(1, 3, 32, 32)
    whole = trace(network, x)
    budget = whole.nbytes // 2
    traced = trace(network, x, budget=budget)
    assert traced.nbytes - traced.input.nbytes <= budget
    assert traced.dropped == ()
    assert 0 < len(traced.away) < len(traced.records)
    smallest = min(traced[i].nbytes for i in traced.away)
    assert smallest >= max(record.nbytes for record in traced.records[-5:])
    assert torch.equal(traced.logits, whole.logits)
    for mine, other in zip(traced.records, whole.records, strict=True):
        assert (mine.path, mine.op, mine.sources) == (other.path, other.op, other.sources)
        assert (mine.output_shape, mine.axes, mine.input_shapes) == (other.output_shape, other.axes, other.input_shapes)
        assert torch.equal(mine.output, other.output)
    assert traced.nbytes - traced.input.nbytes <= budget, "looking at them keeps none of them in the trace"
    assert traced[traced.away[0]].key in traced.notes[0]
    assert "are computed again when they are looked at" in traced.notes[0]
    assert "KiB" in traced.notes[0]
    assert whole.notes == whole.dropped == whole.away == ()


@pytest.mark.parametrize("inplace", [False, True])
def test_a_budget_of_nothing_keeps_the_logits(inplace: bool) -> None:
    block = [nn.Conv2d(4, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(inplace), nn.Dropout()]
    network = nn.Sequential(*block, *block, nn.Flatten(), nn.ReLU(inplace), nn.Linear(256, 3)).eval()
    x = torch.randn(1, 4, 8, 8)
    whole, traced = trace(network, x), trace(network, x, budget=0)
    assert len(traced.away) == len(traced.records)
    assert traced.nbytes == x.nbytes
    for mine, other in zip(traced.records, whole.records, strict=True):
        assert torch.equal(mine.output, other.output)
    assert [record.sources for record in traced.records] == [record.sources for record in whole.records]
    assert torch.equal(traced.logits, whole.logits)
    assert traced.logits_record == whole.logits_record


def test_dropping_frees_memory_while_the_pass_runs() -> None:
    alive: list[object] = []

    class Looks(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            alive.append(sum(not torch.UntypedStorage._expired(s) for s in storages))
            return x

    storages: list[object] = []

    class Makes(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            y = x + 1
            storages.append(y.untyped_storage()._weak_ref())
            return y

    trace(nn.Sequential(*[Makes() for _ in range(20)], Looks()), torch.rand(1, 1024), budget=5 * 4096)
    assert alive[0] <= 7


def test_out_of_gpu_memory_falls_back_to_the_cpu_and_says_so() -> None:
    class Tight(nn.Module):
        """Raises what a full GPU raises, until its copy on the CPU runs."""

        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(1, 2, 3)

        def forward(self, x: Tensor) -> Tensor:
            if self is tight:
                raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB.")
            return self.conv(x).flatten(1)

    tight = Tight().eval()
    traced = trace(tight, torch.rand(1, 1, 8, 8))
    assert "ran out of memory" in traced.notes[0]
    assert traced.device.type == "cpu"
    assert traced.module is not tight
    with torch.no_grad():
        assert torch.equal(traced.logits, tight.conv(traced.input).flatten())


def test_a_copy_on_the_cpu_shares_nothing() -> None:
    network = vgg_small()
    network[-1].weight.requires_grad_(False)
    copy = on_cpu(network)
    for mine, other in zip(copy.state_dict().values(), network.state_dict().values(), strict=True):
        assert torch.equal(mine, other)
        assert mine.data_ptr() != other.data_ptr()
    assert [p.requires_grad for p in copy.parameters()] == [p.requires_grad for p in network.parameters()]
    assert type(copy[0].weight) is nn.Parameter


def test_recycling_memory_is_harmless() -> None:
    assert memory.recycle() is memory.recycle()
    memory.give_back()
