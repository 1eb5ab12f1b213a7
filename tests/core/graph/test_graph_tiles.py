"""Maps on cards: the strongest first, small enough, painted on the layer's scale."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

import cnnviz
from cnnviz.core.graph.answers import graph
from cnnviz.core.graph.shapes import PICTURE, GraphQuery, TilesQuery
from cnnviz.core.graph.tiles import order, tile, tiles, units
from cnnviz.core.trace import Trace
from cnnviz.figure import GROUND
from cnnviz.gui.collection import samples
from cnnviz.request import ModelRequest
from cnnviz.response import PassKey

KEY = PassKey(ModelRequest("any"), "picture")


@pytest.fixture(scope="module")
def lenet() -> Trace:
    return cnnviz.trace(cnnviz.load_model("lenet5-mnist", device="cpu"), next(iter(samples("lenet5-mnist"))))


def asked(*wanted: tuple[int, int, int], strongest: bool = True, colormaps=("auto", "auto", "auto")) -> TilesQuery:
    return TilesQuery(KEY, wanted, strongest, colormaps)


def test_the_strongest_channels_come_first(lenet: Trace) -> None:
    values = lenet.records[3].numpy()
    peaks = np.abs(values).max(axis=(1, 2))
    found = tile(lenet, 3, 5, 64, asked())
    assert found.channels.tolist() == sorted(range(16), key=lambda c: -peaks[c])[:5]
    assert found.raster.shape == (5, 10, 10)
    assert (found.total, found.low, found.high) == (16, values.min(), values.max())
    assert tile(lenet, 3, 5, 64, asked(strongest=False)).channels.tolist() == [0, 1, 2, 3, 4]
    assert len(order(lenet, lenet.records[3])) == 16


def test_colours_are_those_of_the_layers_own_scale(lenet: Trace) -> None:
    found = tile(lenet, 0, 6, 64, asked(strongest=False))
    values, limit = lenet.records[0].numpy(), np.abs(lenet.records[0].numpy()).max()
    expected = np.rint((values + limit) / (2 * limit) * 254)
    assert np.abs(found.raster.astype(int) - expected).max() <= 1
    assert found.scale is not None
    assert (found.scale.low, found.scale.high) == (-limit, limit)
    assert tile(lenet, 0, 1, 64, asked(colormaps=("cividis", "vik", "auto"))).scale.colormap == "vik"


def test_large_maps_are_averaged_and_the_picture_keeps_its_colours(lenet: Trace) -> None:
    assert tile(lenet, 0, 2, 14, asked()).raster.shape == (2, 14, 14)
    picture = tile(lenet, PICTURE, 1, 14, asked())
    assert picture.raster.shape == (1, 14, 14, 3)
    assert picture.scale is None


def test_units_fill_a_rectangle_row_by_row(lenet: Trace) -> None:
    found = units(np.arange(10, dtype=np.uint8))[0]
    assert found.shape == (3, 4)
    assert found.ravel()[:10].tolist() == list(range(10))
    assert found.ravel()[10:].tolist() == [GROUND] * 2
    assert tile(lenet, 11, 9, 64, asked()).raster.shape == (1, 3, 4)
    assert tile(lenet, 11, 9, 64, asked()).total == 10


def test_what_was_not_kept_has_no_maps() -> None:
    network = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU())
    traced = cnnviz.trace(network.eval(), torch.zeros(1, 3, 16, 16))
    traced.records[0].drop()
    found = tile(traced, 0, 4, 16, asked())
    assert (len(found.raster), found.total) == (0, 8)


def test_newer_wishes_end_an_answer_after_its_first_tile(lenet: Trace) -> None:
    query = asked((0, 4, 16), (3, 4, 16), (1, 4, 16))
    assert [found.record for found in tiles(lenet, query, lambda: True).tiles] == [0, 3, 1]
    assert [found.record for found in tiles(lenet, query, lambda: False).tiles] == [0]


def test_the_graph_of_another_picture_is_the_same_drawing(lenet: Trace) -> None:
    model = cnnviz.load_model("lenet5-mnist", device="cpu")
    other = cnnviz.trace(model, list(samples("lenet5-mnist"))[1])
    query = GraphQuery(KEY, (800, 600))
    one, two = graph(lenet, query, lambda: True), graph(other, query, lambda: True)
    assert one.layout is two.layout
    assert one.facts is two.facts
    assert [record.key for record in one.facts] == [record.key for record in lenet.records]
    assert sum(record.parameters for record in one.facts) == 61_706
