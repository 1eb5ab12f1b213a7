"""Where a network spends its memory, and where its parameters are."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

import torch

from cnnviz.core import ops
from cnnviz.core.decode import Picture
from cnnviz.core.sources import find_architecture
from cnnviz.core.trace import trace
from cnnviz.figure import Bars, Figure, percent
from cnnviz.lessons.base import Demonstrated, demonstration
from cnnviz.lessons.parts import bars
from cnnviz.views.base import times
from cnnviz.views.options import option

NETWORKS = (
    "lenet5-mnist",
    "mlp-mnist",
    "vgg-cifar10",
    "alexnet",
    "vgg16",
    "vgg19",
    "googlenet",
    "resnet18",
    "resnet34",
    "resnet50",
    "resnet101",
    "resnet152",
)
"""Networks by name; only their shapes are needed, so that none has to be downloaded."""

_FAMILIES = ("conv", "pool", "flatten", "dense")


@dataclass(frozen=True, slots=True)
class Layer:
    """One operation: what it is, the shape that it gives, and what it learns.

    Attributes
    ----------
    shape
        (C, H, W) or (K,).
    values
        How many numbers it hands on.
    """

    name: str
    family: str
    shape: tuple[int, ...]
    values: int
    parameters: int
    macs: int


@dataclass(frozen=True)
class CostOptions:
    """Of which network."""

    network: str = field(default="vgg16", metadata=option("Network", choices=NETWORKS, help="Opened without weights."))


@demonstration("costs", title="Memory and parameters by layer", options=CostOptions)
def costs(picture: Picture, options: CostOptions) -> Demonstrated:
    """Two lists of bars in the order in which the layers run: numbers handed on, and parameters."""
    every = layers(options.network)
    shown = [layer for layer in every if layer.family in _FAMILIES]
    parameters, values = sum(layer.parameters for layer in every), sum(layer.values for layer in every)
    dense = [layer for layer in every if layer.family == "dense"]
    convolutions = [layer for layer in every if layer.family == "conv"]
    flat = next((layer for layer in shown if layer.family == "flatten"), None)
    in_dense = sum(layer.parameters for layer in dense)
    numbers = {
        "parameters": parameters,
        "dense": in_dense,
        "dense_share": 100 * in_dense / parameters,
        "first_dense": dense[0].parameters if dense else 0,
        "first_dense_share": 100 * dense[0].parameters / parameters if dense else 0,
        "flattened": flat.values if flat else 0,
        "memory": values * 4 / 1e6,
        "weights": parameters * 4 / 1e6,
        "macs": sum(layer.macs for layer in every) / 1e9,
        "convolution_macs_share": 100 * sum(layer.macs for layer in convolutions) / sum(layer.macs for layer in every),
    }
    about = (
        f"{parameters:,} parameters ({numbers['weights']:,.1f} MB), {percent(in_dense / parameters)} of them dense · "
        f"all outputs of one picture: {numbers['memory']:,.1f} MB"
    )
    figure = Figure("costs", f"{options.network}: memory and parameters", about, (_memory(shown), _parameters(shown)))
    return Demonstrated(figure, {name: float(value) for name, value in numbers.items()})


def _memory(shown: list[Layer]) -> Bars:
    texts = [(times(*layer.shape), _size(4 * layer.values)) for layer in shown]
    return bars(
        [layer.name for layer in shown],
        [layer.values for layer in shown],
        texts,
        ("output", "memory"),
        "What each layer hands on, four bytes a number",
        "layer",
    )


def _size(nbytes: int) -> str:
    if nbytes < 1e3:
        return f"{nbytes} B"
    return f"{nbytes / 1e6:,.1f} MB" if nbytes >= 1e6 else f"{nbytes / 1e3:,.1f} kB"


def _parameters(shown: list[Layer]) -> Bars:
    total = sum(layer.parameters for layer in shown) or 1
    shown = [layer for layer in shown if layer.parameters]
    return bars(
        [layer.name for layer in shown],
        [layer.parameters for layer in shown],
        [(f"{layer.parameters:,}", percent(layer.parameters / total)) for layer in shown],
        ("parameters", "share"),
        "What each layer has learned; poolings learn nothing",
        "layer",
    )


@cache
def layers(name: str) -> tuple[Layer, ...]:
    """Every operation of a network, from a pass in which shapes are computed and no numbers."""
    architecture = find_architecture(name)
    with torch.device("meta"):
        module = architecture.build(None).eval()
        run = trace(module, torch.zeros(1, architecture.preprocessing.channels, *architecture.preprocessing.size))
    found = []
    for record in run.records:
        about = ops.head(run, record)
        shape = tuple(record.output_shape)
        count = 1
        for size in shape:
            count *= size
        words = record.op if record.op == "flatten" else about.short
        found.append(
            Layer(
                record.key if record.key == words else f"{record.key}  {words}",
                record.op if record.op == "flatten" else about.family,
                shape,
                count,
                about.parameters,
                about.macs,
            )
        )
    return tuple(found)
