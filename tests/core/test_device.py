"""The device that a network runs on."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from cnnviz.core import device
from cnnviz.core.errors import CnnvizError
from cnnviz.core.trace import trace


def test_the_cpu_is_always_there() -> None:
    assert device.choose("cpu") == torch.device("cpu")
    assert device.describe(torch.device("cpu")) == "CPU"
    device.synchronize(torch.device("cpu"))


def test_auto_is_the_best() -> None:
    best = device.best()
    assert device.choose() == device.choose("auto") == best
    assert (best.type == "cuda") == torch.cuda.is_available()
    assert device.describe(best)


@pytest.mark.parametrize("name", ["tpu", "cuda:99", "gpu 1", ""])
def test_a_device_that_is_not_there(name: str) -> None:
    with pytest.raises(CnnvizError, match="choose one of auto, cpu") as caught:
        device.choose(name)
    assert name in str(caught.value)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
def test_a_gpu_where_there_is_none() -> None:
    with pytest.raises(CnnvizError, match="no device “cuda” here"):
        device.choose("cuda")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_outputs_stay_on_the_gpu() -> None:
    gpu = device.choose("cuda")
    network = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(inplace=True), nn.Flatten()).eval().to(gpu)
    x = torch.rand(1, 1, 8, 8)
    traced = trace(network, x)
    assert traced.device == gpu
    assert all(record.output.device == gpu for record in traced.records)
    with torch.no_grad():
        assert torch.equal(traced.logits, network(x.to(gpu))[0])
    assert traced["0"].numpy().shape == (2, 6, 6)
    assert "NVIDIA" in device.describe(gpu) or device.describe(gpu)
