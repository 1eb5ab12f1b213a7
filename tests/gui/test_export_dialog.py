"""The export dialog: what is chosen is what is written, and the preview is the file's own picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog

import cnnviz
from cnnviz.export import export
from cnnviz.export.paper import drawing
from cnnviz.figure import Figure, Matrix, Scale
from cnnviz.gui.exports.figure_dialog import ExportDialog
from cnnviz.gui.exports.kinds import FORMATS
from cnnviz.gui.exports.place import ending
from cnnviz.gui.jobs import JobReport
from cnnviz.gui.theme import theme
from cnnviz.response import Step

VALUES = np.linspace(-1, 1, 12, dtype=np.float32).reshape(3, 4)
FIGURE = Figure("numbers", "Title", "subtitle", (Matrix(VALUES, Scale(-1, 1, "RdBu_r", True, "layer")),))


@pytest.fixture
def dialog(qtbot, qapp):
    theme.install(qapp, "dark")
    made = ExportDialog(FIGURE)
    qtbot.addWidget(made)
    made.show()
    yield made
    made.done(QDialog.DialogCode.Rejected)


def choose(dialog: ExportDialog, qtbot, **choices: str) -> None:
    """Choose items by their data, and wait for the picture of it."""

    def is_there(report: JobReport) -> bool:
        return report.ended and report.job.number == dialog.preview.newest

    with qtbot.waitSignal(dialog.preview.jobs.reported, timeout=30_000, check_params_cb=is_there):
        for name, data in choices.items():
            combo = getattr(dialog.sheet, name)
            combo.setCurrentIndex(combo.findData(data))
        dialog.draw()


def test_a_column_has_its_width_and_the_preview_its_proportions(dialog, qtbot, tmp_path: Path):
    choose(dialog, qtbot, size_="single", format="tiff")
    assert dialog.style_ == {"theme": "light", "dpi": 300, "font": 7.0, "width": 85, "height": None}
    with Image.open(export(FIGURE, tmp_path / "a.tiff", **dialog.style_)) as written:
        width, height = written.size
    shown = dialog.preview.picture
    assert shown.height() / shown.width() == pytest.approx(height / width, abs=0.01)
    told_width, told_height = (
        int(part.replace(",", "")) for part in dialog.preview.said.text().split(" pixels")[0].split(" × ")
    )
    assert (told_width, told_height) == (pytest.approx(width, abs=1), pytest.approx(height, abs=3))


def test_own_widths_have_units(dialog, qtbot):
    choose(dialog, qtbot, size_="own")
    for unit, value, width in (("inch", 2.0, 50.8), ("cm", 8.5, 85), ("px", 600, 50.8)):
        dialog.sheet.unit.setCurrentText(unit)
        dialog.sheet.width_.setValue(value)
        assert dialog.style_["width"] == pytest.approx(width)


def test_what_has_no_meaning_cannot_be_chosen(dialog, qtbot):
    choose(dialog, qtbot, format="png", size_=2)
    assert dialog.style_ == {"scale": 2, "theme": "light"}
    assert not dialog.sheet.dpi.isEnabled()
    assert not dialog.sheet.width_.isEnabled()
    choose(dialog, qtbot, size_="double")
    assert dialog.sheet.dpi.isEnabled()
    assert dialog.sheet.font_.isEnabled()
    choose(dialog, qtbot, format="pdf")
    assert not dialog.sheet.dpi.isEnabled()
    dialog.sheet.format.setCurrentIndex(dialog.sheet.format.findData("csv"))
    assert not dialog.sheet.size_.isEnabled()


def test_the_answer_is_remembered(dialog, qtbot):
    choose(dialog, qtbot, format="pdf", size_="poster", ground="transparent")
    dialog.sheet.font_.setValue(20)
    dialog.accept()
    other = ExportDialog(FIGURE)
    qtbot.addWidget(other)
    assert (other.suffix, other.style_) == (dialog.suffix, dialog.style_)
    other.done(QDialog.DialogCode.Rejected)


def test_figures_are_collected_on_a_page_and_arranged(dialog, qtbot, tmp_path: Path):
    from cnnviz.figure import Page

    assert dialog.figure is FIGURE
    assert dialog.page.rest.isHidden()
    dialog.page.add.click()
    dialog.page.add.click()
    page = dialog.figure.panels[0]
    assert isinstance(page, Page)
    assert page.figures == (FIGURE, FIGURE)
    dialog.page.list.setCurrentRow(1)
    dialog.page.caption.textEdited.emit("The second.")
    dialog.page.columns.setValue(1)
    dialog.page.letters.setChecked(False)
    model = dialog.page.list.model()
    assert model.moveRow(model.index(-1, -1), 1, model.index(-1, -1), 0)  # as a drag does
    page = dialog.figure.panels[0]
    assert isinstance(page, Page)
    assert (page.captions, page.columns, page.letters) == (("The second.", ""), 1, False)
    assert not page.shared
    dialog.page.shared.click()
    page = dialog.figure.panels[0]
    assert isinstance(page, Page)
    assert page.shared
    written = export(dialog.figure, tmp_path / "page.svg").read_text("utf-8")
    assert "The second.</text>" in written
    assert "(a)" not in written
    dialog.page.remove.click()
    dialog.page.remove.click()
    assert dialog.figure is FIGURE


def test_a_table_is_previewed_as_the_text_that_it_is(dialog, qtbot):
    choose(dialog, qtbot, format="tex")
    assert "\\toprule" in dialog.preview.label.text()
    assert dialog.save.isEnabled()


def test_words_around_the_figure(dialog):
    dialog.caption.setText("Numbers.")
    dialog.heading.setChecked(False)
    assert dialog.style_["caption"] == "Numbers."
    assert dialog.style_["heading"] is False


STEPS = tuple(
    Step(number, key, key, shape, "conv")
    for number, (key, shape) in enumerate((("", (1, 8, 8)), ("0", (6, 5, 5)), ("1", (6, 5, 5)), ("mean", ())), -1)
)


def test_the_outputs_of_layers_go_into_formats_that_hold_them(dialog, qtbot):
    assert dialog.what.findData("outputs") < 0  # this figure is of no network
    other = ExportDialog(FIGURE, steps=STEPS)
    qtbot.addWidget(other)
    other.show()
    assert other.outputs == []
    other.what.setCurrentIndex(other.what.findData("outputs"))
    assert other.suffix == "npz"
    assert not other.page.isVisible()
    offered = other.sheet.format.model()
    assert [row for row in range(offered.rowCount()) if offered.item(row).isEnabled()] == [4, 5, 6, 7]
    assert other.outputs == "all"
    other.draw()
    assert other.preview.label.text().splitlines()[0] == "0     float32  6×5×5"
    assert other.preview.said.text() == "3 arrays, 301 numbers, 1.2 kB before compression"
    other.layers.list.item(1).setCheckState(Qt.CheckState.Unchecked)
    assert other.outputs == ["0", "mean"]
    other.layers.none.click()
    other.draw()
    assert not other.save.isEnabled()
    other.layers.all.click()
    assert other.outputs == "all"
    other.what.setCurrentIndex(0)
    other.draw()
    assert other.save.isEnabled()
    assert offered.item(0).isEnabled()
    other.done(QDialog.DialogCode.Rejected)


def test_what_is_chosen_is_copied_as_a_program(opened):
    figure = opened.controller.response.figure
    dialog = ExportDialog(figure, steps=opened.controller.response.steps)
    opened.qtbot.addWidget(dialog)
    dialog.show()
    clipboard = QGuiApplication.clipboard()
    python, command = dialog.copy.menu().actions()
    dialog.sheet.format.setCurrentIndex(dialog.sheet.format.findData("svg"))
    python.trigger()
    assert "cnnviz.export(figure, 'figure.svg')" in clipboard.text()
    assert "is in the clipboard" in dialog.preview.said.text()
    dialog.page.add.click()
    command.trigger()
    assert clipboard.text().splitlines()[-1].startswith("cnnviz page parts/part-1")
    dialog.what.setCurrentIndex(dialog.what.findData("outputs"))
    python.trigger()
    assert "cnnviz.export_pass(trace, 'outputs.npz')" in clipboard.text()
    command.trigger()
    assert "--together --layers all --format npz" in clipboard.text()
    dialog.done(QDialog.DialogCode.Rejected)


def test_what_is_made_by_hand_cannot_be_copied_as_a_program(dialog):
    dialog.copy.menu().actions()[0].trigger()
    assert dialog.preview.said.text() == (
        "This figure is of no layer of a network, so it cannot be copied as a program."
    )


@pytest.mark.parametrize(
    ("path", "file"),
    [("a/x-layer1.0", "a/x-layer1.0.npz"), ("x.zarr.zip", "x.zarr.zip"), ("x.PNG", "x.PNG"), ("x", "x.npz")],
)
def test_a_name_ends_as_a_format_does(path: str, file: str):
    assert ending(path, "npz", dict(FORMATS).values()) == file


def test_the_outputs_are_written_in_the_background(opened, tmp_path: Path):
    exporter = opened.controller.exporter
    with opened.qtbot.waitSignal(exporter.done, timeout=30_000) as told:
        exporter.write_outputs(opened.controller.response.request, ["3", "0"], tmp_path / "a.npz")
    assert told.args == [f"Saved {tmp_path / 'a.npz'}"]
    request = opened.controller.response.request
    trace = cnnviz.trace(cnnviz.load_model(request.model.name, device="cpu"), request.image)
    with np.load(tmp_path / "a.npz") as saved:
        assert saved.files == ["metadata", "3", "0"]
        assert saved["3"].tobytes() == trace["3"].numpy().tobytes()


def test_outputs_that_are_cancelled_leave_nothing(opened, tmp_path: Path):
    controller = opened.controller
    with opened.qtbot.waitSignal(controller.jobs.reported, check_params_cb=lambda report: report.ended):
        job = controller.exporter.write_outputs(controller.response.request, "all", tmp_path / "a.npz")
        controller.jobs.cancel(job)
    assert not list(tmp_path.iterdir())


def test_a_figure_that_is_cancelled_while_it_is_drawn_leaves_nothing(opened, tmp_path: Path):
    controller = opened.controller
    ended = opened.qtbot.waitSignal(controller.jobs.reported, check_params_cb=lambda report: report.ended)
    with ended, drawing():  # one sheet at a time: the job waits for this one
        job = controller.exporter.write(controller.response.figure, tmp_path / "a.png")
        opened.qtbot.waitUntil(lambda: any(tmp_path.iterdir()), timeout=30_000)
        controller.jobs.cancel(job)
    assert not list(tmp_path.iterdir())


def test_outputs_that_cannot_be_written_say_why(opened, tmp_path: Path):
    exporter = opened.controller.exporter
    with opened.qtbot.waitSignal(exporter.problem, timeout=30_000) as told:
        exporter.write_outputs(opened.controller.response.request, "all", tmp_path / "gone" / "a.npz")
    assert told.args[0] == f"There is no folder {tmp_path / 'gone'}; make it, or choose another place."
