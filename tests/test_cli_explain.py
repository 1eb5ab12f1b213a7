from __future__ import annotations

import json

import numpy as np
import pytest
import torch

import cnnviz
from cnnviz import cli, paths

SEVEN = str(paths.resources() / "samples" / "lenet5-mnist" / "seven.png")
LENET = ["--model", "lenet5-mnist", "--device", "cpu"]


def test_the_terms_are_those_of_a_sum_by_hand(capsys: pytest.CaptureFixture[str]):
    words = ["--layer", "3", "--channel", "4", "--at", "5,6", "--json"]
    assert cli.run(["explain", SEVEN, *LENET, *words]) == 0
    found = json.loads(capsys.readouterr().out)
    assert list(found) == ["op", "formula", "terms", "bias", "value", "captured", "difference"]
    model = cnnviz.load_model("lenet5-mnist", device="cpu")
    convolution = model.module[3]  # type: ignore[index]
    with torch.no_grad():
        maps = model.module[:3](cnnviz.trace(model, SEVEN).input)[0].double().numpy()  # type: ignore[index]
    kernels = convolution.weight.detach().double().numpy()[4]
    terms = (maps[:, 5:10, 6:11] * kernels).sum((1, 2))
    assert found["op"] == "conv2d"
    assert [term["channel"] for term in found["terms"]] == [0, 1, 2, 3, 4, 5]
    np.testing.assert_allclose([term["value"] for term in found["terms"]], terms, atol=1e-9)
    assert found["bias"] == pytest.approx(convolution.bias[4].item())
    assert found["value"] == pytest.approx(terms.sum() + found["bias"])
    assert found["difference"] == pytest.approx(found["value"] - found["captured"])
    assert abs(found["difference"]) < 1e-4


def test_a_unit_has_no_position_and_many_terms(capsys: pytest.CaptureFixture[str]):
    assert cli.run(["explain", SEVEN, *LENET, "--layer", "7", "--channel", "0"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split() == ["channel", "value"]
    assert "the largest 20 of 400" in lines[22]
    assert [line.split()[0] for line in lines[23:]] == ["bias", "value", "captured", "difference"]


def test_a_batch_norm_folded_into_its_convolution(capsys: pytest.CaptureFixture[str]):
    net = ["--model", "vgg-cifar10", "--device", "cpu", "--channel", "3", "--at", "4,5", "--json"]
    found = []
    for words in (["0", "--folded"], ["1", "--folded"], ["2"]):
        assert cli.run(["explain", SEVEN, *net, "--layer", *words]) == 0
        found.append(json.loads(capsys.readouterr().out))
    folded, same, unfolded = found
    assert folded == same
    assert folded["op"] == "conv2d + batch_norm + relu"
    assert folded["captured"] == unfolded["captured"]
    assert folded["value"] == pytest.approx(unfolded["value"], abs=1e-5)
    assert cli.run(["explain", SEVEN, *LENET, "--layer", "3", "--channel", "0", "--at", "0,0", "--folded"]) == 1
    assert "3 cannot be folded" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--layer", "33", "--channel", "0"], "33"),
        (["--layer", "3", "--channel", "16", "--at", "0,0"], "0 to 15"),
        (["--layer", "3", "--channel", "0"], "cannot be explained at no position"),
        (["--layer", "3", "--channel", "0", "--at", "10,0"], "0 to 9"),
    ],
)
def test_what_does_not_exist_is_one_sentence(words: list[str], said: str, capsys: pytest.CaptureFixture[str]):
    assert cli.run(["explain", SEVEN, *LENET, *words]) == 1
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert said in err


def test_a_channel_is_a_number(capsys: pytest.CaptureFixture[str]):
    assert cli.run(["explain", SEVEN, *LENET, "--layer", "3", "--channel", "-1"]) == 2
    assert cli.run(["explain", SEVEN, *LENET, "--layer", "3", "--channel", "1", "--at", "a,b"]) == 2
    assert "not a number from 0" in capsys.readouterr().err
