"""What other ways to prepare a picture make of the answer, against passes made by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor, nn

import cnnviz
from cnnviz.core.effects import effects
from cnnviz.core.errors import CnnvizError, ModelError
from cnnviz.core.images import prepare, read
from cnnviz.core.logits import outputs
from cnnviz.core.preprocess import overridden
from cnnviz.paths import resources

SEVEN = resources() / "samples" / "lenet5-mnist" / "seven.png"


def test_each_scaling_gives_the_answer_that_a_pass_by_hand_gives() -> None:
    model = cnnviz.load_model("lenet5-mnist", device="cpu")
    found = list(effects(model, read(SEVEN)))
    assert [e.title for e in found if e.current] == ["MNIST", "stretch"]
    assert {e.title for e in found} == {"MNIST", "0 to 1", "−1 to 1", "0 to 255", "crop", "stretch", "pad"}
    pixels = torch.tensor(np.asarray(Image.open(SEVEN).convert("L")), dtype=torch.float64)[None, None] / 255
    for effect in found:
        if effect.mean is None or effect.std is None:
            continue
        with torch.no_grad():
            logits = model.module(((pixels - effect.mean[0]) / effect.std[0]).float()).double()
        assert effect.probability == pytest.approx(float(torch.softmax(logits[0], 0).max()), rel=1e-4)
        assert effect.label == model.labels[int(logits.argmax())]


def test_a_scaling_that_is_none_of_the_usual_comes_first() -> None:
    model = cnnviz.load_model("lenet5-mnist", mean=(0.25,), std=(0.125,), device="cpu")
    first = next(effects(model, read(SEVEN)))
    assert (first.title, first.mean, first.std, first.current) == ("As it is", (0.25,), (0.125,), True)


def test_a_wide_picture_is_cropped_stretched_or_padded(tmp_path: Path) -> None:
    pixels = np.zeros((20, 60), np.uint8)
    pixels[:, 20:40] = 255  # white in the middle third
    Image.fromarray(pixels).save(tmp_path / "wide.png")
    own = cnnviz.load_model("lenet5-mnist", device="cpu").preprocessing
    white = {}
    for fit in ("crop", "stretch", "pad"):
        prepared = prepare(read(tmp_path / "wide.png"), overridden(own, (30, 30), None, None, fit))
        assert prepared.tensor.shape == (1, 1, 30, 30)
        shown = prepared.tensor[0, 0] * own.std[0] + own.mean[0]
        white[fit] = float(shown.mean())
        names = [step.name for step in prepared.steps]
        assert ("Padded" in names) == (fit == "pad")
        assert ("Cropped" in names) == (fit == "crop")
    assert white["crop"] == pytest.approx(1.0, abs=0.03)  # the middle third is all that is left
    assert white["stretch"] == pytest.approx(1 / 3, abs=0.02)
    assert white["pad"] == pytest.approx(1 / 9, abs=0.02)  # ten of thirty rows, a third of each


def test_a_fit_that_does_not_exist_is_said() -> None:
    with pytest.raises(ModelError, match="crop, stretch, pad, not by “squeeze”"):
        cnnviz.load_model("lenet5-mnist", fit="squeeze")


class TwoHeads(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Linear(4, 3), nn.Linear(4, 2)

    def forward(self, x: Tensor) -> dict[str, object]:
        x = x.mean((2, 3))
        return {"first": self.a(x), "rest": (self.b(x), x[:, :, None, None].expand(-1, -1, 2, 2))}


def test_outputs_are_named_by_their_places() -> None:
    output = TwoHeads()(torch.zeros(1, 4, 5, 5))
    assert {name: tuple(t.shape) for name, t in outputs(output).items()} == {"first": (1, 3), "rest.0": (1, 2)}
    assert list(outputs(torch.zeros(1, 3))) == [""]
    assert outputs([torch.zeros(1, 2, 4, 4), 3, None]) == {}


HEADS = """
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(4, 3), nn.Linear(4, 2)

    def forward(self, x):
        x = nn.functional.adaptive_avg_pool2d(x, 2).mean(1).flatten(1)
        return self.a(x), self.b(x)
"""


def test_another_output_can_be_the_logits(tmp_path: Path) -> None:
    (tmp_path / "heads.py").write_text(HEADS)
    name = f"{tmp_path / 'heads.py'}:Net"
    first = cnnviz.trace(cnnviz.load_model(name, trust=True, device="cpu"), SEVEN)
    assert (first.outputs, len(first.logits)) == (("0", "1"), 3)
    second = cnnviz.trace(cnnviz.load_model(name, trust=True, output="1", device="cpu"), SEVEN)
    assert len(second.logits) == 2
    assert second.records[second.logits_record].path == "b"
    with pytest.raises(CnnvizError, match="no output “2”: it has 0 and 1"):
        cnnviz.trace(cnnviz.load_model(name, trust=True, output="2", device="cpu"), SEVEN)


def test_half_precision_on_a_cpu_is_refused() -> None:
    with pytest.raises(ModelError, match="Half precision needs a GPU"):
        cnnviz.load_model("lenet5-mnist", half=True, device="cpu")
