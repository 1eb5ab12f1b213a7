from __future__ import annotations

import dataclasses
import math
import resource
import threading
import time
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import cnnviz
from cnnviz import paths
from cnnviz.core.cancel import Cancelled
from cnnviz.core.errors import CnnvizError
from cnnviz.core.images import read
from cnnviz.training import (
    Checked,
    Control,
    DataSet,
    EpochEnded,
    Event,
    Finished,
    Noted,
    Pictures,
    Progressed,
    Settings,
    Snapped,
    Started,
    Stepped,
    Trained,
    inputs,
    measure,
    open_data,
    train,
    untrained,
)
from cnnviz.training.loop import batches_of, shape_of
from cnnviz.training.pictures import DataError
from cnnviz.training.settings import TrainingError
from cnnviz.training.snapshots import Snapshots

NETWORK = untrained("plan: 1x8x8 conv4x3/p1 norm relu max2 flatten dropout20 dense2")
SETTINGS = Settings(epochs=4, batch=16, device="cpu")


def last(events: Iterable[Event]) -> Trained:
    *_, event = events
    assert isinstance(event, Finished)
    return event.trained


def same(a: Trained, b: Trained) -> bool:
    pairs = zip(a.module.state_dict().values(), b.module.state_dict().values(), strict=True)
    return all(torch.equal(x, y) for x, y in pairs)


def without_time(history: Iterable[EpochEnded]) -> list[EpochEnded]:
    return [dataclasses.replace(epoch, seconds=0.0) for epoch in history]


def test_a_small_network_learns_and_tells_what_it_does(data: DataSet):
    before = torch.get_rng_state()
    events = list(train(data, NETWORK, SETTINGS))
    assert torch.equal(torch.get_rng_state(), before)
    (started,) = (e for e in events if isinstance(e, Started))
    # 10 % of 200 validate; the other 180 make 12 steps of 16, the last one smaller
    assert (started.pictures, started.validation, started.balance, started.steps) == (180, 20, (90, 90), 12)
    # conv 4*9 (a norm follows: no biases), norm 2*4, dense 2(64+1)
    assert started.parameters == started.learned == 36 + 8 + 130
    steps = [e for e in events if isinstance(e, Stepped)]
    assert {(e.epoch, e.step) for e in steps} >= {(n, s) for n in (1, 2, 3, 4) for s in (1, 12)}
    assert all(e.gradient > 0 and e.speed > 0 for e in steps)
    epochs = [e for e in events if isinstance(e, EpochEnded)]
    assert [e.epoch for e in epochs] == [1, 2, 3, 4]
    assert epochs[-1].loss < epochs[0].loss
    trained = last(events)
    assert trained.history == tuple(epochs)
    assert trained.reason == "finished"
    assert not trained.settings.mixed  # which is for a GPU: what is written down is how it was trained
    assert trained.test is not None
    assert trained.test.accuracy > 0.9
    assert trained.test.confusion.sum(1).tolist() == [20, 20]
    assert np.trace(trained.test.confusion) == round(40 * trained.test.accuracy)
    hardest = trained.test.hardest(3)
    assert trained.test.losses[hardest[0]] == trained.test.losses.max()
    assert "% of 40 test pictures" in trained.caption


def test_the_measured_loss_is_that_of_the_network(data: DataSet):
    trained = last(train(data, NETWORK, SETTINGS))
    assert trained.tested is not None
    assert trained.test is not None
    pixels = torch.from_numpy(data.test.content).double() / 255  # type: ignore[union-attr, arg-type]
    mean, std = trained.preprocessing.mean[0], trained.preprocessing.std[0]
    learned = np.setdiff1d(np.arange(200), trained.held.rows)  # type: ignore[union-attr]
    values = data.train.content[learned] / 255  # type: ignore[index, operator]
    assert (mean, std) == (round(values.mean(), 4), round(values.std(), 4))
    with torch.no_grad():
        logits = trained.module.double()(((pixels - mean) / std)[:, None]).numpy()
    true = logits[np.arange(40), data.test.classes]  # type: ignore[union-attr]
    losses = np.log(np.exp(logits).sum(1)) - true
    np.testing.assert_allclose(trained.test.losses, losses, atol=1e-4)


def test_the_same_seed_gives_the_same_network(data: DataSet):
    first, again = last(train(data, NETWORK, SETTINGS)), last(train(data, NETWORK, SETTINGS))
    other = last(train(data, NETWORK, dataclasses.replace(SETTINGS, seed=1)))
    assert same(first, again)
    assert without_time(first.history) == without_time(again.history)
    assert not same(first, other)


@pytest.mark.parametrize("optimiser", ["sgd", "adamw"])
@pytest.mark.parametrize("augment", ["none", "shift"])
def test_a_crash_loses_one_epoch_at_most(data: DataSet, tmp_path: Path, optimiser: str, augment: str):
    settings = dataclasses.replace(SETTINGS, optimiser=optimiser, augment=augment, patience=9)
    whole = last(train(data, NETWORK, settings))
    file = tmp_path / "run.checkpoint"
    events = train(data, NETWORK, settings, checkpoint=file)
    for event in events:
        if isinstance(event, Stepped) and event.epoch == 3:
            events.close()  # what a crash leaves: the file of two epochs
            break
    resumed = list(train(data, NETWORK, settings, checkpoint=file, resume=True))
    assert next(e.epoch for e in resumed if isinstance(e, Started)) == 3
    assert same(last(resumed), whole)
    assert without_time(last(resumed).history) == without_time(whole.history)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["run.checkpoint", "run.checkpoint.snapshots"]
    steps = [snapshot.step for snapshot in last(resumed).snapshots]
    assert steps == [0, 1, 2, 4, 8, 12, 16, 24, 32, 36, 48]  # those from before the crash, too
    for before, after in zip(whole.snapshots, last(resumed).snapshots, strict=True):
        assert before.epoch == after.epoch
        assert all(torch.equal(value, after.state[name]) for name, value in before.state.items())
    assert {int(p.stem) for p in (tmp_path / "run.checkpoint.snapshots").iterdir()} == set(steps)
    told = next(e.told for e in resumed if isinstance(e, Started))
    assert {(e.epoch, e.step) for e in told} >= {(1, 1), (1, 12), (2, 1), (2, 12)}  # the curves' steps
    assert max(e.epoch for e in told) == 2
    assert isinstance(told[0].epoch, int)
    checked = [e.epoch for e in resumed if isinstance(e, Checked)]
    assert checked == [2, 3, 4]  # what the network says of the validation pictures is there at once


def test_what_was_cut_off_after_its_last_epoch_is_finished(data: DataSet, tmp_path: Path):
    file = tmp_path / "run.checkpoint"
    whole = last(train(data, NETWORK, SETTINGS, checkpoint=file))
    again = list(train(data, NETWORK, SETTINGS, checkpoint=file, resume=True))
    assert not [e for e in again if isinstance(e, Stepped | EpochEnded)]
    assert same(last(again), whole)
    assert last(again).test is not None
    impatient = dataclasses.replace(SETTINGS, epochs=60, patience=2, rate=0.5, schedule="constant")
    stopped = last(train(data, NETWORK, impatient, checkpoint=file))
    resumed = last(train(data, NETWORK, impatient, checkpoint=file, resume=True))
    assert resumed.reason == "no better"
    assert same(resumed, stopped)
    assert len(resumed.history) == len(stopped.history)


def test_a_learning_rate_that_was_changed_is_kept(data: DataSet, tmp_path: Path):
    file, control = tmp_path / "run.checkpoint", Control()
    constant = dataclasses.replace(SETTINGS, schedule="constant")
    events = train(data, NETWORK, constant, control=control, checkpoint=file)
    next(event for event in events if isinstance(event, Stepped))
    control.set_rate(0.005)
    next(event for event in events if isinstance(event, EpochEnded))
    events.close()

    def resumed(rate: float | None) -> set[float]:
        how = dataclasses.replace(constant, rate=rate, epochs=2)
        return {e.rate for e in train(data, NETWORK, how, checkpoint=file, resume=True) if isinstance(e, Stepped)}

    before = file.read_bytes()
    assert resumed(None) == {0.005}
    file.write_bytes(before)
    assert resumed(0.02) == {0.02}  # another one is asked for


def test_kept_weights_on_disk_are_bounded_and_their_own(tmp_path: Path):
    folder, module = tmp_path / "run.checkpoint.snapshots", torch.nn.Linear(1, 1)
    kept = Snapshots(limit=5 * 8)
    for step in range(9):
        kept.take(step, 1, module)
        kept.write(folder)
        assert {int(file.stem) for file in folder.iterdir()} == {one.step for one in kept.kept}
    steps = [one.step for one in kept.kept]
    (folder / f"{steps[1]}.safetensors").write_bytes(b"cut off")
    again = Snapshots()
    again.read(folder, steps[-1] - 1)
    assert [one.step for one in again.kept] == [step for step in steps[:-1] if step != steps[1]]
    assert torch.equal(again.kept[0].state["weight"], module.weight.detach())


def test_the_time_left_is_that_of_all_epochs_and_pauses_do_not_count(data: DataSet):
    control, begun = Control(), time.perf_counter()
    steps = []
    for event in train(data, NETWORK, SETTINGS, control=control):
        if isinstance(event, Stepped):
            steps.append(event)
            if len(steps) == 2:
                control.pause()
                threading.Timer(0.2, control.resume).start()
    assert steps[-1].left == 0
    assert steps[0].left == pytest.approx(steps[0].seconds * 47)  # 4 epochs of 12 steps
    assert sum(e.seconds for e in steps if e.step == 12) <= time.perf_counter() - begun - 0.2


def test_what_cannot_be_gone_on_with(data: DataSet, tmp_path: Path):
    file = tmp_path / "run.checkpoint"
    list(train(data, NETWORK, SETTINGS, checkpoint=file))

    def resumed(data: DataSet, network: object = NETWORK, settings: Settings = SETTINGS) -> None:
        last(train(data, network, settings, checkpoint=file, resume=True))  # type: ignore[arg-type]

    with pytest.raises(TrainingError, match="has 4 epochs behind it already: ask for as many or more"):
        resumed(data, settings=dataclasses.replace(SETTINGS, epochs=3))
    more = dataclasses.replace(SETTINGS, epochs=5)
    content = np.array(data.train.content)
    content[0] += 1
    with pytest.raises(TrainingError, match="belongs to other pictures"):
        resumed(dataclasses.replace(data, train=Pictures(content, data.train.classes)), settings=more)
    with pytest.raises(TrainingError, match="belongs to other classes"):
        resumed(dataclasses.replace(data, labels=("a", "b")), settings=more)
    with pytest.raises(TrainingError, match="belongs to another network"):
        resumed(data, untrained("plan: 1x8x8 flatten dense2"), more)
    with pytest.raises(TrainingError, match="belongs to another way to learn"):
        resumed(data, settings=dataclasses.replace(more, optimiser="adamw"))
    file.write_bytes(file.read_bytes()[:-200])
    with pytest.raises(TrainingError, match="is damaged or no checkpoint"):
        resumed(data, settings=more)
    file.unlink()
    with pytest.raises(TrainingError, match="There is no training to go on with"):
        resumed(data, settings=more)
    with pytest.raises(TrainingError, match="There is no file to go on from"):
        last(train(data, NETWORK, more, resume=True))


def test_pause_another_learning_rate_and_stop(data: DataSet):
    control = Control()
    settings = dataclasses.replace(SETTINGS, epochs=50, schedule="constant", rate=0.01)
    rates, held = [], threading.Event()
    events = train(data, NETWORK, settings, control=control)
    for event in events:
        if not isinstance(event, Stepped):
            continue
        rates.append(event.rate)
        if len(rates) == 1:
            control.set_rate(0.5)
            control.pause()
            assert control.paused
            threading.Timer(0.05, lambda: (held.set(), control.resume())).start()
        elif len(rates) == 2:
            assert held.is_set()  # no step was taken while it was paused
        elif len(rates) == 4:
            control.pause()
            control.stop()  # ends a pause, too
    assert rates[0] == 0.01
    assert rates[1:] == [0.5] * (len(rates) - 1)
    trained = event.trained  # type: ignore[union-attr]
    assert trained.reason == "stopped"
    assert trained.test is None
    assert trained.caption == f"bars · stopped in epoch {len(trained.history) + 1} of 50, not measured"
    with pytest.raises(ValueError, match="none"):
        control.set_rate(-1)


def test_what_is_measured_at_the_end_says_how_far_it_is_and_can_be_stopped(
    data: DataSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(measure, "_MOMENT", -1.0)  # every pass takes long
    monkeypatch.setattr(measure, "pass_size", lambda _: 10)
    file, control, told = tmp_path / "bars.checkpoint", Control(), []
    for event in train(data, NETWORK, SETTINGS, control=control, checkpoint=file):
        if isinstance(event, Progressed) and event.what == "Measuring with test pictures":
            told.append(event.done)
            if event.done == 20:
                control.stop()
    assert told == [0, 10, 20]  # of 40
    stopped = event.trained  # type: ignore[union-attr]
    assert (stopped.reason, stopped.test, len(stopped.history)) == ("stopped", None, SETTINGS.epochs)
    assert stopped.validation is not None
    whole = last(train(data, NETWORK, SETTINGS))
    again = last(train(data, NETWORK, SETTINGS, checkpoint=file, resume=True))
    assert again.reason == "finished"
    assert again.test is not None
    assert again.test.losses.tolist() == whole.test.losses.tolist()  # type: ignore[union-attr]
    assert same(again, whole)


def test_a_stop_while_an_epoch_is_validated_keeps_the_epoch_before(
    data: DataSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(measure, "_MOMENT", -1.0)
    monkeypatch.setattr(measure, "pass_size", lambda _: 10)
    file, control, ended = tmp_path / "bars.checkpoint", Control(), 0
    for event in train(data, NETWORK, SETTINGS, control=control, checkpoint=file):
        ended += isinstance(event, EpochEnded)
        if ended == 1 and isinstance(event, Progressed):
            control.stop()
    assert event.trained.reason == "stopped"  # type: ignore[union-attr]
    assert len(event.trained.history) == 1  # type: ignore[union-attr]
    assert same(
        last(train(data, NETWORK, SETTINGS, checkpoint=file, resume=True)), last(train(data, NETWORK, SETTINGS))
    )


def test_stopped_before_the_first_step(folder: Path):
    control = Control()
    control.stop()
    with pytest.raises(Cancelled):
        list(train(open_data(str(folder)), untrained("lenet5"), SETTINGS, control=control))


def test_early_stop_takes_the_best(data: DataSet):
    settings = dataclasses.replace(SETTINGS, epochs=60, patience=2, rate=0.5, schedule="constant")
    trained = last(train(data, NETWORK, settings))
    losses = [epoch.validation_loss for epoch in trained.history]
    assert trained.reason == "no better"
    assert losses.index(min(losses)) == len(losses) - 3
    assert trained.validation is not None
    assert trained.validation.loss == pytest.approx(min(losses), abs=1e-6)


def test_the_loss_explodes_and_what_was_written_stays(data: DataSet, tmp_path: Path):
    file = tmp_path / "run.checkpoint"
    control = Control()
    network = untrained("plan: 1x8x8 flatten dense50 relu dense2")
    events = train(data, network, SETTINGS, control=control, checkpoint=file)
    assert any(isinstance(event, EpochEnded) for event in events)  # goes on until the first
    control.set_rate(1e30)
    with pytest.raises(TrainingError, match=r"The loss .* in epoch 2, step \d+: the learning rate .* is too high"):
        list(events)
    settings = dataclasses.replace(SETTINGS, rate=0.01)
    assert len(last(train(data, network, settings, checkpoint=file, resume=True)).history) == 4
    with pytest.raises(TrainingError, match="exploded"):
        list(train(data, network, dataclasses.replace(SETTINGS, rate=3e4, schedule="constant")))


def test_a_full_disk_does_not_end_a_training(data: DataSet, tmp_path: Path):
    file = tmp_path / "run.checkpoint"
    file.write_bytes(b"what was there before")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    try:
        events = list(train(data, NETWORK, SETTINGS, checkpoint=file))
        with pytest.raises(CnnvizError, match=r"net.safetensors was not written: the disk is full; make room"):
            last(events).save(tmp_path / "net.safetensors")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    (sentence, *_) = (e.sentence for e in events if isinstance(e, Noted))
    assert sentence.startswith("run.checkpoint was not written: the disk is full;")
    assert sentence.endswith("The training goes on without.")
    assert file.read_bytes() == b"what was there before"
    assert [p.name for p in tmp_path.iterdir()] == ["run.checkpoint"]
    with pytest.raises(CnnvizError, match=r"There is no folder .*gone; make it"):
        last(events).save(tmp_path / "gone" / "net.safetensors")


@pytest.mark.parametrize("plan", [True, False])
@pytest.mark.parametrize("suffix", [".safetensors", ".pt"])
def test_what_is_written_opens_with_no_other_option(data: DataSet, tmp_path: Path, plan: bool, suffix: str):
    trained = last(train(data, NETWORK if plan else untrained("lenet5"), Settings(epochs=1, device="cpu")))
    file = tmp_path / f"net{suffix}"
    trained.save(file)
    if suffix == ".pt":  # plain torch reads it, without executing anything
        state = torch.load(file, weights_only=True)["state_dict"]
        assert all(
            torch.equal(state[name], value)
            for name, value in trained.module.state_dict().items()
            if "num_b" not in name
        )
    model = cnnviz.load_model(str(file), device="cpu")
    assert model.labels == ("row", "column")
    assert model.preprocessing == trained.preprocessing
    picture = Image.fromarray(data.test.content[0])  # type: ignore[union-attr, index]
    picture.save(tmp_path / "row.png")
    logits = cnnviz.trace(model, read(tmp_path / "row.png")).logits
    x = trained.tested.batch(torch.arange(1))[0]  # type: ignore[union-attr]
    with torch.no_grad():
        np.testing.assert_allclose(logits, trained.module(x)[0], atol=1e-5)
    assert (tmp_path / "net.json").read_text().startswith("{")
    assert trained.model().labels == ("row", "column")


def test_snapshots_lead_from_the_first_weights_to_the_last(data: DataSet):
    events = list(train(data, NETWORK, SETTINGS))
    trained = last(events)
    steps = [snapshot.step for snapshot in trained.snapshots]
    assert steps == [0, 1, 2, 4, 8, 12, 16, 24, 32, 36, 48]
    assert [e.kept[-1].step for e in events if isinstance(e, Snapped)] == steps
    ended = trained.model(trained.snapshots[-1])
    assert all(torch.equal(v, trained.module.state_dict()[k]) for k, v in ended.module.state_dict().items())
    begun = trained.model(trained.snapshots[0])
    assert begun.weights != ended.weights
    assert begun.caption == "bars · after 0 steps"
    assert not torch.equal(begun.module.conv1.weight, ended.module.conv1.weight)  # type: ignore[arg-type]


def test_too_many_snapshots_are_thinned():
    kept = Snapshots(limit=5 * 8)
    module = torch.nn.Linear(1, 1)  # two numbers of four bytes
    for step in range(9):
        kept.take(step, 1, module)
    steps = [snapshot.step for snapshot in kept.kept]
    assert steps[0] == 0
    assert steps[-1] == 8
    assert len(steps) <= 5


def test_folders_are_read_once_and_broken_files_are_left_out(folder: Path):
    (folder / "quiet" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n cut off")
    (folder / "quiet" / "words.txt").write_text("no picture")
    events = list(train(open_data(str(folder)), untrained("vgg-small"), Settings(epochs=2, batch=4, device="cpu")))
    sentences = [e.sentence for e in events if isinstance(e, Noted)]
    assert any("words.txt" in sentence for sentence in sentences)
    assert any(sentence.startswith("Left out: broken.png") for sentence in sentences)
    told = [e for e in events if isinstance(e, Progressed)]
    assert told == [Progressed("Reading pictures", 13, 13)]  # and what takes but a moment is not told
    assert last(events).data.balance == (6, 7)
    assert sum(next(e.balance for e in events if isinstance(e, Started))) == 10  # 12 good ones, 2 of them validate


def test_none_can_be_read(folder: Path):
    for file in folder.rglob("*.png"):
        file.write_bytes(b"no picture")
    with pytest.raises(DataError, match="None of the pictures can be read"):
        list(train(open_data(str(folder)), untrained("lenet5"), SETTINGS))


def test_pictures_of_another_size_are_made_to_fit(data: DataSet):
    events = train(data, untrained("vgg-small"), SETTINGS)
    sentence = next(e.sentence for e in events if isinstance(e, Noted))
    assert sentence == "The pictures (8 × 8 grey) are made 32 × 32 and given three channels for VGG-small."
    events.close()


def test_a_class_without_pictures_is_said(data: DataSet):
    three = dataclasses.replace(data, labels=("row", "column", "dot"))
    sentences = [e.sentence for e in train(three, NETWORK, SETTINGS) if isinstance(e, Noted)]
    assert sentences == ["There are no training pictures of “dot”: they will never be predicted."]


def test_two_pictures_and_one_class():
    x = np.zeros((4, 8, 8), np.uint8)
    for classes, sentence in (([0, 1], "There are 2 pictures, one of each class"), ([1, 1, 1], "of one class, “b”")):
        some = DataSet("few", ("a", "b"), Pictures(x[: len(classes)], np.array(classes)))
        with pytest.raises(DataError, match=sentence):
            list(train(some, NETWORK, SETTINGS))
    four = DataSet("few", ("a", "b"), Pictures(x, np.array([0, 1, 0, 1])))
    assert last(train(four, NETWORK, SETTINGS)).validation is not None


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"epochs": 0}, "The epochs must be"),
        ({"batch": 0}, "The batch must be"),
        ({"rate": math.nan}, "The learning rate must be"),
        ({"optimiser": "magic"}, "The optimiser must be sgd or adamw"),
        ({"validation": 1.0}, "The share for validation"),
        ({"patience": 2, "validation": 0.0}, "To stop early there must be pictures"),
        ({"unfreeze": -1}, "The number of layers to unfreeze"),
    ],
)
def test_settings_that_cannot_be_meant(wrong: dict[str, float], sentence: str):
    with pytest.raises(TrainingError, match=sentence):
        Settings(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("augment", ["flip", "turn", "photo"])
def test_pictures_are_varied_each_by_itself(data: DataSet, augment: str):
    some = data.limited(8)
    assert last(train(some, NETWORK, Settings(epochs=1, augment=augment, device="cpu"))).history
    with pytest.raises(TrainingError, match="cannot be varied by “magic”: there are none, shift"):
        list(train(data, NETWORK, Settings(augment="magic")))


def test_the_schedule_rises_and_falls():
    assert [round(shape_of("cycle", p), 4) for p in (0, 0.1, 0.2, 0.6, 1)] == [0.04, 0.52, 1.0, 0.5, 0.0]
    assert shape_of("constant", 0.7) == 1


def test_no_step_has_a_single_picture():
    assert [len(piece) for piece in batches_of(torch.arange(9), 4)] == [4, 5]
    assert [len(piece) for piece in batches_of(torch.arange(10), 4)] == [4, 4, 2]
    assert [len(piece) for piece in batches_of(torch.arange(1), 4)] == [1]


def test_more_pictures_than_memory_lie_in_a_file(folder: Path, monkeypatch: pytest.MonkeyPatch):
    settings = Settings(epochs=1, batch=4, device="cpu")
    in_memory = last(train(open_data(str(folder)), untrained("vgg-small"), settings))
    monkeypatch.setattr(inputs, "MEMORY", 0)
    in_a_file = last(train(open_data(str(folder)), untrained("vgg-small"), settings))
    assert same(in_memory, in_a_file)
    assert not [path for path in paths.cache().iterdir() if path.is_file()]
    with pytest.raises(DataError, match=r"The pictures need .* GB in .*, which is more than is free: take fewer"):
        inputs._room((1 << 30, 1 << 20))


def test_validation_pictures_of_its_own(data: DataSet):
    own = dataclasses.replace(data, validation=data.test, test=None)
    events = list(train(own, NETWORK, Settings(epochs=1, device="cpu")))
    assert next((e.pictures, e.validation) for e in events if isinstance(e, Started)) == (200, 40)
    assert last(events).caption.endswith("% of 40 validation pictures")
    without = last(train(dataclasses.replace(own), NETWORK, Settings(epochs=1, validation=0.0, device="cpu")))
    assert without.validation is None
    assert without.history[0].validation_loss is None


def test_many_broken_files_are_counted(folder: Path):
    for n in range(12):
        (folder / "quiet" / f"broken{n}.png").write_bytes(b"no picture")
    events = train(open_data(str(folder)), untrained("vgg-small"), Settings(epochs=1, device="cpu"))
    sentences = [e.sentence for e in events if isinstance(e, Noted)]
    assert sentences[-1] == "2 more pictures cannot be read and are left out."
