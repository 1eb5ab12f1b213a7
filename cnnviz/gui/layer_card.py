"""The facts of the current layer: operation, shapes, how the output's size comes about, costs, the histogram."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QVBoxLayout, QWidget

from cnnviz.gui.elided import ElidedLabel
from cnnviz.gui.figures.histogram import HistogramPlot
from cnnviz.gui.figures.panel import Line
from cnnviz.gui.theme import theme
from cnnviz.response import LayerCard

SELECTABLE = Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
HISTOGRAM_HEIGHT = 78


class LayerCardWidget(QWidget):
    """Shows a ``LayerCard``: rows of facts, the size formula, the histogram on its colour bar."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("layer-card")
        self.setAccessibleName("Layer")
        self.heading = QLabel("Layer", self)
        self.heading.setProperty("role", "section")
        self.title = QLabel(self)
        self.title.setObjectName("layer-card-title")
        self.title.setProperty("role", "heading")
        self.title.setWordWrap(True)
        self.title.setTextInteractionFlags(SELECTABLE)
        self.path = ElidedLabel(role="small", parent=self, mode=Qt.TextElideMode.ElideMiddle)
        self.path.setObjectName("layer-card-path")
        self.path.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        copy = QAction("Copy path", self.path)
        copy.triggered.connect(self._copy_path)
        self.path.addAction(copy)
        self._grid = QGridLayout()
        self._grid.setColumnStretch(1, 1)
        self._rows: list[tuple[QLabel, QLabel]] = []
        self.formula = QLabel(self)
        self.formula.setObjectName("layer-card-formula")
        self.formula.setProperty("role", "mono")
        self.formula.setWordWrap(True)
        self.formula.setTextInteractionFlags(SELECTABLE)
        self._well = QFrame(self)
        self._well.setProperty("role", "well")
        self._inside = QVBoxLayout(self._well)
        self._inside.addWidget(self.formula)
        self.histogram = HistogramPlot(parent=self)
        self.readout = Line("layer-card-readout", "dim", "tiny", self)
        self._column = QVBoxLayout(self)
        self._column.addWidget(self.heading)
        self._column.addWidget(self.title)
        self._column.addWidget(self.path)
        self._column.addLayout(self._grid)
        self._column.addWidget(self._well)
        self._column.addWidget(self.histogram)
        self._column.addWidget(self.readout)
        self._card: LayerCard | None = None
        self.histogram.pointed.connect(self._on_pointed)
        theme.changed.connect(self._space)
        self._space()

    def set_card(self, card: LayerCard) -> None:
        """Show the facts of a layer; labels are kept, only what differs is written."""
        if card is self._card:
            return
        self._card = card
        self.title.setText(card.title)
        path = card.path if card.op in ("", card.path) else f"{card.path}  ·  {card.op}" if card.path else card.op
        self.path.setText(path)
        self.path.setVisible(bool(path))
        while len(self._rows) < len(card.rows):
            self._add_row()
        for order, (name, text) in enumerate(self._rows):
            shown = order < len(card.rows)
            label, value, tip = card.rows[order] if shown else ("", "", "")
            name.setText(label)
            text.setText(value)
            text.setAccessibleName(f"{label}: {value}")
            for part in (name, text):
                part.setToolTip(tip)
                if part.isHidden() == shown:  # said again, it would lay out the panel again
                    part.setVisible(shown)
        self.formula.setText("\n".join(card.formula))
        self._well.setVisible(bool(card.formula))
        self.histogram.set_histogram(card.histogram)
        self.histogram.setVisible(card.histogram is not None)
        self.readout.setVisible(card.histogram is not None)
        self._on_pointed(None)

    def rows(self) -> dict[str, str]:
        """Label to value of what is shown."""
        return {name.text(): text.text() for name, text in self._rows if not name.isHidden()}

    def _add_row(self) -> None:
        name, text = QLabel(self), QLabel(self)
        name.setProperty("role", "dim")
        text.setWordWrap(True)
        text.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        text.setTextInteractionFlags(SELECTABLE)
        text.setFont(theme.font("number"))
        row = len(self._rows)
        text.setObjectName(f"layer-card-value-{row}")
        self._grid.addWidget(name, row, 0, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._grid.addWidget(text, row, 1)
        self._rows.append((name, text))

    def _copy_path(self) -> None:
        if self._card is not None:
            QGuiApplication.clipboard().setText(self._card.path)

    def _on_pointed(self, order: int | None) -> None:
        if self._card is not None and self._card.histogram is not None:
            self.readout.set_text(
                f"scale {self.histogram.bar.caption()}" if order is None else self.histogram.described(order)
            )

    def _space(self) -> None:
        self._column.setContentsMargins(*(theme.px(n) for n in (14, 12, 14, 8)))
        self._column.setSpacing(theme.px(6))
        self._grid.setHorizontalSpacing(theme.px(12))
        self._grid.setVerticalSpacing(theme.px(5))
        self._grid.setContentsMargins(0, theme.px(4), 0, theme.px(4))
        self._inside.setContentsMargins(*(theme.px(n) for n in (10, 7, 10, 7)))
        self.histogram.setFixedHeight(theme.px(HISTOGRAM_HEIGHT))
        for _, text in self._rows:
            text.setFont(theme.font("number"))
