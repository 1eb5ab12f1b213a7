"""The sheet about the model that is open, driven as a person does; and the question before code runs."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton, QToolButton
from torch import nn

from cnnviz.core import consent
from cnnviz.gui.consent_dialog import ConsentDialog
from cnnviz.gui.model_sheet.sheet import ModelSheet
from cnnviz.gui.model_sheet.steps import exchanged, listed
from cnnviz.request import ModelRequest

from .conftest import Opened


def sheet_of(opened: Opened, page: str = "input") -> ModelSheet:
    opened.window.commands["about-model"].trigger()
    sheet = opened.window.findChild(ModelSheet)
    assert sheet is not None
    sheet.show_page(page)
    opened.settle()
    return sheet


@pytest.fixture
def chain(tmp_path: Path) -> str:
    """The weights of a plain chain, alone."""
    torch.manual_seed(0)
    net = nn.Sequential(
        nn.Conv2d(1, 6, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(6 * 12 * 12, 20), nn.ReLU(),
        nn.Linear(20, 10),
    )  # fmt: skip
    torch.save(net.state_dict(), tmp_path / "chain.pt")
    return str(tmp_path / "chain.pt")


def test_scalings_are_compared_and_one_click_takes_one(opened: Opened) -> None:
    sheet = sheet_of(opened)
    button = sheet.findChild(QPushButton, "effect-−1 to 1")
    assert button is not None
    opened.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    opened.settle()
    assert opened.request.model.mean == (0.5,)
    assert opened.request.model.std == (0.5,)
    assert sheet.input.mean.text() == "0.5"
    current = [b for b in sheet.findChildren(QPushButton) if b.objectName() == "effect-−1 to 1" and not b.isHidden()]
    assert current[-1].isChecked()
    opened.qtbot.mouseClick(sheet.restore, Qt.MouseButton.LeftButton)
    opened.settle()
    assert opened.request.model.mean is None
    sheet.close()


def test_numbers_are_written_and_wrong_ones_are_refused(opened: Opened) -> None:
    sheet = sheet_of(opened)
    problem = sheet.findChild(QLabel, "input-problem")
    assert problem is not None
    sheet.input.std.setText("0")
    sheet.input.std.editingFinished.emit()
    assert problem.isVisible()
    assert "above 0" in problem.text()
    assert opened.request.model.std is None
    sheet.input.std.setText("0,25")
    sheet.input.std.editingFinished.emit()  # two numbers for one channel
    assert "one number above 0" in problem.text()
    sheet.input.std.setText("0.25")
    sheet.input.std.editingFinished.emit()
    opened.settle()
    assert opened.request.model.std == (0.25,)
    opened.qtbot.mouseClick(sheet.input.fit.button("pad"), Qt.MouseButton.LeftButton)
    opened.settle()
    assert opened.request.model.fit == "pad"
    assert opened.request.model.std == (0.25,)
    sheet.input.height_box.setValue(32)
    sheet.input.width_box.setValue(32)
    sheet.input.width_box.editingFinished.emit()
    opened.settle()
    assert "failed" in opened.window.errors.messages[-1].sentence  # LeNet-5 takes 28 × 28 only, and the window says so
    sheet.close()


def test_classes_get_names_of_a_data_set_or_of_a_file(
    opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = sheet_of(opened, "classes")
    sets = sheet.classes.sets
    sets.setCurrentIndex(sets.findData("fashion-mnist"))
    sets.activated.emit(sets.currentIndex())
    opened.settle()
    assert opened.controller.response is not None
    assert opened.controller.response.model.labels[0] == "T-shirt/top"
    names = tmp_path / "names.txt"
    names.write_text("\n".join("abcdefghij"))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(names), ""))
    opened.qtbot.mouseClick(sheet.classes.browse, Qt.MouseButton.LeftButton)
    opened.settle()
    assert sheet.classes.list.item(7).text().split() == ["7", "h"]
    sheet.close()


def test_guesses_of_a_chain_are_changed_step_by_step(opened: Opened, chain: str) -> None:
    opened.controller.open_model(ModelRequest(chain))
    opened.settle()
    assert any("part of what it needs is guessed" in m.sentence for m in opened.window.errors.messages)
    sheet = sheet_of(opened, "network")
    box = next(b for b in sheet.network.findChildren(type(sheet.network.choices)) if b.currentData() == "relu")
    box.setCurrentIndex(box.findData("tanh"))
    box.activated.emit(box.currentIndex())
    opened.settle()
    assert opened.request.model.arch == "plan: 1x28x28 0 tanh max2 flatten 4 relu 6"
    assert "tanh" in {step.short.lower() for step in opened.controller.steps}
    sheet.network.plan.setText("plan: 1x28x28 0 relu avg2 flatten 4 relu 6")
    opened.qtbot.keyClick(sheet.network.plan, Qt.Key.Key_Return)
    opened.settle()
    assert opened.request.model.arch == "plan: 1x28x28 0 relu avg2 flatten 4 relu 6"
    sheet.network.plan.setText("1x28 what")
    opened.qtbot.keyClick(sheet.network.plan, Qt.Key.Key_Return)
    assert "A plan begins with" in sheet.network.findChildren(QLabel, "network-problem")[0].text()
    less = [
        b for b in sheet.network.findChildren(QToolButton) if b.isVisible() and b.accessibleName().startswith("Leave")
    ]
    opened.qtbot.mouseClick(less[1], Qt.MouseButton.LeftButton)  # the first activation
    opened.settle()
    assert opened.request.model.arch == "plan: 1x28x28 0 avg2 flatten 4 relu 6"
    sheet.close()


def test_the_file_and_its_health_are_shown(opened: Opened, chain: str) -> None:
    opened.controller.open_model(ModelRequest(chain))
    opened.settle()
    sheet = sheet_of(opened, "weights")
    table = sheet.weights.table
    cell = table.item(0, 1)
    assert table.rowCount() == 6
    assert cell is not None
    assert cell.text() == "6 × 1 × 5 × 5"
    health = sheet.weights.findChild(QLabel, "weights-health")
    assert health is not None
    assert f"{6 * 25 + 6 + 864 * 20 + 20 + 210:,} parameters" in health.text()
    sheet.close()


def test_steps_in_branches_are_exchanged() -> None:
    from cnnviz.core.finder.plan import Step, parse

    plan = parse("plan: 3x32x32 a relu add ( b relu c | ) relu gap d")
    where = next(way for way, step in listed(plan.steps) if step.path == "c")
    assert exchanged(plan, where, (Step("tanh"),)).text == "plan: 3x32x32 a relu add ( b relu tanh | ) relu gap d"


PROGRAM = """
from torch import nn
from pathlib import Path

Path(__file__).with_name("ran").write_text("yes")


def make():
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
"""


@pytest.fixture
def program(tmp_path: Path) -> Path:
    (tmp_path / "net.py").write_text(PROGRAM)
    consent.forget()
    return tmp_path / "net.py"


def ask(opened: Opened, program: Path) -> ConsentDialog:
    opened.controller.open_model(ModelRequest(f"{program}:make"))
    opened.settle()
    dialog = opened.window.findChild(ConsentDialog)
    assert dialog is not None
    return dialog


def test_code_runs_only_after_a_yes_which_is_remembered(opened: Opened, program: Path) -> None:
    dialog = ask(opened, program)
    assert dialog.list.toPlainText().split("\n") == ["torch.nn", "pathlib.Path"]
    assert dialog.refuse.isDefault()
    assert not program.with_name("ran").exists()
    opened.qtbot.mouseClick(dialog.run, Qt.MouseButton.LeftButton)
    opened.settle()
    assert program.with_name("ran").exists()
    assert opened.request.model.name == f"{program}:make"
    assert consent.agreed(program)
    assert not opened.request.model.trust  # the file is trusted as it is now, not the name


def test_a_no_leaves_everything_as_it_was(opened: Opened, program: Path) -> None:
    before = opened.request
    dialog = ask(opened, program)
    opened.qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    opened.settle()
    assert not program.with_name("ran").exists()
    assert not consent.agreed(program)
    assert (opened.request.model, opened.request.layer) == (before.model, before.layer)
    assert [m.sentence for m in opened.window.errors.messages] == ["net.py was not opened: its code was not run."]
