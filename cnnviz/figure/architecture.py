"""The panel of a network as papers draw it: operations one after the other, and ways that part and meet again."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unit:
    """One operation of a drawn architecture.

    Attributes
    ----------
    name
        Its path.
    short
        What it does, in two words: ``Conv 3×3``.
    family
        Which colour it has: that of its kind of operation; ``block`` for a tangle that is drawn as one box.
    shape
        Of its output.
    size
        Its window: ``3×3``; empty where it has none.
    """

    name: str
    short: str
    family: str
    shape: tuple[int, ...]
    size: str = ""


@dataclass(frozen=True, slots=True)
class Fork:
    """Ways that begin at the same values and are joined again.

    Attributes
    ----------
    branches
        The ways; an empty one is a skip connection.
    join
        The operation that joins them: ``add``, ``cat``, ``mul``. Empty for a single way: what repeats as a whole.
    name, short
        The module in which it lies, and its class.
    shape
        Of the output.
    count
        How many such forks follow each other; the last is drawn.
    note
        How the others differ.
    """

    branches: tuple[tuple[Unit | Fork, ...], ...]
    join: str
    name: str
    short: str
    shape: tuple[int, ...]
    count: int = 1
    note: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Architecture:
    """A network as papers draw it.

    Attributes
    ----------
    items
        What follows what, from the input on.
    remark
        What is not drawn.
    """

    items: tuple[Unit | Fork, ...]
    remark: str = ""
    title: str = ""
