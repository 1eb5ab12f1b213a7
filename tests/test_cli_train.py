from __future__ import annotations

import json
import shutil
import signal
import threading
import warnings
from pathlib import Path

import numpy as np
import pytest

import cnnviz
from cnnviz import cli

PLAN = "plan: 1x8x8 conv4x3/p1 relu max2 flatten dense2"


@pytest.fixture
def bars(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Pictures of 8 x 8 with a bright row or a bright column, as an NPZ file; the current folder is theirs."""
    chance = np.random.default_rng(0)
    pixels, classes = chance.integers(0, 60, (80, 8, 8)).astype(np.uint8), np.arange(80) % 2
    for n, at in enumerate(chance.integers(0, 8, 80)):
        pixels[n][(at, slice(None)) if n % 2 == 0 else (slice(None), at)] = 220
    np.savez(tmp_path / "bars.npz", x_train=pixels, y_train=classes, x_test=pixels[:10], y_test=classes[:10])
    monkeypatch.chdir(tmp_path)
    return tmp_path / "bars.npz"


def train(*words: str) -> int:
    return cli.run(["train", "bars.npz", "--device", "cpu", *words])


def test_train_writes_a_file_that_opens(bars: Path, capsys: pytest.CaptureFixture[str]):
    assert train("--model", PLAN, "--out", "net.safetensors", "--epochs", "2") == 0
    out, err = capsys.readouterr()
    assert out.startswith("net.safetensors  bars · ")
    assert out.endswith("% of 10 test pictures\n")
    lines = err.splitlines()
    assert lines[0].startswith("72 pictures of 2 classes, 8 to validate with; 170 parameters; learning rate up to 0.04")
    assert [line.partition(":")[0] for line in lines[1:]] == ["epoch 1", "epoch 2"]
    assert cnnviz.load_model("net.safetensors").labels == ("0", "1")
    assert sorted(p.name for p in bars.parent.iterdir()) == ["bars.npz", "net.json", "net.safetensors"]


def test_the_result_is_named_after_network_and_data(bars: Path, capsys: pytest.CaptureFixture[str]):
    assert train("--model", "lenet5", "--epochs", "1", "--limit", "4", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["file"] == "lenet5-bars.safetensors"
    assert found["training"]["pictures"] == [4, 4]
    assert found["test"]["pictures"] == 10


def test_transfer_and_the_comparison(bars: Path, capsys: pytest.CaptureFixture[str]):
    assert train("--model", "vgg-cifar10", "--transfer", "--compare", "--epochs", "1", "--limit", "4") == 0
    err = capsys.readouterr().err
    assert "of which 258 learn" in err
    assert "% of 10 test pictures right with what it had learned before, " in err


def test_a_comparison_that_was_cut_off_goes_on(bars: Path, capsys: pytest.CaptureFixture[str]):
    def press() -> None:
        while not Path("net.nothing").exists():
            if ended.wait(0.005):
                return
        signal.raise_signal(signal.SIGINT)

    ended = threading.Event()
    thread = threading.Thread(target=press)
    thread.start()
    words = ("--model", "lenet5-mnist", "--transfer", "--compare", "--limit", "4", "--out", "net.safetensors")
    assert train(*words, "--batch-size", "2", "--epochs", "300") == 1
    ended.set()
    thread.join()
    assert "Stopped before the end: net.checkpoint goes on with --resume." in capsys.readouterr().err
    assert train(*words, "--batch-size", "2", "--epochs", "300", "--patience", "1", "--resume") == 0
    err = capsys.readouterr().err
    assert "% of 10 test pictures right with what it had learned before, " in err
    assert "epoch 1:" not in err  # of neither side
    assert sorted(p.name for p in bars.parent.iterdir()) == ["bars.npz", "net.json", "net.safetensors"]


def test_ctrl_c_before_the_first_epoch_ends_says_what_is_there(bars: Path, capsys: pytest.CaptureFixture[str]):
    def press() -> None:
        while not list(Path().glob("board/*")):
            if ended.wait(0.005):
                return
        signal.raise_signal(signal.SIGINT)

    ended = threading.Event()
    thread = threading.Thread(target=press)
    thread.start()
    assert train("--model", "vgg-small", "--batch-size", "2", "--out", "net.safetensors", "--tensorboard", "board") == 1
    ended.set()
    thread.join()
    assert "Stopped before the first epoch ended: it can only begin again." in capsys.readouterr().err


def test_ctrl_c_keeps_what_was_learned_and_resume_goes_on(bars: Path, capsys: pytest.CaptureFixture[str]):
    ended = threading.Event()

    def press() -> None:
        while not Path("net.checkpoint").exists():
            if ended.wait(0.005):
                return
        signal.raise_signal(signal.SIGINT)

    thread = threading.Thread(target=press)
    thread.start()
    before = signal.getsignal(signal.SIGINT)
    words = ("--model", PLAN, "--out", "net.safetensors", "--batch-size", "2")
    assert train(*words, "--epochs", "2000") == 1
    ended.set()
    thread.join()
    assert signal.getsignal(signal.SIGINT) is before
    assert "Stopped before the end: net.checkpoint goes on with --resume." in capsys.readouterr().err
    assert cnnviz.load_model("net.safetensors").labels == ("0", "1")
    done = len(json.loads(Path("net.json").read_text())["training"]["history"])
    assert train(*words, "--epochs", str(done + 1), "--resume") == 0
    assert not Path("net.checkpoint").exists()
    assert len(json.loads(Path("net.json").read_text())["training"]["history"]) == done + 1


def test_an_event_file_for_tensorboard(bars: Path):
    assert train("--model", PLAN, "--epochs", "2", "--tensorboard", "runs") == 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    found = EventAccumulator("runs").Reload()
    assert {"loss/training", "loss/validation", "accuracy/test", "learning rate", "gradient norm"} <= set(
        found.Tags()["scalars"]
    )
    assert [event.step for event in found.Scalars("loss/training")] == [2, 4]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--model", "lenet"], "There is no architecture lenet: did you mean lenet5"),
        (["--model", "plan: 1x8x8 conv4x9"], "conv1 looks at 9 × 9 cells"),
        (["--model", "net.safetensors"], "is trained already: add --transfer"),
        (["--model", PLAN, "--out", "gone/net.safetensors"], "There is no folder"),
        (["--model", PLAN, "--resume"], "There is no training to go on with"),
        (["--model", PLAN, "--compare"], "add --transfer"),
        (["--model", PLAN, "--unfreeze", "2"], "add --transfer"),
        (["--model", PLAN, "--arch", "lenet5"], "leave --arch out"),
        (["--model", PLAN, "--download"], "bars.npz cannot be downloaded: there are mnist"),
        (["--model", PLAN, "--augment", "magic"], "Pictures cannot be varied by “magic”"),
        (["--model", PLAN, "--lr", "1e30"], "is too high for this network"),
        (["--model", PLAN, "--data", "x"], "There is no data set bars.npz"),
    ],
)
def test_what_goes_wrong_is_one_line(bars: Path, words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]):
    assert train(*words) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert sentence in err.splitlines()[-1]
    assert err.splitlines()[-1].startswith("cnnviz: ")


def test_what_cannot_be_written_there_is_kept_elsewhere(bars: Path, capsys: pytest.CaptureFixture[str]):
    Path("net.safetensors").mkdir()
    assert train("--model", PLAN, "--epochs", "1", "--out", "net.safetensors") == 1
    line = capsys.readouterr().err.splitlines()[-1]
    assert "net.safetensors is a folder; choose another name. What was learned lies in " in line
    kept = Path(line.rpartition(" lies in ")[2].rstrip("."))
    assert cnnviz.load_model(str(kept)).labels == ("0", "1")
    shutil.rmtree(kept.parent)


def test_what_the_parser_rejects(bars: Path):
    for words in (["--epochs", "0"], ["--validation", "1"], ["--lr", "0"], ["--optimiser", "magic"]):
        assert train("--model", PLAN, *words) == 2


def test_an_earlier_result_stays(bars: Path):
    for _ in range(2):
        assert train("--model", PLAN, "--epochs", "1") == 0
    second, first = sorted(p.name for p in bars.parent.glob("*.safetensors"))
    assert second == first.removesuffix(".safetensors") + "-2.safetensors"
