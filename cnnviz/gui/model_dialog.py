"""Open a model: the gallery of networks by name with their chart, or a file."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QItemSelectionModel, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from cnnviz.gui.drops import MODEL_FILES
from cnnviz.gui.gallery_chart import GalleryChart
from cnnviz.gui.gallery_detail import GalleryDetail
from cnnviz.gui.gallery_jobs import Row, list_rows
from cnnviz.gui.gallery_table import GalleryFilter, GalleryModel, make_table, megabytes
from cnnviz.gui.jobs import Job, JobReport, Jobs
from cnnviz.gui.naming import named
from cnnviz.gui.segment import Segment
from cnnviz.gui.theme import theme
from cnnviz.request import ModelRequest

_SIZE = (1380, 860)  # pixels at 100 %, where the window is as large
_KEYS_OF_TABLE = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class ModelDialog(QDialog):
    """Table and chart of all networks that can be opened by name; a file may be chosen instead.

    Signals
    -------
    chosen(ModelRequest)
        What is to be opened.
    wanted(str, str)
        Name and title of a network whose weights are to be downloaded first.
    """

    chosen = Signal(object)
    wanted = Signal(str, str)

    def __init__(self, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("model-dialog")
        self.setAccessibleName("Open model")
        self.setWindowTitle("Open model")
        self._model = GalleryModel()
        self._shown = GalleryFilter(self._model)
        self._shown.setParent(self)
        self._model.setParent(self)
        self.search = named(QLineEdit(), "model-search", "Search networks")
        self.search.setPlaceholderText("Search: resnet, mobile 2018, here … or write timm:NAME")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._on_search)
        self.search.installEventFilter(self)
        self.table = make_table(self._shown)
        self.table.doubleClicked.connect(lambda _: self.accept_choice())
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self._on_current())
        self.chart = GalleryChart()
        self.chart.picked.connect(self._select)
        self.chart.opened.connect(self._open_named)
        self.detail = GalleryDetail()
        self.file = named(QLineEdit(), "model-file", "File")
        self.file.setPlaceholderText("or a file: .safetensors, .pt, .pth, .ckpt, .onnx, .pt2 …")
        self.file.textChanged.connect(lambda _: self._on_current())
        self.arch = named(QComboBox(), "model-arch", "Architecture of the file")
        self.arch.setEditable(True)
        writing = QLineEdit()
        self.arch.setLineEdit(writing)
        writing.setPlaceholderText("architecture: found by itself")
        self.arch.setMinimumWidth(theme.px(230))
        self._build_buttons()
        self._lay_out()
        self._fit(parent)
        self.detail.set_row(None, "Looking for networks…")
        self._jobs = jobs
        jobs.reported.connect(self._on_report)
        self._job = jobs.start(Job("Looking for networks", list_rows))
        self.finished.connect(lambda _: jobs.cancel(self._job))
        self.search.setFocus()
        self._on_current()

    @property
    def current(self) -> Row | None:
        """The network that is marked."""
        index = self.table.currentIndex()
        return self._shown.row_at(index.row()) if index.isValid() else None

    def _build_buttons(self) -> None:
        self.browse = named(QPushButton("Choose file…"), "model-browse")
        self.browse.clicked.connect(self._browse)
        self.random = named(QPushButton("Open with random weights"), "model-random")
        self.random.setToolTip("The same network, untrained: nothing needs to be downloaded")
        self.random.clicked.connect(self._open_random)
        self.cancel = named(QPushButton("Cancel"), "model-cancel")
        self.cancel.clicked.connect(self.reject)
        self.open_button = named(QPushButton("Open"), "model-open")
        self.open_button.setProperty("role", "accent")
        self.open_button.setDefault(True)
        self.open_button.clicked.connect(self.accept_choice)
        for button in (self.browse, self.random, self.cancel):
            button.setAutoDefault(False)

    def _lay_out(self) -> None:
        left, right = QFrame(), QFrame()
        for frame, name in ((left, "gallery-left"), (right, "gallery-right")):
            frame.setObjectName(name)
            frame.setProperty("role", "card")
        column = QVBoxLayout(left)
        column.setContentsMargins(*(theme.px(8),) * 4)
        column.addWidget(self.table)
        column = QVBoxLayout(right)
        column.setContentsMargins(*(theme.px(8),) * 4)
        head = QHBoxLayout()
        title = QLabel("Accuracy against complexity")
        title.setProperty("role", "strong")
        title.setToolTip("Top-1 on ImageNet-1K's validation pictures; the area of a disc is its number of parameters")
        head.addWidget(title)
        head.addStretch(1)
        head.addWidget(self._make_axes())
        column.addLayout(head)
        column.addWidget(self.chart, 1)
        split = named(QSplitter(Qt.Orientation.Horizontal), "gallery-split")
        split.addWidget(left)
        split.addWidget(right)
        split.setStretchFactor(0, 1)
        split.setStretchFactor(1, 1)
        split.setSizes([theme.px(660), theme.px(560)])
        split.setChildrenCollapsible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*(theme.px(16),) * 4)
        layout.setSpacing(theme.px(8))
        layout.addWidget(self.search)
        layout.addWidget(split, 1)
        layout.addWidget(self.detail)
        for widgets in ((self.file, self.arch, self.browse), (self.random, None, self.cancel, self.open_button)):
            row = QHBoxLayout()
            for widget in widgets:
                if widget is None:
                    row.addStretch(1)
                else:
                    row.addWidget(widget, 1 if widget is self.file else 0)
            layout.addLayout(row)

    def _make_axes(self) -> Segment:
        axes = named(Segment({"gflops": "GFLOPs", "parameters": "Parameters"}), "gallery-axis", "Along the chart")
        axes.set_value("gflops")
        axes.chosen.connect(self.chart.set_axis)
        return axes

    def _fit(self, parent: QWidget | None) -> None:
        """As large as the window allows."""
        room = parent.size() if parent is not None else self.screen().availableSize()
        wide, high = (theme.px(n) for n in _SIZE)
        self.resize(min(wide, round(room.width() * 0.96)), min(high, round(room.height() * 0.94)))

    # what is found

    @Slot(object)
    def _on_report(self, report: JobReport) -> None:
        if report.job is not self._job:
            return
        for found in report.results:
            if isinstance(found, str):
                self.detail.set_row(None, found)
                continue
            self._model.add(found)
            self.arch.clear()
            names = dict.fromkeys(row.random.removesuffix(":random") for row in self._model.rows if row.top5)
            self.arch.addItems(["", "lenet5", "vgg-small", *names])
        if report.problem:
            self.detail.set_row(None, report.problem)
        if report.ended:
            self.chart.set_rows(tuple(self._model.rows))
            self._on_search(self.search.text())

    @Slot(str)
    def _on_search(self, text: str) -> None:
        self._shown.search(text)
        self.chart.set_shown(frozenset(row.name for row in self._shown.rows))
        if self._shown.rowCount() and not self.table.currentIndex().isValid():
            self.table.selectRow(0)
        self._on_current()

    @Slot()
    def _on_current(self) -> None:
        """Detail, chart and buttons follow the marked network, or the file that is named."""
        row, file, typed = self.current, self.file.text().strip(), self.search.text().strip()
        self.chart.set_current("" if row is None else row.name)
        if row is not None or self._model.rows:
            self.detail.set_row(row, f"No network of the gallery is called “{typed}”: it can be opened by that name.")
        self.arch.setEnabled(bool(file))
        self.random.setEnabled(row is not None and not file)
        self.open_button.setEnabled(bool(file or row or typed))
        if file:
            text = "Open file"
        elif row is None:
            text = f"Open “{typed[:24]}”" if typed else "Open"
        else:
            text = "Open" if row.here else f"Download and open · {megabytes(row.megabytes)}"
        self.open_button.setText(text)

    @Slot(str)
    def _select(self, name: str) -> None:
        for position, row in enumerate(self._shown.rows):
            if row.name == name:
                flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
                self.table.selectionModel().setCurrentIndex(self._shown.index(position, 0), flags)
                self.table.scrollTo(self._shown.index(position, 0))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Up and Down walk through the table while one types."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() in _KEYS_OF_TABLE:
            self.table.keyPressEvent(event)
            return True
        return super().eventFilter(watched, event)

    # what is chosen

    @Slot()
    def _browse(self) -> None:
        suffixes = " ".join(f"*{suffix}" for suffix in MODEL_FILES)
        path, _ = QFileDialog.getOpenFileName(
            self, "Open a model file", self.file.text(), f"Models ({suffixes});;All files (*)"
        )
        if path:
            self.file.setText(path)
            self.accept_choice()

    @Slot(str)
    def _open_named(self, name: str) -> None:
        self._select(name)
        self.file.clear()
        self.accept_choice()

    @Slot()
    def _open_random(self) -> None:
        if (row := self.current) is not None:
            self._choose(ModelRequest(row.random))

    @Slot()
    def accept_choice(self) -> None:
        """Open the file or the marked network; one whose weights are not here is downloaded first."""
        row, file, typed = self.current, self.file.text().strip(), self.search.text().strip()
        if file:
            self._choose(ModelRequest(file, arch=self.arch.currentText().strip() or None))
        elif row is not None and not row.here:
            self.wanted.emit(row.name, row.title)
            self.accept()
        elif row is not None or typed:
            self._choose(ModelRequest(typed if row is None else row.name))

    def _choose(self, request: ModelRequest) -> None:
        self.chosen.emit(request)
        self.accept()
