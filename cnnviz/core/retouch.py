"""Edits of the picture: moved, turned, scaled, cropped, blurred before the preprocessing. The file is not touched."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from math import cos, radians, sin

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from cnnviz.core.decode import Picture, Step
from cnnviz.core.model import Preprocessing
from cnnviz.request import UNEDITED, PictureEdit

Pixels = NDArray[np.uint8]


def edited(picture: Picture, edit: PictureEdit) -> Picture:
    """The picture as the edit makes it, each step kept; the same picture where there is none."""
    if edit == UNEDITED:
        return picture
    pixels, steps = picture.pixels, list(picture.steps)
    for name, change in (("Moved", _moved), ("Cut out", _cut), ("Blurred", _blurred)):
        pixels, caption = change(pixels, edit)
        if caption:
            steps.append(Step(name, caption, pixels))
    digest = hashlib.sha256(f"{picture.digest} {edit}".encode()).hexdigest()
    return replace(picture, digest=digest, pixels=pixels, steps=tuple(steps))


def visible(size: tuple[int, int], preprocessing: Preprocessing) -> tuple[float, float, float, float]:
    """Which part of a picture of ``size`` (height, width) the network gets.

    Returns
    -------
    (left, top, right, bottom) as shares of the picture; below 0 and above 1 where something is put beside it.
    """
    if preprocessing.resize is None and not preprocessing.padded:
        return 0.0, 0.0, 1.0, 1.0
    if preprocessing.padded:
        share = min(wanted / n for wanted, n in zip(preprocessing.size, size, strict=True))
    else:
        share = (preprocessing.resize or 1) / min(size)
    half = [wanted / (n * share) / 2 for wanted, n in zip(preprocessing.size, size, strict=True)]
    return 0.5 - half[1], 0.5 - half[0], 0.5 + half[1], 0.5 + half[0]


def _moved(pixels: Pixels, edit: PictureEdit) -> tuple[Pixels, str]:
    """Scaled and turned about the centre, then shifted; all in one go, so that it is filtered only once."""
    height, width = pixels.shape[:2]
    across, down = edit.shift[0] * width, edit.shift[1] * height
    if (across, down, edit.turn % 360, edit.zoom) == (0, 0, 0, 1):
        return pixels, ""
    image, fill = Image.fromarray(pixels), _border(pixels)
    if edit.zoom < 1:  # filtered for its size first, or thin lines would break
        image = image.resize(
            (max(1, round(width * edit.zoom)), max(1, round(height * edit.zoom))), Image.Resampling.BILINEAR
        )
    # From each place (x, y) of the result back into the picture: undo the shift, turn back, undo the scale.
    shares = image.width / width, image.height / height  # of a picture that is smaller already
    scale = [share / edit.zoom for share in shares]
    c, s = (round(f(radians(edit.turn)), 12) for f in (cos, sin))  # a quarter turn hits pixels exactly
    x0, y0 = width / 2 + across, height / 2 + down
    matrix = (
        c * scale[0], s * scale[0], image.width / 2 - scale[0] * (c * x0 + s * y0),
        -s * scale[1], c * scale[1], image.height / 2 - scale[1] * (-s * x0 + c * y0),
    )  # fmt: skip
    made = image.transform((width, height), Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR, fillcolor=fill)
    said = [f"shifted by {_signed(across)} pixels across and {_signed(down)} down"] if across or down else []
    said += [f"turned by {_signed(edit.turn)}°"] if edit.turn % 360 else []
    said += [f"scaled to {edit.zoom * 100:.4g} %"] if edit.zoom != 1 else []
    beside = f"beside it {fill if isinstance(fill, int) else ', '.join(map(str, fill))}, as at its border"
    return np.asarray(made), f"{', '.join(said)}, bilinear; {beside}"


def _cut(pixels: Pixels, edit: PictureEdit) -> tuple[Pixels, str]:
    if edit.crop == UNEDITED.crop:
        return pixels, ""
    height, width = pixels.shape[:2]
    left, right = _span(edit.crop[0], edit.crop[2], width)
    top, bottom = _span(edit.crop[1], edit.crop[3], height)
    caption = f"{right - left:,} × {bottom - top:,} from column {left:,} and row {top:,}"
    return pixels[top:bottom, left:right], caption


def _blurred(pixels: Pixels, edit: PictureEdit) -> tuple[Pixels, str]:
    if not edit.blur:
        return pixels, ""
    sigma = edit.blur * min(pixels.shape[:2])
    made = np.asarray(Image.fromarray(np.ascontiguousarray(pixels)).filter(ImageFilter.GaussianBlur(sigma)))
    return made, f"by a Gaussian of σ = {sigma:.3g} pixels"


def _span(first: float, last: float, size: int) -> tuple[int, int]:
    """Whole pixels from one share to another, one at least."""
    start = min(max(round(first * size), 0), size - 1)
    return start, min(max(round(last * size), start + 1), size)


def _border(pixels: Pixels) -> int | tuple[int, ...]:
    """The median of the outermost pixels: what is put beside a picture that was moved."""
    ring = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    median = np.median(ring, axis=0)
    return int(median) if pixels.ndim == 2 else tuple(int(n) for n in median)


def _signed(value: float) -> str:
    return f"{value:+.3g}".replace("-", "−")
