"""How many numbers a dense layer and a convolution have to learn, for any picture."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from cnnviz.core.decode import Picture
from cnnviz.figure import Chart, Figure, Series
from cnnviz.lessons.base import Demonstrated, demonstration
from cnnviz.lessons.parts import bars
from cnnviz.views.options import option

_EDGES = np.arange(8, 513, 8, dtype=float)


@dataclass(frozen=True)
class ParameterOptions:
    """The picture, two dense layers, a filter size."""

    height: int = field(default=224, metadata=option("Height", low=1, high=4096, help="Of the picture, in pixels."))
    width: int = field(default=224, metadata=option("Width", low=1, high=4096, help="Of the picture, in pixels."))
    channels: int = field(default=3, metadata=option("Channels", low=1, high=4096, help="3 of a colour picture."))
    units: int = field(
        default=128,
        metadata=option("Units", low=1, high=65536, help="Of the first dense layer; filters of the convolution."),
    )
    second: int = field(
        default=128, metadata=option("Next", low=1, high=65536, help="Units (filters) of the next layer.")
    )
    kernel: int = field(default=3, metadata=option("Kernel", low=1, high=15, help="Rows and columns of a kernel."))


@demonstration("parameters", title="Dense or convolutional", options=ParameterOptions)
def parameters(picture: Picture, options: ParameterOptions) -> Demonstrated:
    """Weights and biases of two layers of either kind, and how they grow with the picture."""
    o = options
    inputs, window = o.height * o.width * o.channels, o.kernel * o.kernel * o.channels
    following = o.kernel * o.kernel * o.units
    rows = [
        ("dense 1", inputs * o.units, o.units, f"{inputs:,} · {o.units:,}"),
        ("dense 2", o.units * o.second, o.second, f"{o.units:,} · {o.second:,}"),
        ("conv 1", window * o.units, o.units, f"{o.kernel}·{o.kernel}·{o.channels:,} · {o.units:,}"),
        ("conv 2", following * o.second, o.second, f"{o.kernel}·{o.kernel}·{o.units:,} · {o.second:,}"),
    ]
    panel = bars(
        [name for name, *_ in rows],
        [weights for _, weights, _, _ in rows],
        [(formula, f"{weights:,}", f"{biases:,}") for _, weights, biases, formula in rows],
        ("inputs · outputs", "weights", "biases"),
        "What there is to learn",
        "layer",
    )
    chart = Chart(
        (
            Series("dense layer", _EDGES, _EDGES**2 * o.channels * o.units / 1e6),
            Series("convolution", _EDGES, np.full(len(_EDGES), window * o.units / 1e6)),
        ),
        "edge of a square picture in pixels",
        "weights, in millions",
        title="As the picture grows",
        remark="the convolution’s line is on zero: its filters do not grow",
    )
    about = f"{o.height:,} · {o.width:,} · {o.channels:,} = {inputs:,} inputs"
    numbers = {
        "inputs": inputs,
        "dense": inputs * o.units,
        "dense_biases": o.units,
        "next": o.units * o.second,
        "convolution": window * o.units,
        "convolution_next": following * o.second,
        "megabytes": inputs * o.units * 4 / 1e6,
        "ratio": inputs / window,
    }
    figure = Figure("parameters", "Dense or convolutional", about, (panel, chart))
    return Demonstrated(figure, {name: float(value) for name, value in numbers.items()})
