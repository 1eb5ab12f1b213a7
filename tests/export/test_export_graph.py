"""Graphs of hundreds of cards on paper: what is drawn at once looks as what is drawn one by one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnnviz.export import export, marked
from cnnviz.figure import Figure, Graph, GraphCard

COUNT = marked.MANY + 4


def graph() -> Figure:
    """Cards in rows, every other one with maps, in frames of three, with lines from each to the next."""
    chance = np.random.default_rng(0)
    corners = [(150.0 * (i % 11), 170.0 * (i // 11) + 40) for i in range(COUNT)]
    cards = tuple(
        GraphCard(
            (x, y, 132.0, 130.0),
            f"Conv {i}",
            ("4×8×8",),
            ("#4a7dc0", "#c08a2a")[i % 2],
            i % 5 == 0,
            2 if i % 7 == 0 else 0,
            chance.integers(0, 255, (4, 8, 8), dtype=np.uint8) if i % 2 else None,
            2,
            "viridis",
        )
        for i, (x, y) in enumerate(corners)
    )
    frames = tuple(((x - 4, y - 32, 145.0, 166.0), f"layer{i}") for i, (x, y) in enumerate(corners))
    lines = tuple(((x + 132, y + 60), (x + 150, y + 60)) for x, y in corners)
    panel = Graph(cards, frames, lines, (1650.0, 720.0), (("#4a7dc0", "convolution"),), (), ("", "", ""))
    return Figure("graph", "Many", "", (panel,))


def test_many_areas_and_lines_at_once_look_as_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    export(graph(), tmp_path / "once.png")
    monkeypatch.setattr(marked, "MANY", 10_000)
    export(graph(), tmp_path / "each.png")
    once, each = (np.asarray(Image.open(tmp_path / name).convert("RGB"), int) for name in ("once.png", "each.png"))
    assert once.shape == each.shape
    assert len(np.unique(each)) > 50  # there is something to be seen
    assert np.abs(once - each).max() < 16


def test_all_words_of_a_large_graph_stay_text_in_svg(tmp_path: Path) -> None:
    export(graph(), tmp_path / "graph.svg")
    text = (tmp_path / "graph.svg").read_text(encoding="utf-8")
    assert all(f">Conv {i}<" in text and f">layer{i}<" in text for i in range(COUNT))
