"""Files and pictures of other libraries to 8-bit pixels, without a guess that is not said. Knows nothing of torch.

Everything that changes the pixels on this way leaves a step, with a caption that says by how much.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnnviz.core import store
from cnnviz.core.depth import Converted, eight_bits, flattened, read_tiff
from cnnviz.core.errors import PictureError
from cnnviz.core.guard import PIXEL_LIMIT, decoding, identified, opened, printable
from cnnviz.figure import share

ORIENTATION = 0x0112
"""The EXIF tag that says how the camera was held."""

_ORIENTATIONS = {
    2: "mirrored left to right",
    3: "rotated by 180°",
    4: "mirrored top to bottom",
    5: "mirrored and rotated by 90° anticlockwise",
    6: "rotated by 90° clockwise",
    7: "mirrored and rotated by 90° clockwise",
    8: "rotated by 90° anticlockwise",
}


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One step from the file to the tensor.

    Attributes
    ----------
    name
        ``"As decoded"``, ``"Rotated"``, ``"Resized"`` ...
    caption
        What was done, with its numbers.
    pixels
        uint8, (H, W) grey or (H, W, 3) RGB; of the last steps, ``"Scaled"`` and ``"Normalised"``, float32.
    """

    name: str
    caption: str
    pixels: NDArray[np.uint8] | NDArray[np.float32] = field(repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A picture as 8-bit pixels, upright and without transparency.

    Attributes
    ----------
    name
        File name for people.
    path
        The file; empty for a picture that never was one.
    digest
        SHA-256 of the file; of the pixels where there is no file.
    pixels
        (H, W) grey or (H, W, 3) RGB, uint8.
    mode
        What the file holds, in words: ``"16-bit grey"``.
    notes
        What was lost or chosen on the way, one sentence each.
    steps
        How the pixels came about; the last step holds ``pixels``.
    """

    name: str
    path: str
    digest: str
    pixels: NDArray[np.uint8] = field(repr=False)
    mode: str
    notes: tuple[str, ...]
    steps: tuple[Step, ...]

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) in pixels."""
        return self.pixels.shape[0], self.pixels.shape[1]


def read(source: str | os.PathLike[str] | Image.Image | NDArray[np.uint8] | Picture) -> Picture:
    """A picture as 8-bit pixels.

    Parameters
    ----------
    source
        A file (PNG, JPEG, WebP, BMP, GIF, TIFF and what else Pillow reads), the name of a picture in the store, a
        Pillow picture, or uint8 pixels (H, W), (H, W, 1), (H, W, 3) or (H, W, 4) with alpha last. A ``Picture`` is
        given back as it is.

    Raises
    ------
    PictureError
        With a sentence: no such file, not a picture, damaged, or too large.
    """
    if isinstance(source, Picture):
        return source
    if isinstance(source, str) and store.holds(source):
        return store.take(source)
    if isinstance(source, np.ndarray):
        source = _from_array(source)
    if isinstance(source, Image.Image):
        digest = hashlib.sha256(f"{source.mode} {source.size} ".encode() + source.tobytes()).hexdigest()
        return _picture(source, "picture", "", digest)
    path = Path(source)
    name = printable(path.name)
    with opened(path) as file, decoding(name, file):
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        with identified(file, name) as image:
            tiff = read_tiff(file, PIXEL_LIMIT) if image.format == "TIFF" else None
            return _picture(image, name, str(path), digest, tiff)


def thumbnail(source: str | os.PathLike[str] | Picture, edge: int) -> NDArray[np.uint8]:
    """A small copy, (h, w, 3) uint8 with the longer side at most ``edge``; a JPEG file is decoded at reduced size.

    Raises
    ------
    PictureError
        As ``read``.
    """
    if isinstance(source, Picture):
        pixels = source.pixels
    else:
        path = Path(source)
        name = printable(path.name)
        with opened(path) as file, decoding(name, file), identified(file, name) as image:
            image.draft(None, (2 * edge, 2 * edge))  # JPEG only: other formats ignore it
            tiff = read_tiff(file, PIXEL_LIMIT) if image.format == "TIFF" else None
            pixels = _picture(image, name, str(path), "", tiff).pixels
    small = Image.fromarray(pixels)
    small.thumbnail((edge, edge), Image.Resampling.BOX)
    return np.asarray(small.convert("RGB"))


def _from_array(pixels: NDArray[np.uint8]) -> Image.Image:
    if pixels.dtype != np.uint8:
        raise PictureError(f"The pixels are {pixels.dtype}: give uint8 from 0 to 255.")
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[:, :, 0]
    if not pixels.size or not (pixels.ndim == 2 or (pixels.ndim == 3 and pixels.shape[2] in (3, 4))):
        raise PictureError(f"The pixels have shape {pixels.shape}: give (height, width) or (height, width, 3).")
    return Image.fromarray(np.ascontiguousarray(pixels))


def _picture(image: Image.Image, name: str, path: str, digest: str, tiff: Converted | None = None) -> Picture:
    """All that is done to every picture: first frame, 8 bits, upright, without transparency."""
    deep = any(";16" in str(tile) for tile in getattr(image, "tile", ()))  # told only until the pixels are loaded
    orientation, notes = _orientation(image)
    if getattr(image, "is_animated", False) and image.format != "MPO":  # MPO: a JPEG with a second view or a preview
        notes += (f"{name} has several frames or pages: this is the first.",)
    turns_itself = image.format == "TIFF" and tiff is None  # Pillow turns TIFF files while it loads them
    converted = tiff or eight_bits(image, deep)
    kind = f"{image.format}, " if image.format else ""
    done = f", {_ORIENTATIONS[orientation]} as its EXIF says" if turns_itself and orientation in _ORIENTATIONS else ""
    pixels, alpha = converted.pixels, converted.alpha
    steps = [Step("As decoded", f"{kind}{_extent(pixels)}, {converted.mode}{done}", pixels)]
    if orientation in _ORIENTATIONS and not turns_itself:
        pixels, alpha = _upright(pixels, orientation), None if alpha is None else _upright(alpha, orientation)
        steps.append(Step("Upright", f"{_ORIENTATIONS[orientation]} as its EXIF says: {_extent(pixels)}", pixels))
    if alpha is not None:
        pixels, background, clear = flattened(pixels, alpha)
        steps.append(Step("Opaque", f"on {background}: {share(clear)} of it was transparent", pixels))
        notes += (f"{name} is partly transparent: it was put on {background}.",) if clear else ()
    return Picture(name, path, digest, pixels, converted.mode, converted.notes + notes, tuple(steps))


def _extent(pixels: NDArray[np.uint8]) -> str:
    return f"{pixels.shape[1]:,} × {pixels.shape[0]:,} pixels"


def _orientation(image: Image.Image) -> tuple[int, tuple[str, ...]]:
    """The EXIF orientation, 1 where there is none, and a note where EXIF cannot be read."""
    try:
        return int(image.getexif().get(ORIENTATION, 1)), ()
    except Exception:  # noqa: BLE001  broken EXIF raises anything, and the pixels do not need it
        return 1, ("Its EXIF is damaged: if it lies on its side, that is why.",)


def _upright(pixels: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    turn = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_270,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }[orientation]
    return np.asarray(Image.fromarray(pixels).transpose(turn))
