"""Walk through the steps: back, play, forward, home, end, a line to drag along, and a speed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSizePolicy, QSlider, QToolButton, QToolTip, QWidget

from cnnviz.gui.elided import ElidedLabel
from cnnviz.gui.figures.panel import Line
from cnnviz.gui.theme import theme

SPEEDS = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0)


class Stepper(QWidget):
    """A pure view of a walk; it says where the person wants to go and is told where one is.

    Signals
    -------
    step_requested(int)
        Position (from 0) of the step that is wanted.
    scrubbed(int)
        The same while the line is being dragged: an act that is not finished.
    play_toggled(bool)
        Play was switched on or off by the person.
    speed_changed(float)
        1.0 is the normal speed.
    """

    step_requested = Signal(int)
    scrubbed = Signal(int)
    play_toggled = Signal(bool)
    speed_changed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("stepper")
        self.setAccessibleName("Steps of the network")
        self._titles: tuple[str, ...] = ()
        self._current = 0
        self._first = 1
        self.home = self._button("home", "First step", "Home")
        self.back = self._button("back", "One step back", "Left")
        self.play = self._button("play", "Play", "Space")
        self.play.setCheckable(True)
        self.play.setText("Play")
        self.play.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.forward = self._button("forward", "One step forward", "Right")
        self.end = self._button("end", "Last step", "End")
        self._count = Line("step-count", "text", "body")
        self._count.align_right()
        self._title = ElidedLabel("", "strong")
        self._title.setObjectName("step-title")
        self.line = StepLine()
        self.speed = QComboBox()
        self.speed.setObjectName("speed")
        self.speed.setAccessibleName("Speed of play")
        self.speed.setToolTip("Speed of play")
        self.speed.setProperty("role", "quiet")
        for speed in SPEEDS:
            self.speed.addItem(f"{speed:g}×", speed)
        self.speed.setCurrentIndex(SPEEDS.index(1.0))
        self._widest = 0  # pixels that the longest title takes
        self._row = QHBoxLayout(self)
        self._row.setSizeConstraint(QHBoxLayout.SizeConstraint.SetNoConstraint)
        for widget in (self.home, self.back, self.play, self.forward, self.end, self._count, self._title):
            self._row.addWidget(widget)
        self._row.addWidget(self.line, 1)
        self._row.addWidget(self.speed)
        self.home.clicked.connect(lambda: self._ask(0))
        self.back.clicked.connect(lambda: self._ask(self._current - 1))
        self.forward.clicked.connect(lambda: self._ask(self._current + 1))
        self.end.clicked.connect(lambda: self._ask(len(self._titles) - 1))
        self.play.clicked.connect(self._on_play)
        self.line.chosen.connect(self.step_requested)
        self.line.dragged.connect(self.scrubbed)
        self.speed.activated.connect(lambda index: self.speed_changed.emit(SPEEDS[index]))
        theme.changed.connect(self._space)
        self._space()
        self.set_steps((), 0)

    @property
    def playing(self) -> bool:
        """Whether the button says that it plays."""
        return self.play.isChecked()

    def set_steps(self, titles: Sequence[str], current: int, first: int = 1) -> None:
        """Show where one is.

        Parameters
        ----------
        titles
            Titles of all steps.
        current
            Position of the current one, from 0.
        first
            Number that the first step bears on the screen: 0 where it is the picture, before the first operation.
        """
        titles = tuple(titles)
        same = (self._titles, self._first) == (titles, first)
        if titles and same and current == self._current == self.line.value():
            return
        self._titles, self._current, self._first = titles, current, first
        any_steps = bool(titles)
        last = len(self._titles) - 1
        self.home.setEnabled(current > 0)
        self.back.setEnabled(current > 0)
        self.forward.setEnabled(current < last)
        self.end.setEnabled(current < last)
        self.play.setEnabled(last > 0)
        self.line.setEnabled(last > 0)
        self._count.set_text(f"Step {first + current} of {first + last} —" if any_steps else "No steps yet")
        self._title.setText(self._titles[current] if any_steps else "")
        if not same:
            self._hold_widths()
        self.line.set_titles(self._titles, current)

    def set_playing(self, playing: bool) -> None:
        """Show whether it plays, without a signal."""
        self.play.setChecked(playing)
        self._dress_play()

    def set_speed(self, speed: float) -> None:
        """Show the speed that is nearest, without a signal."""
        self.speed.setCurrentIndex(min(range(len(SPEEDS)), key=lambda i: abs(SPEEDS[i] - speed)))

    def _button(self, icon: str, name: str, key: str) -> QToolButton:
        button = QToolButton()
        button.setObjectName(icon)
        button.setAccessibleName(name)
        button.setToolTip(f"{name} ({key})")
        button.setProperty("role", "button")
        theme.set_icon(button, icon)
        return button

    def _ask(self, position: int) -> None:
        if 0 <= position < len(self._titles):
            self.step_requested.emit(position)

    def _on_play(self, playing: bool) -> None:
        self._dress_play()
        self.play_toggled.emit(playing)

    def _dress_play(self) -> None:
        name = "Pause" if self.playing else "Play"
        self.play.setText(name)
        self.play.setAccessibleName(name)
        self.play.setToolTip(f"{name} (Space)")
        theme.set_icon(self.play, name.lower())

    def _space(self) -> None:
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(theme.px(8))
        # as wide as the longer of its two words, so that nothing moves when it plays
        width = self.play.fontMetrics().horizontalAdvance("Pause") + theme.px(16 + 8 + 4 + 8)
        self.play.setFixedWidth(width)
        self.speed.setFixedWidth(self.speed.fontMetrics().horizontalAdvance("1.5×") + theme.px(6 + 48))
        self._hold_widths()

    def _hold_widths(self) -> None:
        """Room for the longest title and number, so that the line stays where it is while one walks or drags."""
        advance = self._title.fontMetrics().horizontalAdvance
        widest = max((advance(title) for title in self._titles), default=0) + theme.px(2)
        self._widest = min(widest, theme.px(220))
        last = self._first + len(self._titles) - 1
        numbers = f"Step {last} of {last} —" if self._titles else self._count.text()
        self._count.setFixedWidth(self._count.fontMetrics().horizontalAdvance(numbers) + theme.px(2))
        self._fit()

    def _fit(self) -> None:
        """Where it is narrow, the speed goes first, then the outer buttons and the number; the title is cut at last."""
        gap = self._row.spacing()
        room = self.width() - theme.px(60) - 2 * gap  # the line's least width
        widths: dict[QWidget, int] = {
            part: part.sizeHint().width() + gap for part in (self.home, self.back, self.forward, self.end)
        }
        widths |= {part: part.maximumWidth() + gap for part in (self.play, self._count, self.speed)}
        used = sum(widths.values())
        wanted = min(self._widest, theme.px(72))
        gone: set[QWidget] = set()
        leaving: tuple[QWidget, ...] = (self.speed, self.home, self.end, self._count)
        for part in leaving:
            if room - used < wanted:
                gone.add(part)
                used -= widths[part]
        title = max(0, min(self._widest, room - used))
        self._title.setFixedWidth(title)
        self._title.setVisible(title >= min(self._widest, theme.px(36)))
        for part in leaving:
            part.setVisible(part not in gone)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(200), super().minimumSizeHint().height())


class StepLine(QSlider):
    """A thin line with a mark for each step: click or drag to go there. The keys of a slider work as well."""

    chosen = Signal(int)  # position, when the mouse is released or a key was pressed
    dragged = Signal(int)  # position, while the mouse is down

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setObjectName("step-line")
        self.setAccessibleName("Position in the network")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self._titles: tuple[str, ...] = ()
        self._down = False
        self.actionTriggered.connect(self._on_action)

    def set_titles(self, titles: tuple[str, ...], current: int) -> None:
        """Show all steps and the current one, without a signal."""
        self._titles = titles
        self.setRange(0, max(0, len(titles) - 1))
        self.setPageStep(max(1, len(titles) // 10))
        if not self._down:
            self.setValue(current)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.px(160), theme.px(24))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(60), theme.px(24))

    def _ends(self) -> tuple[float, float]:
        margin = theme.px(8)
        return float(margin), float(max(margin + 1, self.width() - margin))

    def _x(self, position: float) -> float:
        left, right = self._ends()
        return left + (right - left) * position / max(1, self.maximum())

    def _position(self, x: float) -> int:
        left, right = self._ends()
        return min(max(round((x - left) / (right - left) * self.maximum()), 0), self.maximum())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left, right = self._ends()
        middle, thick = self.height() / 2, theme.px(4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("hover"))
        painter.drawRoundedRect(QRectF(left, middle - thick / 2, right - left, thick), thick / 2, thick / 2)
        on = self._x(self.value())
        painter.setBrush(theme.color("accent" if self.isEnabled() else "faint"))
        painter.drawRoundedRect(QRectF(left, middle - thick / 2, on - left, thick), thick / 2, thick / 2)
        steps = self.maximum()
        if steps and (right - left) / steps >= theme.px(7):  # marks that would touch each other are left out
            for step in range(steps + 1):
                painter.setBrush(theme.color("accent" if step <= self.value() else "border"))
                painter.drawEllipse(QPointF(self._x(step), middle), theme.px(3), theme.px(3))
        if self.isEnabled():
            painter.setBrush(theme.color("accent"))
            radius = theme.px(6)
            if self.hasFocus():
                painter.setPen(theme.color("text"))
            painter.drawEllipse(QPointF(on, middle), radius, radius)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._down = True
            self._drag(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        if self._titles:
            title = self._titles[self._position(x)]
            QToolTip.showText(event.globalPosition().toPoint(), title, self)
        if self._down:
            self._drag(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._down and event.button() == Qt.MouseButton.LeftButton:
            self._down = False
            self.chosen.emit(self.value())

    def _drag(self, event: QMouseEvent) -> None:
        position = self._position(event.position().x())
        if position != self.value():
            self.setValue(position)
            self.dragged.emit(position)

    def _on_action(self) -> None:
        if self.sliderPosition() != self.value():
            self.chosen.emit(self.sliderPosition())
