"""Training from beginning to end: pictures are read, the network is built, learns, is measured, and handed over."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from cnnviz.core.device import choose, describe
from cnnviz.core.errors import CnnvizError
from cnnviz.training.augment import augmentation
from cnnviz.training.checkpoint import Checkpoint, read_checkpoint
from cnnviz.training.control import Control
from cnnviz.training.events import Checked, EpochEnded, Event, Finished, Noted, Snapped, Started
from cnnviz.training.inputs import Batches, Inputs, made_ready
from cnnviz.training.loop import Loop, validated
from cnnviz.training.measure import Measured, measure
from cnnviz.training.network import Network
from cnnviz.training.pictures import DataSet, Pictures, require_learnable, split
from cnnviz.training.result import Trained
from cnnviz.training.settings import Settings, TrainingError
from cnnviz.training.snapshots import Snapshots, state_of
from cnnviz.training.transfer import Features, features, freeze, tail

_NAMED = 10  # broken files that are named


def train(
    data: DataSet,
    network: Network,
    settings: Settings | None = None,
    *,
    control: Control | None = None,
    checkpoint: Path | None = None,
    resume: bool = False,
) -> Iterator[Event]:
    """Train a network; the caller takes event after event, the last one is `Finished`.

    With the same settings, pictures and network, on a CPU with as many threads, every number comes out the same, also
    after resuming. torch's own random numbers are as they were afterwards.

    Parameters
    ----------
    data, network, settings
        What is learned, by whom, and how.
    control
        To pause, stop or change the learning rate from another thread.
    checkpoint
        File that is written after each epoch; None keeps nothing on disk.
    resume
        Go on from that file.

    Raises
    ------
    DataError
        There is nothing that could be learned from.
    TrainingError
        It cannot begin, or the loss is no number any more: what was written after the last epoch stays.
    ModelError
        The network cannot be built.
    Cancelled
        The control said stop before the first step.
    """
    settings, control = settings or Settings(), control or Control()
    require_learnable(data.labels, data.train.classes)
    device = choose(settings.device)
    with torch.random.fork_rng(devices=[device.index or 0] if device.type == "cuda" else []):
        run = _Run(data, network, settings, control, device)
        yield from run.prepared()
        yield from run.trained(checkpoint, resume)
        yield from run.finished()


@dataclass(slots=True, eq=False)
class _Parts:
    """What is learned from, and what is checked with."""

    train: Inputs
    validation: Inputs | None


class _Run:
    """One training: what is known of it so far."""

    def __init__(
        self, data: DataSet, network: Network, settings: Settings, control: Control, device: torch.device
    ) -> None:
        self.data, self.network, self.settings, self.control, self.device = data, network, settings, control, device
        self.vary = augmentation(settings.augment, network.preprocessing.size)
        torch.manual_seed(settings.seed)
        self.module: nn.Module = network.make(data.labels).to(device)
        self.preprocessing = network.preprocessing
        self.snapshots = Snapshots()
        self.history: tuple[EpochEnded, ...] = ()
        self.reason = "finished"

    # Before the first step

    def prepared(self) -> Iterator[Event]:
        """Read the pictures, split them, and take the network apart where only its end learns."""
        yield from map(Noted, (*self.data.notes, *self.network.notes))
        yield from self._fit_notes()
        whole = yield from self._ready(self.data.train, "Reading pictures")
        require_learnable(self.data.labels, whole.classes.numpy())
        held = None
        if self.data.validation is not None and self.settings.validation:
            held = yield from self._ready(self.data.validation, "Reading validation pictures")
            learned = whole
        else:
            rows, checked = split(whole.classes.numpy(), self.settings.validation, self.settings.seed)
            learned = whole.chosen(rows)
            held = whole.chosen(checked) if len(checked) else None
        if self.network.measured:
            mean, std = learned.moments()
            self.preprocessing = replace(self.preprocessing, mean=mean, std=std)
        empty = [label for label, count in zip(self.data.labels, _counts(learned, self.data), strict=True) if not count]
        if empty:
            yield Noted(f"There are no training pictures of {_listed(empty)}: they will never be predicted.")
        self.identity = self._identity(whole)
        self.parts = _Parts(self._on_device(learned), None if held is None else self._on_device(held))
        yield from self._stage()

    def _ready(self, pictures: Pictures, what: str) -> Generator[Event, None, Inputs]:
        inputs = None
        for event in made_ready(pictures, self.preprocessing, what, self.control):
            if isinstance(event, Inputs):
                inputs = event
            else:
                yield event
        assert inputs is not None
        for sentence in inputs.broken[:_NAMED]:
            yield Noted(f"Left out: {sentence}")
        if len(inputs.broken) > _NAMED:
            yield Noted(f"{len(inputs.broken) - _NAMED:,} more pictures cannot be read and are left out.")
        return inputs

    def _fit_notes(self) -> Iterator[Noted]:
        """Says what becomes of pictures that have another size or other channels than the network takes."""
        content, wanted = self.data.train.content, self.preprocessing
        if isinstance(content, np.ndarray):
            height, width = content.shape[1:3]
            grey = content.ndim == 3
            changes = [f"made {wanted.size[1]} × {wanted.size[0]}"] if (height, width) != wanted.size else []
            changes += [] if grey == (wanted.mode == "L") else ["made grey" if not grey else "given three channels"]
            if changes:
                which = f"{width} × {height} {'grey' if grey else 'colour'}"
                yield Noted(f"The pictures ({which}) are {' and '.join(changes)} for {self.network.title}.")

    def _on_device(self, inputs: Inputs) -> Inputs:
        return replace(inputs, preprocessing=self.preprocessing).to(self.device)

    def _stage(self) -> Iterator[Event]:
        """What a batch goes through: the network, or only its last layer, with features computed once."""
        parts, head, unfreeze = self.parts, self.network.head, self.settings.unfreeze
        self.stepped = self.module
        self.learned: Batches = replace(parts.train, vary=self.vary)
        self.checked: Batches | None = parts.validation
        if unfreeze is None:
            return
        if head is None:
            raise TrainingError(
                f"{self.network.name} has learned nothing yet: without --transfer all of it must learn."
            )
        freeze(self.module, head, unfreeze)
        end = tail(self.module, head, parts.train.batch(torch.arange(1))[0]) if not unfreeze and not self.vary else None
        if end is not None:
            begun = time.perf_counter()
            self.stepped = end
            self.learned = yield from self._features(parts.train)
            self.checked = (yield from self._features(parts.validation)) if parts.validation else None
            took = time.perf_counter() - begun
            count = len(parts.train) + (len(parts.validation) if parts.validation else 0)
            yield Noted(
                f"What is frozen ran once over {count:,} pictures, in {took:.1f} s: an epoch runs the last layer alone."
            )

    def _features(self, inputs: Inputs) -> Generator[Event, None, Features]:
        assert self.network.head is not None
        for event in features(self.module, self.network.head, inputs, self.control):
            if isinstance(event, Features):
                return event
            yield event
        raise AssertionError("features are the last thing")

    def _identity(self, whole: Inputs) -> dict[str, str]:
        shapes = str([(name, tuple(tensor.shape)) for name, tensor in self.module.state_dict().items()])
        return {
            "another network": hashlib.sha256(shapes.encode()).hexdigest(),
            "other classes": json.dumps(self.data.labels),
            "other pictures": whole.digest() + str(self.settings.validation),
        }

    # The epochs

    def trained(self, checkpoint: Path | None, resume: bool) -> Iterator[Event]:
        """All epochs, each validated and written down."""
        loop = Loop(self.module, self.stepped, self.learned, self.settings, self.control, self.snapshots)
        self.loop = loop
        best: dict[str, Tensor] | None = None
        if resume:
            best = self._resumed(loop, checkpoint)
        yield self._started(loop)
        yield Snapped(self.snapshots.take(loop.step, len(self.history) + 1, self.module))
        for number in range(len(self.history) + 1, self.settings.epochs + 1):
            ended = yield from self._epoch(loop, number)
            if ended is None:
                self.reason = "stopped"
                return
            self.history += (ended,)
            if self.settings.patience and self._best_epoch() == number:
                best = state_of(self.module)
            yield Snapped(self.snapshots.take(loop.step, number, self.module))
            if checkpoint is not None:
                yield from self._written(loop, checkpoint, best)
            if self.settings.patience and number - self._best_epoch() >= self.settings.patience:
                self.reason = "no better"
                break
        if best is not None:
            self.module.load_state_dict(best)

    def _epoch(self, loop: Loop, number: int) -> Generator[Event, None, EpochEnded | None]:
        for event in loop.epoch(number):
            if not isinstance(event, EpochEnded):
                yield event
                continue
            if self.checked is not None and self.parts.validation is not None:
                found = measure(self.stepped, self.checked, len(self.data.labels))
                loop.require_finite(
                    found.loss, number, loop.steps
                )  # the last step may have spoilt all: keep none of it
                yield Checked(number, found, self.parts.validation)
                event = validated(event, found.loss, found.accuracy)
            yield event
            return event
        return None

    def _best_epoch(self) -> int:
        """The number of the epoch with the lowest validation loss so far."""
        best = min(self.history, key=lambda epoch: epoch.validation_loss or 0.0)
        return best.epoch

    def _started(self, loop: Loop) -> Started:
        return Started(
            len(self.parts.train),
            0 if self.parts.validation is None else len(self.parts.validation),
            _counts(self.parts.train, self.data),
            self.data.labels,
            loop.steps,
            len(self.history) + 1,
            self.settings.epochs,
            sum(p.numel() for p in self.module.parameters()),
            sum(p.numel() for p in self.module.parameters() if p.requires_grad),
            loop.highest,
            describe(self.device),
            self.preprocessing,
            self.history,
        )

    def _resumed(self, loop: Loop, path: Path | None) -> dict[str, Tensor] | None:
        if path is None:
            raise TrainingError("There is no file to go on from: name the one that was written.")
        found = read_checkpoint(path, self.identity)
        if found.epoch >= self.settings.epochs:
            raise TrainingError(f"{path.name} has {found.epoch} epochs behind it already: ask for more of them.")
        self.module.load_state_dict(found.state)
        loop.optimiser.load_state_dict(found.optimiser)
        loop.step, self.history = found.steps, found.history
        return found.best

    def _written(self, loop: Loop, path: Path, best: dict[str, Tensor] | None) -> Iterator[Noted]:
        """Write a checkpoint; a full disk does not end the training."""
        state, optimiser = state_of(self.module), loop.optimiser.state_dict()
        now = Checkpoint(self.identity, len(self.history), loop.step, state, optimiser, self.history, best)
        try:
            now.write(path)
        except CnnvizError as error:
            yield Noted(f"{error} The training goes on without.")

    # Afterwards

    def finished(self) -> Iterator[Event]:
        """Measure what was learned, unless it was stopped, and hand it over."""
        validation = test = tested = None
        count = len(self.data.labels)
        if self.reason != "stopped":
            if self.parts.validation is not None:
                validation = measure(self.module, self.parts.validation, count)
            if self.data.test is not None and len(self.data.test):
                ready = yield from self._ready(self.data.test, "Reading test pictures")
                tested = self._on_device(ready)
                test = measure(self.module, tested, count)
        self.module.requires_grad_(True)
        yield Finished(self._result(validation, test, tested))

    def _result(self, validation: Measured | None, test: Measured | None, tested: Inputs | None) -> Trained:
        return Trained(
            self.module.cpu().eval(),
            self.network,
            self.data,
            replace(self.settings, rate=self.loop.highest),
            self.preprocessing,
            self.history,
            tuple(self.snapshots.kept),
            validation,
            test,
            self.parts.validation,
            tested,
            self.reason,
        )


def _counts(inputs: Inputs, data: DataSet) -> tuple[int, ...]:
    return tuple(torch.bincount(inputs.classes, minlength=len(data.labels)).tolist())


def _listed(names: Iterable[str]) -> str:
    every = [f"“{name}”" for name in names]
    return ", ".join(every[:5]) + (f" and {len(every) - 5:,} more" if len(every) > 5 else "")
