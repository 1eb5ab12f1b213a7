"""The sheet on which one draws: soft strokes of a pen, an eraser, undo and redo."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnviz.gui.theme import theme

EDGE = 280
"""Rows and columns of the sheet: ten times those of a digit of MNIST."""

UNDOS = 60
"""Strokes that can be taken back."""

ERASER = 1.6
"""How much wider than the pen the eraser is."""

SOFT = ((1.5, 0.12), (1.35, 0.3), (1.2, 0.55), (1.05, 0.8), (0.9, 1.0))
"""The pen as rings from the outermost to the innermost: shares of its width, and how bright each is."""


class Sheet(QWidget):
    """A square to draw on with the mouse, a pen or a finger.

    Attributes
    ----------
    drawn
        (finished) The pixels have changed; not finished while a stroke goes on.
    tool
        ``pen`` or ``eraser``; the right mouse button erases whatever the tool.
    pen_width
        In pixels of the sheet.
    ink
        Its colour; on a grey sheet always white.
    """

    drawn = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("draw-sheet")
        self.setAccessibleName("Drawing pad")
        self.setToolTip("Draw with the mouse; the right button erases.")
        self.setCursor(Qt.CursorShape.CrossCursor)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.tool, self.pen_width, self.ink = "pen", 22.0, QColor("white")
        self.grey = True
        self._known = False  # whether a network has said which kind it is
        self._image = self._blank()
        self._undo: list[QImage] = []
        self._redo: list[QImage] = []
        self._other: tuple[QImage, list[QImage], list[QImage]] | None = None  # the sheet of the other kind
        self._at: QPointF | None = None  # where the stroke has come to
        self._erasing = False

    # what is on it

    def set_grey(self, grey: bool) -> None:
        """White on black for grey networks, colours on white for the others; each kind has a sheet of its own."""
        if not self._known:
            self._known = True
            self.update()
        if grey != self.grey:
            self.grey = grey
            left = self._image, self._undo, self._redo
            image, self._undo, self._redo = self._other or (self._blank(), [], [])
            self._other = left
            self._at = None  # a stroke under way ends where it is
            self._set(image)

    @property
    def pixels(self) -> NDArray[np.uint8]:
        """(EDGE, EDGE) grey or (EDGE, EDGE, 3) RGB: a copy."""
        image = self._image
        across = EDGE * (1 if self.grey else 3)
        rows = np.frombuffer(image.constBits(), np.uint8).reshape(EDGE, image.bytesPerLine())[:, :across]
        return rows.copy() if self.grey else rows.reshape(EDGE, EDGE, 3).copy()

    def put(self, pixels: NDArray[Any]) -> None:
        """Draw what ``pixels`` told before; another kind of sheet, or another picture, is passed over."""
        if pixels.shape == self.pixels.shape:
            kind = QImage.Format.Format_Grayscale8 if self.grey else QImage.Format.Format_RGB888
            bytes_of_row = EDGE * (1 if self.grey else 3)
            self._remember()
            self._set(QImage(np.ascontiguousarray(pixels).data, EDGE, EDGE, bytes_of_row, kind).copy())

    @property
    def blank(self) -> bool:
        """Whether nothing is drawn."""
        return self._image == self._blank()

    @property
    def can_undo(self) -> bool:
        return bool(self._undo)

    @property
    def can_redo(self) -> bool:
        return bool(self._redo)

    def undo(self) -> None:
        """Take the last stroke back."""
        if self._undo:
            self._redo.append(self._image)
            self._set(self._undo.pop())
            self.drawn.emit(True)

    def redo(self) -> None:
        """Draw it again."""
        if self._redo:
            self._undo.append(self._image)
            self._set(self._redo.pop())
            self.drawn.emit(True)

    def clear(self) -> None:
        """Wipe the sheet; that can be taken back."""
        if not self.blank:
            self._remember()
            self._set(self._blank())
            self.drawn.emit(True)

    # drawing

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton) and self._at is None:
            self._remember()
            self._erasing = self.tool == "eraser" or event.button() == Qt.MouseButton.RightButton
            self._at = self._place(event.position())
            self._draw_to(self._at)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._at is not None:
            self._draw_to(self._place(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._at is not None:
            self._at = None
            self.drawn.emit(True)

    def _draw_to(self, place: QPointF) -> None:
        """One more piece of the stroke."""
        assert self._at is not None
        painter = QPainter(self._image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.grey and not self._erasing:  # the brightest wins: where pieces meet, the stroke stays as soft
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Lighten)
        for width, colour in self._rings():
            painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawLine(self._at, place) if place != self._at else painter.drawPoint(place)
        painter.end()
        self._at = place
        self.update()
        self.drawn.emit(False)

    def _rings(self) -> list[tuple[float, QColor]]:
        """Widths and colours of the pen, the outermost first."""
        if self._erasing:
            return [(self.pen_width * ERASER, self._paper())]
        if not self.grey:
            return [(self.pen_width, self.ink)]
        return [(self.pen_width * share, QColor.fromRgbF(light, light, light)) for share, light in SOFT]

    def _place(self, position: QPointF) -> QPointF:
        return position * (EDGE / max(self.width(), 1))

    def _remember(self) -> None:
        self._undo.append(self._image.copy())
        del self._undo[:-UNDOS]
        self._redo.clear()

    def _set(self, image: QImage) -> None:
        self._image = image
        self.update()

    def _paper(self) -> QColor:
        return QColor("black" if self.grey else "white")

    def _blank(self) -> QImage:
        image = QImage(EDGE, EDGE, QImage.Format.Format_Grayscale8 if self.grey else QImage.Format.Format_RGB888)
        image.fill(self._paper())
        return image

    # Qt's side

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return width

    def sizeHint(self) -> QSize:
        return QSize(theme.px(186), theme.px(186))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(96), theme.px(96))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        blank = self._at is None and self.blank
        waiting = blank and not self._known  # neither black nor white, which would flash at the start
        if waiting:
            painter.fillRect(self.rect(), theme.color("panel"))
        else:
            painter.drawImage(QRectF(self.rect()), self._image)
        painter.setPen(QPen(theme.color("border"), 1))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        if blank and not waiting:
            painter.setPen(QColor("#8d96a5" if self.grey else "#5f6875"))
            painter.setFont(theme.font("small"))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "Draw a digit" if self.grey else "Draw")
        painter.end()
