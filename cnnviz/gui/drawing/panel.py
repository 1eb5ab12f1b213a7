"""The section “Draw”: the sheet, its tools, and what becomes of a digit before the network sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPixmap
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QHBoxLayout, QLabel, QPushButton, QSlider, QToolButton, QWidget

from cnnviz.gui.drawing.sheet import Sheet
from cnnviz.gui.flow import FlowRow
from cnnviz.gui.naming import named
from cnnviz.gui.section import Section
from cnnviz.gui.theme import theme

if TYPE_CHECKING:
    from cnnviz.core.decode import Picture

INKS = {
    "black": "#1a1a1a",
    "white": "#ffffff",
    "red": "#d13a30",
    "orange": "#e98a2b",
    "yellow": "#f2cf3b",
    "green": "#3f9b4f",
    "blue": "#3273c8",
    "sky": "#9cc9ee",
    "violet": "#8257b5",
    "brown": "#7a5236",
}
"""Colours of the pen for colour networks."""

WIDTHS = (8, 22, 60)
"""Narrowest, first and widest pen, in pixels of the sheet."""

ROOMY = 800
"""Height of the window, in pixels at 100 %, from which on the section is open before anybody has chosen."""


class DrawPanel(Section):
    """The drawing pad with its tools.

    Attributes
    ----------
    drawn
        (finished) What is to be shown has changed.
    keep_requested, save_requested
        The drawing is to go into the tray, or into a file.
    """

    drawn = Signal(bool)
    keep_requested = Signal()
    save_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("draw", "Draw", "Draw a picture for the network (D)", parent)
        self._chosen = False  # whether a person has opened or closed it
        self._roomy: bool | None = None  # whether the window was high when it was looked at last
        self.toggled.connect(self._on_toggled)
        self.sheet = Sheet()
        self.sheet.drawn.connect(self._on_drawn)
        self.body.addWidget(self.sheet)
        self.body.addLayout(self._make_tools())
        self.inks = self._make_inks()
        self.body.addWidget(self.inks)
        self.body.addLayout(self._make_centring())
        self.body.addLayout(self._make_ends())
        theme.changed.connect(self._redress)
        self._redress()
        self._show_tools()

    def fit(self, height: int) -> None:
        """Open in a high window, closed in a low one, as long as nobody has chosen."""
        roomy = height >= theme.px(ROOMY)
        if roomy is not self._roomy and not self._chosen:
            self.set_open(roomy)
        self._roomy = roomy

    def set_chosen(self, is_open: bool) -> None:
        """Open or close it because a person wants that."""
        if is_open != self.is_open:
            self._chosen = True
            self.set_open(is_open)

    def set_grey(self, grey: bool) -> None:
        """A pad for grey networks (white on black, digits centred) or for colour networks."""
        self.sheet.set_grey(grey)
        self._show_tools()

    def _show_tools(self) -> None:
        """Those of the kind of sheet."""
        self.inks.setVisible(not self.sheet.grey)
        for widget in (self.centring, self.seen):
            widget.setVisible(self.sheet.grey)
        self._enable()

    @property
    def centred(self) -> bool:
        """Whether the drawing is to be made like a digit of MNIST."""
        return self.sheet.grey and self.centring.isChecked()

    def set_seen(self, pixels: NDArray[np.uint8] | None) -> None:
        """Show the prepared digit, (H, W) uint8; None for none."""
        edge = theme.px(44)
        picture = QPixmap(edge, edge)
        picture.fill(QColor("black"))
        if pixels is not None:
            pixels = np.ascontiguousarray(pixels)
            height, width = pixels.shape
            image = QImage(pixels.data, width, height, width, QImage.Format.Format_Grayscale8)
            painter = QPainter(picture)
            painter.drawImage(picture.rect(), image)  # its pixels stay pixels
            painter.end()
        self.seen.setFixedSize(edge, edge)  # so that another picture moves nothing
        self.seen.setPixmap(picture)

    def show_drawing(self, picture: Picture) -> None:
        """Put an earlier drawing back on the sheet; what stands there can be had again."""
        self.sheet.put(picture.steps[0].pixels)
        self.set_seen(picture.pixels if self.centred else None)
        self._enable()

    # parts

    def _make_tools(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.px(2))
        tools = QButtonGroup(self)
        self.tools: dict[str, QToolButton] = {}
        for name, tip in (("pen", "Pen"), ("eraser", "Eraser (or draw with the right button)")):
            button = self._button(name, tip)
            button.setCheckable(True)
            button.setChecked(name == "pen")
            button.clicked.connect(lambda _=False, name=name: setattr(self.sheet, "tool", name))
            tools.addButton(button)
            row.addWidget(button)
            self.tools[name] = button
        self.size_ = named(QSlider(Qt.Orientation.Horizontal), "draw-size", "Width of the pen")
        self.size_.setToolTip("Width of the pen")
        self.size_.setRange(WIDTHS[0], WIDTHS[2])
        self.size_.setValue(WIDTHS[1])
        self.size_.setMinimumWidth(theme.px(32))
        self.size_.valueChanged.connect(lambda width: setattr(self.sheet, "pen_width", float(width)))
        row.addWidget(self.size_, 1)
        for name, tip, act in (
            ("undo", "Take the last stroke back (Ctrl+Z)", self.sheet.undo),
            ("redo", "Draw it again (Ctrl+Shift+Z)", self.sheet.redo),
            ("trash", "Clear the pad", self.sheet.clear),
        ):
            button = self._button(name, tip)
            button.clicked.connect(act)
            row.addWidget(button)
            self.tools[name] = button
        return row

    def _button(self, name: str, tip: str) -> QToolButton:
        button = named(QToolButton(), f"draw-{name}", tip)
        button.setProperty("role", "small")
        button.setToolTip(tip)
        theme.set_icon(button, name, "dim")
        return button

    def _make_inks(self) -> FlowRow:
        flow = named(FlowRow(), "draw-inks")
        group = QButtonGroup(self)
        buttons: list[QWidget] = []
        for name in INKS:
            button = named(QToolButton(flow), f"draw-ink-{name}", f"Colour {name}")
            button.setProperty("role", "small")
            button.setToolTip(name.capitalize())
            button.setCheckable(True)
            button.clicked.connect(lambda _=False, name=name: self._on_ink(name))
            group.addButton(button)
            buttons.append(button)
        flow.set_widgets(tuple(buttons))
        flow.set_gaps(0, 0)
        self._ink_buttons = dict(zip(INKS, buttons, strict=True))
        self._ink_buttons["black"].setChecked(True)  # type: ignore[attr-defined]
        self.sheet.ink = QColor(INKS["black"])
        return flow

    def _make_centring(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        self.seen = named(QLabel(), "draw-seen", "The digit as the network gets it")
        self.seen.setToolTip("The digit as the network gets it")
        self.centring = named(QCheckBox("Centre\nlike MNIST"), "draw-centring", "Centre and scale like MNIST")
        self.centring.setToolTip(
            "Scale into 20 × 20 pixels, centre of mass to the middle of 28 × 28, as MNIST was made"
        )
        self.centring.setChecked(True)
        self.centring.toggled.connect(lambda _: self._on_drawn(True))
        row.addWidget(self.seen)
        row.addWidget(self.centring, 1)
        return row

    def _make_ends(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.px(6))
        self.keep = named(QPushButton("Keep"), "draw-keep", "Keep the drawing in the tray")
        self.keep.setToolTip("Put the drawing into the tray")
        self.keep.clicked.connect(self.keep_requested)
        self.save = named(QPushButton("Save…"), "draw-save", "Save the drawing as PNG")
        self.save.setToolTip("Save the drawing as PNG")
        self.save.clicked.connect(self.save_requested)
        row.addWidget(self.keep, 1)
        row.addWidget(self.save, 1)
        return row

    # what the person does

    def _on_toggled(self, _: bool) -> None:
        self._chosen = True

    def _on_ink(self, name: str) -> None:
        self.sheet.ink = QColor(INKS[name])
        self.tools["pen"].click()

    def _on_drawn(self, finished: bool) -> None:
        self._enable()
        self.drawn.emit(finished)

    def _enable(self) -> None:
        self.tools["undo"].setEnabled(self.sheet.can_undo)
        self.tools["redo"].setEnabled(self.sheet.can_redo)
        something = not self.sheet.blank
        for button in (self.tools["trash"], self.keep, self.save):
            button.setEnabled(something)

    def _redress(self) -> None:
        edge = theme.px(14)
        for name, button in self._ink_buttons.items():
            swatch = QPixmap(edge, edge)
            swatch.fill(Qt.GlobalColor.transparent)
            painter = QPainter(swatch)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setBrush(QColor(INKS[name]))
            painter.setPen(theme.color("border"))
            painter.drawEllipse(1, 1, edge - 3, edge - 3)
            painter.end()
            button.setIcon(QIcon(swatch))  # type: ignore[attr-defined]
            button.setIconSize(QSize(edge, edge))  # type: ignore[attr-defined]
        self.set_seen(None)
