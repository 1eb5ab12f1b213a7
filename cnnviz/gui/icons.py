"""Our icons: SVG files of one family (16-pixel grid, 1.5-pixel round strokes) drawn in ``currentColor``."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap, QPixmapCache
from PySide6.QtSvg import QSvgRenderer

from cnnviz import paths

_SIZES = (14, 16)
"""Edges of the icons of buttons and menus, in pixels at 100 %."""

_RATIOS = (1.0, 2.0)
"""Device pixel ratios for which they are made; in between, the next larger one is made smaller."""


def names() -> tuple[str, ...]:
    """Names of all icons, sorted."""
    return tuple(sorted(path.stem for path in (paths.resources() / "icons").glob("*.svg")))


def source(name: str, color: str) -> bytes:
    """The SVG of an icon with its colour filled in (``#rrggbb``)."""
    return _read(name).replace("currentColor", color).encode()


@cache
def _read(name: str) -> str:
    return (paths.resources() / "icons" / f"{name}.svg").read_text("utf-8")


def pixmap(name: str, color: str, size: int, ratio: float = 1.0) -> QPixmap:
    """The icon as a square picture of ``size`` logical pixels, sharp on a screen of that device pixel ratio."""
    edge = round(size * ratio)
    key = f"cnnviz/{name}/{color}/{edge}/{ratio}"  # Qt's cache ends with the application, as pixmaps must
    picture = QPixmap()
    if QPixmapCache.find(key, picture):
        return picture
    picture = QPixmap(edge, edge)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    QSvgRenderer(QByteArray(source(name, color))).render(painter, QRectF(0, 0, edge, edge))
    painter.end()
    picture.setDevicePixelRatio(ratio)
    QPixmapCache.insert(key, picture)
    return picture


def icon(name: str, color: str, disabled: str, scale: float = 1.0) -> QIcon:
    """The icon at the sizes of the window at a scale, in one colour and in another for what is disabled."""
    made = QIcon()
    for edge in sorted({round(size * scale * ratio) for size in _SIZES for ratio in _RATIOS}):
        for mode in (QIcon.Mode.Normal, QIcon.Mode.Active, QIcon.Mode.Selected):
            made.addPixmap(pixmap(name, color, edge), mode)
        made.addPixmap(pixmap(name, disabled, edge), QIcon.Mode.Disabled)
    return made
