"""The worker's one function: a request in, the response out.

Everything heavy happens here, outside the window's thread: reading the picture, preprocessing, the forward pass, and
drawing figures. What was computed is kept and found again: another layer or another option of the same pass only draws.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import cast

import numpy as np
import torch

from cnnviz import views
from cnnviz.core import device, geometry, images, maps, ops, pixels, ranges, sources, store
from cnnviz.core.colormaps import AUTO, COLORMAPS, WEIGHTS
from cnnviz.core.errors import CnnvizError
from cnnviz.core.flattening import flattening
from cnnviz.core.graph.answers import graph
from cnnviz.core.graph.shapes import GraphQuery, TilesQuery
from cnnviz.core.graph.tiles import tiles
from cnnviz.core.images import Picture
from cnnviz.core.keep import TraceCache
from cnnviz.core.model import Model
from cnnviz.core.ops import Reads
from cnnviz.core.retouch import edited, visible
from cnnviz.core.survey.answers import survey
from cnnviz.core.survey.shapes import SurveyQuery, Timing, TimingAnswer, TimingQuery, milliseconds
from cnnviz.core.survey.timing import measure
from cnnviz.core.trace import Record, Trace, TraceError, trace
from cnnviz.figure import Figure, Histogram, percent
from cnnviz.request import ModelRequest, Option, Request
from cnnviz.response import (
    PICTURE,
    Column,
    Columns,
    ColumnsQuery,
    Flattened,
    LayerCard,
    ModelCard,
    PassKey,
    Reach,
    Response,
    Scores,
    Seen,
    Step,
    ViewOffer,
)

MODELS_KEPT = 2
"""Loaded models that stay in memory: the current one and the one before, so that going back is instant."""

COLUMN_EDGE = 64
"""Longest edge, in pixels, of the small maps in the network's columns."""


@dataclass(frozen=True, eq=False)
class _Pass:
    """A trace with what every response of it repeats."""

    trace: Trace
    key: PassKey
    card: ModelCard
    steps: tuple[Step, ...]
    scores: Scores | None
    nbytes: int
    ran: list[tuple[object, ...]]
    problem: str = ""
    details: str = ""


class Explorer:
    """Answers requests; keeps loaded models, read pictures and traces.

    Parameters
    ----------
    budget
        Bytes that all kept traces may take together.

    Notes
    -----
    ``answer`` and ``columns`` belong to one thread. ``model`` and ``classify`` may be called from others as well.
    """

    def __init__(self, budget: int) -> None:
        self._models: OrderedDict[ModelRequest, Model] = OrderedDict()
        self._loading = threading.RLock()
        self._pictures: OrderedDict[tuple[str, int, int], Picture] = OrderedDict()
        self._passes: dict[PassKey, _Pass] = {}
        self._timings: dict[tuple[ModelRequest, torch.Size], Timing] = {}
        self._traces: TraceCache = TraceCache(budget)
        self._columns: ColumnsQuery | None = None  # what was asked for last

    @property
    def budget(self) -> int:
        """Bytes that all kept traces may take together."""
        return self._traces.budget

    @budget.setter
    def budget(self, budget: int) -> None:
        self._traces.budget = budget

    def answer(self, request: Request, wanted: Callable[[], bool] = lambda: True) -> Response:
        """What is to be shown for a request.

        Parameters
        ----------
        request
            Any request; an empty view is replaced by the best one for its record.
        wanted
            Asked between two operations of a forward pass; when it says no, ``Cancelled`` is raised.

        Raises
        ------
        CnnvizError
            With one sentence: the model cannot be opened, the picture cannot be read, there is no such layer or view.
        Cancelled
            The pass is no longer wanted.
        """
        kept = self._pass(request, wanted)
        traced = kept.trace
        record = traced.find(request.layer) if request.layer else None
        offers = views.views_for(record, traced)
        view = views.get(request.view) if request.view else offers[0]
        if view not in offers:
            view = offers[0]  # a view that was chosen for another layer does not fit this one
        figure = _figure(kept, record, view, replace(request, view=view.name))
        return Response(
            request=replace(request, view=view.name),
            key=kept.key,
            model=kept.card,
            steps=kept.steps,
            current=0 if record is None else record.index + 1,
            figure=figure,
            views=tuple(ViewOffer(offer.name, offer.title, offer.controls) for offer in offers),
            card=_layer_card(traced, record, self._timings.get((request.model, traced.input.shape))),
            scores=kept.scores,
            seconds=traced.seconds,
            kept_bytes=kept.nbytes,
            device_memory=device.memory(traced.device),
            seen=_seen(traced),
            reaches=_reaches(traced, record),
            flattened=_flattened(traced, record),
            columns=self._columns_again(kept),
            notes=kept.card.notes + traced.notes,
            problem=kept.problem,
            details=kept.details,
        )

    def columns(self, query: ColumnsQuery) -> Columns | None:
        """The small maps of some of the network's columns; None when that pass is not kept any more."""
        kept = self._passes.get(query.key)
        if kept is None:
            return None
        self._columns = query
        wanted = kept.steps[query.first : query.last + 1]
        return Columns(query, tuple(_column(kept.trace, step, query.count, query.colormaps) for step in wanted))

    def _columns_again(self, kept: _Pass) -> Columns | None:
        """The columns that were asked for last, of another pass of the same model."""
        before = self._columns
        if before is None or before.key == kept.key or before.key.model != kept.key.model:
            return None
        return self.columns(replace(before, key=kept.key))

    def look_up(
        self,
        query: ColumnsQuery | GraphQuery | TilesQuery | SurveyQuery | TimingQuery,
        wanted: Callable[[], bool] = lambda: True,
    ) -> object | None:
        """The answer to a query about a pass; None when that pass is not kept any more.

        Raises
        ------
        Cancelled
            It is no longer wanted.
        """
        if isinstance(query, ColumnsQuery):
            return self.columns(query)
        kept = self._passes.get(query.key)
        if kept is None:
            return None
        if isinstance(query, GraphQuery):
            return graph(kept.trace, query, wanted)
        if isinstance(query, SurveyQuery):
            return survey(kept.trace, query, wanted)
        if isinstance(query, TimingQuery):
            return TimingAnswer(query, self._timing(kept, query, wanted))
        return tiles(kept.trace, query, wanted)

    def _timing(self, kept: _Pass, query: TimingQuery, wanted: Callable[[], bool]) -> Timing | None:
        """How long each record takes, measured now if asked for; it is the same for all pictures of that size."""
        traced = kept.trace
        if query.measure and not kept.problem:
            self._timings[query.key.model, traced.input.shape] = measure(traced.module, traced.input, wanted)
        return self._timings.get((query.key.model, traced.input.shape))

    def beside(self) -> Explorer:
        """Another one for another thread, with traces of its own; models are loaded once for both."""
        other = Explorer(self.budget)
        other._models, other._loading = self._models, self._loading
        return other

    def model(self, request: ModelRequest) -> Model:
        """The model, loaded or found among those kept."""
        with self._loading:
            if request not in self._models:
                self._models[request] = sources.load_model(**asdict(request))
                while len(self._models) > MODELS_KEPT:
                    self._models.popitem(last=False)
            self._models.move_to_end(request)
            return self._models[request]

    def classify(self, model: Model, picture: Picture) -> Scores | None:
        """The network's answer alone, without a trace."""
        prepared = images.prepare(picture, model.preprocessing)
        return _scores(trace(model, prepared, budget=0))

    def _pass(self, request: Request, wanted: Callable[[], bool]) -> _Pass:
        """The traced pass of the request's model and picture, kept or made now."""
        model = self.model(request.model)
        if not request.image:
            raise CnnvizError(
                "There is no picture yet. Drop one on the window, paste one, or choose File, Open pictures."
            )
        picture = edited(self._read(request.image), request.picture_edit)
        key = PassKey(request.model, picture.digest)
        traced = self._traces.get(key)
        if traced is not None:
            return self._passes[key]
        problem = details = ""
        try:
            traced = trace(model, images.prepare(picture, model.preprocessing), wanted=wanted, budget=self.budget)
        except TraceError as error:
            if not error.trace.records:
                raise
            traced, problem, details = error.trace, str(error), error.details
        for gone in self._traces.put(key, traced):
            self._passes.pop(cast(PassKey, gone), None)
        scores = _scores(traced) if not problem else None
        card = _model_card(model, traced.outputs)
        ran = _ran(traced)
        steps = self._steps(traced, ran)
        made = _Pass(traced, key, card, steps, scores, traced.nbytes, ran, problem, details)
        self._passes[key] = made
        return made

    def _steps(self, traced: Trace, ran: list[tuple[object, ...]]) -> tuple[Step, ...]:
        """The columns of a pass: those of an earlier one of the same model, where the same operations ran."""
        for other in reversed(self._passes.values()):
            if other.trace.module is traced.module and other.ran == ran:
                return other.steps
        return _steps(traced)

    def _read(self, path: str) -> Picture:
        """The picture's pixels; a file that changed on disk is read again."""
        if store.holds(path):
            return store.take(path)
        try:
            status = Path(path).stat()
            identity = (path, status.st_mtime_ns, status.st_size)
        except OSError:
            return images.read(Path(path))  # says in its own words what is wrong with the file
        if identity not in self._pictures:
            self._pictures[identity] = images.read(Path(path))
            while len(self._pictures) > 16:
                self._pictures.popitem(last=False)
        return self._pictures[identity]


def _seen(traced: Trace) -> Seen | None:
    """The picture as the network gets it, before its numbers are scaled and normalised."""
    if (prepared := traced.prepared) is None:
        return None
    box = visible(prepared.picture.size, prepared.preprocessing)
    return Seen(prepared.steps[-3].pixels.astype(np.uint8, copy=False), box)


def _figure(kept: _Pass, record: Record | None, view: views.LayerView, request: Request) -> Figure:
    """The view's figure; options that belong to other views, or that this one does not take, are passed over."""
    given: dict[str, Option] = {}
    for control in view.controls:
        value = dict(request.options).get(control.name, control.default)
        if control.name == "colormap" and value == AUTO:
            value = _preferred(kept.trace, record, control.choices, request.colormaps)
        if not control.choices or value in control.choices:
            given[control.name] = value
    if view.uses_channel and request.channel is not None and request.channel < _channels(kept.trace, record):
        given["channel"] = request.channel  # kept while walking: the next layer may have as many again
    position = {"at": request.at} if view.uses_position else {}
    made = views.make(kept.trace, record, view.name, **given, **position)
    if made.request is None:
        return replace(made, request=request)
    said = {name: getattr(made.request, name) for name in ("layer", "view", "channel", "at", "options", "colormaps")}
    return replace(made, request=replace(request, **said))  # what this view takes, with the colours that it has


def _preferred(traced: Trace, record: Record | None, choices: tuple[str, ...], colormaps: tuple[str, str, str]) -> str:
    """The colour map of the settings that suits what a view shows."""
    plain, signed, weights = colormaps
    if all(COLORMAPS.get(name, WEIGHTS) == WEIGHTS for name in choices):
        return weights
    if record is not None and record.dropped:
        return AUTO
    return signed if ranges.range_of(traced, record).signed else plain


def _channels(traced: Trace, record: Record | None) -> int:
    return int(traced.input.shape[1]) if record is None else maps.maps_shape(record)[0]


def _model_card(model: Model, outputs: tuple[str, ...]) -> ModelCard:
    return ModelCard(
        model.name,
        model.title,
        model.caption,
        model.parameters,
        device.describe(model.device),
        model.labels,
        model.notes,
        model.preprocessing,
        outputs,
        model.arch,
        model.choices,
        device.devices(),
    )


def _ran(traced: Trace) -> list[tuple[object, ...]]:
    """What ran, as far as the heads of the columns say it."""
    heads: list[tuple[object, ...]] = [(tuple(traced.input.shape),)]
    return heads + [(r.key, r.op, r.input_shapes, r.output_shape) for r in traced.records]


def _steps(traced: Trace) -> tuple[Step, ...]:
    """The picture, then every record in the order in which it ran."""
    first = Step(PICTURE, "", "Picture", tuple(traced.input.shape[1:]), "picture")
    described = (ops.describe(traced, record) for record in traced.records)
    return first, *(
        Step(record.index, record.key, about.short, record.output_shape, about.family, about.parameters)
        for record, about in zip(traced.records, described, strict=True)
    )


def _scores(traced: Trace) -> Scores | None:
    """Logits and probabilities of all classes; None for a network whose output is not one row of logits."""
    logits = traced.logits.detach().to("cpu", torch.float64)
    if logits.ndim != 1:
        return None
    return Scores(tuple(traced.labels), logits.numpy(), np.asarray(traced.probabilities, dtype=np.float64))


def _column(traced: Trace, step: Step, count: int, colormaps: tuple[str, str, str]) -> Column:
    record = None if step.index == PICTURE else traced.records[step.index]
    if len(step.shape) == 1:
        count *= 2  # units are drawn half as high as maps
    raster, scale, total = pixels.strip(traced, record, count, COLUMN_EDGE)
    if scale is not None:
        preferred = colormaps[1] if scale.signed else colormaps[0]
        scale = scale if preferred == AUTO else replace(scale, colormap=preferred)
    return Column(raster, scale, total)


def _reaches(traced: Trace, record: Record | None) -> tuple[Reach, ...]:
    """What a cell of a record of maps reads of the maps before it, and of the picture."""
    if record is None or record.axes != ("C", "H", "W"):
        return ()
    found = []
    for source, reads in zip(record.sources, ops.window(traced, record), strict=True):
        before = traced.tensor(source) if source < 0 else None
        shape = tuple(before.shape[1:]) if before is not None else traced.records[source].output_shape
        axes = ("C", "H", "W") if source < 0 else traced.records[source].axes
        if axes == ("C", "H", "W") and all(read is not None for read in reads[-3:]):
            found.append(_reach(source + 1, shape, reads[-3:]))
    field = geometry.receptive_field(traced, record)
    if 0 not in (reach.step for reach in found) and len(field.size) == 2:
        picture = traced.input.shape[-2], traced.input.shape[-1]
        first = (float(field.offset[0]), float(field.offset[1]))
        last = (first[0] + field.size[0] - 1, first[1] + field.size[1] - 1)
        found.append(Reach(0, picture, (float(field.stride[0]), float(field.stride[1])), first, last))
    return tuple(found)


def _flattened(traced: Trace, record: Record | None) -> Flattened | None:
    """Where the cells of maps are after flattening."""
    if record is None or record.axes != ("C", "H", "W"):
        return None
    found = flattening(traced, record)
    return None if found is None else Flattened(found.vector.index + 1, found.elements)


def _reach(step: int, shape: tuple[int, ...], reads: Reads) -> Reach:
    """From the windows along channels, rows and columns of one source."""
    sizes = shape[-2], shape[-1]
    ends = [
        (0.0, 0.0, size - 1.0)
        if read is None or read.axis is None
        else (float(read.stride), float(read.first), float(read.last))
        for read, size in zip(reads[1:], sizes, strict=True)
    ]
    stride, first, last = ((down, across) for down, across in zip(*ends, strict=True))
    channels = reads[0]
    same = channels is not None and channels.axis is not None and channels.first == channels.last == 0
    return Reach(step, sizes, stride, first, last, same and channels is not None and channels.stride == 1)


def _layer_card(traced: Trace, record: Record | None, timing: Timing | None = None) -> LayerCard:
    """Facts and histogram of one record, or of the picture."""
    histogram = views.make(traced, record, "histogram").panels[0]
    drawn = histogram if isinstance(histogram, Histogram) else None
    if record is None:
        return _picture_card(traced, drawn)
    about = ops.describe(traced, record)
    field = geometry.receptive_field(traced, record)
    rows = [("Operation", about.title, record.op)]
    rows += [(name, text, "") for name, text in about.hyperparameters]
    rows += [
        ("Input" if len(record.input_shapes) == 1 else f"Input {i}", _shape(s), "")
        for i, s in enumerate(record.input_shapes)
    ]
    rows += [("Output", _shape(record.output_shape), " × ".join(record.axes))]
    if about.parameters:
        rows.append(("Parameters", about.parameters_formula, f"{about.parameters:,}"))
    if about.macs:
        rows.append(("Multiply–adds", f"{about.macs:,}", about.macs_formula))
    if timing is not None and record.index < len(timing.seconds):
        taken = timing.seconds[record.index]
        rows.append(("Time", f"{milliseconds(taken)} · {percent(taken / timing.total)} of all", timing.sentence))
    rows.append(("Receptive field", field.text, field.explanation))
    if "C" in record.axes and not record.dropped:
        notes = maps.extents(traced, record).notes
        dead = sum(note == maps.DEAD for note in notes)
        rows.append(("Dead channels", f"{dead:,} of {len(notes):,}", "channels that are zero everywhere"))
    return LayerCard(f"{record.index} · {about.short}", record.key, record.op, tuple(rows), about.size_formula, drawn)


def _picture_card(traced: Trace, histogram: Histogram | None) -> LayerCard:
    assert traced.prepared is not None
    steps = traced.prepared.steps
    rows = tuple((step.name, step.caption, "") for step in steps)
    rows += (("Tensor", _shape(tuple(traced.input.shape[1:])), "channels × rows × columns"),)
    return LayerCard("Picture", "", "", rows, (), histogram)


def _shape(shape: tuple[int, ...]) -> str:
    return " × ".join(f"{n:,}" for n in shape) or "one number"
