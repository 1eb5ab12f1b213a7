"""One channel over many pictures, compared with numpy on the traces themselves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import cnnviz
from cnnviz.core import images
from cnnviz.core.across import Glance, by_class, glance, strip, strongest
from cnnviz.core.errors import CnnvizError
from cnnviz.core.ranges import layer_scale
from cnnviz.paths import resources

NAMES = ("seven", "one", "two", "eight")


@pytest.fixture(scope="module")
def model():
    return cnnviz.load_model("lenet5-mnist", device="cpu")


@pytest.fixture(scope="module")
def files() -> list[Path]:
    return [resources() / "samples" / "lenet5-mnist" / f"{name}.png" for name in NAMES]


def glances(model, files, layer: str, channel: int) -> list[Glance]:
    return [glance(model, images.read(f), layer, channel, i, 2**24) for i, f in enumerate(files)]


def test_peak_and_map_are_those_of_the_trace(model, files) -> None:
    for one, file in zip(glances(model, files, "3", 4), files, strict=True):
        values = cnnviz.trace(model, file)["3"].numpy()[4]
        assert np.array_equal(one.map, values)
        assert one.peak == values.max()
        assert one.at == np.unravel_index(values.argmax(), values.shape)
        assert one.probabilities == pytest.approx(cnnviz.trace(model, file).logits.double().softmax(0).numpy())


def test_the_patch_is_what_the_strongest_place_sees_and_black_beyond_the_border(model, files) -> None:
    one = glances(model, files, "3", 4)[0]
    # 5 × 5 with padding 2, pooling 2, 5 × 5: position p sees 14 pixels from 2 p − 2 on
    y, x = (2 * n - 2 for n in one.at)
    assert one.box == (y, x, y + 14, x + 14)
    padded = np.pad(one.seen, 20)
    expected = padded[y + 20 : y + 34, x + 20 : x + 34]
    assert np.array_equal(one.patch, np.repeat(expected[:, :, None], 3, axis=2))


def test_a_unit_sees_the_whole_picture_and_a_channel_of_the_picture_itself(model, files) -> None:
    unit = glances(model, files, "11", 7)[0]
    assert unit.map.shape == (1, 1)
    assert unit.patch.shape == (28, 28, 3)
    pixel = glances(model, files, "", 0)[0]
    assert pixel.patch.shape == (1, 1, 3)
    assert pixel.patch.max() == pixel.seen.max()


def test_the_strongest_come_first_with_all_maps_on_one_scale(model, files) -> None:
    found = glances(model, files, "3", 4)
    figure = strongest(found, "Channel 4")
    patches, maps = figure.panels
    peaks = [float(cnnviz.trace(model, f)["3"].numpy()[4].max()) for f in files]
    assert patches.indices == maps.indices == tuple(np.argsort(-np.array(peaks)))
    assert maps.scale.high == pytest.approx(max(np.abs(one.map).max() for one in found))
    assert np.ptp(maps.ranges[:, 1]) == 0
    assert maps.captions[0] == NAMES[maps.indices[0]]
    assert float(patches.captions[0]) == pytest.approx(max(peaks), rel=0.01)
    assert maps.scale.shared_by == "these 4 pictures"
    assert patches.names[0] == f"{NAMES[maps.indices[0]]}, largest value {patches.captions[0]}"


def test_the_strip_keeps_the_order_of_the_tray(model, files) -> None:
    found = glances(model, files, "4", 2)
    pictures, maps = strip(found[::-1], "Channel 2").panels
    assert pictures.indices == maps.indices == (0, 1, 2, 3)
    assert pictures.captions == maps.captions == NAMES
    assert np.array_equal(pictures.raster[1][..., 0], found[1].seen)
    assert maps.total == 4


def test_maps_have_the_colours_of_their_layer(model, files) -> None:
    """A ReLU's maps are painted in the colours of the convolution before it, zero in the middle."""
    for layer in ("3", "4"):
        grid = strip(glances(model, files, layer, 2), "x").panels[1]
        scale = layer_scale(seen := cnnviz.trace(model, files[0]), seen[layer])
        assert (grid.scale.signed, grid.scale.colormap) == (scale.signed, scale.colormap) == (True, "RdBu_r")
        assert grid.scale.low == -grid.scale.high


def test_pictures_by_the_probability_of_a_class(model, files) -> None:
    figure = by_class(glances(model, files, "3", 0), 2, "2")
    assert figure.panels[0].captions[0] == "> 99.9 % · two"
    sure = [float(cnnviz.trace(model, f).probabilities[2]) for f in files]
    assert figure.panels[0].indices == tuple(np.argsort(-np.array(sure)))


def test_nothing_yet_and_no_such_channel_are_said(model, files) -> None:
    assert strongest([], "x").subtitle == strip([], "x").subtitle == "no picture yet"
    assert by_class([], 0, "0").panels == ()
    with pytest.raises(CnnvizError, match="16 channels"):
        glances(model, files, "3", 16)
