"""From 8-bit pixels to the input tensor, each step kept; and from a tensor back to pixels.

Resizing, cropping and normalising give the same numbers, bit for bit, as torchvision's presets do for a Pillow picture.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from cnnviz.core.decode import Picture, Step
from cnnviz.core.errors import PictureError
from cnnviz.core.guard import PIXEL_LIMIT
from cnnviz.core.model import Preprocessing

FITS = ("crop", "stretch", "pad")
"""How a picture of other proportions is made to fit: its centre, all of it distorted, all of it with black beside."""


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A picture made ready for one model.

    Attributes
    ----------
    picture
        What it was made from.
    preprocessing
        How it was made.
    steps
        The picture's own steps, then those of the preprocessing; the last are ``"Scaled"`` and ``"Normalised"``.
    tensor
        (1, C, H, W) float32 on the CPU.
    """

    picture: Picture
    preprocessing: Preprocessing
    steps: tuple[Step, ...]
    tensor: torch.Tensor = field(repr=False)


def prepare(picture: Picture, preprocessing: Preprocessing) -> Prepared:
    """Converts, resizes, crops and normalises; a step that changes nothing is not listed.

    Raises
    ------
    PictureError
        The picture is so long and narrow that it cannot be resized.
    """
    steps = list(picture.steps)
    image = Image.fromarray(picture.pixels)
    if image.mode != preprocessing.mode:
        image = image.convert(preprocessing.mode)
        how = "0.299 R + 0.587 G + 0.114 B" if preprocessing.mode == "L" else "the grey value three times"
        steps.append(_step("Converted", f"to {'grey' if preprocessing.mode == 'L' else 'RGB'}: {how}", image))
    image = _resized(image, picture.name, preprocessing, steps)
    image = _padded(image, preprocessing.size, steps) if preprocessing.padded else image
    image = _cropped(image, preprocessing.size, steps)
    scaled = np.asarray(image, np.float32) / np.float32(255)
    steps.append(Step("Scaled", f"pixel ÷ 255: from {scaled.min():.2f} to {scaled.max():.2f}", scaled))
    values = _normalised(scaled, preprocessing)
    mean, std = _numbers(preprocessing.mean), _numbers(preprocessing.std)
    caption = f"(pixel ÷ 255 − {mean}) ÷ {std}: from {values.min():+.2f} to {values.max():+.2f}"
    steps.append(Step("Normalised", caption.replace("-", "−"), values))
    planes = values[None] if values.ndim == 2 else np.moveaxis(values, 2, 0)  # (C, H, W)
    tensor = torch.from_numpy(np.ascontiguousarray(planes)[None])
    return Prepared(picture, preprocessing, tuple(steps), tensor)


def to_pixels(tensor: torch.Tensor, preprocessing: Preprocessing) -> NDArray[np.uint8]:
    """The normalised input as a picture again.

    Parameters
    ----------
    tensor
        (C, H, W) or (1, C, H, W), on any device.
    preprocessing
        What is undone: mean and std.

    Returns
    -------
    (H, W, 3) uint8; values beyond black and white are clipped.
    """
    planes = tensor.detach().to("cpu", torch.float32)
    planes = planes[0] if planes.ndim == 4 else planes
    mean, std = (torch.tensor(v).view(-1, 1, 1) for v in (preprocessing.mean, preprocessing.std))
    pixels = ((planes * std + mean) * 255).nan_to_num(0).round().clamp(0, 255).to(torch.uint8)
    return pixels.expand(3, -1, -1).permute(1, 2, 0).contiguous().numpy()


def overridden(
    preprocessing: Preprocessing,
    size: tuple[int, int] | None,
    mean: tuple[float, ...] | None,
    std: tuple[float, ...] | None,
    fit: str | None = None,
) -> Preprocessing:
    """The preprocessing with another size, mean, std or fit; the resize before the crop changes with the size.

    Raises
    ------
    ValueError
        With a sentence, for numbers that cannot be meant.
    """
    if size is not None:
        if len(size) != 2 or min(size) < 1 or size[0] * size[1] > PIXEL_LIMIT:
            raise ValueError("The input size must be two whole numbers above 0, height and width: 224x224.")
        resize = preprocessing.resize
        if resize is not None:
            resize = max(*size, round(resize * max(size) / max(preprocessing.size)))
        preprocessing = replace(preprocessing, size=(int(size[0]), int(size[1])), resize=resize)
    if fit is not None and fit != preprocessing.fit:
        if fit not in FITS:
            raise ValueError(f"The picture can be made to fit by {', '.join(FITS)}, not by “{fit}”.")
        edge = max(preprocessing.size) if fit == "crop" else None
        preprocessing = replace(preprocessing, resize=edge, padded=fit == "pad")
    for name, values in (("mean", mean), ("std", std)):
        if values is None:
            continue
        if len(values) not in (1, preprocessing.channels):
            raise ValueError(
                f"The {name} needs {preprocessing.channels} numbers, one a channel; {len(values)} were given."
            )
        if not all(np.isfinite(v) and (name == "mean" or v > 0) for v in values):
            raise ValueError(
                f"The {name} must be {'numbers' if name == 'mean' else 'numbers above 0'}, of a 0 to 1 scale."
            )
        full = tuple(float(v) for v in values) * (preprocessing.channels // len(values))
        preprocessing = replace(preprocessing, mean=full) if name == "mean" else replace(preprocessing, std=full)
    return preprocessing


def _step(name: str, caption: str, image: Image.Image) -> Step:
    return Step(name, caption, np.asarray(image))


def _resized(image: Image.Image, name: str, preprocessing: Preprocessing, steps: list[Step]) -> Image.Image:
    """To a shorter edge of ``resize``, or straight to the size."""
    width, height = image.size
    edge = preprocessing.resize
    if preprocessing.padded:
        share = min(preprocessing.size[1] / width, preprocessing.size[0] / height)
        target = max(round(width * share), 1), max(round(height * share), 1)
        how = ", as large as fits"
    elif edge is None:
        target = preprocessing.size[1], preprocessing.size[0]
        kept = target[0] * height == target[1] * width
        how = "" if kept else ", stretched: the proportions changed"
    else:
        target = (edge, int(edge * height / width)) if width <= height else (int(edge * width / height), edge)
        how = f", shorter edge {min(width, height):,} to {edge:,}"
    if target == image.size:
        return image
    if target[0] * target[1] > PIXEL_LIMIT:
        raise PictureError(f"{name} is too long and narrow ({width:,} × {height:,}): cut a piece out of it first.")
    small = image.resize(target, Image.Resampling[preprocessing.interpolation.upper()])
    filtering = preprocessing.interpolation + (", antialiased" if target[0] < width or target[1] < height else "")
    caption = f"{width:,} × {height:,} to {target[0]:,} × {target[1]:,}{how}, {filtering}"
    steps.append(_step("Resized", caption, small))
    return small


def _padded(image: Image.Image, size: tuple[int, int], steps: list[Step]) -> Image.Image:
    """In the middle of black."""
    (width, height), (rows, columns) = image.size, size
    if (width, height) == (columns, rows):
        return image
    left, top = (columns - width) // 2, (rows - height) // 2
    page = Image.new(image.mode, (columns, rows))
    page.paste(image, (left, top))
    caption = f"to {columns:,} × {rows:,}, black beside it: the picture begins at column {left} and row {top}"
    steps.append(_step("Padded", caption, page))
    return page


def _cropped(image: Image.Image, size: tuple[int, int], steps: list[Step]) -> Image.Image:
    """The centre; what sticks out of the picture is black, as torchvision has it."""
    (width, height), (rows, columns) = image.size, size
    if (width, height) == (columns, rows):
        return image
    pad_left, pad_top = max(columns - width, 0) // 2, max(rows - height, 0) // 2
    left = -pad_left if columns > width else round((width - columns) / 2)
    top = -pad_top if rows > height else round((height - rows) / 2)
    cut = image.crop((left, top, left + columns, top + rows))
    steps.append(_step("Cropped", f"the centre, {columns:,} × {rows:,}, from column {left} and row {top}", cut))
    return cut


def _normalised(scaled: NDArray[np.float32], preprocessing: Preprocessing) -> NDArray[np.float32]:
    mean, std = (np.array(v, np.float32) for v in (preprocessing.mean, preprocessing.std))
    if scaled.ndim == 2:
        mean, std = mean[0], std[0]
    return ((scaled - mean) / std).astype(np.float32)


def _numbers(values: tuple[float, ...]) -> str:
    return f"{values[0]:g}" if len(set(values)) == 1 else "(" + ", ".join(f"{v:g}" for v in values) + ")"
