"""Where the grids of the sandbox stand: side by side, with the signs between them."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnviz.gui.sandbox.cell_map import CellMap
from cnnviz.gui.theme import theme

LOW = 220
"""Below this height, in pixels at 100 %, the kernel takes the place of the products: the formula tells these, too."""

_NAMES = {"max": "largest", "min": "smallest", "mean": "mean"}


class Desk(QWidget):
    """Puts the grids side by side, with the signs between them."""

    def __init__(self, picture: CellMap, kernel: CellMap, products: CellMap, output: CellMap) -> None:
        super().__init__()
        self.setObjectName("sandbox-desk")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._parts = picture, kernel, products, output
        for part in self._parts:
            part.setParent(self)
        self._kind = "sum"
        theme.changed.connect(self.place)

    def set_kind(self, kind: str) -> None:
        """A convolution has a kernel, a pooling only what lies under its window."""
        self._kind = kind
        self._parts[1].setVisible(kind == "sum")

    def sizeHint(self) -> QSize:
        return QSize(theme.px(700), theme.px(340))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(340), theme.px(212))

    @property
    def _gap(self) -> int:
        return theme.px(40 if self._kind == "sum" else 76)

    def place(self) -> None:
        """Give the middle what it needs, and the two maps the rest."""
        picture, kernel, products, output = self._parts
        gap, height = self._gap, self.height()
        room = max(self.width() - 2 * gap, 3)
        middle = min(max(int(room * 0.2), theme.px(90)), theme.px(300), height)
        side = (room - middle) // 2
        frame = picture.head + picture.foot
        if side > height - frame:  # the maps are as high as they can be: what is left goes to the middle
            side = min(max(height - frame, theme.px(120)), side)
            middle = min(room - 2 * side, theme.px(420))
        left = (self.width() - 2 * (side + gap) - middle) // 2
        picture.setGeometry(left, 0, side, height)
        output.setGeometry(left + side + 2 * gap + middle, 0, side, height)
        across = left + side + gap
        low = self._kind == "sum" and height < theme.px(LOW)
        products.setVisible(not low)
        if self._kind == "sum":
            half = height if low else height // 2
            kernel.setGeometry(across, 0, middle, half)
            products.setGeometry(across, half, middle, height - half)
        else:
            products.setGeometry(across, 0, middle, height)
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.place()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The signs stand halfway between the grids, not between the places that these have."""
        picture, kernel, products, output = self._parts
        painter = QPainter(self)
        painter.setPen(theme.color("dim"))
        middle = kernel if self._kind == "sum" else products
        signs = ("∗", "=") if self._kind == "sum" else ("→", _NAMES[self._kind] + " →")
        for sign, before, after in ((signs[0], picture, middle), (signs[1], middle, output)):
            if before.cells is None or after.cells is None:
                continue
            left = before.x() + before.grid_rect.right()
            right = after.x() + after.grid_rect.left()
            centre = middle.y() + middle.grid_rect.center().y()
            font = theme.font("title" if len(sign) == 1 else "small")
            painter.setFont(font)
            box = QRectF(left, centre - theme.px(14), right - left, theme.px(28))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, sign)
        if output.cells is None:
            self._paint_nothing(painter, QRectF(output.geometry()))
        painter.end()

    def _paint_nothing(self, painter: QPainter, room: QRectF) -> None:
        """Where the output would be."""
        edge = min(room.width(), room.height()) * 0.6
        box = QRectF(room.center().x() - edge / 2, room.center().y() - edge / 2, edge, edge)
        painter.setPen(QPen(theme.color("border"), 1, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(box, 6, 6)
        painter.setFont(theme.font("small"))
        painter.setPen(theme.color("dim"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, "no output")
