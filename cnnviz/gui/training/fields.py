"""The fields of the form, by what they are for."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QCompleter,
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSpinBox,
    QToolButton,
    QWidget,
)

from cnnviz.gui.naming import named
from cnnviz.gui.theme import theme
from cnnviz.gui.training.wish import AUGMENTATIONS, DATA, NETWORKS, Wish
from cnnviz.gui.training.words import CHAINS
from cnnviz.request import ModelRequest

OWN = "A chain of one's own"


class Fields(QObject):
    """All fields, and what they say.

    Signals
    -------
    network_changed(str)
        Another network was chosen: its name, or a plan.
    """

    network_changed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._labels: dict[str, tuple[QLabel, QWidget]] = {}
        self._places: dict[QWidget, tuple[QGridLayout, int]] = {}
        self._complaint: QLabel | None = None
        self._make_data()
        self._make_network()
        self._make_learning()
        for box in (self.data, self.network, self.augment):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(12)

    def _make_data(self) -> None:
        self.data = named(QComboBox(), "training-data", "Data")
        for name, title in DATA.items():
            self.data.addItem(title, name)
        self.where = named(QLineEdit(), "training-where", "Where the data lies")
        self.where.setPlaceholderText("file or folder")
        self.where.setToolTip(
            "An NPZ file, IDX files, CIFAR's batches, or a folder with one folder of pictures a class"
        )
        self.file = self._tool("training-file", "image", "A file with pictures and labels")
        self.folder = self._tool("training-folder", "folder", "A folder with one folder a class, or with such files")
        self._place = self._beside(self.where, self.file, self.folder)
        self.download = named(QCheckBox("Download it when it is not here"), "training-download")
        self.limit = self._number("training-limit", "Most pictures of a class to learn from", 0, 1_000_000, 0)
        self.limit.setSpecialValueText("all pictures")
        self.limit.setSuffix(" a class")
        self.augment = named(QComboBox(), "training-augment", "How training pictures are varied")
        for name, title in AUGMENTATIONS.items():
            self.augment.addItem(title, name)
        self.validation = self._number("training-validation", "Share to validate with", 0, 90, 10)
        self.validation.setSuffix(" %")

    def _make_network(self) -> None:
        self.network = named(QComboBox(), "training-network", "Network")
        self.network.setEditable(True)
        self.network.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.network.setToolTip("Type to search; a plan can be written, too")
        for name, title in NETWORKS.items():
            self.network.addItem(title, name)
        self.network.addItem(OWN, CHAINS["lenet5"])
        self._complete()
        self.network.activated.connect(lambda _: self._on_network())
        line = self.network.lineEdit()
        assert line is not None
        line.editingFinished.connect(self._on_network)
        self._said = self.network_name
        self.unfreeze = self._number("training-unfreeze", "Layers that learn, too, before the last one", 0, 50, 0)
        self.unfreeze.setSpecialValueText("only the last layer")
        self.unfreeze.setSuffix(" before the last")

    def _make_learning(self) -> None:
        self.epochs = self._number("training-epochs", "Epochs: how often each picture is seen", 1, 1000, 3)
        self.batch = self._number("training-batch", "Pictures a step", 1, 4096, 64)
        self.rate = named(QDoubleSpinBox(), "training-rate", "Highest learning rate")
        self.rate.setDecimals(5)
        self.rate.setRange(0, 1e9)
        self.rate.setSingleStep(0.01)
        self.rate.setSpecialValueText("as usual")
        self.patience = self._number("training-patience", "Stop after epochs without progress", 0, 1000, 0)
        self.patience.setSpecialValueText("never stop early")
        self.seed = self._number("training-seed", "Seed: the same one gives the same result", 0, 1_000_000, 0)

    @property
    def all(self) -> tuple[QWidget, ...]:
        """Every field."""
        found = (self.data, self._place, self.download, self.limit, self.augment, self.validation, self.network)
        return (*found, self.unfreeze, self.epochs, self.batch, self.rate, self.patience, self.seed)

    @property
    def network_name(self) -> str:
        """The network by its name, or the plan."""
        written = self.network.currentText().strip()
        at = self.network.findText(written)
        return str(self.network.itemData(at)) if at >= 0 else written

    def set_network(self, name: str) -> None:
        """Show a network or a plan, as if it had been written."""
        at = self.network.findData(name)
        if at >= 0 and self.network.itemText(at) != OWN:
            self.network.setCurrentIndex(at)
        else:
            self.network.setEditText(name)
            line = self.network.lineEdit()
            assert line is not None
            line.setCursorPosition(0)
        self._said = self.network_name

    def set_networks(self, names: tuple[tuple[str, str], ...]) -> None:
        """What else there is: names and titles."""
        written = self.network.currentText()
        self.network.insertSeparator(self.network.count())
        for name, title in names:
            self.network.addItem(title, name)
        self._complete()
        self.network.setEditText(written)

    def wish(self, model: ModelRequest | None, device: str, compare: bool) -> Wish:
        """What they say."""
        return Wish(
            data=str(self.data.currentData()),
            where=self.where.text().strip(),
            network="" if model else self.network_name,
            model=model,
            unfreeze=self.unfreeze.value() if model else 0,
            compare=compare and model is not None,
            epochs=self.epochs.value(),
            batch=self.batch.value(),
            rate=self.rate.value() or None,
            augment=str(self.augment.currentData()),
            validation=self.validation.value() / 100,
            patience=self.patience.value(),
            seed=self.seed.value(),
            limit=self.limit.value(),
            download=self.download.isChecked(),
            device=device,
        )

    def grid(self, part: str) -> QGridLayout:
        """The fields of one part, a row each."""
        rows: dict[str, tuple[tuple[str, QWidget], ...]] = {
            "data": (
                ("Set", self.data),
                ("Where", self._place),
                ("", self.download),
                ("Learn from", self.limit),
                ("Validate", self.validation),
                ("Vary", self.augment),
            ),
            "network": (("Network", self.network), ("Also learn", self.unfreeze)),
            "learning": (
                ("Epochs", self.epochs),
                ("Batch", self.batch),
                ("Highest rate", self.rate),
                ("Patience", self.patience),
                ("Seed", self.seed),
            ),
        }
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.px(10))
        grid.setVerticalSpacing(theme.px(6))
        grid.setColumnStretch(1, 1)
        widest = max((title for part in rows.values() for title, _ in part), key=len)
        grid.setColumnMinimumWidth(0, QFontMetrics(theme.font("body")).horizontalAdvance(widest) + 2)
        for row, (title, field) in enumerate(rows[part]):
            row *= 2  # below each there is room for a complaint
            self._places[field] = (grid, row + 1)
            if title:
                label = QLabel(title)
                label.setProperty("role", "dim")
                label.setBuddy(field)
                label.setToolTip(field.accessibleName())
                grid.addWidget(label, row, 0)
                self._labels[title] = (label, field)
            if not field.toolTip():
                field.setToolTip(field.accessibleName())
            grid.addWidget(field, row, 1)
        return grid

    @property
    def complaining(self) -> bool:
        """Whether something is said below a field."""
        return self._complaint is not None

    def complain(self, name: str, sentence: str) -> QLabel | None:
        """Say below a field why it cannot be so, until it is changed; an empty name takes back what was said.

        Returns the words, or None where there is no such field.
        """
        if self._complaint is not None:
            self._complaint.hide()
            self._complaint.deleteLater()
            self._complaint = None
        field = {"where": self._place}.get(name) or getattr(self, name, None)
        if field not in self._places:
            return None
        grid, row = self._places[field]
        self._complaint = label = named(QLabel(sentence), "training-complaint", sentence)
        label.setProperty("role", "error")
        label.setWordWrap(True)
        grid.addWidget(label, row, 1)
        label.show()
        return label

    def show(self, wish: Wish) -> None:
        """Say what a wish says; of the network only what learns from nothing."""
        self.data.setCurrentIndex(max(self.data.findData(wish.data), 0))
        self.where.setText(wish.where)
        self.where.setCursorPosition(len(wish.where))
        self.download.setChecked(wish.download)
        self.augment.setCurrentIndex(max(self.augment.findData(wish.augment), 0))
        if wish.network:
            self.set_network(wish.network)
        for field, value in (
            (self.limit, wish.limit),
            (self.validation, round(100 * wish.validation)),
            (self.unfreeze, wish.unfreeze),
            (self.epochs, wish.epochs),
            (self.batch, wish.batch),
            (self.patience, wish.patience),
            (self.seed, wish.seed),
        ):
            field.setValue(value)
        self.rate.setValue(wish.rate or 0)

    def show_row(self, title: str, on: bool) -> None:
        """Whether a row is seen."""
        for part in self._labels.get(title, ()):
            part.setVisible(on)

    def _on_network(self) -> None:
        name = self.network_name
        if self.network.currentText() == OWN:
            self.set_network(name)
        if name != self._said or name.startswith("plan:"):
            self._said = name
            self.network_changed.emit(name)

    def _complete(self) -> None:
        """Whatever is typed is searched in all names, wherever in them it stands."""
        completer = QCompleter(self.network.model(), self.network)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        completer.setMaxVisibleItems(12)
        self.network.setCompleter(completer)

    def _number(self, name: str, accessible: str, low: int, high: int, value: int) -> QSpinBox:
        box = named(QSpinBox(minimum=low, maximum=high), name, accessible)
        box.setValue(value)
        return box

    def _tool(self, name: str, icon: str, words: str) -> QToolButton:
        button = named(QToolButton(), name, words)
        button.setProperty("role", "button")
        button.setToolTip(words)
        theme.set_icon(button, icon)
        return button

    def _beside(self, *parts: QWidget) -> QWidget:
        pair = QWidget()
        line = QHBoxLayout(pair)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.px(4))
        for number, part in enumerate(parts):
            line.addWidget(part, 0 if number else 1)
        return pair
