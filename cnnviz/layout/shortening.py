"""Texts that have to do with less room than they want."""

from __future__ import annotations

from collections.abc import Callable

APART = " · "
LEAST = 5
"""Letters that a name keeps before what stands behind it is left out."""


def shortened(text: str, fits: Callable[[str], bool]) -> str:
    """A text, or as much of it as fits.

    A name loses its middle, as names differ in their beginnings and ends, and keeps the shape behind it while it can;
    of what else stands side by side the last is left out first.
    """
    if fits(text):
        return text
    parts = text.split(APART)
    if len(parts) == 2 and parts[1].replace("×", "").isdigit():
        for length in range(len(parts[0]), min(LEAST, len(parts[0])) - 1, -1):
            if fits(short := f"{middled(parts[0], length)} {parts[1]}"):
                return short
    while len(parts) > 1:
        parts.pop()
        if fits(short := APART.join(parts)):
            return short
    return next((short for n in range(len(parts[0]) - 1, 2, -1) if fits(short := middled(parts[0], n))), "…")


def middled(text: str, length: int) -> str:
    """So many letters of a text, those in its middle as ``…``."""
    if length >= len(text):
        return text
    kept = length - 1
    return f"{text[: -(-kept // 2)].rstrip()}…{text[len(text) - kept // 2 :].lstrip()}"


def ended(path: str, fits: Callable[[str], bool]) -> str:
    """A path, or as much of its end as fits: that tells it from others. A module of which one letter is left goes."""
    if fits(path):
        return path
    end = next((path[at:] for at in range(1, len(path)) if fits(f"…{path[at:]}")), "")
    return f"…{end[end.index('.') + 1 :]}" if "." in end[:2] else f"…{end}"
