"""The arithmetic that words may contain: numbers, names of numbers, + − * / // % ** ( ), and a few functions."""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable, Mapping
from functools import cache

from cnnviz.core.errors import CnnvizError

NUMBER = re.compile(r"\{\{(?!\{)(.*?)\}\}", re.DOTALL)
"""``{{ expression }}``, or ``{{ expression:format }}`` with a format of Python's."""

LONGEST = 400
"""Characters of an expression."""

LARGEST_POWER = 64

_OPERATORS: dict[type[ast.AST], Callable[..., float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
}
_FUNCTIONS: dict[str, Callable[..., float]] = {
    "abs": abs,
    "ceil": math.ceil,
    "exp": math.exp,
    "floor": math.floor,
    "log": math.log,
    "max": max,
    "min": min,
    "round": round,
    "sqrt": math.sqrt,
}


class ExpressionError(CnnvizError):
    """An expression cannot be computed."""


def evaluate(text: str, names: Mapping[str, float]) -> float:
    """The value of an expression; whole numbers stay whole.

    Parameters
    ----------
    text
        As ``224*224*3`` or ``demo.weights / 10**6``.
    names
        The numbers that it may name, dots included.

    Raises
    ------
    ExpressionError
        It is no such arithmetic, or names a number that is not known.
    """
    try:
        value = _value(_parsed(text), names)
    except (ArithmeticError, TypeError, ValueError) as error:
        raise ExpressionError(f"“{text.strip()}” has no value: {error}.") from error
    if isinstance(value, complex) or not math.isfinite(value):
        raise ExpressionError(f"“{text.strip()}” is no finite number.")
    return value


def names_in(text: str) -> frozenset[str]:
    """The names in an expression, dots included. Raises ``ExpressionError``."""
    inside = [node for node in ast.walk(_parsed(text)) if isinstance(node, ast.Attribute)]
    return frozenset(_name(node) for node in inside)


def printed(text: str, names: Mapping[str, float]) -> str:
    """What stands in the words for ``expression`` or ``expression:format``. Raises ``ExpressionError``."""
    expression, _, form = text.partition(":")
    value = evaluate(expression, names)
    if not form.strip():
        return said(value)
    try:
        return format(value, form.strip()).replace("-", "−")
    except ValueError as error:
        raise ExpressionError(f"“{form.strip()}” is no format of a number, such as .2f or ,d.") from error


def said(value: float) -> str:
    """A number as words have it: 150,528; 0.0183; −3.5."""
    if value == int(value) and abs(value) < 10**15:
        return f"{int(value):,}".replace("-", "−")
    return f"{value:,.4g}".replace("-", "−") if abs(value) < 10**4 else f"{value:,.1f}".replace("-", "−")


@cache
def _parsed(text: str) -> ast.AST:
    if len(text) > LONGEST:
        raise ExpressionError(f"An expression of {len(text)} characters is too long.")
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError) as error:
        raise ExpressionError(f"“{text.strip()}” is no arithmetic such as 5*5*1*6 + 6.") from error


def _value(node: ast.AST, names: Mapping[str, float]) -> float:
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return value
        case ast.UnaryOp(op=op, operand=operand) if type(op) in _OPERATORS:
            return _OPERATORS[type(op)](_value(operand, names))
        case ast.BinOp(op=ast.Pow(), left=left, right=right):
            return _power(_value(left, names), _value(right, names))
        case ast.BinOp(op=op, left=left, right=right) if type(op) in _OPERATORS:
            return _OPERATORS[type(op)](_value(left, names), _value(right, names))
        case ast.Call(func=ast.Name(id=name), args=given, keywords=[]) if name in _FUNCTIONS:
            return _FUNCTIONS[name](*(_value(one, names) for one in given))
        case ast.Attribute() | ast.Name():
            return _known(_name(node), names)
    raise ExpressionError(f"“{ast.unparse(node)}” is not among + − * / // % ** ( ) and {', '.join(_FUNCTIONS)}.")


def _power(base: float, exponent: float) -> float:
    if abs(exponent) > LARGEST_POWER:
        raise ExpressionError(f"An exponent can be {LARGEST_POWER} at most.")
    result: float = base**exponent
    return result


def _name(node: ast.AST) -> str:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attribute):
            return f"{_name(value)}.{attribute}"
    raise ExpressionError("A name is made of words and dots, such as demo.weights.")


def _known(name: str, names: Mapping[str, float]) -> float:
    if name not in names:
        known = ", ".join(sorted(names)) or "none here"
        raise ExpressionError(f"No number is called “{name}”; there are {known}.")
    return names[name]
