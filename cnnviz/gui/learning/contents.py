"""The list of lessons: what each is about, how long it takes, and how far one has come."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QFont, QFontMetricsF, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from cnnviz.gui.naming import named
from cnnviz.gui.theme import theme
from cnnviz.lessons.base import Lesson


class LessonRow(QAbstractButton):
    """One lesson: a ring with its number that fills as one reads, its title, and what it is about.

    A file that is no lesson has no steps: its name stands there, and what is wrong with it.
    """

    def __init__(self, lesson: Lesson, share: float, factor: float) -> None:
        super().__init__()
        self.lesson, self.share, self._factor = lesson, share, factor
        self.setObjectName(f"lesson-{lesson.key}")
        state = "done" if share >= 1 else f"{100 * share:.0f} % read" if share else "not begun"
        about = f"{lesson.minutes} minutes, {state}" if lesson.steps else lesson.summary
        self.setAccessibleName(f"Lesson {lesson.number}: {lesson.title}, {about}")
        self.setToolTip(lesson.summary)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def _font(self, role: str) -> QFont:
        font = theme.font(role)
        font.setPixelSize(round(font.pixelSize() * self._factor))
        return font

    @property
    def _left(self) -> int:
        return theme.px(56)

    def _summary(self, width: int) -> QRectF:
        metrics = QFontMetricsF(self._font("small"))
        room = QRectF(0, 0, max(width - self._left - theme.px(12), 40), 1000)
        return metrics.boundingRect(room, Qt.TextFlag.TextWordWrap.value, self.lesson.summary)

    @property
    def _line(self) -> float:
        return QFontMetricsF(self._font("heading")).height()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return round(theme.px(22) + self._line + theme.px(3) + self._summary(width).height())

    def sizeHint(self) -> QSize:
        return QSize(theme.px(300), self.heightForWidth(max(self.width(), theme.px(300))))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.underMouse() or self.hasFocus():
            painter.setPen(QPen(theme.color("focus"), 1) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("hover") if self.underMouse() else Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), theme.px(8), theme.px(8))
        self._paint_ring(painter)
        left, top, line = self._left, theme.px(11), self._line
        minutes = f"{self.lesson.minutes} min" if self.lesson.steps else ""
        painter.setFont(self._font("small"))
        painter.setPen(theme.color("dim"))
        aside = QFontMetricsF(painter.font()).horizontalAdvance(minutes) + theme.px(12)
        right = QRectF(self.width() - aside - 2, top, aside - theme.px(8), line)
        painter.drawText(right, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, minutes)
        room = QRectF(left, top + line + theme.px(3), self.width() - left - theme.px(12), self.height())
        painter.drawText(room, Qt.TextFlag.TextWordWrap.value, self.lesson.summary)
        painter.setFont(self._font("heading"))
        painter.setPen(theme.color("text"))
        width = self.width() - left - aside - theme.px(8)
        title = QFontMetricsF(painter.font()).elidedText(self.lesson.title, Qt.TextElideMode.ElideRight, width)
        painter.drawText(QRectF(left, top, width + 4, line), Qt.AlignmentFlag.AlignVCenter, title)

    def _paint_ring(self, painter: QPainter) -> None:
        size = theme.px(30)
        box = QRectF(theme.px(13), theme.px(11), size, size)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.color("line"), theme.px(2.5)))
        painter.drawEllipse(box)
        done = self.share >= 1
        if self.share > 0:
            pen = QPen(theme.color("ok" if done else "accent"), theme.px(2.5))
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            painter.drawArc(box, 90 * 16, -round(360 * 16 * min(self.share, 1)))
        if done:
            icon = theme.px(16)
            spot = box.center().toPoint()
            painter.drawPixmap(
                spot.x() - icon // 2 + 1,
                spot.y() - icon // 2 + 1,
                theme.pixmap("check", "ok", icon, self.devicePixelRatioF()),
            )
            return
        number = str(self.lesson.number) if self.lesson.number else "?"
        painter.setFont(theme.font("strong"))
        painter.setPen(theme.color("text" if self.lesson.steps else "error"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, number if self.lesson.steps else "!")


class Contents(QWidget):
    """All lessons.

    Attributes
    ----------
    picked
        A `Lesson` without its steps.
    open_requested
        A lesson of one's own is to be opened.
    """

    picked = Signal(object)
    open_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("lessons")
        self._column = QVBoxLayout(self)
        self.rows: list[LessonRow] = []

    def fill(self, ours: list[tuple[Lesson, float]], own: list[tuple[Lesson, float]], factor: float) -> None:
        """Show the lessons, and which share of each was read."""
        while (item := self._column.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self._column.setContentsMargins(*(theme.px(n) for n in (14, 18, 14, 18)))
        self._column.setSpacing(theme.px(2))
        self.rows = []
        self._head("Learn", "title", factor)
        about = "Read on this side, touch on the other: everything that a lesson shows is live."
        self._head(about, "dim", factor)
        self._add(ours, factor)
        if own:
            self._head("Your lessons", "section", factor)
            self._add(own, factor)
        more = named(QPushButton("Open a lesson…"), "lesson-open")
        more.setToolTip("A lesson is a text file: you can write your own (or drop one on the window)")
        more.clicked.connect(self.open_requested)
        self._column.addSpacing(theme.px(10))
        foot = QWidget()
        line = QHBoxLayout(foot)
        line.setContentsMargins(theme.px(12), 0, 0, 0)
        line.addWidget(more)
        line.addStretch(1)
        self._column.addWidget(foot)
        self._column.addStretch(1)

    def take_keys(self) -> None:
        """The keys go to the lesson that comes next: the first that was not read to its end."""
        row = next((row for row in self.rows if row.share < 1), None) or next(iter(self.rows), None)
        if row is not None:
            row.setFocus()

    def _head(self, text: str, role: str, factor: float) -> None:
        label = QLabel(text)
        label.setProperty("role", role)
        label.setWordWrap(True)
        label.setContentsMargins(theme.px(12), 0, theme.px(12), theme.px(8))
        if factor != 1.0:
            font = theme.font("title" if role == "title" else "body")
            label.setStyleSheet(f"font-size: {round(font.pixelSize() * factor)}px")
        self._column.addWidget(label)

    def _add(self, lessons: list[tuple[Lesson, float]], factor: float) -> None:
        for lesson, share in lessons:
            row = LessonRow(lesson, share, factor)
            row.clicked.connect(lambda _=False, lesson=lesson: self.picked.emit(lesson))
            self.rows.append(row)
            self._column.addWidget(row)
