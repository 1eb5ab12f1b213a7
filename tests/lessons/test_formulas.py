"""Formulas become outlines: the right size, on a baseline, without figures."""

from __future__ import annotations

import re
import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest

from cnnviz.core.errors import CnnvizError
from cnnviz.lessons.formulas import CLOSE, CUBIC, CURVE, LINE, MOVE, aloud, outline, with_commas


def test_a_letter_is_as_high_as_its_font_says() -> None:
    """In STIX the capital H is 0.662 of the size high and stands on the baseline (its AFM and OS/2 tables)."""
    drawn = outline(r"\mathrm{H}")
    assert drawn.points[:, 1].max() == pytest.approx(0, abs=0.01)
    assert -drawn.points[:, 1].min() == pytest.approx(0.662, abs=0.02)
    assert 0 < drawn.points[:, 0].max() <= drawn.width


def test_a_fraction_reaches_below_the_baseline() -> None:
    drawn = outline(r"\frac{W_1 - F + 2P}{S} + 1")
    assert drawn.descent > 0.2
    assert drawn.ascent > 0.6
    assert -drawn.points[:, 1].min() <= drawn.ascent + 0.05
    assert drawn.points[:, 1].max() <= drawn.descent + 0.05
    assert set(drawn.codes.tolist()) <= {MOVE, LINE, CURVE, CUBIC, CLOSE}


def test_svg_says_the_same_points() -> None:
    drawn = outline(r"\sum_j e^{x_j}")
    d = drawn.svg(20)
    assert d.startswith("M")
    assert d.count("Z") == np.count_nonzero(drawn.codes == CLOSE)
    numbers = np.array(re.findall(r"-?\d+\.\d+", d), float).reshape(-1, 2)
    np.testing.assert_allclose(numbers, drawn.points[drawn.codes != CLOSE] * 20, atol=0.001)


def test_wrong_tex_is_a_sentence() -> None:
    with pytest.raises(CnnvizError, match=r"^The formula \\nosuch\{x\} cannot be typeset: .*\.$"):
        outline(r"\nosuch{x}")


def test_it_can_be_heard() -> None:
    assert aloud(r"\frac{1}{2}") == "the fraction 1 over 2"
    assert "\\" not in aloud(r"p_k = \frac{e^{x_k}}{\sum_j e^{x_j}}")


def test_no_figure_is_made_for_it() -> None:
    code = (
        "import sys; from cnnviz.lessons.formulas import outline; assert 'matplotlib' not in sys.modules;"
        "outline('x^2'); assert 'matplotlib.pyplot' not in sys.modules and 'matplotlib.figure' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_large_numbers_bear_commas_as_in_the_words() -> None:
    assert with_commas(r"128 \cdot 128 = 16384") == r"128 \cdot 128 = 16{,}384"
    assert with_commas("3.14159 + 0.12345 + 12345.6") == "3.14159 + 0.12345 + 12345.6"
    assert outline("16384").width > outline("1638").width


@pytest.mark.parametrize("below", ["_i", "_{i=1}^n", ""])
def test_what_is_summed_stands_clear_of_the_sum(below: str) -> None:
    """The bars of an absolute value are seen, both: mathtext lays the left one over the sum."""
    made = outline(rf"\sum{below} |a_i - b_i|")
    starts = [*np.flatnonzero(made.codes == MOVE), len(made.codes)]
    parts = [made.points[a:b][made.codes[a:b] != CLOSE] for a, b in pairwise(starts)]
    boxes = [(*part.min(axis=0), *part.max(axis=0)) for part in parts]
    bars = sorted(left for left, top, right, bottom in boxes if bottom - top > 0.6 and right - left < 0.15)
    assert len(bars) == 2
    rim = max(boxes, key=lambda box: (box[2] - box[0]) * (box[3] - box[1]))[2]
    assert bars[0] > rim + 0.1
