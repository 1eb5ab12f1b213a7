"""Requests in, responses out: the worker's one function, called directly."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from cnnviz import paths
from cnnviz.core.cancel import Cancelled, while_wanted
from cnnviz.core.errors import CnnvizError
from cnnviz.explore import Explorer
from cnnviz.request import ModelRequest, Request
from cnnviz.response import PICTURE, ColumnsQuery

SEVEN = str(paths.resources() / "samples" / "lenet5-mnist" / "seven.png")
REQUEST = Request(ModelRequest("lenet5-mnist", device="cpu"), image=SEVEN, layer="3")


@pytest.fixture(scope="module")
def explorer() -> Explorer:
    return Explorer(2**30)


def bare_logits(explorer: Explorer) -> np.ndarray:
    """The bundled network's own answer to the sample, without any of our code in between."""
    pixels = np.asarray(Image.open(SEVEN).convert("L"), np.float32)
    x = torch.from_numpy((pixels / 255 - 0.1307) / 0.3081)[None, None]
    with torch.no_grad():
        return explorer.model(REQUEST.model).module(x)[0].numpy()


def test_the_answer_names_steps_scores_and_facts(explorer):
    response = explorer.answer(REQUEST)
    assert [step.key for step in response.steps] == ["", *map(str, range(12))]
    assert response.steps[0].index == PICTURE
    assert response.steps[response.current].key == "3"
    assert response.steps[4].shape_text == "16×10×10"
    rows = {label: text for label, text, _ in response.card.rows}
    assert rows["Output"] == "16 × 10 × 10"
    assert rows["Parameters"].endswith("= 2,416")  # (5·5·6)·16 + 16
    assert rows["Multiply–adds"] == "240,000"  # 16·10·10 sums of 5·5·6 products
    assert rows["Receptive field"].startswith("14 × 14")
    assert response.model.parameters == 61706
    np.testing.assert_allclose(response.scores.logits, bare_logits(explorer), atol=1e-4)
    assert response.scores.probabilities.sum() == pytest.approx(1)
    assert response.scores.labels[int(response.scores.logits.argmax())] == "7"


def test_the_same_pass_is_not_run_again(explorer):
    first = explorer.answer(REQUEST)
    second = explorer.answer(replace(REQUEST, layer="0", view="histogram"))
    assert second.steps is first.steps
    assert second.scores is first.scores
    assert second.figure.view == "histogram"


def test_an_empty_view_becomes_the_best_one_and_an_unfit_one_too(explorer):
    assert explorer.answer(REQUEST).request.view == "feature-maps"
    dense = explorer.answer(replace(REQUEST, layer="7", view="feature-maps"))
    assert dense.request.view == "vector"
    assert dense.figure.view == "vector"


def test_the_picture_is_the_first_step(explorer):
    response = explorer.answer(replace(REQUEST, layer=""))
    assert response.current == 0
    assert response.request.view == "picture"
    assert response.card.title == "Picture"


def test_a_channel_that_the_layer_has_not_is_passed_over(explorer):
    response = explorer.answer(replace(REQUEST, layer="0", channel=12))
    assert response.figure.panels[0].marked is None
    assert explorer.answer(replace(REQUEST, channel=12)).figure.panels[0].marked == 12


def test_options_of_other_views_are_passed_over(explorer):
    options = (("colormap", "vik"), ("contrast", 0.5))
    maps = explorer.answer(replace(REQUEST, options=options))
    assert maps.figure.panels[0].scale.colormap == "vik"
    filters = explorer.answer(replace(REQUEST, view="filters", options=options))
    assert filters.figure.panels[0].scale.colormap != "vik"


def test_preferred_colour_maps_hold_for_maps_columns_and_weights(explorer):
    request = replace(REQUEST, colormaps=("cividis", "vik", "BrBG"))
    response = explorer.answer(request)
    assert response.figure.panels[0].scale.colormap == "vik"
    assert explorer.answer(replace(request, view="filters")).figure.panels[0].scale.colormap == "BrBG"
    columns = explorer.columns(ColumnsQuery(response.key, 4, 4, 6, request.colormaps))
    assert columns.columns[0].scale.colormap == "vik"


def test_columns_are_small_maps_of_the_steps_asked_for(explorer):
    response = explorer.answer(REQUEST)
    columns = explorer.columns(ColumnsQuery(response.key, 0, 4, 6)).columns
    assert columns[0].raster.shape == (1, 28, 28, 3)
    assert columns[4].raster.shape == (6, 10, 10)
    assert columns[4].total == 16
    assert explorer.columns(ColumnsQuery(replace(response.key, picture="other"), 0, 1, 6)) is None


def test_a_wrong_layer_view_or_picture_is_a_sentence(explorer, tmp_path):
    for wrong in (
        replace(REQUEST, layer="conv99"),
        replace(REQUEST, view="x-ray"),
        replace(REQUEST, image=str(tmp_path / "gone.png")),
        replace(REQUEST, image=""),
        replace(REQUEST, model=ModelRequest("lenet-five-thousand")),
    ):
        with pytest.raises(CnnvizError) as caught:
            explorer.answer(wrong)
        assert "\n" not in str(caught.value)


def test_a_pass_that_nobody_wants_any_more_stops(tmp_path):
    Image.new("L", (28, 28), 90).save(tmp_path / "grey.png")
    asked = []

    def wanted() -> bool:
        asked.append(True)
        return len(asked) < 3

    with pytest.raises(Cancelled):
        Explorer(2**30).answer(replace(REQUEST, image=str(tmp_path / "grey.png")), wanted)


def test_a_file_that_changed_is_read_again(explorer, tmp_path):
    file = tmp_path / "digit.png"
    Image.new("L", (28, 28), 0).save(file)
    dark = explorer.answer(replace(REQUEST, image=str(file)))
    Image.new("L", (28, 30), 255).save(file)
    bright = explorer.answer(replace(REQUEST, image=str(file)))
    assert dark.key != bright.key
    assert not np.array_equal(dark.scores.logits, bright.scores.logits)


def test_classify_gives_the_same_answer_as_a_full_request(explorer):
    from cnnviz.core import images

    with pytest.raises(Cancelled), while_wanted(lambda: False):
        explorer.classify(explorer.model(REQUEST.model), images.read(SEVEN))
    scores = explorer.classify(explorer.model(REQUEST.model), images.read(SEVEN))
    np.testing.assert_array_equal(scores.logits, explorer.answer(REQUEST).scores.logits)


def test_a_network_that_fails_half_way_shows_its_records(tmp_path):
    factory = tmp_path / "half.py"
    factory.write_text(
        "from torch import nn\n"
        "def make():\n"
        "    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(7, 2))\n"
    )
    model = ModelRequest(f"{factory}:make", trust=True, input_size=(16, 16), device="cpu")
    response = Explorer(2**30).answer(Request(model, image=SEVEN))
    assert [step.short for step in response.steps[1:]][:2] == ["Conv 3×3", "ReLU"]
    assert response.problem
    assert response.scores is None
