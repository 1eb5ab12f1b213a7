"""The tray's menus: how it is sorted and filtered, and what can be done with the selected pictures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QActionGroup, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QMenu, QToolButton

from cnnviz.gui.theme import theme
from cnnviz.gui.tray_items import FILTERS, TrayItem, natural

if TYPE_CHECKING:
    from cnnviz.gui.tray import Tray

MENU_CLASSES = 40
"""How many classes a menu lists; where there are more, they are typed."""


def fill_filters(menu: QMenu, items: Iterable[TrayItem], current: str, chosen: Callable[[str], object]) -> None:
    """The filters, and the classes that were predicted with their numbers."""
    add_choices(menu, FILTERS, current, chosen)
    counts = Counter(item.label for item in items if item.state == "done" and item.label)
    if not counts:
        return
    below = menu.addMenu("Predicted class")
    shown = sorted((label for label, _ in counts.most_common(MENU_CLASSES)), key=natural)
    add_choices(below, {f"class:{label}": f"{label} ({counts[label]:,})" for label in shown}, current, chosen)
    if len(counts) > MENU_CLASSES:
        below.addAction(f"{len(counts) - MENU_CLASSES:,} rarer classes: search for them").setEnabled(False)


def context_menu(tray: Tray) -> QMenu:
    """What can be done with the selected pictures."""
    menu = QMenu(tray)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    chosen, model = tray.selected, tray.model
    one = len(chosen) == 1
    _add_true_class(menu, tray, chosen)
    menu.addSeparator()
    if model.plain:
        menu.addAction("Move up", lambda: tray.move_selected(-1)).setShortcut(QKeySequence("Alt+Up"))
        menu.addAction("Move down", lambda: tray.move_selected(1)).setShortcut(QKeySequence("Alt+Down"))
    copy = menu.addAction("Copy path" if one else f"Copy {len(chosen):,} paths")
    copy.triggered.connect(lambda: QGuiApplication.clipboard().setText("\n".join(chosen)))
    theme.set_icon(copy, "copy", "dim")
    menu.addSeparator()
    remove = menu.addAction("Remove" if one else f"Remove {len(chosen):,} pictures", tray.remove_selected)
    remove.setShortcut(QKeySequence(QKeySequence.StandardKey.Delete))
    theme.set_icon(remove, "trash", "dim")
    if len(model.items) > len(chosen):
        menu.addAction("Remove all", lambda: tray.remove([known.path for known in model.items]))
    return menu


def _add_true_class(menu: QMenu, tray: Tray, chosen: list[str]) -> None:
    items = [item for path in chosen if (item := tray.model.item(path)) is not None]
    classes = tray.delegate.classes
    if 0 < len(classes) <= MENU_CLASSES:
        now = items[0].true_label if len(items) == 1 else ""
        names = {name: name for name in classes}
        add_choices(menu.addMenu("True class"), names, now, lambda name: tray.model.set_true_label(chosen, name))
    elif len(items) == 1:
        menu.addAction("Set true class…", tray.edit_true_class).setShortcut(QKeySequence(Qt.Key.Key_F2))
    if any(item.true_label for item in items):
        menu.addAction("Forget true class", lambda: tray.model.set_true_label(chosen, ""))


def menu_button(icon: str, name: str, fill: Callable[[QMenu], object]) -> QToolButton:
    """A button whose menu is filled each time when it opens."""
    button = QToolButton()
    button.setObjectName(f"tray-{icon}")
    button.setAccessibleName(name)
    button.setToolTip(name)
    button.setProperty("role", "small")
    theme.set_icon(button, icon, "dim")
    menu = QMenu(button)

    def refill() -> None:
        menu.clear()
        fill(menu)

    menu.aboutToShow.connect(refill)
    button.setMenu(menu)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    return button


def add_choices(menu: QMenu, names: Mapping[str, str], current: str, chosen: Callable[[str], object]) -> None:
    """Exclusive choices, the current one checked."""
    group = QActionGroup(menu)
    for key, name in names.items():
        action = menu.addAction(name.replace("&", "&&"))
        action.setCheckable(True)
        action.setChecked(key == current)
        group.addAction(action)
        action.triggered.connect(lambda _=False, key=key: chosen(key))
