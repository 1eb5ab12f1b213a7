"""A place of a size that what stands in it cannot change."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnviz.gui.theme import theme


class Still(QWidget):
    """Holds one widget. Other words in it never lay out the window again: its wishes for another size end here.

    Parameters
    ----------
    content
        What fills it.
    width, height
        Least size, in pixels at 100 %; a height of 0 is that of the content.
    """

    def __init__(self, content: QWidget, width: int, height: int = 0) -> None:
        super().__init__()
        self.setObjectName(f"{content.objectName()}-place")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, content.sizePolicy().verticalPolicy())
        self._content, self._least = content, (width, height)
        content.setParent(self)
        self.setAutoFillBackground(True)  # what lies behind it is not painted for every word in it
        theme.changed.connect(self.updateGeometry)

    def sizeHint(self) -> QSize:
        return self._content.sizeHint().expandedTo(self.minimumSizeHint())

    def minimumSizeHint(self) -> QSize:
        width, height = self._least
        own = self._content.sizeHint().expandedTo(self._content.minimumSize()).height()
        return QSize(theme.px(width), theme.px(height) if height else own)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._content.setGeometry(self.rect())
