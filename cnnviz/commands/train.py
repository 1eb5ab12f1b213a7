"""``cnnviz train``: let a network learn a data set, and write a file that opens with no other option."""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from cnnviz.commands.common import complain, print_json
from cnnviz.core.cancel import Cancelled
from cnnviz.core.download import Progress
from cnnviz.core.errors import CnnvizError
from cnnviz.figure import remaining, share

if TYPE_CHECKING:
    from cnnviz.training import Control, DataSet, EpochEnded, Event, Network, Settings, Trained


def run(options: argparse.Namespace) -> int:
    """Train, with a line on stderr that says how far it is; Ctrl+C ends it and keeps what was learned."""
    from cnnviz import training
    from cnnviz.training.checkpoint import forget
    from cnnviz.training.compare import Comparison, beside

    line = _Line()
    settings = _settings(options)
    network = _network(options)
    data = _data(options, line)
    out = _target(options, data)
    checkpoint = out.with_suffix(".checkpoint")
    control = training.Control()
    try:
        with _interrupted(control):
            trained = _train(data, network, settings, control, checkpoint, options, line)
    except Cancelled:  # while pictures were read
        line.end()
        complain(_stopped(checkpoint))
        return 1
    try:
        trained.save(out)
    except CnnvizError as error:
        raise _elsewhere(trained, out, error) from error
    card = trained.card
    print_json({"file": str(out), **card}) if options.json else print(f"{out}  {trained.caption}")
    other = None
    if options.compare and trained.reason != "stopped":
        with _interrupted(control):
            other = _from_nothing(data, network, settings, control, checkpoint, options.resume, line)
        complain(Comparison(trained, other).sentence) if other.reason != "stopped" else None
    if "stopped" in (trained.reason, other and other.reason):
        complain(_stopped(checkpoint))
        return 1
    for file in (checkpoint, beside(checkpoint)):
        forget(file)
    return 0


def _stopped(checkpoint: Path) -> str:
    if checkpoint.exists():
        return f"Stopped before the end: {checkpoint} goes on with --resume."
    return "Stopped before the first epoch ended: it can only begin again."


def _train(
    data: DataSet,
    network: Network,
    settings: Settings,
    control: Control,
    checkpoint: Path,
    options: argparse.Namespace,
    line: _Line,
) -> Trained:
    from cnnviz.training import train
    from cnnviz.training.board import recorded

    events = train(data, network, settings, control=control, checkpoint=checkpoint, resume=options.resume)
    if options.tensorboard:
        events = recorded(events, Path(options.tensorboard))
    return _watched(events, line)


def _elsewhere(trained: Trained, out: Path, error: CnnvizError) -> CnnvizError:
    """Keep what was learned where there is room; answers with the sentence that says so."""
    kept = Path(tempfile.mkdtemp(prefix="cnnviz-")) / out.name
    try:
        trained.save(kept)
    except CnnvizError:
        return error
    return CnnvizError(f"{error} What was learned lies in {kept}.", error.details)


def _from_nothing(
    data: DataSet, network: Network, settings: Settings, control: Control, checkpoint: Path, resume: bool, line: _Line
) -> Trained:
    """The side that begins from nothing; it has a checkpoint of its own, so that a crash loses neither."""
    from cnnviz.training import from_nothing, train
    from cnnviz.training.compare import alone, beside

    file = beside(checkpoint)
    again = resume and file.is_file()
    complain("Now the same network from nothing:")
    return _watched(
        train(data, from_nothing(network), alone(settings), control=control, checkpoint=file, resume=again), line
    )


def _settings(options: argparse.Namespace) -> Settings:
    from cnnviz.training import Settings

    unfreeze = options.unfreeze if options.unfreeze is not None else 0 if options.transfer else None
    if unfreeze is not None and not options.transfer:
        raise CnnvizError("Only a trained network has layers to unfreeze: add --transfer.")
    return Settings(
        epochs=options.epochs,
        batch=options.batch_size,
        rate=options.lr,
        optimiser=options.optimiser,
        schedule=options.schedule,
        decay=options.decay,
        smoothing=options.smoothing,
        augment=options.augment,
        validation=options.validation,
        patience=options.patience,
        unfreeze=unfreeze,
        seed=options.seed,
        mixed=not options.full_precision,
        device=options.device,
    )


def _network(options: argparse.Namespace) -> Network:
    from cnnviz import training

    if options.transfer:
        return training.trained(options.model, options.arch, trust=options.trust)
    if options.compare:
        raise CnnvizError("Only a trained network can be compared with one that learns from nothing: add --transfer.")
    if options.arch:
        raise CnnvizError("An untrained network is its architecture: name it with --model and leave --arch out.")
    return training.untrained(options.model, trust=options.trust)


def _data(options: argparse.Namespace, line: _Line) -> DataSet:
    from cnnviz.training import open_data
    from cnnviz.training.data import NotHere
    from cnnviz.training.fetching import KNOWN, fetch

    if options.download:
        if options.data not in KNOWN:
            raise CnnvizError(f"{options.data} cannot be downloaded: there are {', '.join(KNOWN)}.")
        fetch(options.data, line.downloaded)
        line.end()
    try:
        data = open_data(options.data, options.where)
    except NotHere as error:
        raise CnnvizError(f"{error} That is --data FILE, or --download.") from error
    return data.limited(options.limit, options.seed) if options.limit else data


def _target(options: argparse.Namespace, data: DataSet) -> Path:
    """Where the result goes; said before anything is computed when it cannot go there."""
    from cnnviz.training.result import free, stem

    if options.out:
        out = Path(options.out).expanduser()
        if not out.absolute().parent.is_dir():
            raise CnnvizError(f"There is no folder {out.absolute().parent} for the result; make it first.")
        return out
    name = stem(options.model, data.name)
    if not options.resume:
        return Path(free(Path(), name) + ".safetensors")
    begun = max(Path().glob(f"{name}*.checkpoint"), key=lambda file: file.stat().st_mtime, default=Path(name))
    return begun.with_suffix(".safetensors")


def _watched(events: Iterator[Event], line: _Line) -> Trained:
    from cnnviz import training

    for event in events:
        match event:
            case training.Progressed():
                line.show(f"{event.what}: {event.done:,} of {event.total:,}")
            case training.Noted():
                line.end()
                complain(event.sentence)
            case training.Started():
                line.end()
                print(_start(event), file=sys.stderr)
            case training.Stepped():
                line.show(
                    f"epoch {event.epoch}, step {event.step:,} of {event.steps:,}: loss {event.loss:.4f}, "
                    f"{share(event.accuracy)} right, {event.speed:,.0f} pictures/s, {remaining(event.left)} left"
                )
            case training.EpochEnded():
                line.end()
                print(_epoch(event), file=sys.stderr)
            case training.Finished():
                line.end()
                return event.trained
            case _:
                pass  # weights that were kept
    raise AssertionError("the last event is Finished")


def _start(started: object) -> str:
    from cnnviz.training import Started

    assert isinstance(started, Started)
    learned = "" if started.learned == started.parameters else f", of which {started.learned:,} learn"
    return (
        f"{started.pictures:,} pictures of {len(started.classes):,} classes, {started.validation:,} to validate with; "
        f"{started.parameters:,} parameters{learned}; learning rate up to {started.rate:g}; {started.device}"
    )


def _epoch(epoch: EpochEnded) -> str:
    said = f"epoch {epoch.epoch}: loss {epoch.loss:.4f}, {share(epoch.accuracy, 2)} right"
    if epoch.validation_loss is not None and epoch.validation_accuracy is not None:
        said += f"; validation loss {epoch.validation_loss:.4f}, {share(epoch.validation_accuracy, 2)} right"
    return f"{said}; {epoch.seconds:.1f} s"


class _Line:
    """One line on stderr that is written over, where somebody looks."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()
        self._open = False

    def show(self, text: str) -> None:
        """Write over what is there."""
        if self._shown:
            wide = shutil.get_terminal_size().columns - 1
            print(f"\r{text[:wide]:{wide}}", end="", file=sys.stderr, flush=True)
            self._open = True

    def downloaded(self, progress: Progress) -> None:
        """How far a download is."""
        of = f" of {progress.total / 1e6:,.0f}" if progress.total else ""
        self.show(f"{progress.done / 1e6:,.0f}{of} MB, {progress.speed / 1e6:.1f} MB/s")

    def end(self) -> None:
        """Make room for a line that stays."""
        if self._open:
            print(f"\r{'':{shutil.get_terminal_size().columns - 1}}\r", end="", file=sys.stderr, flush=True)
            self._open = False


@contextmanager
def _interrupted(control: Control) -> Iterator[None]:
    """The first Ctrl+C ends the training after this step, a second one the program."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGINT)

    def stop(*_: object) -> None:
        control.stop()
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
