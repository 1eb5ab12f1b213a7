"""From a number to where it comes from, and back: what is clicked, traced back, and marked in the network above."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Slot

from cnnviz.gui.actions import SHIFTS
from cnnviz.gui.main_window import MainWindow
from cnnviz.gui.session import Session
from cnnviz.gui.top_bar import SANDBOX
from cnnviz.request import Cell
from cnnviz.response import Response

EXPLAIN = "explain"
"""The layer view that explains one number."""


class Explaining(QObject):
    """The way between the record and the cell: acts become requests, cells are marked where they come from.

    Three levels: the network, the record (any layer view), the cell (the view ``explain``). Tracing back from cell to
    cell stays on the third; the cells that one came through are the request's trail.
    """

    def __init__(self, window: MainWindow, session: Session) -> None:
        super().__init__(window)
        self._window, self._session = window, session
        self._response: Response | None = None
        self._view = ""  # the view from which one came here, to go back to
        pane = window.pane
        pane.cell_picked.connect(self._on_picked)
        pane.cell_followed.connect(self.follow)
        pane.hovered.connect(self._on_hover)
        pane.left.connect(self._mark_cell)
        pane.level_up.connect(self.level_up)
        pane.crumbs.picked.connect(self._on_crumb)
        window.top.workspace_picked.connect(lambda name: name == SANDBOX or self.set_explaining(name == EXPLAIN))
        window.commands["explain"].triggered.connect(self.set_explaining)
        window.commands["level-up"].triggered.connect(self.level_up)
        window.commands["trace-back"].triggered.connect(lambda: self._on_crumb(-1))
        for way, step in SHIFTS.items():
            window.commands[f"shift-{way}"].triggered.connect(partial(self.shift, *step))
        session.changed.connect(self._on_request)

    def set_response(self, response: Response) -> None:
        """Mark the cell that a response explains, and show the way to it."""
        self._response = response
        explains = response.request.view == EXPLAIN
        self._window.set_workspace(EXPLAIN if explains else "")
        self._window.commands["explain"].setChecked(explains)
        self._window.commands["explain"].setEnabled(len(response.steps) > 1)
        self._window.commands["trace-back"].setEnabled(bool(response.request.trail))
        cell = response.figure.cell
        for way in SHIFTS:
            self._window.commands[f"shift-{way}"].setEnabled(cell is not None and len(cell.at) == 2)
        request = response.request
        here = response.figure.cell or Cell(request.layer, request.channel or 0, request.at or ())
        names = {step.key: step.title for step in response.steps} if request.trail else {}
        self._window.pane.crumbs.set_trail(request.trail, here if request.trail else None, names)
        self._mark_cell()

    @Slot(bool)
    def set_explaining(self, on: bool) -> None:
        """To the cell, or back to the record."""
        if on == (self._session.request.view == EXPLAIN):
            return
        if on:
            self._session.update(view=EXPLAIN, layer=self._session.request.layer or self._first_layer)
        else:
            self._session.update(view=self._view, at=None, trail=())

    @property
    def _first_layer(self) -> str:
        """The picture itself came from nowhere: the first operation is the first to be explained."""
        steps = self._response.steps if self._response is not None else ()
        return steps[1].key if len(steps) > 1 else ""

    @Slot(object)
    def follow(self, cell: Cell) -> None:
        """Explain a number from which the present one came."""
        shown = self._response.figure.cell if self._response is not None else None
        trail = (*self._session.request.trail, *([shown] if shown is not None else []))
        self._go_to(cell, trail)

    @Slot()
    def level_up(self) -> None:
        """From the cell to the record, from one channel to all."""
        if self._session.request.view == EXPLAIN:
            self.set_explaining(False)
        else:
            self._session.update(channel=None, at=None)

    def shift(self, down: int, across: int, _: bool = False) -> None:
        """What if the window were shifted by one: explain the neighbour of the cell."""
        shown = self._response.figure.cell if self._response is not None else None
        if shown is None or len(shown.at) != 2 or self._response is None:
            return
        sizes = self._response.steps[self._response.current].shape[1:]
        here = self._session.request.at or shown.at  # what was asked for last, where the answer is not there yet
        y, x = (min(max(p + d, 0), n - 1) for p, d, n in zip(here, (down, across), sizes, strict=True))
        self._session.update(channel=shown.channel, at=(y, x), trail=self._session.request.trail)

    def _go_to(self, cell: Cell, trail: tuple[Cell, ...]) -> None:
        view = EXPLAIN if cell.layer else ""  # the picture is where every trace ends
        self._session.update(layer=cell.layer, channel=cell.channel, at=cell.at, trail=trail, view=view)

    @Slot(int)
    def _on_crumb(self, place: int) -> None:
        """Back along the trail to one of its cells; −1 is the last of them."""
        trail = self._session.request.trail
        if trail:
            place %= len(trail)
            self._go_to(trail[place], trail[:place])

    @Slot(int, object)
    def _on_picked(self, channel: int, at: tuple[int, ...]) -> None:
        request = self._session.request
        if request.layer:
            self._session.update(
                channel=request.channel if channel < 0 else channel, at=at, view=EXPLAIN, trail=request.trail
            )

    @Slot(object, object)
    def _on_request(self, old: object, new: object) -> None:
        if self._session.request.view != EXPLAIN:
            self._view = self._session.request.view

    # marks in the network

    @Slot(int, int, int, object)
    def _on_hover(self, channel: int, y: int, x: int, value: object) -> None:
        asked = self._response.request.channel if self._response is not None else None
        channel = asked if channel < 0 and asked is not None else channel
        self._mark(channel, (y, x))
        self._window.status.set_remark(self._place(channel, (y, x)) or self._window.remark)

    @Slot()
    def _mark_cell(self) -> None:
        """Nothing is pointed at: the cell that is explained is marked, if any."""
        self._window.status.set_remark(self._window.remark)
        response = self._response
        cell = response.figure.cell if response is not None else None
        if cell is not None and len(cell.at) == 2:
            self._mark(cell.channel, (cell.at[0], cell.at[1]))
        elif response is not None and not response.request.layer and response.request.trail:
            self._mark_pixel(response)
        else:
            self._window.network.set_marks(())

    def _mark_pixel(self, response: Response) -> None:
        """The end of a trace: the pixel from which a number came."""
        at, (_, height, width) = response.request.at, response.steps[0].shape
        if at is not None and len(at) == 2:
            y, x = at
            box = (y / height, x / width, (y + 1) / height, (x + 1) / width)
            self._window.network.set_marks(((0, None, box),))

    def _place(self, channel: int, at: tuple[int, int]) -> str:
        """In words where a cell of a map looks in the picture, and where it is after flattening."""
        response = self._response
        if response is None or not response.reaches or channel < 0:
            return ""
        words = []
        field = next((reach for reach in response.reaches if reach.step == 0), None)
        if field is not None:
            top, left, bottom, right = field.box(at)
            height, width = field.size
            rows = f"rows {round(top * height)}–{round(bottom * height) - 1}"
            words.append(f"sees {rows}, columns {round(left * width)}–{round(right * width) - 1} of the picture")
        found = response.flattened
        if found is not None and all(i < n for i, n in zip((channel, *at), found.elements.shape, strict=True)):
            element = int(found.elements[(channel, *at)])
            words.append(f"element {element} of {response.steps[found.step].title}")
        return " · ".join(words)

    def _mark(self, channel: int | None, at: tuple[int, int]) -> None:
        """Outline a cell in its column, and what it reads in the columns before."""
        response = self._response
        if response is None or not response.reaches:
            self._window.network.set_marks(())
            return
        _, height, width = response.steps[response.current].shape
        y, x = at
        own = (y / height, x / width, (y + 1) / height, (x + 1) / width)
        marks = [(response.current, channel, own)]
        marks += [(reach.step, channel if reach.same_channel else None, reach.box(at)) for reach in response.reaches]
        self._window.network.set_marks(tuple(marks))
