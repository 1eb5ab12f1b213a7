"""PNG files that we write ourselves, read back by Pillow."""

from __future__ import annotations

import io
import zlib

import numpy as np
import pytest
from PIL import Image

from cnnviz.export import pixel_file


def written(pixels: np.ndarray, texts: dict[str, str] | None = None, dpi: float = 300) -> bytes:
    file = io.BytesIO()
    pixel_file.write(pixels, file, texts or {}, dpi)
    return file.getvalue()


@pytest.mark.parametrize("height", [1, 255, 256, 257, 600])
@pytest.mark.parametrize("channels", [3, 4])
def test_pixels_come_back_as_they_were(height: int, channels: int) -> None:
    pixels = np.random.default_rng(height).integers(0, 256, (height // 3 + 1, 37, channels), dtype=np.uint8)
    pixels = pixels.repeat(3, axis=0)[:height]  # rows like the one above them, across the border of a band, too
    data = written(pixels)
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        assert np.array_equal(np.asarray(image), pixels)
    assert written(pixels) == data


def test_words_resolution_and_checksum() -> None:
    pixels = np.zeros((300, 5, 3), np.uint8)
    data = written(pixels, {"Title": "Größe 日本"}, 300)
    with Image.open(io.BytesIO(data)) as image:
        assert image.info["Title"] == "Größe 日本"
        assert image.info["dpi"] == pytest.approx((300, 300), abs=0.01)
    at, stream = 8, b""
    while at < len(data):  # the chunks, by hand
        size, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        body = data[at + 8 : at + 8 + size]
        assert int.from_bytes(data[at + 8 + size : at + 12 + size], "big") == zlib.crc32(kind + body)
        stream += body if kind == b"IDAT" else b""
        at += 12 + size
    assert len(zlib.decompress(stream)) == 300 * (1 + 15)  # zlib compares the checksum at its end


def test_rows_that_repeat_cost_next_to_nothing() -> None:
    row = np.random.default_rng(0).integers(0, 256, (1, 2000, 3), dtype=np.uint8)
    assert len(written(row.repeat(200, axis=0))) < 3 * row.size  # of 200 rows
