"""The glossary: what every word means that code, screen and lessons use. It is read from ``CONTEXT.md``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from cnnviz import paths

TEXTBOOKS = "The words of the textbooks"
"""The section of those words that lessons explain; the other sections are about CNNViz itself."""

_ROW = re.compile(r"^\|\s*\*\*(?P<words>[^*]+)\*\*\s*\|(?P<means>.*)\|(?P<other>[^|]*)\|\s*$")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the glossary.

    Attributes
    ----------
    words
        Those that mean the same, the usual one first.
    means
        What they mean, as Markdown of one line.
    section
        Heading of the part of the glossary in which it stands.
    """

    words: tuple[str, ...]
    means: str
    section: str

    @property
    def title(self) -> str:
        """The words, with a capital at the beginning."""
        joined = ", ".join(self.words)
        return joined[:1].upper() + joined[1:]

    @property
    def sentence(self) -> str:
        """What they mean, without marks, with a capital and a full stop."""
        plain = self.means.replace("`", "").replace("*", "")
        return plain[:1].upper() + plain[1:] + ("" if plain.endswith(".") else ".")


@dataclass(frozen=True, slots=True)
class Found:
    """A word of the glossary in a text: where it begins and ends, and its entry."""

    begin: int
    end: int
    entry: Entry


class Glossary:
    """All entries, and the way from a text to the words in it.

    Parameters
    ----------
    entries
        As `entries_of` reads them. Where a word has several, the textbooks' meaning comes first, then the earlier one.
    """

    def __init__(self, entries: tuple[Entry, ...]) -> None:
        self.entries = entries
        self._by_word: dict[str, Entry] = {}
        for entry in sorted(entries, key=lambda one: one.section != TEXTBOOKS):
            for word in entry.words:
                self._by_word.setdefault(word.lower(), entry)
        words = sorted(self._by_word, key=len, reverse=True)  # “batch norm” before “batch”
        self._any = re.compile(r"(?<![\w-])(" + "|".join(map(_inflected, words)) + r")(?![\w-])", re.IGNORECASE)

    def get(self, word: str) -> Entry | None:
        """The entry of a word, in any of its forms."""
        found = self._any.fullmatch(" ".join(word.split()))
        return self._entry(found[0]) if found else None

    def find(self, text: str, *, textbooks: bool = False) -> list[Found]:
        """The words of the glossary in a text; ``textbooks``: only those that lessons explain."""
        found = [Found(hit.start(), hit.end(), self._entry(hit[0])) for hit in self._any.finditer(text)]
        return [one for one in found if not textbooks or one.entry.section == TEXTBOOKS]

    def search(self, query: str) -> list[Entry]:
        """Entries for what a person types: those whose words begin so first, then words, then meanings."""
        wanted = query.strip().lower()
        ranked: list[tuple[int, Entry]] = []
        for entry in self.entries:
            words = [word.lower() for word in entry.words]
            if any(word.startswith(wanted) for word in words):
                ranked.append((0, entry))
            elif any(wanted in word for word in words):
                ranked.append((1, entry))
            elif wanted in entry.means.lower():
                ranked.append((2, entry))
        return [entry for _, entry in sorted(ranked, key=lambda pair: pair[0])]

    def _entry(self, word: str) -> Entry:
        lower = " ".join(word.lower().split())
        for form in (lower, *_singulars(lower)):
            if form in self._by_word:
                return self._by_word[form]
        raise KeyError(word)


@cache
def glossary() -> Glossary:
    """Ours, read once; empty where the file is missing, for it is no reason to stop a lesson."""
    try:
        return Glossary(entries_of(paths.glossary().read_text(encoding="utf-8")))
    except OSError:
        return Glossary((Entry(("glossary",), "the file of all words is missing; install CNNViz again", TEXTBOOKS),))


def entries_of(text: str) -> tuple[Entry, ...]:
    """Every row of every table whose first column is bold, in their order."""
    entries, section = [], ""
    for line in text.splitlines():
        if line.startswith("## "):
            section = line[3:].strip()
        elif row := _ROW.match(line):
            words = tuple(word.strip() for word in row["words"].split(","))
            entries.append(Entry(words, row["means"].strip().replace(r"\|", "|"), section))
    return tuple(entries)


def _inflected(word: str) -> str:
    """A pattern for a word and its plural; between two words stands a space or a hyphen."""
    parts = [re.escape(part) for part in re.split(r"[ -]", word)]
    last = parts[-1]
    if last.endswith("y") and len(last) > 1 and last[-2] not in "aeiou":
        parts[-1] = f"{last[:-1]}(?:y|ies)"
    elif not last.endswith("s"):
        parts[-1] = f"{last}(?:es|s)?"
    return r"[\s-]".join(parts)


def _singulars(word: str) -> list[str]:
    """What a plural may be the plural of, and the same with spaces or hyphens."""
    forms = [word]
    if word.endswith("ies"):
        forms.append(f"{word[:-3]}y")
    forms += [word.removesuffix(ending) for ending in ("s", "es") if word.endswith(ending)]
    return [*forms, *(form.replace("-", " ") for form in forms), *(form.replace(" ", "-") for form in forms)]
