"""The settings dialog: every change holds at once, and can be taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import numpy as np
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QImage, QPixmap
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDoubleSpinBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from cnnviz.core.colormaps import AUTO, DIVERGING, SEQUENTIAL, WEIGHTS, lut, names
from cnnviz.gui.segment import Segment
from cnnviz.gui.stepper import SPEEDS
from cnnviz.gui.theme import MODES, SCALES, theme
from cnnviz.settings import Settings

_COLORMAPS = (
    ("colormap", SEQUENTIAL, "Activations", "Values that are never negative"),
    ("colormap_signed", DIVERGING, "Signed activations", "Zero is the neutral colour in the middle"),
    ("colormap_weights", WEIGHTS, "Weights", "Kernels have colours of their own"),
)


class PreferencesDialog(QDialog):
    """Edits the settings.

    Parameters
    ----------
    settings
        What is chosen now.
    devices
        What a pass can run on: the setting's value and what it is called.

    Signals
    -------
    changed(Settings)
        After each change; the window puts it in force and saves it.
    """

    changed = Signal(object)

    def __init__(self, settings: Settings, devices: Mapping[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("preferences")
        self.setAccessibleName("Preferences")
        self.setWindowTitle("Preferences")
        self.settings = settings
        self._devices = dict(devices)
        self._devices.setdefault(settings.device, settings.device)
        self._showing = False
        self._cards: list[QGridLayout] = []
        self._editors: dict[str, QWidget] = {}
        self._page = QVBoxLayout()
        self._build()
        inside = QWidget()
        inside.setLayout(self._page)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setWidget(inside)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.reset = QPushButton("Restore defaults")
        self.reset.setObjectName("restore-defaults")
        theme.set_icon(self.reset, "reset")
        self.reset.clicked.connect(self._restore)
        close = QPushButton("Close")
        close.setObjectName("close-preferences")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        buttons = QHBoxLayout()
        buttons.addWidget(self.reset)
        buttons.addStretch(1)
        buttons.addWidget(close)
        self._column = QVBoxLayout(self)
        self._column.addWidget(self._area, 1)
        self._column.addLayout(buttons)
        theme.changed.connect(self._space)
        self._space()
        self.show_settings(settings)

    def editor(self, name: str) -> QWidget:
        """The widget that edits a setting."""
        return self._editors[name]

    def show_settings(self, settings: Settings) -> None:
        """Show settings that were changed elsewhere, without a signal."""
        self._showing = True
        self.settings = settings
        for name, editor in self._editors.items():
            _show(editor, getattr(settings, name))
        self.reset.setEnabled(self._defaults() != settings)
        self._showing = False

    def _build(self) -> None:
        look = self._card("Appearance")
        self._row(look, "theme", "Theme", "Auto follows the system", Segment({mode: mode.title() for mode in MODES}))
        sizes = {scale: f"{scale:.0%}" for scale in SCALES}
        self._row(look, "interface_scale", "Size of the interface", "Ctrl + and Ctrl −", _combo(sizes))
        maps = self._card("Colours of values")
        for name, category, title, hint in _COLORMAPS:
            self._row(maps, name, title, hint, _ColormapBox(category))
        work = self._card("Computing")
        self._row(work, "device", "Device", "Where a forward pass runs", _combo(self._devices))
        budget = QDoubleSpinBox(minimum=0.0625, maximum=1024.0, decimals=2, singleStep=0.5, suffix=" GiB")
        self._row(work, "memory_budget", "Memory for passes", "What was shown is kept up to this much", budget)
        walk = self._card("Walk and answer")
        speeds = {speed: f"{speed:g}×" for speed in SPEEDS}
        self._row(walk, "play_speed", "Speed of play", "1× is one step a second", _combo(speeds))
        self._row(walk, "top_k", "Classes shown", "Bars in the softmax panel", QSpinBox(minimum=1, maximum=1000))
        self._page.addStretch(1)

    def _card(self, title: str) -> QGridLayout:
        heading = QLabel(title)
        heading.setProperty("role", "section")
        card = QFrame()
        card.setProperty("role", "card")
        grid = QGridLayout(card)
        grid.setColumnStretch(0, 1)
        self._page.addWidget(heading)
        self._page.addWidget(card)
        self._cards.append(grid)
        return grid

    def _row(self, grid: QGridLayout, name: str, title: str, hint: str, editor: QWidget) -> None:
        words = QVBoxLayout()
        words.setSpacing(0)
        label, below = QLabel(title), QLabel(hint)
        label.setBuddy(editor)
        below.setProperty("role", "small")
        below.setWordWrap(True)
        words.addWidget(label)
        words.addWidget(below)
        editor.setObjectName(f"setting-{name.replace('_', '-')}")
        editor.setAccessibleName(title)
        editor.setAccessibleDescription(hint)
        row = grid.rowCount()
        grid.addLayout(words, row, 0)
        grid.addWidget(editor, row, 1, Qt.AlignmentFlag.AlignVCenter)
        self._editors[name] = editor
        if isinstance(editor, QComboBox):
            editor.activated.connect(lambda: self._edited(name, editor.currentData()))
        elif isinstance(editor, QSpinBox | QDoubleSpinBox):
            editor.setKeyboardTracking(False)
            editor.valueChanged.connect(lambda value: self._edited(name, value))
        elif isinstance(editor, Segment):
            editor.chosen.connect(lambda value: self._edited(name, value))

    def _edited(self, name: str, value: Any) -> None:
        if self._showing or value == getattr(self.settings, name):
            return
        self.settings = replace(self.settings, **{name: value})
        self.reset.setEnabled(self._defaults() != self.settings)
        self.changed.emit(self.settings)

    def _defaults(self) -> Settings:
        """The defaults of all that the dialog edits; what was opened last is kept."""
        fresh = Settings()
        edited = {f.name: getattr(fresh, f.name) for f in fields(Settings) if f.name in self._editors}
        return replace(self.settings, **edited)

    def _restore(self) -> None:
        self.show_settings(self._defaults())
        self.changed.emit(self.settings)

    def _space(self) -> None:
        self._column.setContentsMargins(*(theme.px(16),) * 4)
        self._column.setSpacing(theme.px(12))
        self._page.setContentsMargins(0, 0, theme.px(6), 0)
        self._page.setSpacing(theme.px(8))
        for card in self._cards:
            card.setContentsMargins(*(theme.px(n) for n in (14, 10, 14, 10)))
            card.setVerticalSpacing(theme.px(10))
        for editor in self._editors.values():
            editor.setFixedWidth(theme.px(190))
            if isinstance(editor, _ColormapBox):
                editor.paint_bars()
        wanted = self._page.sizeHint() + QSize(theme.px(60), theme.px(90))
        room = self.screen().availableGeometry().size()
        self.resize(max(theme.px(520), wanted.width()), min(wanted.height(), room.height() - theme.px(80)))


class _ColormapBox(QComboBox):
    """Colour maps by name, each with its bar."""

    def __init__(self, category: str) -> None:
        super().__init__()
        for name in names(category):
            self.addItem("Automatic" if name == AUTO else name, name)

    def paint_bars(self) -> None:
        """Draw the bars again, at the interface's size."""
        width, height, ratio = theme.px(56), theme.px(12), self.devicePixelRatioF()
        self.setIconSize(QSize(width, height))
        for row in range(self.count()):
            if (name := self.itemData(row)) == AUTO:
                continue
            columns = np.linspace(0, 254, 255).astype(int)
            colors = np.ascontiguousarray(lut(name)[columns][None, :, :3])  # (1, 255, 3)
            bar = QImage(colors.data, 255, 1, 255 * 3, QImage.Format.Format_RGB888)
            picture = QPixmap.fromImage(bar.scaled(round(width * ratio), round(height * ratio)))
            picture.setDevicePixelRatio(ratio)
            self.setItemIcon(row, QIcon(picture))


def _combo(choices: Mapping[Any, str]) -> QComboBox:
    box = QComboBox()
    for key, title in choices.items():
        box.addItem(title, key)
    return box


def _show(editor: QWidget, value: Any) -> None:
    if isinstance(editor, QComboBox):
        row = editor.findData(value)
        if row < 0 and isinstance(value, float):  # between two choices: the nearest one
            row = min(range(editor.count()), key=lambda i: abs(editor.itemData(i) - value))
        editor.setCurrentIndex(max(row, 0))
    elif isinstance(editor, QSpinBox | QDoubleSpinBox):
        editor.setValue(value)
    elif isinstance(editor, Segment):
        editor.set_value(value)
