"""Many figures as files: pictures × layers × formats, drawn side by side, with what was made and what failed.

One picture's trace is in memory at a time, and only a few figures wait to be written.
"""

from __future__ import annotations

import json
import multiprocessing
import re
import signal
import string
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from cnnviz import __version__, views
from cnnviz.core import images
from cnnviz.core.errors import CnnvizError
from cnnviz.core.model import Model
from cnnviz.core.ops.explanation import cell
from cnnviz.core.trace import Record, Trace, trace
from cnnviz.export import export, formats
from cnnviz.figure import Figure
from cnnviz.views.options import filled

PICTURE = "picture"
"""Among layers: the picture itself, before the first layer."""

MANIFEST = "manifest.jsonl"
"""What was made: a line of JSON for each picture that is done, so that a run that was stopped can go on."""

NAME = "{image}-{layer}-{view}"
FIELDS = ("image", "layer", "view", "index", "op", "model")
"""What a pattern for names can hold."""

STOPPED_BY_THE_FIRST = (signal.SIGINT, signal.SIG_IGN)
"""Ctrl+C reaches all processes of a terminal; those that draw finish their file and are ended."""

WORTH = 8
"""Layers of one picture from which on it is worth to start processes that draw."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What is to be exported of each picture, and how.

    Attributes
    ----------
    layers
        ``all``, or paths with commas between them; ``picture`` is the picture itself.
    view, options
        The layer view (empty: the best for each layer) and its options, as texts.
    suffixes
        Formats, without the dot.
    style
        As `cnnviz.export` takes it.
    name
        Pattern of the files' names, see ``FIELDS``.
    present
        What happens to files that are there: ``refuse``, ``overwrite`` or ``resume`` (they are passed over).
    workers
        Processes that draw; 0 for none but this one.
    """

    layers: str = "all"
    view: str = ""
    options: tuple[tuple[str, str], ...] = ()
    suffixes: tuple[str, ...] = ("png",)
    style: Mapping[str, Any] = field(default_factory=dict)
    name: str = NAME
    present: str = "refuse"
    workers: int = 0

    def __post_init__(self) -> None:
        _check_view(self.view, self.options)
        for suffix in self.suffixes:
            if suffix not in formats():
                raise CnnvizError(f"There is no format {suffix!r}; there are {', '.join(formats())}.")
        _check_name(self.name)


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

    Attributes
    ----------
    unused
        Options that no view has taken so far.
    """

    def __init__(self, model: Model, ask: Ask, folder: Path) -> None:
        self.unused = {name for name, _ in ask.options}
        self._model = model
        self._ask = ask
        self._folder = folder
        self._taken: set[str] = set()
        self._before = self._manifest() if ask.present == "resume" else {}

    def run(self, files: list[str]) -> Iterator[tuple[int, Done]]:
        """Export pictures; yields how many pictures are done, and what has become of one file or picture."""
        if len(files) > 1:
            self._note({"cnnviz": __version__, "model": self._model.name, "weights": self._model.weights} | self._asked)
        with _drawing(self._ask.workers) as pool:
            for number, file in enumerate(files):
                results = []
                try:
                    picture = images.read(file)
                    known = self._before.get((picture.digest, file))
                    for done in self._known(known) if known else self._picture(picture, pool):
                        results.append(done)
                        yield number, done
                except CnnvizError as error:
                    results.append(Done(problem=str(error)))
                    yield number, results[-1]
                    continue
                if len(files) > 1 and not known:
                    self._note_picture(file, picture.digest, results)

    def _known(self, names: list[str]) -> Iterator[Done]:
        for name in names:
            self._taken.add(name.casefold())
            yield Done(self._folder / name, present=True)

    def _picture(self, picture: images.Picture, pool: ProcessPoolExecutor | None) -> Iterator[Done]:
        """All files of one picture, in order."""
        traced = trace(self._model, images.prepare(picture, self._model.preprocessing))
        yield from (Done(note=note) for note in traced.notes)
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
            drawn += 1
            stem = self._stem(traced, record, figure, picture)
            for suffix in self._ask.suffixes:
                target, problem = self._place(stem, suffix)
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
            problems.append(f"The view {self._ask.view!r} fits none of the layers.")
        for sentence in problems:
            yield Done(problem=sentence)

    def _figure(self, traced: Trace, record: Record | None) -> Figure | None:
        """The figure of one record; None where every layer is meant and the view does not fit this one."""
        offers = views.views_for(record, traced)
        view = views.get(self._ask.view) if self._ask.view else offers[0]
        if view not in offers and self._ask.layers == "all":
            return None
        known = _options(view)
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
        return self._ask.name.format_map(parts) + _cell_name(figure)

    def _place(self, stem: str, suffix: str) -> tuple[Path, Done | None]:
        """Where a file goes, fit for every system, and why it does not; no file of one run takes another's place."""
        stem = re.sub(r'[<>:"/\\|?*\x00-\x1f]', "_", stem)
        number, name = 1, f"{stem}.{suffix}"
        while name.casefold() in self._taken:  # two names that differ in case are one file on many systems
            number += 1
            name = f"{stem}-{number}.{suffix}"
        self._taken.add(name.casefold())
        target = self._folder / name
        if self._ask.present == "overwrite" or not target.exists():
            return target, None
        return target, Done(target, "" if self._ask.present == "resume" else f"{target} is there already.", True)

    # what was made

    @property
    def _asked(self) -> dict[str, Any]:
        return {"ask": {name: value for name, value in asdict(self._ask).items() if name not in ("present", "workers")}}

    def _note_picture(self, file: str, digest: str, results: list[Done]) -> None:
        made = [done.file.name for done in results if done.file is not None and not done.problem]
        problems = [done.problem for done in results if done.problem]
        self._note({"image": file, "sha256": digest, "files": made, "problems": problems})

    def _note(self, line: Mapping[str, Any]) -> None:
        try:
            with (self._folder / MANIFEST).open("a", encoding="utf-8") as manifest:
                manifest.write(json.dumps(line, ensure_ascii=False) + "\n")
        except OSError as error:
            raise CnnvizError(f"{MANIFEST} cannot be written to {self._folder}: {error.strerror}.") from error

    def _manifest(self) -> dict[tuple[str, str], list[str]]:
        """What earlier runs with the same weights and wishes have made whole, by hash and name of the picture."""
        found: dict[tuple[str, str], list[str]] = {}
        path = self._folder / MANIFEST
        same = False
        now = json.loads(json.dumps(self._asked | {"weights": self._model.weights}))
        for text in path.read_text(encoding="utf-8").splitlines() if path.is_file() else ():
            try:
                line = json.loads(text)
            except ValueError:  # the end of a run that was killed
                continue
            if "ask" in line:
                same = {name: line.get(name) for name in now} == now
            elif same and not line["problems"] and all((self._folder / name).is_file() for name in line["files"]):
                found[line["sha256"], line["image"]] = line["files"]
        return found


def _written(figure: Figure, target: Path, style: Mapping[str, Any]) -> Done:
    try:
        return Done(export(figure, target, **style))
    except CnnvizError as error:
        return Done(target, str(error))


def _awaited(target: Path, future: Future[Path]) -> Done:
    try:
        return Done(future.result())
    except CnnvizError as error:
        return Done(target, str(error))


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


def _check_view(view: str, given: tuple[tuple[str, str], ...]) -> None:
    """Refuse a view that there is not, and an option or a value that no view takes."""
    asked = (views.get(view),) if view else views.all_views()
    for name, value in given:
        takers = [each for each in asked if name in _options(each)]
        if not takers:
            known = ", ".join(sorted(set().union(*map(_options, asked))))
            raise CnnvizError(
                f"There is no option {name!r}; there are {known}." if known else "This view has no options."
            )
        if len(takers) == 1:
            filled(takers[0].options, {name: value})


def _check_name(pattern: str) -> None:
    """Refuse a pattern that cannot be filled in."""
    try:
        asked = [(name, spec, how) for _, name, spec, how in string.Formatter().parse(pattern) if name is not None]
    except ValueError as error:
        raise CnnvizError(f"The name {pattern!r} is no pattern like {NAME!r}: {error}.") from error
    for name, spec, how in asked:
        if name not in FIELDS or spec or how:
            raise CnnvizError(f"A name can hold {', '.join('{' + known + '}' for known in FIELDS)}; not {{{name}}}.")
    if not pattern.strip():
        raise CnnvizError(f"The name is empty; a pattern is {NAME!r}, for instance.")


def _options(view: views.LayerView) -> set[str]:
    """The names of all options of a view."""
    cursor = {"channel": view.uses_channel, "at": view.uses_position}
    return {control.name for control in view.controls} | {name for name, used in cursor.items() if used}


def _records(traced: Trace, layers: str) -> tuple[list[Record | None], list[str]]:
    """The records that are asked for, None for the picture, and sentences on those that do not exist."""
    if layers == "all":
        return list(traced.records), []
    records: list[Record | None] = []
    problems = []
    for name in filter(None, (part.strip() for part in layers.split(","))):
        try:
            records.append(None if name == PICTURE else traced.find(name))
        except CnnvizError as error:
            problems.append(str(error))
    return records, problems


def _cell_name(figure: Figure) -> str:
    """``-channel-4-at-5-4`` for a figure of one number: others of its layer do not write over it."""
    if figure.cell is None:
        return ""
    at = "".join(f"-{place}" for place in figure.cell.at)
    return f"-channel-{figure.cell.channel}" + (f"-at{at}" if at else "")
