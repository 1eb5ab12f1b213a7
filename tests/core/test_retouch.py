"""Edits of the picture, compared with numpy: whole pixels, quarter turns, the Gaussian, what is filled in."""

from __future__ import annotations

import numpy as np
import pytest

import cnnviz
from cnnviz.core import images, store
from cnnviz.core.drawing import drawn
from cnnviz.core.model import Preprocessing
from cnnviz.core.retouch import edited, visible
from cnnviz.explore import Explorer
from cnnviz.request import UNEDITED, ModelRequest, PictureEdit, Request


@pytest.fixture
def pixels() -> np.ndarray:
    made = np.random.default_rng(0).integers(0, 256, (40, 40), dtype=np.uint8)
    made[[0, -1]] = made[:, [0, -1]] = 9  # a border of one colour
    return made


def made(pixels: np.ndarray, **changes: object) -> np.ndarray:
    return edited(images.read(pixels), PictureEdit(**changes)).pixels  # type: ignore[arg-type]


def test_nothing_asked_is_nothing_done(pixels: np.ndarray) -> None:
    picture = images.read(pixels)
    assert edited(picture, UNEDITED) is picture


def test_a_shift_by_whole_pixels_moves_them_and_fills_with_the_border(pixels: np.ndarray) -> None:
    shifted = made(pixels, shift=(3 / 40, -2 / 40))
    expected = np.full((40, 40), 9)
    expected[:38, 3:] = pixels[2:, :37]
    assert np.array_equal(shifted, expected)


def test_a_quarter_turn_is_exact_and_clockwise(pixels: np.ndarray) -> None:
    assert np.array_equal(made(pixels, turn=90.0), np.rot90(pixels, -1))
    assert np.array_equal(made(pixels, turn=180.0), pixels[::-1, ::-1])
    assert np.array_equal(made(pixels, turn=360.0), pixels)


def test_shift_after_turn_is_along_the_picture_s_own_rows(pixels: np.ndarray) -> None:
    both = made(pixels, turn=90.0, shift=(5 / 40, 0.0))
    assert np.array_equal(both[:, 5:], np.rot90(pixels, -1)[:, :35])


def test_scaling_keeps_the_centre() -> None:
    square = np.zeros((60, 60), np.uint8)
    square[25:35, 25:35] = 200
    for zoom in (0.5, 2.0):
        scaled = made(square, zoom=zoom)
        inside = np.argwhere(scaled > 100)
        assert tuple(inside.min(axis=0) + inside.max(axis=0)) == (59, 59)
        assert abs(np.ptp(inside[:, 0]) + 1 - 10 * zoom) <= 1


def test_thin_lines_survive_being_made_small() -> None:
    line = np.zeros((80, 80), np.uint8)
    line[:, 40] = 255
    small = made(line, zoom=0.25)
    rows = small[32:48]
    assert rows.sum(axis=1).min() > 0.15 * 255  # a quarter of its light in each row


def test_a_cut_is_the_part_itself(pixels: np.ndarray) -> None:
    assert np.array_equal(made(pixels, crop=(0.25, 0.5, 0.75, 1.0)), pixels[20:40, 10:30])
    assert made(pixels, crop=(0.5, 0.5, 0.5, 0.5)).shape == (1, 1)


def test_blurring_is_a_gaussian() -> None:
    dot = np.zeros((101, 101), np.uint8)
    dot[40:61, 40:61] = 255
    sigma = 4.0
    x = np.arange(-50, 51)
    kernel = np.exp(-(x**2) / (2 * sigma**2))
    kernel /= kernel.sum()
    expected = np.apply_along_axis(np.convolve, 0, dot.astype(float), kernel, "same")
    expected = np.apply_along_axis(np.convolve, 1, expected, kernel, "same")
    assert np.abs(made(dot, blur=sigma / 101) - expected).max() < 6  # Pillow takes boxes for a Gaussian


def test_colours_stay_colours() -> None:
    sky = np.zeros((30, 50, 3), np.uint8)
    sky[:] = (10, 20, 200)
    assert np.array_equal(made(sky, turn=30.0, zoom=0.7, shift=(0.2, 0.1), blur=0.02), sky)


def test_the_steps_say_what_was_done_in_its_order(pixels: np.ndarray) -> None:
    edit = PictureEdit((0.1, 0.0), 15.0, 1.25, (0.0, 0.0, 0.5, 1.0), 0.05)
    picture = edited(images.read(pixels), edit)
    assert [step.name for step in picture.steps] == ["As decoded", "Moved", "Cut out", "Blurred"]
    captions = [step.caption for step in picture.steps[1:]]
    assert captions[0] == (
        "shifted by +4 pixels across and +0 down, turned by +15°, scaled to 125 %, bilinear; "
        "beside it 9, as at its border"
    )
    assert captions[1] == "20 × 40 from column 0 and row 0"
    assert captions[2] == "by a Gaussian of σ = 1 pixels"
    assert picture.digest != images.read(pixels).digest
    assert picture.digest == edited(images.read(pixels), edit).digest


@pytest.mark.parametrize(
    ("preprocessing", "size", "expected"),
    [
        (Preprocessing("L", (28, 28), (0,), (1,)), (50, 90), (0, 0, 1, 1)),
        (
            Preprocessing("RGB", (224, 224), (0,) * 3, (1,) * 3, resize=256),
            (256, 512),
            (0.28125, 0.0625, 0.71875, 0.9375),
        ),
        (Preprocessing("RGB", (32, 32), (0,) * 3, (1,) * 3, padded=True), (32, 64), (0.0, -0.5, 1.0, 1.5)),
    ],
)
def test_which_part_the_network_sees(preprocessing, size, expected) -> None:
    assert visible(size, preprocessing) == pytest.approx(expected)


def test_an_edit_is_part_of_the_request_and_of_the_pass() -> None:
    digit = np.zeros((28, 28), np.uint8)
    digit[5:23, 13:15] = 255
    name, model = store.keep(drawn(digit)), ModelRequest("lenet5-mnist", device="cpu")
    explorer = Explorer(2**24)
    plain = explorer.answer(Request(model, image=name))
    moved = explorer.answer(Request(model, image=name, picture_edit=PictureEdit(shift=(4 / 28, 0.0))))
    trace = cnnviz.trace(cnnviz.load_model("lenet5-mnist", device="cpu"), np.roll(digit, 4, axis=1))
    assert moved.key != plain.key
    assert np.array_equal(moved.seen.pixels, np.roll(digit, 4, axis=1))
    assert np.allclose(moved.scores.logits, trace.logits.numpy(), atol=1e-5)
    assert [row[0] for row in moved.card.rows][:2] == ["As drawn", "Moved"]
    again = explorer.answer(Request(model, image=name))
    assert again.steps is plain.steps
