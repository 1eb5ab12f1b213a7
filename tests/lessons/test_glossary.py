"""The glossary is the project's own file, and finds its words in any text."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from cnnviz import paths
from cnnviz.lessons.glossary import TEXTBOOKS, Glossary, entries_of, glossary

ROOT = Path(__file__).resolve().parents[2]

TABLE = """
## The words of the textbooks

| word | means | not |
|---|---|---|
| **batch norm** | brings `x` to mean 0 | |
| **batch, lot** | pictures at once | pile |

## Ours

| word | means | not |
|---|---|---|
| **entropy** | of ours | |
"""


def test_it_is_the_file_of_the_project() -> None:
    assert paths.glossary() == ROOT / "CONTEXT.md"
    words = {word for entry in glossary().entries for word in entry.words}
    wanted = "filter kernel channel stride padding dilation groups logit softmax cross-entropy ReLU pooling one-hot"
    assert set(wanted.split()) | {"receptive field", "batch norm", "equivariance", "invariance", "trace"} <= words


def test_it_comes_with_a_wheel() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    included = settings["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert included == {"CONTEXT.md": "cnnviz/resources/CONTEXT.md"}


def test_every_entry_is_a_sentence() -> None:
    for entry in glossary().entries:
        assert entry.means, entry.words
        assert entry.sentence[-1] == "."
        assert len(entry.sentence) < 260, entry.words


def test_words_have_one_meaning_in_a_section() -> None:
    seen: set[tuple[str, str]] = set()
    for entry in glossary().entries:
        for word in entry.words:
            assert (entry.section, word) not in seen, word
            seen.add((entry.section, word))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Each filter holds kernels.", ["filter", "kernels"]),
        ("Batch-norm of a batch", ["Batch-norm", "batch"]),
        ("entropies, but no filtering", ["entropies"]),
    ],
)
def test_words_are_found_in_a_text(text: str, words: list[str]) -> None:
    made = Glossary(entries_of(TABLE + "| **filter** | a | |\n| **kernel** | b | |\n"))
    assert [text[one.begin : one.end] for one in made.find(text)] == words


def test_the_longest_word_wins_and_sections_are_told_apart() -> None:
    made = Glossary(entries_of(TABLE))
    (found,) = made.find("The batch norms", textbooks=True)
    assert found.entry.title == "Batch norm"
    assert found.entry.sentence == "Brings x to mean 0."
    assert made.find("entropy", textbooks=True) == []
    assert made.get("Lots") is made.get("batch")
    assert made.get("bat") is None


def test_typing_finds_words_before_meanings() -> None:
    found = glossary().search("pool")
    assert found[0].words == ("pooling",)
    assert any(entry.words == ("invariance",) for entry in found)
    assert glossary().get("maps") is None
    assert glossary().get("score") is glossary().get("logits")
    assert glossary().get("stride").section == TEXTBOOKS  # type: ignore[union-attr]
