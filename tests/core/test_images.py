"""Files of every kind to 8-bit pixels, compared with pixels reckoned by hand."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from cnnviz.core.errors import PictureError
from cnnviz.core.images import read, thumbnail

RNG = np.random.default_rng(3)
GREY = RNG.integers(0, 256, (7, 11), dtype=np.uint8)
RGB = RNG.integers(0, 256, (7, 11, 3), dtype=np.uint8)
RAMP = np.arange(0, 200, 4, dtype=np.uint8)
SMOOTH = np.stack(np.broadcast_arrays(RAMP[:, None], RAMP[:40], np.uint8(90)), 2)


@pytest.mark.parametrize("suffix", ["png", "webp", "bmp", "tif", "ppm"])
def test_lossless_colour_comes_as_it_was_saved(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"p.{suffix}"
    Image.fromarray(RGB).save(file, **({"lossless": True} if suffix == "webp" else {}))
    picture = read(file)
    assert np.array_equal(picture.pixels, RGB)
    assert picture.size == (7, 11)
    assert picture.mode == "8-bit RGB"
    assert picture.notes == ()
    assert picture.digest == hashlib.sha256(file.read_bytes()).hexdigest()
    assert [step.name for step in picture.steps] == ["As decoded"]
    assert "11 × 7 pixels" in picture.steps[0].caption


@pytest.mark.parametrize("suffix", ["png", "bmp", "tif", "pgm", "gif"])
def test_lossless_grey_stays_one_channel(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"p.{suffix}"
    Image.fromarray(GREY).save(file)
    pixels = read(file).pixels
    assert np.array_equal(pixels if pixels.ndim == 2 else pixels[:, :, 1], GREY)


def test_jpeg_is_near_and_grey_jpeg_is_grey(tmp_path: Path) -> None:
    Image.fromarray(SMOOTH).save(tmp_path / "c.jpg", quality=95)
    Image.fromarray(SMOOTH[:, :, 0]).save(tmp_path / "g.jpeg", quality=95)
    assert np.abs(read(tmp_path / "c.jpg").pixels.astype(int) - SMOOTH).max() < 12
    assert read(tmp_path / "g.jpeg").pixels.ndim == 2


@pytest.mark.parametrize("suffix", ["png", "bmp", "tif", "gif"])
def test_one_bit_is_black_and_white(tmp_path: Path, suffix: str) -> None:
    Image.fromarray(GREY > 128).save(tmp_path / f"b.{suffix}")
    pixels = read(tmp_path / f"b.{suffix}").pixels
    assert np.array_equal(pixels if pixels.ndim == 2 else pixels[:, :, 0], np.where(GREY > 128, 255, 0))


def test_gif_and_tiff_give_the_first_of_several(tmp_path: Path) -> None:
    first, second = Image.new("RGB", (5, 4), (255, 0, 0)), Image.new("RGB", (5, 4), (0, 0, 255))
    for suffix in ("gif", "tif", "webp", "png"):
        file = tmp_path / f"a.{suffix}"
        first.save(file, save_all=True, append_images=[second], **({"lossless": True} if suffix == "webp" else {}))
        picture = read(file)
        assert (picture.pixels == (255, 0, 0)).all(), suffix
        assert "several" in picture.notes[0]


def test_palette_with_and_without_transparency(tmp_path: Path) -> None:
    image = Image.new("P", (3, 1))
    image.putpalette([10, 20, 30, 200, 100, 0, 0, 0, 0])
    image.putdata([0, 1, 1])
    image.save(tmp_path / "p.png")
    image.save(tmp_path / "t.png", transparency=0)
    assert read(tmp_path / "p.png").pixels.tolist() == [[[10, 20, 30], [200, 100, 0], [200, 100, 0]]]
    seen = read(tmp_path / "t.png")
    assert seen.pixels.tolist() == [[[255, 255, 255], [200, 100, 0], [200, 100, 0]]]
    assert seen.steps[-1].name == "Opaque"
    assert "33.3 %" in seen.steps[-1].caption


def test_transparency_goes_on_white_exactly(tmp_path: Path) -> None:
    rgba = RNG.integers(0, 200, (6, 6, 4), dtype=np.uint8)
    Image.fromarray(rgba).save(tmp_path / "a.png")
    alpha = rgba[:, :, 3:] / 255
    expected = np.rint(rgba[:, :, :3] * alpha + 255 * (1 - alpha))
    picture = read(tmp_path / "a.png")
    assert np.array_equal(picture.pixels, expected)
    assert np.array_equal(picture.steps[0].pixels, rgba[:, :, :3])  # the colours under the transparency are a step
    assert "on white" in picture.notes[0]


def test_white_ink_on_nothing_goes_on_black() -> None:
    ink = np.zeros((8, 8, 4), np.uint8)
    ink[2:6, 3:5] = 255
    white = read(ink)
    assert white.pixels[3, 3].tolist() == [255] * 3
    assert white.pixels[0, 0].tolist() == [0] * 3
    assert "black" in white.notes[0]
    ink[:, :, :3] = 0
    black = read(ink)  # black ink stays dark on white: nothing is inverted
    assert black.pixels[3, 3].tolist() == [0] * 3
    assert black.pixels[0, 0].tolist() == [255] * 3


def test_grey_with_alpha_stays_grey_and_opaque_alpha_says_nothing(tmp_path: Path) -> None:
    both = np.stack([GREY, np.full_like(GREY, 255)], 2)
    Image.fromarray(both, "LA").save(tmp_path / "la.png")
    picture = read(tmp_path / "la.png")
    assert np.array_equal(picture.pixels, GREY)
    assert picture.notes == ()


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_sixteen_bit_grey_is_scaled_not_clipped(tmp_path: Path, suffix: str) -> None:
    values = np.arange(0, 65536, 13, dtype=np.uint16)[:5000].reshape(50, 100)
    Image.fromarray(values).save(tmp_path / f"d.{suffix}")
    picture = read(tmp_path / f"d.{suffix}")
    assert np.array_equal(picture.pixels, np.rint(values / 257))
    assert picture.mode == "16-bit grey"
    assert "divided by 257" in picture.notes[0]


def test_sixteen_bits_of_a_twelve_bit_camera_are_said_to_look_dark(tmp_path: Path) -> None:
    Image.fromarray(np.linspace(0, 4095, 64).astype(np.uint16).reshape(8, 8)).save(tmp_path / "d.png")
    assert "4,095 of 65,535" in read(tmp_path / "d.png").notes[0]


@pytest.mark.parametrize("compression", [None, "zlib"])
@pytest.mark.parametrize("planar", ["contig", "separate"])
def test_sixteen_bit_rgb_tiff_keeps_what_pillow_would_cut(tmp_path: Path, compression: str | None, planar: str) -> None:
    values = RNG.integers(0, 65536, (9, 5, 3), dtype=np.uint16)
    data = values if planar == "contig" else np.moveaxis(values, 2, 0)
    tifffile.imwrite(tmp_path / "d.tif", data, photometric="rgb", planarconfig=planar, compression=compression)
    picture = read(tmp_path / "d.tif")
    assert np.array_equal(picture.pixels, np.rint(values / 257))
    assert picture.mode == "16-bit RGB"


def test_float_and_wide_integer_tiffs(tmp_path: Path) -> None:
    unit = RNG.random((4, 4)).astype(np.float32)
    tifffile.imwrite(tmp_path / "u.tif", unit)
    assert np.array_equal(read(tmp_path / "u.tif").pixels, np.rint(unit.astype(np.float64) * 255))
    wide = np.array([[-100, 0], [100, 300]], np.int32)
    tifffile.imwrite(tmp_path / "w.tif", wide)
    stretched = read(tmp_path / "w.tif")
    assert stretched.pixels.tolist() == [[0, 64], [128, 255]]  # (v + 100) · 255 / 400: 0, 63.75, 127.5, 255
    assert "-100 to 300" in stretched.notes[0]
    unit[0, 0] = np.nan
    tifffile.imwrite(tmp_path / "n.tif", unit)
    assert "not finite became black: 1." in read(tmp_path / "n.tif").notes[0]
    tifffile.imwrite(tmp_path / "m.tif", np.array([[0, 65535]], np.uint16), photometric="miniswhite")
    assert read(tmp_path / "m.tif").pixels.tolist() == [[255, 0]]


def test_sixteen_bit_rgb_png_says_that_it_was_cut(tmp_path: Path) -> None:
    import struct
    import zlib

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    row = b"\0" + struct.pack(">6H", 257 * 200, 257 * 3, 0, 65535, 257 * 9, 256)
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 1, 16, 2, 0, 0, 0))
    (tmp_path / "d.png").write_bytes(data + chunk(b"IDAT", zlib.compress(row)) + chunk(b"IEND", b""))
    picture = read(tmp_path / "d.png")
    assert picture.pixels.tolist() == [[[200, 3, 0], [255, 9, 1]]]
    assert "upper 8" in picture.notes[0]
    assert picture.mode == "16-bit RGB"


def test_cmyk_becomes_rgb_and_says_so(tmp_path: Path) -> None:
    Image.new("CMYK", (4, 3), (0, 255, 255, 0)).save(tmp_path / "c.tif")
    picture = read(tmp_path / "c.tif")
    assert (picture.pixels == (255, 0, 0)).all()
    assert "CMYK" in picture.notes[0]


UPRIGHT = {  # what a camera held so would have had to write: the stored pixels of an upright picture
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.transpose(1, 0, 2),
    6: lambda a: np.rot90(a, 1),
    7: lambda a: np.rot90(a, 2).transpose(1, 0, 2),
    8: lambda a: np.rot90(a, -1),
}


@pytest.mark.parametrize("suffix", ["png", "tif"])
@pytest.mark.parametrize("orientation", list(UPRIGHT))
def test_exif_rotation(tmp_path: Path, suffix: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = np.ascontiguousarray(UPRIGHT[orientation](RGB))
    Image.fromarray(stored).save(tmp_path / f"r.{suffix}", exif=exif)
    picture = read(tmp_path / f"r.{suffix}")
    assert np.array_equal(picture.pixels, RGB)
    assert "as its EXIF says" in picture.steps[-1].caption
    if suffix == "png":
        assert [step.name for step in picture.steps] == ["As decoded", "Upright"]
        assert np.array_equal(picture.steps[0].pixels, stored)


def test_exif_rotation_of_a_deep_tiff_is_done_once(tmp_path: Path) -> None:
    values = RNG.integers(0, 65536, (9, 5, 3), dtype=np.uint16)
    tifffile.imwrite(tmp_path / "r.tif", values, photometric="rgb", extratags=[(274, 3, 1, 6, True)])
    assert np.array_equal(read(tmp_path / "r.tif").pixels, np.rot90(np.rint(values / 257), -1))


def test_broken_exif_is_no_reason_to_refuse(tmp_path: Path) -> None:
    Image.fromarray(SMOOTH).save(tmp_path / "e.jpg", exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff\x01\x12garbage")
    assert read(tmp_path / "e.jpg").size == SMOOTH.shape[:2]


def test_names_that_are_not_ascii_or_not_even_text(tmp_path: Path) -> None:
    for name in ("Bär 猫 🐈.png", "new\nline.png"):
        Image.fromarray(GREY).save(tmp_path / name)
        assert read(tmp_path / name).name == name
    strange = os.fsdecode(os.fsencode(str(tmp_path)) + b"/\xff\xfe.png")
    Path(strange).write_bytes((tmp_path / "Bär 猫 🐈.png").read_bytes())
    assert read(strange).name == "��.png"


def test_pictures_of_other_libraries() -> None:
    assert np.array_equal(read(RGB).pixels, RGB)
    assert np.array_equal(read(GREY[:, :, None]).pixels, GREY)
    assert np.array_equal(read(Image.fromarray(RGB)).pixels, RGB)
    picture = read(RGB)
    assert read(picture) is picture
    assert picture.digest == read(RGB.copy()).digest
    assert picture.digest != read(np.ascontiguousarray(RGB[::-1])).digest
    assert read(RGB[:, ::2]).size == (7, 6)
    for wrong in (RGB.astype(np.float32), np.zeros((2, 2, 5), np.uint8), np.zeros((0, 3), np.uint8)):
        with pytest.raises(PictureError, match="The pixels"):
            read(wrong)  # type: ignore[arg-type]


def test_thumbnails_keep_their_proportions(tmp_path: Path) -> None:
    big = np.kron(SMOOTH, np.ones((20, 20, 1), np.uint8))  # 1000 × 800
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(big).save(tmp_path / "b.jpg", exif=exif)
    Image.fromarray(big[:, :, 0]).save(tmp_path / "g.png")
    small = thumbnail(tmp_path / "b.jpg", 64)
    assert small.shape == (51, 64, 3)  # lies down as taken, stands as EXIF says
    assert small.dtype == np.uint8
    grey = thumbnail(tmp_path / "g.png", 64)
    assert grey.shape == (64, 51, 3)
    assert (grey[:, :, 0] == grey[:, :, 2]).all()
    assert np.array_equal(thumbnail(read(tmp_path / "g.png"), 64), grey)
    assert thumbnail(read(GREY), 64).shape == (7, 11, 3)  # small ones are not enlarged
