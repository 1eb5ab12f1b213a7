"""The outputs of several records in one file."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors import safe_open
from torch import nn

import cnnviz
from cnnviz import paths
from cnnviz.core.cancel import Cancelled
from cnnviz.core.errors import CnnvizError
from cnnviz.core.recipe import read_recipe
from cnnviz.core.trace import Trace
from cnnviz.export import export_pass

SEVEN = paths.resources() / "samples" / "lenet5-mnist" / "seven.png"
SUFFIXES = ("npz", "safetensors", "h5", "zarr.zip")

Read = tuple[dict[str, np.ndarray], dict[str, Any]]


def of_npz(file: Path) -> Read:
    with np.load(file, allow_pickle=False) as saved:
        return {name: saved[name] for name in saved.files if name != "metadata"}, json.loads(str(saved["metadata"]))


def of_safetensors(file: Path) -> Read:
    with safe_open(file, "np") as saved:
        return {name: saved.get_tensor(name) for name in saved.keys()}, json.loads(saved.metadata()["cnnviz"])  # noqa: SIM118


def of_h5(file: Path) -> Read:
    h5py = pytest.importorskip("h5py")
    with h5py.File(file) as saved:
        arrays = {name: saved[name][()] for name in saved if name != "metadata"}
        for name in arrays:
            assert len(saved[name].attrs["axes"]) == arrays[name].ndim
        return arrays, json.loads(saved["metadata"].asstr()[()])


def of_zarr(file: Path) -> Read:
    zarr = pytest.importorskip("zarr")
    store = zarr.storage.ZipStore(file, mode="r")
    group = zarr.open_group(store, mode="r")
    arrays = {name: array[...] for name, array in group.arrays()}
    for name, array in group.arrays():
        assert len(array.metadata.dimension_names or ()) == arrays[name].ndim
    about = dict(group.attrs)["cnnviz"]
    store.close()
    return arrays, about


READ: dict[str, Callable[[Path], Read]] = dict(zip(SUFFIXES, (of_npz, of_safetensors, of_h5, of_zarr), strict=True))


@pytest.fixture(scope="module")
def traced() -> Trace:
    return cnnviz.trace(cnnviz.load_model("lenet5-mnist", device="cpu"), SEVEN)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_all_records_bit_for_bit_with_what_they_are(traced: Trace, suffix: str, tmp_path: Path):
    file = cnnviz.export_pass(traced, tmp_path / f"seven.{suffix}")
    arrays, about = READ[suffix](file)
    assert set(arrays) == {record.key for record in traced.records}
    for record, told in zip(traced.records, about["records"], strict=True):
        found = arrays[told["name"]]
        assert found.dtype == np.float32
        assert found.shape == record.output_shape == tuple(told["shape"])
        assert found.tobytes() == record.numpy().tobytes()
        assert (told["key"], told["op"], told["sources"]) == (record.key, record.op, list(record.sources))
        assert tuple(told["axes"]) == record.axes
    recipe = read_recipe(file)
    assert recipe is not None
    assert recipe.request is not None
    assert recipe.origin is not None
    assert recipe.request.image == str(SEVEN)
    assert recipe.origin.weights == traced.model.weights  # type: ignore[union-attr]
    assert recipe.origin.picture == traced.prepared.picture.digest  # type: ignore[union-attr]
    assert recipe.style == {"records": "all"}


def test_zarr_says_what_each_array_is(traced: Trace, tmp_path: Path):
    zarr = pytest.importorskip("zarr")
    store = zarr.storage.ZipStore(export_pass(traced, tmp_path / "a.zarr.zip", "3,0"), mode="r")
    group = zarr.open_group(store, mode="r")
    assert np.array_equal(group["3"][...], traced.find("3").numpy())
    assert group["3"].metadata.dimension_names == ("C", "H", "W")
    assert group["3"].attrs["op"] == "conv2d"
    store.close()


class Odd(nn.Module):
    """Names that formats do not like, a number alone, nothing at all, and one module that runs twice."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 2, 3)
        self.metadata = nn.ReLU()
        self.add_module("a/b", nn.ReLU())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.metadata(self.metadata(self.conv(x)))
        x = getattr(self, "a/b")(x)
        return x[:, :, :0].sum() + x.mean()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_odd_names_and_shapes(suffix: str, tmp_path: Path):
    traced = cnnviz.trace(Odd(), torch.randn(1, 1, 5, 5, generator=torch.Generator().manual_seed(1)))
    assert any(0 in record.output_shape for record in traced.records)
    assert any(record.output_shape == () for record in traced.records)
    arrays, about = READ[suffix](export_pass(traced, tmp_path / f"odd.{suffix}"))
    assert [told["key"] for told in about["records"]] == [record.key for record in traced.records]
    for told, record in zip(about["records"], traced.records, strict=True):
        assert "/" not in told["name"]
        assert arrays[told["name"]].shape == record.output_shape
        assert arrays[told["name"]].tobytes() == record.numpy().tobytes()


def test_chosen_records_each_once(traced: Trace, tmp_path: Path):
    arrays, about = of_npz(export_pass(traced, tmp_path / "a.npz", ["3", 0, "3"]))
    assert list(arrays) == ["3", "0"]
    assert about["style"] == {"records": ["3", "0"]}
    with pytest.raises(CnnvizError, match="There is no layer “33”"):
        export_pass(traced, tmp_path / "b.npz", "33")
    with pytest.raises(CnnvizError, match=r"a name can end in .*\.zarr\.zip"):
        export_pass(traced, tmp_path / "b.png")
    assert [file.name for file in tmp_path.iterdir()] == ["a.npz"]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_cancelled_half_way_leaves_what_was_there(traced: Trace, suffix: str, tmp_path: Path):
    file = tmp_path / f"a.{suffix}"
    file.write_bytes(b"old")
    left = iter([True, True, False])
    with pytest.raises(Cancelled):
        export_pass(traced, file, wanted=lambda: next(left))
    assert [found.read_bytes() for found in tmp_path.iterdir()] == [b"old"]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_memory_stays_flat(suffix: str, tmp_path: Path):
    """Outputs that are computed when they are asked for are not gathered first."""
    import tracemalloc

    from cnnviz.export.packing import Entry, packers

    size, count = 1 << 20, 24

    def values() -> np.ndarray:
        return np.zeros(size, np.float32)

    entries = [Entry(str(i), (size,), np.dtype(np.float32), values) for i in range(count)]
    with (tmp_path / "a").open("w+b") as file:
        packers()[suffix](file, entries[:1], {})  # imports what it needs
    with (tmp_path / "b").open("w+b") as file:
        tracemalloc.start()
        packers()[suffix](file, entries, {})
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 4 * size * 4  # of 24 arrays


def test_nothing_of_the_zip_is_unsaid(traced: Trace, tmp_path: Path):
    with zipfile.ZipFile(export_pass(traced, tmp_path / "a.zarr.zip", "0")) as archive:
        assert archive.namelist() == ["zarr.json", "0/zarr.json", "0/c/0/0/0"]
        assert archive.testzip() is None
