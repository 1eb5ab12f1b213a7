"""The window: its parts and where they stand. What they do together is said in ``controller.py``."""

from __future__ import annotations

from itertools import permutations

from PySide6.QtCore import QByteArray, QElapsedTimer, QSettings, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QDockWidget,
    QFrame,
    QMainWindow,
    QMenu,
    QMenuBar,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from cnnviz import paths
from cnnviz.core.colormaps import lut
from cnnviz.figure import ZERO, Figure, Sliding, number
from cnnviz.gui import clipboard, drops
from cnnviz.gui.actions import Actions
from cnnviz.gui.drawing.panel import DrawPanel
from cnnviz.gui.error_bar import ErrorBar
from cnnviz.gui.layer_card import LayerCardWidget
from cnnviz.gui.live.panel import LivePanel
from cnnviz.gui.naming import named
from cnnviz.gui.network import Network
from cnnviz.gui.retouch.panel import RetouchPanel
from cnnviz.gui.softmax_panel import SoftmaxPanel
from cnnviz.gui.status import StatusBar
from cnnviz.gui.stepper import Stepper
from cnnviz.gui.still import Still
from cnnviz.gui.theme import theme
from cnnviz.gui.top_bar import TopBar
from cnnviz.gui.tray import Tray
from cnnviz.gui.view_pane import ViewPane
from cnnviz.response import Response

LAYOUT_VERSION = 1
"""Raised when docks are renamed: a layout saved by another version is not restored."""


SHARES = {"": [450, 430], "explain": [270, 610]}
"""Heights of the network and of the view below it at the first start, by workspace."""

WIDTHS = (208, 312)
"""Pixels that the panels at the left and at the right are wide at the first start, at 100 %."""

SHARES_OF_NARROW = (0.18, 0.28)
"""The most that they take of a window that is narrow."""

FRAME = 24
"""Pixels that a window manager's frame takes at a side; a title takes twice as much."""


FRAME_TIME = 12
"""Milliseconds after which the facts at the edge follow what is in the middle, when nothing comes in between."""

FACTS_EVERY = 80
"""Milliseconds after which they follow in any case; while one draws, they follow no faster than that."""


class MainWindow(QMainWindow):
    """All parts, laid out; it says what was dropped on it and when it is closed."""

    dropped = Signal(object, str)  # list of local files, sentence about the rest
    closed = Signal()
    facts_shown = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("main-window")
        self.setWindowTitle("CNNViz")
        self.setAcceptDrops(True)
        self.menus = QMenuBar()
        self.remark = ""
        self._latest: Response | None = None
        self._titles: tuple[str, ...] = ()  # of its steps
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._show_facts)
        self._facts_age = QElapsedTimer()
        self._facts_age.start()
        self.commands = Actions(self, self.menus)
        self._build()
        self._lay_out()
        self._workspace = ""
        self._shares: dict[str, list[int]] = {}  # of the network and the view below it, by workspace
        self._first_layout = self.saveState(LAYOUT_VERSION)

    # what is kept between two starts

    def restore(self) -> None:
        """Size, place and panels as they were left, on a screen that exists."""
        saved = QSettings(str(paths.config() / "window.ini"), QSettings.Format.IniFormat)
        geometry, state = saved.value("geometry"), saved.value("state")
        split = saved.value("split")
        if not isinstance(geometry, QByteArray) or not self.restoreGeometry(geometry):
            room = QGuiApplication.primaryScreen().availableGeometry()
            self.resize(min(1440, room.width() - FRAME), min(900, room.height() - 2 * FRAME))
        if isinstance(state, QByteArray):
            self.restoreState(state, LAYOUT_VERSION)
        if isinstance(split, QByteArray):
            self.split.restoreState(split)
        if not any(screen.availableGeometry().intersects(self.geometry()) for screen in QGuiApplication.screens()):
            self.move(QGuiApplication.primaryScreen().availableGeometry().topLeft())

    def remember(self) -> None:
        """Save size, place and panels."""
        saved = QSettings(str(paths.config() / "window.ini"), QSettings.Format.IniFormat)
        saved.setValue("geometry", self.saveGeometry())
        saved.setValue("state", self.saveState(LAYOUT_VERSION))
        saved.setValue("split", self.split.saveState())

    def reset_layout(self) -> None:
        """Panels back to where they were at the first start."""
        self.restoreState(self._first_layout, LAYOUT_VERSION)
        self._shares.clear()
        self.split.setSizes(SHARES[self._workspace])

    # the parts

    def _build(self) -> None:
        menus = self.commands.menus
        self.devices = named(QMenu("Device", self), "menu-device")
        self.views = named(QMenu("Layer view", self), "menu-layer-view")
        self.themes = named(QMenu("Theme", self), "menu-theme")
        self.recent = named(QMenu("Recent pictures", self), "menu-recent")
        menus["View"].insertMenu(self.commands["larger"], self.views)
        menus["View"].insertMenu(self.commands["larger"], self.themes)
        menus["File"].insertMenu(self.commands["paste"], self.recent)
        self.top = TopBar(self.menus, menus["Model"], self.devices, self.commands["back"], self.commands["forward"])
        self.errors = ErrorBar()
        self.network = Network()
        self.stepper = Stepper()
        self.pane = ViewPane()
        self.tray = Tray()
        self.card = LayerCardWidget()
        self.softmax = SoftmaxPanel()
        self.status = StatusBar()
        self.drawing = DrawPanel()
        self.retouch = RetouchPanel()
        self.live = LivePanel()
        for section, other in permutations((self.drawing, self.retouch, self.live), 2):
            section.make_way(other)
        self._old_pass = False
        self.pane.paled.connect(self._on_paled)

    def _lay_out(self) -> None:
        walk = named(QFrame(), "walk")
        walk.setProperty("role", "card")
        column = QVBoxLayout(walk)
        column.setContentsMargins(*(theme.px(8),) * 4)
        column.addWidget(self.network, 1)
        column.addWidget(self.stepper)
        self.split = named(QSplitter(Qt.Orientation.Vertical), "split")
        self.split.addWidget(Still(walk, 320, 156))
        self.split.addWidget(Still(self.pane, 320, 226))
        self.split.setSizes(SHARES[""])
        self.split.setChildrenCollapsible(False)
        centre = named(QWidget(), "centre")
        column = QVBoxLayout(centre)
        column.setContentsMargins(*(theme.px(12),) * 4)
        column.setSpacing(theme.px(8))
        column.addWidget(self.errors)
        column.addWidget(self.split, 1)
        self.setCentralWidget(centre)
        bar = self.addToolBar("Top bar")
        bar.setObjectName("top-tool-bar")
        bar.setMovable(False)
        bar.toggleViewAction().setVisible(False)
        bar.addWidget(Still(self.top, 600))
        facts = named(QFrame(), "facts")
        facts.setProperty("role", "panel")
        column = QVBoxLayout(facts)
        column.setContentsMargins(theme.px(4), theme.px(4), theme.px(4), theme.px(4))
        column.setSpacing(theme.px(8))
        column.addWidget(self.card)
        column.addWidget(self.softmax)
        column.addStretch(1)
        scroll = named(QScrollArea(), "facts-scroll")
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(facts)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._facts, self._facts_scroll = facts, scroll
        self.docks = (
            self._dock("Pictures", self._pictures(), Qt.DockWidgetArea.LeftDockWidgetArea),
            self._dock("Layer", scroll, Qt.DockWidgetArea.RightDockWidgetArea),
        )
        self._scale = theme.scale
        self.resizeDocks(self.docks, [theme.px(width) for width in WIDTHS], Qt.Orientation.Horizontal)
        theme.changed.connect(self._fix_sizes)
        self._fix_sizes()
        foot = self.statusBar()
        foot.setSizeGripEnabled(False)
        foot.addWidget(Still(self.status, 200), 1)

    def _pictures(self) -> QFrame:
        """What stands at the left: the pictures, and the pad to draw others."""
        pictures = named(QFrame(), "pictures")
        pictures.setProperty("role", "panel")
        column = QVBoxLayout(pictures)
        column.setContentsMargins(theme.px(10), theme.px(12), theme.px(10), 0)
        column.addWidget(self.tray, 1)
        column.addWidget(self.drawing)
        column.addWidget(self.retouch)
        column.addWidget(self.live)
        return pictures

    def _fix_sizes(self) -> None:
        """The panel at the right is as wide as its parts ask for, and its scroll bar."""
        bar = self._facts_scroll.verticalScrollBar().sizeHint().width()
        self._facts_scroll.setMinimumWidth(self._facts.minimumSizeHint().width() + bar)
        if theme.scale != self._scale:  # the panels keep their share
            widths = [round(dock.width() * theme.scale / self._scale) for dock in self.docks]
            self._scale = theme.scale
            self.resizeDocks(self.docks, widths, Qt.Orientation.Horizontal)

    def _dock(self, title: str, content: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = QDockWidget(title, self)
        dock.setObjectName(f"dock-{title.lower()}")
        dock.setWidget(content)
        dock.setTitleBarWidget(QWidget())  # the panels bear headings of their own
        self.addDockWidget(area, dock)
        toggle = dock.toggleViewAction()
        toggle.setObjectName(f"show-{title.lower()}")
        self.commands.menus["View"].insertAction(self.commands["full-screen"], toggle)
        return dock

    # what is shown

    def show_response(self, response: Response, current: bool) -> None:
        """Maps and bars first; ``current`` says whether it answers the newest request. The facts follow in a moment."""
        before, self._latest = self._latest, response
        self.network.set_response(response)
        if before is None or before.steps is not response.steps:
            self._titles = tuple(step.title for step in response.steps)
        self.stepper.set_steps(self._titles, response.current, first=0)
        self.pane.set_response(response)
        self.pane.set_stale(not current)
        self.softmax.set_scores(response.scores)
        rest = FACTS_EVERY - self._facts_age.elapsed()
        if before is not None and before.steps is response.steps and before.key != response.key:
            if not self._later.isActive():  # another picture of the same network: a stroke goes on, or a film
                self._later.start(max(rest, FRAME_TIME))
        elif not self._later.isActive() or rest > 0:
            self._later.start(FRAME_TIME)  # from the beginning: while one walks quickly, the middle goes first

    @property
    def complete(self) -> bool:
        """Whether all parts show the latest response, with all their maps."""
        return self.network.complete and not self._later.isActive()

    def _show_facts(self) -> None:
        """The panels at the edge: they may lag behind by a frame, so that walking quickly never waits for them."""
        self._facts_age.start()
        if (response := self._latest) is not None:
            self.top.set_response(response)
            self.card.set_card(response.card)
            self.card.set_stale(self.pane.stale)
            self.status.set_forward(response.seconds)
            self.status.set_memory(len(response.steps) - 1, response.kept_bytes)
            self.remark = _remark(response.figure)
            self.status.set_remark(self.remark)
            self.facts_shown.emit()

    def set_workspace(self, name: str) -> None:
        """Arrange the middle for a workspace: each keeps the shares that the person gave it."""
        self.top.set_workspace(name)
        if name != self._workspace:
            self._shares[self._workspace] = self.split.sizes()
            self._workspace = name
            self.split.setSizes(self._shares.get(name, SHARES[name]))

    def show_stale(self, new_pass: bool, live: bool = False) -> None:
        """What is shown belongs to an older request; with another model or picture that is so for all parts.

        ``live``: answers follow each other quickly; only what is late is marked.
        """
        self.pane.set_stale(True, quiet=live)
        self._old_pass = new_pass and live
        if new_pass and not live:
            self._mark_pass()

    def _on_paled(self) -> None:
        self.card.set_stale(True)
        if self._old_pass:
            self._mark_pass()

    def _mark_pass(self) -> None:
        """All parts show another picture or model than was asked for."""
        for part in (self.card, self.network, self.softmax):
            part.set_stale(True)

    # what comes from outside

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if drops.can_take(event.mimeData()):
            self.tray.zone.set_active(True)  # says that one may let go anywhere
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.tray.zone.set_active(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self.tray.zone.set_active(False)
        event.acceptProposedAction()
        self.dropped.emit(*clipboard.files_of(event.mimeData()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow window the panels leave the middle at least half of the width."""
        super().resizeEvent(event)
        self.drawing.fit(self.height())
        for dock, share in zip(self.docks, SHARES_OF_NARROW, strict=True):
            room = round(self.width() * share)
            if dock.width() > room and self.width() < theme.px(1280):
                self.resizeDocks([dock], [room], Qt.Orientation.Horizontal)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.closed.emit()
        event.accept()


def _remark(figure: Figure) -> str:
    """What the colours of a figure mean, in words."""
    panels = [panel.output if isinstance(panel, Sliding) else panel for panel in figure.panels]
    scale = next((scale for panel in panels if (scale := getattr(panel, "scale", None)) is not None), None)
    if scale is None:
        return ""
    if scale.empty:
        return "all values are NaN or infinite"
    neutral, negative, positive = (QColor(*map(int, lut(scale.colormap)[i][:3])) for i in (ZERO, 40, 214))
    if not scale.signed:
        return f"0 to {number(scale.high)} · scale shared by {scale.shared_by}"
    words = f"zero is {_name(neutral)} · {_name(positive)} positive · {_name(negative)} negative"
    return f"{words} · scale shared by {'the layer' if scale.shared_by == 'layer' else scale.shared_by}"


def _name(color: QColor) -> str:
    """A plain word for a colour."""
    if color.saturation() < 40:
        return "white" if color.lightness() > 160 else "black"
    hues = ((20, "red"), (48, "orange"), (70, "yellow"), (170, "green"), (255, "blue"), (330, "violet"), (361, "red"))
    return next(word for limit, word in hues if color.hue() < limit)
