"""What the dialogs of exports share: a form with a sentence about what will come, and two buttons."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QSettings, QStandardPaths
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QVBoxLayout,
    QWidget,
)

from cnnviz import paths
from cnnviz.gui.naming import named
from cnnviz.gui.theme import theme


class Texted(Protocol):
    """A field that can be told as text, and filled with it."""

    def text(self) -> str: ...

    def setText(self, text: str, /) -> None: ...


class FormDialog(QDialog):
    """Rows of a form, a sentence below them, and the buttons.

    Parameters
    ----------
    name, title, does
        Object name, heading, and what the button says.
    """

    def __init__(self, name: str, title: str, does: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self._fields: tuple[QComboBox | Texted, ...] = ()
        kinds = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(kinds.Ok | kinds.Cancel)
        self.go = self.buttons.button(kinds.Ok)
        self.go.setText(does)
        self.go.setProperty("role", "accent")
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.said = named(QLabel(), f"{name}-said", "What will be made")
        self.said.setProperty("role", "dim")
        self.said.setWordWrap(True)
        self.form = QFormLayout()
        self.form.setSpacing(theme.px(12))
        self.form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        heading = QLabel(title)
        heading.setProperty("role", "title")
        self._sides = QHBoxLayout(self)
        self._sides.setContentsMargins(*(theme.px(24),) * 4)
        self._sides.setSpacing(theme.px(24))
        column = QVBoxLayout()
        column.setSpacing(theme.px(16))
        self._sides.addLayout(column)
        column.addWidget(heading)
        column.addLayout(self.form)
        column.addWidget(self.said)
        column.addStretch(1)
        column.addWidget(self.buttons)
        self.resize(theme.px(560), 0)

    def row(self, label: str, field: QWidget | QLayout) -> None:
        """Add a row to the form."""
        self.form.addRow(label, field)

    def beside(self, widget: QWidget) -> None:
        """Put something to look at to the right of the form; it takes the room that there is."""
        self._sides.addWidget(widget, 1)

    def order_keys(self, first: QWidget, last: QWidget) -> None:
        """Begin at the first field; the tabulator comes to the buttons after the last one."""
        self.setTabOrder(last, self.go)
        self.setTabOrder(self.go, self.buttons.button(QDialogButtonBox.StandardButton.Cancel))
        self.go.setDefault(True)
        first.setFocus()

    def keep(self, *fields: QComboBox | Texted) -> None:
        """Begin with what these fields held when the dialog was accepted the last time."""
        self._fields = fields
        for field, text in zip(fields, _texts(kept().value(self.objectName()), len(fields)), strict=True):
            if isinstance(field, QComboBox):
                field.setCurrentIndex(max(field.findText(text), 0) if text else field.currentIndex())
            elif text:
                field.setText(text)

    def done(self, result: int) -> None:
        if result == QDialog.DialogCode.Accepted:
            texts = [field.currentText() if isinstance(field, QComboBox) else field.text() for field in self._fields]
            kept().setValue(self.objectName(), json.dumps(texts))
        super().done(result)

    def choice(self, name: str, label: str, entries: Iterable[tuple[str, object]]) -> QComboBox:
        """A row with a choice among (words, value)."""
        box = named(QComboBox(), name, label)
        for words, value in entries:
            box.addItem(words, value)
        self.row(label, box)
        return box


def _texts(held: object, count: int) -> list[str]:
    """What was kept for so many fields; empty texts where that is of no use."""
    try:
        found = json.loads(str(held or "[]"))
    except ValueError:
        found = []
    return found if isinstance(found, list) and list(map(type, found)) == [str] * count else [""] * count


def last_folder() -> Path:
    """Where the last export went; the person's pictures at first."""
    folder = Path(str(kept().value("export-folder") or ""))
    if folder.is_absolute() and folder.is_dir():
        return folder
    pictures = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation))
    return pictures if pictures.is_dir() else Path.home()


def remember_folder(folder: Path) -> None:
    """Begin there the next time."""
    kept().setValue("export-folder", str(folder))


def kept() -> QSettings:
    """What is remembered from one time to the next."""
    return QSettings(str(paths.config() / "window.ini"), QSettings.Format.IniFormat)
