"""A whole number to slide or to type."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QSlider, QSpinBox, QWidget

from cnnviz.gui.naming import named


class Dial:
    """One row of a form: label, slider, field. Slider and field say the same at any time; listen to ``spin``."""

    def __init__(self, name: str, label: str, low: int, high: int, tip: str, parent: QWidget) -> None:
        self.label = QLabel(label, parent)
        self.label.setToolTip(tip)
        self.slider = named(QSlider(Qt.Orientation.Horizontal, parent), f"{name}-slider", label)
        self.slider.setRange(low, high)
        self.slider.setPageStep(1)
        self.slider.setToolTip(tip)
        self.spin = named(QSpinBox(parent), name, label)
        self.spin.setRange(low, high)
        self.spin.setToolTip(tip)
        self.label.setBuddy(self.spin)
        self.slider.valueChanged.connect(self.spin.setValue)
        self.spin.valueChanged.connect(self.slider.setValue)

    def add_to(self, grid: QGridLayout, row: int) -> None:
        """Put the three parts into a row."""
        grid.addWidget(self.label, row, 0)
        grid.addWidget(self.slider, row, 1)
        grid.addWidget(self.spin, row, 2)

    def set_value(self, value: int) -> None:
        """Show a number without telling anybody."""
        with QSignalBlocker(self.spin), QSignalBlocker(self.slider):
            self.spin.setValue(value)
            self.slider.setValue(value)
