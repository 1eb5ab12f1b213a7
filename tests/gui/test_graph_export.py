"""What leaves the workspaces “Network” and “Table” is what they show."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog

from cnnviz import paths
from cnnviz.cli import run
from cnnviz.core.errors import CnnvizError
from cnnviz.core.made_again import as_python
from cnnviz.export import export
from cnnviz.figure import Figure, Graph, Table
from cnnviz.gui.exports.figure_dialog import ExportDialog
from cnnviz.gui.graph.drawn import figure_of
from cnnviz.layout.graph import laid_out
from cnnviz.layout.marks import Pixels, Words
from cnnviz.layout.shortening import shortened
from tests.gui.conftest import Opened


def measure(text: str, size: float, bold: bool) -> float:
    return len(text) * size * 0.7


def test_the_graph_is_drawn_as_it_is_folded_and_coloured(opened: Opened, tmp_path: Path) -> None:
    networking = opened.controller.networking
    networking.set_open(True)
    opened.settle()
    figure = figure_of(networking.page.view, "LeNet-5")
    assert figure is not None
    (panel,) = figure.panels
    assert isinstance(panel, Graph)
    scene = networking.page.scene
    assert scene is not None
    assert [card.box for card in panel.cards] == [(c.x, c.y, c.width, c.height) for c in scene.cards]
    conv = panel.cards[1]
    assert (conv.title, conv.lines) == ("Conv 5×5", ("0 · 6×28×28",))
    assert conv.raster is not None
    assert conv.raster.shape[0] == 6
    assert figure.subtitle.startswith("12 operations")
    drawn = laid_out(panel, None, measure)
    assert sum(isinstance(mark, Pixels) for mark in drawn.marks) == len(panel.cards)
    assert "convolution" in {mark.text for mark in drawn.marks if isinstance(mark, Words)}
    svg = export(figure, tmp_path / "graph.svg").read_text()
    assert "Conv 5×5" in svg
    with export(figure, tmp_path / "graph.csv").open(newline="") as file:
        assert len(list(csv.reader(file))) == 1 + len(panel.cards)


def test_a_number_brings_its_colours(opened: Opened) -> None:
    networking = opened.controller.networking
    networking.set_open(True)
    opened.settle()
    networking.page.colours.setCurrentIndex(1)
    figure = networking.figure
    assert figure is not None
    (panel,) = figure.panels
    assert isinstance(panel, Graph)
    assert panel.ends[0] == "Parameters"
    assert panel.cards[1].filled
    assert panel.cards[1].lines == ("156",)  # 6 · (5 · 5 + 1)
    assert not panel.keys
    narrow = laid_out(panel, 300.0, measure)
    assert narrow.width == pytest.approx(300)


def test_the_key_exports_what_is_seen(opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str]] = []

    def look(dialog: ExportDialog) -> int:
        asked.append((dialog.figure.view, dialog.suffix))
        return 0

    monkeypatch.setattr(ExportDialog, "exec", look)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("", ""))
    for key, expected in ((Qt.Key.Key_G, ("graph", "svg")), (Qt.Key.Key_T, ("table", "csv"))):
        opened.press(key)
        opened.settle()
        opened.window.commands["export"].trigger()
        assert asked[-1] == expected
    QApplication.processEvents()


def test_the_table_leaves_with_whole_numbers(opened: Opened, tmp_path: Path) -> None:
    opened.press(Qt.Key.Key_T)
    opened.settle()
    figure = opened.controller.tabling.page.figure
    assert figure is not None
    (panel,) = figure.panels
    assert isinstance(panel, Table)
    assert "Time" not in panel.heads  # nobody has measured
    assert panel.rows[0][panel.heads.index("Parameters")] == 156
    assert panel.rows[0][panel.heads.index("Memory (bytes)")] == 6 * 28 * 28 * 4
    assert "| Layer |" in export(figure, tmp_path / "table.md").read_text()
    assert "tabular" in export(figure, tmp_path / "table.tex").read_text()


@pytest.mark.parametrize(
    ("room", "short"),
    [
        (40, "adaptive_avg_pool2d · 1920×7×7"),
        (26, "adaptive…g_pool2d 1920×7×7"),
        (16, "ada…l2d 1920×7×7"),
        (12, "adapti…ool2d"),
    ],
)
def test_names_lose_their_middle_and_keep_their_shape(room: int, short: str) -> None:
    assert shortened("adaptive_avg_pool2d · 1920×7×7", lambda text: len(text) <= room) == short


def test_what_is_said_last_is_left_out_first() -> None:
    assert shortened("12 conv · 12 norm · 6 join", lambda text: len(text) <= 20) == "12 conv · 12 norm"


@pytest.mark.parametrize(("workspace", "suffix"), [("network", "svg"), ("network", "png"), ("table", "pdf")])
def test_a_dropped_file_of_a_workspace_opens_it(
    opened: Opened, tmp_path: Path, workspace: str, suffix: str, capsys: pytest.CaptureFixture[str]
) -> None:
    opened.ask(layer="3")
    opened.window.top.workspace_picked.emit(workspace)
    opened.settle()
    found: list[Figure] = []
    opened.controller.acts._with_figure(found.append)
    file = export(found[0], tmp_path / f"figure.{suffix}")
    opened.window.top.workspace_picked.emit("")
    opened.ask(layer="11", image=str(paths.resources() / "samples/lenet5-mnist/one.png"))
    opened.controller.open_files([str(file)])
    opened.settle()
    assert opened.window.top.workspace == workspace
    assert (opened.request.layer, Path(opened.request.image).name) == ("3", "seven.png")
    assert not opened.window.errors.messages
    assert run(["export", "--from", str(file), "--out", str(tmp_path / "again")]) == 1
    assert "only the window can make again" in capsys.readouterr().err
    with pytest.raises(CnnvizError, match="only the window"):
        as_python(found[0].request)  # type: ignore[arg-type]
