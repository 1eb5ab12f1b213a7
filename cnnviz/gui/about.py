"""About CNNViz: versions, the device, the last errors, all on the clipboard with one click."""

from __future__ import annotations

import platform
import time
from collections.abc import Iterable, Sequence

from PySide6.QtCore import Qt, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

import cnnviz
from cnnviz import paths
from cnnviz.gui.error_bar import Message
from cnnviz.gui.theme import theme

_DISTRIBUTIONS = (
    "torch",
    "torchvision",
    "numpy",
    "Pillow",
    "safetensors",
    "matplotlib",
    "PySide6-Essentials",
    "pyqtgraph",
)


def versions() -> list[tuple[str, str]]:
    """(name, version) of everything that matters for a report; found without importing any of it."""
    from importlib import metadata  # 0.04 s: not at the start

    found = [
        ("CNNViz", cnnviz.__version__),
        ("Python", platform.python_version()),
        ("System", f"{platform.system()} {platform.release()} {platform.machine()}"),
        ("Qt", qVersion()),
    ]
    for name in _DISTRIBUTIONS:
        try:
            found.append((name, metadata.version(name)))
        except metadata.PackageNotFoundError:
            found.append((name, "not installed"))
    return found


def diagnostics(facts: Sequence[tuple[str, str]], errors: Iterable[tuple[float, Message]]) -> str:
    """What *Copy diagnostics* copies, as plain text: versions, further facts (device, model ...), the last errors."""
    platform_name = QGuiApplication.platformName()
    lines = [f"{name}: {text}" for name, text in (*versions(), ("Window system", platform_name), *facts)]
    lines.append(f"Log: {paths.log_file()}")
    last = list(errors)
    lines += ["", "Last errors:" if last else "No errors so far."]
    for when, message in last:
        lines.append(f"[{time.strftime('%H:%M:%S', time.localtime(when))}] {message.level}: {message.sentence}")
        lines += [f"    {line}" for line in message.details.splitlines()]
    return "\n".join(lines) + "\n"


class AboutDialog(QDialog):
    """What this is, and what one needs to report that it fails.

    Parameters
    ----------
    facts
        Further (name, text) rows: the device, the model.
    errors
        The error bar's ``history``.
    """

    def __init__(
        self,
        facts: Sequence[tuple[str, str]] = (),
        errors: Iterable[tuple[float, Message]] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("about")
        self.setWindowTitle("About CNNViz")
        self.setAccessibleName("About CNNViz")
        self._text = diagnostics(facts, errors)
        title = QLabel("CNNViz")
        title.setProperty("role", "title")
        what = QLabel("A desktop microscope for convolutional networks.\nBSD-3-Clause licence.")
        what.setProperty("role", "dim")
        card = QFrame()
        card.setProperty("role", "card")
        grid = QGridLayout(card)
        grid.setContentsMargins(*(theme.px(n) for n in (16, 12, 16, 12)))
        grid.setHorizontalSpacing(theme.px(24))
        grid.setVerticalSpacing(theme.px(4))
        grid.setColumnStretch(1, 1)
        for row, (name, text) in enumerate((*versions(), *facts)):
            label, value = QLabel(name), QLabel(text)
            label.setProperty("role", "dim")
            value.setObjectName(f"about-{name.lower()}")
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            value.setWordWrap(True)
            grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(value, row, 1)
        self.copy = QPushButton("Copy diagnostics")
        self.copy.setObjectName("copy-diagnostics")
        self.copy.setToolTip("Versions, device and the last errors, as text for a report")
        theme.set_icon(self.copy, "copy")
        self.copy.clicked.connect(self._copy)
        self.copied = QLabel()
        self.copied.setObjectName("copied")
        self.copied.setProperty("role", "ok")
        close = QPushButton("Close")
        close.setObjectName("close-about")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        buttons = QHBoxLayout()
        buttons.addWidget(self.copy)
        buttons.addWidget(self.copied)
        buttons.addStretch(1)
        buttons.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(theme.px(20),) * 4)
        column.setSpacing(theme.px(12))
        for widget in (title, what, card):
            column.addWidget(widget)
        column.addLayout(buttons)
        self.setMinimumWidth(theme.px(460))
        close.setFocus()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._text)
        self.copied.setText("Copied")
