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
from cnnviz.core import device, images, sources, store, threads
from cnnviz.core.alike import Ran, take_over, what_ran
from cnnviz.core.cancel import still_wanted
from cnnviz.core.errors import CnnvizError
from cnnviz.core.graph.answers import graph
from cnnviz.core.graph.shapes import GraphQuery, TilesQuery
from cnnviz.core.graph.tiles import tiles
from cnnviz.core.images import Picture
from cnnviz.core.keep import TraceCache
from cnnviz.core.model import Model
from cnnviz.core.retouch import edited
from cnnviz.core.survey.answers import survey
from cnnviz.core.survey.no_class import no_class
from cnnviz.core.survey.shapes import SurveyQuery, Timing, TimingAnswer, TimingQuery
from cnnviz.core.survey.timing import measure
from cnnviz.core.trace import Trace, TraceError, trace
from cnnviz.explore.cards import layer_card, model_card
from cnnviz.explore.figures import figure
from cnnviz.explore.seeing import flattened, reaches, seen
from cnnviz.explore.steps import column, steps_of
from cnnviz.request import ModelRequest, Request
from cnnviz.response import Columns, ColumnsQuery, ModelCard, PassKey, Response, Scores, Step, ViewOffer

MODELS_KEPT = 2
"""Loaded models that stay in memory: the current one and the one before, so that going back is instant."""


@dataclass(frozen=True, eq=False)
class _Pass:
    """A trace with what every response of it repeats."""

    model: Model
    trace: Trace
    key: PassKey
    card: ModelCard
    steps: tuple[Step, ...]
    scores: Scores | None
    nbytes: int
    ran: Ran
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
        with threads.fitting(kept.model):
            return self._response(request, kept)

    def _response(self, request: Request, kept: _Pass) -> Response:
        traced = kept.trace
        record = traced.find(request.layer) if request.layer else None
        offers = views.views_for(record, traced)
        view = views.get(request.view) if request.view else offers[0]
        if view not in offers:
            view = offers[0]  # a view that was chosen for another layer does not fit this one
        drawn = figure(traced, record, view, replace(request, view=view.name))
        return Response(
            request=replace(request, view=view.name),
            key=kept.key,
            model=kept.card,
            steps=kept.steps,
            current=0 if record is None else record.index + 1,
            figure=drawn,
            views=tuple(ViewOffer(offer.name, offer.title, offer.controls) for offer in offers),
            card=layer_card(traced, record, self._timings.get((request.model, traced.input.shape))),
            scores=kept.scores,
            seconds=traced.seconds,
            kept_bytes=kept.nbytes,
            device_memory=device.memory(traced.device),
            seen=seen(traced),
            reaches=reaches(traced, record),
            flattened=flattened(traced, record),
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
        return Columns(query, tuple(column(kept.trace, step, query.count, query.colormaps) for step in wanted))

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
        kept = self._passes.get(query.key)
        if kept is None:
            return None
        with threads.fitting(kept.model):
            return self._look_up(kept, query, wanted)

    def _look_up(
        self,
        kept: _Pass,
        query: ColumnsQuery | GraphQuery | TilesQuery | SurveyQuery | TimingQuery,
        wanted: Callable[[], bool],
    ) -> object | None:
        if isinstance(query, ColumnsQuery):
            return self.columns(query)
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

    def trace(self, request: Request, wanted: Callable[[], bool] = lambda: True) -> Trace:
        """The traced pass of a request's model and picture. Raises as ``answer`` does."""
        return self._pass(request, wanted).trace

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
        """The network's answer alone, without a trace; given up with ``Cancelled`` when it is not wanted any more."""
        prepared = images.prepare(picture, model.preprocessing)
        return _scores(trace(model, prepared, wanted=still_wanted, budget=0))

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
        ran = what_ran(traced)
        if (earlier := self._alike(traced, ran)) is not None:
            take_over(traced, earlier.trace)
        steps = steps_of(traced) if earlier is None else earlier.steps
        for gone in self._traces.put(key, traced):
            self._passes.pop(cast(PassKey, gone), None)
        scores = _scores(traced) if not problem else None
        card = model_card(model, traced.outputs) if earlier is None else earlier.card
        made = _Pass(model, traced, key, card, steps, scores, traced.nbytes, ran, problem, details)
        self._passes[key] = made
        return made

    def _alike(self, traced: Trace, ran: Ran) -> _Pass | None:
        """A kept pass of the same model in which the same operations ran."""
        passes = reversed(self._passes.values())
        return next((other for other in passes if other.trace.module is traced.module and other.ran == ran), None)

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


def _scores(traced: Trace) -> Scores | None:
    """Logits and probabilities of all classes; None for a network whose output is not one row of logits."""
    logits = traced.logits.detach().to("cpu", torch.float64)
    if logits.ndim != 1:
        return None
    probabilities = np.asarray(traced.probabilities, dtype=np.float64)
    return Scores(tuple(traced.labels), logits.numpy(), probabilities, *(no_class(traced) or ()))
