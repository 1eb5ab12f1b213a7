"""To the workspace “Network” and back: its page takes the place of the columns and the view below them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QVBoxLayout

from cnnviz.core.graph.shapes import PICTURE, GraphAnswer, GraphQuery, Tiles
from cnnviz.core.survey.shapes import Survey, SurveyQuery, TimingAnswer, TimingQuery
from cnnviz.figure import Figure, Place
from cnnviz.gui.graph.drawn import figure_of
from cnnviz.gui.graph.page import GraphPage
from cnnviz.gui.graph.paint_numbers import OF_PICTURE, TIME, of_survey, of_timing
from cnnviz.gui.main_window import MainWindow
from cnnviz.gui.naming import named
from cnnviz.gui.runner import Runner
from cnnviz.gui.session import OF_GRAPH, Session
from cnnviz.gui.theme import theme
from cnnviz.gui.top_bar import NETWORK
from cnnviz.request import Request
from cnnviz.response import Response

DEPTHS = 9


class Networking(QObject):
    """Opens and closes the graph, asks the worker for it, and keeps it in step with the session.

    Attributes
    ----------
    entering
        The graph is about to be shown.
    landed
        It has come to rest.
    """

    entering = Signal()
    landed = Signal()

    def __init__(self, window: MainWindow, session: Session, runner: Runner) -> None:
        super().__init__(window)
        self._window, self._session, self._runner = window, session, runner
        self._response: Response | None = None
        self._asked: GraphQuery | None = None
        self._measuring: TimingQuery | None = None
        self.open = False
        self.page = self._made()
        self._actions = self._make_menu()
        window.top.workspace_picked.connect(lambda name: self.set_open(name == NETWORK))
        window.commands["network"].triggered.connect(self.set_open)
        window.commands["explain"].triggered.connect(self.leave)
        window.commands["sandbox"].triggered.connect(self.leave)
        session.changed.connect(self._on_request)
        session.looked.connect(self._on_looked)

    # to and fro

    @Slot(bool)
    def set_open(self, on: bool) -> None:
        """Show the graph, or what was there before."""
        if on and not self.open:
            self._enter()
        elif not on:
            self.leave()

    def _enter(self) -> None:
        self.entering.emit()
        self.open = True
        if self._session.request.view == "explain":
            self._session.update(view="", at=None, trail=(), finished=False)
        self._window.split.hide()
        self.page.show()
        self.page.view.setFocus()
        self._tell()
        self._show_request(self._session.request, follow=False)
        self._ask()

    @Slot()
    def leave(self) -> None:
        """Show the columns and the view again."""
        if not self.open:
            return
        self.open = False
        self.page.hide()
        self._window.split.show()
        self._window.network.setFocus()
        self._window.status.set_remark(self._window.remark)
        self._tell()

    def _tell(self) -> None:
        self._window.commands["network"].setChecked(self.open)
        self._window.top.set_over(NETWORK if self.open else "")
        for action in self._actions:
            action.setEnabled(self.open)

    # what is shown

    @property
    def complete(self) -> bool:
        """Whether the graph shows the latest pass, with all maps that are seen."""
        return (
            not self.open
            or self._response is None
            or (self._is_answered and self.page.view.complete and not self.page.lacks_numbers)
        )

    @property
    def _is_answered(self) -> bool:
        return self._asked is None

    def set_response(self, response: Response) -> None:
        """Show another pass."""
        before, self._response = self._response, response
        if before is not None and before.key != response.key:
            same = before.key.model == response.key.model
            self.page.forget_values(*OF_PICTURE, *([] if same else [TIME.name]))
        self.page.view.set_pass(response.key if self._is_drawn(response) else None, response.request.colormaps)
        self.page.view.set_stale(False)
        if self.open and (before is None or before.key != response.key or self.page.scene is None):
            self._ask()
        self.page.view.ask()

    @property
    def figure(self) -> Figure | None:
        """The graph as it is on the screen; None while there is none."""
        title = self._response.model.title if self._response is not None else ""
        return figure_of(self.page.view, title, self.page.place)

    def _is_drawn(self, response: Response) -> bool:
        """Whether the graph that is shown is of the same network."""
        scene = self.page.scene
        keys = [step.key for step in response.steps[1:]]
        return scene is not None and [record.key for record in scene.facts] == keys

    def take(self, found: object) -> bool:
        """Take an answer of the worker that is for the graph."""
        if isinstance(found, GraphAnswer):
            if self._response is not None and found.query.key == self._response.key:
                if found.query == self._asked:
                    self._asked = None
                self.page.view.set_pass(self._response.key, self._response.request.colormaps)
                self.page.set_answer(found)
                self._show_request(self._session.request, follow=False)
            return True
        if isinstance(found, Survey):
            if self._response is not None and found.query.key == self._response.key:
                self.page.set_values(of_survey(found))
            return True
        if isinstance(found, TimingAnswer):
            if found.query == self._measuring:
                self._measuring = None
            if self._response is not None and found.timing is not None and found.query.key == self._response.key:
                self.page.set_values(of_timing(found.timing))
            return True
        if isinstance(found, Tiles):
            self.page.view.set_tiles(found)
            return True
        return False

    @Slot(str)
    def _on_numbers(self, name: str) -> None:
        """Ask for numbers that are not known yet; times that nobody waits for any more are not measured on."""
        if self._response is None or not self.open:
            return
        key = self._response.key
        if name == TIME.name:
            self._measuring = TimingQuery(key)
            self._runner.look_up(self._measuring)
            return
        if self._measuring is not None:
            self._measuring = None
            self._runner.look_up(TimingQuery(key, measure=False))  # it takes the place of the other
        if name:
            self._runner.look_up(SurveyQuery(key))

    def _ask(self) -> None:
        """Ask for the graph of the present pass, folded as the one that is shown if it is of the same network."""
        response, scene = self._response, self.page.scene
        if response is None:
            return
        if (place := self._awaited_place()) is not None:
            query = self.page.come_back(place, response.key)
        elif scene is not None and self._is_drawn(response):
            shown = scene.answer.query
            query = GraphQuery(response.key, shown.room, shown.depth, shown.opened)
        else:
            query = GraphQuery(response.key, self.page.room)
        self._look_up(query)

    def _awaited_place(self) -> Place | None:
        """What a file says of the graph of this pass; None where no file does, or the pass is still to come."""
        if self._response is None or self._response.request.shown != self._session.request.shown:
            return None
        state = self._session.awaited(OF_GRAPH)
        with suppress(KeyError, TypeError, ValueError):
            return state if isinstance(state, Place) else Place.of(state) if isinstance(state, Mapping) else None
        return None

    @Slot()
    def _on_looked(self) -> None:
        """The graph is open already when a file says how it is seen."""
        if self.open and (place := self._awaited_place()) is not None and self._response is not None:
            self._look_up(self.page.come_back(place, self._response.key))

    @Slot()
    def keep_place(self) -> None:
        """Tell the session where one is in the graph."""
        if (place := self.page.place) is not None and self._response is not None and self._is_drawn(self._response):
            self._session.view_states[OF_GRAPH] = asdict(place)

    @Slot(object)
    def _look_up(self, query: GraphQuery) -> None:
        if self._response is not None:
            self._asked = GraphQuery(self._response.key, query.room, query.depth, query.opened)
            self._runner.look_up(self._asked)

    @Slot(object, object)
    def _on_request(self, old: Request, new: Request) -> None:
        if old.shown != new.shown:
            self.page.view.set_stale(True)
        if self.open and new.view == "explain":
            self.leave()
        self._show_request(new, follow=old.layer != new.layer)

    def _show_request(self, request: Request, follow: bool) -> None:
        """The stepper's record, in sight."""
        if self._response is None or not self.open:
            return
        steps = self._response.steps
        index = next((step.index for step in steps if step.key == request.layer), PICTURE)
        self.page.view.set_current(index, follow)

    # what the person does

    def _made(self) -> GraphPage:
        page = GraphPage()
        page.hide()
        page.query_wanted.connect(self._look_up)
        page.numbers_wanted.connect(self._on_numbers)
        page.view.tiles_wanted.connect(self._runner.look_up)
        page.view.record_picked.connect(self._on_picked)
        page.view.record_opened.connect(self._on_opened)
        page.view.landed.connect(self.landed)
        page.view.hovered.connect(lambda text: self._window.status.set_remark(text or self._window.remark))
        centre = self._window.centralWidget()
        assert centre is not None
        column = centre.layout()
        assert isinstance(column, QVBoxLayout)
        page.setMinimumWidth(theme.px(320))  # what stands in it never makes the window wider than the screen
        column.addWidget(page, 1)
        return page

    @Slot(int)
    def _on_picked(self, record: int) -> None:
        self._session.update(layer=self._key(record))

    @Slot(int, object)
    def _on_opened(self, record: int, channel: int | None) -> None:
        self.leave()
        if channel is None:
            self._session.update(layer=self._key(record))
        else:
            self._session.update(layer=self._key(record), view="", channel=channel)

    def _key(self, record: int) -> str:
        steps = self._response.steps if self._response is not None else ()
        return next((step.key for step in steps if step.index == record), "")

    def _make_menu(self) -> list[QAction]:
        """The commands of the graph; they sleep while it is not shown."""
        page = self.page
        menu = named(QMenu("Graph", self._window), "menu-graph")
        rows: list[tuple[str, str, tuple[str, ...], Callable[[], object]]] = [
            ("graph-fit", "Show all of the graph", ("F", "0"), page.view.fit),
            ("graph-zoom-to", "Zoom to what is chosen", ("Z",), page.zoom_to_chosen),
            ("graph-find", "Find in the graph…", ("/",), page.finder.open_bar),
            ("graph-deeper", "Open one level more", ("+", "="), lambda: page.deeper(+1)),
            ("graph-shallower", "Fold one level", ("-",), lambda: page.deeper(-1)),
            ("graph-close", "Fold the block around", ("C",), page.view.hands.close_around),
        ]
        rows += [
            (f"graph-fold-{depth}", f"Fold to depth {depth}", (str(depth),), partial(page.fold, depth))
            for depth in range(1, DEPTHS + 1)
        ]
        actions = []
        for name, text, keys, act in rows:
            action = QAction(text, self._window)
            action.setObjectName(name)
            action.setShortcuts([QKeySequence(key) for key in keys])
            action.triggered.connect(lambda _=False, act=act: act())
            action.setEnabled(False)
            menu.addAction(action)
            self._window.addAction(action)
            actions.append(action)
        views = self._window.commands.menus["View"]
        views.insertMenu(self._window.commands["larger"], menu)
        return actions
