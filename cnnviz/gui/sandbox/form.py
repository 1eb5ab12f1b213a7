"""What can be chosen in the sandbox: layer, picture, the layer's numbers, its kernel."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from cnnviz.gui.naming import named
from cnnviz.gui.sandbox.dial import Dial
from cnnviz.gui.sandbox.presets import KERNEL_NAMES, LARGEST, PICTURES
from cnnviz.gui.sandbox.trial import WORDS, Trial
from cnnviz.gui.theme import theme
from cnnviz.slides import Border

DIALS = (
    ("size", "Size", 1, LARGEST, "Rows and columns of the picture; of its longer side where it is not square"),
    ("kernel", "Kernel", 1, 7, "Rows and columns of the window"),
    ("stride", "Stride", 1, 8, "Cells from one position of the window to the next"),
    ("padding", "Padding", 0, 18, "Cells around the picture at each side"),
    ("dilation", "Dilation", 1, 6, "Cells of the picture from one cell of the kernel to the next"),
)
BORDERS: dict[Border, str] = {
    "zeros": "zeros",
    "reflect": "reflect (mirrored)",
    "replicate": "replicate (the last cell)",
    "circular": "circular (the other side)",
}
OWN_KERNEL = "own kernel"

EDITS = (
    ("undo", "undo", "Undo (Ctrl+Z)"),
    ("redo", "redo", "Redo (Ctrl+Shift+Z)"),
    ("reset", "reset", "Back to the chosen kernel"),
    ("copy", "copy", "Copy the kernel as a Python list"),
)
"""Name, icon and words of what can be done to the kernel."""


class SandboxForm(QScrollArea):
    """The column of controls.

    Attributes
    ----------
    kind_picked
        ``"sum"``, ``"max"``, ``"mean"`` or ``"min"``.
    picture_picked, kernel_picked
        A name of `PICTURES` or `KERNEL_NAMES`.
    number_changed
        (name, value) of one of `DIALS`.
    channels_changed
        (in, out).
    border_picked
        What stands in the padding.
    magnitude_changed
        Whether both directions are to be joined.
    same_colors_changed
        Whether the output is to have the picture's colours.
    edit_requested
        ``"undo"``, ``"redo"``, ``"reset"`` or ``"copy"``.
    """

    kind_picked = Signal(str)
    picture_picked = Signal(str)
    kernel_picked = Signal(str)
    number_changed = Signal(str, int)
    channels_changed = Signal(int, int)
    border_picked = Signal(str)
    magnitude_changed = Signal(bool)
    same_colors_changed = Signal(bool)
    edit_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sandbox-form")
        self.setAccessibleName("What is tried")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._inside = QWidget()
        self._column = QVBoxLayout(self._inside)
        self._gaps: list[QGridLayout | QHBoxLayout] = []
        self._make_layer()
        self._make_picture()
        self._make_numbers()
        self._make_kernel()
        self._column.addStretch(1)
        self.setWidget(self._inside)
        self._dress()
        theme.changed.connect(self._dress)

    # parts

    def _make_layer(self) -> None:
        segment = named(QFrame(self._inside), "sandbox-layer", "Layer")
        segment.setProperty("role", "segment")
        row = QHBoxLayout(segment)
        row.setContentsMargins(2, 2, 2, 2)
        row.setSpacing(0)
        self.kinds: dict[str, QToolButton] = {}
        for kind, words in WORDS.items():
            button = named(QToolButton(segment), f"sandbox-{kind}", words)
            button.setText(words.removesuffix(" pooling"))
            button.setToolTip(words)
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            button.clicked.connect(partial(self._on_kind, kind))
            row.addWidget(button)
            self.kinds[kind] = button
        self._column.addWidget(segment)

    def _make_picture(self) -> None:
        self.picture = named(QComboBox(self._inside), "sandbox-picture", "Picture")
        for name, (words, _) in PICTURES.items():
            self.picture.addItem(words, name)
        self._short(self.picture)
        self.picture.activated.connect(lambda _: self.picture_picked.emit(self.picture.currentData()))
        grid = self._grid()
        grid.addWidget(self._label("Picture", self.picture), 0, 0)
        grid.addWidget(self.picture, 0, 1, 1, 2)

    def _make_numbers(self) -> None:
        grid = self._grid()
        self.dials: dict[str, Dial] = {}
        for row, (name, label, low, high, tip) in enumerate(DIALS):
            dial = self.dials[name] = Dial(f"sandbox-{name}", label, low, high, tip, self._inside)
            dial.add_to(grid, row)
            dial.spin.valueChanged.connect(partial(self.number_changed.emit, name))
        row = len(DIALS)
        self.border = named(QComboBox(self._inside), "sandbox-border", "What stands in the padding")
        for border, words in BORDERS.items():
            self.border.addItem(words, border)
        self._short(self.border)
        self.border.activated.connect(lambda _: self.border_picked.emit(self.border.currentData()))
        self._border_label = self._label("Border", self.border)
        grid.addWidget(self._border_label, row, 0)
        grid.addWidget(self.border, row, 1, 1, 2)
        self.channels = tuple(
            named(self._spin(), f"sandbox-channels-{end}", f"Channels {end}") for end in ("in", "out")
        )
        label_of_channels = self._label("Channels", self.channels[0])
        tip = "In and out, for the numbers of parameters and bytes. The picture stays one channel."
        label_of_channels.setToolTip(tip)
        line = QHBoxLayout()
        for order, spin in enumerate(self.channels):
            spin.setToolTip(tip)
            spin.valueChanged.connect(self._on_channels)
            line.addWidget(spin, 1)
            if not order:
                self._arrow = QLabel("→", self._inside)
                line.addWidget(self._arrow)
        grid.addWidget(label_of_channels, row + 1, 0)
        grid.addLayout(line, row + 1, 1, 1, 2)

    def _make_kernel(self) -> None:
        self._kernel = QWidget(self._inside)
        grid = QGridLayout(self._kernel)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setColumnStretch(1, 1)
        self._gaps.append(grid)
        self.kernel = named(QComboBox(self._kernel), "sandbox-kernel-choice", "Kernel")
        self.kernel.addItems([*KERNEL_NAMES, OWN_KERNEL])
        self._short(self.kernel)
        self.kernel.activated.connect(self._on_kernel)
        self.magnitude = named(QCheckBox("With its transpose: √(a² + b²)", self._kernel), "sandbox-magnitude")
        self.magnitude.setToolTip(
            "The kernel once as it is, once with rows and columns exchanged; shown is the length of both answers"
        )
        self.magnitude.clicked.connect(self.magnitude_changed)
        self.edits: dict[str, QToolButton] = {}
        row = QHBoxLayout()
        for name, icon, words in EDITS:
            button = named(QToolButton(self._kernel), f"sandbox-{name}", words)
            button.setToolTip(words)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            theme.set_icon(button, icon)
            button.clicked.connect(partial(self.edit_requested.emit, name))
            self.edits[name] = button
            row.addWidget(button)
        row.addStretch(1)
        self.same_colors = named(QCheckBox("Output in the picture’s colours", self._kernel), "sandbox-same-colors")
        self.same_colors.setToolTip("Values beyond the picture's lowest and highest are drawn as these")
        self.same_colors.clicked.connect(self.same_colors_changed)
        grid.addWidget(self._label("Weights", self.kernel), 0, 0)
        grid.addWidget(self.kernel, 0, 1)
        grid.addLayout(row, 1, 1)
        grid.addWidget(self.magnitude, 2, 0, 1, 2)
        grid.addWidget(self.same_colors, 3, 0, 1, 2)
        self._gaps.append(row)
        self._column.addWidget(self._kernel)

    def _grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setColumnStretch(1, 1)
        self._column.addLayout(grid)
        self._gaps.append(grid)
        return grid

    def _label(self, text: str, buddy: QWidget) -> QLabel:
        label = QLabel(text, self._inside)
        label.setBuddy(buddy)
        return label

    def _spin(self) -> QSpinBox:
        spin = QSpinBox(self._inside)
        spin.setRange(1, 4096)
        return spin

    def _short(self, combo: QComboBox) -> None:
        """A combo box that does not ask for the width of its longest entry."""
        combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        combo.setMinimumContentsLength(12)

    # what is shown

    def set_trial(self, trial: Trial, picture: str, kernel: str) -> None:
        """Show what is tried; nobody is told."""
        setting = trial.setting
        for kind, button in self.kinds.items():
            button.setChecked(kind == trial.kind)
        values = {"size": max(trial.size), "kernel": setting.kernel, "stride": setting.stride}
        values |= {"padding": setting.padding, "dilation": setting.dilation}
        for name, value in values.items():
            self.dials[name].set_value(value)
        self.dials["kernel"].label.setText("Kernel" if trial.convolves else "Window")
        for spin, count in zip(self.channels, setting.channels, strict=True):
            with QSignalBlocker(spin):
                spin.setValue(count)
        of_convolutions: tuple[QWidget, ...] = (self._arrow, self.channels[1], self._border_label, self.border)
        for part in (*of_convolutions, self._kernel):
            part.setVisible(trial.convolves)
        self.picture.setCurrentIndex(self.picture.findData(picture))
        self.border.setCurrentIndex(self.border.findData(trial.border))
        self.kernel.setCurrentText(kernel or OWN_KERNEL)
        self.border.setEnabled(setting.padding > 0)
        self.magnitude.setChecked(trial.magnitude)
        self.same_colors.setChecked(trial.same_colors)

    def set_current(self, known: bool) -> None:
        """Whether the window has a picture to offer."""
        model = self.picture.model()
        assert isinstance(model, QStandardItemModel)
        model.item(self.picture.findData("window")).setEnabled(known)

    # what the person does

    def _on_kind(self, kind: str) -> None:
        for name, button in self.kinds.items():
            button.setChecked(name == kind)
        self.kind_picked.emit(kind)

    def _on_kernel(self, index: int) -> None:
        self.kernel_picked.emit("" if self.kernel.currentText() == OWN_KERNEL else self.kernel.currentText())

    def _on_channels(self) -> None:
        self.channels_changed.emit(self.channels[0].value(), self.channels[1].value())

    # geometry

    def sizeHint(self) -> QSize:
        return QSize(theme.px(282), theme.px(460))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(240), theme.px(120))

    def _dress(self) -> None:
        self._column.setContentsMargins(0, 0, theme.px(4), 0)
        self._column.setSpacing(theme.px(12))
        for gaps in self._gaps:
            gaps.setSpacing(theme.px(6))
        for dial in self.dials.values():
            dial.spin.setFixedWidth(theme.px(60))
        for spin in self.channels:
            spin.setMinimumWidth(theme.px(60))
        widest = max(
            label.sizeHint().width() for label in self._inside.findChildren(QLabel) if label.buddy() is not None
        )
        for gaps in self._gaps:
            if isinstance(gaps, QGridLayout):
                gaps.setColumnMinimumWidth(0, widest)
        bar = self.verticalScrollBar().sizeHint().width()
        self.setFixedWidth(max(theme.px(286), self._inside.minimumSizeHint().width() + bar))
        self.updateGeometry()
