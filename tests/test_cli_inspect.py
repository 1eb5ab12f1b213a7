from __future__ import annotations

import json
from pathlib import Path

import pytest

from cnnviz import cli

LENET = ["--model", "lenet5-mnist", "--device", "cpu"]


def test_the_keys_are_those_that_others_rely_on(capsys: pytest.CaptureFixture[str]):
    assert cli.run(["inspect", *LENET, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {"model", "parameters", "macs", "records"} <= set(found)
    for record in found["records"]:
        assert list(record) == [
            *("index", "path", "call", "op", "sources", "input_shapes", "output_shape", "parameters", "macs"),
            "receptive_field",
        ]
        assert list(record["receptive_field"]) == ["size", "stride", "offset", "status"]


def test_the_numbers_of_lenet(capsys: pytest.CaptureFixture[str]):
    cli.run(["inspect", *LENET, "--json"])
    found = json.loads(capsys.readouterr().out)
    assert (found["model"], found["parameters"]) == ("lenet5-mnist", 61_706)
    # By hand: outputs x kernel x input channels of the convolutions, inputs x outputs of the dense layers.
    macs = [28 * 28 * 6 * 25, 10 * 10 * 16 * 25 * 6, 400 * 120, 120 * 84, 84 * 10]
    assert found["macs"] == sum(macs)
    assert [r["macs"] for r in found["records"] if r["parameters"]] == macs
    second = found["records"][3]
    assert (second["path"], second["op"], second["sources"]) == ("3", "conv2d", [2])
    assert (second["input_shapes"], second["output_shape"]) == ([[6, 14, 14]], [16, 10, 10])
    assert second["receptive_field"]["size"] == [14, 14]
    assert found["records"][0]["input_shapes"] == [[1, 28, 28]]
    assert found["records"][-1]["output_shape"] == [10]


def test_for_people(capsys: pytest.CaptureFixture[str]):
    assert cli.run(["inspect", *LENET]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("LeNet-5 · MNIST")
    assert lines[5].split()[:5] == ["3", "3", "conv2d", "6×14×14", "16×10×10"]
    assert lines[-1] == "61,706 parameters, 416,520 multiply-adds"


def test_another_input_size(capsys: pytest.CaptureFixture[str]):
    words = ["--model", "squeezenet1_1:random", "--device", "cpu", "--input-size", "64x96", "--json"]
    assert cli.run(["inspect", *words]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["records"][0]["input_shapes"] == [[3, 64, 96]]
    assert found["parameters"] == 1_235_496  # as torchvision's documentation says


def test_a_size_that_does_not_fit_is_one_sentence(capsys: pytest.CaptureFixture[str]):
    assert cli.run(["inspect", *LENET, "--input-size", "32x32"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "linear" in err.splitlines()[-1]


def test_a_receptive_field_that_is_not_known_is_said_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    factory = tmp_path / "odd.py"
    factory.write_text(
        "import torch\nfrom torch import nn\n"
        "class Odd(nn.Module):\n"
        "    def forward(self, x):\n"
        "        return torch.fft.fft2(x).abs().flatten(1)\n"
    )
    words = ["--model", f"{factory}:Odd", "--trust", "--input-size", "8x8", "--device", "cpu"]
    assert cli.run(["inspect", *words]) == 0
    assert "unknown" in capsys.readouterr().out


def test_models_are_listed(capsys: pytest.CaptureFixture[str]):
    assert cli.run(["models", "--json"]) == 0
    offers = {offer["name"]: offer for offer in json.loads(capsys.readouterr().out)}
    assert {"lenet5-mnist", "resnet50"} <= set(offers)
    assert offers["lenet5-mnist"]["ready"] is True
    assert cli.run(["models"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["name", "source", "ready"]
    assert len(lines) == 1 + len(offers)


SEVEN = str(Path(__file__).parent.parent / "resources/samples/lenet5-mnist/seven.png")


def test_times_and_memory_on_request(capsys: pytest.CaptureFixture[str]):
    assert cli.run(["inspect", *LENET, "--time", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["seconds"] == pytest.approx(sum(record["seconds"] for record in found["records"]))
    assert found["seconds_bare"] > 0
    assert [record["nbytes"] for record in found["records"]][:3] == [4 * 6 * 28 * 28, 4 * 6 * 28 * 28, 4 * 6 * 14 * 14]
    assert cli.run(["inspect", *LENET, "--time"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split()[-2:] == ["time", "memory"]
    assert lines[2].endswith("18.4 KiB")
    assert lines[-1].startswith("The records take ")


def test_the_health_of_a_pass(capsys: pytest.CaptureFixture[str]):
    assert cli.run(["inspect", *LENET, "--health", SEVEN]) == 0
    assert "This pass is in good health." in capsys.readouterr().out
    assert cli.run(["inspect", "--model", "resnet18:random", "--device", "cpu", "--health", SEVEN, "--json"]) == 0
    health = json.loads(capsys.readouterr().out)["health"]
    assert health["birthplaces"] == []
    assert {finding["kind"] for finding in health["findings"]} == {"dead"}
    assert all(finding["channels"] for finding in health["findings"])
    assert cli.run(["inspect", *LENET, "--health", "missing.png"]) == 1
