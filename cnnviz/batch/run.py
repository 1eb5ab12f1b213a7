"""Many figures as files: pictures × layers × formats, drawn side by side, with what was made and what failed.

One picture's trace is in memory at a time, and only a few figures wait to be written.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from cnnviz import __version__, views
from cnnviz.batch.ask import Ask, options_of
from cnnviz.batch.manifest import made_whole, note
from cnnviz.batch.names import Names, cell_name, stem_of
from cnnviz.core import images
from cnnviz.core.cancel import Cancelled
from cnnviz.core.errors import CnnvizError, PlaceError
from cnnviz.core.model import Model
from cnnviz.core.ops.explanation import cell
from cnnviz.core.recipe import RECORDS
from cnnviz.core.trace import Record, Trace, trace
from cnnviz.export import export, export_pass
from cnnviz.export.passes import ALL
from cnnviz.export.tables import has_tables
from cnnviz.figure import Figure
from cnnviz.views.options import filled

PICTURE = "picture"
"""Among layers: the picture itself, before the first layer."""

TABLES = ("tex", "md")
"""Formats that hold nothing but tables."""

STOPPED_BY_THE_FIRST = (signal.SIGINT, signal.SIG_IGN)
"""Ctrl+C reaches all processes of a terminal; those that draw finish their file and are ended."""

WORTH = 8
"""Layers of one picture from which on it is worth to start processes that draw."""


class Done(NamedTuple):
    """One file that was written, passed over (``present``) or not made, because of a ``problem``; or mere ``note``."""

    file: Path | None = None
    problem: str = ""
    present: bool = False
    note: str = ""


class Batch:
    """One export of many pictures.

    Parameters
    ----------
    model
        Every picture goes through it.
    ask
        What is made of each.
    folder
        Where the files go; it exists.
    budget
        Most bytes that the outputs of one pass may take, as `cnnviz.trace` takes it.
    wanted
        Asked in passes and before each file; when it says no, ``Cancelled`` is raised.

    Attributes
    ----------
    unused
        Options that no view has taken so far.
    """

    def __init__(
        self,
        model: Model,
        ask: Ask,
        folder: Path,
        budget: int | None = None,
        wanted: Callable[[], bool] = lambda: True,
    ) -> None:
        self.unused = {name for name, _ in ask.options}
        self._model = model
        self._ask = ask
        self._folder = folder
        self._budget = budget
        self._wanted = wanted
        self._names = Names()
        asked = ask.said | {"weights": model.weights}
        self._before = made_whole(folder, asked) if ask.present == "resume" else {}

    def run(self, files: list[str]) -> Iterator[tuple[int, Done]]:
        """Export pictures; yields how many pictures are done, and what has become of one file or picture.

        Raises
        ------
        PlaceError
            The folder is gone or full, or there is no permission: no other file would fare better.
        Cancelled
            It is no longer wanted.
        """
        if len(files) > 1:
            about = {"cnnviz": __version__, "model": self._model.name, "weights": self._model.weights}
            note(self._folder, about | self._ask.said)
        with _drawing(self._ask.workers) as pool:
            for number, file in enumerate(files):
                results = []
                try:
                    picture = images.read(file)
                    known = self._before.get((picture.digest, file))
                    for done in self._known(known) if known else self._picture(picture, pool):
                        results.append(done)
                        yield number, done
                except PlaceError:
                    raise
                except CnnvizError as error:
                    results.append(Done(problem=str(error)))
                    yield number, results[-1]
                    continue
                if len(files) > 1 and not known:
                    self._note_picture(file, picture.digest, results)

    def _known(self, names: list[str]) -> Iterator[Done]:
        for name in names:
            self._names.take(name)
            yield Done(self._folder / name, present=True)

    def _picture(self, picture: images.Picture, pool: ProcessPoolExecutor | None) -> Iterator[Done]:
        """All files of one picture, in order."""
        prepared = images.prepare(picture, self._model.preprocessing)
        traced = trace(self._model, prepared, wanted=self._wanted, budget=self._budget)
        yield from (Done(note=note) for note in traced.notes)
        if self._ask.together:
            yield from self._together(traced, picture)
            return
        records, problems = _records(traced, self._ask.layers)
        waiting: deque[tuple[Path, Future[Path]]] = deque()
        drawn = 0
        for record in records:
            try:
                figure = self._figure(traced, record)
            except CnnvizError as error:
                problems.append(str(error))
                continue
            if figure is None:
                continue
            stem = self._stem(traced, record, figure, picture)
            for target, problem in self._targets(figure, stem):
                drawn += 1
                if problem is not None:
                    yield problem
                elif pool is None or len(records) * len(self._ask.suffixes) < WORTH:
                    yield _written(figure, target, self._ask.style)
                else:
                    waiting.append((target, pool.submit(export, figure, target, **self._ask.style)))
                    while len(waiting) > 2 * self._ask.workers:
                        yield _awaited(*waiting.popleft())
        while waiting:
            yield _awaited(*waiting.popleft())
        if not drawn and not problems:
            problems.append(self._nothing())
        for sentence in problems:
            yield Done(problem=sentence)

    def _targets(self, figure: Figure, stem: str) -> Iterator[tuple[Path, Done | None]]:
        """Where the files of a figure go, and why one does not; of all layers, those that are no tables give none."""
        passed = TABLES if self._ask.layers == ALL and not has_tables(figure) else ()
        for suffix in self._ask.suffixes:
            if not self._wanted():
                raise Cancelled
            if suffix not in passed:
                yield self._place(stem, suffix)

    def _nothing(self) -> str:
        """Why not one figure was drawn."""
        if set(self._ask.suffixes) <= set(TABLES):
            return "None of the figures is a table, as LaTeX and Markdown want them: choose CSV, or a picture."
        return f"The view {self._ask.view!r} fits none of the layers."

    def _together(self, traced: Trace, picture: images.Picture) -> Iterator[Done]:
        """The outputs of all layers that are asked for, in one file of each format."""
        parts = {"image": Path(picture.path).stem, "layer": ALL if self._ask.layers == ALL else "layers"}
        parts |= {"view": RECORDS, "index": "0", "op": RECORDS, "model": Path(self._model.name).stem}
        stem = stem_of(self._ask.name, parts)
        for suffix in self._ask.suffixes:
            target, problem = self._place(stem, suffix)
            try:
                yield problem or Done(export_pass(traced, target, self._ask.layers, wanted=self._wanted))
            except PlaceError:
                raise
            except CnnvizError as error:
                yield _failed(target, error)

    def _figure(self, traced: Trace, record: Record | None) -> Figure | None:
        """The figure of one record; None where every layer is meant and the view does not fit this one."""
        offers = views.views_for(record, traced)
        view = views.get(self._ask.view) if self._ask.view else offers[0]
        if view not in offers and self._ask.layers == ALL:
            return None
        known = options_of(view)
        given = {name: value for name, value in self._ask.options if name in known}
        self.unused -= given.keys()
        if record is not None and "at" in given:
            chosen = filled(view.options, given)
            cell(record, chosen.channel or 0, chosen.at)  # a sentence, rather than another number than was asked for
        return views.make(traced, record, view.name, **given)

    def _stem(self, traced: Trace, record: Record | None, figure: Figure, picture: images.Picture) -> str:
        """The name without its suffix."""
        parts = {
            "image": Path(picture.path).stem,
            "layer": record.key if record is not None else PICTURE,
            "view": figure.view,
            "index": f"{record.index if record is not None else 0:0{len(str(len(traced.records)))}d}",
            "op": record.op if record is not None else PICTURE,
            "model": Path(self._model.name).stem,
        }
        return stem_of(self._ask.name, parts, cell_name(figure))

    def _place(self, stem: str, suffix: str) -> tuple[Path, Done | None]:
        """Where a file goes, fit for every system, and why it does not; no file of one run takes another's place."""
        name = self._names.next(stem, suffix)
        target = self._folder / name
        if self._ask.present == "overwrite" or not target.exists():
            return target, None
        return target, Done(target, "" if self._ask.present == "resume" else f"{target} is there already.", True)

    def _note_picture(self, file: str, digest: str, results: list[Done]) -> None:
        made = [done.file.name for done in results if done.file is not None and not done.problem]
        problems = [done.problem for done in results if done.problem]
        note(self._folder, {"image": file, "sha256": digest, "files": made, "problems": problems})


def _written(figure: Figure, target: Path, style: Mapping[str, Any]) -> Done:
    try:
        return Done(export(figure, target, **style))
    except PlaceError:
        raise
    except CnnvizError as error:
        return _failed(target, error)


def _awaited(target: Path, future: Future[Path]) -> Done:
    try:
        return Done(future.result())
    except PlaceError:
        raise
    except CnnvizError as error:
        return _failed(target, error)


def _failed(target: Path, error: CnnvizError) -> Done:
    """Why a file was not made, with its name."""
    sentence = str(error)
    return Done(target, sentence if target.name in sentence else f"{target.name} was not made. {sentence}")


@contextmanager
def _drawing(workers: int) -> Iterator[ProcessPoolExecutor | None]:
    """Processes that draw (matplotlib holds Python's lock); what waits is dropped when something goes wrong."""
    if not workers:
        yield None
        return
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), signal.signal, STOPPED_BY_THE_FIRST)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _records(traced: Trace, layers: str) -> tuple[list[Record | None], list[str]]:
    """The records that are asked for, None for the picture, and sentences on those that do not exist."""
    if layers == ALL:
        return list(traced.records), []
    records: list[Record | None] = []
    problems = []
    for name in filter(None, (part.strip() for part in layers.split(","))):
        try:
            records.append(None if name == PICTURE else traced.find(name))
        except CnnvizError as error:
            problems.append(str(error))
    return records, problems
