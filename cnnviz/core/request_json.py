"""Requests as JSON: in recipes whole, in sessions only what differs from the usual."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, asdict, fields, is_dataclass, replace
from typing import Any

from cnnviz.request import Cell, ModelRequest, Request


def request_of(saved: Mapping[str, Any]) -> Request:
    """A request from its JSON; what is missing has its usual value. Raises ``TypeError`` or ``ValueError``."""
    values = _tuples(saved)
    for item in fields(Request):
        if (
            is_dataclass(item.default) and not isinstance(item.default, type) and item.name in saved
        ):  # parts that are records of their own
            values[item.name] = replace(item.default, **_tuples(saved[item.name]))
    # Consent to run code is given by a person, never by a file.
    values["model"] = ModelRequest(**(_tuples(saved["model"]) | {"trust": False}))
    values["trail"] = tuple(Cell(**(cell | {"at": tuple(cell["at"])})) for cell in saved.get("trail", ()))
    values["options"] = pairs_of(saved.get("options", ()))
    return Request(**values)


def saved_request(request: Request) -> dict[str, Any]:
    """The JSON of a request: only what differs from the usual."""
    return _changed(request) | {"model": _changed(request.model)}


def _changed(value: Any) -> dict[str, Any]:
    usual = {item.name: item.default for item in fields(value)}
    return {
        name: found
        for name, found in asdict(value).items()
        if usual[name] is MISSING or getattr(value, name) != usual[name]
    }


def _tuples(saved: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in saved.items()}


def pairs_of(saved: Any) -> tuple[Any, ...]:
    """Lists of (name, value) as tuples, with tuples in them."""
    return tuple((str(name), tuple(v) if isinstance(v, list) else v) for name, v in saved)
