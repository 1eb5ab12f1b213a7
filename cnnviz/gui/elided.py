"""A line of text that is cut with an ellipsis where there is no room, and then says all of it in its tooltip."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QStyle, QWidget

from cnnviz.gui.theme import theme

ROLES = {
    "": ("body", "text"),
    "dim": ("body", "dim"),
    "accent": ("body", "accent"),
    "small": ("small", "dim"),
    "tiny": ("tiny", "dim"),
    "strong": ("strong", "text"),
    "heading": ("heading", "text"),
    "stale": ("heading", "faint"),
}
"""Role to font and colour."""


class ElidedLabel(QWidget):
    """A label of one line that can be narrower than its text.

    Painted by itself: a ``QLabel`` under a style sheet is measured, laid out and polished again for every word.

    Parameters
    ----------
    text
        Plain text.
    role
        Look of the text, one of ``ROLES``.
    mode
        Where the text is cut.
    tip
        Tooltip while the whole text is seen.
    """

    def __init__(
        self,
        text: str = "",
        role: str = "",
        parent: QWidget | None = None,
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
        tip: str = "",
    ) -> None:
        super().__init__(parent)
        self._text, self._role, self._mode, self._tip = "", role, mode, tip
        self._advance = 0  # pixels that the whole text takes
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._measure)
        self.setText(text)
        self._measure()

    def text(self) -> str:
        return self._text

    def setText(self, text: str) -> None:
        if text != self._text:
            self._text = text
            self.setAccessibleName(text)
            self._measure()

    def set_role(self, role: str) -> None:
        """Write in another look."""
        if role != self._role:
            self._role = role
            self._measure()

    def sizeHint(self) -> QSize:
        return QSize(self._advance, self._metrics().height())

    def minimumSizeHint(self) -> QSize:
        metrics = self._metrics()
        return QSize(min(self._advance, metrics.horizontalAdvance("WW…")), metrics.height())

    @property
    def elided(self) -> bool:
        """Whether a part of the text is not seen."""
        return self._advance > self.width()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._explain()

    def paintEvent(self, event: QPaintEvent) -> None:
        font, color = ROLES[self._role]
        painter = QPainter(self)
        painter.setFont(theme.font(font))
        painter.setPen(theme.color(color if self.isEnabled() else "faint"))
        text = self._metrics().elidedText(self._text, self._mode, self.width()) if self.elided else self._text
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
        painter.end()

    def _metrics(self) -> QFontMetrics:
        return QFontMetrics(theme.font(ROLES[self._role][0]))

    def _measure(self) -> None:
        self._advance = self._metrics().horizontalAdvance(self._text) + 1
        self._explain()
        self.updateGeometry()
        self.update()

    def _explain(self) -> None:
        tip = self._text if self.elided else self._tip
        if tip != self.toolTip():
            self.setToolTip(tip)


def repolish(widget: QWidget, role: str) -> None:
    """Give a widget another role while it is shown; the style sheet looks at it only when asked."""
    if widget.property("role") != role:
        widget.setProperty("role", role)
        style: QStyle = widget.style()
        style.unpolish(widget)
        style.polish(widget)
