"""Pixels of any kind to 8 bits: palettes, 1 to 32 bits, floats, CMYK, transparency. What is lost on the way is said."""

from __future__ import annotations

from typing import Any, BinaryIO, NamedTuple

import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image

from cnnviz.core.errors import PictureError

_COLOURS = {"CMYK": "CMYK", "YCbCr": "YCbCr", "LAB": "L*a*b*", "HSV": "HSV"}


class Converted(NamedTuple):
    """8-bit pixels, (H, W) or (H, W, 3), with alpha (H, W) or None, what the file holds, and what was lost."""

    pixels: NDArray[np.uint8]
    alpha: NDArray[np.uint8] | None
    mode: str
    notes: tuple[str, ...] = ()


def eight_bits(image: Image.Image, deep: bool) -> Converted:
    """A Pillow picture of any mode as 8-bit grey or RGB, its transparency aside.

    Parameters
    ----------
    image
        Its pixels need not be loaded yet.
    deep
        Whether the file holds 16 bits a channel, of which Pillow gives the upper 8.

    Raises
    ------
    PictureError
        For a mode that Pillow itself cannot convert.
    """
    mode = image.mode
    if mode.startswith("I") or mode == "F":
        pixels, note = scaled(np.asarray(image))
        bits = "16-bit grey" if mode.startswith("I;16") else "32-bit grey" if mode == "I" else "floating-point grey"
        return Converted(pixels, None, bits, (note,))
    words = _words(image, deep)
    notes: tuple[str, ...] = ("Its 16 bits a channel were cut to the upper 8.",) if deep else ()
    grey = mode in ("1", "L", "LA", "La")
    if image.has_transparency_data:
        both = np.asarray(image.convert("LA" if grey else "RGBA"))
        pixels = both[:, :, 0] if grey else both[:, :, :3]
        return Converted(np.ascontiguousarray(pixels), np.ascontiguousarray(both[:, :, -1]), words, notes)
    if mode in _COLOURS:
        notes += (f"Its {_COLOURS[mode]} colours were converted to RGB without a colour profile.",)
    try:
        return Converted(np.asarray(image.convert("L" if grey else "RGB")), None, words, notes)
    except ValueError as error:
        raise PictureError(f"Its colours ({mode}) cannot be converted to RGB: save it as PNG.", str(error)) from error


def _words(image: Image.Image, deep: bool) -> str:
    if image.mode in ("P", "PA"):
        return f"palette, {np.unique(np.asarray(image)).size} colours used"
    if image.mode == "1":
        return "1-bit black and white"
    name = {"L": "grey", "LA": "grey with alpha", "La": "grey with alpha", "RGBa": "RGBA"}.get(image.mode, image.mode)
    return f"{16 if deep else 8}-bit {_COLOURS.get(name, name)}"


def scaled(values: NDArray[Any]) -> tuple[NDArray[np.uint8], str]:
    """Integers wider than 8 bits, or floats, as 0 to 255, and a sentence that says how.

    Whole numbers up to 255 are taken as they are, up to 65,535 as 16-bit; floats from 0 to 1 as that; anything else
    is stretched between its lowest and highest value. NaN and infinite become black.
    """
    finite = np.isfinite(values)
    note = ""
    if not finite.all():
        note = f" Pixels that are not finite became black: {np.count_nonzero(~finite):,}."
        values = np.where(finite, values, values[finite].min() if finite.any() else 0)
    low, high = values.min().item(), values.max().item()
    whole = values.dtype.kind != "f"
    if not whole and low >= 0 and high <= 1:
        return _rounded(values * np.float64(255)), "Its values from 0 to 1 became 0 to 255." + note
    if low >= 0 and high <= 255:
        return _rounded(values), f"Its values from {low:g} to {high:g} were taken as 8-bit." + note
    if whole and low >= 0 and high <= 65535:
        dark = f" It looks dark: its brightest value is {high:,} of 65,535." if high < 16384 else ""
        return ((values.astype(np.uint32) * 255 + 32767) // 65535).astype(np.uint8), (
            "Its 16-bit values were divided by 257." + dark + note
        )
    if low == high:
        return np.zeros(values.shape, np.uint8), f"All its values are {low:g}: it became black." + note
    stretched = (values.astype(np.float64) - low) * 255 / (float(high) - float(low))
    return _rounded(stretched), f"Its values from {low:,g} to {high:,g} were stretched to 0 to 255." + note


def _rounded(values: NDArray[Any]) -> NDArray[np.uint8]:
    return np.asarray(np.rint(values), dtype=np.uint8)


def flattened(pixels: NDArray[np.uint8], alpha: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], str, float]:
    """A transparent picture on a background: the pixels, the background's name, the share that was transparent.

    The background is white, as on a page. Only what is drawn in white itself would vanish there: it is put on black.
    """
    weight = alpha.astype(np.float32)
    total = float(weight.sum())
    brightness = pixels.mean(axis=2, dtype=np.float32) if pixels.ndim == 3 else pixels
    white_ink = total > 0 and float((brightness * weight).sum()) / total >= 224 and total < weight.size * 255
    background = 0 if white_ink else 255
    cover = alpha.astype(np.uint16)
    cover = cover if pixels.ndim == 2 else cover[:, :, None]
    mixed = (pixels * cover + background * (255 - cover) + 127) // 255
    return mixed.astype(np.uint8), "black" if white_ink else "white", 1 - total / (weight.size * 255)


def read_tiff(file: BinaryIO, limit: int) -> Converted | None:
    """The first page of a TIFF with more than 8 bits a channel, which Pillow would cut; None for all other pages.

    Parameters
    ----------
    file
        Open for reading; its position is not kept.
    limit
        Pixels above which a page is refused.
    """
    file.seek(0)
    try:
        with tifffile.TiffFile(file) as tiff:
            page = tiff.pages.first
            kind = page.dtype
            known = page.photometric in (0, 1, 2)  # white is zero, black is zero, RGB
            if kind is None or kind.itemsize < 2 or not known or page.imagewidth * page.imagelength > limit:
                return None
            values = page.asarray()
            planar, inverted, extras = page.planarconfig == 2, page.photometric == 0, page.extrasamples
    except Exception:  # noqa: BLE001  a codec that is not installed, a damaged directory: Pillow has its say then
        return None
    values = np.moveaxis(values, 0, -1) if planar and values.ndim == 3 else values
    if values.ndim not in (2, 3) or kind.kind not in "uif":
        return None
    return _channels(values, inverted, bool(extras) and extras[0] in (1, 2), kind)


def _channels(values: NDArray[Any], inverted: bool, has_alpha: bool, kind: np.dtype[Any]) -> Converted:
    """TIFF samples (H, W[, S]) as grey or RGB with alpha; samples beyond those are left out, which is said."""
    values = values[:, :, None] if values.ndim == 2 else values
    samples = values.shape[2]
    colours = 3 if samples >= 3 else 1
    alpha = scaled(values[:, :, colours])[0] if has_alpha and samples > colours else None
    pixels, note = scaled(values[:, :, :colours])
    pixels = 255 - pixels if inverted else pixels
    left = samples - colours - (alpha is not None)
    notes = (note, f"{left} of its {samples} channels were left out.") if left else (note,)
    bits = f"{8 * kind.itemsize}-bit {'floating-point ' if kind.kind == 'f' else ''}"
    words = bits + ("RGB" if colours == 3 else "grey") + (" with alpha" if alpha is not None else "")
    return Converted(np.ascontiguousarray(pixels if colours == 3 else pixels[:, :, 0]), alpha, words, notes)
