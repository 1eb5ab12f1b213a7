"""Networks that are sick in known ways; totals of sound ones; times that add up."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from cnnviz.core.architectures import lenet5
from cnnviz.core.cancel import Cancelled
from cnnviz.core.inspection import inspect
from cnnviz.core.survey.answers import survey
from cnnviz.core.survey.shapes import Finding, Survey, SurveyQuery, Timing, milliseconds
from cnnviz.core.survey.timing import FEWEST, MOST, measure
from cnnviz.core.trace import trace
from cnnviz.request import ModelRequest
from cnnviz.response import PICTURE, PassKey

QUERY = SurveyQuery(PassKey(ModelRequest("net"), "picture"))


def looked_at(network: nn.Module, image: Tensor) -> Survey:
    return survey(trace(network.eval(), image), QUERY)


def begun(found: Survey) -> list[tuple[int, str, tuple[int, ...]]]:
    return [(f.index, f.kind, f.channels) for f in found.findings if f.begins]


def convolution(*weights: float) -> nn.Conv2d:
    """1 × 1, one filter for each weight, on one channel."""
    layer = nn.Conv2d(1, len(weights), 1, bias=False)
    layer.weight.data = torch.tensor(weights, dtype=torch.float32)[:, None, None, None]
    return layer


PICTURE_1 = torch.arange(1, 17, dtype=torch.float32).reshape(1, 1, 4, 4)


def test_a_sound_pass_and_its_totals() -> None:
    network = nn.Sequential(convolution(1, -0.5), nn.Tanh(), nn.Flatten(), nn.Linear(32, 3))
    found = looked_at(network, PICTURE_1 / 16)
    assert not found.findings
    assert found.verdict == "This pass is in good health."
    assert [row.op for row in found.rows] == ["conv2d", "tanh", "flatten", "linear"]
    assert [row.shape for row in found.rows] == [(2, 4, 4), (2, 4, 4), (32,), (3,)]
    assert [row.nbytes for row in found.rows] == [128, 128, 128, 12]
    assert found.nbytes == 396
    assert found.macs == 32 + 96
    assert found.parameters == 2 + 32 * 3 + 3


def test_dead_and_constant_channels_where_they_begin() -> None:
    batch_norm = nn.BatchNorm2d(3)
    batch_norm.bias.data = torch.tensor([0.0, 0.25, 0.0])
    network = nn.Sequential(convolution(1, 0, -1), batch_norm, nn.ReLU(), nn.MaxPool2d(2), nn.Flatten())
    found = looked_at(network, PICTURE_1)
    # Filter 1 is zero: its map is dead, and after the norm constant; filter 2 is cut away by the ReLU.
    assert begun(found) == [(0, "dead", (1,)), (1, "constant", (1,)), (2, "dead", (2,))]
    assert [(f.index, f.kind) for f in found.findings if not f.begins] == [
        (2, "constant"),
        (3, "dead"),
        (3, "constant"),
    ]
    assert found.verdict == "3 remarks on the health of this pass."
    assert found.findings[0].sentence == "1 of 3 channels has nothing but 0."
    assert found.findings[0].where == "0 · Conv 1×1 (0)"


def test_the_share_of_zeros_is_counted() -> None:
    found = looked_at(nn.Sequential(nn.ReLU()), torch.tensor([[[[-1.0, 2.0], [0.0, -3.0]]]]))
    assert found.rows[0].zeros == pytest.approx(3 / 4)


def test_the_mean_is_that_of_the_finite_values() -> None:
    found = looked_at(nn.Sequential(nn.Identity(), nn.ReLU()), torch.tensor([[[[-1.0, 2.0], [torch.inf, -3.0]]]]))
    assert found.rows[0].mean == pytest.approx(2 / 3)
    nothing = looked_at(nn.Sequential(nn.ReLU()), torch.full((1, 1, 2, 2), torch.nan))
    assert nothing.rows[0].mean is None


class Divided(nn.Module):
    """Divides by what its first convolution gives, where that is 0."""

    def __init__(self, *weights: float) -> None:
        super().__init__()
        self.conv = convolution(*weights)
        self.pool = nn.AdaptiveAvgPool2d(1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(x)
        return self.pool(torch.relu(x / x.sum((2, 3), keepdim=True))).flatten(1)


def test_the_birthplace_of_nan() -> None:
    found = looked_at(Divided(1, 0), PICTURE_1)  # 0 / 0 in the second channel
    [born] = found.birthplaces
    assert (born.key, born.kind, born.channels, born.total) == ("div", "NaN", (1,), 2)
    assert born.sentence == "1 of 2 channels has NaN; what goes in, and its weights, are all numbers."
    assert found.verdict == "This pass breaks down: NaN at 2 · Divide (div) for the first time."
    later = [f for f in found.findings if f.kind == "NaN" and f is not born]
    assert [f.key for f in later] == ["relu", "pool", "flatten"]
    assert not any(f.begins for f in later)


def test_nan_that_comes_with_weights_with_infinity_or_with_the_picture() -> None:
    sick = nn.Sequential(nn.ReLU(), convolution(1, math.nan))
    [born] = looked_at(sick, PICTURE_1).birthplaces
    assert born.sentence == "1 of 2 channels has NaN; its weights are not all numbers, what goes in is."

    class Difference(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            big = x * 3e38
            return big - big

    infinite, nan = reversed(looked_at(Difference(), PICTURE_1).birthplaces)
    assert (infinite.key, nan.key) == ("mul", "sub")
    assert nan.sentence.endswith("it comes from the infinite values of 0 · Multiply (mul).")

    image = PICTURE_1.clone()
    image[0, 0, 1, 2] = math.nan
    [born] = looked_at(nn.Sequential(nn.ReLU()), image).birthplaces
    assert (born.index, born.where) == (PICTURE, "the picture")


def test_saturated_activations() -> None:
    image = torch.cat([PICTURE_1 * 10, PICTURE_1 / 16, -PICTURE_1 * 10], dim=1)
    for layer, channels in (
        (nn.Sigmoid(), (0, 2)),  # 1/(1 + e^-10) is within 0.01 of 1
        (nn.Tanh(), (0, 2)),
        (nn.Hardsigmoid(), (0, 2)),
        (nn.Hardtanh(-2, 2), (0, 2)),
        (nn.ReLU6(), (0,)),  # 0 is where a rectifier rests
        (nn.SiLU(), ()),
    ):
        found = [f for f in looked_at(layer, image).findings if f.kind == "saturated"]
        assert tuple(i for f in found for i in f.channels) == channels, layer


def test_exploding_channels() -> None:
    found = looked_at(convolution(*range(1, 9), 2000), PICTURE_1 / 16)
    # The median of the channels' largest magnitudes 1 … 8, 2000 is 5: beyond 500 is far from them.
    assert begun(found) == [(0, "exploding", (8,))]
    assert begun(looked_at(convolution(*range(1, 9), 400), PICTURE_1 / 16)) == []
    beyond = looked_at(nn.Linear(4, 2, bias=False).requires_grad_(False), torch.full((1, 4), 0.0))
    assert [f.kind for f in beyond.findings] == ["dead"]  # both units are 0
    dense = nn.Linear(1, 2, bias=False)
    dense.weight.data = torch.tensor([[65504.0], [65536.0]])
    assert begun(looked_at(dense, torch.ones(1, 1))) == [(0, "exploding", (1,))]


def test_what_was_not_kept_is_said_not_guessed() -> None:
    found = survey(trace(lenet5().eval(), torch.rand(1, 1, 28, 28), budget=0), QUERY)
    assert found.unseen in (0, 12)  # computed again, or left out
    assert len(found.rows) == 12
    assert ("12 of 12" in found.verdict) == bool(found.unseen)


def test_it_is_given_up_when_nobody_wants_it_and_goes_on_where_it_was() -> None:
    traced = trace(lenet5().eval(), torch.rand(1, 1, 28, 28))
    answers = iter([True, True, False])
    with pytest.raises(Cancelled):
        survey(traced, QUERY, lambda: next(answers))
    assert len(survey(traced, QUERY).rows) == 12


@pytest.mark.parametrize(("name", "edge"), [("squeezenet1_1", 224), ("mobilenet_v2", 224), ("resnet18", 224)])
def test_totals_agree_with_inspect_and_with_what_is_published(name: str, edge: int) -> None:
    from torchvision.models import get_model, get_model_weights

    network = get_model(name, weights=None).eval()
    found = looked_at(network, torch.rand(1, 3, edge, edge))
    facts, meta = inspect(network, (edge, edge)), get_model_weights(name).DEFAULT.meta
    assert (found.parameters, found.macs) == (facts["parameters"], facts["macs"])
    assert found.parameters == meta["num_params"] == sum(row.parameters for row in found.rows)
    assert found.macs / 1e9 == pytest.approx(meta["_ops"], abs=1e-3)
    assert [row.macs for row in found.rows] == [record["macs"] for record in facts["records"]]


def test_times_belong_to_the_records_and_add_up() -> None:
    class Halves(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            a, b = x.chunk(2, 1)
            torch.mm(torch.ones(600, 600), torch.ones(600, 600))  # no record of the picture, but time
            return torch.relu_(a + b)

    big = nn.Conv2d(8, 64, 3, padding=1)
    network = nn.Sequential(nn.Conv2d(1, 8, 1), big, nn.ReLU(inplace=True), Halves()).eval()
    image = torch.rand(1, 1, 64, 64)
    taken = measure(network, image)
    records = trace(network, image).records
    assert taken.nbytes == tuple(record.nbytes for record in records)
    assert len(taken.seconds) == len(records)
    assert records[int(np.argmax(taken.seconds))].op in ("conv2d", "mm", "ones")
    assert taken.total == pytest.approx(sum(taken.seconds))
    assert min(taken.total, taken.bare) > 0
    assert FEWEST <= taken.rounds <= MOST
    assert torch.equal(image, image.clamp(0, 1)), "the picture is as it was"
    assert "The records take" in taken.sentence
    with pytest.raises(Cancelled):
        measure(network, image, lambda: False)


def test_words_for_times() -> None:
    assert [milliseconds(s) for s in (1.2044, 0.0123, 0.00012, 0.000012)] == [
        "1,204 ms",
        "12.3 ms",
        "0.12 ms",
        "0.012 ms",
    ]
    sentence = Timing((0.01, 0.02), (4, 8), 0.05, 7, "CPU").sentence
    assert sentence == (
        "The records take 30 ms together, the bare pass 50 ms: Python between them takes the rest. "
        "Median of 7 rounds on CPU."
    )
    assert "slows" in Timing((0.04,), (4,), 0.03, 3, "CPU").sentence


def test_a_finding_says_where() -> None:
    assert Finding(3, "layer1.relu#1", "ReLU", "dead", (0,), 4, True, "").where == "3 · ReLU (layer1.relu#1)"
