"""What the workspace needs done in the background: the training itself, and a look at weights that were kept.

These generators run in jobs' threads (``jobs.py``); they import torch there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cnnviz import paths
from cnnviz.figure import Bars, Figure, ImageGrid, Matrix, Scale, percent
from cnnviz.gui import gallery_jobs
from cnnviz.gui.jobs import Progress
from cnnviz.gui.training.wish import Wish

if TYPE_CHECKING:
    from cnnviz.core.model import Preprocessing
    from cnnviz.training import Control, DataSet, Network, Trained
    from cnnviz.training.measure import Measured
    from cnnviz.training.snapshots import Snapshot

HARDEST = 40
"""Pictures that are shown of those with the largest loss."""


@dataclass(frozen=True, slots=True, eq=False)
class Begun:
    """The first thing that a training says: the hands on it, and what is trained."""

    control: Control
    network: Network
    data: DataSet


@dataclass(frozen=True, slots=True, eq=False)
class Done:
    """The last thing that it says: the file with the weights, its caption, and what it makes of held-back pictures."""

    file: Path
    caption: str
    reason: str
    confusion: Figure | None
    hardest: Figure | None


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """A network as it was at a snapshot, and what it makes of one picture: kernels, maps and probabilities."""

    step: int
    figure: Figure


@dataclass(frozen=True, slots=True)
class Failed:
    """Why nothing comes of it, as a sentence with details."""

    sentence: str
    details: str


def learn(wish: Wish) -> Iterator[Progress]:
    """The job: every event of the training, between a `Begun` and a `Done`, or a `Failed`."""
    from cnnviz import training
    from cnnviz.core.cancel import Cancelled
    from cnnviz.core.errors import CnnvizError

    control = training.Control()
    yield Progress(0, 0, note="reading")
    try:
        if wish.download and wish.data and not wish.where:
            yield from _fetched(wish.data)
        data = training.open_data(wish.data or wish.where, wish.where if wish.data and wish.where else None)
        data = data.limited(wish.limit, wish.seed) if wish.limit else data
        network = training.trained(wish.network) if wish.transfer else training.untrained(wish.network)
        settings = training.Settings(
            epochs=wish.epochs,
            batch=wish.batch,
            rate=wish.rate,
            augment=wish.augment,
            validation=wish.validation,
            patience=wish.patience,
            seed=wish.seed,
            unfreeze=wish.unfreeze if wish.transfer else None,
            device=wish.device,
        )
        yield Progress(0, 0, Begun(control, network, data))
        done, total = 0, 0
        checkpoint = _file(network, data, ".checkpoint")
        for event in training.train(data, network, settings, control=control, checkpoint=checkpoint):
            if isinstance(event, training.Started):
                total = event.steps * event.epochs
            if isinstance(event, training.Stepped):
                done = (event.epoch - 1) * event.steps + event.step
            if isinstance(event, training.Finished):
                yield Progress(total, total, _done(event.trained))
            else:
                yield Progress(done, total, event, note="" if total else "reading")
    except Cancelled:
        return
    except CnnvizError as error:
        yield Progress(0, 0, Failed(str(error), error.details))
    finally:
        control.stop()


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


def look(
    network: Network, data: DataSet, preprocessing: Preprocessing, snapshot: Snapshot, path: str
) -> Iterator[Progress]:
    """The job: a `Look` at the network as it was after a step."""
    from cnnviz.core import images
    from cnnviz.core.errors import CnnvizError
    from cnnviz.core.trace import trace
    from cnnviz.training.result import model_at

    yield Progress(0, 1)
    try:
        traced = trace(model_at(network, data, preprocessing, snapshot), images.read(path))
    except CnnvizError as error:
        yield Progress(1, 1, Failed(str(error), error.details))
        return
    from cnnviz import views

    convs = [record for record in traced.records if record.op == "conv2d"]
    panels = []
    for record, view, title in (
        (
            (convs[0], "filters", "Filters of the first layer"),
            (convs[0], "feature-maps", "Its maps"),
            (convs[-1], "feature-maps", "Maps of the last convolution"),
        )
        if convs
        else ()
    ):
        (panel, *_) = views.make(traced, record, view).panels
        panels.append(replace(panel, title=title) if isinstance(panel, ImageGrid) else panel)
    top = traced.top(10)
    panels.append(
        Bars(
            labels=tuple(t.label for t in top),
            values=np.array([t.probability for t in top], np.float32),
            texts=tuple((percent(t.probability),) for t in top),
            indices=tuple(t.index for t in top),
            high=1.0,
            total=len(traced.logits),
            heads=("probability",),
        )
    )
    subtitle = f"{Path(path).name}: {top[0].label}, {percent(top[0].probability)}" if top else Path(path).name
    yield Progress(
        1, 1, Look(snapshot.step, Figure("training", f"After {snapshot.step:,} steps", subtitle, tuple(panels)))
    )


def _done(trained: Trained) -> Done:
    file = _file(trained.network, trained.data, ".safetensors")
    trained.save(file)
    measured, inputs = (trained.test, trained.tested) if trained.test else (trained.validation, trained.held)
    labels = trained.data.labels
    confusion = hardest = None
    if measured is not None and inputs is not None:
        confusion = _confusion(measured, labels, trained.caption)
        rows = measured.hardest(HARDEST)
        pixels = inputs.pixels[rows.tolist()].cpu().numpy()
        hardest = _hardest(measured, rows, pixels, labels)
    return Done(file, trained.caption, trained.reason, confusion, hardest)


def _confusion(measured: Measured, labels: tuple[str, ...], caption: str) -> Figure:
    counts = measured.confusion.astype(np.float32)
    wrong = counts.copy()
    np.fill_diagonal(wrong, 0)
    high = float(max(wrong.max(), 1))
    scale = Scale(0.0, high, "viridis", False, "the mistakes")
    title = "How many of which class were taken for which"
    panel = Matrix(counts, scale, "true class", "predicted class", labels, labels, title)
    return Figure("confusion", "Confusion matrix", caption, (panel,))


def _hardest(measured: Measured, rows: NDArray[np.int64], pixels: NDArray[np.uint8], labels: tuple[str, ...]) -> Figure:
    """The pictures that contribute most to the loss; ``pixels`` is (N, C, H, W)."""
    shown = np.ascontiguousarray(np.broadcast_to(pixels.transpose(0, 2, 3, 1), (len(pixels), *pixels.shape[2:], 3)))
    true, said, losses = measured.classes, measured.predicted, measured.losses
    captions = tuple(f"{labels[true[row]]} → {labels[said[row]]}  {losses[row]:.2f}" for row in rows)
    share = float(measured.losses[rows].sum() / max(measured.losses.sum(), 1e-12))
    panel = ImageGrid(
        values=shown,
        raster=shown,
        scale=None,
        ranges=np.tile(np.array([[0, 255]], np.float32), (len(shown), 1)),
        indices=tuple(range(len(shown))),
        captions=captions,
        notes=("",) * len(shown),
        total=len(measured.losses),
        noun="picture",
        title="true class → predicted one, and the loss",
        picks=False,
    )
    words = f"{len(shown)} of {len(measured.losses):,} pictures make {share:.0%} of the whole loss"
    return Figure("hardest", "What contributes most to the loss", words, (panel,))


def _file(network: Network, data: DataSet, suffix: str) -> Path:
    """Where the result is kept: named after network and data."""
    folder = paths.cache() / "trained"
    folder.mkdir(parents=True, exist_ok=True)
    short = Path(network.name).stem if Path(network.name).suffix else network.name.removeprefix("plan: ")
    parts = (re.sub(r"[^A-Za-z0-9.-]+", "-", part).strip("-")[:40] for part in (short, data.name.lower()))
    return folder / ("-".join(parts) + suffix)
