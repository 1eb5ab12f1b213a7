"""Where a training is, on disk: written in one go after each epoch, so that a crash loses at most one."""

from __future__ import annotations

import io
import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from operator import attrgetter
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from cnnviz.core.writing import replacing
from cnnviz.training import snapshots
from cnnviz.training.events import EpochEnded, Stepped
from cnnviz.training.settings import TrainingError

_NUMBERS = attrgetter(*(field.name for field in fields(Stepped)))


class CheckpointError(TrainingError):
    """A training cannot go on from there, but could begin again."""


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """A training between two epochs.

    Attributes
    ----------
    identity
        What it belongs to, by the words for what it would be instead: ``"another network"``, ``"other pictures"``.
    epoch, steps
        How many epochs and steps are done.
    state, optimiser
        State dicts of the network and of the optimiser.
    history
        The epochs that are done.
    best
        The weights with the lowest validation loss so far; None where they are not needed.
    rates
        The learning rate that was asked for, 0 for the usual one, and the highest one since somebody changed it.
    told
        What was told of the steps, for the curves.
    """

    identity: dict[str, str]
    epoch: int
    steps: int
    state: dict[str, Tensor] = field(repr=False)
    optimiser: dict[str, Any] = field(repr=False)
    history: tuple[EpochEnded, ...] = ()
    best: dict[str, Tensor] | None = field(default=None, repr=False)
    rates: tuple[float, float] = (0.0, 0.0)
    told: tuple[Stepped, ...] = field(default=(), repr=False)

    def write(self, path: Path) -> None:
        """Write it; the file that was there stays until the new one is whole. Raises ``CnnvizError``."""
        content = {
            "identity": self.identity,
            "epoch": self.epoch,
            "steps": self.steps,
            "state": self.state,
            "optimiser": self.optimiser,
            "history": json.dumps([asdict(epoch) for epoch in self.history]),
            "best": self.best,
            "rates": self.rates,
            "told": torch.tensor([_NUMBERS(step) for step in self.told], dtype=torch.float64),  # (N, numbers of a step)
        }
        buffer = io.BytesIO()
        torch.save(content, buffer)
        with replacing(path) as file:
            file.write(buffer.getbuffer())
            file.flush()
            os.fsync(file.fileno())  # a power cut loses no more than this epoch


def read_checkpoint(path: Path, identity: dict[str, str]) -> Checkpoint:
    """The training to go on with. Nothing in the file is executed.

    Raises
    ------
    CheckpointError
        There is none, it is damaged, or it belongs to another network or to other pictures.
    """
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
        history = tuple(EpochEnded(**epoch) for epoch in json.loads(content["history"]))
        told = tuple(Stepped(*map(int, step[:3]), *step[3:]) for step in content["told"].tolist())
        found = Checkpoint(**{**content, "history": history, "told": told})
    except FileNotFoundError:
        raise CheckpointError(f"There is no training to go on with: {path} does not exist.") from None
    except Exception as error:
        raise CheckpointError(
            f"{path.name} is damaged or no checkpoint of a training: begin again without it.", str(error)
        ) from error
    for words, value in identity.items():
        if found.identity.get(words) != value:
            raise CheckpointError(
                f"{path.name} belongs to {words}: go on with what it was begun with, or begin again without it.",
                f"{found.identity.get(words)} is not {value}",
            )
    return found


def snapshots_of(path: Path) -> Path:
    """The folder beside a checkpoint in which the weights lie that were kept on the way."""
    return path.with_name(f"{path.name}.snapshots")


def forget(path: Path) -> None:
    """Take a checkpoint away, with all that belongs to it."""
    with suppress(OSError):
        path.unlink(missing_ok=True)
    snapshots.forget(snapshots_of(path))
