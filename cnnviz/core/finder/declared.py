"""Plans of networks that were pickled whole: their parts, one after the other as they were declared.

The class that runs them is not here, but most people declare what they run in the order in which they run it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import torch

from cnnviz.core.errors import ModelError
from cnnviz.core.finder.candidate import Candidate
from cnnviz.core.finder.plan import Plan, Step, is_activation, pooling
from cnnviz.core.whole import Part

_SIZES = (32, 28, 224, 64, 128, 48, 96, 150, 100, 256, 30, 45, 50, 299)
_LAYERS = frozenset("Conv2d Linear BatchNorm1d BatchNorm2d GroupNorm PReLU".split())
_WORDS = {
    "ReLU": "relu", "ReLU6": "relu6", "Tanh": "tanh", "Sigmoid": "sigmoid", "ELU": "elu", "SELU": "selu",
    "GELU": "gelu", "SiLU": "silu", "Hardswish": "hardswish", "Hardsigmoid": "hardsigmoid", "Softplus": "softplus",
    "Mish": "mish", "Flatten": "flatten", "Softmax": "softmax", "LogSoftmax": "log_softmax",
}  # fmt: skip
_POOLS = {"MaxPool2d": "max", "AvgPool2d": "avg", "AdaptiveAvgPool2d": "gap", "AdaptiveMaxPool2d": "gmp"}
_NOTHING = ("Dropout", "AlphaDropout", "Identity")


def declared_plans(parts: Sequence[Part], planes: int) -> Iterator[tuple[float, Plan]]:
    """The parts as a plan, for every usual size of the input, with how unusual it is.

    Nothing where a part is not one that a plan can have. Whether a size fits is told by running it.
    """
    steps = []
    for part in parts:
        step = _step(part)
        if step is None:
            return
        steps += step
    kinds = {part.kind for part in parts}
    if "Conv2d" not in kinds or not ("Linear" in kinds or "gap" in {step.word for step in steps}):
        return
    plain = any(is_activation(step.word) for step in steps) + any(pooling(step.word) for step in steps)
    for rank, edge in enumerate(_SIZES):
        unusual = 0.8 * (2 - plain) + 0.1 * (rank if planes == 3 or edge > 32 else 0)
        yield unusual, Plan(planes, (edge, edge), tuple(_flattened(steps, parts)))


def fits(candidate: Candidate) -> bool:
    """Whether its network takes an input of its size, told without reckoning a number."""
    try:
        with torch.no_grad():
            candidate.make().to("meta")(torch.zeros(2, candidate.planes, *candidate.size, device="meta"))
    except (RuntimeError, ValueError, ModelError):
        return False
    return True


def _flattened(steps: Sequence[Step], parts: Sequence[Part]) -> Iterator[Step]:
    """The steps with a flattening where the first dense layer needs one."""
    dense = {part.path for part in parts if part.kind == "Linear"}
    flat = False
    for step in steps:
        flat |= step.word == "flatten"
        if step.path in dense and not flat:
            yield Step("flatten")
            flat = True
        yield step
    if not flat:
        yield Step("flatten")


def _step(part: Part) -> list[Step] | None:
    """What a part does; an empty list where it does nothing, None where a plan has no word for it."""
    about = part.attributes
    if part.kind == "Conv2d":
        return _convolution(part)
    if part.kind in _LAYERS:
        return [Step("layer", part.path, groups=about.get("num_groups", 1))]
    if part.kind == "LeakyReLU":
        slope = float(about.get("negative_slope", 0.01))
        return [Step("leaky" if slope == 0.01 else f"leaky{slope:g}")]
    if part.kind in _WORDS:
        return [Step(_WORDS[part.kind])]
    if part.kind in _POOLS:
        word = _pool(_POOLS[part.kind], about)
        return [Step(word)] if pooling(word) else None
    return [] if part.kind.startswith(_NOTHING) else None


def _convolution(part: Part) -> list[Step] | None:
    about = part.attributes
    stride, padding, dilation = (_one(about.get(name)) for name in ("stride", "padding", "dilation"))
    kernel = _one(about.get("kernel_size"))
    if about.get("padding") == "same" and kernel is not None and dilation is not None:
        padding = dilation * (kernel // 2)
    if stride is None or padding is None or dilation is None or about.get("padding_mode", "zeros") != "zeros":
        return None
    return [Step("layer", part.path, stride, padding, about.get("groups", 1), dilation)]


def _pool(word: str, about: Any) -> str:
    if word in ("gap", "gmp"):
        size = _one(about.get("output_size"))
        return "" if size is None else word + (str(size) if size > 1 else "")
    size, padding = _one(about.get("kernel_size")), _one(about.get("padding", 0))
    stride = size if about.get("stride") is None else _one(about.get("stride"))
    if size is None or stride is None or padding is None or _one(about.get("dilation", 1)) != 1:
        return ""
    word += str(size) + (f"s{stride}" if stride != size else "") + (f"p{padding}" if padding else "")
    return word + ("c" if about.get("ceil_mode") else "")


def _one(value: Any) -> int | None:
    """A number that both directions share; None for others."""
    values = set(value) if isinstance(value, (tuple, list)) else {value}
    only = values.pop() if len(values) == 1 else None
    return only if isinstance(only, int) else None
