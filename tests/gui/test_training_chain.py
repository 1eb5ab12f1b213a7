"""The chain editor: by mouse and by keys, with the shapes and sentences of each link."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cnnviz.gui.theme import theme
from cnnviz.gui.training.links import ChainEditor
from cnnviz.gui.training.page import TrainingPage
from cnnviz.gui.training.words import CHAINS, NEW, numbers_of, with_number
from cnnviz.training import untrained
from cnnviz.training.chain import parse

from .conftest import Opened


@pytest.fixture
def editor(qtbot: QtBot, qapp: QApplication) -> ChainEditor:
    theme.install(qapp, "dark")
    made = ChainEditor()
    qtbot.addWidget(made)
    made.resize(900, 600)
    made.show()
    assert made.set_text("plan: 1x8x8 conv4x3 relu max2 flatten dense10") == ""
    return made


def words(editor: ChainEditor) -> tuple[str, ...]:
    assert editor.chain is not None
    return editor.chain.words


def test_shapes_and_parameters_of_each_link(editor: ChainEditor) -> None:
    assert [row.shape.text() for row in editor.rows] == ["4 × 6 × 6", "4 × 6 × 6", "4 × 3 × 3", "36", "10"]
    assert [row.parameters.text() for row in editor.rows] == ["40", "", "", "", "370"]  # 4(9+1), 10(36+1)
    assert editor.rows[4].parameters.toolTip() == "90.2 % of all parameters"
    assert editor._total.text() == "410 parameters · 10 class scores come out"


def test_a_number_changes_all_that_follows(editor: ChainEditor, qtbot: QtBot) -> None:
    with qtbot.waitSignal(editor.changed) as told:
        editor.rows[0].field("filters").setValue(6)
    assert told.args == ["plan: 1x8x8 conv6x3 relu max2 flatten dense10"]
    assert editor.rows[3].shape.text() == "54"
    editor.rows[0].field("p").setValue(1)
    assert words(editor)[0] == "conv6x3/p1"
    editor.rows[2].field("size").setValue(4)
    assert words(editor)[2] == "max4"  # its stride stays as large as it is
    editor.rows[2].field("stride").setValue(2)
    assert words(editor)[2] == "max4s2"


def test_the_link_at_which_it_breaks_says_why(editor: ChainEditor) -> None:
    editor.rows[0].field("size").setValue(9)
    assert editor.rows[0].problem.text().startswith("conv1 looks at 9 × 9 cells, but its maps have only 8 × 8")
    assert [row.shape.text() for row in editor.rows] == ["?", "–", "–", "–", "–"]
    assert not any(row.problem.text() for row in editor.rows[1:])
    assert editor._total.text() == editor.rows[0].problem.text()
    editor.undo()
    assert editor.rows[0].problem.text() == ""
    editor.redo()
    assert words(editor)[0] == "conv4x9"


def test_by_keys(editor: ChainEditor, qtbot: QtBot) -> None:
    editor.rows[1].setFocus()
    qtbot.keyClick(editor.rows[1], Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert words(editor) == ("conv4x3", "max2", "relu", "flatten", "dense10")
    assert editor.focusWidget() is editor.rows[2]
    qtbot.keyClick(editor.rows[2], Qt.Key.Key_Up)
    assert editor.focusWidget() is editor.rows[1]
    qtbot.keyClick(editor.rows[1], Qt.Key.Key_Delete)
    assert words(editor) == ("conv4x3", "relu", "flatten", "dense10")
    qtbot.keyClick(editor.rows[0], Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert words(editor)[0] == "conv4x3"  # it is the first already


def test_undo_is_the_chains_wherever_the_focus_is_in_it(opened: Opened) -> None:
    opened.window.commands["train"].trigger()
    page, qtbot = opened.controller.training.page, opened.qtbot
    assert page is not None
    editor = page.watch.chain
    page.watch.show_figure("layers")
    before = words(editor)
    qtbot.mouseClick(editor.rows[6].remove, Qt.MouseButton.LeftButton)
    assert "flatten" not in words(editor)
    qtbot.keyClick(opened.window.focusWidget(), Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert words(editor) == before
    box = editor.rows[0].field("filters")
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Up)
    assert words(editor)[0] == "conv7x5/p2"
    qtbot.keyClick(box, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert words(editor) == before
    qtbot.keyClick(box, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert words(editor)[0] == "conv7x5/p2"
    opened.settle()


def test_by_mouse(editor: ChainEditor, qtbot: QtBot) -> None:
    row = editor.rows[1]
    handle = row._handle
    qtbot.mousePress(handle, Qt.MouseButton.LeftButton)
    target = editor.rows[4]
    where = handle.mapFromGlobal(target.mapToGlobal(QPoint(5, target.height() - 1)))
    qtbot.mouseMove(handle, where)
    row.dragged.emit(1, target.mapToGlobal(QPoint(5, target.height() - 1)))
    assert editor._line.isVisible()
    qtbot.mouseRelease(handle, Qt.MouseButton.LeftButton)
    assert not editor._line.isVisible()
    assert words(editor) == ("conv4x3", "max2", "flatten", "dense10", "relu")
    qtbot.mouseClick(editor.rows[4].remove, Qt.MouseButton.LeftButton)
    assert words(editor) == ("conv4x3", "max2", "flatten", "dense10")
    qtbot.mouseClick(editor.rows[0], Qt.MouseButton.LeftButton, pos=QPoint(300, 5))
    qtbot.mouseClick(editor.adders["relu"], Qt.MouseButton.LeftButton)
    assert words(editor) == ("conv4x3", "relu", "max2", "flatten", "dense10")
    activation = editor.rows[1].activation
    assert activation is not None
    activation.textActivated.emit("gelu")
    assert words(editor)[1] == "gelu"


def test_from_an_empty_chain(editor: ChainEditor, qtbot: QtBot) -> None:
    editor.set_data(5, (3, 32, 32))
    qtbot.mouseClick(editor.bar.starts[""], Qt.MouseButton.LeftButton)
    assert editor.chain is not None
    assert editor.chain.text.strip() == "plan: 3x32x32"
    assert "no layer that learns" in editor._total.text()
    for word in ("flatten", "dense32"):
        qtbot.mouseClick(editor.adders[word], Qt.MouseButton.LeftButton)
    assert editor.chain.problem == ""
    qtbot.mouseClick(editor.bar.starts["lenet5"], Qt.MouseButton.LeftButton)
    assert words(editor)[-1] == "dense5"  # as many scores as the data has classes
    assert editor.bar.fit.isVisible()
    qtbot.mouseClick(editor.bar.fit, Qt.MouseButton.LeftButton)
    assert (editor.chain.channels, editor.chain.size) == (3, (32, 32))
    assert not editor.bar.fit.isVisible()


@pytest.mark.parametrize("name", [name for name in CHAINS if name])
def test_networks_as_chains_are_the_same_networks(name: str) -> None:
    theirs, ours = untrained(name).make(tuple("0123456789")), parse(CHAINS[name]).build()
    assert [p.shape for p in ours.parameters()] == [p.shape for p in theirs.parameters()]
    assert [type(layer) for layer in ours] == [type(layer) for layer in theirs.children()]


@pytest.mark.parametrize("word", [*NEW, "conv8x3/s2/g2/d2", "avg3s2p1c", "gmp2"])
def test_every_number_can_be_changed_and_changed_back(word: str) -> None:
    for number in numbers_of(word):
        other = with_number(word, number.name, number.value + 1)
        assert other != word
        now = {n.name: n.value for n in numbers_of(other)}
        assert now[number.name] == number.value + 1
        if number.name != "size":  # which a pooling's stride follows
            assert with_number(other, number.name, number.value) == word


def test_the_plan_in_the_form_stays_in_step(qtbot: QtBot, qapp: QApplication) -> None:
    theme.install(qapp, "dark")
    page = TrainingPage()
    qtbot.addWidget(page)
    page.resize(1200, 700)
    page.show()
    fields = page.form.fields
    assert fields.network_name == "lenet5"
    page.watch.chain.rows[0].field("filters").setValue(8)
    assert fields.network_name.startswith("plan: 1x28x28 conv8x5/p2 relu")
    fields.network.setEditText("plan: 1x8x8 flatten dense3")
    fields._on_network()
    assert [row.word for row in page.watch.chain.rows] == ["flatten", "dense3"]
    page.watch.chain.add("max2")
    assert not page.form.start.isEnabled()
    why = "max1 pools maps, but gets a row of 3 numbers."
    assert page.form._missing.text() == why
    fields.where.setText("pictures.npz")  # other pictures do not make the chain any better
    page.form.set_problem("data", "")
    assert page.form._missing.text() == why
    assert not page.form.start.isEnabled()
    page.form.set_transfer("known")  # now nothing is taken from the chain
    assert page.form.start.isEnabled()
    page.form.set_transfer("nothing")
    assert not page.form.start.isEnabled()
    fields.network.setEditText("plan: flatten")
    fields._on_network()
    assert page.form._missing.text().startswith("A plan begins with the input's channels")
    fields.set_networks((("resnet18", "resnet18 · 11.7 M"),))
    fields.network.setCurrentIndex(fields.network.findData("resnet18"))
    fields._on_network()
    assert page.form.wish().network == "resnet18"
    assert page.form.start.isEnabled()
    assert page.watch.chain.rows == []  # which is no chain
    completer = fields.network.completer()
    assert completer is not None
    completer.setCompletionPrefix("NET18")
    assert completer.currentCompletion() == "resnet18 · 11.7 M"
