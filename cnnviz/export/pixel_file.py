"""PNG files of large pictures, quickly and the same on every run.

A picture library tries five ways to predict each row and packs all of it in one thread. Maps on a sheet are squares of
one colour each, so two ways are enough: a row like the one above it is said to be so, and any other is packed as it
is. Bands of rows are packed side by side. PNG specification, third edition, https://www.w3.org/TR/png-3/.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

BAND = 256
"""Rows that are packed together: not more threads, but the size of the picture decides, so that files are the same."""

LEVEL = 2
"""Of 9. Harder packing saves a tenth of the file, for twice the time."""

THREADS = 4
INCH = 39.3700787402  # of a metre
UP = 2
"""The filter that says of each byte by how much it differs from the one above it."""


def write(pixels: NDArray[np.uint8], file: BinaryIO, texts: Mapping[str, str], dpi: float) -> None:
    """Write a PNG.

    Parameters
    ----------
    pixels
        (H, W, 3) RGB or (H, W, 4) RGBA, uint8.
    texts
        What is said inside of it, by keyword (at most 79 letters, Latin); in UTF-8.
    """
    height, width, channels = pixels.shape
    starts = range(0, height, BAND)
    with ThreadPoolExecutor(min(THREADS, os.cpu_count() or 1)) as pool:
        bands = list(pool.map(lambda start: _packed(pixels, start, start + BAND >= height), starts))
    checksum = 1
    for _, raw in bands:
        checksum = zlib.adler32(raw.data, checksum)
    file.write(b"\x89PNG\r\n\x1a\n")
    _chunk(file, b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2 if channels == 3 else 6, 0, 0, 0))
    _chunk(file, b"pHYs", struct.pack(">IIB", round(dpi * INCH), round(dpi * INCH), 1))
    for keyword, text in texts.items():
        _chunk(file, b"iTXt", keyword.encode("latin-1") + b"\0\0\0\0\0" + text.encode())
    _chunk(file, b"IDAT", b"\x78\x01")  # how a zlib stream begins
    for packed, _ in bands:
        _chunk(file, b"IDAT", packed)
    _chunk(file, b"IDAT", struct.pack(">I", checksum))
    _chunk(file, b"IEND", b"")


def _packed(pixels: NDArray[np.uint8], start: int, last: bool) -> tuple[bytes, NDArray[np.uint8]]:
    """A band of rows as a part of a stream, and the bytes before they were packed, of which the checksum is made."""
    band = pixels[start : start + BAND].reshape(-1, pixels.shape[1] * pixels.shape[2])
    raw = np.zeros((len(band), 1 + band.shape[1]), np.uint8)
    raw[:, 1:] = band
    above = pixels[start - 1 if start else 0].reshape(1, -1)
    same = np.empty(len(band), bool)
    same[0] = start > 0 and np.array_equal(band[0], above[0])
    np.all(band[1:] == band[:-1], axis=1, out=same[1:])
    raw[same] = 0
    raw[same, 0] = UP
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS, 9)
    packed = packer.compress(raw.data) + packer.flush(zlib.Z_FINISH if last else zlib.Z_FULL_FLUSH)
    return packed, raw


def _chunk(file: BinaryIO, kind: bytes, data: bytes) -> None:
    file.write(struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(data, zlib.crc32(kind))))
