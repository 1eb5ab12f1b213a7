"""The export dialog: what is chosen is what is written, and the preview is the file's own picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtWidgets import QDialog

from cnnviz.export import export
from cnnviz.figure import Figure, Matrix, Scale
from cnnviz.gui.export_dialog import ExportDialog
from cnnviz.gui.jobs import JobReport
from cnnviz.gui.theme import theme

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
        return report.ended and report.job.number == dialog._newest

    with qtbot.waitSignal(dialog.previews.reported, timeout=30_000, check_params_cb=is_there):
        for name, data in choices.items():
            combo = getattr(dialog, name)
            combo.setCurrentIndex(combo.findData(data))
        dialog._draw()


def test_a_column_has_its_width_and_the_preview_its_proportions(dialog, qtbot, tmp_path: Path):
    choose(dialog, qtbot, size_="single", format="tiff")
    assert dialog.style_ == {"theme": "light", "dpi": 300, "font": 7.0, "width": 85, "height": None}
    with Image.open(export(FIGURE, tmp_path / "a.tiff", **dialog.style_)) as written:
        width, height = written.size
    shown = dialog._picture
    assert shown.height() / shown.width() == pytest.approx(height / width, abs=0.01)
    told_width, told_height = (
        int(part.replace(",", "")) for part in dialog.said.text().split(" pixels")[0].split(" × ")
    )
    assert (told_width, told_height) == (pytest.approx(width, abs=1), pytest.approx(height, abs=3))


def test_own_widths_have_units(dialog, qtbot):
    choose(dialog, qtbot, size_="own")
    for unit, value, width in (("inch", 2.0, 50.8), ("cm", 8.5, 85), ("px", 600, 50.8)):
        dialog.unit.setCurrentText(unit)
        dialog.width_.setValue(value)
        assert dialog.style_["width"] == pytest.approx(width)


def test_what_has_no_meaning_cannot_be_chosen(dialog, qtbot):
    choose(dialog, qtbot, format="png", size_=2)
    assert dialog.style_ == {"scale": 2, "theme": "light"}
    assert not dialog.dpi.isEnabled()
    assert not dialog.width_.isEnabled()
    choose(dialog, qtbot, size_="double")
    assert dialog.dpi.isEnabled()
    assert dialog.font_.isEnabled()
    choose(dialog, qtbot, format="pdf")
    assert not dialog.dpi.isEnabled()
    dialog.format.setCurrentIndex(dialog.format.findData("csv"))
    assert not dialog.size_.isEnabled()


def test_the_answer_is_remembered(dialog, qtbot):
    choose(dialog, qtbot, format="pdf", size_="poster", ground="transparent")
    dialog.font_.setValue(20)
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
    written = export(dialog.figure, tmp_path / "page.svg").read_text("utf-8")
    assert "The second.</text>" in written
    assert "(a)" not in written
    dialog.page.remove.click()
    dialog.page.remove.click()
    assert dialog.figure is FIGURE


def test_a_table_is_previewed_as_the_text_that_it_is(dialog, qtbot):
    choose(dialog, qtbot, format="tex")
    assert "\\toprule" in dialog.preview.text()
    assert dialog.save.isEnabled()


def test_words_around_the_figure(dialog):
    dialog.caption.setText("Numbers.")
    dialog.heading.setChecked(False)
    assert dialog.style_["caption"] == "Numbers."
    assert dialog.style_["heading"] is False
