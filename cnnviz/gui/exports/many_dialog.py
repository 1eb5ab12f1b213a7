"""What is to be made of many pictures: layers, view, formats, and the names as they will be."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Slot
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from cnnviz.core.errors import CnnvizError
from cnnviz.export.base import PRESETS
from cnnviz.gui.exports.form import FormDialog, last_folder
from cnnviz.gui.exports.format_grid import FormatGrid
from cnnviz.gui.exports.kinds import GROUNDS, SCALES
from cnnviz.gui.exports.layer_list import LayerList
from cnnviz.gui.exports.many_names import NameList, names_of
from cnnviz.gui.exports.many_source import PictureSource
from cnnviz.gui.naming import named
from cnnviz.gui.theme import theme
from cnnviz.response import Response, Step

if TYPE_CHECKING:
    from cnnviz.batch import Ask

FIGURES, OUTPUTS = "figures", "outputs"
THINGS = (("A figure of each layer", FIGURES), ("The outputs of the layers, in one file", OUTPUTS))
PRESENT = (
    ("Stay; only what is missing is made", "resume"),
    ("Are replaced", "overwrite"),
)
ALL, THIS, OWN = "all", "this", "own"
NAME = "{image}-{layer}-{view}"


class ManyDialog(FormDialog):
    """Asks for figures, or for the numbers, of many pictures; remembers the answer for the next time.

    Parameters
    ----------
    response
        What is shown: its model, its layers and its view.
    pictures
        The tray's pictures; drawings, which are in no file, are left out.
    """

    def __init__(self, response: Response, pictures: tuple[str, ...], parent: QWidget | None = None) -> None:
        super().__init__("many-dialog", "Export many figures", "Export", parent)
        self._response = response
        self._build(pictures)
        self._build_place()
        self.beside(self._build_right())
        self.keep(self.what, self.formats, self.size_, self.ground, self.name, self.place, self.present)
        self.source.changed.connect(self._tell)
        for box in (self.what, self.view, self.present, self.size_, self.ground):
            box.currentIndexChanged.connect(self._tell)
        self.layers.currentIndexChanged.connect(self._on_layers)
        self.list.changed.connect(self._on_marks)
        self.formats.changed.connect(self._tell)
        for line in (self.name, self.place):
            line.textChanged.connect(self._tell)
        self.order_keys(self.source, self.list.none)
        self.resize(theme.px(920), 0)
        self._on_layers()

    # what was chosen

    @property
    def pictures(self) -> tuple[str, ...]:
        return self.source.pictures

    @property
    def folder(self) -> Path:
        return Path(self.place.text().strip()).expanduser()

    @property
    def together(self) -> bool:
        """Whether the outputs of the layers go into one file for each picture."""
        return bool(self.what.currentData() == OUTPUTS)

    @property
    def ask(self) -> Ask:
        """What is to be made of each picture. Raises ``CnnvizError`` with a sentence where that cannot be."""
        from cnnviz.batch import Ask

        view = "" if self.together else str(self.view.currentData())
        given = self._response.request.options if view else ()
        return Ask(
            self._layers,
            view,
            tuple((name, str(value)) for name, value in given if value is not None),
            self.formats.chosen,
            self._style,
            self.name.text(),
            str(self.present.currentData()),
            together=self.together,
        )

    @property
    def each(self) -> int:
        """How many files of each picture are made, at most."""
        return len(self.formats.chosen) * (1 if self.together else len(self._shown))

    @property
    def _style(self) -> dict[str, object]:
        size, ground = self.size_.currentData(), str(self.ground.currentData())
        if isinstance(size, int):
            return {"scale": size, "theme": ground}
        _, width, height, font = PRESETS[str(size)]
        return {"theme": ground, "width": width, "height": height, "font": font}

    @property
    def _layers(self) -> str:
        """As `Ask` takes them."""
        if self.layers.currentData() == THIS:
            return self._step.key or "picture"
        layers = self.list.layers
        return layers if isinstance(layers, str) else ",".join(layers)

    @property
    def _step(self) -> Step:
        return self._response.steps[self._response.current]

    # parts

    def _build(self, pictures: tuple[str, ...]) -> None:
        self.source = PictureSource(self._response.request, pictures)
        self.row("Pictures", self.source)
        self.what = self.choice("many-what", "Export", THINGS)
        layers = (("All layers", ALL), (f"This one: {self._step.title}", THIS), ("Own choice", OWN))
        self.layers = self.choice("many-layers", "Layers", layers)
        self.layers.setCurrentIndex(1)
        title = next((v.title for v in self._response.views if v.name == self._response.figure.view), "")
        views = (("The best for each layer", ""), (f"{title}, as it is shown", self._response.figure.view))
        self.view = self.choice("many-view", "View", views if title else views[:1])
        self.formats = FormatGrid()
        self.formats.setText("png")
        self.row("Formats", self.formats)
        sizes: list[tuple[str, object]] = [(f"{scale}× as on the sheet", scale) for scale in SCALES]
        sizes += [(f"{preset.title}, {preset.width:g} mm", key) for key, preset in PRESETS.items()]
        self.size_ = self.choice("many-size", "Size", sizes)
        self.size_.setCurrentIndex(1)
        self.ground = self.choice("many-ground", "Background", GROUNDS)

    def _build_place(self) -> None:
        self.name = named(QLineEdit(NAME), "many-name", "Pattern of the names")
        self.name.setToolTip("It can hold {image}, {layer}, {view}, {index}, {op} and {model}.")
        self.row("Names", self.name)
        self.place = named(QLineEdit(str(last_folder() / "figures")), "many-folder", "Folder for the files")
        other = named(QPushButton("Choose…"), "many-choose", "Choose the folder")
        other.setAutoDefault(False)
        other.clicked.connect(self._choose)
        row = QHBoxLayout()
        row.addWidget(self.place, 1)
        row.addWidget(other)
        self.row("Folder", row)
        self.present = self.choice("many-present", "Old files", PRESENT)

    def _build_right(self) -> QWidget:
        """The layers, and below them the names of the first files."""
        self.list = LayerList(self._response.steps)
        self.names = NameList()
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(8))
        column.addWidget(_title("Layers"))
        column.addWidget(self.list, 1)
        column.addSpacing(theme.px(8))
        column.addWidget(_title("Files"))
        column.addWidget(self.names)
        return right

    # what follows from a choice

    @Slot()
    def _choose(self) -> None:
        if folder := QFileDialog.getExistingDirectory(self, "A folder for the files", str(last_folder())):
            self.place.setText(folder)

    @Slot()
    def _on_layers(self) -> None:
        """The marks follow the choice."""
        which = self.layers.currentData()
        if which != OWN:
            self.list.mark(lambda step: which == ALL or step is self._step)
        self._tell()

    @Slot()
    def _on_marks(self) -> None:
        """The choice follows the marks."""
        with QSignalBlocker(self.layers):
            self.layers.setCurrentIndex(self.layers.findData(ALL if self.list.layers == ALL else OWN))
        self._tell()

    @Slot()
    def _tell(self) -> None:
        """The names, or what is not right yet."""
        self.formats.offer(self.together)
        self.view.setEnabled(not self.together)
        self.size_.setEnabled(self.formats.drawn)
        self.ground.setEnabled(self.formats.drawn)
        problem = self._problem()
        self.go.setEnabled(not problem)
        names = () if problem else names_of(self._response, self.ask, self.pictures, self._shown)
        self.names.show_names(names)
        self.said.setText(problem or self._count())

    def _problem(self) -> str:
        if self.source.problem:
            return self.source.problem
        if not self._layers:
            return "Choose a layer at least."
        if self.together and self._layers == "picture":
            return "The picture is no layer: choose layers at the right."
        if not self.folder.is_absolute():
            return f"Say which folder the files go to, such as {last_folder() / 'figures'}."
        if self.folder.is_file():
            return f"{self.folder} is a file: choose a folder."
        if not self.formats.chosen:
            return "Choose a format at least."
        try:
            self.ask  # noqa: B018 - it is checked as it is made
        except CnnvizError as error:
            return str(error)
        return ""

    def _count(self) -> str:
        pictures, formats = _count(len(self.pictures), "picture"), _count(len(self.formats.chosen), "format")
        total = _count(len(self.pictures) * self.each, "file")
        if self.together:
            return f"{total}: {pictures} × {formats}"
        tables = any(suffix in ("tex", "md") for suffix in self.formats.chosen)
        most = "at most " if self._layers == ALL and (self.view.currentData() or tables) else ""
        return f"{most}{total}: {pictures} × {_count(len(self._shown), 'layer')} × {formats}"

    @property
    def _shown(self) -> list[Step]:
        """The steps that are exported."""
        return [self._step] if self.layers.currentData() == THIS else self.list.chosen

    def done(self, result: int) -> None:
        self.source.stop()
        super().done(result)


def _title(words: str) -> QLabel:
    label = QLabel(words)
    label.setProperty("role", "strong")
    return label


def _count(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'s' * (count != 1)}"
