"""A sheet of paper measured in pixels, on which matplotlib draws: PNG, SVG and PDF come from the same sheet.

Everything has whole coordinates and every picture a whole factor of enlargement, so that at 1x to 4x each value is a
square of exactly its colour. matplotlib's ``Figure`` is used without pyplot: any thread may export.
"""

from __future__ import annotations

import math
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, BinaryIO, Literal

import numpy as np
from numpy.typing import NDArray

from cnnviz.core.errors import CnnvizError
from cnnviz.export import pixel_file
from cnnviz.export.base import Style, recipe
from cnnviz.figure import Figure, LayerRows

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DPI = 100
INCH = 25.4  # millimetres
TRANSPARENT = "transparent"
SANS, MONO = "DejaVu Sans", "DejaVu Sans Mono"  # matplotlib brings them along
OTHER_SCRIPTS = (
    "Noto Sans CJK JP",
    "Noto Sans CJK SC",
    "Source Han Sans",
    "WenQuanYi Micro Hei",
    "Hiragino Sans",
    "PingFang SC",
    "Microsoft YaHei",
    "Yu Gothic",
    "Malgun Gothic",
    "Noto Sans Devanagari",
    "Noto Sans Thai",
    "Arial Unicode MS",
)
"""For letters that DejaVu has not, where they are installed."""

SMALL, PLAIN, LARGE = 7.0, 8.0, 12.0
"""Sizes of text in points."""

LINE = 14
"""Pixels from one line of text to the next."""

MOST_COLUMNS = 4
"""Columns of rows of maps that are tried on a slide."""

MOST_PIXELS = 300_000_000
"""Beyond, a page would take gigabytes to draw."""

_exporting = threading.Lock()  # matplotlib's settings are global


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours of a theme, as the window has them."""

    ground: str
    line: str
    text: str
    dim: str
    accent: str
    bar: str
    negative: str


PALETTES = {
    "light": Palette("#ffffff", "#dfe3e9", "#1b1f27", "#5f6875", "#b85710", "#9aa3b2", "#4f81bd"),
    "dark": Palette("#14161a", "#2a2f38", "#e6e9ee", "#8d96a5", "#f2994a", "#6f7887", "#6fa8dc"),
}


class Sheet:
    """Where things are drawn: x to the right and y downwards, in pixels."""

    def __init__(self, width: int, height: int, theme: str) -> None:
        from matplotlib.figure import Figure as Page

        self.palette = PALETTES.get(theme, PALETTES["light"])
        self.size = width, height
        ground = "none" if theme == TRANSPARENT else self.palette.ground
        self.page = Page(figsize=(width / DPI, height / DPI), dpi=DPI, facecolor=ground)
        self.axes: Axes = self.page.add_axes((0, 0, 1, 1), xlim=(0, width), ylim=(height, 0))
        self.axes.set_axis_off()

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float = PLAIN,
        *,
        color: str = "",
        align: Literal["left", "center", "right"] = "left",
        bold: bool = False,
        mono: bool = False,
        middle: bool = False,
    ) -> None:
        """Text whose baseline (or middle) is at y."""
        self.axes.text(
            x,
            y,
            text,
            fontsize=size,
            family=families(mono),
            weight="bold" if bold else "normal",
            color=color or self.palette.text,
            ha=align,
            va="center_baseline" if middle else "baseline",
            parse_math=False,
        )

    def image(
        self,
        x: int,
        y: int,
        pixels: NDArray[np.uint8],
        factor: float = 1,
        table: NDArray[np.uint8] | None = None,
    ) -> None:
        """RGB or RGBA pixels, or indices into a table of colours, with the top left corner at x, y.

        Each becomes a square of ``factor`` pixels.
        """
        from cnnviz.export.embedded import Embedded

        whole = max(1, int(factor))  # repeated: other programs may smooth what they enlarge
        large = pixels.repeat(whole, 0).repeat(whole, 1) if whole > 1 else pixels
        height, width = (edge * factor for edge in pixels.shape[:2])
        self.axes.add_image(Embedded(self.axes, large, table, (x, x + width, y + height, y)))

    def box(
        self, x: float, y: float, width: float, height: float, color: str, *, edge: bool = False, zorder: int = 2
    ) -> None:
        """A filled rectangle, or its outline."""
        from matplotlib.patches import Rectangle

        style: dict[str, Any] = (
            {"fill": False, "edgecolor": color, "linewidth": 1.5} if edge else {"facecolor": color, "linewidth": 0}
        )
        self.axes.add_patch(Rectangle((x, y), width, height, zorder=zorder, **style))

    def line(self, x: list[float], y: list[float], color: str, width: float = 0.75, zorder: int = 2) -> None:
        """A line through points."""
        self.axes.plot(
            x, y, color=color, linewidth=width, zorder=zorder, solid_joinstyle="miter", solid_capstyle="butt"
        )

    def pixels(self, dpi: float) -> NDArray[np.uint8]:
        """What is drawn, (H, W, 4) RGBA, uint8."""
        from matplotlib.backends.backend_agg import FigureCanvasAgg

        self.page.set_dpi(dpi)
        canvas = FigureCanvasAgg(self.page)
        canvas.draw()  # type: ignore[no-untyped-call]
        return np.asarray(canvas.buffer_rgba())  # type: ignore[no-untyped-call]

    def factor(self, width: float, height: float | None, largest: float) -> float:
        """By how much the sheet can be enlarged on paper of that many millimetres.

        ``largest`` is not exceeded: a small figure is not blown up, but has white beside it.
        """
        across = width / INCH * DPI / self.size[0]
        down = across if height is None else height / INCH * DPI / self.size[1]
        return min(across, down, largest)

    def fit(self, width: float, height: float | None, largest: float) -> None:
        """Bring the sheet onto paper of that many millimetres, in the middle of a page whose height is given."""
        paper = width / INCH
        factor = self.factor(width, height, largest)
        drawn = self.size[0] / DPI * factor, self.size[1] / DPI * factor  # inches
        high = drawn[1] if height is None else height / INCH
        self.page.set_size_inches(paper, high)
        left = 0.0 if height is None else (paper - drawn[0]) / 2 / paper
        self.axes.set_position((left, (high - drawn[1]) / 2 / high, drawn[0] / paper, drawn[1] / high))
        for text in self.axes.texts:
            text.set_fontsize(float(text.get_fontsize()) * factor)
        for line in self.axes.lines:
            line.set_linewidth(line.get_linewidth() * factor)
        for patch in self.axes.patches:
            patch.set_linewidth(patch.get_linewidth() * factor)


def width_of(text: str, size: float = PLAIN, *, bold: bool = False, mono: bool = False) -> int:
    """Width of a text in pixels, rounded up."""
    return math.ceil(_width(text, size, bold, mono) * DPI / 72)


def wrapped(text: str, width: int, size: float = PLAIN, *, bold: bool = False) -> list[str]:
    """The text in lines that are not wider than that, broken between words."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width_of(longer, size, bold=bold) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def cut(text: str, width: int, size: float = PLAIN, *, bold: bool = False) -> str:
    """The text, shortened with an ellipsis until it is not wider than that."""
    if width_of(text, size, bold=bold) <= width:
        return text
    while text and width_of(text + "…", size, bold=bold) > width:
        text = text[:-1]
    return text.rstrip() + "…" if text else ""


def save(figure: Figure, file: BinaryIO, style: Style, kind: Literal["png", "svg", "pdf"]) -> None:
    """Draw a figure and write it."""
    about = recipe(figure, style)
    metadata: dict[str, dict[str, str | None]] = {
        "svg": {"Title": figure.title, "Description": about, "Creator": "CNNViz", "Date": None},
        "pdf": {"Title": figure.title, "Subject": about, "Creator": "CNNViz", "CreationDate": None},
    }
    with drawing():
        sheet = fitted(figure, style)
        dpi = (style.dpi if style.width is not None else DPI * style.scale) if kind == "png" else DPI
        _not_too_large(sheet, dpi)
        if kind != "png":
            sheet.page.savefig(file, format=kind, dpi=dpi, metadata=metadata[kind])
            return
        pixels = sheet.pixels(dpi)
    texts = {"Title": figure.title, "Description": about, "Software": "CNNViz"}
    pixel_file.write(pixels if style.theme == TRANSPARENT else pixels[..., :3], file, texts, dpi)


def fitted(figure: Figure, style: Style) -> Sheet:
    """The figure on paper of the size that is asked for; `drawing` is to be on."""
    from cnnviz.export.layout import laid_out

    sheets = [
        laid_out(one, style.theme, room, heading=style.heading, caption=style.caption)
        for one in _arranged(figure, style)
        for room in rooms_of(style)
    ]
    if style.width is None:
        return sheets[0]
    sheet = max(sheets, key=lambda one: one.factor(style.width or 0, style.height, style.font / PLAIN))
    sheet.fit(style.width, style.height, style.font / PLAIN)
    return sheet


def _arranged(figure: Figure, style: Style) -> list[Figure]:
    """The figure; where the height is given, too, also with its rows of maps in several columns."""
    many = range(2, MOST_COLUMNS + 1) if style.height is not None else ()
    if not any(isinstance(panel, LayerRows) for panel in figure.panels):
        many = ()
    return [figure] + [
        replace(figure, panels=tuple(replace(p, columns=n) if isinstance(p, LayerRows) else p for p in figure.panels))
        for n in many
    ]


def rooms_of(style: Style) -> tuple[int | None, ...]:
    """Pixels that panels may stand side by side in; None for any. Where the height is given, too, the best of several.

    With the first, text has the size that is asked for.
    """
    if style.width is None:
        return (None,)
    room = round(style.width / INCH * DPI * PLAIN / style.font)
    return (room,) if style.height is None else (room, room * 3 // 2, room * 2)


@contextmanager
def drawing() -> Iterator[None]:
    """Matplotlib's settings are ours for as long as sheets are made and written: they are global, so one at a time."""
    import matplotlib as mpl

    with _exporting, mpl.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font")  # a box is drawn; SVG still holds the letter
        mpl.rcdefaults()  # not what the user has set for other plots
        mpl.rcParams["pdf.fonttype"] = 42
        mpl.rcParams["svg.fonttype"] = "none"
        mpl.rcParams["svg.hashsalt"] = "cnnviz"
        mpl.rcParams["image.composite_image"] = False
        yield


def _not_too_large(sheet: Sheet, dpi: float) -> None:
    width, height = (round(edge * dpi) for edge in sheet.page.get_size_inches())
    if width * height > MOST_PIXELS or max(width, height) >= 1 << 16:
        raise CnnvizError(
            f"A picture of {width:,} × {height:,} pixels is too large; choose a smaller size, or NPZ for the values."
        )


@cache
def families(mono: bool = False) -> list[str]:
    """Names of fonts, each for the letters that those before it have not."""
    from matplotlib.font_manager import fontManager

    installed = {font.name for font in fontManager.ttflist}
    return [MONO if mono else SANS, *(name for name in OTHER_SCRIPTS if name in installed)]


@cache
def _width(text: str, size: float, bold: bool, mono: bool) -> float:
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextToPath

    font = FontProperties(family=families(mono), weight="bold" if bold else "normal", size=size)
    width: float = TextToPath().get_text_width_height_descent(text, font, False)[0]
    return width
