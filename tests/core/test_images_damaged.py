"""What is no picture, or not a whole one, is a sentence: never a traceback, never a wait, never the memory."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import resource
import struct
import sys
import time
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnnviz.core.errors import PictureError
from cnnviz.core.images import read, thumbnail

NOISE = Image.fromarray(np.random.default_rng(5).integers(0, 256, (64, 64, 3), dtype=np.uint8))


def sentence(path: Path) -> str:
    with pytest.raises(PictureError) as caught:
        read(path)
    text = str(caught.value)
    assert "\n" not in text
    assert text.endswith(".")
    with pytest.raises(PictureError):
        thumbnail(path, 32)
    return text


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "bmp", "gif", "tif"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.9])
def test_cut_off_files(tmp_path: Path, suffix: str, share: float) -> None:
    whole = io.BytesIO()
    NOISE.save(whole, Image.registered_extensions()[f".{suffix}"])
    data = whole.getvalue()
    file = tmp_path / f"cut.{suffix}"
    file.write_bytes(data[: max(12, int(len(data) * share))])
    assert sentence(file).startswith(f"cut.{suffix} ")


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "bmp", "gif", "tif"])
def test_bytes_changed_at_random_never_raise_anything_else(tmp_path: Path, suffix: str) -> None:
    whole = io.BytesIO()
    NOISE.save(whole, Image.registered_extensions()[f".{suffix}"])
    random = np.random.default_rng(7)
    for trial in range(40):
        data = bytearray(whole.getvalue())
        for place in random.integers(0, min(len(data), 400), 4):
            data[place] = random.integers(0, 256)
        file = tmp_path / f"{trial}.{suffix}"
        file.write_bytes(data)
        with contextlib.suppress(PictureError):
            read(file)


def test_text_called_png(tmp_path: Path) -> None:
    (tmp_path / "notes.png").write_text("Das ist kein Bild, sondern Text — mit Umlauten: äöü.\n" * 30, "utf-8")
    assert sentence(tmp_path / "notes.png") == "notes.png is not a picture: it holds text."


def test_what_only_begins_as_a_picture_is_called_damaged(tmp_path: Path) -> None:
    (tmp_path / "lost.png").write_bytes(b"\x89PNG\r\n\x1a\nlost")
    said = "lost.png is not a picture: it begins like one, but what follows is damaged."
    assert sentence(tmp_path / "lost.png") == said


def test_other_files_called_pictures(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(bytes(range(256)))
    assert "no format that is known" in sentence(tmp_path / "a.png")
    (tmp_path / "b.png").write_bytes(b"%PDF-1.7\n")
    assert "PDF" in sentence(tmp_path / "b.png")
    (tmp_path / "c.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    assert "SVG" in sentence(tmp_path / "c.svg")
    (tmp_path / "d.jpg").write_bytes(b"")
    assert "is empty" in sentence(tmp_path / "d.jpg")


def test_paths_that_lead_nowhere(tmp_path: Path) -> None:
    assert sentence(tmp_path / "gone.png").startswith("There is no file gone.png")
    assert "folder" in sentence(tmp_path)
    assert sentence(tmp_path / "a\0b.png").endswith("cannot be opened.")
    assert sentence(tmp_path / ("x" * 300 + ".png")).endswith("cannot be opened.")
    (tmp_path / "loop.png").symlink_to(tmp_path / "loop.png")
    assert "cannot be opened" in sentence(tmp_path / "loop.png")
    os.mkfifo(tmp_path / "pipe.png")  # nobody writes to it: opening it would wait for ever
    assert "not a file" in sentence(tmp_path / "pipe.png")


@pytest.mark.skipif(sys.platform == "win32", reason="users and permissions of POSIX")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    NOISE.save(tmp_path / "secret.png")
    (tmp_path / "secret.png").chmod(0)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        assert "may not be read" in sentence(tmp_path / "secret.png")
    finally:
        if root:
            os.seteuid(0)


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int, depth: int, colour: int, body: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    pixels = zlib.compress(body, 1)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def bombs() -> dict[str, bytes]:
    """Headers of 60,000 × 60,000 (WebP: 16,383 × 16,383) pixels, with next to nothing behind them."""
    n = 60_000
    ifd = {256: n, 257: n, 258: 8, 259: 1, 262: 1, 273: 8, 279: 9}  # width, height, bits, plain, grey, where, how much
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in ifd.items())
    small = io.BytesIO()
    Image.new("RGB", (16, 16)).save(small, "JPEG")
    jpeg = small.getvalue()
    frame = jpeg.index(b"\xff\xc0")
    lossless = b"\x2f" + struct.pack("<I", 16382 | 16382 << 14) + bytes(200)
    webp = b"WEBPVP8L" + struct.pack("<I", len(lossless)) + lossless
    size = struct.pack("<HH", n, n)
    return {
        "png": png(n, n, 8, 2, bytes(8_000_000)),
        "gif": b"GIF89a" + size + b"\x80\0\0" + bytes(6) + b",\0\0\0\0" + size + b"\0\2\0",
        "bmp": b"BM" + struct.pack("<IHHIIiiHHI", 100, 0, 0, 54, 40, n, n, 1, 24, 0) + bytes(20),
        "tif": b"II*\0" + struct.pack("<IH", 8, len(ifd)) + entries + bytes(4),
        "jpg": jpeg[: frame + 5] + struct.pack(">HH", n, n) + jpeg[frame + 9 :],
        "webp": b"RIFF" + struct.pack("<I", len(webp)) + webp,
    }


@pytest.mark.parametrize("suffix", ["png", "gif", "bmp", "tif", "jpg", "webp"])
def test_bombs_are_refused_by_their_header(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"bomb.{suffix}"
    file.write_bytes(bombs()[suffix])
    started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert "too large" in sentence(file)
    assert time.perf_counter() - started < 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64_000  # KiB


def test_a_camera_of_108_million_pixels_is_no_bomb(tmp_path: Path) -> None:
    # Pillow alone warns above 89 million, and a warning fails a test.
    (tmp_path / "phone.png").write_bytes(png(12_000, 9_000, 1, 0, bytes(1501 * 9_000)))
    assert thumbnail(tmp_path / "phone.png", 40).shape == (30, 40, 3)
    (tmp_path / "more.png").write_bytes(png(12_000, 10_100, 1, 0, b""))
    assert "12,000 × 10,100" in sentence(tmp_path / "more.png")


def test_many_threads_leave_the_filters_of_warnings_as_they_were(tmp_path: Path) -> None:
    NOISE.save(tmp_path / "p.png")
    before = list(warnings.filters)
    with ThreadPoolExecutor(8) as pool:
        pixels = list(pool.map(lambda _: read(tmp_path / "p.png").pixels, range(200)))
    assert all(np.array_equal(p, NOISE) for p in pixels)
    assert warnings.filters == before
    assert not logging.getLogger("tifffile").disabled
