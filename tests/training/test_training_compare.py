from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch

from cnnviz.core.cancel import Cancelled
from cnnviz.training import Control, DataSet, EpochEnded, Finished, Pictures, Settings, Trained, from_nothing, train
from cnnviz.training import trained as opened
from cnnviz.training.compare import Comparison, Side, alone, compared
from cnnviz.training.measure import Measured
from cnnviz.training.result import free, stem

SETTINGS = Settings(epochs=2, batch=16, unfreeze=0, device="cpu")


def few(data: DataSet) -> DataSet:
    return data.limited(10)


def test_each_side_is_what_it_would_be_alone(data: DataSet):
    network = opened("lenet5-mnist")
    before = torch.get_rng_state()
    *events, comparison = compared(few(data), network, SETTINGS)
    assert torch.equal(torch.get_rng_state(), before)
    assert isinstance(comparison, Comparison)
    turns = [e.nothing for e in events if isinstance(e, Side) and isinstance(e.event, EpochEnded)]
    assert turns == [False, True, False, True]  # an epoch each
    for found, (asked, settings) in (
        (comparison.transfer, (network, SETTINGS)),
        (comparison.nothing, (from_nothing(network), alone(SETTINGS))),
    ):
        *_, last = train(few(data), asked, settings)
        assert isinstance(last, Finished)
        pairs = zip(found.module.state_dict().values(), last.trained.module.state_dict().values(), strict=True)
        assert all(torch.equal(a, b) for a, b in pairs)


@pytest.mark.parametrize("turn", [1, 2])
def test_a_crash_loses_one_epoch_of_one_side(data: DataSet, tmp_path: Path, turn: int):
    network, file, behind = opened("lenet5-mnist"), tmp_path / "run.checkpoint", turn - 1
    *_, whole = compared(few(data), network, SETTINGS)
    events = compared(few(data), network, SETTINGS, checkpoint=file)
    for event in events:
        if isinstance(event, Side) and isinstance(event.event, EpochEnded) and (turn := turn - 1) == 0:
            events.close()  # one side has an epoch behind it, or both have
            break
    *again, resumed = compared(few(data), network, SETTINGS, checkpoint=file, resume=True)
    done = [(e.nothing, e.event.epoch) for e in again if isinstance(e, Side) and isinstance(e.event, EpochEnded)]
    assert done == [(True, 1), (False, 2), (True, 2)][behind:]  # the one that is behind goes first
    assert isinstance(whole, Comparison)
    assert isinstance(resumed, Comparison)
    assert resumed.sentence == whole.sentence
    for a, b in ((whole.transfer, resumed.transfer), (whole.nothing, resumed.nothing)):
        assert len(a.history) == len(b.history) == 2
        pairs = zip(a.module.state_dict().values(), b.module.state_dict().values(), strict=True)
        assert all(torch.equal(x, y) for x, y in pairs)


def test_a_stop_ends_both(data: DataSet):
    control = Control()
    control.stop()
    with pytest.raises(Cancelled):
        list(compared(few(data), opened("lenet5-mnist"), SETTINGS, control=control))


@pytest.mark.parametrize(
    ("right", "sentence"),
    [
        # of 100 each: 0.4 apart, and the deviation of the difference is sqrt(2 * 0.21 / 100) = 0.065
        (
            (70, 30),
            "70.0 % of 100 test pictures right with what it had learned before, 30.0 % from nothing: 40.0 points",
        ),
        ((30, 70), "40.0 points less."),
        ((50, 55), "so near that 100 pictures cannot tell which is better."),
    ],
)
def test_the_sentence_says_what_was_measured(data: DataSet, right: tuple[int, int], sentence: str):
    *_, last = train(few(data), opened("lenet5-mnist"), dataclasses.replace(SETTINGS, epochs=1))
    assert isinstance(last, Finished)

    def with_right(count: int) -> Trained:
        said = (np.arange(100) >= count).astype(np.int64)
        none = np.zeros(100, np.int64)
        found = Measured(np.zeros(100, np.float32), said, none, np.zeros((2, 2), np.int64))
        return dataclasses.replace(last.trained, test=found)

    assert sentence in Comparison(with_right(right[0]), with_right(right[1])).sentence
    silent = dataclasses.replace(last.trained, test=None, validation=None)
    assert "no pictures to measure" in Comparison(silent, silent).sentence


def test_what_is_left_out_measures():
    classes = np.repeat(np.arange(3), 30)
    pixels = np.arange(90, dtype=np.uint8)[:, None, None] + np.zeros((1, 2, 2), np.uint8)
    found = DataSet("d", ("a", "b", "c"), Pictures(pixels, classes)).limited(10)
    assert found.validation is not None
    assert found.test is not None
    parts = (found.train, found.validation, found.test)
    assert [np.bincount(part.classes).tolist() for part in parts] == [[10] * 3] * 3
    seen = np.concatenate([part.content[:, 0, 0] for part in parts])  # type: ignore[index,call-overload]
    assert sorted(seen.tolist()) == list(range(90))  # each in one part


def test_names_of_results_are_free(tmp_path: Path):
    assert stem("vgg-small", "CIFAR-10") == "vgg-small-cifar-10"
    assert stem("/tmp/my.net.pt", "sun") == "my-net-sun"
    assert stem("resnet18:random", "a/b") == "resnet18-a-b"
    assert stem("plan: 1x8x8 flatten dense2", "…") == "1x8x8-flatten-dense2"
    assert stem("vgg-sun.safetensors", "sun") == stem("vgg-sun", "sun") == "vgg-sun"
    assert stem("/tmp/vgg-sun-2.safetensors", "sun") == "vgg-sun-2"
    assert stem("vgg-cifar10", "Straßen & Bäume") == "vgg-cifar10-straßen-bäume"
    assert stem("vgg-cifar10", "犬と猫") == "vgg-cifar10-犬と猫"
    assert free(tmp_path, "net") == "net"
    (tmp_path / "net.safetensors").touch()
    (tmp_path / "net-2.checkpoint").touch()
    assert free(tmp_path, "net") == "net-3"
