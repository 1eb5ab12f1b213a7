"""Drawings: made like MNIST by the published recipe, kept in memory by what they show, and read like any picture."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import cnnviz
from cnnviz.core import images, store
from cnnviz.core.drawing import as_mnist, drawn
from cnnviz.core.errors import PictureError
from cnnviz.explore import Explorer
from cnnviz.request import ModelRequest, Request


def centre_of_mass(pixels: np.ndarray) -> tuple[float, float]:
    """By the sum over all pixels, one after the other."""
    total = y_sum = x_sum = 0.0
    for y in range(pixels.shape[0]):
        for x in range(pixels.shape[1]):
            total += float(pixels[y, x])
            y_sum += float(pixels[y, x]) * y
            x_sum += float(pixels[y, x]) * x
    return y_sum / total, x_sum / total


def letter_l() -> np.ndarray:
    """Heavier below and at the left, far from the middle of the sheet."""
    sheet = np.zeros((280, 280), np.uint8)
    sheet[10:130, 20:40] = 255
    sheet[110:130, 20:100] = 255
    return sheet


def test_a_digit_fills_twenty_pixels_and_its_mass_is_in_the_middle() -> None:
    made = as_mnist(letter_l())
    rows, columns = np.flatnonzero(made.any(axis=1)), np.flatnonzero(made.any(axis=0))
    assert made.shape == (28, 28)
    assert rows[-1] - rows[0] + 1 == 20  # 120 rows are the longer side
    assert abs(columns[-1] - columns[0] + 1 - 80 / 120 * 20) < 1
    assert all(abs(place - 13.5) <= 0.5 for place in centre_of_mass(made))


def test_place_and_size_on_the_sheet_do_not_matter() -> None:
    small = letter_l()
    moved = np.roll(small, (100, 120), axis=(0, 1))
    large = np.zeros((280, 280), np.uint8)
    large[0:240, 0:160] = np.repeat(np.repeat(small[10:130, 20:100], 2, axis=0), 2, axis=1)
    assert np.array_equal(as_mnist(small), as_mnist(moved))
    assert np.abs(as_mnist(small).astype(int) - as_mnist(large)).max() <= 40  # other pixels at the edges


def test_a_thin_line_stays_inside_and_an_empty_sheet_is_black() -> None:
    line = np.zeros((280, 280), np.uint8)
    line[:, 3] = 255
    assert as_mnist(line).any(axis=1).sum() == 20
    lopsided = np.zeros((280, 280), np.uint8)
    lopsided[0:30, :] = 255
    lopsided[0:280, 0:4] = 1  # nearly all mass is above: the box would stick out below
    assert as_mnist(lopsided).shape == (28, 28)
    assert not as_mnist(np.zeros((280, 280), np.uint8)).any()


def test_real_digits_drawn_large_and_off_centre_are_still_told(data: Path) -> None:
    with np.load(data / "mnist.npz") as arrays:
        digits, classes = arrays["x_test"][:150], arrays["y_test"][:150]
    explorer, model = Explorer(2**20), cnnviz.load_model("lenet5-mnist", device="cpu")
    right = 0
    for digit, true in zip(digits, classes, strict=True):
        sheet = np.zeros((280, 280), np.uint8)
        sheet[:190, 85:275] = np.asarray(Image.fromarray(digit).resize((190, 190), Image.Resampling.BICUBIC))
        sheet[sheet < 24] = 0
        scores = explorer.classify(model, drawn(sheet, centred=True))
        assert scores is not None
        right += int(np.argmax(scores.logits)) == true
    assert right >= 0.97 * len(digits)


def test_the_steps_say_what_became_of_the_drawing() -> None:
    picture = drawn(letter_l(), centred=True)
    assert [step.name for step in picture.steps] == ["As drawn", "Centred"]
    assert picture.steps[0].caption == "280 × 280 pixels, grey"
    assert "centre of mass" in picture.steps[1].caption
    assert np.array_equal(picture.steps[0].pixels, letter_l())
    plain = drawn(np.full((30, 40, 3), 7, np.uint8))
    assert [step.caption for step in plain.steps] == ["40 × 30 pixels, RGB"]
    assert drawn(letter_l()).digest != picture.digest


def test_a_drawing_is_kept_by_what_it_shows_and_read_by_its_name() -> None:
    name = store.keep(drawn(letter_l(), centred=True))
    assert name == store.keep(drawn(letter_l(), centred=True))
    assert store.holds(name)
    assert not store.holds("seven.png")
    assert not store.holds(np.zeros((2, 2), np.uint8))
    assert images.read(name).pixels.shape == (28, 28)
    with pytest.raises(PictureError, match="not kept any more"):
        images.read(store.PREFIX + "0" * 32)


def test_what_was_not_wanted_for_long_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "BUDGET", 3 * 100 * 100)
    names = [store.keep(drawn(np.full((100, 100), shade, np.uint8))) for shade in (1, 2, 3)]
    store.take(names[0])
    store.keep(drawn(np.full((100, 100), 4, np.uint8)))
    assert store.take(names[0]).pixels[0, 0] == 1
    with pytest.raises(PictureError):
        store.take(names[1])


def test_a_request_for_a_drawing_is_answered_like_any_other() -> None:
    name = store.keep(drawn(letter_l(), centred=True))
    explorer = Explorer(2**24)
    model = ModelRequest("lenet5-mnist", device="cpu")
    response = explorer.answer(Request(model, image=name, layer="3", view="explain", channel=4, at=(5, 4)))
    trace = cnnviz.trace(cnnviz.load_model("lenet5-mnist", device="cpu"), as_mnist(letter_l()))
    assert response.scores is not None
    assert np.allclose(response.scores.logits, trace.logits.numpy(), atol=1e-5)
    picture = explorer.answer(Request(model, image=name))
    assert [row[0] for row in picture.card.rows][:2] == ["As drawn", "Centred"]


def test_drawings_need_no_torch() -> None:
    code = "import sys; import cnnviz.core.drawing, cnnviz.core.store; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
