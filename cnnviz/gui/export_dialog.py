"""How a figure is to be exported: format, size on paper or in pixels, text, background, and the picture of it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from functools import partial
from typing import Any

from PySide6.QtCore import QSettings, Qt, QTimer, Slot
from PySide6.QtGui import QPixmap, QResizeEvent, QStandardItemModel
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from cnnviz import paths
from cnnviz.export.base import PRESETS
from cnnviz.figure import Figure
from cnnviz.gui.jobs import Job, JobReport, Jobs, Progress
from cnnviz.gui.naming import named
from cnnviz.gui.page_list import PageDraft, PageList
from cnnviz.gui.theme import theme

FORMATS = (
    ("PNG picture", "png"),
    ("TIFF picture", "tiff"),
    ("SVG drawing", "svg"),
    ("PDF drawing", "pdf"),
    ("NPZ: the values, for NumPy", "npz"),
    ("safetensors: the values, for PyTorch", "safetensors"),
    ("HDF5: the values, for MATLAB and others", "h5"),
    ("CSV: the values, for a spreadsheet", "csv"),
    ("LaTeX table", "tex"),
    ("Markdown table", "md"),
)
TEXTS = ("tex", "md")
"""Formats that are previewed as what they are: text."""

LINES = 34
"""Of a text, in the preview."""

VALUES = ("npz", "safetensors", "h5", "csv", *TEXTS)
"""Formats that have no size and no colours."""

SCALES = (1, 2, 3, 4)
OWN = "own"
FIGURE, PAGE = "figure", "page"
UNITS = (("mm", 1.0), ("cm", 10.0), ("inch", 25.4))
PIXELS = "px"
GROUNDS = (("Light, for paper", "light"), ("Dark, for a projector", "dark"), ("Transparent", "transparent"))

PREVIEW = 700
"""Pixels that the preview of a page is wide; it is drawn by the same hand as the file."""

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
    """

    def __init__(self, figure: Figure, draft: PageDraft | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("export-dialog")
        self.setWindowTitle("Export figure")
        self._figure = figure
        self.page = PageList(draft or PageDraft(), figure)
        always = threading.Event()
        always.set()
        self.previews = Jobs(always, self)
        self.previews.reported.connect(self._on_preview)
        self._newest = 0  # number of the job whose preview is wanted
        self._picture = QPixmap()
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(LATER)
        self._later.timeout.connect(self._draw)
        self._build()
        self._lay_out()
        self._recall()
        for choice in (self.format, self.size_, self.ground, self.unit):
            choice.currentIndexChanged.connect(self._on_change)
        for number in (self.width_, self.dpi, self.font_):
            number.valueChanged.connect(self._on_change)
        self.what.currentIndexChanged.connect(self._on_what)
        self.heading.toggled.connect(self._on_change)
        self.caption.textEdited.connect(self._on_change)
        self.page.changed.connect(self._on_page)
        self._on_what()

    # what was chosen

    @property
    def suffix(self) -> str:
        return str(self.format.currentData())

    @property
    def figure(self) -> Figure:
        """What is exported: the figure, or the page."""
        page = self.page.draft.figure() if self.what.currentData() == PAGE else None
        return page or self._figure

    @property
    def style_(self) -> dict[str, Any]:
        """As ``cnnviz.export`` takes it."""
        return self._sheet | self._words

    @property
    def _words(self) -> dict[str, Any]:
        """What is written above and below of a figure, where it is not the usual."""
        words: dict[str, Any] = {} if self.heading.isChecked() else {"heading": False}
        if self.caption.text().strip():
            words["caption"] = self.caption.text().strip()
        return words

    @property
    def _sheet(self) -> dict[str, Any]:
        size, theme_ = self.size_.currentData(), str(self.ground.currentData())
        if isinstance(size, int):
            return {"scale": size, "theme": theme_}
        sheet = {"theme": theme_, "dpi": self.dpi.value(), "font": self.font_.value()}
        if size == OWN:
            return sheet | {"width": self._millimetres()}
        return sheet | {"width": PRESETS[size].width, "height": PRESETS[size].height}

    def _millimetres(self) -> float:
        unit = self.unit.currentText()
        factor = 25.4 / self.dpi.value() if unit == PIXELS else dict(UNITS)[unit]
        return min(max(self.width_.value() * factor, 10.0), 3000.0)

    # parts

    def _build(self) -> None:
        self.format = named(QComboBox(), "export-format", "Format")
        for title, suffix in FORMATS:
            self.format.addItem(title, suffix)
        self.size_ = named(QComboBox(), "export-size", "Size")
        for scale in SCALES:
            self.size_.addItem(f"{scale}× as on the sheet", scale)
        for key, preset in PRESETS.items():
            self.size_.addItem(f"{preset.title}, {preset.width:g} mm", key)
        self.size_.addItem("Own width", OWN)
        self.size_.setCurrentIndex(1)
        self.width_ = named(QDoubleSpinBox(), "export-width", "Width")
        self.width_.setRange(1, 20_000)
        self.width_.setDecimals(1)
        self.width_.setValue(120)
        self.unit = named(QComboBox(), "export-unit", "Unit of the width")
        self.unit.addItems([name for name, _ in UNITS] + [PIXELS])
        self.dpi = named(QSpinBox(), "export-dpi", "Resolution in dots per inch")
        self.dpi.setRange(30, 2400)
        self.dpi.setValue(300)
        self.dpi.setSuffix(" dpi")
        self.font_ = named(QDoubleSpinBox(), "export-font", "Size of text in points")
        self.font_.setRange(3, 100)
        self.font_.setDecimals(1)
        self.font_.setValue(8)
        self.font_.setSuffix(" pt")
        self.ground = named(QComboBox(), "export-ground", "Background")
        for title, name in GROUNDS:
            self.ground.addItem(title, name)
        self.what = named(QComboBox(), "export-what", "What is exported")
        self.what.addItem("This figure", FIGURE)
        self.what.addItem("Page of figures", PAGE)
        self.heading = named(QCheckBox("Title above the figure"), "export-heading", "Title above the figure")
        self.heading.setChecked(True)
        self.caption = named(QLineEdit(), "export-caption", "Caption below the figure")
        self.caption.setPlaceholderText("None")
        self.preview = named(QLabel(), "export-preview", "Preview")
        self.preview.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.preview.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.said = named(QLabel(), "export-said", "Size of the file")
        self.said.setProperty("role", "dim")
        self.said.setWordWrap(True)

    def _lay_out(self) -> None:
        kinds = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(kinds.Save | kinds.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        save = buttons.button(kinds.Save)
        save.setProperty("role", "accent")
        width = QHBoxLayout()
        width.addWidget(self.width_, 1)
        width.addWidget(self.unit)
        form = QFormLayout()
        form.setSpacing(theme.px(12))
        form.addRow("Export", self.what)
        for label, field in (("Format", self.format), ("Size", self.size_), ("Width", width)):
            form.addRow(label, field)
        for label, part in (("Resolution", self.dpi), ("Text", self.font_), ("Background", self.ground)):
            form.addRow(label, part)
        form.addRow("Caption", self.caption)
        form.addRow("", self.heading)
        left = QVBoxLayout()
        left.setSpacing(theme.px(12))
        left.addLayout(form)
        left.addWidget(self.page, 1)
        left.addStretch(0)
        left.addWidget(buttons)
        right = QVBoxLayout()
        right.addWidget(self.preview, 1)
        right.addWidget(self.said)
        row = QHBoxLayout(self)
        row.setContentsMargins(*(theme.px(24),) * 4)
        row.setSpacing(theme.px(24))
        row.addLayout(left)
        row.addLayout(right, 1)
        self.resize(theme.px(980), theme.px(660))
        self.save = save
        save.setDefault(True)
        save.setFocus()

    # what follows from a choice

    @Slot()
    def _on_what(self) -> None:
        self._name_page()
        self._on_change()

    @Slot()
    def _on_page(self) -> None:
        """What was put on the page is looked at as a page; an empty one is none."""
        count = len(self.page.draft.entries)
        self.what.setCurrentIndex(self.what.findData(PAGE if count else FIGURE))
        self._name_page()
        self._on_change()

    def _name_page(self) -> None:
        count = len(self.page.draft.entries)
        self.what.setItemText(1, f"Page of {count:,} figure{'s' * (count != 1)}")
        model = self.what.model()
        if isinstance(model, QStandardItemModel):
            model.item(1).setEnabled(count > 0)
        self.heading.setEnabled(self.what.currentData() == FIGURE)

    @Slot()
    def _on_change(self) -> None:
        size, drawn = self.size_.currentData(), self.suffix not in VALUES
        sheet = not isinstance(size, int)
        pixels = self.suffix in ("png", "tiff")
        self.size_.setEnabled(drawn)
        self.ground.setEnabled(drawn)
        self.width_.setEnabled(drawn and size == OWN)
        self.unit.setEnabled(drawn and size == OWN)
        self.font_.setEnabled(drawn and sheet)
        self.dpi.setEnabled(drawn and sheet and (pixels or self.unit.currentText() == PIXELS))
        if self.sender() is self.size_ and size in PRESETS:
            self.font_.setValue(PRESETS[size].font)
        self._later.start()

    @Slot()
    def _draw(self) -> None:
        if self.suffix in VALUES and self.suffix not in TEXTS:
            self._newest = 0
            self.preview.setText("The values of what is shown")
            self.said.setText("")
            self.save.setEnabled(True)
            return
        draw = partial(_text, self.figure, self.suffix) if self.suffix in TEXTS else partial(_drawn, self.figure)
        job = self.previews.start(Job("Preview", partial(draw, self.style_)))
        self._newest = job.number

    @Slot(object)
    def _on_preview(self, report: JobReport) -> None:
        if report.job.number != self._newest:
            return  # another choice was made since
        self.save.setEnabled(not report.problem)
        if report.problem:
            self.preview.setText("")
            self.said.setText(report.problem)
        for data, width, height in report.results:
            if isinstance(data, str):
                self._picture = QPixmap()
                self.preview.setFont(theme.font("mono"))
                self.preview.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
                self.preview.setText(data)
                self.said.setText("")
                continue
            self.preview.setAlignment(Qt.AlignmentFlag.AlignCenter)
            self._picture.loadFromData(data)
            self._fit()
            self.said.setText(self._size_of(width, height))

    def _size_of(self, width: float, height: float) -> str:
        """Inches of a page in words that suit the format."""
        style = self.style_
        dpi = style["dpi"] if "width" in style else 100 * style["scale"]
        paper = f"{width * 25.4:,.0f} × {height * 25.4:,.0f} mm"
        pixels = f"{round(width * dpi):,} × {round(height * dpi):,} pixels"
        if self.suffix not in ("png", "tiff"):
            return paper
        return f"{pixels}, {paper}" if "width" in style else pixels

    def _fit(self) -> None:
        if not self._picture.isNull():
            smooth = Qt.TransformationMode.SmoothTransformation
            size = self.preview.size()
            self.preview.setPixmap(self._picture.scaled(size, Qt.AspectRatioMode.KeepAspectRatio, smooth))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def done(self, result: int) -> None:
        self._later.stop()
        self.previews.stop()
        if result == QDialog.DialogCode.Accepted:
            self._remember()
        super().done(result)

    # from one time to the next

    def _remember(self) -> None:
        chosen = {choice.objectName(): choice.currentIndex() for choice in self._choices}
        chosen |= {number.objectName(): number.value() for number in self._numbers}
        _settings().setValue("export-style", json.dumps(chosen))

    def _recall(self) -> None:
        try:
            chosen = json.loads(str(_settings().value("export-style") or "{}"))
            for choice in self._choices:
                choice.setCurrentIndex(
                    min(int(chosen.get(choice.objectName(), choice.currentIndex())), choice.count() - 1)
                )
            for number in self._numbers:
                number.setValue(type(number.value())(chosen.get(number.objectName(), number.value())))
        except (ValueError, TypeError, AttributeError):
            return  # what was kept is of no use

    @property
    def _choices(self) -> tuple[QComboBox, ...]:
        return self.format, self.size_, self.ground, self.unit

    @property
    def _numbers(self) -> tuple[Any, ...]:
        return self.width_, self.dpi, self.font_


def _settings() -> QSettings:
    return QSettings(str(paths.config() / "window.ini"), QSettings.Format.IniFormat)


def _text(figure: Figure, suffix: str, style: dict[str, Any]) -> Iterator[Progress]:
    """The first lines of the text as it will be in the file, without the recipe."""
    from cnnviz.export.inline import as_text

    yield Progress(0, 1)
    lines = [line for line in as_text(figure, suffix, style).splitlines() if "cnnviz" not in line]
    yield Progress(1, 1, ("\n".join([*lines[:LINES], *(["…"] if len(lines) > LINES else [])]), 0.0, 0.0))


def _drawn(figure: Figure, style: dict[str, Any]) -> Iterator[Progress]:
    """The page as it will be in the file, with fewer dots where it has many; and its size in inches."""
    from cnnviz.export.inline import page

    yield Progress(0, 1)
    yield Progress(1, 1, page(figure, style, PREVIEW))
