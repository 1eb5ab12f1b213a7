from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from cnnviz import cli, paths
from cnnviz.core.architectures import lenet5

SAMPLES = paths.resources() / "samples" / "lenet5-mnist"
SEVEN = str(SAMPLES / "seven.png")
LENET = ["--model", "lenet5-mnist", "--device", "cpu"]


def test_the_keys_are_those_that_others_rely_on(capsys: pytest.CaptureFixture[str]):
    assert cli.run(["predict", SEVEN, *LENET, "--top", "3", "--json"]) == 0
    (answer,) = json.loads(capsys.readouterr().out)
    assert list(answer) == ["image", "model", "device", "forward_ms", "top"]
    assert (answer["image"], answer["model"], answer["device"]) == (SEVEN, "lenet5-mnist", "cpu")
    assert answer["forward_ms"] > 0
    assert [list(entry) for entry in answer["top"]] == [["rank", "index", "label", "logit", "probability"]] * 3
    assert [entry["rank"] for entry in answer["top"]] == [1, 2, 3]
    assert answer["top"][0]["label"] == "7"


def test_numbers_are_those_of_an_independent_calculation(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    pixels = np.random.default_rng(0).integers(0, 256, (28, 28), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "noise.png")
    torch.manual_seed(3)
    module = lenet5().eval()
    torch.save(module.state_dict(), tmp_path / "net.pt")
    words = [
        "--model",
        str(tmp_path / "net.pt"),
        "--arch",
        "lenet5",
        "--mean",
        "0.25",
        "--std",
        "0.5",
        "--device",
        "cpu",
    ]
    assert cli.run(["predict", str(tmp_path / "noise.png"), *words, "--top", "10", "--json"]) == 0
    (answer,) = json.loads(capsys.readouterr().out)
    with torch.no_grad():
        logits = module(torch.from_numpy((pixels / np.float32(255) - 0.25) / 0.5).float()[None, None])[0].numpy()
    chances = np.exp(logits - logits.max()) / np.exp(logits - logits.max()).sum()
    order = np.argsort(-logits)
    assert [entry["index"] for entry in answer["top"]] == order.tolist()
    np.testing.assert_allclose([entry["logit"] for entry in answer["top"]], logits[order], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose([entry["probability"] for entry in answer["top"]], chances[order], rtol=1e-5)


def test_more_classes_than_there_are(capsys: pytest.CaptureFixture[str]):
    assert cli.run(["predict", SEVEN, *LENET, "--top", "99", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)[0]["top"]) == 10


def test_one_bad_picture_among_good_ones(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    text = tmp_path / "text.png"
    text.write_text("no picture")
    missing = tmp_path / "missing.png"
    eight = str(SAMPLES / "eight.png")
    assert cli.run(["predict", SEVEN, str(text), str(missing), eight, *LENET, "--json"]) == 1
    out, err = capsys.readouterr()
    assert [answer["top"][0]["label"] for answer in json.loads(out)] == ["7", "8"]
    lines = err.splitlines()
    assert len(lines) == 2
    assert "missing.png" in err
    assert "text.png" in err
    assert all(line.startswith("cnnviz: ") and line.endswith(".") for line in lines)


def test_folders_are_opened_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    for name in ("2/a.png", "10/süß.png"):
        (tmp_path / name).parent.mkdir()
        shutil.copy(SEVEN, tmp_path / name)
    (tmp_path / "notes.txt").write_text("left out, and no failure")
    assert cli.run(["predict", str(tmp_path), *LENET, "--json"]) == 0
    out, err = capsys.readouterr()
    assert [answer["image"] for answer in json.loads(out)] == [str(tmp_path / "2/a.png"), str(tmp_path / "10/süß.png")]
    assert err.count("\n") == 1


def test_an_empty_folder_is_a_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert cli.run(["predict", str(tmp_path), *LENET, "--json"]) == 1
    out, err = capsys.readouterr()
    assert json.loads(out) == []
    assert err.count("\n") == 1


def test_for_people(capsys: pytest.CaptureFixture[str]):
    assert cli.run(["predict", SEVEN, *LENET, "--top", "2"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"{SEVEN}  (LeNet-5 on CPU, ")
    assert lines[1].split() == ["class", "probability", "logit"]
    assert lines[2].split()[:5] == ["1", "7", ">", "99.9", "%"]
    assert len(lines) == 5


def test_what_is_guessed_is_said(capsys: pytest.CaptureFixture[str]):
    assert cli.run(["predict", SEVEN, "--model", "squeezenet1_1:random", "--device", "cpu", "--json"]) == 0
    assert "random" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--model", "lenet6"], "There is no model lenet6"),
        (["--model", "lenet5-mnist", "--arch", "lenet5"], "--arch"),
        (["--model", "lenet5-mnist", "--labels", "nowhere.txt"], "nowhere.txt"),
        (["--model", "lenet5-mnist", "--mean", "0.1,0.2"], "mean"),
        (["--model", "lenet5-mnist", "--input-size", "32x32"], "failed in 7"),  # the first dense layer
        (["--model", "nowhere.pt", "--arch", "lenet5"], "nowhere.pt"),
        (["--model", "lenet5-mnist", "--device", "cuda:99"], "There is no device"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(words: list[str], said: str, capsys: pytest.CaptureFixture[str]):
    assert cli.run(["predict", SEVEN, *words]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err.splitlines()[-1]
    assert "Traceback" not in err


def test_a_network_without_class_scores(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    factory = tmp_path / "maps.py"
    factory.write_text("from torch import nn\ndef net():\n    return nn.Sequential(nn.Conv2d(3, 4, 3))\n")
    words = ["--model", f"{factory}:net", "--trust", "--input-size", "8x8", "--device", "cpu"]
    assert cli.run(["predict", SEVEN, *words, "--json"]) == 1
    out, err = capsys.readouterr()
    assert json.loads(out) == []
    assert "no class scores" in err.splitlines()[-1]


@pytest.mark.slow
def test_digits_are_recognised(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    mnist = np.load(data / "mnist.npz")
    for index, (pixels, label) in enumerate(zip(mnist["x_test"][:300], mnist["y_test"][:300], strict=True)):
        folder = tmp_path / str(label)
        folder.mkdir(exist_ok=True)
        Image.fromarray(pixels).save(folder / f"{index}.png")
    assert cli.run(["predict", str(tmp_path), *LENET, "--top", "1", "--json"]) == 0
    answers = json.loads(capsys.readouterr().out)
    right = sum(Path(answer["image"]).parent.name == answer["top"][0]["label"] for answer in answers)
    assert len(answers) == 300
    assert right >= 297


def test_scores_that_are_no_numbers_are_no_prediction(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    module = lenet5().eval()
    with torch.no_grad():
        module[3].bias[:] = torch.nan
    torch.save(module.state_dict(), tmp_path / "net.pt")
    assert cli.run(["predict", SEVEN, "--model", str(tmp_path / "net.pt"), "--arch", "lenet5", "--device", "cpu"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "The first values that are no numbers are in 3 · Conv 5×5 (3): NaN." in said.err
