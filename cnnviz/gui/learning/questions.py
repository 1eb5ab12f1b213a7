"""What a step asks: one of several answers, the wrong ones with their reasons; or a number, guessed and then seen."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QEnterEvent, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from cnnviz.gui.learning.guess import GuessLine
from cnnviz.gui.learning.prose import Prose
from cnnviz.gui.naming import named
from cnnviz.gui.theme import theme
from cnnviz.lessons.base import Choice, Question
from cnnviz.lessons.expressions import ExpressionError, evaluate, said
from cnnviz.lessons.words import Said


class Answer(QAbstractButton):
    """One answer to choose from; once it was chosen it says whether it is right, and why."""

    def __init__(self, place: int, choice: Choice, numbers: Said) -> None:
        super().__init__()
        self.choice = choice
        self._numbers = numbers
        self.setObjectName(f"answer-{place}")
        self.setAccessibleName(choice.text)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._letter = QLabel("ABCDEFGH"[place % 8])
        self._letter.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter)
        self.words = Prose(f"answer-{place}-words", 14)
        self.why = Prose(f"answer-{place}-why", 13.5)
        self.why.hide()
        for part in (self.words, self.why):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            part.viewport().setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            part.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.words.set_words(choice.text, numbers)
        column = QVBoxLayout()
        column.setSpacing(theme.px(6))
        column.addWidget(self.words)
        column.addWidget(self.why)
        row = QHBoxLayout(self)
        row.setContentsMargins(*(theme.px(n) for n in (8, 9, 12, 9)))
        row.setSpacing(theme.px(8))
        row.addWidget(self._letter, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(column, 1)
        self.chosen = False

    def set_factor(self, factor: float) -> None:
        """Make the letters larger than usual."""
        for part in (self.words, self.why):
            part.set_factor(factor)
        self._letter.setFixedWidth(theme.px(18 * factor))
        font = theme.font("strong")
        font.setPixelSize(theme.px(14 * factor))
        self._letter.setFont(font)

    def judge(self, why: str) -> None:
        """Show whether it is right, and why."""
        self.chosen = True
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.unsetCursor()
        sign, color = ("check", "ok") if self.choice.right else ("cross", "error")
        self._letter.setPixmap(theme.pixmap(sign, color, theme.px(16), self.devicePixelRatioF()))
        verdict = "**Right.** " if self.choice.right else "**Not quite.** "
        self.why.set_words(verdict + why, self._numbers)
        self.why.show()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        color = theme.color("line")
        ground = theme.color("sunken")
        if self.chosen:
            color = theme.color("ok" if self.choice.right else "error")
        elif self.hasFocus():
            color = theme.color("focus")
        elif self.underMouse() and self.isEnabled():
            ground, color = theme.color("hover"), theme.color("border")
        painter.setPen(QPen(color, theme.px(1.4) if self.chosen or self.hasFocus() else 1))
        painter.setBrush(ground)
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), theme.px(8), theme.px(8))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self.update()


class QuestionCard(QFrame):
    """The question of a step.

    Attributes
    ----------
    answered
        Whether the right answer was found (a number: whether the truth was seen).
    """

    answered = Signal()

    def __init__(self, question: Question, numbers: Said, factor: float) -> None:
        super().__init__()
        self.setObjectName("question")
        self.setAccessibleName("Question")
        self.question = question
        self._numbers = numbers
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px(8))
        head = QLabel("Question" if question.choices else "Predict, then see")
        head.setProperty("role", "section")
        self.tick = named(QLabel(), "question-tick", "Answered")
        self.tick.setToolTip("Answered")
        self.tick.hide()
        top = QHBoxLayout()
        top.addWidget(head, 1)
        top.addWidget(self.tick)
        self.words = Prose("question-words", 15)
        self.words.set_words(question.text, numbers)
        self._column.addLayout(top)
        self._column.addWidget(self.words)
        self.verdict = Prose("question-verdict", 14)
        self.verdict.hide()
        self.line: GuessLine | None = None
        self.answers: list[Answer] = []
        self._make_choices() if question.choices else self._make_guess()
        self._column.addWidget(self.verdict)
        self.set_factor(factor)

    def set_factor(self, factor: float) -> None:
        """Make the letters larger than usual; guesses and answers stay."""
        parts: list[Prose | Answer | GuessLine] = [self.words, self.verdict, *self.answers]
        for part in parts if self.line is None else [*parts, self.line]:
            part.set_factor(factor)

    def show_numbers(self) -> None:
        """Numbers of the step are known now, or have changed."""
        self.words.show_again()

    def set_answered(self) -> None:
        """Tick it: it was answered before, and can be answered again."""
        self.tick.setPixmap(theme.pixmap("check", "ok", theme.px(16), self.devicePixelRatioF()))
        self.tick.show()

    # a choice

    def _make_choices(self) -> None:
        for place, choice in enumerate(self.question.choices):
            answer = Answer(place, choice, self._numbers)
            answer.clicked.connect(lambda _=False, answer=answer: self._choose(answer))
            self.answers.append(answer)
            self._column.addWidget(answer)

    def _choose(self, answer: Answer) -> None:
        """Wrong answers say why, and one can go on trying; the right one ends it."""
        if answer.chosen:
            return
        right = answer.choice.right
        why = " ".join(text for text in (answer.choice.why, self.question.why if right else "") if text)
        answer.judge(why)
        if right:
            for other in self.answers:
                other.setEnabled(other.chosen)
            self.answered.emit()

    # a number

    def _make_guess(self) -> None:
        ask = self.question
        whole = ask.low == int(ask.low) and ask.high == int(ask.high) and (ask.high - ask.low) >= 2
        whole = whole and "." not in ask.answer.replace("demo.", "").replace("model.", "").replace("record.", "")
        self.line = GuessLine(ask.low, ask.high, whole)
        self.reveal_button = named(QPushButton("See the answer"), "question-reveal")
        self.reveal_button.setProperty("role", "accent")
        self.reveal_button.clicked.connect(self._reveal)
        self.reveal_button.setAutoDefault(True)
        self.line.entered.connect(self._reveal)
        self._unit = QLabel(f"Drag to your guess{f', in {ask.unit}' if ask.unit else ''}")
        self._unit.setProperty("role", "small")
        row = QHBoxLayout()
        row.addWidget(self._unit, 1)
        row.addWidget(self.reveal_button)
        self._column.addWidget(self.line)
        self._column.addLayout(row)

    def _reveal(self) -> None:
        assert self.line is not None
        try:
            truth = float(evaluate(self._numbers_of(), {}))
        except ExpressionError:
            return  # what it depends on is still being computed
        guess = self.line.guess
        self.line.reveal(truth)
        self.reveal_button.hide()
        self._unit.hide()
        self.verdict.set_words(f"{judged(guess, truth, self.question)} {self.question.why}", self._numbers)
        self.verdict.show()
        self.answered.emit()

    def _numbers_of(self) -> str:
        """The answer with all digits, as text."""
        return self._numbers(f"{self.question.answer}:.17g").replace("−", "-")


def judged(guess: float, truth: float, ask: Question) -> str:
    """In words how good a guess is."""
    unit = f" {ask.unit}" if ask.unit else ""
    if abs(guess - truth) <= max(ask.within, 1e-9):
        return f"**Right: {said(truth)}{unit}.**"
    if truth and guess / truth >= 2:
        off = f"{said(round(guess / truth, 1))} times too large"
    elif guess and truth / guess >= 2:
        off = f"{said(round(truth / guess, 1))} times too small"
    else:
        off = f"{said(abs(guess - truth))} too {'large' if guess > truth else 'small'}"
    return f"**It is {said(truth)}{unit}**; your guess of {said(guess)} is {off}."
