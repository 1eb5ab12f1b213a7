"""How a picture of the tray is painted and how its true class is edited in place."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QCompleter,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from cnnviz.figure import percent
from cnnviz.gui.theme import theme
from cnnviz.gui.tray_items import STATES, UNSURE, TrayItem
from cnnviz.gui.tray_model import ITEM
from cnnviz.softmax import class_name

_Index = QModelIndex | QPersistentModelIndex
_LINE = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextSingleLine


class TrayDelegate(QStyledItemDelegate):
    """Thumbnail, name, prediction with its probability, and whether it is right."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.classes: tuple[str, ...] = ()

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(theme.px(120), theme.px(56))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        item: TrayItem = index.data(ITEM)
        view = option.widget
        current = isinstance(view, QAbstractItemView) and index == view.currentIndex()
        rect: QRect = option.rect.adjusted(0, theme.px(2), -theme.px(2), -theme.px(2))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._ground(painter, rect, option.state, current)
        edge = theme.px(40)
        box = QRect(rect.x() + theme.px(6), rect.center().y() - edge // 2 + 1, edge, edge)
        self._thumbnail(painter, item, box)
        if item.state == "done" and item.right is not None:
            self._verdict(painter, item.right, box)
        left = box.right() + theme.px(10)
        width = rect.right() - theme.px(8) - left
        middle = rect.center().y()
        painter.setFont(theme.font())
        painter.setPen(theme.color("text"))
        name = painter.fontMetrics().elidedText(item.name, Qt.TextElideMode.ElideMiddle, width)
        painter.drawText(QRect(left, middle - theme.px(20), width, theme.px(20)), _LINE, name)
        self._answer(painter, item, QRect(left, middle + theme.px(1), width, theme.px(18)))
        painter.restore()

    @staticmethod
    def _ground(painter: QPainter, rect: QRect, state: QStyle.StateFlag, current: bool) -> None:
        selected = bool(state & QStyle.StateFlag.State_Selected)
        if not (selected or current or state & QStyle.StateFlag.State_MouseOver):
            return
        painter.setPen(QPen(theme.color("accent"), 1.5) if current else Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("selected" if selected or current else "raised"))
        painter.drawRoundedRect(rect.toRectF().adjusted(0.75, 0.75, -0.75, -0.75), theme.px(8), theme.px(8))

    @staticmethod
    def _thumbnail(painter: QPainter, item: TrayItem, box: QRect) -> None:
        frame = QPainterPath()
        frame.addRoundedRect(box.toRectF(), theme.px(4), theme.px(4))
        painter.fillPath(frame, theme.color("sunken"))
        if item.thumbnail is None:
            edge, ratio = theme.px(18), painter.device().devicePixelRatioF()
            name, role = ("warning", "warning") if item.problem else ("image", "faint")
            place = QRect(0, 0, edge, edge)
            place.moveCenter(box.center())
            painter.drawPixmap(place, theme.pixmap(name, role, edge, ratio))
            return
        image = image_of(item.thumbnail)
        fitted = image.size().scaled(box.size(), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRect(box.topLeft(), fitted)
        place.moveCenter(box.center())
        painter.save()
        painter.setClipPath(frame)
        # pixels of a small picture stay pixels; a large one is smoothed
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, image.width() > box.width())
        painter.drawImage(place, image)
        painter.restore()

    @staticmethod
    def _verdict(painter: QPainter, right: bool, box: QRect) -> None:
        """Whether the answer is right, on the corner of the picture."""
        edge, rim = theme.px(12), theme.px(2)
        mark = QRect(box.right() - edge + rim, box.bottom() - edge + rim, edge, edge)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("panel"))
        painter.drawEllipse(mark.adjusted(-rim, -rim, rim, rim))
        name, role = ("check", "ok") if right else ("cross", "error")
        painter.drawPixmap(mark, theme.pixmap(name, role, edge, painter.device().devicePixelRatioF()))

    def _answer(self, painter: QPainter, item: TrayItem, line: QRect) -> None:
        painter.setFont(theme.font("small"))
        if item.state != "done":
            text = item.problem.removeprefix(f"{item.name} ") if item.problem else STATES[item.state]
            painter.setPen(theme.color({"error": "error", "running": "accent"}.get(item.state, "dim")))
            painter.drawText(line, _LINE, _elided(painter, text, line.width()))
            return
        right = line.right() + 1
        if item.probability is not None:
            right = self._chip(painter, item.probability, line)
        room = QRect(line.x(), line.y(), right - line.x(), line.height())
        painter.setFont(theme.font("small"))
        painter.setPen(theme.color("dim"))
        said = item.label or class_name((), item.prediction or 0)
        if item.right is False:
            said += f", is {item.true_label}"
        painter.drawText(room, _LINE, _elided(painter, said, room.width()))

    @staticmethod
    def _chip(painter: QPainter, value: float, line: QRect) -> int:
        """The probability as a number on a bar of its length; the x where the chip's room begins."""
        painter.setFont(theme.font("tiny"))
        width = painter.fontMetrics().horizontalAdvance("100.0 %") + theme.px(10)
        chip = QRect(line.right() + 1 - width, line.y(), width, line.height())
        outline = QPainterPath()
        outline.addRoundedRect(chip.toRectF(), theme.px(5), theme.px(5))
        painter.fillPath(outline, theme.color("raised"))
        filled = theme.color("accent")
        filled.setAlphaF(0.28 if theme.dark else 0.2)
        painter.save()
        painter.setClipPath(outline)
        share = value if math.isfinite(value) else 0.0  # what came to NaN has no length
        painter.fillRect(QRect(chip.x(), chip.y(), round(width * share), chip.height()), filled)
        painter.restore()
        painter.setPen(theme.color("warning" if value < UNSURE else "text"))
        painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, percent(value))
        return chip.x() - theme.px(6)

    # the true class, edited in place

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: _Index) -> QWidget:
        editor = ClassBox(self.classes, parent)
        editor.activated.connect(lambda: self._finish(editor))
        return editor

    def setEditorData(self, editor: QWidget, index: _Index) -> None:
        assert isinstance(editor, ClassBox)
        editor.setCurrentText(index.data(Qt.ItemDataRole.EditRole))
        line = editor.lineEdit()
        if line is not None:
            line.selectAll()

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: _Index) -> None:
        assert isinstance(editor, ClassBox)
        model.setData(index, editor.label)

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: _Index) -> None:
        rect: QRect = option.rect
        left = rect.x() + theme.px(54)
        height = min(editor.sizeHint().height(), theme.px(26))
        top = rect.bottom() - height - theme.px(3)  # the name stays in sight
        editor.setGeometry(left, top, rect.right() - left - theme.px(6), height)

    def _finish(self, editor: QWidget) -> None:
        self.commitData.emit(editor)
        self.closeEditor.emit(editor)


class ClassBox(QComboBox):
    """Chooses one of the model's classes by typing a part of its name; any other text is a class as well."""

    def __init__(self, classes: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("true-class")
        self.setAccessibleName("True class")
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.addItems(list(classes))
        self.setMaxVisibleItems(12)
        self.setCurrentIndex(-1)
        line = self.lineEdit()
        assert line is not None
        line.setPlaceholderText("True class")
        completer = QCompleter(list(classes), self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setCompleter(completer)

    @property
    def label(self) -> str:
        """What was chosen, as the model writes it."""
        text = self.currentText().strip()
        names = (self.itemText(i) for i in range(self.count()))
        return next((name for name in names if name.casefold() == text.casefold()), text)


def image_of(pixels: NDArray[np.uint8]) -> QImage:
    """A QImage on the memory of an array, which must outlive it."""
    pixels = np.ascontiguousarray(pixels)
    height, width = pixels.shape[:2]
    if pixels.ndim == 3:
        return QImage(pixels.data, width, height, pixels.strides[0], QImage.Format.Format_RGB888)
    return QImage(pixels.data, width, height, pixels.strides[0], QImage.Format.Format_Grayscale8)


def _elided(painter: QPainter, text: str, width: int) -> str:
    return painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, width)
