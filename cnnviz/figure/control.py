"""What the form of a layer view asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cnnviz.request import Option


@dataclass(frozen=True, slots=True)
class Control:
    """One option of a layer view, as the window's form shows it.

    Attributes
    ----------
    name
        The option's name, as in ``Request.options``.
    label
        What the form calls it.
    kind
        ``slider`` (a float between low and high), ``number`` (an int), ``choice`` (one of ``choices``), ``check``,
        ``text``.
    default
        Value when nothing is asked for.
    low, high
        Limits of a slider or number; ``high`` is None where there is none.
    choices
        The values of a choice.
    lowest
        What the lowest value of a number means, where it stands for none.
    help
        One sentence.
    when
        (name, value) of another option without which this one changes nothing, and is not shown; None: always.
    """

    name: str
    label: str
    kind: Literal["slider", "number", "choice", "check", "text"]
    default: Option
    low: float = 0.0
    high: float | None = None
    choices: tuple[str, ...] = ()
    lowest: str = ""
    help: str = ""
    when: tuple[str, Option] | None = None
