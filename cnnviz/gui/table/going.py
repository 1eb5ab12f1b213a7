"""To the workspace “Table” and back: its page takes the place of the columns and the view below them."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout

from cnnviz.core.survey.shapes import Survey, SurveyQuery, TimingAnswer, TimingQuery
from cnnviz.gui.main_window import MainWindow
from cnnviz.gui.runner import Runner
from cnnviz.gui.session import Session
from cnnviz.gui.table.page import HEALTH, TablePage
from cnnviz.gui.theme import theme
from cnnviz.gui.top_bar import TABLE
from cnnviz.request import ModelRequest, Request
from cnnviz.response import PICTURE, Response


class Tabling(QObject):
    """Opens and closes the table, asks the worker for its numbers, and keeps it in step with the session.

    Attributes
    ----------
    entering
        The table is about to be shown.
    measured
        The times of all records are known now.
    """

    entering = Signal()
    measured = Signal()

    def __init__(self, window: MainWindow, session: Session, runner: Runner) -> None:
        super().__init__(window)
        self._window, self._session, self._runner = window, session, runner
        self._response: Response | None = None
        self._asked: SurveyQuery | None = None
        self._shown: SurveyQuery | None = None
        self._seen: tuple[ModelRequest, str] | None = None  # model and picture of the pass that is shown
        self._measuring: TimingQuery | None = None
        self.open = False
        self.page = self._made()
        window.top.workspace_picked.connect(lambda name: self.set_open(name == TABLE))
        window.commands["table"].triggered.connect(self.set_open)
        window.commands["health"].triggered.connect(self._show_health)
        for name in ("network", "explain", "sandbox"):  # each takes the same place
            window.commands[name].triggered.connect(self.leave)
        session.changed.connect(self._on_request)

    # to and fro

    @Slot(bool)
    def set_open(self, on: bool) -> None:
        """Show the table, or what was there before."""
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
        self.page.take_focus()
        self._tell()
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
        self._tell()

    def _tell(self) -> None:
        self._window.commands["table"].setChecked(self.open)
        self._window.top.set_over(TABLE if self.open else "")

    @Slot()
    def _show_health(self) -> None:
        self.page.show_side(HEALTH)
        self.set_open(True)
        self.page.take_focus()

    # what is shown

    @property
    def complete(self) -> bool:
        """Whether the table shows the latest pass, and nothing is being measured."""
        return not self.open or self._response is None or (self._asked is None and self._measuring is None)

    def set_response(self, response: Response) -> None:
        """Show another pass."""
        before, self._response = self._response, response
        self._seen = response.request.model, response.request.image
        self.page.set_title(response.model.title)
        if before is not None and before.steps != response.steps:
            self.page.set_survey(None)
            self.page.set_timing(None)
        self._asked = None
        if self._measuring is not None and self._measuring.key != response.key:
            self._set_measuring(None)  # nobody answers for a pass that is not kept any more
        if self.open:
            self._ask()

    def _ask(self) -> None:
        """Ask for the numbers of the pass, and for times that were measured before."""
        if self._response is None:
            return
        query = SurveyQuery(self._response.key)
        if query == self._shown:
            self.page.set_stale(False)
            self._show_request()
            return
        self._asked = query
        self._runner.look_up(query)
        if self._measuring is None:
            self._runner.look_up(TimingQuery(self._response.key, measure=False))

    def take(self, found: object) -> bool:
        """Take an answer of the worker that is for the table."""
        if isinstance(found, Survey):
            if self._response is not None and found.query.key == self._response.key:
                self._asked, self._shown = None, found.query
                self.page.set_survey(found)
                self._show_request()
            return True
        if isinstance(found, TimingAnswer):
            if found.query == self._measuring:
                self._set_measuring(None)
            if self._response is not None and found.query.key.model == self._response.key.model:
                self.page.set_timing(found.timing)
                if found.query.measure:
                    self.measured.emit()
            return True
        return False

    @Slot(object, object)
    def _on_request(self, old: Request, new: Request) -> None:
        asked, seen = (new.model, new.image), self._seen
        self.page.set_stale(asked != seen, other=seen is not None and asked[0] != seen[0])
        if self.open and new.view == "explain":
            self.leave()
        if self.open and old.layer != new.layer:
            self._show_request()

    def _show_request(self) -> None:
        """The stepper's record."""
        steps = self._response.steps if self._response is not None else ()
        layer = self._session.request.layer
        self.page.show_record(next((step.index for step in steps if step.key == layer), PICTURE))

    # what the person does

    def _made(self) -> TablePage:
        page = TablePage()
        page.hide()
        page.record_picked.connect(lambda index: self._session.update(layer=self._key(index)))
        page.record_opened.connect(self._on_opened)
        page.map_opened.connect(self._on_map)
        page.measuring_wanted.connect(self._measure)
        centre = self._window.centralWidget()
        assert centre is not None
        column = centre.layout()
        assert isinstance(column, QVBoxLayout)
        page.setMinimumWidth(theme.px(320))  # what stands in it never makes the window wider than the screen
        column.addWidget(page, 1)
        return page

    @Slot(bool)
    def _measure(self, on: bool) -> None:
        """Measure; or ask for what is known, which replaces what is being measured."""
        if self._response is not None:
            query = TimingQuery(self._response.key, measure=on)
            self._set_measuring(query if on else None)
            self._runner.look_up(query)

    def _set_measuring(self, query: TimingQuery | None) -> None:
        self._measuring = query
        self.page.set_measuring(query is not None)

    @Slot(int)
    def _on_opened(self, record: int) -> None:
        self.leave()
        self._session.update(layer=self._key(record))

    @Slot(int, int)
    def _on_map(self, record: int, channel: int) -> None:
        """The map of a channel that something is the matter with."""
        self.leave()
        self._session.update(layer=self._key(record), view="", channel=channel)

    def _key(self, record: int) -> str:
        steps = self._response.steps if self._response is not None else ()
        return next((step.key for step in steps if step.index == record), "")
