"""Files and pictures of other libraries to 8-bit pixels, without a guess that is not said. Knows nothing of torch.

Everything that changes the pixels on this way leaves a step, with a caption that says by how much.
"""

from __future__ import annotations

import hashlib
import logging
import os
import stat
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BufferedReader
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from cnnviz.core.depth import Converted, eight_bits, flattened, read_tiff
from cnnviz.core.errors import PictureError

PIXEL_LIMIT = 120_000_000
"""A picture with more pixels is refused by its header, before memory is taken: above any camera, below most bombs."""

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


class _Quiet:
    """Keeps the decoders from warning and logging: large pictures, odd EXIF and damage are said in our own sentences.

    Filters of warnings belong to all threads: the first that decodes sets them aside, the last puts them back.
    """

    _LOGGERS = (logging.getLogger("tifffile"), logging.getLogger("PIL.TiffImagePlugin"))

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._filters = warnings.catch_warnings()

    def __enter__(self) -> None:
        with self._lock:
            if not self._inside:
                self._filters = warnings.catch_warnings()
                self._filters.__enter__()
                warnings.filterwarnings("ignore", module="PIL")
                self._silence(True)
            self._inside += 1

    def __exit__(self, *error: object) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                self._filters.__exit__(None, None, None)
                self._silence(False)

    def _silence(self, silent: bool) -> None:
        for logger in self._LOGGERS:
            logger.disabled = silent


_quiet = _Quiet()


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
        uint8, (H, W) grey or (H, W, 3) RGB; the last step, ``"Normalised"``, float32 of the same axes.
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
        A file (PNG, JPEG, WebP, BMP, GIF, TIFF and what else Pillow reads), a Pillow picture, or uint8 pixels
        (H, W), (H, W, 1), (H, W, 3) or (H, W, 4) with alpha last. A ``Picture`` is given back as it is.

    Raises
    ------
    PictureError
        With a sentence: no such file, not a picture, damaged, or too large.
    """
    if isinstance(source, Picture):
        return source
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


def printable(name: str) -> str:
    """A file name that every screen can show, also where its bytes are not UTF-8."""
    return os.fsencode(name).decode("utf-8", "replace")


@contextmanager
def opened(path: Path) -> Iterator[BufferedReader]:
    """The file, opened for reading; what can be wrong with a path becomes a sentence."""
    name = printable(path.name) or str(path)
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise PictureError(f"{name} is a folder, not a picture: choose the pictures in it.")
        if not stat.S_ISREG(status.st_mode):  # a pipe or a device might never end
            raise PictureError(f"{name} is not a file that can be read as a picture.")
        if not status.st_size:
            raise PictureError(f"{name} is empty: it holds no picture.")
        file = path.open("rb")
    except FileNotFoundError:
        raise PictureError(
            f"There is no file {name}: it was moved, renamed or deleted.", printable(str(path))
        ) from None
    except PermissionError:
        raise PictureError(f"{name} may not be read: ask its owner for permission.", printable(str(path))) from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise PictureError(f"{name} cannot be opened.", str(error)) from error
    with file:
        yield file


@contextmanager
def decoding(name: str, file: BufferedReader) -> Iterator[None]:
    """Whatever a decoder raises on a damaged file becomes a sentence."""
    try:
        with _quiet:
            yield
    except PictureError:
        raise
    except UnidentifiedImageError as error:
        raise PictureError(f"{name} is not a picture: {_content(file)}", str(error)) from error
    except MemoryError as error:
        raise PictureError(f"{name} is too large for the memory that is left: make it smaller.") from error
    except Exception as error:
        raise PictureError(
            f"{name} is damaged or cut off: it cannot be decoded.", f"{type(error).__name__}: {error}"
        ) from error


@contextmanager
def identified(file: BufferedReader, name: str) -> Iterator[Image.Image]:
    """The picture with its header read and nothing decoded; refused when it is too large."""
    try:
        image = Image.open(file)
    except Image.DecompressionBombError as error:
        raise PictureError(f"{name} is too large: more than {PIXEL_LIMIT:,} pixels.", str(error)) from error
    width, height = image.size
    if width * height > PIXEL_LIMIT:
        raise PictureError(f"{name} is too large: {width:,} × {height:,} pixels, at most {PIXEL_LIMIT:,} are read.")
    with image:
        yield image


def _content(file: BufferedReader) -> str:
    """What a file that is no picture seems to hold, from its beginning."""
    file.seek(0)
    head = file.read(512)
    if head[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftyphevc"):
        return "HEIF pictures are not read, save it as JPEG or PNG."
    if head.lstrip()[:5].lower() in (b"<?xml", b"<svg ") and b"svg" in head.lower():
        return "it is a drawing (SVG), save it as PNG."
    if head.startswith(b"%PDF"):
        return "it is a PDF, save its page as PNG."
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        text = head[: error.start].decode("utf-8") if error.start > len(head) - 4 else "\0"
    if all(c.isprintable() or c in "\t\r\n\f\ufeff" for c in text):
        return "it holds text."
    return "no format that is known begins like it."


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
        pixels, background, share = flattened(pixels, alpha)
        steps.append(Step("Opaque", f"on {background}: {share:.1%} of it was transparent", pixels))
        notes += (f"{name} is partly transparent: it was put on {background}.",) if share else ()
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
