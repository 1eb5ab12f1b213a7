"""How panels share the width: numbers by hand."""

from __future__ import annotations

import pytest

from cnnviz.gui.figures.sharing import shared


@pytest.mark.parametrize(
    ("room", "asked", "least", "widths"),
    [
        (1000, [None, 300], [120, 120], [700, 300]),  # who asks gets it, the other takes the rest
        (1000, [None, 900], [120, 120], [550, 450]),  # but no more than 45 of 100
        (1000, [None, None], [120, 200], [500, 500]),
        (1000, [300, 100], [120, 120], [714, 285]),  # 300 : 120
        (300, [None, 300], [200, 200], [150, 150]),  # too narrow for both
        (
            800,
            [600, None, 600],
            [100, 300, 100],
            [250, 300, 250],
        ),  # 150 are there for 260 + 260
    ],
)
def test_widths(room: int, asked: list[int | None], least: list[int], widths: list[int]) -> None:
    assert shared(room, asked, least) == widths
