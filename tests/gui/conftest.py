"""The whole window for tests that drive it: a real network, a real picture, everything answered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cnnviz.gui.collection import samples
from cnnviz.gui.controller import Controller
from cnnviz.gui.main_window import MainWindow
from cnnviz.gui.session import Session
from cnnviz.gui.theme import theme
from cnnviz.request import ModelRequest, Request
from cnnviz.settings import Settings


@dataclass
class Opened:
    """A window on LeNet-5 and a seven, and the hands of a person."""

    qtbot: QtBot
    controller: Controller

    @property
    def window(self) -> MainWindow:
        return self.controller.window

    @property
    def request(self) -> Request:
        return self.controller.session.request

    def settle(self) -> None:
        """Wait until everything that was asked for is on the screen."""
        controller = self.controller
        if not controller.settled:
            with self.qtbot.waitSignal(controller.activity, timeout=60_000, check_params_cb=lambda: controller.settled):
                pass
        QApplication.processEvents()

    def ask(self, **changes: object) -> None:
        """Ask for something, and wait for the answer."""
        self.controller.session.update(**changes)
        self.settle()

    def press(self, key: Qt.Key) -> None:
        """Press a key of the window, and wait for what it does."""
        self.qtbot.keyClick(self.window.network, key)
        self.settle()


@pytest.fixture
def opened(qtbot: QtBot, qapp: QApplication) -> Iterator[Opened]:
    theme.install(qapp, "dark")
    window = MainWindow()
    lenet = ModelRequest("lenet5-mnist", device="cpu")
    controller = Controller(
        window, Session(Request(lenet, image=next(iter(samples("lenet5-mnist"))), layer="3")), Settings()
    )
    window.resize(1440, 900)
    window.show()
    controller.begin(())
    made = Opened(qtbot, controller)
    made.settle()
    yield made
    controller.stop()
    window.close()
    window.deleteLater()
