from __future__ import annotations

import platform
import time

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

import cnnviz
from cnnviz import paths
from cnnviz.gui.about import AboutDialog
from cnnviz.gui.error_bar import Message


def test_says_versions_and_copies_diagnostics(qtbot: QtBot) -> None:
    errors = [(time.time(), Message("“a.png” ends in the middle.", "line 1\nline 2"))]
    dialog = AboutDialog([("Device", "CPU")], errors)
    qtbot.addWidget(dialog)
    with qtbot.waitExposed(dialog):
        dialog.show()
    assert dialog.findChild(QLabel, "about-python").text() == platform.python_version()
    assert dialog.findChild(QLabel, "about-numpy").text() == np.__version__
    assert dialog.findChild(QLabel, "about-device").text() == "CPU"
    qtbot.mouseClick(dialog.copy, Qt.MouseButton.LeftButton)
    assert dialog.copied.text() == "Copied"
    text = QApplication.clipboard().text()
    assert f"CNNViz: {cnnviz.__version__}\n" in text
    assert "Device: CPU\n" in text
    assert "error: “a.png” ends in the middle.\n    line 1\n    line 2\n" in text
    assert str(paths.log_file()) in text
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_without_errors_says_so(qtbot: QtBot) -> None:
    dialog = AboutDialog()
    qtbot.addWidget(dialog)
    dialog._copy()
    assert "No errors so far." in QApplication.clipboard().text()
