"""A drawing of the graph comes back from its file and from a session: its folding, its colours, and what was seen."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from cnnviz.core.recipe import read_recipe, written
from cnnviz.export import export
from cnnviz.figure import Figure, Graph, Place
from cnnviz.gui.graph import camera as cam
from cnnviz.gui.graph.page import GraphPage
from cnnviz.gui.main_window import MainWindow
from cnnviz.request import ModelRequest
from tests.gui.conftest import Opened

ROOM = (800.0, 500.0)


def page(opened: Opened) -> GraphPage:
    return opened.controller.networking.page


def drawn(opened: Opened) -> Figure:
    """The figure that the export makes of the graph."""
    found: list[Figure] = []
    opened.controller.acts._with_figure(found.append)
    return found[0]


def boxes(opened: Opened) -> list[tuple[str, float, float]]:
    scene = page(opened).scene
    assert scene is not None
    return [(card.key, card.x, card.y) for card in scene.cards]


def lines_of(figure: Figure) -> list[object]:
    """All that is drawn but the maps: those are on the cards that one has looked at."""
    (panel,) = figure.panels
    assert isinstance(panel, Graph)
    cards = [(card.box, card.title, card.lines, card.color, card.filled, card.count) for card in panel.cards]
    return [cards, panel.frames, panel.lines, panel.ramp, panel.ends]


@pytest.fixture
def folded(opened: Opened) -> Opened:
    """ResNet-18 with one block opened by hand, coloured by parameters, looked at from near."""
    opened.controller.networking.set_open(True)
    opened.controller.open_model(ModelRequest("resnet18:random", input_size=(64, 64), device="cpu"))
    opened.settle()
    graph = page(opened)
    graph.fold(1)
    opened.settle()
    graph.view.toggle("layer2/")
    opened.settle()
    graph.colours.setCurrentIndex(1)
    graph.strongest.setChecked(False)
    graph.view.look_from(cam.zoomed(graph.view.camera, 2.5, 300, 200, 0.1))
    opened.settle()
    return opened


def disturb(opened: Opened) -> None:
    """Fold, colour and look otherwise."""
    graph = page(opened)
    graph.colours.setCurrentIndex(0)
    graph.strongest.setChecked(True)
    graph.fold(3)
    opened.settle()
    graph.view.fit(fly=False)


def check(opened: Opened, place: Place, stood: list[tuple[str, float, float]]) -> None:
    now = page(opened).place
    assert now is not None
    assert replace(now, seen=None) == replace(place, seen=None)
    assert now.seen == pytest.approx(place.seen)
    assert boxes(opened) == stood


def test_a_camera_comes_back_from_what_it_saw() -> None:
    for camera in (cam.Camera(1.0, 0.0, 0.0), cam.Camera(2.5, -310.0, 40.0), cam.Camera(0.05, 12.0, -7.0)):
        assert cam.showing(camera.seen(ROOM), ROOM) == pytest.approx(camera)
    wide = cam.showing((100.0, 50.0, 80.0, 50.0), (1600.0, 500.0))  # a wider window sees more beside it
    assert wide.zoom == 10
    assert wide.box((100.0, 50.0, 80.0, 50.0)) == (400.0, 0.0, 800.0, 500.0)


@pytest.mark.parametrize("suffix", ["svg", "png"])
def test_a_dropped_drawing_comes_back(folded: Opened, suffix: str, tmp_path: Path) -> None:
    place, stood, figure = page(folded).place, boxes(folded), drawn(folded)
    assert place is not None
    assert (place.depth, place.colours, place.strongest) == (None, "parameters", False)
    assert "layer2/" in place.opened
    file = export(figure, tmp_path / f"graph.{suffix}")
    recipe = read_recipe(file)
    assert recipe is not None
    assert recipe.place == place
    disturb(folded)  # the graph is open
    folded.controller.open_files([str(file)])
    folded.settle()
    check(folded, place, stood)
    assert lines_of(drawn(folded)) == lines_of(figure)
    disturb(folded)
    folded.controller.networking.set_open(False)
    folded.ask(model=ModelRequest("lenet5-mnist", device="cpu"), layer="")  # another network, another workspace
    folded.controller.open_files([str(file)])
    folded.settle()
    assert folded.controller.networking.open
    check(folded, place, stood)


def test_a_session_brings_back_the_graph(folded: Opened, tmp_path: Path) -> None:
    place, stood = page(folded).place, boxes(folded)
    assert place is not None
    folded.controller.saving.save_to(tmp_path / "a.cnnviz")
    disturb(folded)
    folded.controller.networking.set_open(False)
    folded.ask(model=ModelRequest("lenet5-mnist", device="cpu"), layer="")
    folded.controller.open_files([str(tmp_path / "a.cnnviz")])
    folded.settle()
    folded.controller.networking.set_open(True)
    folded.settle()
    check(folded, place, stood)


def test_all_of_the_graph_is_seen_as_all_of_it(opened: Opened, tmp_path: Path) -> None:
    opened.controller.networking.set_open(True)
    opened.settle()
    file = export(drawn(opened), tmp_path / "graph.svg")
    graph = page(opened)
    graph.view.look_from(cam.zoomed(graph.view.camera, 2.5, 300, 200, 0.1))
    opened.controller.open_files([str(file)])
    opened.settle()
    assert graph.view.fitted


def test_a_drawing_from_before_opens_as_it_did(opened: Opened, tmp_path: Path) -> None:
    opened.controller.networking.set_open(True)
    opened.settle()
    figure = drawn(opened)
    (panel,) = figure.panels
    assert isinstance(panel, Graph)
    old = replace(figure, panels=(replace(panel, place=None),))
    assert "place" not in json.loads(written(old, {}))["cnnviz"]
    file = export(old, tmp_path / "graph.svg")
    opened.controller.networking.set_open(False)
    opened.controller.open_files([str(file)])
    opened.settle()
    assert opened.controller.networking.open
    assert isinstance(opened.window, MainWindow)
    assert page(opened).view.fitted


@pytest.mark.parametrize("damage", [{}, {"room": [1]}, {"room": [0, 5]}, {"room": [800, 500], "seen": [0, 0, 0, 1]}])
def test_a_damaged_place_is_none(opened: Opened, damage: dict[str, object]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        Place.of(damage)
    opened.controller.session.look({("graph", ""): damage})  # as a session may say
    opened.controller.networking.set_open(True)
    opened.settle()
    assert page(opened).view.fitted
