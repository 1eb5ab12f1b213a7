"""Names of widgets: one for programs and tests, one for people who hear the window instead of seeing it."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtWidgets import QWidget

Widget = TypeVar("Widget", bound=QWidget)


def named(widget: Widget, name: str, accessible: str = "") -> Widget:
    """The widget, with its object name and its accessible name."""
    widget.setObjectName(name)
    widget.setAccessibleName(accessible)
    return widget
