"""How a figure, a page of them, or the outputs of layers are to be exported, and the picture of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QGuiApplication, QStandardItemModel
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from cnnviz.core.errors import CnnvizError
from cnnviz.figure import Figure, Visible
from cnnviz.gui.exports.kinds import ARRAYS, FIGURE, OUTPUTS, PAGE, TEXTS, VALUES
from cnnviz.gui.exports.layer_list import LayerList
from cnnviz.gui.exports.preview import Preview
from cnnviz.gui.exports.sheet import Sheet
from cnnviz.gui.naming import named
from cnnviz.gui.page_list import PageDraft, PageList
from cnnviz.gui.theme import theme
from cnnviz.response import Step

PYTHON, COMMAND = "Python", "a command"

LATER = 150
"""Milliseconds after a change until the preview is drawn again."""


class ExportDialog(QDialog):
    """Asks how; remembers the answer for the next time.

    Parameters
    ----------
    figure
        What is exported, and previewed.
    draft
        A page on which figures are collected.
    steps
        Of the network; their outputs can be exported together. None where the figure is of no network.
    visible
        What of its panels is seen on the screen, as ``Figure.visible``; () where that is all.
    """

    def __init__(
        self,
        figure: Figure,
        draft: PageDraft | None = None,
        steps: Sequence[Step] = (),
        parent: QWidget | None = None,
        visible: Sequence[Visible | None] = (),
    ) -> None:
        super().__init__(parent)
        self.setObjectName("export-dialog")
        self.setWindowTitle("Export figure")
        self._figure, self._visible = figure, visible
        self.page = PageList(draft or PageDraft(), figure)
        self.layers = LayerList(steps)
        self.sheet = Sheet(self)
        self.preview = Preview(self.sheet.size_of)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(LATER)
        self._later.timeout.connect(self.draw)
        self._build(len(steps) > 1)
        self._lay_out()
        self.preview.drawn.connect(self.save.setEnabled)
        self.sheet.changed.connect(self._later.start)
        self.sheet.changed.connect(self._enable_seen)
        self.layers.changed.connect(self._later.start)
        self.what.currentIndexChanged.connect(self._on_what)
        self.heading.toggled.connect(self._later.start)
        self.seen.toggled.connect(self._on_seen)
        self.caption.textEdited.connect(self._later.start)
        self.page.changed.connect(self._on_page)
        self._on_what()

    # what was chosen

    @property
    def suffix(self) -> str:
        return self.sheet.suffix

    @property
    def figure(self) -> Figure:
        """What is exported: the figure, or the page."""
        page = self.page.draft.figure() if self.is_page else None
        return page or self._shown

    @property
    def is_page(self) -> bool:
        """Whether a page is exported, not the figure alone."""
        return bool(self.what.currentData() == PAGE)

    @property
    def _shown(self) -> Figure:
        """The figure, or what of it is visible."""
        chosen = self.seen.isChecked() and self.suffix not in VALUES
        return self._figure.seen(self._visible) if chosen else self._figure

    @property
    def outputs(self) -> str | list[str]:
        """The layers whose outputs are exported instead of a figure, as ``cnnviz.export_pass`` takes them; or none."""
        return self.layers.layers if self.what.currentData() == OUTPUTS else []

    @property
    def style_(self) -> dict[str, Any]:
        """As ``cnnviz.export`` takes it."""
        words: dict[str, Any] = {} if self.heading.isChecked() else {"heading": False}
        if self.caption.text().strip():
            words["caption"] = self.caption.text().strip()
        return self.sheet.style | words

    # parts

    def _build(self, with_layers: bool) -> None:
        self.what = named(QComboBox(), "export-what", "What is exported")
        self.what.addItem("This figure", FIGURE)
        self.what.addItem("Page of figures", PAGE)
        if with_layers:
            self.what.addItem("Values of all layers, or of some", OUTPUTS)
        self.heading = named(QCheckBox("Title above the figure"), "export-heading", "Title above the figure")
        self.heading.setChecked(True)
        self.seen = named(QCheckBox("Only what is visible", self), "export-visible", "Only what is visible")
        self.seen.setToolTip("The part that you have zoomed to; the colours and their scale stay the same")
        self.caption = named(QLineEdit(), "export-caption", "Caption below the figure")
        self.caption.setPlaceholderText("None")
        self.copy = named(QPushButton("Copy as"), "export-copy", "Copy what makes this file as a program")
        self.copy.setAutoDefault(False)
        menu = QMenu(self.copy)
        menu.addAction("Python", lambda: self._copy(PYTHON))
        menu.addAction("Command", lambda: self._copy(COMMAND))
        self.copy.setMenu(menu)

    def _lay_out(self) -> None:
        kinds = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(kinds.Save | kinds.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.save = buttons.button(kinds.Save)
        self.save.setProperty("role", "accent")
        buttons.addButton(self.copy, QDialogButtonBox.ButtonRole.ActionRole)
        form = QFormLayout()
        form.setSpacing(theme.px(12))
        form.addRow("Export", self.what)
        self.sheet.fill(form)
        form.addRow("Caption", self.caption)
        form.addRow("", self.heading)
        form.addRow("", self.seen)
        form.setRowVisible(self.seen, bool(self._visible))
        left = QVBoxLayout()
        left.setSpacing(theme.px(12))
        left.addLayout(form)
        left.addWidget(self.page, 1)
        left.addWidget(self.layers, 1)
        left.addStretch(0)
        left.addWidget(buttons)
        row = QHBoxLayout(self)
        row.setContentsMargins(*(theme.px(24),) * 4)
        row.setSpacing(theme.px(24))
        row.addLayout(left)
        row.addWidget(self.preview, 1)
        self.resize(theme.px(980), theme.px(660))
        self.save.setDefault(True)
        self.save.setFocus()

    # what follows from a choice

    @Slot()
    def _on_what(self) -> None:
        together = self.what.currentData() == OUTPUTS
        self.page.setVisible(not together)
        self.layers.setVisible(together)
        self.caption.setEnabled(not together)
        self._name_page()
        self._enable_seen()
        self._offer_formats(together)
        self.sheet.enable()
        self._later.start()

    @Slot()
    def _enable_seen(self) -> None:
        """Values are written whole; what of a figure stands on a page is chosen before it is put there."""
        self.seen.setEnabled(not self.is_page and self.what.currentData() != OUTPUTS and self.suffix not in VALUES)

    @Slot()
    def _on_seen(self) -> None:
        self.page.set_figure(self._shown)
        self._later.start()

    @Slot()
    def _on_page(self) -> None:
        """What was put on the page is looked at as a page; an empty one is none."""
        count = len(self.page.draft.entries)
        self.what.setCurrentIndex(self.what.findData(PAGE if count else FIGURE))
        self._name_page()
        self._later.start()

    def _name_page(self) -> None:
        count = len(self.page.draft.entries)
        self.what.setItemText(1, f"Page of {count:,} figure{'s' * (count != 1)}")
        _enable(self.what, 1, count > 0)
        self.heading.setEnabled(self.what.currentData() == FIGURE)

    def _offer_formats(self, together: bool) -> None:
        """Only some formats hold several arrays."""
        format_ = self.sheet.format
        for row in range(format_.count()):
            _enable(format_, row, not together or format_.itemData(row) in ARRAYS)
        if together and self.suffix not in ARRAYS:
            format_.setCurrentIndex(format_.findData(ARRAYS[0]))

    @Slot()
    def draw(self) -> None:
        """Show what the file will hold."""
        if self.what.currentData() == OUTPUTS:
            self.preview.say(*self.layers.told, mono=True)
            self.save.setEnabled(bool(self.outputs))
        elif self.suffix in VALUES and self.suffix not in TEXTS:
            self.preview.say("The values of what is shown")
        else:
            self.preview.show_figure(self.figure, self.suffix, self.style_)

    def program(self, language: str) -> str:
        """What makes the same as Python or as a command. Raises ``CnnvizError`` where no program can."""
        from cnnviz.batch import programs
        from cnnviz.core import made_again

        request, python = self._figure.request, language == PYTHON
        what, suffix = self.what.currentData(), self.suffix
        if what == PAGE:
            return (programs.page_as_python if python else programs.page_as_command)(self.figure, f"page.{suffix}")
        if request is None:
            raise CnnvizError("This figure is of no layer of a network, so it cannot be copied as a program.")
        if what == OUTPUTS and python:
            return programs.outputs_as_python(request, self.outputs, f"outputs.{suffix}")
        if what == OUTPUTS:
            return programs.outputs_as_command(request, self.outputs, suffix=suffix)
        if python:
            return made_again.as_python(request, f"figure.{suffix}", self.figure.visible)
        return made_again.as_command(request, suffix=suffix, visible=self.figure.visible)

    def _copy(self, language: str) -> None:
        try:
            QGuiApplication.clipboard().setText(self.program(language))
        except CnnvizError as error:
            self.preview.said.setText(str(error))
        else:
            self.preview.said.setText(
                f"What makes it as {language} is in the clipboard; size and colours are the usual."
            )

    def done(self, result: int) -> None:
        self._later.stop()
        self.preview.stop()
        if result == QDialog.DialogCode.Accepted:
            self.sheet.remember()
        super().done(result)


def _enable(box: QComboBox, row: int, enabled: bool) -> None:
    model = box.model()
    if isinstance(model, QStandardItemModel):
        model.item(row).setEnabled(enabled)
