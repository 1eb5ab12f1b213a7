"""What the workspace needs done in the background: the training itself.

The generator runs in a job's thread (``jobs.py``); it imports torch there.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from cnnviz.figure import Figure
from cnnviz.gui import gallery_jobs
from cnnviz.gui.jobs import Progress
from cnnviz.gui.training.kept import Unfinished, folder, tidy
from cnnviz.gui.training.results import done, drawn
from cnnviz.gui.training.wish import Wish

if TYPE_CHECKING:
    from cnnviz.training import Checked, Control, DataSet, Event, Network, Settings


@dataclass(frozen=True, slots=True, eq=False)
class Begun:
    """The first thing that a training says: the hands on it, what is trained, and what can go on if it is cut off."""

    control: Control
    network: Network
    data: DataSet
    unfinished: Unfinished


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """What the network makes of the validation pictures after an epoch, by names as in `Done`."""

    figures: dict[str, Figure] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Failed:
    """Why nothing comes of it, as a sentence with details."""

    sentence: str
    details: str
    rate: float | None = None
    """A learning rate to try, where the one that was taken was too high."""
    field: str = ""
    """The field of the form that it is about; empty where it is about none."""


def learn(wish: Wish, going: Unfinished | None = None) -> Iterator[Progress]:
    """The job: every event of the training, between a `Begun` and a `Done`, or a `Failed`.

    Parameters
    ----------
    wish
        What is to be trained.
    going
        The training that it goes on with; where that does not fit, it begins again.
    """
    from cnnviz import training
    from cnnviz.core.cancel import Cancelled
    from cnnviz.core.errors import CnnvizError, ModelError
    from cnnviz.training.pictures import DataError
    from cnnviz.training.settings import Exploded, SettingError

    control, field = training.Control(), "where"
    yield Progress(0, 0, note="reading")
    try:
        data = yield from opened(wish)
        field = "network"
        network = _network(wish)
        field = ""
        settings = _settings(wish)
        kept = going or _named(network, data, wish)
        tidy()
        yield Progress(0, 0, Begun(control, network, data, kept))
        with kept.held():
            if wish.compare:
                yield from _both(network, data, settings, control, kept, going is not None)
            else:
                yield from _one(network, data, settings, control, kept, going is not None)
    except Cancelled:
        return
    except Exploded as error:
        yield Progress(0, 0, Failed(str(error), "", error.rate))
    except CnnvizError as error:
        if isinstance(error, SettingError):
            field = error.setting
        elif isinstance(error, DataError | ModelError):
            field = "where" if isinstance(error, DataError) else "network"
        yield Progress(0, 0, Failed(str(error), error.details, field=field))
    finally:
        control.stop()


def opened(wish: Wish) -> Generator[Progress, None, DataSet]:
    """The pictures, fetched where that is wished."""
    from cnnviz import training

    if wish.download and wish.data and not wish.where:
        yield from _fetched(wish.data)
    data = training.open_data(wish.data or wish.where, wish.where if wish.data and wish.where else None)
    return data.limited(wish.limit, wish.seed) if wish.limit else data


def _network(wish: Wish) -> Network:
    from cnnviz import training

    model = wish.model
    if model is None:
        return training.untrained(wish.network)
    return training.trained(
        model.name,
        model.arch,
        labels=model.labels,
        input_size=model.input_size,
        mean=model.mean,
        std=model.std,
        fit=model.fit,
        output=model.output,
        trust=model.trust,
    )


def _settings(wish: Wish) -> Settings:
    from cnnviz.training import Settings

    return Settings(
        epochs=wish.epochs,
        batch=wish.batch,
        rate=wish.rate,
        augment=wish.augment,
        validation=wish.validation,
        patience=wish.patience,
        seed=wish.seed,
        unfreeze=None if wish.model is None else wish.unfreeze,
        device=wish.device,
    )


def _named(network: Network, data: DataSet, wish: Wish) -> Unfinished:
    """A name that no earlier result has."""
    from cnnviz.training.result import free, stem

    return Unfinished(free(folder(), stem(network.name, data.name)), wish)


def _one(
    network: Network, data: DataSet, settings: Settings, control: Control, kept: Unfinished, resume: bool
) -> Iterator[Progress]:
    """Its checkpoint stays until it is done, and after a stop."""
    from cnnviz import training
    from cnnviz.training.checkpoint import CheckpointError

    checkpoint, at = kept.file(".checkpoint"), Progress(0, 0)
    kept.write()  # before the checkpoint, so that there is none that nobody knows
    events = training.train(data, network, settings, control=control, checkpoint=checkpoint, resume=resume)
    try:
        for event in events:
            at = _after(at, event, settings.epochs)
            if isinstance(event, training.Checked):
                yield replace(at, result=Drawn(_drawn(event, data)))
            elif isinstance(event, training.Finished):
                found = done(event.trained, kept.file(".safetensors"))
                if event.trained.reason != "stopped" and not found.problem:
                    kept.forget()
                yield replace(at, result=found)
            else:
                if isinstance(event, training.EpochEnded):
                    replace(kept, epoch=event.epoch).write()
                yield replace(at, result=event)
    except CheckpointError as error:
        yield Progress(0, 0, training.Noted(f"{error} It begins again."))
        yield from _one(network, data, settings, control, kept, False)


def _drawn(event: Checked, data: DataSet) -> dict[str, Figure]:
    which = f"validation pictures after epoch {event.epoch}"
    return drawn(event.measured, event.pictures, data.labels, which)


def _both(
    network: Network, data: DataSet, settings: Settings, control: Control, kept: Unfinished, resume: bool
) -> Iterator[Progress]:
    """Transfer learning beside training from nothing; each has a checkpoint."""
    from cnnviz import training
    from cnnviz.training.checkpoint import CheckpointError
    from cnnviz.training.compare import Comparison, compared

    at, ended = [Progress(0, 0), Progress(0, 0)], [0, 0]
    kept.write()
    try:
        for found in compared(
            data, network, settings, control=control, checkpoint=kept.file(".checkpoint"), resume=resume
        ):
            if isinstance(found, Comparison):
                stopped = "stopped" in (found.transfer.reason, found.nothing.reason)
                result = done(found.transfer, kept.file(".safetensors"), "" if stopped else found.sentence)
                if not stopped and not result.problem:
                    kept.forget()
                yield replace(_together(at), result=result)
                continue
            event = found.event
            step = _after(at[found.nothing], event, settings.epochs)
            if isinstance(event, training.Progressed):
                yield replace(step, result=found)
                continue
            at[found.nothing] = step
            if isinstance(event, training.Started):
                ended[found.nothing] = event.epoch - 1
            elif isinstance(event, training.EpochEnded):
                ended[found.nothing] = event.epoch
                replace(kept, epoch=min(ended)).write()
            yield replace(_together(at), result=found)
    except CheckpointError as error:
        yield Progress(0, 0, training.Noted(f"{error} It begins again."))
        yield from _both(network, data, settings, control, kept, False)


def _together(sides: list[Progress]) -> Progress:
    """How far two are that take turns; a side that has not begun has as far to go as the other."""
    left = [side.left for side in sides if side.left is not None]
    total = 2 * max(side.total for side in sides)
    return Progress(sum(side.done for side in sides), total, left=sum(left) if len(left) == 2 else None)


def _after(at: Progress, event: Event, epochs: int) -> Progress:
    """How far a training is, for the status line; the steps of all epochs are the whole."""
    from cnnviz.training import Progressed, Stepped

    if isinstance(event, Stepped):
        done = (event.epoch - 1) * event.steps + event.step
        return Progress(done, event.steps * epochs, note="" if event.left else "measuring", left=event.left)
    if isinstance(event, Progressed):
        return Progress(event.done, event.total, note=f"{event.what}: {event.done:,} of {event.total:,}")
    return at


def _fetched(name: str) -> Iterator[Progress]:
    """Download a data set with a name, unless it is here."""
    from cnnviz.core.errors import CnnvizError
    from cnnviz.training.data import kept
    from cnnviz.training.fetching import fetch

    if kept(name).is_dir():
        return
    for step in gallery_jobs.fetch(name, lambda *asked: str(fetch(*asked))):
        if isinstance(step.result, gallery_jobs.Fetched) and step.result.problem:
            raise CnnvizError(step.result.problem, step.result.details)
        yield Progress(step.done, step.total, note=step.note)
