"""Which figures of which pictures are to be made: layers, view, formats, and the names as they will be."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QWidget,
)

from cnnviz.core.errors import CnnvizError
from cnnviz.export.base import PRESETS
from cnnviz.gui.exports.form import FormDialog, last_folder
from cnnviz.gui.naming import named
from cnnviz.gui.theme import theme
from cnnviz.response import Response

if TYPE_CHECKING:
    from cnnviz.batch import Ask

SUFFIXES = ("png", "svg", "pdf", "tiff", "npz", "csv")
PRESENT = (
    ("Stay as they are, and are named", "refuse"),
    ("Are passed over: go on after a stop", "resume"),
    ("Are replaced", "overwrite"),
)
TRAY, FOLDER = "tray", "folder"
ALL, OWN = "all", "own"
SHOWN = 4
"""Names that are shown before they are made."""


class ManyDialog(FormDialog):
    """Asks for figures of many pictures.

    Parameters
    ----------
    response
        What is shown: its model, its layers and its view.
    pictures
        Paths of the tray's pictures.
    """

    def __init__(self, response: Response, pictures: tuple[str, ...], parent: QWidget | None = None) -> None:
        super().__init__("many-dialog", "Export many figures", "Export", parent)
        self._response = response
        self._tray = pictures
        self._folder: tuple[str, ...] = ()
        self._build()
        for box in (self.source, self.layers, self.view, self.present, self.size_):
            box.currentIndexChanged.connect(self._tell)
        for check in self.formats.values():
            check.toggled.connect(self._tell)
        for line in (self.own, self.name, self.place):
            line.textChanged.connect(self._tell)
        self._tell()

    # what was chosen

    @property
    def pictures(self) -> tuple[str, ...]:
        return self._tray if self.source.currentData() == TRAY else self._folder

    @property
    def folder(self) -> Path:
        return Path(self.place.text()).expanduser()

    @property
    def ask(self) -> Ask:
        """What is to be made of each picture. Raises ``CnnvizError`` with a sentence where that cannot be."""
        from cnnviz.batch import Ask

        view, size = str(self.view.currentData()), self.size_.currentData()
        options = self._options if view else ()
        style = {"scale": size, "theme": "light"} if isinstance(size, int) else self._paper(str(size))
        suffixes = tuple(suffix for suffix, check in self.formats.items() if check.isChecked())
        return Ask(self._layers(), view, options, suffixes, style, self.name.text(), str(self.present.currentData()))

    @property
    def _options(self) -> tuple[tuple[str, str], ...]:
        return tuple((name, str(value)) for name, value in self._response.request.options if value is not None)

    @staticmethod
    def _paper(name: str) -> dict[str, object]:
        _, width, height, font = PRESETS[name]
        return {"theme": "light", "width": width, "height": height, "font": font}

    def _layers(self) -> str:
        chosen = str(self.layers.currentData())
        return self.own.text().strip() if chosen == OWN else chosen

    # parts

    def _build(self) -> None:
        step = self._response.steps[self._response.current]
        tray = f"The {len(self._tray):,} pictures of the tray" if len(self._tray) != 1 else "The picture of the tray"
        self.source = self.choice("many-pictures", "Pictures", ((tray, TRAY), ("Those of a folder…", FOLDER)))
        self.source.activated.connect(self._on_source)
        layers = (("All layers", ALL), (f"This one: {step.title}", step.key or "picture"), ("Own choice", OWN))
        self.layers = self.choice("many-layers", "Layers", layers)
        self.layers.setCurrentIndex(1)
        self.own = named(QLineEdit(), "many-own", "Paths of layers, with commas between them")
        self.own.setPlaceholderText(", ".join(step.key for step in self._response.steps[1:4]) + " …")
        self.row("", self.own)
        title = next((v.title for v in self._response.views if v.name == self._response.figure.view), "")
        views = (("The best for each layer", ""), (f"{title}, as it is shown", self._response.figure.view))
        self.view = self.choice("many-view", "View", views if title else views[:1])
        row = QHBoxLayout()
        row.setSpacing(theme.px(12))
        self.formats = {}
        for suffix in SUFFIXES:
            self.formats[suffix] = named(QCheckBox(suffix.upper()), f"many-{suffix}", f"As {suffix.upper()}")
            row.addWidget(self.formats[suffix])
        row.addStretch(1)
        self.formats["png"].setChecked(True)
        self.row("Formats", row)
        sizes = [(f"{scale}× as on the sheet", scale) for scale in (1, 2, 3, 4)]
        papers = [(f"{preset.title}, {preset.width:g} mm", key) for key, preset in PRESETS.items()]
        self.size_ = self.choice("many-size", "Size", [*sizes, *papers])
        self.size_.setCurrentIndex(1)
        self._build_place()

    def _build_place(self) -> None:
        self.name = named(QLineEdit("{image}-{layer}-{view}"), "many-name", "Pattern of the names")
        self.name.setToolTip("It can hold {image}, {layer}, {view}, {index}, {op} and {model}.")
        self.row("Names", self.name)
        self.names = named(QLabel(), "many-names", "The names as they will be")
        self.names.setProperty("role", "mono")
        self.row("", self.names)
        self.place = named(QLineEdit(str(last_folder() / "figures")), "many-folder", "Folder for the files")
        other = named(QPushButton("Choose…"), "many-choose", "Choose the folder")
        other.clicked.connect(self._choose)
        row = QHBoxLayout()
        row.addWidget(self.place, 1)
        row.addWidget(other)
        self.row("Folder", row)
        self.present = self.choice("many-present", "Files that are there", PRESENT)

    # what follows from a choice

    @Slot()
    def _on_source(self) -> None:
        if self.source.currentData() == FOLDER:
            self.take_folder(QFileDialog.getExistingDirectory(self, "A folder of pictures"))

    def take_folder(self, folder: str) -> None:
        """The pictures of a folder, and of folders in it; the tray's where none is named."""
        from cnnviz.core.images import expand

        self._folder = tuple(expand([folder])[0]) if folder else ()
        self.source.setItemText(
            1, f"{len(self._folder):,} pictures of {Path(folder).name}" if folder else "Those of a folder…"
        )
        self.source.setCurrentIndex(int(bool(folder)))
        self._tell()

    @Slot()
    def _choose(self) -> None:
        if folder := QFileDialog.getExistingDirectory(self, "A folder for the files", str(last_folder())):
            self.place.setText(folder)

    @Slot()
    def _tell(self) -> None:
        """The names, or what is not right yet."""
        self.own.setEnabled(self.layers.currentData() == OWN)
        problem = self._problem()
        self.go.setEnabled(not problem)
        names = [] if problem else self._names()
        self.names.setText("\n".join(names) if names else "—")
        self.said.setText(problem or self._count())

    def _problem(self) -> str:
        if not self.pictures:
            return "There are no pictures there."
        if not self._layers():
            return "Say which layers: their paths, with commas between them."
        if not self.place.text().strip():
            return "Say which folder the files go to."
        try:
            if not self.ask.suffixes:
                return "Choose a format at least."
        except CnnvizError as error:
            return str(error)
        return ""

    def _count(self) -> str:
        layers = self._layers()
        each = (
            len(self._response.steps) - 1
            if layers == ALL
            else len([part for part in layers.split(",") if part.strip()])
        )
        formats = len(self.ask.suffixes)
        total = len(self.pictures) * each * formats
        most = "at most " if self.view.currentData() and layers == ALL else ""
        return f"{most}{total:,} files: {len(self.pictures):,} × {each:,} × {formats} (pictures, layers, formats)"

    def _names(self) -> list[str]:
        """The first names. Which view is the best for another layer is not known before it is drawn."""
        from cnnviz.batch import stem_of

        steps = self._response.steps
        layers = [step for step in steps[1:] if self._layers() == ALL or step.key in self._wanted()]
        layers = layers[:2] or [steps[self._response.current]]
        digits = len(str(len(steps) - 1))
        found = []
        for picture in self.pictures[:2]:
            for step in layers:
                shown = step.index == self._response.current - 1
                view = str(self.view.currentData()) or (self._response.views[0].name if shown else "view")
                parts = {"image": Path(picture).stem, "layer": step.key or "picture", "view": view}
                parts |= {"index": f"{max(step.index, 0):0{digits}d}", "model": Path(self._response.model.name).stem}
                parts["op"] = self._response.card.op if shown else "op"
                found += [f"{stem_of(self.name.text(), parts)}.{suffix}" for suffix in self.ask.suffixes]
        total = len(found)
        return [*found[:SHOWN], *(["…"] if total > SHOWN or len(self.pictures) > 2 else [])]

    def _wanted(self) -> set[str]:
        return {part.strip() for part in self._layers().split(",")}
