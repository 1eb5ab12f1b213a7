"""Weights kept while a network learns, to go back through with a slider: dense at the beginning, where most happens."""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from cnnviz.core.writing import replacing

MEMORY = 256 << 20
"""Bytes that all snapshots of a training may take, in memory and once more on disk."""

_SUFFIX = ".safetensors"


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

    def take(self, step: int, epoch: int, module: nn.Module) -> tuple[Snapshot, ...]:
        """Keep the weights as they are; when there are too many, every second one in between is dropped.

        Returns all that are kept now, the newest last.
        """
        if not self.kept or self.kept[-1].step != step:
            self.kept.append(Snapshot(step, epoch, state_of(module)))
        while len(self.kept) > 2 and sum(kept.nbytes for kept in self.kept) > self._limit:
            self.kept = [self.kept[0], *self.kept[2:-1:2], self.kept[-1]]
        return tuple(self.kept)

    def write(self, folder: Path) -> None:
        """Bring a folder to what is kept, a file each: new ones are written whole or not at all, others go.

        Raises ``CnnvizError`` when one cannot be written.
        """
        files = {snapshot.step: folder / f"{snapshot.step}{_SUFFIX}" for snapshot in self.kept}
        with suppress(OSError):
            folder.mkdir(exist_ok=True)  # where it fails the first file says why
        for file in folder.glob(f"*{_SUFFIX}"):
            if file not in files.values():
                file.unlink(missing_ok=True)
        for snapshot in self.kept:
            if not files[snapshot.step].exists():
                tensors = {name: tensor.contiguous() for name, tensor in snapshot.state.items()}
                with replacing(files[snapshot.step]) as target:
                    target.write(save(tensors, {"epoch": str(snapshot.epoch)}))

    def read(self, folder: Path, steps: int) -> None:
        """Keep again what was written up to a step; a file that is damaged is left out."""
        found = []
        for file in folder.glob(f"*{_SUFFIX}"):
            with suppress(OSError, ValueError, SafetensorError), safe_open(file, "pt") as content:
                state = {name: content.get_tensor(name) for name in content.keys()}  # noqa: SIM118, it is no dict
                found.append(Snapshot(int(file.stem), int(content.metadata()["epoch"]), state))
        self.kept = sorted((one for one in found if one.step <= steps), key=lambda one: one.step)


def forget(folder: Path) -> None:
    """Take away what was written."""
    shutil.rmtree(folder, ignore_errors=True)
