"""What a film shows, and its frames one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnnviz.core import store
from cnnviz.core.errors import CnnvizError
from cnnviz.core.recipe import written
from cnnviz.export.base import Style
from cnnviz.export.paper import INCH, PALETTES, Sheet, drawing, fitted
from cnnviz.figure import Figure, ImageGrid, Origin, Sliding
from cnnviz.motion.slide import HEAD, WIDE, heading, positions, slide
from cnnviz.request import Request
from cnnviz.response import Response

if TYPE_CHECKING:
    from cnnviz.explore import Explorer

RATES = {"walk": 1.0, "slide": 10.0, "pictures": 2.0}
"""Kinds of films, and how many frames a second they usually have."""

TITLES = {
    "walk": "Walk through the network",
    "slide": "Sliding window",
    "pictures": "Pass over the pictures",
}

SLIDE, TEXT = 338.7, 14.0
"""Millimetres that a page of 1280 pixels is wide, and points of its text: that of a slide."""

FULL = 1280
STRIP = 4
"""Height of the strip that says how far the film is, in pixels of a frame that is 720 high."""


@dataclass(frozen=True, slots=True)
class Film:
    """What is to be shown in motion.

    Attributes
    ----------
    kind
        ``walk``: every step of the network; ``slide``: the window of a convolution or pooling at one place after the
        other; ``pictures``: the same view of one picture after the other.
    request
        Model and picture; for ``slide`` layer and channel; for ``pictures`` layer, view and options.
    pictures
        Paths, for ``pictures``.
    size
        (width, height) in pixels.
    theme
        ``light`` or ``dark``.
    rate
        Frames a second; 0 for the usual.
    """

    kind: str
    request: Request
    pictures: tuple[str, ...] = ()
    size: tuple[int, int] = (1280, 720)
    theme: str = "light"
    rate: float = 0.0

    def __post_init__(self) -> None:
        if self.kind not in RATES:
            raise CnnvizError(f"A film can be {', '.join(RATES)}; not {self.kind!r}.")
        if not all(120 <= edge <= 4096 for edge in self.size):
            raise CnnvizError(f"A film can be 120 to 4,096 pixels wide and high; not {self.size[0]} × {self.size[1]}.")
        if self.theme not in PALETTES:
            raise CnnvizError(f"A film can be {', '.join(PALETTES)}; not {self.theme!r}.")
        if self.rate and not 0.1 <= self.rate <= 60:
            raise CnnvizError(f"The rate can be 0.1 to 60 frames a second; not {self.rate:g}.")
        if self.kind == "pictures" and not self.pictures:
            raise CnnvizError("A film over pictures needs pictures: put some into the tray, or name them.")

    @property
    def frames_a_second(self) -> float:
        """The rate, or the usual one."""
        return self.rate or RATES[self.kind]


class Frame(NamedTuple):
    """One picture of a film: (H, W, 3) uint8, and how many there are of it and its fellows."""

    pixels: NDArray[np.uint8]
    number: int
    total: int
    origin: Origin | None


Wanted = Callable[[], bool]


def frames(film: Film, explorer: Explorer, wanted: Wanted = lambda: True) -> Iterator[Frame]:
    """Answer and draw one frame after the other.

    Parameters
    ----------
    wanted
        Asked between two operations of a pass; when it says no, ``Cancelled`` is raised.

    Raises
    ------
    CnnvizError
        A picture cannot be read, no window slides over that layer, and whatever else a request can meet.
    Cancelled
        It is no longer wanted.
    """
    yield from {"walk": _walk, "slide": _slide, "pictures": _pictures}[film.kind](film, explorer, wanted)


def recipe_of(film: Film, origin: Origin | None) -> str:
    """How the film was made, as JSON: it travels inside of the file."""
    title = TITLES[film.kind]
    about = {
        "kind": film.kind,
        "pictures": list(film.pictures),
        "size": list(film.size),
        "theme": film.theme,
        "rate": film.frames_a_second,
    }
    return written(Figure("film", title, "", (), film.request, origin=origin), {"motion": about})


def _walk(film: Film, explorer: Explorer, wanted: Wanted) -> Iterator[Frame]:
    """The picture, then each record in its best view."""
    request = replace(film.request, view="", channel=None, at=None, trail=(), options=())
    steps = explorer.answer(replace(request, layer=""), wanted).steps
    for number, step in enumerate(steps, 1):
        figure = explorer.answer(replace(request, layer=step.key), wanted).figure
        yield _frame(film, figure, number, len(steps))


def _pictures(film: Film, explorer: Explorer, wanted: Wanted) -> Iterator[Frame]:
    """What each picture is to the network, and the view of it."""
    for number, path in enumerate(film.pictures, 1):
        response = explorer.answer(replace(film.request, image=path), wanted)
        shown = response.figure
        name = "drawing" if store.holds(path) else Path(path).name
        about = f"{name} · {shown.subtitle}" if shown.subtitle else name
        figure = replace(shown, subtitle=about, panels=(*_seen(response), *shown.panels))
        yield _frame(film, figure, number, len(film.pictures))


def _slide(film: Film, explorer: Explorer, wanted: Wanted) -> Iterator[Frame]:
    """One cell of the output after the other."""
    response = explorer.answer(replace(film.request, view="explain"), wanted)
    panel = next((panel for panel in response.figure.panels if isinstance(panel, Sliding)), None)
    if panel is None:
        raise CnnvizError(
            f"No window slides over {film.request.layer or 'the picture'}: choose a convolution or a pooling."
        )
    places, stride = positions(panel.window.output.shape[0], panel.window.output.shape[1])
    for number, at in enumerate(places, 1):
        with drawing():
            sheet = slide(response.figure.title, panel, at, stride, film.size, film.theme)
            pixels = sheet.pixels(film.size[0] / sheet.page.get_size_inches()[0] * (1 + 1e-9))
        yield _finished(film, pixels, number, len(places), response.figure.origin)


def _seen(response: Response) -> tuple[ImageGrid, ...]:
    """The picture at the network's input as a panel; none where it is what is shown."""
    if response.seen is None or not response.request.layer:
        return ()
    pixels = response.seen.pixels
    colour = np.ascontiguousarray(pixels if pixels.ndim == 3 else pixels[..., None].repeat(3, axis=2))[None]
    ends = np.array([[0, 255]], np.float32)
    return (ImageGrid(colour, colour, None, ends, (0,), ("",), ("",), 1, "picture", "the picture"),)


def _frame(film: Film, figure: Figure, number: int, total: int) -> Frame:
    """A figure as one frame, in the middle of it, below a heading that stays where it is."""
    width, height = film.size
    top = round(width * HEAD / WIDE)
    across = SLIDE * min(max(width / FULL, 0.5), 1.0)
    style = Style(theme=film.theme, width=across, height=across * (height - top) / width, font=TEXT, heading=False)
    with drawing():
        head = Sheet(WIDE, HEAD, film.theme)
        heading(head, figure.title, figure.subtitle)
        above = head.pixels(width / head.page.get_size_inches()[0] * (1 + 1e-9))
        below = fitted(figure, style).pixels(width / (across / INCH) * (1 + 1e-9))
    pixels = np.concatenate([above[:top, :width, :3], below[: height - top, :width, :3]])
    return _finished(film, pixels, number, total, figure.origin)


def _finished(film: Film, pixels: NDArray[np.uint8], number: int, total: int, origin: Origin | None) -> Frame:
    """Exactly of the film's size, and with a strip at its foot that says how far it is."""
    width, height = film.size
    whole = np.empty((height, width, 3), np.uint8)
    whole[:] = _colour(PALETTES[film.theme].ground)
    whole[: len(pixels), : pixels.shape[1]] = pixels[:height, :width, :3]
    strip = max(2, STRIP * height // 720)
    whole[-strip:] = _colour(PALETTES[film.theme].line)
    whole[-strip:, : width * number // total] = _colour(PALETTES[film.theme].accent)
    return Frame(whole, number, total, origin)


def _colour(name: str) -> tuple[int, int, int]:
    return int(name[1:3], 16), int(name[3:5], 16), int(name[5:7], 16)
