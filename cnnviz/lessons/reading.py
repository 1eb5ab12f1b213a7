"""From a file to a `Lesson`: front matter and blocks are TOML, words are Markdown; every mistake has a line."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cnnviz import paths
from cnnviz.lessons.base import Lesson, LessonError, Step
from cnnviz.lessons.blocks import KINDS, Block
from cnnviz.lessons.words import markdown

FENCE = "+++"

HEAD = {"title": str, "number": int, "minutes": int, "summary": str}
"""What stands in the front matter."""

CODE = ("", "text", "python", "toml")
"""Fenced blocks that are words: shown as code."""


def lesson_files() -> tuple[Path, ...]:
    """Our own lessons, in their order."""
    return tuple(sorted((paths.resources() / "lessons").glob("*.md")))


def lesson_named(name: str) -> Path:
    """The file of a lesson: a path, or the beginning of the name of one of ours (``05``, ``05-convolution``)."""
    path = Path(name)
    ours = [file for file in lesson_files() if file.stem == name or file.stem.split("-")[0] == name.zfill(2)]
    return ours[0] if ours and not path.exists() else path


def read(file: Path) -> Lesson:
    """Read a lesson.

    Raises
    ------
    LessonError
        It cannot be read, or is not as lessons are; with the line of the first mistake.
    """
    lesson, mistakes = read_all(file)
    if mistakes:
        raise mistakes[0]
    assert lesson is not None
    return lesson


def read_all(file: Path) -> tuple[Lesson | None, list[LessonError]]:
    """What there is of a lesson without what is not as lessons are, and every mistake of form, in order of the lines.

    The lesson is None where the file cannot be read or has no front matter or steps at all.
    """
    mistakes: list[LessonError] = []
    try:
        lines = _lines(file)
    except LessonError as error:
        return None, [error]
    head: dict[str, Any] | None = None
    begin = 0
    try:
        head, begin = _head(file.name, lines)
    except LessonError as error:
        mistakes.append(error)
        ends = [i for i, line in enumerate(lines) if line.strip() == FENCE]
        if len(ends) < 2:  # nobody knows where the steps begin
            return None, mistakes
        begin = ends[1] + 1
    try:
        steps = _steps(file.name, lines, begin, mistakes)
    except LessonError as error:
        return None, [*mistakes, error]
    lesson = None if head is None else Lesson(key=file.stem, steps=steps, file=str(file), **head)
    return lesson, sorted(mistakes, key=lambda error: error.line)


def told(mistakes: Sequence[LessonError]) -> tuple[str, str]:
    """What is wrong with a file in one sentence, and every mistake on a line of its own."""
    more = len(mistakes) - 1
    also = f" And {more} more mistake{'s' if more > 1 else ''}." if more else ""
    return f"{mistakes[0]}{also}", "\n".join(map(str, mistakes)) if more else ""


def read_head(file: Path) -> Lesson:
    """The lesson without its steps: for a list. Raises ``LessonError``."""
    head, _ = _head(file.name, _lines(file))
    return Lesson(key=file.stem, steps=(), file=str(file), **head)


def toml(file: str, text: str, first: int) -> dict[str, Any]:
    """Read TOML that begins on some line of a file. Raises ``LessonError`` with the line of the mistake."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)", str(error))
        line = first + int(found[1]) - 1 if found and found[1] else first + max(text.count("\n") - 1, 0)
        reason = str(error).removesuffix(found[0]) if found else str(error)
        raise LessonError(file, line, f"This is no TOML: {reason}.") from error


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise LessonError(file.name, 1, f"The file cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise LessonError(file.name, 1, "The file is no text in UTF-8; save it as UTF-8.") from error


def _head(file: str, lines: Sequence[str]) -> tuple[dict[str, Any], int]:
    """The front matter, and the index of the line after it."""
    start = next((i for i, line in enumerate(lines) if line.strip()), 0)
    if not lines or lines[start].strip() != FENCE:
        raise LessonError(file, start + 1, 'A lesson begins with +++, then title = "…", number, minutes, summary, +++.')
    end = next((i for i in range(start + 1, len(lines)) if lines[i].strip() == FENCE), None)
    if end is None:
        raise LessonError(file, start + 1, "The +++ that ends the front matter is missing.")
    found = toml(file, "\n".join(lines[start + 1 : end]) + "\n", start + 2)
    for name, value in found.items():
        line = next((i + 1 for i in range(start, end) if lines[i].lstrip().startswith(name)), start + 1)
        if name not in HEAD:
            raise LessonError(file, line, f"There is no “{name}” in the front matter; there are {', '.join(HEAD)}.")
        if type(value) is not HEAD[name]:
            kind = "text in quotes" if HEAD[name] is str else "a whole number"
            raise LessonError(file, line, f"“{name}” is {kind}, not {value!r}.")
    if missing := [name for name in HEAD if name not in found]:
        raise LessonError(file, start + 1, f"The front matter lacks {', '.join(missing)}.")
    return found, end + 1


def _steps(file: str, lines: Sequence[str], begin: int, mistakes: list[LessonError]) -> tuple[Step, ...]:
    tokens = markdown().parse("\n".join([""] * begin + list(lines[begin:])))
    heads = [
        (token.map[0], tokens[i + 1].content)
        for i, token in enumerate(tokens)
        if token.type == "heading_open" and token.tag == "h2" and token.level == 0 and token.map
    ]
    if not heads:
        raise LessonError(file, begin + 1, "There is no step: a line such as “## Title” begins one.")
    before = next((i for i in range(begin, heads[0][0]) if lines[i].strip()), None)
    if before is not None:
        mistakes.append(
            LessonError(file, before + 1, "Words before the first step: a line such as “## Title” begins one.")
        )
    ends = [line for line, _ in heads[1:]] + [len(lines)]
    fences = [(t.info.strip(), t.content, t.map) for t in tokens if t.type == "fence" and t.level == 0 and t.map]
    return tuple(
        _step(file, lines, line, end, title, [(i, c, m) for i, c, m in fences if line < m[0] < end], mistakes)
        for (line, title), end in zip(heads, ends, strict=True)
    )


def _step(
    file: str,
    lines: Sequence[str],
    line: int,
    end: int,
    title: str,
    fences: Sequence[tuple[str, str, Sequence[int]]],
    mistakes: list[LessonError],
) -> Step:
    """One step; the lines of its blocks are emptied in its words, so that lines keep their numbers."""
    words = list(lines[line + 1 : end])
    blocks: dict[str, Any] = {}
    for kind, content, (first, last) in fences:
        if kind in CODE:
            continue
        words[first - line - 1 : last - line - 1] = [""] * (last - first)
        try:
            block = _block(file, kind, content, lines[first:last], first + 1, blocks)
        except LessonError as error:
            mistakes.append(error)
            continue
        blocks[kind] = block
        if kind == "show":
            blocks["show_line"] = first + 1
    return Step(title.strip(), "\n".join(words).rstrip(), **blocks, line=line + 1, text_line=line + 2)


def _block(file: str, kind: str, content: str, lines: Sequence[str], line: int, others: dict[str, Any]) -> Any:
    """What a fenced block says."""
    if kind not in KINDS:
        near = difflib.get_close_matches(kind, KINDS, 1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(KINDS)}."
        raise LessonError(file, line, f"There is no block “{kind}”; {hint}")
    if kind in others:
        raise LessonError(file, line, f"A step has one block “{kind}” at most; begin another step with ##.")
    if any(text.startswith(("## ", "```")) for text in content.splitlines()):  # of TOML “##” would be a comment
        raise LessonError(file, line, f"The block “{kind}” is not closed: a line of three backticks is missing.")
    return KINDS[kind](Block(file, line, lines, toml(file, content, line + 1)))
