r"""Formulas of mere numbers, such as ``5 \cdot 5 + 1 = 26``: both sides are computed and compared."""

from __future__ import annotations

import math
import re

from cnnviz.lessons.expressions import ExpressionError, evaluate

_PLAIN = {
    r"\cdot": "*",
    r"\times": "*",
    r"\left": "",
    r"\right": "",
    r"\lfloor": "floor(",
    r"\rfloor": ")",
    r"\,": "",
    r"\;": "",
    r"\quad": "",
    "{,}": "",
    "−": "-",
    "^": "**",
}
_FRACTION = re.compile(r"\\d?frac\{([^{}]*)\}\{([^{}]*)\}")
_ROOT = re.compile(r"\\sqrt\{([^{}]*)\}")
_PLACES = re.compile(r"\.(\d+)")


def false_equation(tex: str) -> str:
    """What is wrong in a formula of mere numbers; empty where it is right, or holds anything but numbers."""
    text = tex
    for _ in range(4):  # fractions within fractions
        text = _ROOT.sub(r"sqrt(\1)", _FRACTION.sub(r"((\1)/(\2))", text))
    for name, plain in sorted(_PLAIN.items(), key=lambda pair: -len(pair[0])):
        text = text.replace(name, plain)
    text = text.replace("{", "(").replace("}", ")")
    for sign in (r"\approx", "="):
        text = text.replace(sign, f" {sign} ")
    parts = re.split(r" (=|\\approx) ", text)
    sides = [_side(part) for part in parts[::2]]
    for at, sign in enumerate(parts[1::2]):
        left, right = sides[at], sides[at + 1]
        if left is None or right is None:
            continue
        near = 0.5 * 10 ** -_places(parts[2 * at + 2]) if sign != "=" or "." in parts[2 * at + 2] else 1e-9
        if not math.isclose(left, right, rel_tol=1e-9, abs_tol=near * 1.001):
            return f"The formula is not right: {parts[2 * at].strip()} is {left:g}, not {parts[2 * at + 2].strip()}."
    return ""


def _side(text: str) -> float | None:
    try:
        return evaluate(text, {})
    except ExpressionError:
        return None


def _places(text: str) -> int:
    found = _PLACES.search(text)
    return len(found[1]) if found else 0
