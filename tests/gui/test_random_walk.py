"""A thousand clicks, keys, wheels, drags and drops of somebody who does not know what she does."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from cnnviz.gui.theme import theme
from cnnviz.request import ModelRequest
from tests.gui.conftest import Opened

ACTS = 250
"""In each of four walks, so that one that fails is short."""

KEYS = (
    *("Left", "Right", "Up", "Down", "Home", "End", "Space", "Escape", "Tab", "Backtab", "Return", "Delete"),
    *("PageUp", "PageDown", "Plus", "Minus", "0", "3", "E", "A", "Backspace", "F1", "Question"),
)
CONTROL_KEYS = ("K", "F", "1", "2", "3", "C", "V", "Plus", "Minus", "0", "Comma", "S", "M", "O", "Z", "A")
MODELS = ("lenet5-mnist", "vgg-cifar10", "lenet5-mnist")
BUTTONS = (Qt.MouseButton.LeftButton,) * 8 + (Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton)
NONE, CONTROL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier


def odd_files(folder: Path) -> list[Path]:
    """Pictures, and what only looks like one."""
    chance = np.random.default_rng(0)
    for i, shape in enumerate(((20, 20), (28, 28, 3), (1, 300), (90, 40, 4))):
        Image.fromarray(chance.integers(0, 255, shape, dtype=np.uint8)).save(folder / f"picture-{i}.png")
    (folder / "text.png").write_text("not a picture")
    (folder / "cut.png").write_bytes((folder / "picture-1.png").read_bytes()[:100])
    (folder / "weights.pt").write_bytes(b"not weights")
    (folder / "empty").mkdir()
    (folder / "many").mkdir()
    Image.new("L", (8, 8)).save(folder / "many" / "one.png")
    return [*folder.iterdir(), folder / "vanished.png"]


class Hands:
    """What one can do to a window, at random."""

    def __init__(self, opened: Opened, folder: Path, seed: int) -> None:
        self.chance = random.Random(seed)
        self.opened, self.window = opened, opened.window
        self.files = odd_files(folder)
        self.acts: tuple[Callable[[], None], ...] = (
            *((self.click,) * 10),
            *((self.key,) * 8),
            *((self.wheel,) * 3),
            *((self.drag,) * 3),
            *((self.drop,) * 2),
            self.change,
        )
        # What would wait for an answer (a menu, a dialog of files) is closed again by a watcher.
        self.watcher = QTimer()
        self.watcher.timeout.connect(self.close)
        self.watcher.start(5)

    def close(self) -> None:
        popup, dialog = QApplication.activePopupWidget(), QApplication.activeModalWidget()
        if popup is not None:
            popup.close()
        elif dialog is not None:
            dialog.close()

    def act(self) -> None:
        self.chance.choice(self.acts)()

    def _target(self) -> tuple[QWidget, QPoint]:
        """A widget and a spot in it."""
        place = QPoint(self.chance.randrange(self.window.width()), self.chance.randrange(self.window.height()))
        widget = self.window.childAt(place) or self.window
        return widget, widget.mapFrom(self.window, place)

    def click(self) -> None:
        widget, spot = self._target()
        press = QTest.mouseDClick if self.chance.random() < 0.1 else QTest.mouseClick
        press(widget, self.chance.choice(BUTTONS), NONE, spot)

    def key(self) -> None:
        control = self.chance.random() < 0.3
        name = self.chance.choice(CONTROL_KEYS if control else KEYS)
        key = getattr(Qt.Key, f"Key_{name}")
        QTest.keyClick(QApplication.focusWidget() or self.window, key, CONTROL if control else NONE)

    def wheel(self) -> None:
        widget, spot = self._target()
        turned = QPoint(0, self.chance.choice((-240, -120, 120, 240)))
        where = QPointF(widget.mapToGlobal(spot))
        none = Qt.MouseButton.NoButton
        event = QWheelEvent(QPointF(spot), where, QPoint(), turned, none, NONE, Qt.ScrollPhase.NoScrollPhase, False)
        QApplication.sendEvent(widget, event)

    def drag(self) -> None:
        widget, spot = self._target()
        if widget.parent() is self.window.tray.list:
            return  # dragging a picture would start the system's own loop
        QTest.mousePress(widget, Qt.MouseButton.LeftButton, NONE, spot)
        for _ in range(4):
            spot += QPoint(self.chance.randint(-30, 30), self.chance.randint(-30, 30))
            QTest.mouseMove(widget, spot)
        QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, NONE, spot)

    def drop(self) -> None:
        mime = QMimeData()
        chosen = self.chance.sample(self.files, self.chance.randint(1, 3))
        mime.setUrls([QUrl.fromLocalFile(str(file)) for file in chosen])
        left, copy, where = Qt.MouseButton.LeftButton, Qt.DropAction.CopyAction, self.window.rect().center()
        QApplication.sendEvent(self.window, QDragEnterEvent(where, copy, mime, left, NONE))
        QApplication.sendEvent(self.window, QDropEvent(QPointF(where), copy, mime, left, NONE))

    def change(self) -> None:
        """What is rare: another size, look or model, a command of the menus."""
        match self.chance.randrange(5):
            case 0:
                self.window.resize(self.chance.randint(700, 1500), self.chance.randint(500, 1000))
            case 1:
                theme.set_mode(self.chance.choice(("light", "dark")))
            case 2:
                self.opened.controller.open_model(ModelRequest(self.chance.choice(MODELS), device="cpu"))
            case 3:
                names = sorted(set(self.window.commands.by_name) - {"quit", "full-screen"})
                self.window.commands[self.chance.choice(names)].trigger()
            case _:
                self.opened.controller.session.back()


@pytest.mark.parametrize("seed", range(4))
def test_nothing_breaks(opened: Opened, tmp_path: Path, seed: int) -> None:
    hands = Hands(opened, tmp_path, seed)
    for number in range(ACTS):
        hands.act()
        QApplication.processEvents()
        if number % 50 == 49:
            opened.controller.player.set_playing(False)
            opened.settle()
    hands.watcher.stop()
    opened.controller.player.set_playing(False)
    theme.set_scale(1.0)
    opened.settle()
    assert opened.window.isVisible()
    assert not opened.window.pane.stale
    said = [message.sentence for _, message in opened.window.errors.history]
    assert not [sentence for sentence in said if sentence.startswith("This could not be shown")], said
    opened.ask(layer=opened.controller.steps[1].key, view="")
    assert opened.controller.response is not None
    assert opened.controller.response.current == 1
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
