"""Menus whose entries depend on what is open: models, devices, layer views, themes, recent files."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu

from cnnviz.gui.theme import MODES
from cnnviz.request import ModelRequest
from cnnviz.response import ViewOffer

BUNDLED = (
    ("lenet5-mnist", "LeNet-5 on MNIST"),
    ("mlp-mnist", "MLP on MNIST"),
    ("vgg-cifar10", "VGG-small on CIFAR-10"),
)
DEVICES = (("auto", "Best device"), ("cpu", "CPU"))
"""Those that every computer has; GPUs are listed once torch has found them."""
THEME_NAMES = {"auto": "As the system", "light": "Light", "dark": "Dark"}


def fill_choices(menu: QMenu, entries: Iterable[tuple[str, str]], current: str, chosen: Callable[[str], None]) -> None:
    """Fill a menu with exclusive choices, (value, words) each; the current one is checked."""
    menu.clear()
    group = QActionGroup(menu)
    for value, words in entries:
        action = menu.addAction(words)
        action.setObjectName(f"{menu.objectName()}-{value}")
        action.setCheckable(True)
        action.setChecked(value == current)
        action.triggered.connect(lambda _=False, v=value: chosen(v))
        group.addAction(action)


def fill_themes(menu: QMenu, current: str, chosen: Callable[[str], None]) -> None:
    """Light, dark, or as the system."""
    fill_choices(menu, ((mode, THEME_NAMES[mode]) for mode in MODES), current, chosen)


def fill_views(menu: QMenu, views: tuple[ViewOffer, ...], current: str, chosen: Callable[[str], None]) -> None:
    """The layer views that fit the current step, with Ctrl+1 … Ctrl+9."""
    names = [f"{menu.objectName()}-{view.name}" for view in views]
    if names != [action.objectName() for action in menu.actions()]:
        fill_choices(menu, ((view.name, view.title) for view in views), current, chosen)
        for number, action in enumerate(menu.actions()[:9], 1):
            action.setShortcut(QKeySequence(f"Ctrl+{number}"))
    for view, action in zip(views, menu.actions(), strict=True):
        action.setChecked(view.name == current)


def fill_models(
    menu: QMenu, recent: tuple[ModelRequest, ...], opened: Callable[[ModelRequest], None], more: QAction
) -> None:
    """Bundled models, those opened last, and the way to all others."""
    menu.clear()
    for name, words in BUNDLED:
        menu.addAction(words, partial(opened, ModelRequest(name))).setObjectName(f"model-{name}")
    others = [model for model in recent if model.name not in dict(BUNDLED)]
    if others:
        menu.addSection("Opened last")
    for model in others:
        words = Path(model.name).name + (f" as {model.arch}" if model.arch else "")
        action = menu.addAction(words, partial(opened, model))
        action.setToolTip(model.name)
        action.setEnabled(not _is_missing(model.name))
    menu.addSeparator()
    menu.addAction(more)


def fill_recent(menu: QMenu, recent: tuple[str, ...], opened: Callable[[str], None]) -> None:
    """Pictures opened last; those that are gone are greyed."""
    menu.clear()
    for path in recent:
        action = menu.addAction(Path(path).name, partial(opened, path))
        action.setToolTip(path)
        action.setEnabled(Path(path).exists())
    menu.setEnabled(bool(recent))


def _is_missing(name: str) -> bool:
    """Whether a model's name is a file that is gone."""
    return ("/" in name or "\\" in name) and not Path(
        name.split(".py:")[0] + (".py" if ".py:" in name else "")
    ).exists()
