"""The blocks of a step, from TOML to frozen values: every key is known and of its type, or there is an error."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cnnviz.lessons.base import Choice, Demo, Do, LessonError, Options, Question, Show

WORKSPACES = ("explore", "explain", "sandbox", "network", "table", "train")

_TYPES: dict[str, tuple[type, ...]] = {
    "text in quotes": (str,),
    "a whole number": (int,),
    "a number": (int, float),
    "true or false": (bool,),
    "a table in braces": (dict,),
    "a list in brackets": (list,),
}


@dataclass(frozen=True)
class Block:
    """A block as it was written.

    Attributes
    ----------
    file, line
        Where it begins.
    lines
        Its lines, the fences included.
    values
        What its TOML says.
    """

    file: str
    line: int
    lines: Sequence[str]
    values: Mapping[str, Any]

    def error(self, reason: str, key: str = "") -> LessonError:
        """An error on the line of a key."""
        at = next((i for i, line in enumerate(self.lines) if key and line.lstrip().startswith(key)), 0)
        return LessonError(self.file, self.line + at, reason)

    def within(self, key: str, values: Mapping[str, Any]) -> Block:
        """A table inside of this one."""
        at = next((i for i, line in enumerate(self.lines) if line.lstrip().startswith(key)), 0)
        return Block(self.file, self.line + at, self.lines[at:], values)

    def checked(self, known: Mapping[str, str], needed: Sequence[str] = ()) -> dict[str, Any]:
        """Its values, all known and of their type (a key of `_TYPES`); the needed ones are there."""
        for key, value in self.values.items():
            if key not in known:
                near = difflib.get_close_matches(key, known, 1)
                hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}."
                raise self.error(f"There is no “{key}” here; {hint}", key)
            kinds = _TYPES[known[key]]
            if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
                raise self.error(f"“{key}” is {known[key]}, not {value!r}.", key)
        if missing := [key for key in needed if key not in self.values]:
            raise self.error(f"This block lacks {', '.join(missing)}.")
        return dict(self.values)


_SHOW = {
    "workspace": "text in quotes",
    "model": "text in quotes",
    "image": "text in quotes",
    "layer": "text in quotes",
    "view": "text in quotes",
    "channel": "a whole number",
    "at": "a list in brackets",
    "options": "a table in braces",
    "sandbox": "a table in braces",
    "train": "a table in braces",
}


def show(block: Block, more: Mapping[str, str] | None = None) -> Show:
    """What the window shows."""
    values = block.checked(_SHOW | dict(more or {}))
    workspace = values.get("workspace")
    if workspace is not None and workspace not in WORKSPACES:
        raise block.error(f"There is no workspace “{workspace}”; there are {', '.join(WORKSPACES)}.", "workspace")
    at = values.pop("at", None)
    if at is not None and not all(type(place) is int and place >= 0 for place in at):
        raise block.error(f"“at” is whole numbers such as [5, 4], not {at}.", "at")
    for key in ("options", "sandbox", "train", "demo"):
        if key in values:
            values[key] = _options(block, key, values[key])
    return Show(at=tuple(at) if at is not None else None, **values)


def demo(block: Block) -> Demo:
    """Which demonstration; all other keys are its options."""
    values = dict(block.values)
    name = values.pop("name", None)
    if not isinstance(name, str):
        raise block.error("A demonstration has a name: name = “…” in straight quotes.", "name")
    return Demo(name, _options(block, "", values), block.line)


def do(block: Block) -> Do:
    """What the person is to do."""
    known = {"words": "text in quotes", "until": "a table in braces"}
    values = block.checked(known, needed=tuple(known))
    inside = block.within("until", values["until"])
    if not inside.values:
        raise block.error("“until” says what must come true, such as { channel = 4 }.", "until")
    if "train" in inside.values:
        raise block.error('“until” does not look into the form of Train; say until = { workspace = "train" }.', "until")
    return Do(values["words"], show(inside, {"demo": "a table in braces"}), block.line)


_CHOICE = {"text": "text in quotes", "right": "true or false", "why": "text in quotes"}
_ASK = {
    "question": "text in quotes",
    "kind": "text in quotes",
    "why": "text in quotes",
    "options": "a list in brackets",
    "answer": "text in quotes",
    "low": "a number",
    "high": "a number",
    "within": "a number",
    "unit": "text in quotes",
}


def ask(block: Block) -> Question:
    """What is asked."""
    values = dict(block.values)
    if type(values.get("answer")) in (int, float):
        values["answer"] = str(values["answer"])  # a plain number is an expression, too
    values = Block(block.file, block.line, block.lines, values).checked(_ASK, ("question", "kind"))
    text, why = values["question"], values.get("why", "")
    if values["kind"] == "choice":
        return Question(text, why, _choices(block, values.get("options", [])), line=block.line)
    if values["kind"] != "number":
        raise block.error(f"“kind” is choice or number, not {values['kind']!r}.", "kind")
    if missing := [key for key in ("answer", "low", "high") if key not in values]:
        raise block.error(f"A question for a number lacks {', '.join(missing)}.")
    low, high, within = float(values["low"]), float(values["high"]), float(values.get("within", 0))
    if low >= high:
        raise block.error(f"“low” is less than “high”; here they are {low:g} and {high:g}.", "low")
    return Question(text, why, (), values["answer"], low, high, within, values.get("unit", ""), block.line)


def _choices(block: Block, options: Sequence[Any]) -> tuple[Choice, ...]:
    made = []
    for option in options:
        if not isinstance(option, dict):
            raise block.error("Every option is a table: { text = …, right = true, why = … }.", "options")
        values = Block(block.file, block.line, block.lines, option).checked(_CHOICE, ("text",))
        made.append(Choice(values["text"], values.get("right", False), values.get("why", "")))
    if len(made) < 2:
        raise block.error("A choice has two options at least.", "options")
    if sum(choice.right for choice in made) != 1:
        raise block.error("Exactly one option has right = true.", "options")
    for choice in made:
        if not choice.right and not choice.why:
            raise block.error(f"The wrong answer “{choice.text}” lacks its why: say what is wrong with it.", "options")
    return tuple(made)


def _options(block: Block, key: str, values: Mapping[str, Any]) -> Options:
    for name, value in values.items():
        if not isinstance(value, bool | int | float | str):
            raise block.error(f"“{name}” is a text, a number, true or false; not {value!r}.", key or name)
    return tuple(sorted(values.items()))


KINDS: dict[str, Callable[[Block], Any]] = {"show": show, "demo": demo, "do": do, "ask": ask}
"""Name of a block to what reads it."""
