"""What to train, and how: the form at the left of the workspace."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QApplication, QFileDialog, QFrame, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from cnnviz.gui.naming import named
from cnnviz.gui.segment import Segment
from cnnviz.gui.theme import theme
from cnnviz.gui.training.fields import Fields
from cnnviz.gui.training.wish import Wish
from cnnviz.request import ModelRequest

_SOON = 400  # milliseconds after the last letter

KNOWN, NOTHING = "known", "nothing"


class TrainingForm(QFrame):
    """Data, network and settings; *Train* says what they are.

    Signals
    -------
    wanted(Wish)
        The training is to begin.
    data_changed()
        Other pictures are to be looked at.
    network_changed(str)
        Another network, or another plan, is to learn from nothing; empty when the open model is to go on.
    """

    wanted = Signal(object)
    data_changed = Signal()
    network_changed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("training-form")
        self.setAccessibleName("What to train, and how")
        self.setProperty("role", "card")
        self._model: ModelRequest | None = None
        self._device = "auto"
        self._title = "The model"
        self._other: str | None = None  # which model goes on, where it is not the one that is open
        self._running = False
        self._problems = {"data": "", "network": ""}  # of the pictures, and of the chain
        self.fields = Fields()
        self.begin_from = Segment({NOTHING: "From nothing", KNOWN: "From the open model"})
        self.begin_from.setObjectName("training-begin-from")
        self.begin_from.setAccessibleName("What the network knows at the beginning")
        self.begin_from.set_value(NOTHING)
        self.begin_from.chosen.connect(self.set_transfer)
        self.transfer = False
        self._goes_on = named(QLabel(), "training-goes-on")
        self._goes_on.setProperty("role", "small")
        self._goes_on.setWordWrap(True)
        self.start = named(QPushButton("Train"), "training-start", "Train")
        self.start.setProperty("role", "accent")
        self.start.clicked.connect(lambda: self._on_start(False))
        self.compare = named(QPushButton("Compare with training from nothing"), "training-compare")
        self.compare.setToolTip("Both learn from the same pictures, an epoch each in turn; both are measured")
        self.compare.clicked.connect(lambda: self._on_start(True))
        self._missing = named(QLabel(), "training-missing")
        self._missing.setProperty("role", "small")
        self._missing.setWordWrap(True)
        self._later = QTimer(self, interval=_SOON, singleShot=True)
        self._later.timeout.connect(self.data_changed)
        self._connect()
        self._lay_out()
        self._check()

    def wish(self, compare: bool = False) -> Wish:
        """What the form says."""
        return self.fields.wish(self._model if self.transfer else None, self._device, compare)

    def set_model(self, model: ModelRequest, title: str) -> None:
        """The model that is open: from it one can start, and its device is used."""
        self._model, self._device, self._title = model, model.device, title
        self._check()

    def look_now(self) -> None:
        """The pictures that were chosen are looked at without waiting for another letter."""
        self._later.stop()
        self.data_changed.emit()

    def show_wish(self, wish: Wish) -> None:
        """Say what a training that goes on was begun with."""
        self.fields.show(wish)
        self._other = wish.title if wish.model else None
        self.set_transfer(KNOWN if wish.model else NOTHING)
        self._later.stop()  # its pictures are looked at once it runs

    def set_transfer(self, how: str) -> None:
        """Begin from nothing, or from the open model."""
        self.transfer = how == KNOWN
        self.begin_from.set_value(how)
        self._check()
        self.network_changed.emit("" if self.transfer else self.fields.network_name)

    def set_waiting(self, waiting: bool) -> None:
        """Whether what was asked for is looked at; everything stays where it is."""
        self.start.setText("Reading…" if waiting else "Train")

    def refuse(self, field: str, sentence: str) -> bool:
        """Say beside a field why it cannot be so; False where there is none of that name."""
        if field == "network" and self.transfer:
            field = "unfreeze"  # the row that stands in its place
        label = self.fields.complain(field, sentence)
        if label is None:
            return False
        QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)  # else it has no place yet
        self._scroll.ensureWidgetVisible(label, 0, theme.px(40))
        return True

    @property
    def refused(self) -> bool:
        """Whether something is said beside a field."""
        return self.fields.complaining

    def set_problem(self, of: str, problem: str) -> None:
        """Why the ``"data"`` or the ``"network"`` that was chosen will not do, as a sentence; empty when it will."""
        self._problems[of] = problem
        self._check()

    @property
    def running(self) -> bool:
        """Whether a training runs."""
        return self._running

    def set_running(self, running: bool) -> None:
        """While a training runs, nothing here can be changed."""
        self._running = running
        self._other = self._other if running else None
        for part in (*self.fields.all, self.begin_from):
            part.setEnabled(not running)
        self._check()

    def _on_start(self, compare: bool) -> None:
        self.fields.complain("", "")
        self.wanted.emit(self.wish(compare))

    def _connect(self) -> None:
        fields = self.fields
        fields.data.activated.connect(lambda _: self._on_data())
        fields.where.textChanged.connect(lambda _: self._on_data())
        fields.limit.valueChanged.connect(lambda _: self._on_data())
        fields.file.clicked.connect(self._browse_file)
        fields.folder.clicked.connect(self._browse_folder)
        fields.network_changed.connect(lambda _: self.set_problem("network", ""))
        fields.network_changed.connect(lambda _: fields.complain("", ""))
        fields.network_changed.connect(self.network_changed)
        for box in (fields.unfreeze, fields.patience, fields.validation, fields.rate):
            box.valueChanged.connect(lambda _: fields.complain("", ""))

    def _on_data(self) -> None:
        self._problems["data"] = ""
        self.fields.complain("", "")
        self._check()
        self._later.start()

    @Slot()
    def _check(self) -> None:
        """What is missing is said, and what has no meaning now is not seen."""
        fields = self.fields
        fields.show_row("Network", not self.transfer)
        fields.show_row("Also learn", self.transfer)
        self._goes_on.setVisible(self.transfer)
        which = self._other or f"{self._title}, which is open,"
        self._goes_on.setText(f"{which} keeps what it sees; its last layer learns the new classes.")
        self.compare.setVisible(self.transfer)
        known = bool(fields.data.currentData())
        fields.download.setEnabled(known and not fields.where.text().strip() and not self._running)
        missing = self._problems["data"] or ("" if self.transfer else self._problems["network"])
        if not fields.where.text().strip() and not known:
            missing = "Choose a folder in which each class has a folder of its own, or a file."
        self._missing.setText(missing)
        self._missing.setVisible(bool(missing))
        for button in (self.start, self.compare):
            button.setEnabled(not missing and not self._running)

    @Slot()
    def _browse_file(self) -> None:
        where = self.fields.where
        path, _ = QFileDialog.getOpenFileName(
            self, "A data set", where.text(), "Data sets (*.npz *.gz *ubyte);;All files (*)"
        )
        if path:
            where.setText(path)

    @Slot()
    def _browse_folder(self) -> None:
        where = self.fields.where
        if path := QFileDialog.getExistingDirectory(self, "A data set", str(Path(where.text()).parent)):
            where.setText(path)

    def _lay_out(self) -> None:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(6))
        column.addWidget(_section("Data"))
        column.addLayout(self.fields.grid("data"))
        column.addSpacing(theme.px(8))
        column.addWidget(_section("Network"))
        column.addWidget(self.begin_from)
        column.addWidget(self._goes_on)
        column.addLayout(self.fields.grid("network"))
        column.addSpacing(theme.px(8))
        column.addWidget(_section("Learning"))
        column.addLayout(self.fields.grid("learning"))
        column.addStretch(1)
        self._scroll = scroll = QScrollArea()
        scroll.setObjectName("training-scroll")
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inside)
        scroll.setMinimumWidth(inside.minimumSizeHint().width() + theme.px(12))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(*(theme.px(n) for n in (14, 12, 14, 12)))
        whole.setSpacing(theme.px(8))
        whole.addWidget(scroll, 1)
        for part in (self._missing, self.start, self.compare):
            whole.addWidget(part)


def _section(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "section")
    return label
