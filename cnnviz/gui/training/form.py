"""What to train, and how: the form at the left of the workspace."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from cnnviz.gui.naming import named
from cnnviz.gui.theme import theme
from cnnviz.gui.training.wish import AUGMENTATIONS, DATA, NETWORKS, Wish

_PLAN = "plan: 1x28x28 conv8x3/p1 relu max2 conv16x3/p1 relu max2 flatten dense32 relu dense10"


class TrainingForm(QFrame):
    """Data, network and settings; *Train* says what they are.

    Signals
    -------
    wanted(Wish)
        The training is to begin.
    """

    wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("training-form")
        self.setAccessibleName("What to train, and how")
        self.setProperty("role", "card")
        self._model = ""
        self._device = "auto"
        self.data = named(QComboBox(), "training-data", "Data")
        for name, title in DATA.items():
            self.data.addItem(title, name)
        self.data.activated.connect(lambda _: self._check())
        self.where = named(QLineEdit(), "training-where", "Where the data lies")
        self.where.setPlaceholderText("file or folder")
        self.where.setToolTip(
            "An NPZ file, IDX files, CIFAR's batches, or a folder with one folder of pictures a class"
        )
        self.where.textChanged.connect(lambda _: self._check())
        self.download = named(QCheckBox("Download it when it is not here"), "training-download")
        self.file = named(QPushButton("File…"), "training-file")
        self.file.clicked.connect(self._browse_file)
        self.folder = named(QPushButton("Folder…"), "training-folder")
        self.folder.clicked.connect(self._browse_folder)
        self.network = named(QComboBox(), "training-network", "Network")
        self.network.setEditable(True)
        self.network.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        for name, title in NETWORKS.items():
            self.network.addItem(f"{title}", name)
        self.network.addItem("A chain of one's own", _PLAN)
        self.network.activated.connect(self._on_network)
        self.transfer = named(QCheckBox("Start from the model that is open"), "training-transfer")
        self.transfer.setToolTip("It keeps what it has learned, and only its last layers learn the new classes")
        self.transfer.toggled.connect(lambda _: self._check())
        self._build_numbers()
        self.start = named(QPushButton("Train"), "training-start", "Train")
        self.start.setProperty("role", "accent")
        self.start.clicked.connect(lambda: self.wanted.emit(self.wish))
        self._problem = named(QLabel(), "training-missing")
        self._problem.setProperty("role", "small")
        self._problem.setWordWrap(True)
        for box in (self.data, self.network, self.augment):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(12)
        self._lay_out()
        self._check()

    def _build_numbers(self) -> None:
        self.unfreeze = self._number("training-unfreeze", "Layers that learn before the last one", 0, 50, 0)
        self.epochs = self._number("training-epochs", "Epochs", 1, 1000, 3)
        self.batch = self._number("training-batch", "Pictures a step", 1, 4096, 64)
        self.limit = self._number("training-limit", "Most pictures of a class", 0, 1_000_000, 0)
        self.limit.setSpecialValueText("all")
        self.seed = self._number("training-seed", "Seed", 0, 1_000_000, 0)
        self.patience = self._number("training-patience", "Stop after epochs without progress", 0, 1000, 0)
        self.patience.setSpecialValueText("never")
        self.rate = named(QDoubleSpinBox(), "training-rate", "Learning rate")
        self.rate.setDecimals(5)
        self.rate.setRange(0, 10)
        self.rate.setSingleStep(0.01)
        self.rate.setSpecialValueText("as usual")
        self.validation = named(QDoubleSpinBox(), "training-validation", "Share to validate with")
        self.validation.setDecimals(2)
        self.validation.setRange(0, 0.9)
        self.validation.setSingleStep(0.05)
        self.validation.setValue(0.1)
        self.augment = named(QComboBox(), "training-augment", "Training pictures")
        for name, title in AUGMENTATIONS.items():
            self.augment.addItem(title, name)

    @property
    def wish(self) -> Wish:
        """What the form says."""
        written = self.network.currentText().strip()
        at = self.network.findText(written)
        network = str(self.network.itemData(at)) if at >= 0 else written
        return Wish(
            data=str(self.data.currentData()),
            where=self.where.text().strip(),
            network=self._model if self.transfer.isChecked() else network,
            transfer=self.transfer.isChecked(),
            unfreeze=self.unfreeze.value(),
            epochs=self.epochs.value(),
            batch=self.batch.value(),
            rate=self.rate.value() or None,
            augment=str(self.augment.currentData()),
            validation=self.validation.value(),
            patience=self.patience.value(),
            seed=self.seed.value(),
            limit=self.limit.value(),
            download=self.download.isChecked(),
            device=self._device,
        )

    def set_model(self, name: str, title: str, device: str) -> None:
        """The model that is open: from it one can start, and its device is used."""
        self._model, self._device = name, device
        self.transfer.setText(f"Start from {title}, which is open")

    def set_running(self, running: bool) -> None:
        """While a training runs, nothing here can be changed."""
        for part in self.findChildren(QWidget):
            if part is not self._problem and not isinstance(part, QLabel):
                part.setEnabled(not running)
        if not running:
            self._check()

    def _number(self, name: str, accessible: str, low: int, high: int, value: int) -> QSpinBox:
        box = named(QSpinBox(minimum=low, maximum=high), name, accessible)
        box.setValue(value)
        return box

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.px(10))
        grid.setVerticalSpacing(theme.px(6))
        grid.setColumnStretch(1, 1)
        rows: tuple[tuple[str, QWidget], ...] = (
            ("Data", self.data),
            ("Where", self.where),
            ("", self._beside(self.file, self.folder)),
            ("", self.download),
            ("At most", self.limit),
            ("Pictures", self.augment),
            ("Validate", self.validation),
            ("Network", self.network),
            ("", self.transfer),
            ("And layers", self.unfreeze),
            ("Epochs", self.epochs),
            ("Batch", self.batch),
            ("Rate", self.rate),
            ("Patience", self.patience),
            ("Seed", self.seed),
        )
        for row, (title, part) in enumerate(rows):
            if title:
                label = QLabel(title)
                label.setProperty("role", "dim")
                label.setBuddy(part)
                label.setToolTip(part.accessibleName())
                grid.addWidget(label, row, 0)
            if not part.toolTip():
                part.setToolTip(part.accessibleName())
            grid.addWidget(part, row, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(theme.px(n) for n in (14, 12, 14, 12)))
        column.setSpacing(theme.px(8))
        column.addLayout(grid)
        column.addStretch(1)
        column.addWidget(self._problem)
        column.addWidget(self.start)

    def _beside(self, *parts: QWidget) -> QWidget:
        pair = QWidget()
        line = QHBoxLayout(pair)
        line.setContentsMargins(0, 0, 0, 0)
        for part in parts:
            line.addWidget(part)
        line.addStretch(1)
        return pair

    @Slot()
    def _check(self) -> None:
        """What is missing is said, and what has no meaning now rests."""
        self.network.setEnabled(not self.transfer.isChecked())
        self.unfreeze.setEnabled(self.transfer.isChecked())
        self.download.setEnabled(bool(self.data.currentData()) and not self.where.text().strip())
        missing = ""
        if not self.where.text().strip() and not self.data.currentData():
            missing = "Choose the folder: in it, each class has a folder of its own."
        self._problem.setText(missing)
        self.start.setEnabled(not missing)

    @Slot(int)
    def _on_network(self, index: int) -> None:
        if self.network.itemData(index) == _PLAN:
            self.network.setEditText(_PLAN)
            line = self.network.lineEdit()
            assert line is not None
            line.setCursorPosition(0)
            line.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _browse_file(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self, "A data set", self.where.text(), "Data sets (*.npz *.gz *ubyte);;All files (*)"
        )
        if path:
            self.where.setText(path)

    @Slot()
    def _browse_folder(self) -> None:
        if path := QFileDialog.getExistingDirectory(self, "A data set", str(Path(self.where.text()).parent)):
            self.where.setText(path)
