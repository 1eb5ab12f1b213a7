"""Weights kept while a network learns, to go back through with a slider: dense at the beginning, where most happens."""

from __future__ import annotations

from dataclasses import dataclass, field

from torch import Tensor, nn

MEMORY = 256 << 20
"""Bytes that all snapshots of a training may take."""


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """The weights after a step. Nothing changes them any more.

    Attributes
    ----------
    step
        Steps taken before, over all epochs: 0 for the weights before the first.
    epoch
        The epoch of that step, from 1.
    state
        The network's state dict, on the CPU.
    """

    step: int
    epoch: int
    state: dict[str, Tensor] = field(repr=False)

    @property
    def nbytes(self) -> int:
        """How much memory it takes."""
        return sum(tensor.nbytes for tensor in self.state.values())


def state_of(module: nn.Module) -> dict[str, Tensor]:
    """A copy of the state dict on the CPU."""
    return {name: tensor.detach().to("cpu", copy=True) for name, tensor in module.state_dict().items()}


class Snapshots:
    """The snapshots of one training: after steps 0, 1, 2, 4, 8 … and at the end of each epoch, thinned to a limit."""

    def __init__(self, limit: int = MEMORY) -> None:
        self.kept: list[Snapshot] = []
        self._limit = limit

    def wanted(self, step: int) -> bool:
        """Whether a step is one of those that are kept: a power of two, or none yet."""
        return step & (step - 1) == 0

    def take(self, step: int, epoch: int, module: nn.Module) -> Snapshot:
        """Keep the weights as they are; when there are too many, every second one in between is dropped."""
        if self.kept and self.kept[-1].step == step:
            return self.kept[-1]
        snapshot = Snapshot(step, epoch, state_of(module))
        self.kept.append(snapshot)
        while len(self.kept) > 2 and sum(kept.nbytes for kept in self.kept) > self._limit:
            self.kept = [self.kept[0], *self.kept[2:-1:2], self.kept[-1]]
        return snapshot
