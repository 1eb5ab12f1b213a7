"""The curves of the activations in double precision, for explanations and for drawing them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = np.float64 | NDArray[np.float64]
Curve = Callable[[Values, Mapping[str, Any]], Values]

_erf = np.vectorize(math.erf, otypes=[np.float64])


def _sigmoid(x: Values) -> Values:
    return 1 / (1 + np.exp(-x))


def _softplus(x: Values) -> Values:
    result: Values = np.logaddexp(0.0, x)
    return result


def _gelu(x: Values, a: Mapping[str, Any]) -> Values:
    if a.get("approximate") == "tanh":
        return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
    result: Values = 0.5 * x * (1 + _erf(x / math.sqrt(2)))
    return result


def _clamp(x: Values, low: float | None, high: float | None) -> Values:
    x = x if low is None else np.maximum(x, low)
    return x if high is None else np.minimum(x, high)


_SELU_ALPHA, _SELU_SCALE = 1.6732632423543772, 1.0507009873554805  # Klambauer et al.: Self-normalizing networks, 2017

CURVES: dict[str, Curve] = {
    "relu": lambda x, a: np.maximum(x, 0.0),
    "relu6": lambda x, a: np.clip(x, 0.0, 6.0),
    "leaky_relu": lambda x, a: np.where(x > 0, x, a["negative_slope"] * x),
    "rrelu": lambda x, a: np.where(x >= 0, x, (a["lower"] + a["upper"]) / 2 * x),
    "prelu": lambda x, a: np.where(x > 0, x, a["weight"] * x),
    "elu": lambda x, a: np.where(x > 0, x, a["alpha"] * np.expm1(np.minimum(x, 0.0))),
    "celu": lambda x, a: np.maximum(x, 0.0) + np.minimum(0.0, a["alpha"] * np.expm1(x / a["alpha"])),
    "selu": lambda x, a: _SELU_SCALE * np.where(x > 0, x, _SELU_ALPHA * np.expm1(np.minimum(x, 0.0))),
    "gelu": _gelu,
    "silu": lambda x, a: x * _sigmoid(x),
    "mish": lambda x, a: x * np.tanh(_softplus(x)),
    "hardswish": lambda x, a: x * np.clip(x + 3, 0.0, 6.0) / 6,
    "hardsigmoid": lambda x, a: np.clip(x + 3, 0.0, 6.0) / 6,
    "hardtanh": lambda x, a: np.clip(x, a["min_val"], a["max_val"]),
    "sigmoid": lambda x, a: _sigmoid(x),
    "logsigmoid": lambda x, a: -_softplus(-x),
    "log_sigmoid": lambda x, a: -_softplus(-x),
    "tanh": lambda x, a: np.tanh(x),
    "tanhshrink": lambda x, a: x - np.tanh(x),
    "softplus": lambda x, a: np.where(a["beta"] * x > a["threshold"], x, _softplus(a["beta"] * x) / a["beta"]),
    "softsign": lambda x, a: x / (1 + np.abs(x)),
    "softshrink": lambda x, a: np.sign(x) * np.maximum(np.abs(x) - a["lambd"], 0.0),
    "hardshrink": lambda x, a: np.where(np.abs(x) > a["lambd"], x, 0.0),
    "threshold": lambda x, a: np.where(x > a["threshold"], x, a["value"]),
    "_threshold": lambda x, a: np.where(x > a["threshold"], x, a["value"]),
    "clamp": lambda x, a: _clamp(x, a["min"], a["max"]),
    "abs": lambda x, a: np.abs(x),
    "neg": lambda x, a: -x,
    "exp": lambda x, a: np.exp(x),
    "log": lambda x, a: np.log(x),
    "sqrt": lambda x, a: np.sqrt(x),
    "rsqrt": lambda x, a: 1 / np.sqrt(x),
    "square": lambda x, a: x * x,
    "reciprocal": lambda x, a: 1 / x,
    "erf": lambda x, a: _erf(x),
    "sin": lambda x, a: np.sin(x),
    "cos": lambda x, a: np.cos(x),
    "round": lambda x, a: np.round(x),
    "floor": lambda x, a: np.floor(x),
    "ceil": lambda x, a: np.ceil(x),
    "sign": lambda x, a: np.sign(x),
}
"""torch's name: the curve y(x), given the settings by torch's own names; ``prelu`` takes the number of its channel."""
