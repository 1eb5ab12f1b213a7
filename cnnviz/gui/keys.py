"""Which keys belong to the widget that has the focus, and which to the window wherever the focus is."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
)

_PRESSES = frozenset((Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter))
_MOVES = frozenset(
    (
        Qt.Key.Key_Left,
        Qt.Key.Key_Right,
        Qt.Key.Key_Home,
        Qt.Key.Key_End,
        Qt.Key.Key_PageUp,
        Qt.Key.Key_PageDown,
    )
)
_HOLDERS = {
    QAbstractButton: _PRESSES,
    QComboBox: _PRESSES | _MOVES,
    QAbstractSlider: _MOVES,
    QAbstractSpinBox: _MOVES,
    QAbstractItemView: _MOVES - {Qt.Key.Key_Left, Qt.Key.Key_Right} | {Qt.Key.Key_Space},
}


class FocusedKeys(QObject):
    """Lets a focused button take Space and a focused slider the arrows, before they become the window's commands.

    Somebody who tabs through the window presses the button that has the focus; everybody else plays with Space and
    walks with the arrows.
    """

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        app.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
            for kind, keys in _HOLDERS.items():
                if plain and isinstance(watched, kind) and event.key() in keys:
                    event.accept()
                    return True
        return False
