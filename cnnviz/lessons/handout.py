"""A lesson on paper: words, formulas, figures, questions; the answers, and what words mean, on the last page."""

from __future__ import annotations

import base64
import io
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image, ImageChops

from cnnviz import paths
from cnnviz.core.errors import CnnvizError
from cnnviz.export import export
from cnnviz.figure import Figure
from cnnviz.lessons import words
from cnnviz.lessons.base import Lesson, Question, Step, get
from cnnviz.lessons.expressions import evaluate, printed, said
from cnnviz.lessons.facts import facts, numbers
from cnnviz.lessons.following import model_name, picture_file, shown
from cnnviz.lessons.formulas import aloud, outline
from cnnviz.lessons.glossary import Entry, glossary
from cnnviz.lessons.words import Typeset
from cnnviz.request import ModelRequest, Request

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cnnviz.explore import Explorer

    SandboxFigure = Callable[[Mapping[str, object]], Figure]

WIDTH, HEIGHT, LETTERS = 170, 100, 6.5
"""Most millimetres of a figure, and points of its letters; its panels stand as lets them be largest."""

DPI = 200
"""Pixels of a printed figure to an inch."""

WHOLE = {"network": "architecture", "table": "layer-table"}
"""Workspaces that show the whole network, and the view that prints it."""


@dataclass(frozen=True, eq=False)
class Part:
    """A step with all that it needs on paper: its numbers, and the figure that the window would show."""

    step: Step
    numbers: Mapping[str, float]
    figure: Figure | None

    def said(self, text: str) -> str:
        """What stands for a number."""
        return printed(text, self.numbers)


def parts(lesson: Lesson, explorer: Explorer, sandbox: SandboxFigure) -> Iterator[Part]:
    """The steps one after the other. Raises ``CnnvizError`` for a lesson that is not sound.

    Parameters
    ----------
    sandbox
        Makes the figure of a sandbox with these settings.
    """
    from cnnviz.core import images

    before: object = None  # what the last figure showed: the same is not printed again
    for place, step in enumerate(lesson.steps):
        now = shown(lesson, place)
        model = ModelRequest(model_name(str(now.model), lesson))
        image = str(picture_file(str(now.image), lesson))
        known: dict[str, float] = numbers(facts(explorer.model(model)), now.layer or "")
        figure: Figure | None
        if step.demo is not None:
            made = get(step.demo.name).make(images.read(image), dict(step.demo.options))
            known |= {f"demo.{name}": value for name, value in made.numbers.items()}
            figure = made.figure
        elif now.workspace == "sandbox":
            figure = sandbox(dict(now.sandbox or ()))
        elif step.show is None or now.workspace == "train" or (step is lesson.steps[-1] and not now.layer):
            figure = None  # the same as before, nothing that stands still, or only to have a rest from others
        elif now.workspace in WHOLE:
            figure = explorer.answer(Request(model, image, view=WHOLE[now.workspace])).figure
        else:
            request = Request(
                model,
                image,
                layer=now.layer or "",
                view=now.view or "",
                channel=now.channel,
                at=now.at,
                options=now.options or (),
            )
            figure = explorer.answer(request).figure
        drawn = (step.demo.name, step.demo.options, image) if step.demo is not None else now
        if figure is not None:
            figure, before = (None if drawn == before else figure), drawn
        yield Part(step, known, figure)


def vocabulary(lesson: Lesson) -> list[Entry]:
    """The textbooks' words that a lesson says, in the order in which it does."""
    found: dict[str, Entry] = {}
    for step in lesson.steps:
        for text, _ in words.prose(step.text):
            found |= {one.entry.title: one.entry for one in glossary().find(text, textbooks=True)}
    return list(found.values())


def meanings(entries: Sequence[Entry]) -> str:
    """What words mean, as HTML; empty where there are none."""
    said = "".join(f"<p><b>{escape(entry.title)}</b>: {escape(entry.sentence)}</p>" for entry in entries)
    return f'<div class="words"><h2>The words</h2>{said}</div>' if said else ""


def body(lesson: Lesson, found: Sequence[Part], typeset: Typeset, picture: Callable[[Figure], str]) -> str:
    """The handout as HTML without a head, up to its answers.

    Parameters
    ----------
    typeset
        Formulas as HTML.
    picture
        A figure as HTML.
    """
    number = f"Lesson {lesson.number} · " if lesson.number else ""
    lines = [f"<h1>{escape(lesson.title)}</h1>"]
    lines.append(f'<p class="dim">{number}about {lesson.minutes} minutes · {escape(lesson.summary)}</p>')
    for place, part in enumerate(found, 1):
        step = part.step
        lines.append(f"<h2>{place} · {words.line_html(step.title, part.said, typeset)}</h2>")
        lines.append(words.html(step.text, part.said, typeset))
        if part.figure is not None:
            lines.append(f"<figure>{picture(part.figure)}</figure>")
        if step.do is not None:
            lines.append(f"<h3>Try it</h3>{words.html(step.do.words, part.said, typeset)}")
        if step.ask is not None:
            lines.append(_asked(step.ask, part, typeset))
    answers = [_answer(place, part, typeset) for place, part in enumerate(found, 1) if part.step.ask is not None]
    if answers:
        lines.append('<div class="answers"><h2>Answers</h2>' + "".join(answers) + "</div>")
    return "\n".join(lines)


def _asked(ask: Question, part: Part, typeset: Typeset) -> str:
    text = words.html(ask.text, part.said, typeset)
    if ask.choices:
        items = "".join(f"<li>{words.line_html(choice.text, part.said, typeset)}</li>" for choice in ask.choices)
        return f'<div class="ask"><h3>Question</h3>{text}<ol class="choices" type="A">{items}</ol></div>'
    unit = f" {escape(ask.unit)}" if ask.unit else ""
    return f'<div class="ask"><h3>Predict</h3>{text}<p>My guess: ____________{unit}</p></div>'


def _answer(place: int, part: Part, typeset: Typeset) -> str:
    ask = part.step.ask
    assert ask is not None
    why = words.line_html(ask.why, part.said, typeset)
    if not ask.choices:
        unit = f" {escape(ask.unit)}" if ask.unit else ""
        return f"<p><b>{place}: {said(evaluate(ask.answer, part.numbers))}{unit}.</b> {why}</p>"
    lines = []
    for letter, choice in zip("ABCDEFGH", ask.choices, strict=False):
        verdict = "right" if choice.right else "wrong"
        reason = words.line_html(choice.why, part.said, typeset)
        lines.append(f"<li><b>{letter} is {verdict}.</b> {reason}</li>")
    return f"<p><b>{place}:</b> {why}</p><ul>{''.join(lines)}</ul>"


def png(figure: Figure) -> bytes:
    """A figure as it is printed: light, as wide as the page, without an empty rim."""
    with tempfile.TemporaryDirectory() as folder:
        file = export(
            figure, Path(folder) / "figure.png", width=WIDTH, height=HEIGHT, dpi=DPI, font=LETTERS, theme="light"
        )
        with Image.open(file) as drawn:
            page = drawn.convert("RGB")
    empty = Image.new("RGB", page.size, page.getpixel((0, 0)))
    buffer = io.BytesIO()
    page.crop(ImageChops.difference(page, empty).getbbox()).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def as_html(lesson: Lesson, found: Sequence[Part]) -> str:
    """The whole page; formulas and figures are inside of it."""

    def picture(figure: Figure) -> str:
        data = base64.b64encode(png(figure)).decode()
        return f'<img alt="{escape(figure.title)}" src="data:image/png;base64,{data}">'

    style = (paths.resources() / "report" / "handout.css").read_text("utf-8")
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(lesson.title)}</title><style>{style}</style></head>"
        f"<body>{body(lesson, found, _svg, picture)}{meanings(vocabulary(lesson))}</body></html>"
    )


def _svg(tex: str, display: bool) -> str:
    """A formula as outlines that stand on the line of the words, in the words' own size."""
    try:
        made = outline(tex.replace(r"\frac", r"\dfrac") if display else tex)
    except CnnvizError:
        return f"<code>{escape(tex)}</code>"
    above, below, size = made.ascent, made.descent, 1.15 if display else 1.05
    return (
        f'<svg class="formula" role="img" aria-label="{escape(aloud(tex))}" style="width:{made.width * size:.3f}em; '
        f'height:{(above + below) * size:.3f}em; vertical-align:{-below * size:.3f}em" '
        f'viewBox="0 {-above:.3f} {made.width:.3f} {above + below:.3f}"><path d="{made.svg()}"/></svg>'
    )
