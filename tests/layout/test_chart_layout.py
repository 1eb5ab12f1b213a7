"""Charts: where things stand, with numbers by hand; on the screen and on paper."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest

from cnnviz.export import export
from cnnviz.figure import Chart, Figure, Series
from cnnviz.layout.chart import Box, Plot, axis, ticks

LINES = Chart(
    (
        Series("MLP", np.array([0.0, 2.0, 4.0]), np.array([1.0, 0.5, 0.0])),
        Series("CNN", np.array([0.0, 2.0, 4.0]), np.array([1.0, 1.0, 0.5])),
    ),
    "pixels",
    "accuracy",
    ends=(0.0, 1.0),
)
DISCS = Chart(
    (
        Series(
            "", np.array([1.0, 10.0, 100.0]), np.array([50.0, 60.0, 70.0]), ("a", "b", "c"), np.array([1.0, 4.0, 16.0])
        ),
    ),
    "GFLOPs",
    "top-1 in %",
    logarithmic=True,
    remark="area: parameters",
)
BOX = Box(10, 20, 200, 100)


def test_a_line_goes_from_edge_to_edge_with_a_little_air_above_and_below():
    plot = Plot(LINES, BOX)
    # 4 % of the span of 1 above and below: 1.08 high, so 1 stands 0.04 / 1.08 of 100 pixels below the top
    air = 100 * 0.04 / 1.08
    np.testing.assert_allclose(plot.line(0), [(10, 20 + air), (110, 70), (210, 120 - air)])
    assert [text for _, text in plot.y_ticks(6)] == ["0", "0.2", "0.4", "0.6", "0.8", "1"]
    assert [place for place, _ in plot.x_ticks(4)] == pytest.approx([10, 60, 110, 160, 210])


@pytest.mark.parametrize(
    ("last", "most", "texts"), [(6, 3, ["2", "4", "6"]), (2, 5, ["1", "2"]), (9, 12, list("123456789"))]
)
def test_what_is_counted_has_ticks_at_whole_numbers(last: int, most: int, texts: list[str]):
    epochs = np.arange(1, last + 1, dtype=float)
    plot = Plot(Chart((Series("", epochs, epochs),), "epoch", "recognised"), BOX)
    assert [text for _, text in plot.x_ticks(most)] == texts


def test_a_logarithmic_axis_has_equal_steps_for_equal_factors_and_areas_stand_for_sizes():
    plot = Plot(DISCS, BOX)
    largest, smallest, middle = plot.discs()
    assert largest.x - middle.x == pytest.approx(middle.x - smallest.x)
    assert largest.radius == pytest.approx(0.045 * 100)
    assert (middle.point, smallest.point) == (1, 0)
    assert middle.radius == smallest.radius == 4.0  # none is too small to be seen
    assert {"1", "10", "100"} <= {text for _, text in plot.x_ticks(9)}


def test_names_cover_neither_discs_nor_each_other():
    chart = Chart((Series("", np.linspace(0, 1, 9), np.full(9, 3.0), tuple("abcdefghi")),), "x", "y")
    plot = Plot(chart, Box(0, 0, 120, 60))
    places = [place for _, place in plot.names(lambda text: 20.0, 10.0)]
    assert len(places) > 4
    assert not any(a.meets(b) for i, a in enumerate(places) for b in places[:i])
    discs = [Box(d.x - d.radius, d.y - d.radius, 2 * d.radius, 2 * d.radius) for d in plot.discs()]
    assert not any(place.meets(disc) for place in places for disc in discs)


def test_what_is_no_number_is_left_out_and_one_point_is_a_chart_too():
    chart = Chart((Series("", np.array([1.0, 2.0]), np.array([np.nan, 5.0])),), "x", "y")
    assert len(Plot(chart, BOX).line(0)) == 1
    assert Plot(Chart((), "x", "y"), BOX).discs() == []
    assert (axis(1000.0), axis(0.5), axis(2.0, signed=True)) == ("1,000", "0.5", "+2")
    assert ticks(0, 0, 4) == []


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_it_is_drawn_on_paper(ending: str, tmp_path):
    figure = Figure("chart", "Two charts", "a line each, and discs", (LINES, DISCS))
    file = tmp_path / f"chart.{ending}"
    export(figure, str(file))
    assert file.stat().st_size > 2000
    if ending == "svg":
        text = file.read_text("utf-8")
        assert "area: parameters" in text
        assert "top-1 in %" in text


def test_its_numbers_leave_the_window(tmp_path):
    figure = Figure("chart", "Two charts", "", (LINES, DISCS))
    export(figure, str(tmp_path / "chart.csv"))
    rows = list(csv.reader(io.StringIO((tmp_path / "chart.csv").read_text("utf-8"))))
    assert rows[0] == ["series", "pixels", "accuracy", "name", "size"]
    assert rows[2] == ["MLP", "2.0", "0.5", "", ""]
    assert ["", "10.0", "60.0", "b", "4.0"] in rows
    export(figure, str(tmp_path / "chart.npz"))
    with np.load(tmp_path / "chart.npz") as arrays:
        assert arrays["x"].tolist() == [0, 2, 4, 0, 2, 4]
        assert arrays["series"].tolist() == ["MLP"] * 3 + ["CNN"] * 3
        assert arrays["names_1"].tolist() == ["a", "b", "c"]
