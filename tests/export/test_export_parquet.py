"""Tables with typed columns."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import cnnviz
from cnnviz import paths
from cnnviz.core.errors import CnnvizError
from cnnviz.core.recipe import read_recipe
from cnnviz.core.trace import Trace
from cnnviz.export import export
from cnnviz.figure import Figure, Note, Table

pa = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")

SEVEN = paths.resources() / "samples" / "lenet5-mnist" / "seven.png"


@pytest.fixture(scope="module")
def traced() -> Trace:
    return cnnviz.trace(cnnviz.load_model("lenet5-mnist", device="cpu"), SEVEN)


def test_maps_are_float32_bit_for_bit(traced: Trace, tmp_path: Path):
    file = export(cnnviz.view(traced, "3", "feature-maps"), tmp_path / "a.parquet")
    table = parquet.read_table(file)
    values = traced.find("3").numpy()
    assert table.schema.field("map").type == pa.int64()
    assert table.schema.field("name").type == pa.string()
    columns = [table[str(x)] for x in range(values.shape[2])]
    assert {column.type for column in columns} == {pa.float32()}
    order = np.lexsort((table["y"].to_numpy(), table["map"].to_numpy()))
    found = np.stack([column.to_numpy() for column in columns], axis=1)[order].reshape(values.shape)
    assert found.tobytes() == values.tobytes()
    recipe = read_recipe(file)
    assert recipe is not None
    assert recipe.request is not None
    assert (recipe.request.layer, recipe.request.view) == ("3", "feature-maps")


def test_scores_keep_names_that_look_like_numbers_as_texts(traced: Trace, tmp_path: Path):
    table = parquet.read_table(export(cnnviz.view(traced, "11", "scores"), tmp_path / "a.parquet"))
    assert table.schema.field("class").type == pa.int64()
    assert table.schema.field("name").type == pa.string()
    assert table.schema.field("value").type == pa.float32()
    assert table["class"][0].as_py() == 7


def test_several_panels_and_mixed_columns(tmp_path: Path):
    one = Table(("layer", "size"), (("a", 3), ("b", "–")), title="first")
    two = Table(("layer", "layer"), (("c", 1), ("", 2)))
    figure = Figure("tables", "", "", (one, two, Note("words")))
    table = parquet.read_table(export(figure, tmp_path / "a.parquet"))
    assert table.to_pydict() == {
        "panel": ["first", "first", "2", "2"],
        "layer": ["a", "b", "c", None],
        "size": ["3", "–", None, None],
        "layer 2": [None, None, 1, 2],
    }
    assert table.schema.field("layer 2").type == pa.int64()
    with pytest.raises(CnnvizError, match="Nothing in this figure is a table"):
        export(Figure("note", "", "", (Note("words"),)), tmp_path / "b.parquet")
    assert [file.name for file in tmp_path.iterdir()] == ["a.parquet"]


def test_what_to_install_is_said(traced: Trace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(CnnvizError, match=r"pip install 'cnnviz\[parquet\]'"):
        export(cnnviz.view(traced, "3", "feature-maps"), tmp_path / "a.parquet")
    assert not list(tmp_path.iterdir())
