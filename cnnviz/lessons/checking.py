"""Whether a lesson holds what it promises: networks, layers, pictures, demonstrations, numbers, formulas, answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnviz import views
from cnnviz.core.errors import CnnvizError
from cnnviz.lessons import base, sandboxes, trainings, words
from cnnviz.lessons.base import Lesson, LessonError, Options, Question, Show, Step
from cnnviz.lessons.equations import false_equation
from cnnviz.lessons.expressions import NUMBER, evaluate, printed
from cnnviz.lessons.following import bound_of, model_name, picture_file, reaching, shown
from cnnviz.lessons.formulas import outline
from cnnviz.lessons.reading import read_all
from cnnviz.views.options import filled

if TYPE_CHECKING:
    from cnnviz.core.images import Picture
    from cnnviz.core.trace import Record, Trace

BARE = re.compile(r"(?<![\w.,-])\d[\d.,]*\d(?![\w-])")
"""A number of two digits or more in the words."""


def problems(file: Path) -> list[LessonError]:
    """All that is wrong with a lesson, in the order of the lines; empty when it is sound.

    Steps are looked into whose form is sound. What a step shows goes on to the next ones: after one whose ``show`` may
    be wrong, those are left out that do not name a network of their own.
    """
    lesson, mistakes = read_all(file)
    if lesson is None:
        return mistakes
    found = _Check(lesson).all(_sound(lesson, mistakes))
    return sorted([*mistakes, *found], key=lambda error: error.line)


def _sound(lesson: Lesson, mistakes: Sequence[LessonError]) -> Iterator[int]:
    """The places of the steps that can be looked into."""
    ends = [step.line for step in lesson.steps[1:]] + [10**9]
    lost = False  # nobody knows what is shown
    for place, (step, end) in enumerate(zip(lesson.steps, ends, strict=True)):
        wrong = any(step.line <= error.line < end for error in mistakes)
        if step.show is not None and step.show.model is not None:
            lost = False
        elif wrong and step.show is None:
            lost = True
        if not wrong and not lost:
            yield place


@dataclass(frozen=True, eq=False)
class Scene:
    """What a step is about: the pass of its network on its picture."""

    trace: Trace
    record: Record | None
    picture: Picture
    facts: Mapping[str, float]


class _Check:
    """Looks at one lesson; networks and passes are kept as long as it does."""

    def __init__(self, lesson: Lesson) -> None:
        self._lesson = lesson
        self._models: dict[str, tuple[Any, dict[str, Any]]] = {}
        self._traces: dict[tuple[str, str], Trace] = {}

    def all(self, places: Iterable[int]) -> Iterator[LessonError]:
        """What is wrong with these steps, and with the words of the others as far as they stand for themselves."""
        sound = set(places)
        for place, step in enumerate(self._lesson.steps):
            if place in sound:
                yield from self._step(step, shown(self._lesson, place))
            else:
                for text, line in _texts(step):
                    yield from self._bare(text, line)

    def _error(self, line: int, reason: str) -> LessonError:
        return LessonError(Path(self._lesson.file).name, line, reason)

    def _step(self, step: Step, now: Show) -> Iterator[LessonError]:
        try:
            scene = self._scene(now)
        except CnnvizError as error:
            if step.show is not None or step is self._lesson.steps[0]:  # else a step before has said it
                yield self._error(step.show_line or step.line, str(error))
            return
        numbers = dict(scene.facts)
        tries: list[tuple[int, Callable[[], object]]] = []
        if step.show is not None:
            tries.append((step.show_line, lambda: _view(scene, now)))
            tries.append((step.show_line, lambda: sandboxes.complete(dict(now.sandbox or ()))))
            tries.append((step.show_line, lambda: trainings.complete(dict(now.train or ()))))
        if step.demo is not None:
            demo, line = step.demo, step.demo.line

            def demonstrate() -> None:
                made = base.get(demo.name).make(scene.picture, dict(demo.options))
                numbers.update({f"demo.{name}": value for name, value in made.numbers.items()})

            tries.append((line, demonstrate))
        if step.do is not None:
            do = step.do
            tries.append((do.line, lambda: self._do(step, do.until, now)))
        said: set[str] = set()  # a task begins with what the step shows
        for line, attempt in tries:
            try:
                attempt()
            except CnnvizError as error:
                if str(error) not in said:
                    said.add(str(error))
                    yield self._error(line, str(error))
        yield from self._words(step, numbers)
        if step.ask is not None:
            yield from self._question(step.ask, numbers)

    def _scene(self, now: Show) -> Scene:
        from cnnviz.core.images import prepare, read
        from cnnviz.core.sources import load_model
        from cnnviz.core.trace import trace
        from cnnviz.lessons.facts import facts, numbers

        name = model_name(str(now.model), self._lesson)
        if name not in self._models:
            loaded = load_model(name)
            self._models[name] = loaded, facts(loaded)
        model, found = self._models[name]
        file = picture_file(str(now.image), self._lesson)
        if not file.is_file():
            raise CnnvizError(
                f"There is no picture “{now.image}”: name one of our samples, such as lenet5-mnist/seven.png, "
                "or one beside the lesson."
            )
        picture = read(file)
        if (name, str(file)) not in self._traces:
            self._traces[name, str(file)] = trace(model, prepare(picture, model.preprocessing))
        traced = self._traces[name, str(file)]
        record = traced.find(now.layer) if now.layer else None
        return Scene(traced, record, picture, numbers(found, now.layer or ""))

    def _do(self, step: Step, until: Show, now: Show) -> None:
        """What must come true can come true: the same network and layers, and options that exist."""
        from cnnviz.lessons.following import after

        given = {item.name: getattr(until, item.name) for item in fields(Show)}
        then = after(now, replace(until, demo=None, options=tuple(reaching(until.options or ()).items())))  # type: ignore[arg-type]
        _view(self._scene(then), replace(then, options=then.options or ()))
        sandboxes.complete(reaching(until.sandbox or ()))
        if given["demo"] is not None:
            if step.demo is None:
                raise CnnvizError("This step has no demonstration whose options could come true.")
            filled(base.get(step.demo.name).options, dict(step.demo.options) | reaching(until.demo or ()))
        if given["options"]:
            self._options_exist(until.options or (), then)

    def _options_exist(self, options: Options, now: Show) -> None:
        for name, wanted in options:
            if bound_of(wanted) is None and not any(
                c.name == name for view in views.all_views() for c in view.controls
            ):
                raise CnnvizError(f"No view has an option “{name}”.")

    # words

    def _words(self, step: Step, numbers: Mapping[str, float]) -> Iterator[LessonError]:
        for text, line in _texts(step):
            yield from self._numbers(text, line, numbers)
            yield from self._bare(text, line)
            yield from self._formulas(text, line, numbers)

    def _numbers(self, text: str, line: int, numbers: Mapping[str, float]) -> Iterator[LessonError]:
        for found in NUMBER.finditer(text):
            try:
                printed(found[1], numbers)
            except CnnvizError as error:
                yield self._error(line + text[: found.start()].count("\n"), str(error))

    def _bare(self, text: str, line: int) -> Iterator[LessonError]:
        for passage, at in words.prose(text):
            for bare in BARE.finditer(passage):
                where = line + at
                reason = (
                    f"The number {bare[0]} stands in the words by itself: write {{{{ … }}}}, so that it is computed."
                )
                yield self._error(where, reason)

    def _formulas(self, text: str, line: int, numbers: Mapping[str, float]) -> Iterator[LessonError]:
        for tex, at in words.formulas(text):
            try:
                filled_in = NUMBER.sub(lambda found: printed(found[1], numbers).replace(",", "").replace("−", "-"), tex)
            except CnnvizError:
                continue  # said already
            if reason := _untypeset(filled_in) or false_equation(filled_in):
                yield self._error(line + at, reason)

    def _question(self, ask: Question, numbers: Mapping[str, float]) -> Iterator[LessonError]:
        if ask.choices:
            return
        try:
            answer = evaluate(ask.answer, numbers)
        except CnnvizError as error:
            yield self._error(ask.line, str(error))
            return
        if not ask.low <= answer <= ask.high:
            yield self._error(
                ask.line, f"The answer {answer:g} is not between low and high: {ask.low:g} and {ask.high:g}."
            )


def _texts(step: Step) -> list[tuple[str, int]]:
    """All words of a step, and the lines at which they begin."""
    texts = [(step.text, step.text_line)]
    if step.do is not None:
        texts.append((step.do.words, step.do.line))
    if step.ask is not None:
        texts += [(text, step.ask.line) for text in (step.ask.text, step.ask.why)]
        texts += [(text, step.ask.line) for choice in step.ask.choices for text in (choice.text, choice.why)]
    return texts


def _view(scene: Scene, now: Show) -> None:
    """View, options, channel and position exist where the step shows them."""
    offers = views.views_for(scene.record, scene.trace)
    view = views.get(now.view) if now.view else offers[0]
    if view not in offers:
        fitting = ", ".join(offer.name for offer in offers)
        raise CnnvizError(f"The view “{view.name}” does not fit {now.layer or 'the picture'}; these do: {fitting}.")
    known = {control.name for control in view.controls}
    given = reaching(now.options or ())
    if unknown := [name for name in given if name not in known]:
        raise CnnvizError(f"The view “{view.name}” has no option “{unknown[0]}”; it has {', '.join(known) or 'none'}.")
    filled(view.options, given)
    shape = tuple(scene.trace.input.shape[1:]) if scene.record is None else scene.record.output_shape
    if now.channel is not None and not 0 <= now.channel < shape[0]:
        raise CnnvizError(f"There is no channel {now.channel} in {now.layer or 'the picture'}; it has {shape[0]}.")
    if now.at is not None and not (
        len(now.at) == len(shape) - 1 and all(p < n for p, n in zip(now.at, shape[1:], strict=True))
    ):
        raise CnnvizError(f"There is no position {list(now.at)} in {now.layer or 'the picture'}: it is {shape[1:]}.")


def _untypeset(tex: str) -> str:
    """Why a formula cannot be typeset; empty where it can."""
    try:
        outline(tex)
    except CnnvizError as error:
        return str(error)
    return ""
