"""Class scores as horizontal bars: a list of rows that are painted, however many classes there are."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import (
    QModelIndex,
)
from PySide6.QtWidgets import (
    QVBoxLayout,
    QWidget,
)

from cnnviz.figure import Bars, number
from cnnviz.gui import numbers
from cnnviz.gui.figures.bar_list import BarHeads, BarList, Row
from cnnviz.gui.figures.panel import PanelWidget
from cnnviz.gui.theme import theme
from cnnviz.softmax import class_name

LENGTH = "probability"
"""The column that the bars of classes show."""


class BarsWidget(PanelWidget[Bars]):
    """The bars of a figure, with headings over the columns of text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("bars", parent)
        self.list = BarList("bars-list", self)
        self.heads = BarHeads(self.list, self)
        self._panel: Bars | None = None
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(self.heads)
        column.addWidget(self.list, 1)
        self.body.addLayout(column)
        self.list.entered.connect(self._on_entered)
        self.list.viewportEntered.connect(self._on_left)
        self.list.left.connect(self._on_left)

    def set_panel(self, panel: Bars) -> None:
        if panel is self._panel:
            return
        self._panel = panel
        self.set_title(panel.title)
        high = panel.high or 1.0
        self.list.set_rows(
            tuple(
                Row(index, label, value / high, texts, partial(self._tip, panel, rank, label, index, texts, value))
                for rank, (index, label, value, texts) in enumerate(
                    zip(panel.indices, panel.labels, map(float, panel.values), panel.texts, strict=True), 1
                )
            ),
            panel.heads,
        )
        self.heads.set_heads(panel.heads)
        self.list.setAccessibleName(panel.title or "Class scores")
        shown = len(panel.labels)
        whole = f"{numbers.count(shown)} of {numbers.count(panel.total)} shown"
        self.set_remark(whole if shown < panel.total else "")
        self._on_left()

    def wanted_width(self, height: int) -> int | None:
        return self.list.wanted_width()

    def least_width(self) -> int:
        return max(super().least_width(), self.list.wanted_width() - theme.px(80))

    @staticmethod
    def _tip(panel: Bars, rank: int, label: str, index: int, texts: tuple[str, ...], value: float) -> str:
        heads = panel.heads or ("",) * len(texts)
        columns = [f"{head} {text}".strip() for head, text in zip(heads, texts, strict=False)]
        if panel.noun != "class":
            return "\n".join([label, *columns])
        ranked = f"rank {rank} of {numbers.count(panel.total)}"
        named = label if label == class_name((), index) else f"{label} ({class_name((), index)})"
        if LENGTH in heads:
            columns[heads.index(LENGTH)] += f", exactly {number(value, 5)}"
        return "\n".join([named, ranked, *columns])

    def _on_entered(self, index: QModelIndex) -> None:
        row = self.list.rows[index.row()]
        self.readout.set_text(row.tip.replace("\n", "  ·  "))
        if self._panel is not None:
            self.hovered.emit(row.index, 0, 0, float(self._panel.values[index.row()]))

    def _on_left(self) -> None:
        if self._panel is not None:
            total, noun = self._panel.total, self._panel.noun
            words = "classes, best first" if noun == "class" else noun if total == 1 else f"{noun}s"
            self.readout.set_text(f"{numbers.count(total)} {words}")
        self.left.emit()
