from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

import cnnviz
from cnnviz.core.cancel import Cancelled
from cnnviz.training import (
    Control,
    DataSet,
    Event,
    Finished,
    Pictures,
    Progressed,
    Settings,
    Started,
    Trained,
    from_nothing,
    open_data,
    train,
    trained,
    untrained,
)
from cnnviz.training.settings import TrainingError
from cnnviz.training.transfer import find_head, freeze, tail, training_mode, with_new_head

HEAD_ONLY = Settings(epochs=5, batch=8, unfreeze=0, device="cpu")


def last(events: Iterable[Event]) -> Trained:
    *_, event = events
    assert isinstance(event, Finished)
    return event.trained


class Branching(nn.Module):
    """Its last layer stands in no sequence, and something comes behind it."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Conv2d(1, 3, 3)
        self.norm = nn.BatchNorm2d(3)
        self.head = nn.Conv2d(3, 5, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.norm(self.body(x))).mean((2, 3))


@pytest.mark.parametrize(
    ("make", "path", "apart"),
    [
        (lambda: cnnviz.load_model("vgg-cifar10", device="cpu").module, "26", True),
        (lambda: cnnviz.load_model("squeezenet1_1:random", device="cpu").module, "classifier.1", True),
        (lambda: cnnviz.load_model("resnet18:random", device="cpu").module, "fc", True),
    ],
)
def test_the_last_layer_is_found_and_taken_apart(make, path: str, apart: bool):
    module = make()
    x = torch.randn(1, 3, 32, 32)
    head = find_head(module, x)
    assert head.path == path
    assert (tail(module, head, x) is not None) == apart
    with_new_head(module, head, 7)
    with torch.no_grad():
        assert module.eval()(x).shape == (1, 7)
    assert find_head(module, x).classes == 7


def test_what_stands_behind_the_last_layer_cannot_be_taken_apart():
    module, x = Branching(), torch.randn(1, 1, 8, 8)
    assert tail(module, find_head(module, x), x) is None


def test_a_network_without_such_a_layer():
    with pytest.raises(TrainingError, match="does not end with a dense layer or convolution"):
        find_head(nn.Sequential(nn.Conv2d(1, 4, 3), nn.Flatten()), torch.randn(1, 1, 8, 8))


@pytest.mark.parametrize(
    ("before", "learned"),
    [(0, {"head"}), (1, {"head", "body", "norm"}), (9, {"head", "body", "norm"}), (None, {"head", "body", "norm"})],
)
def test_layers_thaw_from_the_end(before: int | None, learned: set[str]):
    module = Branching()
    freeze(module, find_head(module, torch.randn(1, 1, 8, 8)), before)
    assert {n.partition(".")[0] for n, p in module.named_parameters() if p.requires_grad} == learned
    training_mode(module)
    assert module.norm.training == ("norm" in learned)
    assert module.head.training


def test_only_the_last_layer_changes_and_its_features_are_computed_once(folder: Path):
    network = trained("vgg-cifar10")
    events = list(train(open_data(str(folder)), network, HEAD_ONLY))
    counted = [e for e in events if isinstance(e, Progressed) and e.what == "Computing features"]
    assert [e.done for e in counted if e.done == e.total] == [10, 2]  # of 12 pictures 2 validate
    assert next(e.learned for e in events if isinstance(e, Started)) == 2 * (128 + 1)
    found = last(events)
    before = cnnviz.load_model("vgg-cifar10", device="cpu").module.state_dict()
    after = found.module.state_dict()
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert changed == {"26.weight", "26.bias"}
    assert found.history[-1].loss < found.history[0].loss


def test_features_make_no_difference(folder: Path):
    """The same steps with the frozen body run every time (pictures varied by nothing that changes them)."""
    network, data = trained("vgg-cifar10"), open_data(str(folder))
    quick = last(train(data, network, dataclasses.replace(HEAD_ONLY, epochs=1)))
    assert quick.validation is not None
    with torch.no_grad():
        x = quick.held.batch(torch.arange(2))[0]  # type: ignore[union-attr]
        logits = quick.module(x)
    losses = nn.functional.cross_entropy(logits, torch.from_numpy(quick.validation.classes), reduction="none")
    np.testing.assert_allclose(quick.validation.losses, losses, atol=1e-5)
    assert quick.history[0].validation_loss == pytest.approx(float(losses.mean()), abs=1e-4)


def test_deeper_layers_learn_later_and_the_file_goes_on(folder: Path, tmp_path: Path):
    data, file = open_data(str(folder)), tmp_path / "sun.safetensors"
    last(train(data, trained("vgg-cifar10"), HEAD_ONLY)).save(file)
    again = trained(str(file))
    assert again.labels == ("flares", "quiet")
    deeper = last(train(data, again, dataclasses.replace(HEAD_ONLY, epochs=1, unfreeze=1)))
    before, after = cnnviz.load_model(str(file), device="cpu").module.state_dict(), deeper.module.state_dict()
    changed = {name.partition(".")[0] for name in before if not torch.equal(before[name], after[name])}
    assert changed == {"21", "22", "26"} or changed == {"22", "23", "26"}
    deeper.save(file)
    assert cnnviz.load_model(str(file), device="cpu").labels == ("flares", "quiet")


def test_the_same_classes_keep_their_last_layer(data: DataSet, tmp_path: Path):
    file = tmp_path / "bars.safetensors"
    first = last(train(data, untrained("lenet5"), Settings(epochs=2, device="cpu")))
    first.save(file)
    again = last(train(data, trained(str(file)), Settings(epochs=1, rate=1e-9, unfreeze=0, device="cpu")))
    assert again.test is not None
    assert again.test.accuracy == first.test.accuracy  # type: ignore[union-attr]


def test_stopped_while_features_are_computed(folder: Path):
    control = Control()
    events = train(open_data(str(folder)), trained("vgg-cifar10"), HEAD_ONLY, control=control)
    assert any(isinstance(event, Progressed) for event in events)  # goes on until the first
    control.stop()
    with pytest.raises(Cancelled):
        list(events)


def test_an_untrained_network_has_nothing_to_keep(data: DataSet):
    with pytest.raises(TrainingError, match="lenet5 has learned nothing yet"):
        list(train(data, untrained("lenet5"), HEAD_ONLY))


def test_ten_held_back_pictures_a_class_beat_training_from_nothing(real: Path):
    """CIFAR-10's test pictures, of which the bundled network has seen none: 10 a class, measured on 400 others."""
    with np.load(real / "cifar10-test-1000.npz") as file:
        x, y = file["x"], file["y"].astype(np.int64)
    rows = np.concatenate([np.flatnonzero(y == k)[:10] for k in range(10)])
    rest = np.setdiff1d(np.arange(1000), rows)[:400]
    labels = tuple(map(str, range(10)))
    few = DataSet("CIFAR-10", labels, Pictures(x[rows], y[rows]), test=Pictures(x[rest], y[rest]))
    network = trained("vgg-cifar10")
    settings = Settings(epochs=8, batch=10, unfreeze=0, device="cpu")
    kept = last(train(few, network, settings))
    alone = last(train(few, from_nothing(network), dataclasses.replace(settings, unfreeze=None)))
    assert kept.test.accuracy > 0.85  # type: ignore[union-attr]
    assert alone.test.accuracy < 0.4  # type: ignore[union-attr]
