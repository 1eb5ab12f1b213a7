"""Options of layer views: from a frozen dataclass to the controls of a form, and from given values to its fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from functools import cache
from typing import Any

from cnnviz.core.errors import CnnvizError
from cnnviz.figure import Control

CHANNEL = "channel"
"""The field that is filled from ``Request.channel`` and is no control."""

AT = "at"
"""The field that is filled from ``Request.at`` and is no control."""


def option(
    label: str,
    *,
    low: float = 0.0,
    high: float | None = None,
    choices: tuple[str, ...] = (),
    lowest: str = "",
    help: str = "",  # noqa: A002
    when: tuple[str, str] | None = None,
) -> dict[str, Any]:
    """Metadata of an option's field: what its control is called, and which values it takes."""
    names = ("label", "low", "high", "choices", "lowest", "help", "when")
    return dict(zip(names, (label, low, high, choices, lowest, help, when), strict=True))


@cache
def controls(kind: type) -> tuple[Control, ...]:
    """The form of an options dataclass, in the order of its fields."""
    return tuple(_control(item) for item in fields(kind) if item.name not in (CHANNEL, AT))


def filled(kind: type, given: Mapping[str, object]) -> Any:
    """An options dataclass with the given values; texts, as a command line has them, are understood.

    Raises
    ------
    CnnvizError
        No such option, or a value that it does not take; the sentence says what it takes.
    """
    known = {control.name: control for control in controls(kind)}
    cursor = {item.name for item in fields(kind)} & {CHANNEL, AT}
    values: dict[str, object] = {}
    for name, value in given.items():
        if name in cursor:
            values[name] = _channel(value) if name == CHANNEL else _position(value)
        elif name in known:
            values[name] = _value(known[name], value)
        else:
            names = [*known, *sorted(cursor)]
            raise CnnvizError(f"This view has no option {name!r}; it has {', '.join(names) or 'none'}.")
    return kind(**values)


def _control(item: Field[Any]) -> Control:
    assert item.default is not MISSING
    about = item.metadata
    kinds = {bool: "check", float: "slider", int: "number", str: "text"}
    kind = "choice" if about["choices"] else kinds[type(item.default)]
    return Control(
        item.name,
        about["label"],
        kind,  # type: ignore[arg-type]
        item.default,
        about["low"],
        about["high"],
        about["choices"],
        about["lowest"],
        about["help"],
        about["when"],
    )


def _channel(value: object) -> int | None:
    if value is None or value == "":
        return None
    try:
        return int(value)  # type: ignore[call-overload, no-any-return]
    except (TypeError, ValueError) as error:
        raise CnnvizError(f"A channel is a whole number, not {value!r}.") from error


def _position(value: object) -> tuple[int, ...] | None:
    if value is None or value == "":
        return None
    try:
        parts = value.split(",") if isinstance(value, str) else list(value)  # type: ignore[call-overload]
        return tuple(int(part) for part in parts)
    except (TypeError, ValueError) as error:
        raise CnnvizError(f"A position is whole numbers such as 5,4, not {value!r}.") from error


def _value(control: Control, value: object) -> object:
    if control.kind == "choice":
        if value not in control.choices:
            raise CnnvizError(f"{control.name} can be {', '.join(control.choices)}; not {value!r}.")
        return value
    if control.kind == "check":
        words = dict.fromkeys(("true", "yes", "on", "1"), True) | dict.fromkeys(("false", "no", "off", "0"), False)
        understood = words.get(str(value).lower())
        if understood is None:
            raise CnnvizError(f"{control.name} is either on or off, not {value!r}.")
        return understood
    if control.kind == "text":
        return str(value)
    whole = control.kind == "number"
    try:
        number = int(value) if whole else float(value)  # type: ignore[call-overload, arg-type]
    except (TypeError, ValueError) as error:
        raise CnnvizError(f"{control.name} is a {'whole ' if whole else ''}number, not {value!r}.") from error
    if not (control.low <= number and (control.high is None or number <= control.high)):
        span = f"at least {control.low:g}" if control.high is None else f"{control.low:g} to {control.high:g}"
        raise CnnvizError(f"{control.name} can be {span}, not {value}.")
    return number
