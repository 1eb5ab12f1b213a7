"""Numbers as cells on their colours, with what is marked in them: painted once, the marks on top."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetrics, QImage, QPainter, QPen, QPixmap, QStaticText

from cnnviz.core.raster import paint
from cnnviz.figure import Scale
from cnnviz.gui import numbers
from cnnviz.gui.color_bar import colors
from cnnviz.gui.figures.painting import readable
from cnnviz.gui.figures.thumbs import outline
from cnnviz.gui.theme import theme

APART = 20
"""From this edge on, cells stand apart from each other, and numbers are tried in them."""

FONT_SIZES = (22, 18, 15, 13, 12, 11, 10, 9)
LARGEST = 112
"""Edge of a cell, in pixels at 100 %, where there is much room."""


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """What is drawn.

    Attributes
    ----------
    values
        (rows, columns), the padding included.
    scale
        Their colours.
    padding
        So many rows and columns at each side lie outside the picture.
    outside
        (rows, columns) whether a cell lies in the padding, drawn as such; None where none does.
    unread
        (rows, columns) at the end on which no window lies.
    blank
        Whether nothing stands in the padding: a maximum passes it over.
    """

    values: NDArray[np.float32] | NDArray[np.float64]
    scale: Scale
    padding: int = 0
    outside: NDArray[np.bool_] | None = None
    unread: tuple[int, int] = (0, 0)
    blank: bool = False

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        rows, columns = self.values.shape
        return rows, columns


class CellPicture:
    """Keeps the painted cells until they, the size or the theme change."""

    def __init__(self) -> None:
        self._cells: Cells | None = None
        self._pixmap = QPixmap()
        self._key: object = None

    def set_cells(self, cells: Cells | None) -> None:
        """Paint other cells from now on."""
        self._cells, self._key = cells, None

    def forget(self) -> None:
        """Paint anew the next time: the theme has changed."""
        self._key = None

    def paint(self, painter: QPainter, rect: QRectF, ratio: float) -> None:
        """Paint all cells into a rectangle."""
        if self._cells is None or rect.width() < 1 or rect.height() < 1:
            return
        size = QSize(round(rect.width()), round(rect.height()))
        if (size, ratio) != self._key:
            self._pixmap = QPixmap(size * ratio)
            self._pixmap.setDevicePixelRatio(ratio)
            self._pixmap.fill(theme.color("panel"))
            inner = QPainter(self._pixmap)
            _paint(inner, self._cells, QRectF(QPointF(), size.toSizeF()))
            inner.end()
            self._key = size, ratio
        painter.drawPixmap(rect.topLeft(), self._pixmap)


def fitted(shape: tuple[int, int], room: QRectF) -> QRectF:
    """The largest rectangle for square cells in a room, in its middle; whole pixels for each cell if they can."""
    rows, columns = shape
    edge = min(room.width() / columns, room.height() / rows, float(theme.px(LARGEST)))
    edge = float(int(edge)) if edge >= 2 else max(edge, 0.5)
    width, height = edge * columns, edge * rows
    left, top = room.center().x() - width / 2, room.center().y() - height / 2
    return QRectF(round(left), round(top), width, height)


def cell_under(point: QPointF, rect: QRectF, shape: tuple[int, int]) -> tuple[int, int] | None:
    """(row, column) of the cell under a point."""
    if not rect.contains(point):
        return None
    y, x = (
        int(part * count)
        for part, count in zip(
            ((point.y() - rect.y()) / rect.height(), (point.x() - rect.x()) / rect.width()), shape, strict=True
        )
    )
    return min(y, shape[0] - 1), min(x, shape[1] - 1)


def box_of(rect: QRectF, shape: tuple[int, int], first: tuple[int, int], last: tuple[int, int]) -> QRectF:
    """Where the cells from ``first`` to ``last``, both included, lie."""
    edge = rect.width() / shape[1]
    gap = 1.0 if edge >= APART else 0.0
    return QRectF(
        rect.x() + first[1] * edge,
        rect.y() + first[0] * edge,
        (last[1] - first[1] + 1) * edge - gap,
        (last[0] - first[0] + 1) * edge - gap,
    )


def mark_window(
    painter: QPainter, rect: QRectF, shape: tuple[int, int], rows: Sequence[int], columns: Sequence[int]
) -> None:
    """Outline the window over some rows and columns; with gaps between them, each of its cells, too."""
    edge = rect.width() / shape[1]
    spread = any(after - before > 1 for line in (rows, columns) for before, after in pairwise(line))
    if spread and edge >= 5:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tint = theme.color("accent")
        painter.setPen(QPen(tint, 1.5 if edge < APART else 2))
        tint.setAlphaF(0.18)
        painter.setBrush(tint)
        for y in rows:
            for x in columns:
                painter.drawRect(box_of(rect, shape, (y, x), (y, x)).adjusted(1, 1, -1, -1))
    outline(painter, box_of(rect, shape, (rows[0], columns[0]), (rows[-1], columns[-1])), 2)


def mark_winner(painter: QPainter, rect: QRectF, shape: tuple[int, int], at: tuple[int, int]) -> None:
    """A thick frame inside the cell that won."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme.color("accent"), max(2.0, min(rect.width() / shape[1] / 10, 4.0))))
    painter.drawRect(box_of(rect, shape, at, at).adjusted(2, 2, -2, -2))


def font_for(texts: Sequence[str], room: float) -> QFont | None:
    """The largest font in which every text fits into a square; None where none does."""
    longest = max(texts, key=len, default="")
    font = theme.font("mono")
    for size in FONT_SIZES:
        font.setPixelSize(theme.px(size))
        metrics = QFontMetrics(font)
        share = 0.8 if size > 11 else 0.92  # small ones may fill the cell
        if metrics.ascent() <= 0.72 * room and metrics.horizontalAdvance(longest) <= share * room:
            return font
    return None


def written(values: NDArray[np.float32] | NDArray[np.float64], fewer: int = 0) -> list[list[str]]:
    """Each number in as few digits as it takes: whole numbers without decimals, others with at most three digits.

    Parameters
    ----------
    fewer
        So many decimals less.
    """
    different, which = np.unique(values, return_inverse=True)
    whole = bool((different == np.rint(different)).all())
    places = 0 if whole else max(0, numbers.decimals(float(np.abs(different).max(initial=0))) - fewer)
    texts = [_short(numbers.cell(value, places)) for value in different.tolist()]
    flat = [texts[index] for index in which.reshape(-1).tolist()]
    return [flat[start : start + values.shape[1]] for start in range(0, len(flat), values.shape[1])]


def _short(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


# painting


def _paint(painter: QPainter, cells: Cells, rect: QRectF) -> None:
    """Colours, what lies in the padding or is never read, the gaps, and where they can be read the numbers."""
    table = colors(cells.scale.colormap)
    raster = paint(np.asarray(cells.values, np.float32)[None], cells.scale.low, cells.scale.high)[0]
    pixels = np.ascontiguousarray(table[raster])
    rows, columns = raster.shape
    edge = rect.width() / columns
    painter.drawImage(rect, QImage(pixels.data, columns, rows, columns * 4, QImage.Format.Format_ARGB32_Premultiplied))
    apart = edge >= APART
    if cells.outside is not None:
        hatch = QBrush(theme.color("border" if apart else "dim"), Qt.BrushStyle.BDiagPattern)
        for strip in _strips(cells.outside, rect, edge):
            if apart or cells.blank:
                painter.fillRect(strip, theme.color("sunken"))
            painter.fillRect(strip, hatch)
    down, across = (n * edge for n in cells.unread)
    for strip in _around(rect, rect.adjusted(0, 0, -across, -down)):
        painter.fillRect(strip, _veil())
    if apart:
        gap = theme.color("line")
        for n in range(1, columns + 1):
            painter.fillRect(QRectF(rect.x() + n * edge - 1, rect.y(), 1, rect.height()), gap)
        for n in range(1, rows + 1):
            painter.fillRect(QRectF(rect.x(), rect.y() + n * edge - 1, rect.width(), 1), gap)
        painter.fillRect(QRectF(rect.x(), rect.y(), rect.width(), 1), gap)
        painter.fillRect(QRectF(rect.x(), rect.y(), 1, rect.height()), gap)
        _write(painter, cells, rect, _inks(table, raster))


def _write(painter: QPainter, cells: Cells, rect: QRectF, inks: list[QColor]) -> None:
    """The numbers, if they fit, with fewer digits if need be; equal ones are laid out once."""
    rows, columns = cells.shape
    edge = rect.width() / columns
    outside = np.zeros((rows, columns), np.bool_) if cells.outside is None else cells.outside
    for fewer in range(3):
        texts = [text for line in written(cells.values, fewer) for text in line]
        if (font := font_for(texts, edge - 1)) is not None:
            break
    else:
        return
    painter.setFont(font)
    laid: dict[str, tuple[QStaticText, QPointF]] = {}
    faint = outside.copy()
    faint[rows - cells.unread[0] :] = True
    faint[:, columns - cells.unread[1] :] = True
    dim, fainter, empty = theme.color("dim"), faint.reshape(-1).tolist(), outside.reshape(-1).tolist()
    for order, words in enumerate(texts):
        if cells.blank and empty[order]:
            continue
        if words not in laid:
            text = QStaticText(words)
            text.setTextFormat(Qt.TextFormat.PlainText)
            text.prepare(painter.transform(), font)
            size = text.size()
            offset = QPointF((edge - 1 - size.width()) / 2, (edge - 1 - size.height()) / 2)
            laid[words] = text, offset + rect.topLeft()
        text, offset = laid[words]
        painter.setPen(dim if fainter[order] else inks[order])
        y, x = divmod(order, columns)
        painter.drawStaticText(offset + QPointF(x * edge, y * edge), text)


def _inks(table: NDArray[np.uint32], raster: NDArray[np.uint8]) -> list[QColor]:
    """Black or white for each cell, row by row."""
    known = readable(table)
    return [known[index] for index in raster.reshape(-1).tolist()]


def _veil() -> QColor:
    veil = theme.color("panel")
    veil.setAlphaF(0.72)
    return veil


def _strips(outside: NDArray[np.bool_], rect: QRectF, edge: float) -> list[QRectF]:
    """Rectangles that cover the cells of a mask: pieces of its rows."""
    strips = []
    for y, row in enumerate(outside.tolist()):
        x = 0
        for lies, cells in groupby(row):
            count = len(list(cells))
            if lies:
                strips.append(QRectF(rect.x() + x * edge, rect.y() + y * edge, count * edge, edge))
            x += count
    return strips


def _around(outer: QRectF, inner: QRectF) -> list[QRectF]:
    """What of a rectangle lies outside another one in it."""
    strips = [
        QRectF(outer.left(), outer.top(), outer.width(), inner.top() - outer.top()),
        QRectF(outer.left(), inner.bottom(), outer.width(), outer.bottom() - inner.bottom()),
        QRectF(outer.left(), inner.top(), inner.left() - outer.left(), inner.height()),
        QRectF(inner.right(), inner.top(), outer.right() - inner.right(), inner.height()),
    ]
    return [strip for strip in strips if strip.width() > 0 and strip.height() > 0]
