"""The part of a form that says how large a figure is drawn, and on what."""

from __future__ import annotations

import json
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QFormLayout, QHBoxLayout, QSpinBox

from cnnviz.export.base import PRESETS
from cnnviz.gui.exports.form import kept
from cnnviz.gui.exports.kinds import FORMATS, GROUNDS, OWN, PIXELS, SCALES, UNITS, VALUES
from cnnviz.gui.naming import named


class Sheet(QObject):
    """Format, size, resolution, text and background; remembered from one time to the next."""

    changed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.format = _combo("export-format", "Format", FORMATS)
        sizes: list[tuple[str, object]] = [(f"{scale}× as on the sheet", scale) for scale in SCALES]
        sizes += [(f"{preset.title}, {preset.width:g} mm", key) for key, preset in PRESETS.items()]
        self.size_ = _combo("export-size", "Size", [*sizes, ("Own width", OWN)])
        self.size_.setCurrentIndex(1)
        self.width_ = _number("export-width", "Width", (1, 20_000), 120)
        self.unit = _combo("export-unit", "Unit of the width", [(name, name) for name in (*dict(UNITS), PIXELS)])
        self.dpi = named(QSpinBox(), "export-dpi", "Resolution in dots per inch")
        self.dpi.setRange(30, 2400)
        self.dpi.setValue(300)
        self.dpi.setSuffix(" dpi")
        self.font_ = _number("export-font", "Size of text in points", (3, 100), 8)
        self.font_.setSuffix(" pt")
        self.ground = _combo("export-ground", "Background", GROUNDS)
        self._choices = (self.format, self.size_, self.ground, self.unit)
        self._numbers: tuple[Any, ...] = (self.width_, self.dpi, self.font_)
        self._recall()
        for choice in self._choices:
            choice.currentIndexChanged.connect(self._on_change)
        for number in self._numbers:
            number.valueChanged.connect(self._on_change)

    def fill(self, form: QFormLayout) -> None:
        """Put its rows into a form."""
        width = QHBoxLayout()
        width.addWidget(self.width_, 1)
        width.addWidget(self.unit)
        form.addRow("Format", self.format)
        form.addRow("Size", self.size_)
        form.addRow("Width", width)
        form.addRow("Resolution", self.dpi)
        form.addRow("Text", self.font_)
        form.addRow("Background", self.ground)

    @property
    def suffix(self) -> str:
        return str(self.format.currentData())

    @property
    def style(self) -> dict[str, Any]:
        """As ``cnnviz.export`` takes it."""
        size, theme_ = self.size_.currentData(), str(self.ground.currentData())
        if isinstance(size, int):
            return {"scale": size, "theme": theme_}
        sheet = {"theme": theme_, "dpi": self.dpi.value(), "font": self.font_.value()}
        if size == OWN:
            return sheet | {"width": self._millimetres()}
        return sheet | {"width": PRESETS[size].width, "height": PRESETS[size].height}

    def size_of(self, width: float, height: float) -> str:
        """Inches of a page in words that suit the format."""
        style = self.style
        dpi = style["dpi"] if "width" in style else 100 * style["scale"]
        paper = f"{width * 25.4:,.0f} × {height * 25.4:,.0f} mm"
        pixels = f"{round(width * dpi):,} × {round(height * dpi):,} pixels"
        if self.suffix not in ("png", "tiff"):
            return paper
        return f"{pixels}, {paper}" if "width" in style else pixels

    def remember(self) -> None:
        """For the next time."""
        chosen = {choice.objectName(): choice.currentIndex() for choice in self._choices}
        chosen |= {number.objectName(): number.value() for number in self._numbers}
        kept().setValue("export-style", json.dumps(chosen))

    @Slot()
    def _on_change(self) -> None:
        if self.sender() is self.size_ and self.size_.currentData() in PRESETS:
            self.font_.setValue(PRESETS[self.size_.currentData()].font)
        self.enable()
        self.changed.emit()

    def enable(self) -> None:
        """Let only be chosen what has a meaning."""
        size, drawn = self.size_.currentData(), self.suffix not in VALUES
        sheet = not isinstance(size, int)
        pixels = self.suffix in ("png", "tiff")
        self.size_.setEnabled(drawn)
        self.ground.setEnabled(drawn)
        self.width_.setEnabled(drawn and size == OWN)
        self.unit.setEnabled(drawn and size == OWN)
        self.font_.setEnabled(drawn and sheet)
        self.dpi.setEnabled(drawn and sheet and (pixels or self.unit.currentText() == PIXELS))

    def _millimetres(self) -> float:
        unit = self.unit.currentText()
        factor = 25.4 / self.dpi.value() if unit == PIXELS else dict(UNITS)[unit]
        return min(max(self.width_.value() * factor, 10.0), 3000.0)

    def _recall(self) -> None:
        try:
            chosen = json.loads(str(kept().value("export-style") or "{}"))
            for choice in self._choices:
                choice.setCurrentIndex(
                    min(int(chosen.get(choice.objectName(), choice.currentIndex())), choice.count() - 1)
                )
            for number in self._numbers:
                number.setValue(type(number.value())(chosen.get(number.objectName(), number.value())))
        except (ValueError, TypeError, AttributeError):
            return  # what was kept is of no use


def _combo(name: str, label: str, entries: Any) -> QComboBox:
    box = named(QComboBox(), name, label)
    for words, value in entries:
        box.addItem(words, value)
    return box


def _number(name: str, label: str, ends: tuple[float, float], value: float) -> QDoubleSpinBox:
    box = named(QDoubleSpinBox(), name, label)
    box.setRange(*ends)
    box.setDecimals(1)
    box.setValue(value)
    return box
