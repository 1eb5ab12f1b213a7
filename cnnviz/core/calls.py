"""Layers of torch that are one call of one torch function: known in advance, they run without a detour.

A function mode sees every torch function, at a price: torch puts the arguments together twice and enters the function
twice. Most of a network's layers are one such call, with arguments that can be read off the layer. An entry here gives
exactly the function and the arguments that a mode would see.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from cnnviz.core.names import Op, op_of

Function = Callable[..., Any]
Arguments = tuple[tuple[Any, ...], Mapping[str, Any]]
Reader = Callable[[Any, Tensor], Arguments | None]
"""The positional and named arguments of a layer's one call on an input; None where it would make another call."""

_NONE: Mapping[str, Any] = {}


class Call(NamedTuple):
    """The one call of a layer.

    Attributes
    ----------
    function, op
        What it calls, and what that is called in a trace.
    read
        Reads the arguments of the call off the layer.
    """

    function: Function
    op: Op
    read: Reader


def call_of(module: nn.Module) -> Call | None:
    """The one call of a layer; None for all other modules."""
    # A subclass may do anything; and so may a forward of the layer's own.
    return None if "forward" in module.__dict__ else _CALLS.get(type(module))


def _conv(layer: Any, x: Tensor) -> Arguments | None:
    if layer.padding_mode != "zeros":
        return None
    weights = layer._parameters
    if "weight" not in weights:  # made from others before each pass
        return None
    return (
        (x, weights["weight"], weights["bias"], layer.stride, layer.padding, layer.dilation, layer.groups),
        _NONE,
    )


def _linear(layer: Any, x: Tensor) -> Arguments | None:
    weights = layer._parameters
    return ((x, weights["weight"], weights["bias"]), _NONE) if "weight" in weights else None


def _batch_norm(*dims: int) -> Reader:
    def read(layer: Any, x: Tensor) -> Arguments | None:
        weights, state = layer._parameters, layer._buffers
        mean = state["running_mean"]
        if layer.training or mean is None or x.dim() not in dims:
            return None
        named = {
            "weight": weights["weight"],
            "bias": weights["bias"],
            "training": False,
            "momentum": 0.0 if layer.momentum is None else layer.momentum,
            "eps": layer.eps,
        }
        return (x, mean, state["running_var"]), named

    return read


def _layer_norm(layer: Any, x: Tensor) -> Arguments | None:
    weights = layer._parameters
    named = {"weight": weights["weight"], "bias": weights["bias"], "eps": layer.eps}
    return (x, layer.normalized_shape), named


def _inplace(layer: Any, x: Tensor) -> Arguments | None:
    return (x,), {"inplace": layer.inplace}


def _relu6(layer: Any, x: Tensor) -> Arguments | None:
    return (x,), {"min_val": layer.min_val, "max_val": layer.max_val, "inplace": layer.inplace}


def _leaky_relu(layer: Any, x: Tensor) -> Arguments | None:
    return (x,), {"negative_slope": layer.negative_slope, "inplace": layer.inplace}


def _alone(layer: Any, x: Tensor) -> Arguments | None:
    return (x,), _NONE


def _gelu(layer: Any, x: Tensor) -> Arguments | None:
    return (x,), {"approximate": layer.approximate}


def _dropout(layer: Any, x: Tensor) -> Arguments | None:
    return (x,), {"p": layer.p, "training": layer.training, "inplace": layer.inplace}


def _max_pool(layer: Any, x: Tensor) -> Arguments | None:
    if layer.return_indices:
        return None
    named = {
        "stride": layer.stride,
        "padding": layer.padding,
        "dilation": layer.dilation,
        "ceil_mode": layer.ceil_mode,
        "return_indices": False,
    }
    return (x, layer.kernel_size), named


def _avg_pool(layer: Any, x: Tensor) -> Arguments | None:
    where = (layer.kernel_size, layer.stride, layer.padding)
    return (x, *where, layer.ceil_mode, layer.count_include_pad, layer.divisor_override), _NONE


def _adaptive_pool(layer: Any, x: Tensor) -> Arguments | None:
    return (x, layer.output_size), _NONE


def _flatten(layer: Any, x: Tensor) -> Arguments | None:
    return (x, layer.start_dim, layer.end_dim), _NONE


_FUNCTIONS: dict[type[nn.Module], tuple[Function, Reader]] = {
    nn.Conv1d: (F.conv1d, _conv),
    nn.Conv2d: (F.conv2d, _conv),
    nn.Conv3d: (F.conv3d, _conv),
    nn.Linear: (F.linear, _linear),
    nn.BatchNorm1d: (F.batch_norm, _batch_norm(2, 3)),
    nn.BatchNorm2d: (F.batch_norm, _batch_norm(4)),
    nn.BatchNorm3d: (F.batch_norm, _batch_norm(5)),
    nn.LayerNorm: (F.layer_norm, _layer_norm),
    nn.ReLU: (F.relu, _inplace),
    nn.ReLU6: (F.hardtanh, _relu6),
    nn.LeakyReLU: (F.leaky_relu, _leaky_relu),
    nn.SiLU: (F.silu, _inplace),
    nn.Hardswish: (F.hardswish, _inplace),
    nn.Hardsigmoid: (F.hardsigmoid, _inplace),
    nn.GELU: (F.gelu, _gelu),
    nn.Sigmoid: (torch.sigmoid, _alone),
    nn.Tanh: (torch.tanh, _alone),
    nn.Dropout: (F.dropout, _dropout),
    nn.MaxPool2d: (F.max_pool2d, _max_pool),
    nn.AvgPool2d: (F.avg_pool2d, _avg_pool),
    nn.AdaptiveAvgPool2d: (F.adaptive_avg_pool2d, _adaptive_pool),
    nn.Flatten: (Tensor.flatten, _flatten),
}


def _known(function: Function, read: Reader) -> Call:
    op = op_of(function)
    assert op is not None
    return Call(function, op, read)


_CALLS = {layer: _known(*pair) for layer, pair in _FUNCTIONS.items()}
