"""The page of the workspace “Table”: all records, or what ails them, with totals below."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
)

from cnnviz.core.survey.shapes import Finding, Survey, Timing
from cnnviz.figure import Figure
from cnnviz.gui.elided import ElidedLabel
from cnnviz.gui.naming import named
from cnnviz.gui.segment import Segment
from cnnviz.gui.table.columns import SheetFilter
from cnnviz.gui.table.links import LISTED, MapLinks
from cnnviz.gui.table.records import (
    Line,
    findings_model,
    lines_of,
    matching,
    matching_findings,
    meanings,
    records_model,
    totals,
)
from cnnviz.gui.table.sheet import Sheet
from cnnviz.gui.theme import theme

RECORDS, HEALTH = "records", "health"

NARROW = 560
"""Pixels at 100 % below which only the most important buttons are seen, as icons."""

TITLED = 800
"""Pixels at 100 % from which there is room for the network's name."""


class TablePage(QFrame):
    """Two tables, of which one is seen, and what one does with them.

    Attributes
    ----------
    record_picked, record_opened
        Index of the record that the person came to, or wants to see.
    map_opened
        (index of the record, channel) whose map is to be seen.
    measuring_wanted
        Whether times are to be measured, or measuring is to stop.
    """

    record_picked = Signal(int)
    record_opened = Signal(int)
    map_opened = Signal(int, int)
    measuring_wanted = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("table-page")
        self.setProperty("role", "card")
        self._survey: Survey | None = None
        self._timing: Timing | None = None
        self._measuring = self._stale = self._other = False
        self._side = RECORDS
        self._lines, self._findings = records_model(), findings_model()
        self.records: Sheet[Line] = Sheet("records-table", SheetFilter(self._lines))
        self.records.setAccessibleName("All records")
        self.health: Sheet[Finding] = Sheet("findings-table", SheetFilter(self._findings))
        self.health.setAccessibleName("What ails this pass")
        self._build()
        self._label()
        self._connect()
        self.show_side(RECORDS)
        self._search()

    def _build(self) -> None:
        self._title = ElidedLabel(role="heading", parent=self)
        self._title.setObjectName("table-title")
        self.side = Segment({RECORDS: "Records", HEALTH: "Health"})
        named(self.side, "table-side", "Records or health")
        self.line = named(QLineEdit(), "table-filter", "Show only what matches")
        self.line.setPlaceholderText("conv2d  layer3  512x14x14")
        self.line.setClearButtonEnabled(True)
        self.line.setMinimumWidth(theme.px(40))
        self.line.setMaximumWidth(theme.px(200))
        self.begins = named(QCheckBox("Where it begins"), "table-begins")
        self.begins.setToolTip("Leave out what later layers only hand on")
        self.begins.setChecked(True)
        self.measure = named(QPushButton(), "table-measure", "Measure times")
        self.measure.setToolTip("Run the network a few times and take the time of each operation")
        theme.set_icon(self.measure, "clock")
        self.copy = named(QPushButton("Copy"), "table-copy", "Copy all that is shown")
        self.copy.setToolTip("Copy all lines that are shown, for a spreadsheet; Ctrl+C copies the selected ones")
        theme.set_icon(self.copy, "copy")
        self.columns = named(QPushButton(), "table-columns", "Columns")
        self.columns.setToolTip("Which columns are seen, and by which one is sorted")
        theme.set_icon(self.columns, "more")
        top = QHBoxLayout()
        top.setSpacing(theme.px(8))
        top.addWidget(self._title, 1)
        for widget in (self.begins, self.line, self.side, self.measure, self.copy, self.columns):
            top.addWidget(widget, 3 if widget is self.line else 0)
        self._tables = QStackedWidget()
        self._tables.addWidget(self.records)
        self._tables.addWidget(self.health)
        self._waiting = named(QLabel("Looking at all records…"), "table-waiting")
        self._waiting.setProperty("role", "dim")
        self._waiting.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._tables.addWidget(self._waiting)
        self.links = MapLinks()
        self.foot = named(QLabel(), "table-totals")
        self.foot.setProperty("role", "dim")
        self.foot.setWordWrap(True)
        self.foot.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(theme.px(n) for n in (16, 10, 16, 10)))
        column.setSpacing(theme.px(8))
        column.addLayout(top)
        column.addWidget(self._tables, 1)
        column.addWidget(self.links)
        column.addWidget(self.foot)

    def _connect(self) -> None:
        self.side.chosen.connect(self.show_side)
        self.line.textChanged.connect(self._search)
        self.begins.toggled.connect(self._search)
        self.measure.clicked.connect(lambda _: self.measuring_wanted.emit(not self._measuring))
        self.copy.clicked.connect(lambda _: self.table.copy(whole=True))
        self.columns.clicked.connect(self._on_columns)
        self.records.picked.connect(lambda line: self.record_picked.emit(line.row.index))
        self.records.opened.connect(lambda line: self.record_opened.emit(line.row.index))
        self.health.picked.connect(lambda finding: self.record_picked.emit(finding.index))
        self.health.opened.connect(lambda finding: self.map_opened.emit(finding.index, finding.channels[0]))
        self.health.selectionModel().currentRowChanged.connect(lambda *_: self._link())
        self.links.chosen.connect(self.map_opened)
        self.health.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.health.customContextMenuRequested.connect(self._on_menu)

    # what is shown

    @property
    def table(self) -> Sheet[Line] | Sheet[Finding]:
        """The table that is seen."""
        return self.health if self._side == HEALTH else self.records

    @property
    def side_name(self) -> str:
        """Which table is seen."""
        return "health" if self.table is self.health else "table"

    @property
    def figure(self) -> Figure | None:
        """The table that is seen, to be exported; None where it is empty."""
        if self._survey is None or not self.table.shown.rowCount():
            return None
        about = self._survey.verdict if self.table is self.health else totals(self._survey, self._timing)
        return Figure(self.side_name, self._title.text(), about.replace("\n", " "), (self.table.shown.table(),))

    def take_focus(self) -> None:
        """The keys belong to the table that is seen, or to the one that is to come."""
        if (shown := self._tables.currentWidget()) is not None:
            shown.setFocus()

    def set_title(self, title: str) -> None:
        """Name the network."""
        self._title.setText(title)

    def set_survey(self, survey: Survey | None) -> None:
        """Show another pass; None while its numbers are not known."""
        self._survey, self._stale, self._other = survey, False, False
        self._findings.set_rows(survey.findings if survey else ())
        begun = sum(finding.begins for finding in survey.findings) if survey else 0
        self.side.button(HEALTH).setText(f"Health · {begun:,}" if begun else "Health")
        for part in (self.side, self):  # before it is painted: the word is wider now
            if (row := part.layout()) is not None:
                row.activate()
        self._show_lines()

    def set_stale(self, stale: bool, other: bool = False) -> None:
        """What is shown belongs to another pass than what is asked for, perhaps of another network; or not."""
        if (stale, other) != (self._stale, self._other):
            self._stale, self._other = stale, other
            self._say()

    def set_timing(self, timing: Timing | None) -> None:
        """Show how long the records take; None where nobody knows."""
        self._timing = timing
        self._show_lines()

    def set_measuring(self, measuring: bool) -> None:
        """Say that it is being measured, and let that be stopped."""
        self._measuring = measuring
        self._label()

    def _label(self) -> None:
        """Words where there is room for them; keys copy, and the headings' right button chooses columns, as well."""
        wide = self.width() >= theme.px(NARROW)
        self.measure.setAccessibleName(said := "Stop measuring" if self._measuring else "Measure times")
        self.measure.setText(said if wide else "Stop" if self._measuring else "")
        self.copy.setVisible(wide)
        self.columns.setVisible(wide)
        self._title.setVisible(self.width() >= theme.px(TITLED))  # it stands above the window, too

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._label()

    @Slot(object)
    def show_side(self, side: str) -> None:
        """The records, or the health."""
        self.side.set_value(side)
        self._side = side
        self.begins.setVisible(side == HEALTH)
        self.measure.setVisible(side == RECORDS)
        self._say()

    def show_record(self, index: int) -> None:
        """Select a record in both tables."""
        self.records.show_row(lambda line: line.row.index == index)
        current = self.health.currentIndex()
        if current.isValid() and self.health.shown.row_at(current.row()).index == index:
            return  # of several findings of one record the person may have picked another than the first
        self.health.show_row(lambda finding: finding.index == index)

    def _show_lines(self) -> None:
        self._lines.set_rows(lines_of(self._survey, self._timing) if self._survey else ())
        self._say()

    def _say(self) -> None:
        waits = self._survey is None or self._other
        self._tables.setCurrentWidget(self._waiting if waits else self.table)
        self._link()
        if self._survey is None or self._other:
            self.foot.clear()  # it is said above
        elif self._stale:
            self.foot.setText("Looking at all records…")
        elif self.table is self.health:
            told = meanings(tuple(self.health.shown.rows))
            self.foot.setText("\n".join(part for part in (self._survey.verdict, told) if part))
        else:
            self.foot.setText(totals(self._survey, self._timing))

    def _link(self) -> None:
        """Ways to the maps of the finding that is chosen."""
        current = self.health.currentIndex()
        seen = self.table is self.health and not self._stale and current.isValid()
        self.links.set_finding(self.health.shown.row_at(current.row()) if seen else None)

    @Slot()
    def _search(self) -> None:
        self.records.shown.pass_if(matching(self.line.text()))
        self.health.shown.pass_if(matching_findings(self.line.text(), self.begins.isChecked()))
        self._say()

    @Slot()
    def _on_columns(self) -> None:
        menu = self.table.columns_menu()
        menu.exec(self.columns.mapToGlobal(QPoint(0, self.columns.height())))
        menu.deleteLater()

    @Slot(QPoint)
    def _on_menu(self, at: QPoint) -> None:
        index = self.health.indexAt(at)
        if index.isValid():
            menu = self.channels_menu(self.health.shown.row_at(index.row()))
            menu.exec(self.health.viewport().mapToGlobal(at))
            menu.deleteLater()

    def channels_menu(self, finding: Finding) -> QMenu:
        """The channels of a finding, each a way to its map."""
        menu = QMenu(self)
        for channel in finding.channels[:LISTED]:
            action = menu.addAction(f"Channel {channel}")
            action.triggered.connect(lambda _=False, c=channel: self.map_opened.emit(finding.index, c))
        if (more := len(finding.channels) - LISTED) > 0:
            menu.addAction(f"and {more:,} more").setEnabled(False)
        return menu
