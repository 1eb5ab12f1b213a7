"""The same picture, moved, through a convolutional network and through a multilayer perceptron."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray

from cnnviz.core.cancel import go_on
from cnnviz.core.decode import Picture
from cnnviz.core.trace import Trace, trace
from cnnviz.figure import Bars, Figure, ImageGrid, percent
from cnnviz.lessons.base import Demonstrated, demonstration
from cnnviz.lessons.parts import Pixels, bars, maps, moved, network, photos, sized
from cnnviz.views.options import option

CNN, MLP = "lenet5-mnist", "mlp-mnist"

_STAGES = (("convolution 1", "1"), ("pooling 1", "2"), ("convolution 2", "4"), ("pooling 2", "5"))
"""Stages of LeNet-5: what they are called, and their record (of convolutions the ReLU behind them)."""


@dataclass(frozen=True)
class ShiftOptions:
    """How far, and which map."""

    across: int = field(default=4, metadata=option("To the right", low=-8, high=8, help="In pixels; black comes in."))
    down: int = field(default=0, metadata=option("Down", low=-8, high=8, help="In pixels; black comes in."))
    map: int = field(
        default=0, metadata=option("Map", low=0, high=5, help="Which map of the first convolution is shown.")
    )


@demonstration("shift", title="A shifted picture", options=ShiftOptions)
def shift(picture: Picture, options: ShiftOptions) -> Demonstrated:
    """Picture, map and hidden units before and after the shift, and how much each stage changes."""
    pixels = sized(picture.pixels, 28, 28, "L")
    after = moved(pixels, options.across, options.down)
    cnn, mlp = ([_traced(name, one) for one in (pixels, after)] for name in (CNN, MLP))
    panels = (
        photos([pixels, after], ["as it is", "moved"], "The picture"),
        _grid(
            [run["1"].numpy()[options.map] for run in cnn],
            options,
            f"Map {options.map} moves along",
        ),
        _grid([run["2"].numpy().reshape(7, 11) for run in mlp], None, "MLP: other units answer"),
        (changes := _changes(pixels, after, cnn, mlp, options)),
    )
    names = [[_answer(run) for run in runs] for runs in (cnn, mlp)]
    about = f"CNN: {names[0][0]} → {names[0][1]} · MLP: {names[1][0]} → {names[1][1]}"
    numbers = dict(zip(_KEYS, (float(v) for v in changes.values), strict=True))
    maps_before, maps_after = (run["1"].numpy() for run in cnn)
    numbers["back"] = 100 * _apart(maps_before, _back(maps_after, options.across, options.down), options)
    numbers["cnn"], numbers["mlp"] = (float(runs[1].top(1)[0].index) for runs in (cnn, mlp))
    numbers["cnn_sure"], numbers["mlp_sure"] = (100 * runs[1].top(1)[0].probability for runs in (cnn, mlp))
    return Demonstrated(Figure("shift", "The same picture, moved", about, panels), numbers)


_KEYS = ("picture", "conv1", "pool1", "conv2", "pool2", "whole", "hidden")


def _traced(name: str, pixels: Pixels) -> Trace:
    go_on()
    model = network(name)
    mean, std = model.preprocessing.mean[0], model.preprocessing.std[0]
    x = (torch.from_numpy(pixels.astype(np.float32))[None, None] / 255 - mean) / std
    return trace(model, x)


def _answer(run: Trace) -> str:
    best = run.top(1)[0]
    return f"“{best.label}” {percent(best.probability)}"


def _grid(pair: list[NDArray[np.float32]], options: ShiftOptions | None, title: str) -> ImageGrid:
    """Before and after; of maps also what is left when the second is moved back."""
    captions = ["as it is", "moved"]
    shown = list(pair)
    if options is not None:
        shown.append(np.abs(_back(pair[1], options.across, options.down) - pair[0]))
        captions.append("difference")
    return maps(np.stack(shown), captions, title)


def _back(values: NDArray[np.float32], across: int, down: int) -> NDArray[np.float32]:
    return np.asarray(moved(values, -across, -down))


def _apart(a: NDArray[np.float32], b: NDArray[np.float32], options: ShiftOptions | None = None) -> float:
    """Σ|a − b| / (Σ|a| + Σ|b|): 0 for the same, 1 for nothing in common. Two pixels at the border are left out.

    There the padding is seen, and what was moved out of the picture is missing. Bray and Curtis, 1957.
    """
    if options is not None:
        y, x = 2 + abs(options.down), 2 + abs(options.across)
        a, b = (v[..., y : v.shape[-2] - y, x : v.shape[-1] - x] for v in (a, b))
    whole = float(np.abs(a).sum(dtype=np.float64) + np.abs(b).sum(dtype=np.float64))
    return float(np.abs(a.astype(np.float64) - b).sum()) / whole if whole else 0.0


def _changes(pixels: Pixels, after: Pixels, cnn: list[Trace], mlp: list[Trace], options: ShiftOptions) -> Bars:
    """How much each stage changes when nothing is moved back."""
    found = [("the picture", _apart(pixels.astype(np.float32), after.astype(np.float32)))]
    found += [(name, _apart(cnn[0][path].numpy(), cnn[1][path].numpy())) for name, path in _STAGES]
    whole = [run["5"].numpy().max(axis=(1, 2)) for run in cnn]
    found.append(("largest of each map", _apart(whole[0], whole[1])))
    found.append(("MLP: hidden units", _apart(mlp[0]["2"].numpy(), mlp[1]["2"].numpy())))
    values = [100 * value for _, value in found]
    return bars(
        [name for name, _ in found],
        values,
        [(percent(value / 100),) for value in values],
        ("changed",),
        "How much changes, at the same places",
        "stage",
        100.0,
    )
