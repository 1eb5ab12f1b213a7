"""One link of a chain: what it is, its numbers, what comes out of it, and why it is impossible."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from cnnviz.figure import percent
from cnnviz.gui.naming import named
from cnnviz.gui.theme import theme
from cnnviz.gui.training.words import ACTIVATIONS, kind_of, numbers_of, title_of, with_number

if TYPE_CHECKING:
    from cnnviz.training.chain import Link


class LinkRow(QFrame):
    """A link that can be changed, dragged and taken out.

    Signals
    -------
    changed(int, str), removed(int), moved(int, int)
        The number of the link, and what is to be there: another word, nothing, this link at another place.
    dragged(int, QPoint), dropped(int)
        The handle is being pulled, at this place of the screen; it was let go.
    picked(int)
        It has the focus.
    """

    changed = Signal(int, str)
    removed = Signal(int)
    moved = Signal(int, int)
    dragged = Signal(int, QPoint)
    dropped = Signal(int)
    picked = Signal(int)

    def __init__(self, place: int, word: str) -> None:
        super().__init__()
        self.setObjectName(f"link-{place}")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.place, self.word = place, word
        self._chosen = False
        self._share = 0.0
        self._handle = QLabel()
        self._handle.setCursor(Qt.CursorShape.OpenHandCursor)
        self._handle.setToolTip("Drag to another place, or press Alt+Up and Alt+Down")
        self._handle.installEventFilter(self)
        self.path = QLabel()
        self.path.setProperty("role", "strong")
        self.path.setMinimumWidth(theme.px(92))
        self._fields: dict[str, QSpinBox] = {}
        self._afters: dict[str, QLabel] = {}
        self.activation: QComboBox | None = None
        self.shape, self.parameters, self.problem = QLabel(), QLabel(), QLabel()
        self.problem.setProperty("role", "error")
        self.problem.setWordWrap(True)
        self.remove = named(QToolButton(), f"link-remove-{place}", "Take it out")
        self.remove.setProperty("role", "small")
        self.remove.setToolTip("Take it out (Delete)")
        self.remove.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        theme.set_icon(self.remove, "close", "dim")
        self.remove.clicked.connect(lambda: self.removed.emit(self.place))
        self._lay_out()
        theme.changed.connect(self._dress)
        self._dress()

    def set_link(self, link: Link, problem: bool, share: float) -> None:
        """Show its numbers and its shapes.

        Parameters
        ----------
        problem
            Whether one before it is impossible already.
        share
            How much of all parameters it has, 0 to 1.
        """
        self._share = share
        self.word = link.word
        for number in numbers_of(link.word):
            box = self._fields[number.name]
            box.blockSignals(True)
            box.setValue(number.value)
            box.blockSignals(False)
            if number.name in self._afters:
                self._afters[number.name].setText(number.after)
        if self.activation is not None:
            self.activation.setCurrentText(link.word)
        self.path.setText(title_of(link.word))
        self.path.setToolTip(link.path)
        self.shape.setText(" × ".join(map(str, link.output_shape)) if link.output_shape else "–" if problem else "?")
        self.parameters.setText(f"{link.parameters:,}" if link.parameters else "")
        self.parameters.setToolTip(f"{percent(share)} of all parameters" if share else "")
        self.update()
        self.problem.setText(link.problem)
        self.problem.setVisible(bool(link.problem))
        words = f"{link.word}, out {self.shape.text()}, {link.parameters:,} parameters"
        self.setAccessibleName(f"{title_of(link.word)}: {link.problem or words}")

    def set_chosen(self, chosen: bool) -> None:
        """Whether what is added comes after this one."""
        self._chosen = chosen
        self.update()

    # keys, mouse, painting

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.moved.emit(self.place, self.place + step)
        elif step:
            self.picked.emit(self.place + step)
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit(self.place)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.picked.emit(self.place)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)

    def eventFilter(self, watched: QWidget, event: QEvent) -> bool:  # type: ignore[override]
        if watched is self._handle and isinstance(event, QMouseEvent):
            if event.type() == QEvent.Type.MouseButtonPress:
                self.setFocus(Qt.FocusReason.MouseFocusReason)
                return True
            if event.type() == QEvent.Type.MouseMove:
                self.dragged.emit(self.place, event.globalPosition().toPoint())
                return True
            if event.type() == QEvent.Type.MouseButtonRelease:
                self.dropped.emit(self.place)
                return True
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        radius = theme.px(6)
        painter.setBrush(
            theme.color("error-ground" if self.problem.text() else "selected" if self._chosen else "raised")
        )
        painter.drawRoundedRect(self.rect(), radius, radius)
        painter.setBrush(theme.color(f"op-{kind_of(self.word)}"))
        painter.drawRoundedRect(0, radius, theme.px(3), self.height() - 2 * radius, 1, 1)
        if self._share:  # a line under the number, as long as the share
            end, room = self.parameters.geometry(), self.parameters.geometry().right() - self.shape.geometry().left()
            wide = max(2.0, self._share * room)
            painter.setBrush(theme.color("accent"))
            painter.drawRoundedRect(QRectF(end.right() - wide, end.bottom(), wide, theme.px(2)), 1, 1)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(theme.color("focus"))
            painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), radius, radius)
        painter.end()

    # what it is made of

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(theme.px(6))
        row.addWidget(self._handle)
        row.addWidget(self.path)
        for number in numbers_of(self.word):
            if number.before:
                row.addWidget(_dim(number.before))
            row.addWidget(self._field(number.name, number.low, number.high, number.before or number.after))
            if number.after:
                self._afters[number.name] = _dim(number.after)
                row.addWidget(self._afters[number.name])
        if kind_of(self.word) == "activation":
            self.activation = named(QComboBox(), f"link-activation-{self.place}", "Activation")
            self.activation.addItems(list(dict.fromkeys((*ACTIVATIONS, self.word))))
            self.activation.textActivated.connect(lambda word: self.changed.emit(self.place, word))
            row.addWidget(self.activation)
        row.addStretch(1)
        for label, width in ((self.shape, 110), (self.parameters, 84)):
            label.setFixedWidth(theme.px(width))
            label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            row.addWidget(label)
        self.parameters.setProperty("role", "dim")
        row.addWidget(self.remove)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(theme.px(n) for n in (10, 4, 6, 4)))
        column.setSpacing(theme.px(2))
        column.addLayout(row)
        column.addWidget(self.problem)

    def _field(self, name: str, low: int, high: int, words: str) -> QSpinBox:
        box = named(QSpinBox(minimum=low, maximum=high), f"link-{self.place}-{name}", f"{title_of(self.word)}, {words}")
        box.setKeyboardTracking(False)
        box.setFixedWidth(theme.px(84 if high > 999 else 64))
        box.valueChanged.connect(lambda value: self.changed.emit(self.place, with_number(self.word, name, value)))
        self._fields[name] = box
        return box

    def field(self, name: str) -> QSpinBox:
        """The field of one of its numbers."""
        return self._fields[name]

    def _dress(self) -> None:
        self._handle.setPixmap(theme.pixmap("drag", "faint", theme.px(14), self.devicePixelRatioF()))


def _dim(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "dim")
    return label
