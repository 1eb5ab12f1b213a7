"""How well a few typed letters fit a title: whole words first, then beginnings of words, then scattered letters."""

from __future__ import annotations

import re
from functools import lru_cache

_WORD = re.compile(r"[^\W_]+")


@lru_cache(maxsize=8192)
def _prepared(title: str) -> tuple[str, frozenset[int]]:
    """The title in lower case, and where its words begin."""
    return title.lower(), frozenset(match.start() for match in _WORD.finditer(title))


def match(query: str, title: str, rest: str = "") -> tuple[float, tuple[int, ...]] | None:
    """Score of a title for a query, and the letters of the title that fit; None when it does not fit.

    Parameters
    ----------
    query
        Words in any order; each must fit.
    title
        What is looked through letter by letter.
    rest
        Further text (a group, a hint) in which a word may stand as it is.
    """
    lower, starts = _prepared(title)
    score, letters = 0.0, set[int]()
    for word in query.lower().split():
        found = _whole(word, lower, starts) or _scattered(word, lower, starts)
        if found is None or found[0] < 40:
            if word in rest.lower():
                score += 40
                continue
            if found is None:
                return None
        score += found[0]
        letters.update(found[1])
    return score - 0.1 * len(title), tuple(sorted(letters))


def _whole(word: str, lower: str, starts: frozenset[int]) -> tuple[float, range] | None:
    at = lower.find(word)
    if at < 0:
        return None
    best = at
    while at >= 0:  # the beginning of a word counts more than its middle
        if at in starts:
            best = at
            break
        at = lower.find(word, at + 1)
    score = 100.0 + (40 if best in starts else 0) + (20 if best == 0 else 0) + (40 if lower == word else 0)
    return score, range(best, best + len(word))


def _scattered(word: str, lower: str, starts: frozenset[int]) -> tuple[float, list[int]] | None:
    """Letters in their order, beginnings of words first: "fm" finds "Feature maps"."""
    for preferred in (True, False):
        letters: list[int] = []
        at = -1
        for letter in word:
            following = lower.find(letter, at + 1)
            if preferred and letters and following != at + 1:
                at_start = (s for s in sorted(starts) if s > at and lower[s] == letter)
                following = next(at_start, following)
            if following < 0:
                break
            at = following
            letters.append(at)
        else:
            hits = sum(1 for i in letters if i in starts)
            gaps = letters[-1] - letters[0] + 1 - len(letters)
            return max(1.0, 30 + 12 * hits - gaps), letters
    return None
