"""What comes of a setting: output size, parameters and costs; where it is impossible, the sentence that says why."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QSizePolicy, QWidget

from cnnviz.gui.facts import Fact, Facts
from cnnviz.gui.naming import named
from cnnviz.gui.sandbox.trial import Found, in_torch
from cnnviz.gui.theme import theme

BYTES = 4
"""Of one number: float32."""

SHARES = (0.35, 0.37, 0.28)
"""Of the width, for the three columns."""


class Results(QWidget):
    """Three columns of facts, or a sentence in their place; the height stays."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sandbox-results")
        self.setAccessibleName("Results")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.size_facts = Facts("sandbox-size-facts", parent=self)
        self.parameters = Facts("sandbox-parameters", parent=self)
        self.costs = Facts("sandbox-costs", parent=self)
        heads = ("Output size", "Parameters", "Costs")
        self._columns = []
        for words, facts in zip(heads, (self.size_facts, self.parameters, self.costs), strict=True):
            head = QLabel(words, self)
            head.setProperty("role", "section")
            self._columns.append((head, facts))
        self._frame = QFrame(self)
        self._frame.setProperty("role", "message-info")
        self.sentence = named(QLabel(self._frame), "sandbox-sentence")
        self.sentence.setWordWrap(True)
        self._frame.hide()
        self._height = 0
        theme.changed.connect(self._on_theme)

    def scrolled(self, parent: QWidget) -> QScrollArea:
        """A place for it that may be lower than it: where the window is low, the picture goes first."""
        area = _Place(parent)
        named(area, "sandbox-results-place", "Results")
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        area.setWidget(self)
        return area

    def set_found(self, found: Found) -> None:
        """Show what came of a trial."""
        self._frame.hide()
        result, trial = found.outcome, found.trial
        rows, columns = result.unread
        size = " × ".join(map(str, result.size))
        unread = [f"{n} {word if n > 1 else word[:-1]}" for n, word in ((rows, "rows"), (columns, "columns")) if n]
        self.size_facts.set_facts(
            (
                Fact("output", size, "Rows × columns"),
                Fact("rows", result.formulas[0], FORMULA),
                Fact("columns", result.formulas[1], FORMULA),
                Fact("never read", f"{' and '.join(unread)} at the end" if unread else "none", UNREAD),
            )
        )
        own, dense = result.parameters[0], result.dense_parameters[0]
        facts = [Fact("this convolution", result.parameters[1], OWN)] if trial.convolves else []
        facts.append(Fact("a pooling of this size" if trial.convolves else "this pooling", "0", POOLED))
        facts.append(Fact("fully connected", result.dense_parameters[1], DENSE))
        if own:
            facts.append(Fact("fully connected has", _compared(dense, own), DENSE))
        self.parameters.set_facts(tuple(facts))
        self.costs.set_facts(self._costs(found))
        self._show_facts(True)

    def _costs(self, found: Found) -> tuple[Fact, ...]:
        s, trial = found.trial.setting, found.trial
        inputs, outputs = s.channels if trial.convolves else (s.channels[0],) * 2
        (height, width), (rows, columns) = trial.size, found.outcome.size
        cells_in, cells_out = inputs * height * width, outputs * rows * columns
        window = s.kernel**2 * (inputs if trial.convolves else 1)
        steps = ("multiply-adds", "multiply-adds") if trial.convolves else ("cells read", "comparisons or additions")
        memory = (cells_in + cells_out + found.outcome.parameters[0]) * BYTES
        parts = f"{size_of(cells_in * BYTES)} in, {size_of(cells_out * BYTES)} out, and the parameters"
        return (
            Fact(steps[0], f"{window * cells_out:,}", f"{window:,} for each of {cells_out:,} outputs: {steps[1]}"),
            Fact("fully connected", f"{cells_in * cells_out:,}", "Multiply-adds of a fully connected layer"),
            Fact("memory", size_of(memory), f"As float32: {parts}"),
            Fact("PyTorch", in_torch(trial), "As PyTorch writes it; the right mouse button copies"),
        )

    def set_problem(self, sentence: str) -> None:
        """Say why there is no result."""
        self.sentence.setText(sentence)
        self.sentence.setAccessibleName(sentence)
        self._show_facts(False)
        self._frame.show()
        self._place()

    def _show_facts(self, shown: bool) -> None:
        for head, facts in self._columns:
            head.setVisible(shown)
            facts.setVisible(shown)
        self._place()

    # geometry

    def sizeHint(self) -> QSize:
        return QSize(theme.px(700), max(self._height, theme.px(96)))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(300), self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._height = 0
        self._place()

    def _on_theme(self) -> None:
        self._height = 0
        self._place()
        self.updateGeometry()

    def _place(self) -> None:
        """Columns beside each other, under each other where it is narrow.

        Never lower again while the width stays, so that nothing above moves.
        """
        gap, below = theme.px(28), theme.px(4)
        beside = self.width() >= theme.px(640)
        room, left, top, lowest = self.width() - 2 * gap, 0, 0, 0
        for (head, facts), share in zip(self._columns, SHARES, strict=True):
            width = int(room * share) if beside else self.width() - theme.px(12)
            line = head.sizeHint().height()
            head.setGeometry(left, top, width, line)
            height = facts.height_at(width)
            facts.setGeometry(left, top + line + below, width, height)
            lowest = max(lowest, top + line + below + height)
            left, top = (left + width + gap, 0) if beside else (0, lowest + theme.px(10))
        if lowest > self._height:
            self._height = lowest
            self.updateGeometry()
        pad = theme.px(12)
        width = min(self.width(), theme.px(720))
        high = self.sentence.heightForWidth(width - 2 * pad)
        self._frame.setGeometry(0, 0, width, high + 2 * pad)
        self.sentence.setGeometry(pad, pad, width - 2 * pad, high)


class _Place(QScrollArea):
    def sizeHint(self) -> QSize:
        content = self.widget()
        return content.sizeHint() if content is not None else QSize()

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(240), theme.px(64))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().event(event)


FORMULA = "⌊(size − kernel + 2·padding)/stride⌋ + 1; with dilation the kernel counts as dilation·(kernel − 1) + 1 cells"
UNREAD = "The next step of the window would go beyond the end of the padded picture"
OWN = "(kernel·kernel·channels in)·channels out, and one bias for each channel out"
POOLED = "A pooling learns nothing"
DENSE = "Each output connected with each input, and one bias for each output"


def _compared(dense: int, own: int) -> str:
    if dense > own:
        ratio = dense / own
        return f"{ratio:,.0f} times as many" if ratio >= 10 else f"{ratio:.1f} times as many"
    return "no more"


def size_of(count: float) -> str:
    """A number of bytes as people read it."""
    for unit in ("B", "KB", "MB", "GB"):
        if count < 1000 or unit == "GB":
            return f"{count:,.0f} {unit}" if unit == "B" else f"{count:,.1f} {unit}"
        count /= 1000
    return ""
