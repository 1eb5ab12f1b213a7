"""A line of text that is cut with an ellipsis where there is no room, and then says all of it in its tooltip."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QStyle, QWidget


class ElidedLabel(QLabel):
    """A label of one line that can be narrower than its text.

    Parameters
    ----------
    text
        Plain text.
    role
        Look of the text: ``dim``, ``strong``, ``heading`` ...
    mode
        Where the text is cut.
    """

    def __init__(
        self,
        text: str = "",
        role: str = "",
        parent: QWidget | None = None,
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
    ) -> None:
        super().__init__(text, parent)
        self._mode = mode
        self._own_tooltip = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def setText(self, text: str) -> None:
        super().setText(text)
        self.setAccessibleName(text)
        self._explain()

    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        return QSize(min(hint.width(), self.fontMetrics().horizontalAdvance("WW…")), hint.height())

    @property
    def elided(self) -> bool:
        """Whether a part of the text is not seen."""
        return self.fontMetrics().horizontalAdvance(self.text()) > self.contentsRect().width()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._explain()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.elided:
            super().paintEvent(event)
            return
        painter = QPainter(self)
        text = self.fontMetrics().elidedText(self.text(), self._mode, self.contentsRect().width())
        alignment = int(self.alignment().value)
        self.style().drawItemText(
            painter, self.contentsRect(), alignment, self.palette(), self.isEnabled(), text, self.foregroundRole()
        )
        painter.end()

    def _explain(self) -> None:
        self.setToolTip(self.text() if self.elided else "")


def repolish(widget: QWidget, role: str) -> None:
    """Give a widget another role while it is shown; the style sheet looks at it only when asked."""
    if widget.property("role") != role:
        widget.setProperty("role", role)
        style: QStyle = widget.style()
        style.unpolish(widget)
        style.polish(widget)
