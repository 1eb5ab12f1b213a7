"""Training from beginning to end: pictures are read, the network is built, learns, is measured, and handed over."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor, nn

from cnnviz.core.cancel import Cancelled
from cnnviz.core.device import choose, describe
from cnnviz.core.errors import CnnvizError
from cnnviz.training.checkpoint import Checkpoint, read_checkpoint, snapshots_of
from cnnviz.training.control import Control
from cnnviz.training.events import Checked, EpochEnded, Event, Finished, Noted, Progressed, Snapped, Started, Stepped
from cnnviz.training.inputs import Batches, Inputs
from cnnviz.training.loop import Loop, validated
from cnnviz.training.measure import Measured, measure
from cnnviz.training.network import Network
from cnnviz.training.pictures import DataSet, require_learnable
from cnnviz.training.prepare import Prepared, counts
from cnnviz.training.result import Trained
from cnnviz.training.settings import Settings, TrainingError
from cnnviz.training.snapshots import Snapshots, forget, state_of

_TOLD = 2000  # steps whose numbers are kept for the curves; every second one is dropped beyond


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
        File that is written after each epoch, with a folder of kept weights beside it; None keeps nothing on disk.
    resume
        Go on from that file, with the curves and the weights that were kept.

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
        ready = Prepared(data, network, settings, control, device)
        yield from ready.read()
        run = _Run(ready, checkpoint)
        yield from run.trained(resume)
        yield from run.finished()


class _Run:
    """The epochs of one training, and what is known of it so far."""

    def __init__(self, ready: Prepared, checkpoint: Path | None) -> None:
        self.ready, self.settings, self.module, self.checkpoint = ready, ready.settings, ready.module, checkpoint
        self.snapshots = Snapshots()
        self.loop = Loop(
            ready.module, ready.stepped, ready.learned, ready.settings, ready.control, self.snapshots
        )  # fmt: skip
        self.history: tuple[EpochEnded, ...] = ()
        self.told: list[Stepped] = []
        self.best: dict[str, Tensor] | None = None
        self.found: Measured | None = None  # what the validation pictures said after the last epoch
        self.reason = "finished"
        self.others = True  # what lies beside the checkpoint is of another training

    def trained(self, resume: bool) -> Iterator[Event]:
        """All epochs, each validated and written down."""
        if resume:
            self._resume()
        yield self._started()
        yield Snapped(self.snapshots.take(self.loop.step, len(self.history) + 1, self.module))
        if self.history and not (yield from self._check(len(self.history))):
            return
        while len(self.history) < self.settings.epochs and not self._no_better():
            yield from self._epoch(len(self.history) + 1)
            if self.reason == "stopped":
                return
        if self._no_better():
            self.reason = "no better"
        if self.best is not None:
            self.module.load_state_dict(self.best)
            self.found = self.found if self._best_epoch() == len(self.history) else None

    def _epoch(self, number: int) -> Iterator[Event]:
        """One epoch; what it learned is on disk before it is told that it has ended."""
        ended = None
        for event in self.loop.epoch(number):
            if isinstance(event, EpochEnded):
                ended = event
                continue
            if isinstance(event, Stepped):
                self._remember(event)
            yield event
        if ended is None:
            self.reason = "stopped"
        elif (yield from self._check(number)):
            yield from self._keep(number, ended)

    def _keep(self, number: int, ended: EpochEnded) -> Iterator[Event]:
        """The epoch is done: it is written down, and then told."""
        if (found := self.found) is not None:
            self.loop.require_finite(found.loss, number, self.loop.steps)  # the last step may spoil all
            ended = validated(ended, found.loss, found.accuracy)
        self.history += (ended,)
        if self.settings.patience and self._best_epoch() == number:
            self.best = state_of(self.module)
        kept = self.snapshots.take(self.loop.step, number, self.module)
        yield from self._write()
        yield ended
        yield Snapped(kept)

    def _check(self, number: int) -> Generator[Event, None, bool]:
        """What the network says of the validation pictures; False where it was stopped before it was known."""
        ready = self.ready
        if ready.checked is None or ready.held is None:
            return True
        try:
            self.found = yield from self._measured(ready.stepped, ready.checked, "validation")
        except Cancelled:
            self.reason = "stopped"
            return False
        yield Checked(number, self.found, ready.held)
        return True

    def _measured(self, module: nn.Module, batches: Batches, which: str) -> Generator[Event, None, Measured]:
        ready = self.ready
        for event in measure(
            module, batches, len(ready.data.labels), ready.control, f"Measuring with {which} pictures"
        ):
            if isinstance(event, Measured):
                return event
            yield event
        raise AssertionError("what was measured is the last thing")

    def _remember(self, step: Stepped) -> None:
        self.told.append(step)
        if len(self.told) > _TOLD:
            del self.told[1:-1:2]

    def _best_epoch(self) -> int:
        """The number of the epoch with the lowest validation loss so far."""
        return min(self.history, key=lambda epoch: epoch.validation_loss or 0.0).epoch

    def _no_better(self) -> bool:
        """Whether it has not grown better for as long as one had patience."""
        patience = self.settings.patience
        return bool(patience and self.history) and len(self.history) - self._best_epoch() >= patience

    def _started(self) -> Started:
        ready, loop = self.ready, self.loop
        return Started(
            len(ready.train),
            0 if ready.held is None else len(ready.held),
            counts(ready.train, ready.data),
            ready.data.labels,
            loop.steps,
            len(self.history) + 1,
            self.settings.epochs,
            sum(p.numel() for p in self.module.parameters()),
            sum(p.numel() for p in self.module.parameters() if p.requires_grad),
            loop.highest,
            describe(ready.device),
            ready.preprocessing,
            self.history,
            tuple(self.told),
        )

    # To disk, and back

    def _resume(self) -> None:
        if self.checkpoint is None:
            raise TrainingError("There is no file to go on from: name the one that was written.")
        found = read_checkpoint(self.checkpoint, self.ready.identity)
        if found.epoch > self.settings.epochs:
            raise TrainingError(
                f"{self.checkpoint.name} has {found.epoch} epochs behind it already: ask for as many or more."
            )
        self.module.load_state_dict(found.state)
        self.loop.optimiser.load_state_dict(found.optimiser)
        self.loop.step, self.history, self.best = found.steps, found.history, found.best
        self.told = list(found.told)
        asked, highest = found.rates
        if asked == (self.settings.rate or 0.0):  # else another one is asked for now
            self.loop.highest = highest
        self.snapshots.read(snapshots_of(self.checkpoint), found.steps)
        self.others = False

    def _write(self) -> Iterator[Noted]:
        """Write a checkpoint, and what weights were kept; a full disk does not end the training."""
        if self.checkpoint is None:
            return
        loop = self.loop
        now = Checkpoint(
            self.ready.identity,
            len(self.history),
            loop.step,
            state_of(self.module),
            loop.optimiser.state_dict(),
            self.history,
            self.best,
            (self.settings.rate or 0.0, loop.highest),
            tuple(self.told),
        )
        folder = snapshots_of(self.checkpoint)
        try:
            if self.others:
                forget(folder)
            now.write(self.checkpoint)
            self.others = False
            self.snapshots.write(folder)
        except CnnvizError as error:
            yield Noted(f"{error} The training goes on without.")

    # Afterwards

    def finished(self) -> Iterator[Event]:
        """Measure what was learned, unless it was stopped, and hand it over.

        Where the measuring is stopped, all is kept as after any other stop: to go on is to measure.
        """
        ready, validation, test, tested = self.ready, None, None, None
        try:
            if ready.held is not None and self.reason != "stopped":
                validation = self.found or (yield from self._measured(self.module, ready.held, "validation"))
            if ready.data.test is not None and len(ready.data.test) and self.reason != "stopped":
                tested = ready.on_device((yield from ready.ready(ready.data.test, "Reading test pictures")))
                yield Progressed("Measuring with test pictures", 0, len(tested))
                test = yield from self._measured(self.module, tested, "test")
        except Cancelled:
            self.reason, tested = "stopped", None
        self.module.requires_grad_(True)
        yield Finished(self._result(validation, test, tested))

    def _result(self, validation: Measured | None, test: Measured | None, tested: Inputs | None) -> Trained:
        ready = self.ready
        return Trained(
            self.module.cpu().eval(),
            ready.network,
            ready.data,
            replace(self.settings, rate=self.loop.highest, mixed=self.loop.mixed),
            ready.preprocessing,
            self.history,
            tuple(self.snapshots.kept),
            validation,
            test,
            ready.held,
            tested,
            self.reason,
        )
