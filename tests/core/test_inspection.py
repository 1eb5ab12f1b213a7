"""The networks of torchvision: parameters and multiply-adds, against torch's own counter and the published tables."""

from __future__ import annotations

import json

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from cnnviz.core.architectures import lenet5, vgg_small
from cnnviz.core.errors import CnnvizError, ModelError
from cnnviz.core.inspection import blank, inspect
from cnnviz.core.model import Model, Preprocessing


def test_lenet5() -> None:
    facts = inspect(lenet5(), (28, 28))
    assert json.loads(json.dumps(facts)) == facts
    assert facts["model"] == "Sequential"
    assert facts["parameters"] == 61_706
    # 5·5·1·6·28·28 + 5·5·6·16·10·10 + 400·120 + 120·84 + 84·10
    assert facts["macs"] == 117_600 + 240_000 + 48_000 + 10_080 + 840
    assert facts["records"][3] == {
        "index": 3,
        "path": "3",
        "call": 0,
        "op": "conv2d",
        "sources": [2],
        "input_shapes": [[6, 14, 14]],
        "output_shape": [16, 10, 10],
        "parameters": 2416,
        "macs": 240_000,
        "receptive_field": {"size": [14, 14], "stride": [2, 2], "offset": [-2, -2], "status": "exact"},
    }
    assert [record["op"] for record in facts["records"]].count("linear") == 3
    assert facts["records"][-1]["receptive_field"]["status"] == "whole image"


def test_a_model_knows_its_input() -> None:
    preprocessing = Preprocessing("RGB", (32, 32), (0.5,) * 3, (0.5,) * 3)
    model = Model("vgg-cifar10", "VGG", "", vgg_small().eval(), preprocessing, (), torch.device("cpu"), "random:0")
    facts = inspect(model)
    assert (facts["model"], facts["input_shape"]) == ("vgg-cifar10", [3, 32, 32])
    assert facts["parameters"] == sum(record["parameters"] for record in facts["records"])
    assert inspect(model, (48, 40))["input_shape"] == [3, 48, 40]


def test_a_bare_module_has_to_be_told() -> None:
    assert blank(nn.Sequential(nn.Conv2d(5, 1, 3)), (4, 6)).shape == (1, 5, 4, 6)
    with pytest.raises(ModelError, match="input_size"):
        inspect(lenet5())
    with pytest.raises(ModelError, match="channels"):
        inspect(nn.Linear(3, 3), (3, 3))
    with pytest.raises(CnnvizError, match="The network failed"):
        inspect(lenet5(), (3, 3))


NETWORKS = [
    "alexnet",
    "convnext_tiny",
    "densenet121",
    "efficientnet_b0",
    "inception_v3",
    "mobilenet_v2",
    "mobilenet_v3_large",
    "regnet_y_400mf",
    "resnet50",
    "shufflenet_v2_x1_0",
    "squeezenet1_1",
    "swin_t",
    "vgg16",
    "vit_b_32",
]
PUBLISHED = {  # from the papers and model pages: parameters, billions of multiply-adds at 224 × 224
    "alexnet": (61_100_840, 0.71),
    "resnet50": (25_557_032, 4.09),
    "vgg16": (138_357_544, 15.47),
    "densenet121": (7_978_856, 2.83),
    "mobilenet_v2": (3_504_872, 0.30),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_networks_of_torchvision(name: str) -> None:
    from torchvision.models import get_model, get_model_weights

    with torch.device("cpu" if name.startswith("regnet") else "meta"):  # RegNet computes with numbers as it is built
        small = {"init_weights": False, "aux_logits": False} if name == "inception_v3" else {}
        module = get_model(name, weights=None, **small)
    module = module.to_empty(device="cpu").eval()
    for tensor in (*module.parameters(), *module.buffers()):
        tensor.data.zero_()  # what is in fresh memory may be slow to compute with
    edge = 299 if name == "inception_v3" else 224
    facts = inspect(module, (edge, edge))
    records = facts["records"]
    assert facts["parameters"] == sum(record["parameters"] for record in records)
    fast = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)  # the counter does not see inside it
    try:
        with FlopCounterMode(display=False) as counter, torch.no_grad():
            module.to("meta")(torch.zeros(1, 3, edge, edge, device="meta"))
    finally:
        torch.backends.mha.set_fastpath_enabled(fast)
    assert 2 * facts["macs"] == counter.get_total_flops()
    meta = get_model_weights(name).DEFAULT.meta
    if not small:  # its published weights have another head
        assert facts["parameters"] == meta["num_params"]
    if name not in ("swin_t", "vit_b_32"):  # counted there without the products of attention
        assert facts["macs"] / 1e9 == pytest.approx(meta["_ops"], abs=1e-3)
    if name in PUBLISHED:
        assert facts["parameters"] == PUBLISHED[name][0]
        assert round(facts["macs"] / 1e9, 2) == PUBLISHED[name][1]
