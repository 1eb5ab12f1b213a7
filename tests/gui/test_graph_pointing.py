"""What a note beside the cursor says, map by map, and where a double click on one leads."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPixmap
from PySide6.QtTest import QTest

from cnnviz.core.survey.shapes import TimingAnswer
from cnnviz.gui.graph import brush, frames, pointing
from cnnviz.gui.graph.inks import font
from cnnviz.gui.graph.paint_numbers import KINDS, TIME, ZEROS
from cnnviz.gui.graph.pointing import CARD, Pointed
from cnnviz.gui.graph.scene import box_of
from cnnviz.gui.graph.view import GraphView
from cnnviz.request import ModelRequest
from tests.gui.conftest import Opened

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def graph(opened: Opened) -> Opened:
    opened.controller.networking.set_open(True)
    opened.controller.open_model(ModelRequest("resnet18:random", input_size=(64, 64), device="cpu"))
    opened.settle()
    return opened


def view(opened: Opened) -> GraphView:
    return opened.controller.networking.page.view


def place_of(graph: GraphView, key: str) -> int:
    assert graph.scene is not None
    place = graph.scene.card_named(key)
    assert place is not None
    return place


def spot_of_map(graph: GraphView, key: str, order: int) -> QPoint:
    """The middle of one of the maps on a card."""
    cell = pointing.map_rect(graph, Pointed(CARD, place_of(graph, key), order))
    assert cell is not None
    return cell.center().toPoint()


def test_a_note_says_line_by_line_what_a_block_is(graph: Opened) -> None:
    graph.controller.networking.page.colours.setCurrentIndex(KINDS.index(ZEROS) + 1)
    graph.settle()
    shown = view(graph)
    assert shown.scene is not None
    card = shown.scene.cards[place_of(shown, "layer2.1/")]
    lines = pointing.tip(shown, QPointF(spot_of_map(shown, "layer2.1/", 0))).split("\n")
    assert lines[0] == "layer2.1"
    assert lines[1:3] == ["7 operations: 2 conv, 2 norm, 2 act, 1 join", "128×8×8"]
    assert f"Zeros: {shown.look(card).value}" in lines
    assert lines[-1] == "Double-click to open the block"
    assert any(line.endswith("of 128 maps shown, strongest first") for line in lines)


def test_a_note_says_what_flows_and_what_a_double_click_folds(graph: Opened) -> None:
    shown = view(graph)
    assert shown.scene is not None
    (ax, ay), (bx, _) = shown.scene.edges[1].points[:2]
    x, y, _, _ = shown.camera.box(((ax + bx) / 2, ay, 0, 0))
    assert pointing.tip(shown, QPointF(x, y)).startswith("0 · Conv 7×7 → 1 · BatchNorm, 64×32×32, values ")
    frame = next(frame for frame in shown.scene.frames if frame.key == "layer1/")
    left, top, width, _ = shown.camera.box(box_of(frame))
    assert pointing.tip(shown, QPointF(left + width - 6, top + 4)) == "Double-click to fold"
    assert pointing.tip(shown, QPointF(1, shown.height() - 1)) == ""


def test_the_map_under_the_cursor_is_named_and_opens(graph: Opened) -> None:
    shown = view(graph)
    trace = graph.controller.runner.explorer()._passes[graph.controller.response.key].trace  # type: ignore[union-attr]
    peaks = np.abs(trace["relu"].numpy()).max(axis=(1, 2))
    wanted = np.argsort(-peaks, kind="stable")
    assert shown.camera.zoom >= brush.MAPS_ZOOM
    told: list[str] = []
    shown.hovered.connect(told.append)
    for order in (0, 3):
        QTest.mouseMove(shown, spot_of_map(shown, "relu", order))
        assert f" · channel {wanted[order]} · " in told[-1]
    graph.qtbot.mouseDClick(shown, LEFT, NONE, spot_of_map(shown, "relu", 3))
    graph.settle()
    assert not graph.controller.networking.open
    assert (graph.request.layer, graph.request.channel) == ("relu", int(wanted[3]))


def test_the_unit_under_the_cursor_is_named(graph: Opened) -> None:
    shown = view(graph)
    picture = shown.tiles.get(shown.scene.cards[place_of(shown, "fc")].shown)  # type: ignore[union-attr]
    assert picture is not None
    assert picture.is_units
    columns = picture.tile.raster.shape[2]
    spot = QPointF(spot_of_map(shown, "fc", columns + 2))
    assert f"\nunit {columns + 2}\n" in pointing.tip(shown, spot)


@pytest.mark.parametrize("key", ["relu", "layer1.0/"])
def test_the_words_on_a_card_end_above_its_maps(graph: Opened, key: str) -> None:
    shown = view(graph)
    assert shown.scene is not None
    card = shown.scene.cards[place_of(shown, key)]
    for zoom in np.geomspace(brush.CARD_ZOOM, 24, 60):
        large, small = brush.letters(zoom)
        lines = QFontMetricsF(font(large, bold=True)).height()
        lines += QFontMetricsF(font(small)).height() * (1 if key == "relu" else 2)
        assert brush.top_of(zoom) + lines <= brush.head_of(card, zoom) * zoom + 2


def test_another_colour_stops_measuring(graph: Opened) -> None:
    page, runner = graph.controller.networking.page, graph.controller.runner
    asked: list[object] = []
    runner.found.connect(asked.append)
    page.colours.setCurrentIndex(KINDS.index(TIME) + 1)
    page.colours.setCurrentIndex(0)
    graph.settle()
    timings = [found for found in asked if isinstance(found, TimingAnswer)]
    assert timings
    assert all(found.timing is None and not found.query.measure for found in timings)
    page.colours.setCurrentIndex(KINDS.index(TIME) + 1)
    graph.settle()
    assert view(graph).numbers is not None


def test_far_away_names_of_blocks_hide_no_cards_where_there_is_room(graph: Opened) -> None:
    shown = view(graph)
    shown.fold(shown.scene.layout.deepest)  # type: ignore[union-attr]
    graph.settle()
    scene, camera = shown.scene, shown.camera
    assert scene is not None
    rects = [QRectF(*camera.box(box_of(card))) for card in scene.cards]

    def hidden(box: QRectF) -> float:
        lost = shown.painting._hidden(scene, box)
        parts = [rect.intersected(box) for rect in rects]
        by_hand = sum(part.width() * part.height() for part in parts if part.isValid()) / camera.zoom**2
        assert lost == pytest.approx(by_hand, abs=1e-3)
        return lost

    canvas, taken, corners = QPixmap(shown.size()), list[QRectF](), 0.0
    painter = QPainter(canvas)
    screen = QRectF(0, 0, *shown.room)
    for frame in scene.frames:
        rect = QRectF(*camera.box(box_of(frame)))
        before = len(taken)
        frames.paint_frame_title(painter, rect, frame, screen, 4.0, taken, hidden)
        if len(taken) > before:
            corners += hidden(QRectF(rect.x() + 3, rect.y() + 3, taken[-1].width(), taken[-1].height()))
    painter.end()
    assert len(taken) > 3
    assert sum(map(hidden, taken)) < corners / 2  # of what they would hide in the corners of their blocks
    assert not any(a.intersects(b) for i, a in enumerate(taken) for b in taken[:i])
