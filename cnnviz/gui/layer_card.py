"""The facts of the current layer: operation, shapes, how the output's size comes about, costs, the histogram."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QWidget

from cnnviz.gui.elided import ElidedLabel
from cnnviz.gui.facts import Fact, Facts
from cnnviz.gui.figures.histogram import HistogramPlot
from cnnviz.gui.figures.panel import Line
from cnnviz.gui.theme import theme
from cnnviz.response import LayerCard

HISTOGRAM_HEIGHT = 78


class LayerCardWidget(QWidget):
    """Shows a ``LayerCard``: rows of facts, the size formula, the histogram on its colour bar."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("layer-card")
        self.setAccessibleName("Layer")
        self.heading = QLabel("Layer", self)
        self.heading.setProperty("role", "section")
        self.title = ElidedLabel(role="heading", parent=self)
        self.title.setObjectName("layer-card-title")
        self.path = ElidedLabel(role="small", parent=self, mode=Qt.TextElideMode.ElideMiddle)
        self.path.setObjectName("layer-card-path")
        self.path.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        copy = QAction("Copy path", self.path)
        copy.triggered.connect(self._copy_path)
        self.path.addAction(copy)
        self.facts = Facts("layer-card-facts", parent=self)
        self._well = QFrame(self)
        self._well.setProperty("role", "well")
        self.formula = Facts("layer-card-formula", "mono", self._well)
        self.histogram = HistogramPlot(parent=self)
        self.readout = Line("layer-card-readout", "dim", "tiny", self)
        self._card: LayerCard | None = None
        self._tallest = 0  # of all cards since the size of the interface changed: what stands below stays there
        for part in (self.path, self._well, self.histogram, self.readout):
            part.hide()  # until there is something to say
        self.histogram.pointed.connect(self._on_pointed)
        theme.changed.connect(self._on_theme)

    def set_card(self, card: LayerCard) -> None:
        """Show the facts of a layer."""
        if card is self._card:
            return
        self._card = card
        self.title.setText(card.title)
        path = card.path if card.op in ("", card.path) else f"{card.path}  ·  {card.op}" if card.path else card.op
        self.path.setText(path)
        self.facts.set_facts(tuple(Fact(*row) for row in card.rows))
        self.formula.set_facts(tuple(Fact("", line) for line in card.formula))
        self.histogram.set_histogram(card.histogram)
        _show(self.path, bool(path))
        _show(self._well, bool(card.formula))
        for part in (self.histogram, self.readout):
            _show(part, card.histogram is not None)
        self._place()
        self._on_pointed(None)

    def set_stale(self, stale: bool) -> None:
        """Mark the facts as those of an older request, or as the current ones."""
        self.title.set_role("stale" if stale else "heading")

    def rows(self) -> dict[str, str]:
        """Label to value of what is shown."""
        return {fact.name: fact.text for fact in self.facts.facts()}

    def _copy_path(self) -> None:
        if self._card is not None:
            QGuiApplication.clipboard().setText(self._card.path)

    def _on_pointed(self, order: int | None) -> None:
        if self._card is not None and self._card.histogram is not None:
            self.readout.set_text(self.histogram.bar.remark() if order is None else self.histogram.described(order))

    # geometry: placed by hand, for a layout would place everything twice for each layer

    def sizeHint(self) -> QSize:
        return QSize(theme.px(300), self._tallest)

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(240), self._tallest)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place()

    def _place(self) -> None:
        """Put the parts under each other."""
        left, y = theme.px(14), theme.px(12)
        width = max(self.width() - 2 * left, 0)
        for part in (self.heading, self.title, self.path, self.facts, self._well, self.histogram, self.readout):
            if part.isHidden():
                continue
            height = self._height(part, width)
            part.setGeometry(left, y, width, height)
            y += height + theme.px(9 if part is self.facts else 6)
        if y > self._tallest:
            self._tallest = y
            self.updateGeometry()

    def _height(self, part: QWidget, width: int) -> int:
        if part is self.facts:
            return self.facts.height_at(width)
        if part is self._well:
            across, down = theme.px(10), theme.px(7)
            height = self.formula.height_at(width - 2 * across)
            self.formula.setGeometry(across, down, width - 2 * across, height)
            return height + 2 * down
        return theme.px(HISTOGRAM_HEIGHT) if part is self.histogram else part.sizeHint().height()

    def _on_theme(self) -> None:
        self._tallest = 0
        self.updateGeometry()
        self._place()


def _show(part: QWidget, shown: bool) -> None:
    if part.isHidden() == shown:
        part.setVisible(shown)
