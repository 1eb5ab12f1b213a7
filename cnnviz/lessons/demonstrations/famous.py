"""The famous networks: what was new in each, how large they are, and how accurate for what they cost."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

import numpy as np

from cnnviz.core.decode import Picture
from cnnviz.core.gallery import Entry, entries
from cnnviz.figure import Bars, Chart, Figure, Series
from cnnviz.lessons.base import Demonstrated, demonstration
from cnnviz.lessons.demonstrations.costs import layers
from cnnviz.lessons.parts import bars
from cnnviz.views.options import option

FAMOUS = {
    "lenet5-mnist": ("LeNet-5", 1998, "convolution, pooling and dense layers in this order, learned from examples"),
    "alexnet": ("AlexNet", 2012, "the same, much larger: ReLU, dropout, two GPUs, a million photographs"),
    "vgg16": ("VGG-16", 2014, "nothing but 3 × 3 kernels, two or three in a row, and depth"),
    "vgg19": ("VGG-19", 2014, "the same with three more convolutions"),
    "googlenet": (
        "GoogLeNet",
        2014,
        "blocks with kernels of several sizes side by side, 1 × 1 to save, no large dense layers",
    ),
    "resnet18": ("ResNet-18", 2015, "a layer adds to what comes in, so that hundreds can be trained"),
    "resnet34": ("ResNet-34", 2015, "the same, deeper"),
    "resnet50": ("ResNet-50", 2015, "three convolutions a block: 1 × 1, 3 × 3, 1 × 1"),
    "resnet101": ("ResNet-101", 2015, "the same, deeper"),
    "resnet152": ("ResNet-152", 2015, "152 layers with weights on the longest way"),
}
"""Name: title, year, what was new."""

_LATER = {"mobilenet_v2": "MobileNetV2", "efficientnet_b0": "EfficientNet-B0", "convnext_tiny": "ConvNeXt-T"}
_AXES = {"multiply-adds": "thousand million multiply-adds a picture", "parameters": "parameters, in millions"}


@dataclass(frozen=True)
class FamousOptions:
    """Which network, and what complexity is."""

    network: str = field(
        default="alexnet", metadata=option("Network", choices=tuple(FAMOUS), help="The one that is marked.")
    )
    complexity: str = field(
        default="multiply-adds", metadata=option("Complexity", choices=tuple(_AXES), help="What lies along the chart.")
    )


@demonstration("famous", title="The famous networks", options=FamousOptions)
def famous(picture: Picture, options: FamousOptions) -> Demonstrated:
    """Accuracy against complexity, and the parameters of all of them."""
    title, year, new = FAMOUS[options.network]
    own = layers(options.network)
    parameters, macs = sum(layer.parameters for layer in own), sum(layer.macs for layer in own)
    measured = _measured()
    numbers = {
        "parameters": float(parameters),
        "year": float(year),
        "macs": macs / 1e9,
        "top1": measured[options.network].top1 if options.network in measured else 0.0,
        "layers": float(sum(layer.family in ("conv", "dense") for layer in own)),
        **{f"top1_{name}": entry.top1 for name, entry in measured.items()},
    }
    accurate = f" · {numbers['top1']:.1f} % top-1 on ImageNet" if numbers["top1"] else " · digits, not ImageNet"
    about = f"{title} ({year}) · {parameters:,} parameters{accurate} · {new}"
    panels = (_chart(measured, options), _sizes(options.network))
    return Demonstrated(Figure("famous", "The famous networks", about, panels), numbers)


@cache
def _measured() -> dict[str, Entry]:
    """The networks of torchvision with the weights of the papers' kind, as it measured them."""
    wanted = {*FAMOUS, *_LATER}
    return {e.architecture: e for e in entries() if e.architecture in wanted and e.weights == "IMAGENET1K_V1"}


def _chart(measured: dict[str, Entry], options: FamousOptions) -> Chart:
    by_macs = options.complexity == "multiply-adds"
    groups = {
        "of the lecture": [n for n in FAMOUS if n in measured and n != options.network],
        "later ones": list(_LATER),
    }
    if options.network in measured:
        groups = {FAMOUS[options.network][0]: [options.network], **groups}
    series = []
    for words, names in groups.items():
        found = [measured[name] for name in names]
        series.append(
            Series(
                words,
                np.array([e.gflops if by_macs else e.parameters / 1e6 for e in found]),
                np.array([e.top1 for e in found]),
                tuple(FAMOUS[n][0] if n in FAMOUS else _LATER[n] for n in names),
                np.array([float(e.parameters) for e in found]),
            )
        )
    return Chart(
        tuple(series),
        _AXES[options.complexity],
        "top-1 accuracy on ImageNet, in %",
        logarithmic=True,
        title="Accuracy against complexity",
        remark="area: parameters · as torchvision measured them",
    )


def _sizes(chosen: str) -> Bars:
    counts = {name: sum(layer.parameters for layer in layers(name)) for name in FAMOUS}
    return bars(
        [("› " if name == chosen else "") + FAMOUS[name][0] for name in FAMOUS],
        list(counts.values()),
        [(str(FAMOUS[name][1]), f"{count:,}") for name, count in counts.items()],
        ("year", "parameters"),
        "Their parameters",
        "network",
    )
