"""The sandbox as a person uses it: presets, sliders, painted kernels, impossible settings, there and back."""

from __future__ import annotations

import subprocess
import sys
import time

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QWheelEvent
from PySide6.QtWidgets import QApplication, QToolButton

from cnnviz import paths
from cnnviz.gui.sandbox.cell_map import CellMap
from cnnviz.gui.sandbox.page import SandboxPage
from cnnviz.gui.sandbox.presets import EXAMPLES, KERNEL_NAMES, PICTURES, kernel_named, picture_named
from cnnviz.gui.sandbox.trial import as_python, in_torch, resized, run
from cnnviz.gui.theme import theme

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def page(qtbot, qapp):
    theme.install(qapp, "dark")
    made = SandboxPage()
    qtbot.addWidget(made)
    made.resize(1256, 606)
    with qtbot.waitExposed(made):
        made.show()
    return made


def centre_of(cells: CellMap, y: int, x: int) -> QPoint:
    return cells.cell_rect((y, x)).center().toPoint()


def facts_of(page) -> dict[str, str]:
    parts = (page.results.size_facts, page.results.parameters)
    return {fact.name: fact.text for part in parts for fact in part.facts()}


def pick(box, text: str) -> None:
    index = box.findText(text)
    assert index >= 0
    box.setCurrentIndex(index)
    box.activated.emit(index)
    QApplication.processEvents()  # other facts may be higher


def sobel(picture: np.ndarray, kernel: list[list[int]]) -> np.ndarray:
    """Cross-correlation by hand, one output cell after the other."""
    rows, columns = picture.shape[0] - 2, picture.shape[1] - 2
    return np.array(
        [
            [sum(picture[y + i, x + j] * kernel[i][j] for i in range(3) for j in range(3)) for x in range(columns)]
            for y in range(rows)
        ]
    )


# presets


def test_the_pooling_of_the_lecture_is_on_the_screen(page):
    pick(page.example, "Lecture: max pooling")
    assert page.stage.output.cells.values.tolist() == [[7, 7], [6, 8]]
    assert page.stage.input.cells.values.tolist() == [[1, 7, 2, 4], [3, 5, 7, 1], [6, 2, 8, 3], [0, 1, 4, 5]]
    facts = facts_of(page)
    assert facts["output"] == "2 × 2"
    assert facts["rows"] == "⌊(4 − 2 + 2·0)/2⌋ + 1 = 2"
    assert facts["this pooling"] == "0"
    assert facts["fully connected"] == "(1·4·4)·(1·2·2) + 4 = 68"
    page.stage.move_to((1, 0))
    assert page.stage.formula.text() == "y(1, 0) = largest of 6, 2, 0, 1 = 6"
    page.form.kinds["min"].click()
    assert page.stage.output.cells.values.tolist() == [[1, 1], [0, 3]]
    page.form.kinds["mean"].click()
    assert page.stage.output.cells.values.tolist() == [[4, 3.5], [2.25, 5]]


def test_sobel_on_the_digit_is_what_numpy_says(page):
    pick(page.example, "Lecture: Sobel on a picture")
    with Image.open(paths.resources() / "samples" / "lenet5-mnist" / "seven.png") as file:
        digit = np.asarray(file.convert("L"), float)
    across = sobel(digit, [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    down = sobel(digit, [[-1, -2, -1], [0, 0, 0], [1, 2, 1]])
    assert np.allclose(page.stage.output.cells.values, np.sqrt(across**2 + down**2), rtol=1e-6)
    assert facts_of(page)["output"] == "26 × 26"
    page.form.magnitude.click()
    assert np.allclose(page.stage.output.cells.values, across)
    pick(page.form.kernel, "Sobel, horizontal edges")
    assert np.allclose(page.stage.output.cells.values, down)


@pytest.mark.parametrize("name", list(EXAMPLES))
def test_every_example_has_a_result(page, name):
    pick(page.example, name)
    assert page.found is not None
    assert page.stage.formula.text().startswith(f"y({page.stage.at[0]}, {page.stage.at[1]}) = ")
    assert page.grab().width() == page.width()


def test_every_kernel_and_picture_can_be_chosen(page):
    for name in KERNEL_NAMES:
        pick(page.form.kernel, name)
        assert page.trial.kernel.tolist() == kernel_named(name).tolist()
        assert page.form.kernel.currentText() == name
    page.set_picture(np.full((20, 40, 3), (255, 0, 0), np.uint8))
    for name in PICTURES:
        page.choose_picture(name)
        assert page.found is not None
        assert page.form.picture.currentData() == name
    page.choose_picture("window")
    assert page.trial.size == (20, 40)
    assert np.unique(page.trial.picture).tolist() == [76]  # 0.299 · 255


# the numbers of a layer


def test_sliding_a_number_changes_the_result_at_once(page):
    pick(page.example, "One edge, one kernel")
    page.form.dials["padding"].slider.setValue(1)
    page.form.dials["stride"].spin.setValue(2)
    facts = facts_of(page)
    assert facts["output"] == "4 × 4"
    assert facts["rows"] == "⌊(8 − 3 + 2·1)/2⌋ + 1 = 4"
    assert facts["never read"] == "1 row and 1 column at the end"
    assert page.stage.input.cells.shape == (10, 10)
    page.form.dials["size"].spin.setValue(9)
    assert facts_of(page)["output"] == "5 × 5"
    assert facts_of(page)["never read"] == "none"


def test_parameters_of_all_three_layers(page):
    pick(page.example, "One edge, one kernel")
    page.form.channels[0].setValue(3)
    page.form.channels[1].setValue(16)
    facts = facts_of(page)
    assert facts["this convolution"] == "(3·3·3)·16 + 16 = 448"
    assert facts["a pooling of this size"] == "0"
    assert facts["fully connected"] == f"(3·8·8)·(16·6·6) + 576 = {3 * 64 * 16 * 36 + 576:,}"
    assert facts["fully connected has"] == f"{(3 * 64 * 16 * 36 + 576) / 448:,.0f} times as many"
    page.form.channels[1].setValue(1)
    assert {fact.name: fact.text for fact in page.results.costs.facts()}["PyTorch"] == "nn.Conv2d(3, 1, 3)"


def test_an_impossible_setting_says_why_in_place_of_the_result(page):
    pick(page.example, "Lecture: max pooling")
    page.form.dials["kernel"].spin.setValue(5)
    assert page.found is None
    assert page.results.sentence.isVisible()
    said = "A 5 × 5 window does not fit on 4 rows: take a smaller window, or a padding of at least 1."
    assert page.results.sentence.text() == said
    assert not page.results.size_facts.isVisible()
    assert page.stage.output.cells is None
    assert not page.stage.play.isEnabled()
    page.grab()
    page.form.dials["padding"].spin.setValue(1)
    assert page.results.size_facts.isVisible()
    assert not page.results.sentence.isVisible()


def test_what_stands_in_the_padding(page):
    pick(page.example, "Same size, by padding")
    pick(page.form.border, "replicate (the last cell)")
    assert page.stage.input.cells.values[0].tolist() == [10, 10, 10, 10, 10, 0, 0, 0, 0, 0]
    assert page.stage.output.cells.values[0, 0] == pytest.approx(10)
    page.choose_picture("lecture")
    page.form.dials["padding"].spin.setValue(4)
    pick(page.form.border, "reflect (mirrored)")
    assert "to mirror or repeat" in page.results.sentence.text()


# painting


def test_a_cell_is_typed_into_and_undone(page, qtbot):
    pick(page.example, "One edge, one kernel")
    grid = page.stage.kernel
    qtbot.mouseClick(grid, LEFT, pos=centre_of(grid, 1, 1))
    grid.setFocus()
    qtbot.keyClicks(grid, "-2.5")
    assert page.trial.kernel.tolist() == [[-1, 0, 1], [-2, -2.5, 2], [-1, 0, 1]]
    assert page.stage.output.cells.values[0, 0] == -25  # 10 times as much under the middle, at once
    qtbot.keyClick(grid, Qt.Key.Key_Return)
    assert grid.cursor_cell == (1, 2)
    assert page.form.kernel.currentText() == "own kernel"
    page.form.edits["copy"].click()
    assert QGuiApplication.clipboard().text() == "[[-1, 0, 1], [-2, -2.5, 2], [-1, 0, 1]]"
    page.form.edits["undo"].click()
    assert page.trial.kernel[1, 1] == 0
    assert page.form.kernel.currentText() == "Sobel, vertical edges"
    page.form.edits["redo"].click()
    assert page.trial.kernel[1, 1] == -2.5
    page.form.edits["reset"].click()
    assert page.trial.kernel.tolist() == [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]


def test_escape_takes_back_what_is_typed(page, qtbot):
    grid = page.stage.kernel
    grid.setFocus()
    qtbot.keyClicks(grid, "7")
    assert page.trial.kernel[0, 0] == 7
    qtbot.keyClick(grid, Qt.Key.Key_Escape)
    assert page.trial.kernel[0, 0] == -1
    assert not page.form.edits["undo"].isEnabled()


def test_dragging_paints_and_is_one_act(page, qtbot):
    pick(page.example, "One edge, one kernel")
    page.form.dials["kernel"].spin.setValue(5)
    assert page.trial.kernel.shape == (5, 5)
    grid = page.stage.kernel
    qtbot.mousePress(grid, LEFT, pos=centre_of(grid, 1, 3))  # a 1
    for y, x in ((0, 3), (0, 4), (1, 4)):
        qtbot.mouseMove(grid, centre_of(grid, y, x))
    qtbot.mouseRelease(grid, LEFT, pos=centre_of(grid, 1, 4))
    assert page.trial.kernel[:2, 3:].tolist() == [[1, 1], [1, 1]]
    page.edit("undo")
    assert page.trial.kernel[:2, 3:].tolist() == [[0, 0], [1, 0]]
    page.edit("undo")
    assert page.trial.kernel.shape == (3, 3)


def test_the_wheel_and_page_keys_step(page, qtbot):
    grid = page.stage.kernel
    at = QPointF(centre_of(grid, 2, 0))
    wheel = QWheelEvent(
        at,
        grid.mapToGlobal(at),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(grid, wheel)
    assert page.trial.kernel[2, 0] == 0
    grid.setFocus()
    qtbot.keyClick(grid, Qt.Key.Key_PageDown)
    qtbot.keyClick(grid, Qt.Key.Key_PageDown, Qt.KeyboardModifier.ControlModifier)
    assert page.trial.kernel[2, 0] == pytest.approx(-1.1)
    qtbot.keyClick(grid, Qt.Key.Key_Delete)
    assert page.trial.kernel[2, 0] == 0
    assert "row 3, column 1 is 0" in grid.accessibleName()


def test_the_picture_is_painted_in_too_but_not_its_padding(page, qtbot):
    pick(page.example, "Lecture: max pooling")
    page.form.dials["padding"].spin.setValue(1)
    grid = page.stage.input
    qtbot.mouseClick(grid, LEFT, pos=centre_of(grid, 1, 1))
    grid.setFocus()
    qtbot.keyClicks(grid, "9")
    qtbot.keyClick(grid, Qt.Key.Key_Return)
    qtbot.mouseClick(grid, LEFT, pos=centre_of(grid, 0, 0))
    assert grid.cursor_cell == (0, 1)
    assert page.trial.picture[0].tolist() == [9, 7, 2, 4]
    assert page.form.picture.currentData() == "own"
    assert page.stage.output.cells.values[0, 0] == 9


# the window


def test_pointing_moves_the_window_and_stops_it(page, qtbot):
    pick(page.example, "A wider view, by dilation")
    page.stage.play.click()
    assert page.stage.play.isChecked()
    qtbot.mouseMove(page.stage.output, centre_of(page.stage.output, 2, 3))
    assert page.stage.at == (2, 3)
    assert not page.stage.play.isChecked()
    qtbot.mouseMove(page.stage.input, centre_of(page.stage.input, 9, 9))
    assert page.stage.at == (5, 5)
    qtbot.keyClick(page.stage.output, Qt.Key.Key_Up)
    assert page.stage.at == (4, 5)
    before = page.stage.at
    page.stage.play.click()
    qtbot.waitUntil(lambda: page.stage.at != before, timeout=5000)
    page.stage.play.click()


def test_a_large_picture_keeps_up_with_the_hand(page):
    page.set_picture(np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8))
    page.choose_picture("window")
    page.form.dials["kernel"].spin.setValue(7)
    started = time.process_time()
    for padding in range(10):
        page.form.dials["padding"].spin.setValue(padding % 4)
    assert (time.process_time() - started) / 10 < 0.05  # 5 ms where nothing else runs


# there and back


def test_to_the_sandbox_and_back(opened):
    window = opened.window
    before = opened.request
    button = window.top.findChild(QToolButton, "workspace-sandbox")
    opened.qtbot.mouseClick(button, LEFT)
    page = opened.controller.sandboxing.page
    assert page.isVisible()
    assert button.isChecked()
    assert not window.split.isVisible()
    assert not any(dock.isVisible() for dock in window.docks)
    opened.press(Qt.Key.Key_Right)
    assert opened.request == before  # the network does not walk on unseen
    page.choose_picture("window")
    assert page.trial.size == (28, 28)
    opened.ask(image=[item.path for item in window.tray.model.items][1])
    assert page.isVisible()
    assert button.isChecked()
    assert not window.commands["next-step"].isEnabled()
    opened.qtbot.keyClick(page.stage.output, Qt.Key.Key_Escape)
    opened.settle()
    assert not page.isVisible()
    assert window.split.isVisible()
    assert all(dock.isVisible() for dock in window.docks)
    assert not button.isChecked()
    assert window.commands["next-step"].isEnabled()
    opened.press(Qt.Key.Key_B)
    assert page.isVisible()
    opened.press(Qt.Key.Key_B)
    assert not page.isVisible()


def test_the_explanation_is_still_there_afterwards(opened):
    opened.ask(view="explain")
    top = opened.window.top
    opened.qtbot.mouseClick(top.findChild(QToolButton, "workspace-sandbox"), LEFT)
    assert opened.request.view == "explain"
    opened.press(Qt.Key.Key_E)
    assert opened.request.view == "explain"
    assert not opened.controller.sandboxing.open
    opened.press(Qt.Key.Key_B)
    opened.qtbot.mouseClick(top.findChild(QToolButton, "workspace-explore"), LEFT)
    opened.settle()
    assert opened.controller.response.figure.view == "feature-maps"
    assert not opened.controller.sandboxing.open
    opened.press(Qt.Key.Key_B)
    opened.ask(layer="0")  # the palette, or a lesson, leads to a layer
    assert not opened.controller.sandboxing.open


def test_the_figure_of_the_sandbox_is_exported(opened, tmp_path):
    opened.window.commands["sandbox"].trigger()
    sandbox = opened.controller.sandboxing
    pick(sandbox.page.example, "Lecture: max pooling")
    figure = sandbox.figure
    assert figure.title == "Max pooling"
    assert figure.subtitle == "4 × 4 → 2 × 2 · kernel 2 × 2, stride 2, padding 0, dilation 1"
    assert [panel.title for panel in figure.panels] == ["input", "output"]
    opened.controller.exporter.write(figure, tmp_path / "pooling.png")
    opened.settle()
    with Image.open(tmp_path / "pooling.png") as saved:
        assert saved.width > 100
    sandbox.page.form.dials["kernel"].spin.setValue(7)
    assert sandbox.figure is None


# without a window


def test_torch_is_not_needed():
    code = "import sys, cnnviz.gui.sandbox.going; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_kernels_grow_and_shrink_around_their_middle():
    kernel = np.arange(9.0).reshape(3, 3)
    assert resized(kernel, 5)[1:4, 1:4].tolist() == kernel.tolist()
    assert resized(kernel, 5).sum() == kernel.sum()
    assert resized(kernel, 1).tolist() == [[4]]
    assert resized(resized(kernel, 7), 3).tolist() == kernel.tolist()


def test_layers_as_python_writes_them():
    trial = EXAMPLES["Half the size, by stride"][2]()
    assert in_torch(trial) == "nn.Conv2d(1, 1, 3, stride=2, padding=1)"
    assert in_torch(EXAMPLES["Lecture: max pooling"][2]()) == "nn.MaxPool2d(2, stride=2)"
    assert as_python(kernel_named("box blur")).startswith("[[0.111111, 0.111111")


def test_formulas_of_cells():
    trial = EXAMPLES["One edge, one kernel"][2]()
    assert run(trial).formula((0, 2)) == "y(0, 2) = 10·(−1) + 0·1 + 10·(−2) + 0·2 + 10·(−1) + 0·1 = −40"
    picture = picture_named("lecture", 4)
    assert picture_named("own", 5, before=picture)[4].tolist() == [0, 0, 0, 0, 0]


def test_a_long_formula_breaks_between_its_terms(qapp: QApplication) -> None:
    from cnnviz.gui.sandbox.formula import MOST, FormulaText

    shown = FormulaText()
    text = "y(0, 0) = " + " + ".join(f"{n}·(−{n})" for n in range(100, 109)) + " = −97,500"
    shown.resize(4000, 40)
    shown.show()
    shown.set_text(text)
    assert shown.lines() == [text]
    one = shown.sizeHint().height()
    shown.resize(300, 40)
    assert " ".join(shown.lines()) == text
    assert 1 < len(shown.lines()) <= MOST
    assert shown.sizeHint().height() == one * len(shown.lines())
    terms = [f"{n}·0.0156" for n in range(100, 149)]
    shown.set_text("y(0, 0) = " + " + ".join(terms) + " = 95")
    lines = shown.lines()
    assert len(lines) == MOST
    assert lines[-1].startswith("… + ")
    assert lines[-1].endswith(" + 148·0.0156 = 95")
    said = " ".join(lines).removeprefix("y(0, 0) = ").removesuffix(" = 95").split(" + ")
    assert set(said) <= {*terms, "…"}, "a number that is cut is another number"
    shown.set_text("y = 1")
    assert shown.sizeHint().height() > one, "what stands below does not jump while the window slides"
