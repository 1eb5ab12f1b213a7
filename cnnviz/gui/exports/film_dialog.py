"""Which film is to be made: what it shows, its format, size, rate and colours; and the film as it will be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Slot
from PySide6.QtWidgets import QDoubleSpinBox, QWidget

from cnnviz.core import store
from cnnviz.gui.exports.film_preview import FilmPreview
from cnnviz.gui.exports.form import FormDialog
from cnnviz.gui.naming import named
from cnnviz.gui.theme import theme
from cnnviz.response import Response

if TYPE_CHECKING:
    from cnnviz.explore import Explorer
    from cnnviz.motion import Film

FORMATS = (
    ("GIF: plays everywhere, 256 colours", "gif"),
    ("WebP: every pixel as it was drawn", "webp"),
    ("MP4: for slides and players", "mp4"),
)
SIZES = (
    ("1280 × 720", (1280, 720)),
    ("1920 × 1080", (1920, 1080)),
    ("960 × 540", (960, 540)),
    ("800 × 800, square", (800, 800)),
    ("3840 × 2160", (3840, 2160)),
)
SLIDES = ("conv", "pool")
"""Families of operations in which a window slides."""


class FilmDialog(FormDialog):
    """Asks for a film of what is shown.

    Parameters
    ----------
    response
        What is shown: its network, its layer and its view can be filmed.
    pictures
        Paths of the tray's pictures.
    explorer
        Gives what answers requests; asked in the preview's thread.
    """

    def __init__(
        self,
        response: Response,
        pictures: tuple[str, ...],
        explorer: Callable[[], Explorer],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("film-dialog", "Export film", "Choose a place…", parent)
        self._response = response
        self._pictures = pictures
        self._problem = ""  # of the preview
        step = response.steps[response.current]
        kinds: list[tuple[str, object]] = [("The walk through the network", "walk")]
        if step.family in SLIDES and len(step.shape) == 3:
            kinds.append((f"The window that slides in {step.title}", "slide"))
        if len(pictures) > 1:
            kinds.append((f"{step.title} for all {len(pictures)} pictures of the tray", "pictures"))
        self.kind = self.choice("film-kind", "Shows", kinds)
        self.format = self.choice("film-format", "Format", FORMATS)
        self.size_ = self.choice("film-size", "Size", SIZES)
        self.rate = named(QDoubleSpinBox(), "film-rate", "Frames a second")
        self.rate.setRange(0.1, 60)
        self.rate.setDecimals(1)
        self.rate.setSuffix(" frames a second")
        self.row("Rate", self.rate)
        self.ground = self.choice("film-ground", "Colours", (("Light", "light"), ("Dark", "dark")))
        self.ground.setCurrentIndex(int(theme.dark))
        self.keep(self.format, self.size_, self.ground)
        self.preview = FilmPreview(explorer)
        self.preview.problem.connect(self._on_problem)
        self.beside(self.preview)
        for box in (self.format, self.size_, self.ground):
            box.currentIndexChanged.connect(self._on_choice)
        self.kind.currentIndexChanged.connect(self._on_kind)
        self.rate.valueChanged.connect(self._on_choice)
        self.resize(theme.px(1080), theme.px(470))
        self.order_keys(self.kind, self.preview.line)
        self._on_kind()

    @property
    def suffix(self) -> str:
        return str(self.format.currentData())

    @property
    def film(self) -> Film:
        """What was chosen."""
        from cnnviz.motion import Film

        request = self._response.request
        kind = str(self.kind.currentData())
        if kind == "slide":
            request = replace(request, view="explain")
        pictures = self._pictures if kind == "pictures" else ()
        width, height = self.size_.currentData()
        return Film(kind, request, pictures, (width, height), str(self.ground.currentData()), self.rate.value())

    @property
    def name(self) -> str:
        """A name for the file, without its suffix."""
        request, kind = self._response.request, str(self.kind.currentData())
        stem = "drawing" if store.holds(request.image) else request.image.replace("\\", "/").rsplit("/", 1)[-1]
        first = "pictures" if kind == "pictures" else stem.rsplit(".", 1)[0]
        layer = f"-{request.layer.replace('#', '-') or 'picture'}" if kind != "walk" else ""
        return f"{first}-{kind}{layer}"

    @Slot()
    def _on_kind(self) -> None:
        from cnnviz.motion.film import RATES

        with QSignalBlocker(self.rate):
            self.rate.setValue(RATES[str(self.kind.currentData())])
        self._on_choice()

    @Slot()
    def _on_choice(self) -> None:
        self._problem = ""
        self.preview.show_film(self.film)
        self._tell()

    @Slot(str)
    def _on_problem(self, sentence: str) -> None:
        self._problem = sentence
        self._tell()

    @Slot()
    def _tell(self) -> None:
        """How long the film will be, or why it cannot be made."""
        from cnnviz.export.extras import missing

        problem = self._problem or missing(self.suffix)
        self.go.setEnabled(not problem)
        self.said.setText(problem or self._length())

    def _length(self) -> str:
        count = self._count()
        seconds = count / self.rate.value()
        return f"{count:,} frames, {seconds:,.0f} s" if seconds >= 1 else f"{count:,} frames"

    def _count(self) -> int:
        from cnnviz.motion.slide import positions

        kind = self.kind.currentData()
        if kind == "walk":
            return len(self._response.steps)
        if kind == "pictures":
            return len(self._pictures)
        _, rows, columns = self._response.steps[self._response.current].shape
        return len(positions(rows, columns)[0])

    def done(self, result: int) -> None:
        self.preview.stop()
        super().done(result)
