"""Fonts, colours and shortened words of the graph: asked for thousands of times a second, made once."""

from __future__ import annotations

import re
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics

from cnnviz.gui.theme import theme
from cnnviz.layout.shortening import shortened

RANGE = re.compile(r"\d+–\d+$")
"""Which ones of equal neighbours a card stands for: ``denselayer1–6``."""

_fonts: dict[tuple[int, bool], QFont] = {}
_inks: dict[str, QColor] = {}
_mixtures: dict[tuple[int, int, float], QColor] = {}
_texts: dict[tuple[str, int, bool, int, bool], str] = {}
_extents: dict[tuple[str, int, bool], tuple[int, int]] = {}

TEXTS_KEPT = 20_000


@dataclass(frozen=True, slots=True)
class Look:
    """How one card is to be painted.

    Attributes
    ----------
    color
        Of its family, or of its number.
    filled
        Whether the colour fills the card, as it stands for a number.
    faint
        Whether something else is looked at.
    value
        Its number in words.
    """

    color: QColor
    filled: bool = False
    faint: bool = False
    value: str = ""


def font(size: float, bold: bool = False) -> QFont:
    """The interface's font at a size in pixels."""
    name = (round(size), bold)
    if name not in _fonts:
        made = theme.font("body")
        made.setPixelSize(max(round(size), 1))
        made.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
        _fonts[name] = made
    return _fonts[name]


def forget() -> None:
    """Fonts and colours are others now."""
    for kept in (_fonts, _inks, _mixtures, _texts, _extents):
        kept.clear()


def ink(role: str) -> QColor:
    """A colour of the theme, which is asked thousands of times a second."""
    if role not in _inks:
        _inks[role] = theme.color(role)
    return _inks[role]


def mixed(color: QColor, ground: QColor, share: float) -> QColor:
    """So much of a colour on a ground."""
    name = (color.rgb(), ground.rgb(), share)
    if name not in _mixtures:
        pairs = zip(color.getRgb()[:3], ground.getRgb()[:3], strict=True)  # type: ignore[index]
        _mixtures[name] = QColor(*(round(a * share + b * (1 - share)) for a, b in pairs))
    return _mixtures[name]


def elided(metrics: QFontMetrics, text: str, size: float, bold: bool, room: int, short: bool = False) -> str:
    """As much of a text as fits; a ``short`` one goes without its numbers rather than being cut."""
    name = (text, round(size), bold, room, short)
    if name not in _texts:
        if len(_texts) > TEXTS_KEPT:
            _texts.clear()
        if not short:
            _texts[name] = shortened(text, lambda short_: metrics.horizontalAdvance(short_) <= room)
        else:
            shorter = (text, text.partition(" ")[0], RANGE.sub("", text))
            fitting = (less for less in shorter if metrics.horizontalAdvance(less) <= room)
            cut = metrics.elidedText(shorter[1], Qt.TextElideMode.ElideMiddle, room)
            _texts[name] = next(fitting, cut)
    return _texts[name]


def extent(text: str, size: float, bold: bool) -> tuple[int, int]:
    """(width, height) of a text in pixels."""
    name = (text, round(size), bold)
    if name not in _extents:
        metrics = QFontMetrics(font(size, bold))
        _extents[name] = metrics.horizontalAdvance(text), metrics.height()
    return _extents[name]


def fill_of(look: Look) -> QColor:
    """The colour of a card that is but a block."""
    ground = ink("panel")
    fill = look.color if look.filled else mixed(look.color, ground, 0.62 if theme.dark else 0.5)
    return mixed(fill, ground, 0.35) if look.faint else fill


def ink_on(color: QColor) -> QColor:
    """Black or white, whichever is read better on a colour."""
    luminance = 0.2126 * color.redF() ** 2.2 + 0.7152 * color.greenF() ** 2.2 + 0.0722 * color.blueF() ** 2.2
    return QColor("#14161a") if luminance > 0.2 else QColor("#ffffff")
