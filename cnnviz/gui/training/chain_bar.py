"""Above the layers of a chain: its input, what one can begin with, and a step back."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QSpinBox, QToolButton, QWidget

from cnnviz.gui.flow import FlowRow
from cnnviz.gui.naming import named
from cnnviz.gui.theme import theme
from cnnviz.gui.training.wish import NETWORKS
from cnnviz.gui.training.words import STARTS

Shape = tuple[int, int, int]
"""Channels, height, width."""


class ChainBar(FlowRow):
    """Buttons and numbers, in one line where there is room.

    Signals
    -------
    input_changed(Shape)
        The input is to have that many channels, and that size.
    started(str)
        Begin with one of ``STARTS``.
    undone(), redone()
        The last change is to be taken back, or made again.
    """

    input_changed = Signal(object)
    started = Signal(str)
    undone = Signal()
    redone = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.channels = named(QComboBox(), "chain-channels", "Colours of the input")
        self.channels.addItem("Grey", 1)
        self.channels.addItem("Colour", 3)
        self.channels.activated.connect(self._on_input)
        self.height_box, self.width_box = self._edge("chain-height", "Height"), self._edge("chain-width", "Width")
        self.fit = named(QPushButton(), "chain-fit", "Take the pictures as they are")
        self.fit.setProperty("role", "link")
        self.fit.setToolTip("Else each picture is made as large as the chain wants it")
        self.fit.clicked.connect(lambda: self.input_changed.emit(self._pictures))
        self.back, self.again = self._tool("undo", "Undo", self.undone), self._tool("redo", "Redo", self.redone)
        self.starts = {name: self._start(name) for name in STARTS}
        self._pictures: Shape | None = None
        self._shape: Shape = (1, 1, 1)
        taken: list[QWidget] = [_dim("Input"), self.channels, self.height_box, _dim("×"), self.width_box, self.fit]
        begun: list[QWidget] = [_dim("Begin with"), *self.starts.values(), self.back, self.again]
        self.input = QWidget()
        inside = QHBoxLayout(self.input)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(theme.px(8))
        for part in taken:
            inside.addWidget(part)
        self.set_gaps(theme.px(8), theme.px(6))
        self.set_widgets((self.input, *begun))
        self._compare()

    def set_shape(self, shape: Shape) -> None:
        """What the chain takes."""
        self._shape = shape
        for box, value in ((self.height_box, shape[1]), (self.width_box, shape[2])):
            box.blockSignals(True)
            box.setValue(value)
            box.blockSignals(False)
        self.channels.setCurrentIndex(self.channels.findData(shape[0]))
        self._compare()

    def set_pictures(self, shape: Shape | None) -> None:
        """What the pictures are; None where they are of different sizes."""
        self._pictures = shape
        self._compare()

    @property
    def pictures(self) -> Shape | None:
        """What the pictures are."""
        return self._pictures

    def _compare(self) -> None:
        """Offer the size of the pictures, where it is another one."""
        other = self._pictures
        self.fit.setVisible(other is not None and other != self._shape)
        if other is not None:
            self.fit.setText(f"as the pictures: {' × '.join(map(str, other))}")

    def _on_input(self) -> None:
        self.input_changed.emit((int(self.channels.currentData()), self.height_box.value(), self.width_box.value()))

    def _edge(self, name: str, words: str) -> QSpinBox:
        box = named(QSpinBox(minimum=1, maximum=9999), name, f"{words} of the input")
        box.setKeyboardTracking(False)
        box.setFixedWidth(theme.px(76))
        box.valueChanged.connect(self._on_input)
        return box

    def _tool(self, icon: str, words: str, act: object) -> QToolButton:
        button = named(QToolButton(), f"chain-{icon}", words)
        button.setToolTip(words)
        button.setEnabled(False)
        theme.set_icon(button, icon)
        button.clicked.connect(act)
        return button

    def _start(self, name: str) -> QPushButton:
        button = named(QPushButton(NETWORKS.get(name, "Empty")), f"chain-start-{name or 'empty'}")
        button.setToolTip("Begin with this chain")
        button.clicked.connect(lambda: self.started.emit(name))
        return button


def _dim(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "dim")
    return label
