"""The side panel of “Learn”: the list of lessons, or one step of a lesson with its words, its task and its question."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from cnnviz.gui.elided import ElidedLabel
from cnnviz.gui.learning.contents import Contents
from cnnviz.gui.learning.progress import Progress
from cnnviz.gui.learning.prose import Prose
from cnnviz.gui.learning.questions import QuestionCard
from cnnviz.gui.learning.steps_bar import StepsBar
from cnnviz.gui.naming import named
from cnnviz.gui.theme import theme
from cnnviz.lessons.base import Do, Lesson, Step
from cnnviz.lessons.words import Said, plain

LARGE = 1.5
"""How much larger the letters are in projector mode."""


class TaskCard(QFrame):
    """What the person is to do; it is ticked once that has come true.

    Attributes
    ----------
    wanted
        “Show me” was pressed.
    """

    wanted = Signal()

    def __init__(self, do: Do, said: Said, factor: float) -> None:
        super().__init__()
        self.setObjectName("task")
        self.setAccessibleName("Task")
        self.setProperty("role", "well")
        head = QLabel("Try it")
        head.setProperty("role", "section")
        self.words = Prose("task-words", 15)
        self.words.set_words(do.words, said)
        self.set_factor = self.words.set_factor
        self.set_factor(factor)
        self.tick = QLabel()
        self.button = named(QPushButton("Show me"), "task-show-me")
        self.button.setToolTip("Let CNNViz do it (S)")
        self.button.clicked.connect(self.wanted)
        self.button.setAutoDefault(True)
        foot = QHBoxLayout()
        foot.addWidget(head, 1)
        foot.addWidget(self.tick)
        foot.addWidget(self.button)
        self._head = head
        self.tick.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(*(theme.px(n) for n in (14, 10, 12, 14)))
        column.setSpacing(theme.px(6))
        column.addLayout(foot)
        column.addWidget(self.words)

    def set_done(self, before: bool = False) -> None:
        """Tick it; what was done another day can be shown once more."""
        self._head.setText("Done")
        self.tick.setPixmap(theme.pixmap("check", "ok", theme.px(16), self.devicePixelRatioF()))
        self.tick.show()
        self.button.setText("Show again")
        self.button.setVisible(before)


class LearnPanel(QFrame):
    """All of the panel; it says what the person did, and shows what it is told to.

    Signals
    -------
    left()
        The workspace is to be closed.
    turned(int)
        One step on (+1) or back (−1).
    step_picked(int), lesson_picked(Lesson)
        Another step, another lesson.
    list_wanted(), open_wanted(), handout_wanted()
        The list of lessons, a lesson of one's own, a handout of this one.
    enlarged(bool)
        Projector mode on or off.
    show_me(), answered()
        The task is to be done by the program; the question was answered.
    """

    left = Signal()
    turned = Signal(int)
    step_picked = Signal(int)
    lesson_picked = Signal(object)
    list_wanted = Signal()
    open_wanted = Signal()
    handout_wanted = Signal()
    enlarged = Signal(bool)
    show_me = Signal()
    answered = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("learn-panel")
        self.setAccessibleName("Learn")
        self.setProperty("role", "panel")
        self.factor = 1.0
        self.task: TaskCard | None = None
        self.question: QuestionCard | None = None
        self._make_head()
        self.steps = StepsBar()
        self.steps.picked.connect(self.step_picked)
        self.contents = Contents()
        self.contents.picked.connect(self.lesson_picked)
        self.contents.open_requested.connect(self.open_wanted)
        self._make_reader()
        self._pages = QStackedWidget()
        for page in (_scrolled(self.contents, "lessons-scroll"), self._scroll):
            self._pages.addWidget(page)
        self._make_foot()
        self._column = QVBoxLayout(self)
        self._column.setSpacing(0)
        self._column.setContentsMargins(0, 0, 0, 0)
        for part in (self._head, self._bar, self._pages, self._foot):
            self._column.addWidget(part, 1 if part is self._pages else 0)
        theme.changed.connect(self._space)
        self._space()

    def _make_head(self) -> None:
        self._head = QWidget()
        self.list_button = self._tool("lesson-list", "All lessons", "gallery")
        self.list_button.clicked.connect(self.list_wanted)
        self.where = named(ElidedLabel(role="small"), "lesson-where")
        self.projector = self._tool("lesson-projector", "Projector mode: large type", "zoom")
        self.projector.setCheckable(True)
        self.projector.toggled.connect(self.enlarged)
        self.handout = self._tool("lesson-handout", "Save a handout of this lesson…", "export")
        self.handout.clicked.connect(self.handout_wanted)
        close = self._tool("lesson-close", "Leave the lesson (Ctrl+L)", "close")
        close.clicked.connect(self.left)
        row = self._head_row = QHBoxLayout(self._head)
        row.addWidget(self.list_button)
        row.addWidget(self.where, 1)
        for part in (self.projector, self.handout, close):
            row.addWidget(part)

    def _tool(self, name: str, tip: str, icon: str) -> QToolButton:
        button = named(QToolButton(), name, tip)
        button.setToolTip(tip)
        theme.set_icon(button, icon, "dim")
        return button

    def _make_reader(self) -> None:
        self.title = Prose("step-title", 22)
        self.words = Prose("step-words")
        self._reader = QWidget()
        self._reader.setObjectName("lesson-reader")
        self._page = QVBoxLayout(self._reader)
        self._page.addWidget(self.title)
        self._page.addWidget(self.words)
        self._page.addStretch(1)
        self._scroll = _scrolled(self._reader, "lesson-scroll")

    def _make_foot(self) -> None:
        self._foot = QWidget()
        self._bar = QWidget()
        self._bar_row = QHBoxLayout(self._bar)
        self._bar_row.addWidget(self.steps)
        self.back = named(QPushButton("Back"), "lesson-back-button")
        self.back.setToolTip("The step before (P, or Page up)")
        self.back.clicked.connect(lambda: self.turned.emit(-1))
        self.next = named(QPushButton("Next"), "lesson-next-button")
        self.next.setToolTip("The next step (N, or Page down)")
        self.next.setProperty("role", "accent")
        self.next.clicked.connect(lambda: self.turned.emit(+1))
        for button in (self.back, self.next):
            button.setAutoDefault(True)  # Enter presses them on every platform
        self.count = QLabel()
        self.count.setProperty("role", "small")
        self.count.setAlignment(Qt.AlignmentFlag.AlignCenter)
        row = self._foot_row = QHBoxLayout(self._foot)
        row.addWidget(self.back)
        row.addWidget(self.count, 1)
        row.addWidget(self.next)

    # what is shown

    def show_contents(self, ours: list[tuple[Lesson, float]], own: list[tuple[Lesson, float]]) -> None:
        """The list of lessons."""
        self.contents.fill(ours, own, self.factor)
        self._pages.setCurrentIndex(0)
        self.where.setText("Lessons")
        self.contents.take_keys()
        for part in (self._bar, self._foot, self.handout, self.list_button):
            part.hide()

    def show_step(self, lesson: Lesson, place: int, kept: Progress, said: Said) -> None:
        """One step, from its beginning; what was done and answered before is ticked."""
        step = lesson.steps[place]
        for part in (self._bar, self._foot, self.handout, self.list_button):
            part.show()
        number = f"Lesson {lesson.number} · " if lesson.number else ""
        self.where.setText(f"{number}{lesson.title}")
        self.steps.set_steps(tuple(plain(one.title, said) for one in lesson.steps), place, kept.read)
        self.count.setText(f"{place + 1} of {len(lesson.steps)}")
        last = place == len(lesson.steps) - 1
        self.back.setEnabled(place > 0)
        self.next.setText("All lessons" if last else "Next")
        self.title.set_words(f"**{step.title}**", said)
        self.words.set_words(step.text, said)
        self._exchange_cards(step, said)
        if self.task is not None and place in kept.done:
            self.task.set_done(before=True)
        if self.question is not None and place in kept.answered:
            self.question.set_answered()
        self._pages.setCurrentIndex(1)
        self._scroll.verticalScrollBar().setValue(0)

    def show_numbers(self) -> None:
        """Numbers that the words name have changed."""
        self.words.show_again()
        if self.task is not None:
            self.task.words.show_again()
        if self.question is not None:
            self.question.show_numbers()

    def set_done(self) -> None:
        """The task is done."""
        if self.task is not None:
            self.task.set_done()

    def set_factor(self, factor: float) -> None:
        """Larger or smaller letters than usual; the list is to be shown again."""
        self.factor = factor
        for part in (self.title, self.words, self.task, self.question):
            if part is not None:
                part.set_factor(factor)
        self._space()

    def _exchange_cards(self, step: Step, said: Said) -> None:
        for card in (self.task, self.question):
            if card is not None:
                card.hide()
                card.deleteLater()
        self.task = self.question = None
        if step.do is not None:
            self.task = TaskCard(step.do, said, self.factor)
            self.task.wanted.connect(self.show_me)
            self._page.insertWidget(self._page.count() - 1, self.task)
        if step.ask is not None:
            self.question = QuestionCard(step.ask, said, self.factor)
            self.question.answered.connect(self.answered)
            self.question.answered.connect(self.next.setFocus)  # what comes now
            self._page.insertWidget(self._page.count() - 1, self.question)

    def _space(self) -> None:
        side = theme.px(24)
        self._head_row.setContentsMargins(theme.px(14), theme.px(8), theme.px(10), theme.px(4))
        self._head_row.setSpacing(theme.px(2))
        self._bar_row.setContentsMargins(side, 0, side, theme.px(2))
        self._foot_row.setContentsMargins(side, theme.px(10), side, theme.px(12))
        self._page.setContentsMargins(side, theme.px(8), side, theme.px(4))
        self._page.setSpacing(theme.px(16))


def _scrolled(content: QWidget, name: str) -> QScrollArea:
    scroll = QScrollArea()
    scroll.setObjectName(name)
    scroll.setFrameShape(QFrame.Shape.NoFrame)
    scroll.setWidgetResizable(True)
    scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    scroll.setWidget(content)
    return scroll
