"""What a lesson is made of, and the register of the demonstrations that its steps can show."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from cnnviz.core.errors import CnnvizError
from cnnviz.figure import Control, Figure
from cnnviz.request import Option
from cnnviz.views.options import controls, filled

if TYPE_CHECKING:
    from cnnviz.core.images import Picture

Options = tuple[tuple[str, Option], ...]
"""Sorted (name, value) pairs."""


class LessonError(CnnvizError):
    """A lesson cannot be read, or asks for what does not exist.

    Parameters
    ----------
    file
        Name of the lesson's file.
    line
        Where in it, from 1.
    reason
        What is wrong and what to do, one sentence.
    """

    def __init__(self, file: str, line: int, reason: str) -> None:
        super().__init__(f"{file}, line {line}: {reason}")
        self.file, self.line, self.reason = file, line, reason


@dataclass(frozen=True, slots=True)
class Show:
    """What the window shows in a step. What is None was not said, and stays as it is.

    Attributes
    ----------
    workspace
        ``explore``, ``explain``, ``sandbox``, ``network``, ``table`` or ``train``.
    model
        A model that can be opened by name.
    image
        A picture of ours, as ``lenet5-mnist/seven.png``.
    layer, view, channel, at, options
        As in `cnnviz.request.Request`.
    sandbox
        Where the sandbox begins: what differs from its usual setting; see `cnnviz.lessons.sandboxes`.
    train
        Where the form of the workspace “Train” begins; see `cnnviz.lessons.trainings`.
    demo
        Options of the step's demonstration; only in what must come true. There ``">= 3"`` and ``"<= 3"`` are numbers
        from or up to there.
    """

    workspace: str | None = None
    model: str | None = None
    image: str | None = None
    layer: str | None = None
    view: str | None = None
    channel: int | None = None
    at: tuple[int, ...] | None = None
    options: Options | None = None
    sandbox: Options | None = None
    train: Options | None = None
    demo: Options | None = None


@dataclass(frozen=True, slots=True)
class Demo:
    """Which demonstration a step shows, and where its options begin."""

    name: str
    options: Options = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class Do:
    """What the person is to do: in words, and what must come true in the window."""

    words: str
    until: Show
    line: int = 0


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to choose from, and what is said to who chooses it."""

    text: str
    right: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """What a step asks.

    Attributes
    ----------
    text
        The question.
    why
        What is said with the answer.
    choices
        Answers to choose from; empty where a number is asked.
    answer
        The expression of the number; empty where one chooses.
    low, high
        Ends of the slider on which one guesses.
    within
        How far a guess may be off to count as right.
    unit
        What the number counts.
    """

    text: str
    why: str = ""
    choices: tuple[Choice, ...] = ()
    answer: str = ""
    low: float = 0.0
    high: float = 0.0
    within: float = 0.0
    unit: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """One page of a lesson.

    Attributes
    ----------
    title, line
        Its heading, and where in the file it stands.
    text
        Words in Markdown, with ``{{ … }}`` and ``$ … $`` as they were written; `text_line` is the line of its
        first, and `show_line` that of its ``show``.
    show
        What the window shows; None where it stays as in the step before.
    """

    title: str
    text: str
    show: Show | None = None
    demo: Demo | None = None
    do: Do | None = None
    ask: Question | None = None
    line: int = 0
    text_line: int = 0
    show_line: int = 0


@dataclass(frozen=True, slots=True)
class Lesson:
    """A lesson as its file has it.

    Attributes
    ----------
    key
        Name of the file without its ending: ``05-convolution``.
    number
        Its place in the list.
    minutes
        About how long it takes.
    """

    key: str
    title: str
    number: int
    minutes: int
    summary: str
    steps: tuple[Step, ...]
    file: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Demonstrated:
    """What a demonstration shows.

    Attributes
    ----------
    numbers
        What the words of its step may name as ``{{ demo.name }}``.
    idle
        Options that change nothing on this picture, or beside the others: they are not offered.
    """

    figure: Figure
    numbers: Mapping[str, float] = field(default_factory=dict)
    idle: tuple[str, ...] = ()


Demonstrate = TypeVar("Demonstrate", bound=Callable[..., Demonstrated])


@dataclass(frozen=True, slots=True, eq=False)
class Demonstration:
    """A piece of a lesson that one can play with.

    Attributes
    ----------
    name, title
        As in a lesson's file, and as a person reads it.
    options
        The frozen dataclass of its options, whose fields become the form as those of layer views do.
    run
        ``run(picture, options)`` computes it. It may take some seconds, and asks `cnnviz.core.cancel` between its
        parts.
    """

    name: str
    title: str
    options: type
    run: Callable[..., Demonstrated]

    @property
    def controls(self) -> tuple[Control, ...]:
        """The form of its options."""
        return controls(self.options)

    def make(self, picture: Picture, options: Mapping[str, object]) -> Demonstrated:
        """Compute it for a picture. Raises ``CnnvizError`` for an option or a value that it does not take."""
        made: Demonstrated = self.run(picture, filled(self.options, options))
        return made


_demonstrations: dict[str, Demonstration] = {}


def demonstration(name: str, *, title: str, options: type) -> Callable[[Demonstrate], Demonstrate]:
    """Register a function as a demonstration: see `Demonstration`."""

    def register(run: Demonstrate) -> Demonstrate:
        _demonstrations[name] = Demonstration(name, title, options, run)
        return run

    return register


def get(name: str) -> Demonstration:
    """The demonstration of that name. Raises ``CnnvizError`` when there is none."""
    import cnnviz.lessons.demonstrations  # noqa: F401 (they register themselves)

    if name not in _demonstrations:
        raise CnnvizError(f"There is no demonstration {name!r}; there are {', '.join(sorted(_demonstrations))}.")
    return _demonstrations[name]


def all_demonstrations() -> tuple[Demonstration, ...]:
    """Every demonstration."""
    import cnnviz.lessons.demonstrations  # noqa: F401

    return tuple(_demonstrations.values())
