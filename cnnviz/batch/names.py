"""Names of files that are made in numbers: a pattern, filled in, fit for every system, and each only once."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping

from cnnviz.core.errors import CnnvizError
from cnnviz.figure import Figure

NAME = "{image}-{layer}-{view}"
FIELDS = ("image", "layer", "view", "index", "op", "model")
"""What a pattern for names can hold."""


def check_name(pattern: str) -> None:
    """Refuse a pattern that cannot be filled in. Raises ``CnnvizError``."""
    try:
        asked = [(name, spec, how) for _, name, spec, how in string.Formatter().parse(pattern) if name is not None]
    except ValueError as error:
        raise CnnvizError(f"The name {pattern!r} is no pattern like {NAME!r}: {error}.") from error
    for name, spec, how in asked:
        if name not in FIELDS or spec or how:
            raise CnnvizError(f"A name can hold {', '.join('{' + known + '}' for known in FIELDS)}; not {{{name}}}.")
    if not pattern.strip():
        raise CnnvizError(f"The name is empty; a pattern is {NAME!r}, for instance.")


def stem_of(pattern: str, parts: Mapping[str, str], cell: str = "") -> str:
    """A name without its suffix, fit for every system; ``cell`` is added to it."""
    return re.sub(r'[<>:"/\\|?*\x00-\x1f]', "_", pattern.format_map(parts) + cell)


def cell_name(figure: Figure) -> str:
    """``-channel-4-at-5-4`` for a figure of one number: others of its layer do not write over it."""
    if figure.cell is None:
        return ""
    at = "".join(f"-{place}" for place in figure.cell.at)
    return f"-channel-{figure.cell.channel}" + (f"-at{at}" if at else "")


class Names:
    """The names of one run: none is given twice."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, name: str) -> None:
        """A name that is taken already."""
        self._taken.add(name.casefold())

    def next(self, stem: str, suffix: str) -> str:
        """The name, with a number where it is taken."""
        number, name = 1, f"{stem}.{suffix}"
        while name.casefold() in self._taken:  # two names that differ in case are one file on many systems
            number += 1
            name = f"{stem}-{number}.{suffix}"
        self.take(name)
        return name
