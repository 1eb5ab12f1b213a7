from __future__ import annotations

import csv
import importlib.util
import json
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file

from cnnviz import __version__
from cnnviz.core.recipe import read_recipe
from cnnviz.core.trace import trace
from cnnviz.export import export
from cnnviz.figure import Figure
from cnnviz.views import make


@pytest.fixture(scope="module")
def by_hand() -> ModuleType:
    """The figures of conftest.py."""
    spec = importlib.util.spec_from_file_location("export_figures", Path(__file__).with_name("conftest.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("suffix", ["npz", "safetensors", "h5"])
def test_values_of_a_record_are_the_trace_bit_for_bit(suffix: str, tmp_path: Path) -> None:
    layer = torch.nn.Conv2d(3, 7, 3)
    traced = trace(layer, torch.randn(1, 3, 12, 9, generator=torch.Generator().manual_seed(0)))
    file = export(make(traced, traced.records[0], "feature-maps"), tmp_path / f"a.{suffix}")
    if suffix == "npz":
        with np.load(file) as archive:
            values = archive["values"]
    elif suffix == "safetensors":
        values = load_file(file)["values"]
    else:
        h5py = pytest.importorskip("h5py")
        with h5py.File(file) as box:
            values = box["values"][()]
            assert box["names"].asstr()[()].tolist() == list("0123456")
    assert values.shape == (7, 10, 7)
    assert values.tobytes() == traced.records[0].numpy().tobytes()
    recipe = read_recipe(file)
    assert recipe is not None
    assert recipe.software["cnnviz"] == __version__


def tables(figure: Figure, folder: Path) -> list[list[list[str]]]:
    """The tables of the CSV file, which empty lines part."""
    with export(figure, folder / "a.csv").open(encoding="utf-8", newline="") as file:
        found: list[list[list[str]]] = [[]]
        for row in csv.reader(file):
            if row:
                found[-1].append(row)
            else:
                found.append([])
    return found


def test_npz_holds_values_names_scale_and_request(by_hand: ModuleType, tmp_path: Path) -> None:
    grid = by_hand.maps(stretched=True, marked=2)
    figure = by_hand.figure_of(grid, by_hand.bars())
    with np.load(export(figure, tmp_path / "a.npz"), allow_pickle=False) as archive:
        assert np.array_equal(archive["values"], grid.values, equal_nan=True)
        assert archive["values"].dtype == np.float32
        assert archive["names"].tolist() == list("012345")
        assert archive["indices"].tolist() == [0, 1, 2, 3, 4, 5]
        assert archive["notes"].tolist() == list(grid.notes)
        assert np.array_equal(archive["ranges"], grid.ranges)
        assert archive["values_1"].tolist() == by_hand.bars().values.tolist()
        assert archive["names_1"].tolist() == ["tench", "a $cost$ & <tag>", "日本"]
        about = json.loads(str(archive["metadata"]))
    assert about["view"] == "feature-maps"
    assert about["request"]["model"]["name"] == "lenet5-mnist"
    assert about["request"]["options"] == [["contrast", 0.5]]
    first, second = about["panels"]
    assert first["kind"] == "ImageGrid"
    scale = {"low": -2.0, "high": 2.0, "colormap": "RdBu_r", "signed": True, "shared_by": "layer", "empty": False}
    assert first["scale"] == scale
    assert (first["total"], first["marked"]) == (9, 2)
    assert second["arrays"]["values"] == "values_1"
    assert second["scale"] is None


def test_csv_of_maps_gives_the_same_numbers_again(by_hand: ModuleType, tmp_path: Path) -> None:
    grid = by_hand.maps()
    ((head, *rows),) = tables(by_hand.figure_of(grid), tmp_path)
    assert head == ["map", "name", "y", "0", "1", "2", "3", "4", "5", "6"]
    assert [row[0] for row in rows] == [str(i) for i in range(6) for _ in range(5)]
    values = np.array([[float(cell) for cell in row[3:]] for row in rows], np.float32).reshape(6, 5, 7)
    assert np.array_equal(values, grid.values, equal_nan=True)


def test_csv_tells_an_enlarged_map_once(by_hand: ModuleType, tmp_path: Path) -> None:
    from cnnviz.views.grids import enlarged

    grid = by_hand.maps(marked=2)
    assert len(tables(by_hand.figure_of(grid, enlarged(grid, "channel 2")), tmp_path)) == 1


def test_csv_of_colour_pictures_has_their_channels(by_hand: ModuleType, tmp_path: Path) -> None:
    ((head, *rows),) = tables(by_hand.figure_of(by_hand.pixels()), tmp_path)
    assert head[:4] == ["picture", "name", "channel", "y"]
    assert rows[0] == ["0", "8 × 6 pixels", "red", "0", *(str(36 * x) for x in range(8))]
    assert len(rows) == 18


def test_csv_of_the_other_panels(by_hand: ModuleType, tmp_path: Path) -> None:
    panels = (by_hand.bars(), by_hand.vector(), by_hand.matrix(), by_hand.histogram())
    bars, vector, matrix, histogram = tables(by_hand.figure_of(*panels), tmp_path)
    assert bars[0] == ["class", "name", "value", "probability", "logit"]
    assert bars[2] == ["2", "a $cost$ & <tag>", "0.2", "20.0 %", "+1.78"]
    assert vector[0] == ["unit", "value", "name"]
    assert vector[12][2] == "l"
    assert np.float32(vector[2][1]) == by_hand.vector().values[1]
    assert matrix[0] == ["y \\ x", "0", "1", "2", "3", "4"]
    assert matrix[1][:2] == ["0", "nan"]
    assert histogram[0] == ["from", "to", "count", "channel 1"]
    assert histogram[1] == ["-2.0", "-1.5", "1", "0"]
