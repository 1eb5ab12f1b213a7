"""Transfer learning beside training from nothing: the same network, the same pictures, the same epochs."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import torch

from cnnviz.figure import percent
from cnnviz.training.control import Control
from cnnviz.training.events import EpochEnded, Event, Finished, Started
from cnnviz.training.network import Network, from_nothing
from cnnviz.training.pictures import DataSet
from cnnviz.training.result import Trained
from cnnviz.training.settings import Settings
from cnnviz.training.train import train


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """What one of the two tells: the one that goes on from what it knows, or the one that begins from nothing."""

    nothing: bool
    event: Event


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """What both have come to."""

    transfer: Trained = field(repr=False)
    nothing: Trained = field(repr=False)

    @property
    def sentence(self) -> str:
        """Both shares of right answers, as measured, and whether so many pictures can tell them apart."""
        sides = (self.transfer, self.nothing)
        measured = [(side.test or side.validation) for side in sides]
        if measured[0] is None or measured[1] is None:
            return "There are no pictures to measure the two with: give some for validation."
        (known, alone), count = [found.accuracy for found in measured if found is not None], len(measured[0].losses)
        which = "test" if self.transfer.test else "validation"
        first, second = percent(known), percent(alone)
        said = f"{first} of {count:,} {which} pictures right with what it had learned before, {second} from nothing"
        deviation = math.sqrt((known * (1 - known) + alone * (1 - alone)) / count)  # of the difference, by chance
        if abs(known - alone) <= 2 * deviation:
            return f"{said}: so near that {count:,} pictures cannot tell which is better."
        return f"{said}: {100 * abs(known - alone):.1f} points {'more' if known > alone else 'less'}."


def alone(settings: Settings) -> Settings:
    """The same for a network that begins from nothing: all of it learns, at the rate that is usual then."""
    return replace(settings, unfreeze=None, rate=None)


def beside(checkpoint: Path) -> Path:
    """Where the side that begins from nothing has its checkpoint."""
    return checkpoint.with_suffix(".nothing")


def compared(
    data: DataSet,
    network: Network,
    settings: Settings,
    *,
    control: Control | None = None,
    checkpoint: Path | None = None,
    resume: bool = False,
) -> Iterator[Side | Comparison]:
    """Train a network that knows something, and the same from nothing; last comes the `Comparison`.

    They take turns, an epoch each, the one that is behind first; every number is what it would be if each ran by
    itself, also after resuming: each side has its checkpoint, and one that has none yet begins. Parameters are those of
    `cnnviz.training.train.train`, and so is what is raised.
    """
    control = control or Control()
    asked = ((network, settings), (from_nothing(network), alone(settings)))
    files = (checkpoint, checkpoint and beside(checkpoint))
    runs = tuple(
        train(data, side, how, control=control, checkpoint=file, resume=resume and bool(file and file.is_file()))
        for (side, how), file in zip(asked, files, strict=True)
    )
    ended: dict[int, Trained] = {}
    epochs = {0: -1, 1: -1}  # that are behind those that still learn; at first both are made ready
    with torch.random.fork_rng(devices=range(torch.cuda.device_count())):
        while epochs:
            number = min(epochs, key=epochs.__getitem__)  # after resuming one may be ahead
            for event in runs[number]:
                if isinstance(event, Finished):
                    ended[number] = event.trained
                yield Side(bool(number), event)
                if isinstance(event, Started | EpochEnded):
                    epochs[number] = event.epoch - isinstance(event, Started)
                    break
            else:
                del epochs[number]
    yield Comparison(ended[0], ended[1])
