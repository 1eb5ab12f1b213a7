"""The workspace “Network”, with mouse, wheel and keys, on real networks."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QWheelEvent
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QToolButton

from cnnviz.core.colormaps import lut
from cnnviz.core.graph.shapes import PICTURE, RECORD
from cnnviz.figure import number
from cnnviz.gui.graph import camera as cam
from cnnviz.gui.graph import words
from cnnviz.gui.graph.camera import Camera
from cnnviz.gui.graph.find import found
from cnnviz.gui.graph.page import GraphPage
from cnnviz.gui.graph.scene import box_of
from cnnviz.gui.graph.tiles import level, wish
from cnnviz.gui.graph.view import GraphView
from cnnviz.request import ModelRequest
from tests.gui.conftest import Opened

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def graph(opened: Opened) -> Opened:
    """The graph of LeNet-5, all maps there."""
    opened.controller.networking.set_open(True)
    opened.settle()
    return opened


@pytest.fixture
def resnet(opened: Opened) -> Opened:
    opened.controller.networking.set_open(True)
    opened.controller.open_model(ModelRequest("resnet18:random", input_size=(64, 64), device="cpu"))
    opened.settle()
    return opened


def page(opened: Opened) -> GraphPage:
    return opened.controller.networking.page


def view(opened: Opened) -> GraphView:
    return page(opened).view


def middle(opened: Opened, key: str) -> QPoint:
    """The middle of a card on the screen."""
    graph = view(opened)
    assert graph.scene is not None
    place = graph.scene.card_named(key)
    assert place is not None
    x, y, width, height = graph.camera.box(box_of(graph.scene.cards[place]))
    return QPoint(round(x + width / 2), round(y + height / 2))


def keys_of(opened: Opened) -> list[str]:
    scene = view(opened).scene
    assert scene is not None
    return [card.key for card in scene.cards]


def turn(opened: Opened, spot: QPoint, notches: int, modifiers: Qt.KeyboardModifier = NONE) -> None:
    none, where = Qt.MouseButton.NoButton, QPointF(view(opened).mapToGlobal(spot))
    angle = QPoint(0, 120 * notches)
    event = QWheelEvent(QPointF(spot), where, QPoint(), angle, none, modifiers, Qt.ScrollPhase.NoScrollPhase, False)
    QApplication.sendEvent(view(opened), event)


def test_the_key_opens_the_graph_and_leaves_it(opened: Opened) -> None:
    opened.press(Qt.Key.Key_G)
    assert page(opened).isVisible()
    assert not opened.window.split.isVisible()
    assert keys_of(opened) == ["", *(step.key for step in opened.controller.steps[1:])]
    assert view(opened).complete
    opened.qtbot.keyClick(view(opened), Qt.Key.Key_G)
    assert not page(opened).isVisible()
    assert opened.window.split.isVisible()


def test_workspaces_take_turns(opened: Opened) -> None:
    top = opened.window.top
    for name in ("network", "sandbox", "network", "explain", "network", "explore"):
        opened.qtbot.mouseClick(top.findChild(QToolButton, f"workspace-{name}"), LEFT)
        opened.settle()
        assert [b.objectName() for b in top.findChildren(QToolButton) if b.isCheckable() and b.isChecked()] == [
            f"workspace-{name}"
        ]
        assert page(opened).isVisible() == (name == "network")
        assert opened.window.split.isVisible() == (name in ("explain", "explore"))


def test_every_card_shows_maps_of_this_picture(graph: Opened) -> None:
    tiles = view(graph).tiles
    assert all(tiles.is_fresh(i) for i in range(PICTURE, 12))
    kept = tiles.get(0)
    assert kept is not None
    assert kept.shown == 6
    before = kept.pixmap.toImage()
    other = graph.window.tray.model.items[2].path
    graph.ask(image=other)
    fresh = tiles.get(0)
    assert fresh is not None
    assert fresh.pixmap.toImage() != before
    assert view(graph).complete


def test_a_click_goes_to_the_record_and_arrows_go_on(graph: Opened) -> None:
    graph.qtbot.mouseClick(view(graph), LEFT, NONE, middle(graph, "3"))
    graph.settle()
    assert graph.request.layer == "3"
    assert view(graph).chosen == "3"
    graph.qtbot.keyClick(view(graph), Qt.Key.Key_Right)
    graph.settle()
    assert (graph.request.layer, view(graph).chosen) == ("4", "4")


def test_the_stepper_moves_its_card_into_sight(graph: Opened) -> None:
    view(graph).look_from(Camera(2.0, 0.0, 0.0))
    for _ in range(12):
        graph.qtbot.keyClick(view(graph), Qt.Key.Key_Right)
        graph.settle()
        card = view(graph).chosen_card
        assert card is not None
        x, y, width, height = view(graph).camera.box(box_of(card))
        assert x >= 0
        assert y >= 0
        assert x + width <= view(graph).width()
        assert y + height <= view(graph).height()


def test_a_double_click_on_a_record_shows_it_in_explore(graph: Opened) -> None:
    graph.qtbot.mouseDClick(view(graph), LEFT, NONE, middle(graph, "5"))
    graph.settle()
    assert not page(graph).isVisible()
    assert graph.request.layer == "5"


def test_the_wheel_zooms_around_the_cursor(graph: Opened) -> None:
    spot = QPoint(200, 150)
    before = view(graph).camera
    at = before.at(200, 150)
    turn(graph, spot, 3)
    after = view(graph).camera
    assert after.zoom == pytest.approx(before.zoom * 1.25**3)
    assert after.at(200, 150) == pytest.approx(at)
    graph.settle()
    wanted = wish(*_room_of_maps(graph, "3"), after.zoom, 1.0, (16, 10, 10))
    kept = view(graph).tiles.get(3)
    assert kept is not None
    assert kept.wish == wanted
    for _ in range(100):
        turn(graph, spot, -1)
    assert view(graph).camera.zoom >= 0.5 * before.zoom


def _room_of_maps(opened: Opened, key: str) -> tuple[float, float]:
    from cnnviz.gui.graph import brush

    scene = view(opened).scene
    assert scene is not None
    place = scene.card_named(key)
    assert place is not None
    return brush.place_of_maps(scene.cards[place], level(view(opened).camera.zoom))


def test_nearer_there_are_more_and_larger_maps() -> None:
    wishes = [wish(120, 82, zoom, 1.0, (512, 14, 14)) for zoom in (0.5, 1, 2, 4, 8)]
    assert [w.count for w in wishes] == sorted({w.count for w in wishes})
    assert [w.edge for w in wishes] == sorted({w.edge for w in wishes})
    assert wish(120, 82, 8, 1.0, (6, 14, 14)).count == 6  # there are no more
    assert wish(120, 82, 0.8, 1.0, (512, 14, 14)) == wish(120, 82, 1.3, 1.0, (512, 14, 14))  # one serves for a while


def test_a_drag_pans_and_never_loses_the_graph(graph: Opened) -> None:
    graph_view, before = view(graph), view(graph).camera
    start = middle(graph, "3")
    QTest.mousePress(graph_view, LEFT, NONE, start)
    QTest.mouseMove(graph_view, start + QPoint(40, 25))
    QTest.mouseRelease(graph_view, LEFT, NONE, start + QPoint(40, 25))
    assert graph_view.camera == Camera(before.zoom, before.left + 40, before.top + 25)
    assert graph.request.layer == "3"  # a drag is no click
    QTest.mousePress(graph_view, LEFT, NONE, start)
    QTest.mouseMove(graph_view, start + QPoint(90_000, 90_000))
    QTest.mouseRelease(graph_view, LEFT, NONE, start)
    assert graph_view.scene is not None
    assert graph_view.scene.cards_in(graph_view.camera.seen(graph_view.room))


def test_fit_and_zoom_to_the_chosen_card(graph: Opened) -> None:
    fitted = view(graph).camera
    graph.qtbot.mouseClick(view(graph), LEFT, NONE, middle(graph, "3"))
    graph.qtbot.keyClick(view(graph), Qt.Key.Key_Z)
    graph.settle()
    assert view(graph).camera.zoom > fitted.zoom
    assert view(graph).minimap.isVisible()
    graph.qtbot.keyClick(view(graph), Qt.Key.Key_F)
    graph.settle()
    assert view(graph).camera == fitted
    assert not view(graph).minimap.isVisible()


def test_the_minimap_goes_where_it_is_clicked(graph: Opened) -> None:
    view(graph).look_from(Camera(4.0, 0.0, 0.0))
    minimap = view(graph).minimap
    assert minimap.isVisible()
    graph.qtbot.mouseClick(minimap, LEFT, NONE, QPoint(minimap.width() - 12, minimap.height() - 12))
    x, y = view(graph).camera.at(view(graph).width() / 2, view(graph).height() / 2)
    assert view(graph).scene is not None
    width, height = view(graph).scene.size
    assert x > 0.7 * width
    assert y > 0.7 * height


def test_a_move_is_painted_once_though_the_minimap_lies_on_the_graph(graph: Opened) -> None:
    turn(graph, middle(graph, "1"), 8)
    assert view(graph).minimap.isVisible()
    graph.settle()
    painted = QSignalSpy(view(graph).painted)
    place = view(graph).camera
    view(graph).look_from(place._replace(left=place.left - 3))
    QCoreApplication.sendPostedEvents(graph.window, QEvent.Type.UpdateRequest.value)
    assert painted.count() == 1


def test_pointing_names_sources_users_and_what_flows(graph: Opened) -> None:
    graph_view = view(graph)
    told: list[str] = []
    graph_view.hovered.connect(told.append)
    QTest.mouseMove(graph_view, middle(graph, "0"))
    about = "0 · Conv 5×5 (0) · 6×28×28 · 156 parameters · 117,600 multiply-adds · 1 in, 1 out"
    assert told[-1].startswith(f"{about} · channel ")
    QTest.mouseMove(graph_view, middle(graph, "0") - QPoint(0, 38))  # its words
    assert told[-1] == about  # all six maps are shown
    assert graph_view.scene is not None
    line = graph_view.scene.edges[1].points
    spot = graph_view.camera.box((line[0][0], line[0][1], line[1][0] - line[0][0], 0))
    QTest.mouseMove(graph_view, QPoint(round(spot[0] + spot[2] / 2), round(spot[1])))
    kept = graph_view.tiles.get(0)
    assert kept is not None
    assert told[-1] == f"0 · Conv 5×5 → 1 · ReLU, 6×28×28, values {number(kept.tile.low)} to {number(kept.tile.high)}"
    QApplication.sendEvent(graph_view, QEvent(QEvent.Type.Leave))
    assert told[-1] == ""


def test_blocks_open_and_close(resnet: Opened) -> None:
    assert "layer1.0/" in keys_of(resnet)
    depth = page(resnet).scene.layout.depth  # type: ignore[union-attr]
    assert depth == 2
    resnet.qtbot.mouseDClick(view(resnet), LEFT, NONE, middle(resnet, "layer1.0/"))
    resnet.settle()
    assert {"layer1.0.conv1", "layer1.0.add", "layer1.1/"} <= set(keys_of(resnet))
    assert "layer1.0/" not in keys_of(resnet)
    resnet.qtbot.mouseClick(view(resnet), LEFT, NONE, middle(resnet, "layer1.0.add"))
    resnet.qtbot.keyClick(view(resnet), Qt.Key.Key_C)
    resnet.settle()
    assert "layer1.0/" in keys_of(resnet)
    resnet.qtbot.keyClick(view(resnet), Qt.Key.Key_1)
    resnet.settle()
    assert [key for key in keys_of(resnet) if key.startswith("layer")] == [f"layer{i}/" for i in (1, 2, 3, 4)]
    resnet.qtbot.keyClick(view(resnet), Qt.Key.Key_Plus)
    resnet.settle()
    assert "layer1.0/" in keys_of(resnet)
    resnet.qtbot.mouseClick(page(resnet).findChild(QToolButton, "graph-depth-4"), LEFT)
    resnet.settle()
    assert len(keys_of(resnet)) == len(resnet.controller.steps)
    resnet.qtbot.keyClick(view(resnet), Qt.Key.Key_Minus)
    resnet.settle()
    assert "layer2.0.downsample/" in keys_of(resnet)


def test_enter_opens_the_chosen_block_and_places_come_back(resnet: Opened) -> None:
    before = view(resnet).camera
    page(resnet).places.travel(-1)  # nothing to go back to yet
    resnet.ask(layer="layer2.1.conv1")
    assert view(resnet).chosen == "layer2.1/"
    resnet.qtbot.keyClick(view(resnet), Qt.Key.Key_Return)
    resnet.settle()
    assert "layer2.1.conv1" in keys_of(resnet)
    resnet.qtbot.keyClick(view(resnet), Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    resnet.settle()
    assert "layer2.1/" in keys_of(resnet)
    assert view(resnet).camera == pytest.approx(before)
    place = QPointF(view(resnet).rect().center())
    forward = QMouseEvent(
        QEvent.Type.MouseButtonPress, place, place, Qt.MouseButton.ForwardButton, Qt.MouseButton.ForwardButton, NONE
    )
    QApplication.sendEvent(view(resnet), forward)
    resnet.settle()
    assert "layer2.1.conv1" in keys_of(resnet)


def test_finding_marks_and_steps_through_the_hits(resnet: Opened) -> None:
    bar = page(resnet).finder
    resnet.qtbot.keyClick(view(resnet), Qt.Key.Key_Slash)
    assert bar.isVisible()
    resnet.qtbot.keyClicks(bar.line, "conv2d 128x8x8")
    resnet.settle()
    assert resnet.request.layer == "layer2.0.conv1"
    resnet.qtbot.keyClick(bar.line, Qt.Key.Key_Return)
    resnet.settle()
    assert resnet.request.layer == "layer2.0.conv2"
    assert view(resnet).chosen_card.title == "conv2"  # the blocks around it have been opened
    assert view(resnet).chosen_card.kind == RECORD
    resnet.qtbot.keyClick(bar.line, Qt.Key.Key_Escape)
    assert not bar.isVisible()
    assert not view(resnet).hits


def test_what_can_be_found(resnet: Opened) -> None:
    scene = view(resnet).scene
    assert scene is not None
    names = [scene.facts[i].key for i in found(scene.facts, "147,456")]  # 3 · 3 · 128 · 128
    assert names == ["layer2.0.conv2", "layer2.1.conv1", "layer2.1.conv2"]
    assert found(scene.facts, "147456 layer2.1") == found(scene.facts, "layer2.1 147,456")
    assert [scene.facts[i].key for i in found(scene.facts, "512X2x2 add")] == ["layer4.0.add", "layer4.1.add"]
    assert found(scene.facts, "  ") == found(scene.facts, "nothing of this name") == []


def test_colours_by_a_number_have_a_legend(resnet: Opened) -> None:
    for index, low, high in ((1, 128, 4_720_640), (2, 1, 1e12), (3, 1, 1e9)):
        page(resnet).colours.setCurrentIndex(index)
        numbers = view(resnet).numbers
        assert numbers is not None
        assert low <= numbers.low < numbers.high <= high
    resnet.settle()
    page(resnet).colours.setCurrentIndex(0)
    assert view(resnet).numbers is None


def test_numbers_that_have_to_be_measured(graph: Opened) -> None:
    """Sparsity and dead channels belong to the picture, times to the network."""
    shown = page(graph)
    for index, name in ((4, "time"), (6, "dead"), (7, "mean"), (5, "zeros")):
        shown.colours.setCurrentIndex(index)
        graph.settle()
        numbers = view(graph).numbers
        assert numbers is not None
        assert numbers.kind.name == name
    shown.colours.setCurrentIndex(5)
    scene, numbers = view(graph).scene, view(graph).numbers
    assert scene is not None
    assert numbers is not None
    record = graph.controller.runner.explorer()._passes[graph.controller.response.key].trace.records[1]  # type: ignore[union-attr]
    share = float((record.numpy() == 0).mean())
    color, text = numbers.of(scene.cards[2], scene) or (None, "")
    assert text == f"{100 * share:.0f} %"
    assert color == numbers.color(share)
    shown.colours.setCurrentIndex(7)
    mean = float(record.numpy().mean(dtype=np.float64))
    numbers = view(graph).numbers
    assert numbers.low == -numbers.high
    assert numbers.of(scene.cards[2], scene) == (numbers.color(mean), number(mean, signed=True))
    assert numbers.color(0.0) == QColor(*map(int, lut("RdBu_r")[127][:3]))  # zero is the neutral colour
    graph.ask(image=graph.window.tray.model.items[3].path)
    assert view(graph).numbers is not None
    assert view(graph).numbers is not numbers  # of the other picture


def test_words_of_a_folded_block(resnet: Opened) -> None:
    scene = view(resnet).scene
    assert scene is not None
    place = scene.card_named("layer1.0/")
    assert place is not None
    card = scene.cards[place]
    # 2 · 3·3·64·64 weights and 2 · 2 · 64 of the norms
    assert words.subheading(card, scene) == "7 ops · 73,984 parameters"
    assert words.summary(scene.records_of(card)) == "2 conv · 2 norm · 2 act · 1 join"
    held = "7 operations: 2 conv, 2 norm, 2 act, 1 join"
    assert words.told(card, scene) == ["layer1.0", held, "64×16×16", "73,984 parameters", "1 in, 2 out"]
    assert words.family_of(card, scene) == "conv"


def test_another_network_is_drawn_anew_and_memory_is_bounded(resnet: Opened) -> None:
    resnet.controller.open_model(ModelRequest("lenet5-mnist", device="cpu"))
    resnet.settle()
    assert len(keys_of(resnet)) == 13
    assert view(resnet).tiles.nbytes < 4 << 20
    assert all(record <= 11 for record in view(resnet).tiles.records)


def test_cameras() -> None:
    room = (800.0, 600.0)
    fitted = cam.fitted((0, 0, 2000, 500), room)
    assert fitted.box((0, 0, 2000, 500))[2] <= 800
    one, other = Camera(0.5, 10, 20), Camera(3.0, -700, -900)
    assert cam.between(one, other, 0, room) == pytest.approx(one)
    assert cam.between(one, other, 1, room) == pytest.approx(other)
    assert cam.between(one, other, 0.5, room).zoom == pytest.approx(np.sqrt(1.5))
    moved = cam.revealed(Camera(1, 0, 0), (900, 100, 50, 50), room)
    assert (moved.left, moved.top) == (800 - 48 - 950, 0)
    assert cam.revealed(Camera(1, 0, 0), (300, 100, 50, 50), room) == Camera(1, 0, 0)


def test_the_palette_finds_layers_by_shape_and_parameters(opened: Opened) -> None:
    palette = opened.controller.acts.palette
    for query, key in (("16x10x10 conv", "3"), ("48120", "7"), ("2,416", "3")):
        palette.open(query)
        assert palette.found[0].hint.split()[0] == key
    palette.dismiss()
