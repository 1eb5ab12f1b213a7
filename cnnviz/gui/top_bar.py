"""The bar at the top: model, device, history, search, export."""

from __future__ import annotations

import sys
from functools import partial

from PySide6.QtCore import QCoreApplication, QEvent, Qt, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QMenuBar,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from cnnviz.gui.theme import theme
from cnnviz.response import Response

WORKSPACES = (
    ("", "Explore", "Walk through the network and look at its maps"),
    ("network", "Network", "All operations as a graph with their maps (G)"),
    ("table", "Table", "All operations in numbers, their times, and the health of the pass (T)"),
    ("explain", "Explain", "How one number came about (E)"),
    ("sandbox", "Sandbox", "A convolution or a pooling to play with (B)"),
    ("train", "Train", "Let a network learn, and watch (L)"),
    ("learn", "Learn", "Lessons beside the window that they are about (Ctrl+L)"),
)
"""Name, text and tip of each workspace."""

SANDBOX = "sandbox"
"""The workspace that needs no network."""

NETWORK = "network"
"""The workspace that shows the graph."""

TABLE = "table"
"""The workspace that shows all records in numbers."""

TRAIN = "train"
"""The workspace in which networks learn."""

LEARN = "learn"
"""What stands beside any workspace: a lesson."""

NARROW = 1400
"""Pixels of width at 100 % below which the names of workspaces stand closer together."""

FIND = "Find…   Ctrl K"


class TopBar(QFrame):
    """Says what runs on what, and holds the few things one reaches for most."""

    find_requested = Signal()
    export_requested = Signal()
    workspace_picked = Signal(str)
    learning_picked = Signal()

    def __init__(
        self,
        bar: QMenuBar,
        models: QMenu,
        devices: QMenu,
        back: QAction,
        forward: QAction,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("top-bar")
        self.setProperty("role", "bar")
        self._brand = brand = QLabel("CNNViz")
        brand.setProperty("role", "heading")
        self._menus = bar
        self._model_texts, self._device_texts = ("Opening…",) * 3, ("Opening…",) * 2
        self._shown: object = None
        self._short = 0  # how much less than everything there is room for
        self._model = self._chip("model-button", "Model", "model", models)
        self._device = self._chip("device-button", "Device", "chip", devices)
        self._find = QPushButton(FIND)
        self._find.setObjectName("find-button")
        self._find.setAccessibleName("Find a layer, a view or a command")
        self._find.setProperty("role", "chip")
        theme.set_icon(self._find, "search", "dim")
        self._find.clicked.connect(self.find_requested)
        self._export = QPushButton("Export figure")
        self._export.setObjectName("export-button")
        self._export.setProperty("role", "accent")
        self._export.clicked.connect(self.export_requested)

        layout = self._row = QHBoxLayout(self)
        layout.setContentsMargins(theme.px(8), theme.px(4), theme.px(8), theme.px(4))
        layout.addWidget(brand)
        if sys.platform != "darwin":  # there the menus stand at the top of the screen
            bar.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
            layout.addWidget(bar, 0, Qt.AlignmentFlag.AlignVCenter)
        self._ways: list[QToolButton] = []  # back and forward, which the menu has as well
        for action in (back, forward):
            button = QToolButton()
            self._ways.append(button)
            button.setDefaultAction(action)
            button.setObjectName(f"{action.objectName()}-button")
            layout.addWidget(button)
        layout.addWidget(self._model)
        layout.addWidget(self._device)
        layout.addStretch(1)
        layout.addWidget(self._make_workspaces())
        layout.addStretch(1)
        layout.addWidget(self._find)
        layout.addWidget(self._export)

    def _make_workspaces(self) -> QFrame:
        """Ways to arrange the same views over the same request."""
        segment = self._workspaces = QFrame()
        segment.setObjectName("workspaces")
        segment.setAccessibleName("Workspace")
        segment.setProperty("role", "segment")
        row = QHBoxLayout(segment)
        row.setContentsMargins(*(theme.px(2),) * 4)
        row.setSpacing(theme.px(2))
        self._workspace: dict[str, QToolButton] = {}
        self._of_network, self._over, self._learning = "", "", False
        for name, text, tip in WORKSPACES:
            button = QToolButton(segment)
            button.setObjectName(f"workspace-{name or 'explore'}")
            button.setText(text)
            button.setToolTip(tip)
            button.setAccessibleName(f"Workspace: {text}")
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            button.clicked.connect(partial(self._on_workspace, name))
            row.addWidget(button)
            self._workspace[name] = button
        self._more = QToolButton(segment)
        self._more.setObjectName("workspaces-more")
        self._more.setText("More")
        self._more.setAccessibleName("All workspaces")
        self._more.setToolTip("All workspaces")
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._more.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        menu = QMenu(self._more)
        for name, text, tip in WORKSPACES:
            act = menu.addAction(text)
            act.setToolTip(tip)
            act.triggered.connect(partial(self._on_workspace, name))
        self._more.setMenu(menu)
        self._more.hide()
        row.addWidget(self._more)
        self.set_workspace("")
        return segment

    def set_workspace(self, current: str) -> None:
        """Show which workspace of the network is open, unless another lies over it."""
        self._of_network = current
        for name, button in self._workspace.items():
            button.setChecked(name == (self._over or current) or (name == LEARN and self._learning))
        self._fold(not self._more.isHidden())

    def _fold(self, folded: bool) -> None:
        """Where there is no room for all workspaces, only those that are open are named, and a menu has the others."""
        self._more.setVisible(folded)
        for button in self._workspace.values():
            button.setVisible(not folded or button.isChecked())

    @property
    def workspace(self) -> str:
        """Which workspace is shown; empty for the first."""
        return self._over or self._of_network

    def set_learning(self, on: bool) -> None:
        """Show whether a lesson stands beside it."""
        self._learning = on
        self.set_workspace(self._of_network)

    def set_over(self, name: str) -> None:
        """Show which workspace lies over the others: the sandbox or the graph; empty when none does."""
        self._over = name
        self.set_workspace(self._of_network)

    def _on_workspace(self, name: str) -> None:
        self.set_workspace(self._of_network)  # until what was asked for is shown
        if name == LEARN:
            self.learning_picked.emit()  # the other workspaces stay as they are
        else:
            self.workspace_picked.emit(name)

    def set_response(self, response: Response) -> None:
        """Name the model, the device and the time of the pass."""
        model = response.model
        shown = (model, response.seconds, response.notes)
        if shown == self._shown:
            return
        self._shown = shown
        named = self._model_texts[1], self._device_texts[1]
        title = f"{model.title} · untrained" if model.untrained else model.title
        self._model_texts = (f"{title}   {model.parameters:,} parameters", title, model.title)
        said = ("Untrained: its weights are random, so its answers mean nothing.",) if model.untrained else ()
        self._model.setToolTip("\n".join((*said, model.name, model.caption, *response.notes)))
        if (title, model.device) != named:  # a new icon lays out the bar again
            theme.set_icon(self._model, "model", "warning" if model.untrained else "dim")
        self._device_texts = (f"{model.device}   {response.seconds * 1000:.1f} ms", model.device)
        self._device.setToolTip(
            f"One forward pass on {model.device} took {response.seconds * 1000:.2f} ms, everything recorded.\n"
            f"{response.device_memory}".strip()
        )
        if self._short == 0 or (title, model.device) != named:
            self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()

    def _fit(self) -> None:
        """Where it is narrow, the chips say less, the search is a mere glass, and workspaces go into a menu."""
        if (narrow := self.width() < theme.px(NARROW)) != self._workspaces.property("narrow"):
            self._workspaces.setProperty("narrow", narrow)
            for button in self._workspace.values():
                button.style().unpolish(button)
                button.style().polish(button)
                QCoreApplication.sendEvent(button, QEvent(QEvent.Type.StyleChange))  # it forgets how large it was
        for short in range(7):
            self._short = short
            if self._more.isHidden() != (short < 6):
                self._fold(short == 6)
            wide = self._workspaces.sizeHint().width() + theme.px(8)  # the chosen one is bold
            self._workspaces.setMinimumWidth(wide)
            full, titled, name = self._model_texts
            self._model.setText((full, titled, titled, titled, name, "", "")[short])
            self._device.setText((*self._device_texts, "", "", "", "", "")[short])
            # the menu “Model” has it as well; that a network is untrained is worth more
            self._device.setVisible(short < (5 if titled == name else 3))
            self._find.setText("" if short else FIND)
            self._export.setText("Export" if short > 1 else "Export figure")
            self._row.setSpacing(theme.px(3 if short > 2 else 8))
            self._brand.setVisible(not short)
            for part in (*self._ways, self._find):
                part.setVisible(short < 4)
            parts = (
                *self._ways,
                self._brand,
                self._menus,
                self._model,
                self._device,
                self._workspaces,
                self._find,
                self._export,
            )
            seen = [part.sizeHint().width() for part in parts if not part.isHidden()]
            if sum(seen) + theme.px(16) + self._row.spacing() * (len(seen) + 2) <= self.width():
                return

    def _chip(self, name: str, accessible: str, icon: str, menu: QMenu) -> QPushButton:
        chip = QPushButton("…")
        chip.setObjectName(name)
        chip.setAccessibleName(accessible)
        chip.setProperty("role", "chip")
        chip.setMenu(menu)
        theme.set_icon(chip, icon, "dim")
        chip.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        return chip
