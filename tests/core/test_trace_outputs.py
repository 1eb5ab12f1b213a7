"""Class scores are found in whatever a network returns."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
import torch
import torchvision
from torch import Tensor, nn

from cnnviz.core.trace import Trace, trace

Scores = namedtuple("Scores", ["aux", "logits"])


@dataclass
class Output:
    loss: Tensor | None
    hidden: Tensor
    logits: Tensor


class Ends(nn.Module):
    def __init__(self, end: Callable[[Tensor, Tensor], object]) -> None:
        super().__init__()
        self.end = end
        self.features = nn.Conv2d(1, 2, 3)
        self.head = nn.Linear(72, 5)

    def forward(self, x: Tensor) -> object:
        x = self.features(x)
        return self.end(x, self.head(x.flatten(1)))


ENDS: dict[str, Callable[[Tensor, Tensor], object]] = {
    "tensor": lambda maps, scores: scores,
    "one": lambda maps, scores: (scores,),
    "tuple": lambda maps, scores: (scores, maps),
    "tuple, scores last": lambda maps, scores: (maps, scores),
    "list": lambda maps, scores: [scores, None],
    "dict": lambda maps, scores: {"features": maps, "logits": scores},
    "dict without names": lambda maps, scores: {"a": maps, "b": scores},
    "named tuple": Scores,
    "dataclass": lambda maps, scores: Output(None, maps, scores),
    "nested": lambda maps, scores: {"out": {"logits": scores}, "aux": maps},
    "1 x 1 maps": lambda maps, scores: scores[:, :, None, None],
    "without batch": lambda maps, scores: scores[0],
}


def ended(end: Callable[[Tensor, Tensor], object]) -> Trace:
    torch.manual_seed(0)
    return trace(Ends(end).eval(), torch.rand(1, 1, 8, 8))


@pytest.mark.parametrize("name", ENDS)
def test_logits_are_found(name: str) -> None:
    traced = ended(ENDS[name])
    expected = ended(ENDS["tensor"]).records[-1].output[0]
    assert torch.equal(traced.logits, expected)
    assert torch.equal(traced[traced.logits_record].output.flatten(), expected)
    assert traced["head"].op == "linear"


@pytest.mark.parametrize("name", ["googlenet", "inception_v3"])
def test_networks_with_auxiliary_heads(name: str) -> None:
    network = torchvision.models.get_model(name, weights=None, init_weights=False).train()
    for module in network.modules():
        if isinstance(module, (nn.BatchNorm2d, nn.Dropout)):
            module.eval()
    x = torch.rand(1, 3, *([299, 299] if name == "inception_v3" else [64, 64]))
    with torch.no_grad():
        bare = network(x)
    traced = trace(network, x)
    assert torch.equal(traced.logits, bare.logits[0])
    assert traced[traced.logits_record].key == "fc"


@pytest.mark.parametrize("end", [lambda maps, scores: None, lambda maps, scores: maps, lambda maps, scores: 3.0])
def test_networks_without_class_scores(end: Callable[[Tensor, Tensor], object]) -> None:
    traced = ended(end)
    assert traced.logits.shape == (0,)
    assert traced.top() == []
    assert len(traced.records) == 3


def test_top_and_probabilities() -> None:
    traced = ended(ENDS["tensor"])
    logits = traced.logits.numpy().astype(np.float64)
    expected = np.exp(logits - logits.max()) / np.exp(logits - logits.max()).sum()
    assert np.allclose(traced.probabilities, expected, rtol=1e-12)
    best = np.argsort(-expected)
    top = traced.top(3)
    assert [(t.rank, t.index, t.label) for t in top] == [(n + 1, i, str(i)) for n, i in enumerate(best[:3])]
    assert [t.logit for t in top] == [float(traced.logits[i]) for i in best[:3]]
    assert [t.probability for t in top] == [expected[i] for i in best[:3]] or np.allclose(
        [t.probability for t in top], expected[best[:3]]
    )
    assert len(traced.top(99)) == 5


def test_a_network_that_ends_in_softmax_or_log_softmax() -> None:
    expected = ended(ENDS["tensor"]).probabilities
    assert np.allclose(ended(lambda maps, scores: scores.softmax(1)).probabilities, expected, atol=1e-6)
    assert np.allclose(ended(lambda maps, scores: scores.log_softmax(1)).probabilities, expected, atol=1e-6)


def test_one_score_is_the_logit_of_yes() -> None:
    traced = ended(lambda maps, scores: scores[:, :1])
    assert np.allclose(traced.probabilities, 1 / (1 + np.exp(-float(traced.logits[0]))))


def test_the_first_picture_of_a_batch() -> None:
    network = Ends(ENDS["tensor"]).eval()
    traced = trace(network, torch.rand(3, 1, 8, 8))
    assert torch.equal(traced.logits, traced.records[-1].output[0])
    assert traced["features"].numpy().shape == (2, 6, 6)
