"""What a person draws, as a picture; digits are centred and scaled as those of MNIST were. Knows nothing of torch."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnnviz.core.decode import Picture, Step
from cnnviz.core.store import DRAWING

FIELD, BOX = 28, 20
"""Edge of an MNIST picture, and of the box in it into which the digit is scaled."""


def as_mnist(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A bright digit on black as MNIST would hold it.

    The digit's bounding box is scaled, its proportions kept, until it fills a box of 20 × 20; then it is put into
    28 × 28 so that its centre of mass is the centre of the field, to the nearest pixel, as far as it stays inside.
    LeCun, Cortes, Burges: The MNIST database of handwritten digits, 1998.

    Parameters
    ----------
    pixels
        (H, W) uint8.

    Returns
    -------
    (28, 28) uint8, black where nothing is drawn.
    """
    field = np.zeros((FIELD, FIELD), np.uint8)
    rows, columns = (np.flatnonzero(pixels.any(axis=axis)) for axis in (1, 0))
    if not rows.size:
        return field
    digit = pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    share = BOX / max(digit.shape)
    height, width = (max(1, round(n * share)) for n in digit.shape)
    small = np.asarray(Image.fromarray(digit).resize((width, height), Image.Resampling.BILINEAR))
    top, left = (_start(small.sum(axis=axis, dtype=np.float64)) for axis in (1, 0))
    field[top : top + height, left : left + width] = small
    return field


def _start(mass: NDArray[np.float64]) -> int:
    """Where a profile of ``mass`` begins in the field, when its centre of mass is in the middle."""
    centre = (mass * np.arange(len(mass))).sum() / mass.sum() if mass.any() else (len(mass) - 1) / 2
    return int(np.clip(np.floor((FIELD - 1) / 2 - centre + 0.5), 0, FIELD - len(mass)))


def drawn(pixels: NDArray[np.uint8], centred: bool = False) -> Picture:
    """A drawing as a picture.

    Parameters
    ----------
    pixels
        (H, W) grey or (H, W, 3) RGB, uint8.
    centred
        Whether it is made like MNIST, which only a grey drawing can be.
    """
    mode = "grey" if pixels.ndim == 2 else "RGB"
    made = pixels
    steps = [Step("As drawn", f"{pixels.shape[1]} × {pixels.shape[0]} pixels, {mode}", pixels)]
    if centred:
        made = as_mnist(pixels)
        caption = f"scaled into {BOX} × {BOX}, centre of mass to the middle of {FIELD} × {FIELD}, as MNIST was made"
        steps.append(Step("Centred", caption, made))
    digest = hashlib.sha256(f"{pixels.shape} {centred} ".encode() + np.ascontiguousarray(pixels).tobytes()).hexdigest()
    return Picture(DRAWING, "", digest, made, mode, (), tuple(steps))
