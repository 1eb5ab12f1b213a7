"""A look at weights that were kept: kernels, maps and probabilities of one picture. Runs in a job's thread."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cnnviz.figure import Bars, Figure, ImageGrid, Panel, percent
from cnnviz.gui.jobs import Progress
from cnnviz.gui.training.work import Failed

if TYPE_CHECKING:
    from cnnviz.core.model import Preprocessing
    from cnnviz.core.trace import Trace
    from cnnviz.training import DataSet, Network
    from cnnviz.training.snapshots import Snapshot


@dataclass(frozen=True, eq=False)
class Pinned:
    """The picture that is looked at.

    Attributes
    ----------
    title
        What it is called.
    content
        Its file, or its pixels (H, W[, 3]) uint8.
    """

    title: str
    content: str | NDArray[np.uint8] = field(repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """A network as it was at a snapshot, and what it makes of one picture."""

    step: int
    figure: Figure


def pins(data: DataSet) -> tuple[Pinned, ...]:
    """A picture of each class: one that is held back where there is one."""
    held = data.test or data.validation or data.train
    found = []
    for number, label in enumerate(data.labels[:100]):
        rows = np.flatnonzero(held.classes == number)
        if len(rows):
            content = held.content[int(rows[0])]
            found.append(Pinned(label, content if isinstance(content, str) else np.array(content)))
    return tuple(found)


def look(
    network: Network,
    data: DataSet,
    preprocessing: Preprocessing,
    snapshots: Sequence[Snapshot],
    place: int,
    pin: Pinned,
) -> Iterator[Progress]:
    """The job: a `Look` at the network as it was at one of its snapshots.

    The kernels of all snapshots share one scale, so that one sees them grow.
    """
    from cnnviz.core.errors import CnnvizError
    from cnnviz.core.trace import trace
    from cnnviz.training.result import model_at

    yield Progress(0, 1)
    snapshot = snapshots[place]
    try:
        model = model_at(network, data, preprocessing, snapshot)
        traced = trace(model, _picture(pin.content))
    except CnnvizError as error:
        yield Progress(1, 1, Failed(str(error), error.details))
        return
    panels: tuple[Panel, ...] = (*_pictures(traced, snapshots), _answer(traced))
    best = traced.top(1)
    said = f"“{pin.title}” is taken for {best[0].label}, {percent(best[0].probability)}" if best else pin.title
    yield Progress(1, 1, Look(snapshot.step, Figure("training", f"After {snapshot.step:,} steps", said, panels)))


def _pictures(traced: Trace, snapshots: Sequence[Snapshot]) -> Iterator[ImageGrid]:
    """The first layer's kernels and maps, and the maps of the last convolution."""
    from cnnviz import views

    convs = [record for record in traced.records if record.op == "conv2d"]
    if not convs:
        return
    wanted = [(convs[0], "filters", "Kernels of the first layer"), (convs[0], "feature-maps", "What they make of it")]
    if convs[-1] is not convs[0]:
        wanted.append((convs[-1], "feature-maps", "Maps of the last convolution"))
    for record, view, title in wanted:
        (panel, *_) = views.make(traced, record, view).panels
        if isinstance(panel, ImageGrid):
            weights = [s.state[f"{record.path}.weight"] for s in snapshots] if view == "filters" else []
            high = max((float(w.abs().max()) for w in weights), default=0.0)
            yield replace(_on_one_scale(panel, high) if high else panel, title=title, picks=False)


def _on_one_scale(panel: ImageGrid, high: float) -> ImageGrid:
    """Signed values painted again on a scale that reaches as far as asked."""
    from cnnviz.core.raster import paint

    if panel.scale is None or panel.values.ndim != 3 or not panel.scale.signed:
        return panel
    scale = replace(panel.scale, low=-high, high=high, shared_by="all kept weights")
    ends = np.tile(np.array([[-high, high]], np.float32), (len(panel.values), 1))
    return replace(panel, raster=paint(panel.values.astype(np.float32), -high, high), scale=scale, ranges=ends)


def _answer(traced: Trace) -> Bars:
    top = traced.top(10)
    return Bars(
        labels=tuple(t.label for t in top),
        values=np.array([t.probability for t in top], np.float32),
        texts=tuple((percent(t.probability),) for t in top),
        indices=tuple(t.index for t in top),
        high=1.0,
        total=len(traced.logits),
        heads=("probability",),
    )


def _picture(content: str | NDArray[np.uint8]) -> object:
    """What a trace takes: a drawing or frame from the store, a file, or the pixels as they are."""
    from cnnviz.core import images, store

    if not isinstance(content, str):
        return content
    return store.take(content) if store.holds(content) else images.read(content)
