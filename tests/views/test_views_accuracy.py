"""The upright line of the chart of accuracies: where a network stands that torchvision did not publish."""

from __future__ import annotations

import pytest
import torch
import torchvision

import cnnviz
from cnnviz import paths
from cnnviz.figure import Chart


def chart(trace: cnnviz.Trace, **options: str) -> Chart:
    (panel,) = cnnviz.view(trace, None, "accuracy", **options).panels
    assert isinstance(panel, Chart)
    return panel


@pytest.fixture(scope="module")
def squeezed(tmp_path_factory: pytest.TempPathFactory) -> cnnviz.Trace:
    file = tmp_path_factory.mktemp("weights") / "squeezed.pt"
    torch.save(torchvision.models.squeezenet1_1().state_dict(), file)
    model = cnnviz.load_model(str(file))
    return cnnviz.trace(model, paths.resources() / "samples" / "vgg-cifar10" / "cat.png")


def test_a_network_from_a_file_stands_where_its_operations_put_it(squeezed: cnnviz.Trace) -> None:
    published = torchvision.models.SqueezeNet1_1_Weights.IMAGENET1K_V1.meta
    panel = chart(squeezed)
    assert panel.at == pytest.approx(published["_ops"], rel=0.02)
    assert "The upright line: SqueezeNet1.1, counted here." in panel.remark
    assert chart(squeezed, along="parameters").at == pytest.approx(published["num_params"] / 1e6)


def test_one_far_from_all_others_has_no_line() -> None:
    model = cnnviz.load_model("lenet5-mnist")
    trace = cnnviz.trace(model, paths.resources() / "samples" / "lenet5-mnist" / "seven.png")
    panel = chart(trace)
    assert panel.at is None
    assert "line" not in panel.remark
