"""Which words stand under the mouse, whatever widget has painted them."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QHeaderView,
    QLineEdit,
    QTabBar,
    QTextBrowser,
    QWidget,
)

from cnnviz.gui.facts import Facts
from cnnviz.gui.figures.bar_list import BarHeads
from cnnviz.gui.graph.view import GraphView
from cnnviz.gui.graph.words import FAMILIES, family_of
from cnnviz.gui.network import Network
from cnnviz.lessons.glossary import Entry, glossary

PLACES = {
    "network": "trace",
    "stepper": "step",
    "step-line": "step",
    "softmax-panel": "softmax",
    "softmax-top-k": "top 5",
    "softmax-cross-entropy": "cross-entropy",
    "softmax-true-class": "labels",
    "view-segment": "layer view",
    "view-list": "layer view",
    "view-choice": "layer view",
    "view-title": "layer view",
    "view-channel": "channel",
    "view-pane": "layer view",
    "outcome-line": "outcome",
    "color-bar": "scale",
    "histogram-plot": "histogram",
    "layer-card": "record",
    "layer-card-path": "path",
    "tray": "tray",
    "draw": "pad",
    "retouch": "picture edit",
    "workspaces": "workspace",
    "model-button": "model",
    "device-button": "device",
    "export-button": "figure",
    "find-button": "record",
    "memory": "memory budget",
    "state": "request",
    "graph": "graph",
    "graph-legend": "graph",
    "table-page": "record",
    "training-page": "epoch",
    "sandbox-page": "sandbox",
    "learn-panel": "lesson",
}
"""What widgets are about whose words say it in another way, or that show none, by their object names."""

LABELS = {
    "operation": "op",
    "rate": "learning rate",
    "max": "pooling",
    "mean": "pooling",
    "min": "pooling",
    "mean pooling": "pooling",
    "global mean": "pooling",
    "dense": "dense layer",
    "norm": "batch norm",
    "confusion": "confusion matrix",
    "validate": "validation",
    "vary": "augmentation",
    "largest losses": "hardest pictures",
    "true class": "labels",
    "health": "finding",
    "border": "padding",
    "zeros": "sparsity",
    "depth": "to fold",
    "over": "kernel",
}
"""Labels on the screen that say the glossary's words more briefly."""

FAMILY_WORDS = {"conv": "convolution", "pool": "pooling", "norm": "batch norm", "dense": "dense layer"}
"""Families of operations that the glossary calls otherwise."""


@dataclass(frozen=True, slots=True)
class Spot:
    """What was found at a place.

    Attributes
    ----------
    entries
        Of the glossary, the fitting one first; empty where no word of it stands there.
    name, tip
        What the widget itself says about it.
    area
        Where it stands, in coordinates of the window.
    own
        Whether the entry is about these very words, and not about what stands around them.
    """

    entries: tuple[Entry, ...]
    name: str
    tip: str
    area: QRect
    own: bool = True


def spot_at(window: QWidget, at: QPoint) -> Spot | None:
    """What stands at a place of the window; None where nothing has anything to say."""
    widget = window.childAt(at)
    return None if widget is None else _spot(window, widget, widget.mapFrom(window, at))


def spot_of(window: QWidget, widget: QWidget) -> Spot | None:
    """What a widget is about as a whole: for who has no mouse."""
    return _spot(window, widget, widget.rect().center())


def _spot(window: QWidget, widget: QWidget, at: QPoint) -> Spot | None:
    """From the innermost part outwards: the first one with a word of the glossary; the innermost one's name and tip."""
    name = tip = ""
    area = QRect()
    part: QWidget | None = widget
    while part is not None and part is not window:
        texts, own_tip, place = _said(part, at)
        place = QRect(part.mapTo(window, place.topLeft()), place.size())
        own = area.isNull()
        if own and (texts or own_tip):
            area = place
        name, tip = name or next(iter(texts), ""), tip or own_tip
        whole, within = _entries(texts, PLACES.get(part.objectName(), ""))
        if whole or within:
            own = own and bool(whole or not isinstance(part, QAbstractButton))  # what a button does is no word
            return Spot((*whole, *within), name, tip, place if area.isNull() else area, own or not tip)
        at = part.mapToParent(at)
        part = part.parentWidget()
    return Spot((), name, tip, area) if tip else None


def _entries(texts: list[str], place: str) -> tuple[tuple[Entry, ...], tuple[Entry, ...]]:
    """Entries of texts that are words, and of what the place is about; then those of words within the texts."""
    words = glossary()
    plain = [_plain(text) for text in texts]
    named = (words.get(LABELS.get(text.lower(), text)) for text in (*plain, place) if text)
    whole = tuple(dict.fromkeys(entry for entry in named if entry is not None))
    within = dict.fromkeys(found.entry for text in plain for found in words.find(text))
    return whole, tuple(entry for entry in within if entry not in whole)


def _plain(text: str) -> str:
    """A label as the glossary would write it."""
    return text.replace("–", "-").replace("…", "").strip(" :")


def _said(widget: QWidget, at: QPoint) -> tuple[list[str], str, QRect]:
    """The words of a widget at a place, its tip, and the part of it that they take."""
    match widget:
        case Facts() if (fact := widget.fact_at(at.y())) is not None:
            return [text for text in (fact.name, fact.text) if text], fact.tip, _line(widget, at)
        case QHeaderView() if (section := widget.logicalIndexAt(at)) >= 0:
            return _header(widget, section)
        case QTabBar() if (tab := widget.tabAt(at)) >= 0:
            return [widget.tabText(tab)], widget.tabToolTip(tab), widget.tabRect(tab)
        case QTextBrowser():
            return _word(widget, at)
        case QAbstractItemView():
            return _cell(widget, at)
        case BarHeads():
            return [widget.head_at(at.x())], "", widget.rect()
        case GraphView():
            return _card(widget, at)
        case Network():
            step = widget.step_at(at.x())
            words = [] if step is None else [step.short, FAMILY_WORDS.get(step.family, FAMILIES.get(step.family, ""))]
            return words, "", _line(widget, at)
        case QComboBox() | QAbstractSlider() | QAbstractSpinBox() | QLineEdit():
            return [widget.accessibleName()], widget.toolTip(), widget.rect()
    read = getattr(widget, "text", None) or getattr(widget, "title", None)
    text = read() if callable(read) else ""
    if not isinstance(text, str) or not text:
        text = widget.accessibleName()
    plain = text.replace("&", "").strip()
    return ([plain] if plain else []), widget.toolTip(), widget.rect()


def _card(view: GraphView, at: QPoint) -> tuple[list[str], str, QRect]:
    """What the card does that the mouse is over."""
    scene, pointed = view.scene, view.pointed
    if scene is None or pointed is None or pointed[0] != "card":
        return [], "", _line(view, at)
    family = family_of(scene.cards[pointed[1]], scene)
    return [FAMILY_WORDS.get(family, FAMILIES.get(family, family))], "", QRect(at - QPoint(8, 8), QSize(16, 16))


def _line(widget: QWidget, at: QPoint) -> QRect:
    return QRect(0, at.y() - 8, widget.width(), 16)


def _header(header: QHeaderView, section: int) -> tuple[list[str], str, QRect]:
    model, way = header.model(), header.orientation()
    text = str(model.headerData(section, way, Qt.ItemDataRole.DisplayRole) or "")
    tip = str(model.headerData(section, way, Qt.ItemDataRole.ToolTipRole) or "")
    left = header.sectionViewportPosition(section)
    return [text], tip, QRect(left, 0, header.sectionSize(section), header.height())


def _cell(view: QAbstractItemView, at: QPoint) -> tuple[list[str], str, QRect]:
    """The text of a cell, then the title of its column."""
    index = view.indexAt(view.viewport().mapFrom(view, at))
    if not index.isValid():
        return [], view.toolTip(), view.rect()
    area = view.visualRect(index).translated(view.viewport().pos())
    title = view.model().headerData(index.column(), Qt.Orientation.Horizontal)
    texts = [str(index.data() or ""), title if isinstance(title, str) and _has_heads(view, index) else ""]
    return [text for text in texts if text], str(index.data(Qt.ItemDataRole.ToolTipRole) or ""), area


def _has_heads(view: QAbstractItemView, index: QModelIndex) -> bool:
    return hasattr(view, "horizontalHeader") and index.isValid()


def _word(browser: QTextBrowser, at: QPoint) -> tuple[list[str], str, QRect]:
    """The word of a text under the mouse, or else the words of its line."""
    cursor = browser.cursorForPosition(browser.viewport().mapFrom(browser, at))
    place, text = cursor.positionInBlock(), cursor.block().text()
    found = glossary().find(text)
    hit = next((one for one in found if one.begin <= place <= one.end), None)
    area = browser.cursorRect(cursor).translated(browser.viewport().pos())
    return [text[hit.begin : hit.end]] if hit else [], "", area
