"""How panels that stand side by side share the width that there is."""

from __future__ import annotations

from collections.abc import Sequence

LARGEST_SHARE = 0.45
"""A panel that asks for a width of its own gets at most this share where others take what there is."""


def shared(room: int, asked: Sequence[int | None], least: Sequence[int], limit: int | None = None) -> list[int]:
    """The width of each panel, from left to right.

    Parameters
    ----------
    room
        Pixels for all of them.
    asked
        What each asks for; None for one that takes what there is.
    least
        What each can do with; where there is less for all, all get less.
    limit
        Most that one which asks may have, beside its least; None for no such limit.

    Returns
    -------
    They add up to the room, but for rounding.
    """
    needed = sum(least)
    if needed >= room:
        return [width * room // max(needed, 1) for width in least]
    most = room * LARGEST_SHARE if None in asked else float(room)
    most = min(most, most if limit is None else limit)
    wanted = [small if wish is None else max(small, min(wish, most)) for wish, small in zip(asked, least, strict=True)]
    over = sum(wanted)
    if over > room:  # what each wants beyond its least shrinks by the same factor
        factor = (room - needed) / (over - needed)
        return [int(small + (wish - small) * factor) for wish, small in zip(wanted, least, strict=True)]
    takers = [order for order, wish in enumerate(asked) if wish is None]
    if not takers:
        return [int(wish * room / over) for wish in wanted]
    rest = room - sum(wish for order, wish in enumerate(wanted) if order not in takers)
    return [int(rest / len(takers)) if order in takers else int(wish) for order, wish in enumerate(wanted)]
