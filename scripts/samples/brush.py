"""A small paint box for the colour samples: soft shapes with light on them, on backgrounds out of focus.

Everything is painted on a fine sheet of floats, (S, S, 3) between 0 and 1, and averaged down at the end. Positions,
lengths and blurs are shares of the sheet's side, y downwards; a way is written as text, ``"x y, x y, ..."``. Chance
comes from a seed, so that the same program paints the same picture.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from samples.pen import points, spline

Array = NDArray[np.float64]
Color = tuple[float, float, float]
SHEET = 384
LIGHT = np.array([-0.45, -0.65, 0.62])  # from the upper left, towards the viewer


ROW: Array = (np.arange(SHEET)[:, None] + 0.5) / SHEET * np.ones(SHEET)
"""(S, S): how far down the sheet each point lies."""


def below(y: float, soft: float = 0.004) -> Array:
    """Mask (S, S) of all that lies under a height."""
    return np.clip((ROW - y) / soft, 0, 1)


def resized(a: Array, size: tuple[int, int] = (SHEET, SHEET)) -> Array:
    """(h, w) array at another (width, height), bicubic."""
    return np.asarray(Image.fromarray(a.astype(np.float32)).resize(size, Image.Resampling.BICUBIC), dtype=np.float64)


def blur(a: Array, sigma: float) -> Array:
    """Gaussian blur of (S, S[, 3]), sigma as a share of the side; borders mirrored."""
    if a.ndim == 3:
        return np.stack([blur(plane, sigma) for plane in np.moveaxis(a, 2, 0)], axis=2)
    margin = min(int(3 * sigma * SHEET) + 1, SHEET - 1)
    wide = np.pad(a, margin, mode="symmetric")
    frequency = np.fft.fftfreq(len(wide))[:, None] ** 2 + np.fft.rfftfreq(len(wide)) ** 2
    kernel = np.exp(-2 * (np.pi * sigma * SHEET) ** 2 * frequency)
    smooth: Array = np.fft.irfft2(np.fft.rfft2(wide) * kernel, wide.shape)[margin:-margin, margin:-margin]
    return smooth


class Sheet:
    """A picture while it is painted."""

    def __init__(self, seed: int, top: Color, bottom: Color, horizon: float = 1.0) -> None:
        self.chance = np.random.default_rng(seed)
        share = np.clip(np.linspace(0, 1, SHEET) / horizon, 0, 1)[:, None, None]
        self.rgb: Array = np.array(top) * (1 - share) + np.array(bottom) * share + np.zeros((SHEET, SHEET, 3))

    def noise(self, across: float, down: float | None = None, octaves: int = 4) -> Array:
        """Smooth noise (S, S), mean 0 and about -1 to 1; ``across`` and ``down`` lumps in a side."""
        total, weight = np.zeros((SHEET, SHEET)), 1.0
        for octave in range(octaves):
            size = [min(SHEET, max(2, round(n * 2**octave))) for n in (down or across, across)]
            total += weight * resized(self.chance.uniform(-1, 1, size))
            weight *= 0.55
        return total / 1.4

    def area(self, way: str, *, corners: bool = False, soft: float = 0, mirror: bool = False) -> Array:
        """Mask (S, S) of what a way encloses, round or with corners; ``soft`` blurs its edge."""
        border = self._points(way, mirror)
        if not corners:  # once around and a little further, so that the curve is smooth where it closes
            border = spline(np.concatenate([border[-2:], border, border[:2]]), 24)[48:-48]
        return self._mask([border], soft)

    def box(self, left: float, top: float, right: float, bottom: float) -> Array:
        """Mask of a rectangle."""
        return self._mask([np.array([(left, top), (right, top), (right, bottom), (left, bottom)])], 0)

    def ellipse(self, x: float, y: float, rx: float, ry: float = 0, turn: float = 0, soft: float = 0) -> Array:
        """Mask of a circle or an ellipse, turned clockwise by ``turn`` degrees."""
        angle = np.linspace(0, 2 * np.pi, 90, endpoint=False)
        u, v = rx * np.cos(angle), (ry or rx) * np.sin(angle)
        cosine, sine = np.cos(np.radians(turn)), np.sin(np.radians(turn))
        return self._mask([np.stack([x + cosine * u - sine * v, y + sine * u + cosine * v], 1)], soft)

    def stroke(self, way: str, first: float, last: float = 0, *, soft: float = 0, mirror: bool = False) -> Array:
        """Mask of a line along a way, of radius ``first`` where it begins and ``last`` where it ends."""
        line = spline(self._points(way, mirror), 40)
        angle = np.linspace(0, 2 * np.pi, 18, endpoint=False)
        disc = np.stack([np.cos(angle), np.sin(angle)], 1)
        radii = np.linspace(first, last or first, len(line))
        return self._mask([centre + radius * disc for centre, radius in zip(line, radii, strict=True)], soft)

    @staticmethod
    def _points(way: str, mirror: bool) -> Array:
        return np.abs([1.0, 0.0] - points(way)) if mirror else points(way)

    def _mask(self, polygons: list[Array], soft: float) -> Array:
        image = Image.new("L", (2 * SHEET, 2 * SHEET))
        pen = ImageDraw.Draw(image)
        for polygon in polygons:
            pen.polygon((polygon * 2 * SHEET).ravel().tolist(), fill=255)
        mask = np.asarray(image.reduce(2), dtype=np.float64) / 255
        return blur(mask, soft) if soft else mask

    def paint(self, mask: Array, color: Color, bulge: float = 0, texture: Array | float = 0) -> None:
        """Cover a mask with a colour, lit as if it bulged by ``bulge``, its brightness varied by a texture."""
        bright = 1 + texture
        if bulge:
            height = 1.6 * SHEET * bulge * np.sqrt(np.clip(blur(mask, bulge / 2), 0, 1))
            dy, dx = np.gradient(height)
            normal = np.stack([-dx, -dy, np.ones_like(dx)]) / np.sqrt(dx**2 + dy**2 + 1)
            bright = bright * (0.45 + 0.85 * np.clip(np.tensordot(LIGHT, normal, 1), 0, 1))
        shade = np.asarray(bright)[..., None] * np.array(color) + np.zeros((SHEET, SHEET, 3))
        self.rgb += mask[..., None] * (np.clip(shade, 0, 1) - self.rgb)

    def shade(self, mask: Array, strength: float) -> None:
        """Darken under a mask: shadows, stripes; a negative strength brightens."""
        self.rgb = np.clip(self.rgb * (1 - strength * mask[..., None]), 0, 1)

    def defocus(self, sigma: float) -> None:
        """Put all that was painted so far out of focus."""
        self.rgb = blur(self.rgb, sigma)

    def finish(self, side: int) -> Image.Image:
        """Average down to (side, side), with a trace of film grain."""
        self.rgb += 0.008 * self.noise(SHEET / 3, octaves=1)[..., None]
        pixels = np.rint(np.clip(self.rgb, 0, 1) * 255).astype(np.uint8)
        return Image.fromarray(pixels).resize((side, side), Image.Resampling.BOX)
