"""What a small budget let go comes back bit for bit; what cannot is said, never guessed."""

from __future__ import annotations

import gc

import pytest
import torch
from torch import Tensor, nn
from torchvision.models import get_model

from cnnviz.core.trace import Dropped, Trace, trace


def both(network: nn.Module, image: Tensor, budget: int = 0) -> tuple[Trace, Trace]:
    return trace(network, image), trace(network, image, budget=budget)


@pytest.mark.parametrize(
    ("name", "edge", "budget"),
    [
        ("resnet18", 64, 200_000),
        ("mobilenet_v2", 64, 100_000),
        ("mobilenet_v3_small", 64, 50_000),
        ("densenet121", 32, 100_000),
        ("googlenet", 64, 100_000),
        ("shufflenet_v2_x0_5", 64, 20_000),
        ("convnext_tiny", 32, 100_000),
        ("vit_b_32", 224, 1_000_000),
        ("resnet18", 64, 0),
    ],
)
def test_networks_with_a_small_budget(name: str, edge: int, budget: int) -> None:
    torch.manual_seed(0)
    small = {"init_weights": False, "aux_logits": False} if name == "googlenet" else {}
    network = get_model(name, weights=None, **small).eval()
    whole, tight = both(network, torch.randn(1, 3, edge, edge), budget)
    assert tight.away
    assert not tight.dropped
    for mine, other in zip(tight.records, whole.records, strict=True):
        assert torch.equal(mine.output, other.output), mine.key
    # What is copied because it is written over later is counted only when the next output comes.
    assert tight.nbytes - tight.input.nbytes <= 1.1 * budget


class Views(nn.Module):
    """Writes into a part of its memory, cuts it up, and joins it again."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(2, 4, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        x = nn.functional.hardtanh(self.conv(x), -1.0, 1.0, True)
        a, b = x.chunk(2, 1)
        a += 1
        x = torch.cat([b, a], 1)
        x = x.relu_().mul_(2)
        return x.flatten(1).sort().values


def test_outputs_that_were_written_over_and_parts_of_outputs() -> None:
    torch.manual_seed(1)
    whole, tight = both(Views(), torch.randn(1, 2, 8, 8))
    assert [r.key for r in tight.records] == [r.key for r in whole.records]
    for mine, other in zip(tight.records, whole.records, strict=True):
        if not mine.dropped:
            assert torch.equal(mine.output, other.output), mine.key
    first = next(record for record in tight.records if record.dropped)
    assert first.op == "as_strided_scatter", "what was written piece by piece has no operation of its own"
    assert tight.dropped == tuple(range(first.index, len(tight.records))), "and all that comes from it"


def test_chance_is_not_repeated() -> None:
    class Noisy(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return torch.relu(nn.functional.dropout(x + torch.rand_like(x), 0.5, True)) * 2

    tight = trace(Noisy(), torch.ones(1, 1, 4, 4), budget=0)
    assert [record.op for record in tight.records if record.dropped] == ["rand_like", "add", "dropout", "relu", "mul"]
    with pytest.raises(Dropped, match="memory budget"):
        tight["relu"].output
    assert "were not kept" in tight.notes[0]


def test_what_can_be_computed_again_goes_first() -> None:
    class Mixed(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            noise = torch.rand_like(x)
            return torch.relu(x) + torch.sigmoid(x) + noise

    x = torch.rand(1, 1, 100, 100)
    tight = trace(Mixed(), x, budget=x.nbytes)
    assert not tight["rand_like"].dropped
    assert tight["relu"].away
    assert torch.equal(tight["add", 1].output, torch.relu(x) + torch.sigmoid(x) + tight["rand_like"].output)


def test_weights_that_have_changed_since_are_noticed() -> None:
    network = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU()).eval()
    tight = trace(network, torch.rand(1, 1, 8, 8), budget=0)
    before = tight["1"].output.clone()
    with torch.no_grad():
        network[0].weight.add_(1)
    tight["1"].let_go()  # nothing is at hand any more
    gc.collect()
    with pytest.raises(Dropped, match="weights that made it have changed"):
        tight["0"].output
    assert before.shape == (1, 2, 6, 6)


def test_what_was_computed_last_is_at_hand_and_goes_with_its_trace() -> None:
    network = nn.Sequential(*[nn.Conv2d(1, 1, 3, padding=1) for _ in range(4)]).eval()
    tight = trace(network, torch.rand(1, 1, 8, 8), budget=0)
    first = tight["2"].output
    address = first.data_ptr()
    storage = first.untyped_storage()._weak_ref()
    del first
    assert tight["2"].output.data_ptr() == address
    tight["1"].output
    assert torch.UntypedStorage._expired(storage), "one at a time"
    storage = tight["3"].output.untyped_storage()._weak_ref()
    gc.disable()
    try:
        del tight
        assert torch.UntypedStorage._expired(storage)
    finally:
        gc.enable()


def test_a_deep_network_needs_no_deep_stack() -> None:
    network = nn.Sequential(*[nn.Conv1d(1, 1, 1) for _ in range(2000)]).eval()
    whole, tight = both(network, torch.rand(1, 1, 4))
    assert torch.equal(tight.records[-1].output, whole.records[-1].output)
