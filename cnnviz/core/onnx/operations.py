"""What each operation of ONNX does, in torch's own operations; https://onnx.ai/onnx/operators.

A function gets the inputs (None for one that is left out) and the attributes of its node.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from cnnviz.core.errors import ModelError
from cnnviz.core.onnx.resize import resize, upsample

Function = Callable[[Sequence[Any], Mapping[str, Any]], Any]


def _pairs(pads: Sequence[int]) -> list[int]:
    """ONNX' pads (all begins, then all ends) in the order of `torch.nn.functional.pad`: last axis first."""
    half = len(pads) // 2
    return [n for axis in reversed(range(half)) for n in (pads[axis], pads[axis + half])]


def _pads(x: Tensor, attributes: Mapping[str, Any], kernel: Sequence[int], strides: Sequence[int]) -> list[int]:
    auto = attributes.get("auto_pad", "NOTSET")
    axes = len(kernel)
    if auto not in ("SAME_UPPER", "SAME_LOWER"):
        return list(attributes.get("pads", [0] * (2 * axes)))
    dilations = attributes.get("dilations", [1] * axes)
    begins, ends = [], []
    for size, k, s, d in zip(x.shape[2:], kernel, strides, dilations, strict=True):
        total = max((math.ceil(size / s) - 1) * s + (k - 1) * d + 1 - size, 0)
        less, more = total // 2, total - total // 2
        begins.append(less if auto == "SAME_UPPER" else more)
        ends.append(more if auto == "SAME_UPPER" else less)
    return begins + ends


def _conv(inputs: Sequence[Any], attributes: Mapping[str, Any]) -> Tensor:
    x, weight, *rest = inputs
    axes = weight.ndim - 2
    strides = attributes.get("strides", [1] * axes)
    pads = _pads(x, attributes, weight.shape[2:], strides)
    dilations = attributes.get("dilations", [1] * axes)
    if pads[:axes] != pads[axes:]:
        x, pads = F.pad(x, _pairs(pads)), [0] * (2 * axes)
    function = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}[axes]
    bias = rest[0] if rest else None
    return function(x, weight, bias, strides, pads[:axes], dilations, attributes.get("group", 1))


def _conv_transpose(inputs: Sequence[Any], attributes: Mapping[str, Any]) -> Tensor:
    x, weight, *rest = inputs
    axes = weight.ndim - 2
    pads = attributes.get("pads", [0] * (2 * axes))
    if pads[:axes] != pads[axes:] or attributes.get("auto_pad", "NOTSET") != "NOTSET":
        raise ModelError("It has a transposed convolution with uneven padding, which is not supported.")
    return F.conv_transpose2d(
        x,
        weight,
        rest[0] if rest else None,
        attributes.get("strides", [1] * axes),
        pads[:axes],
        attributes.get("output_padding", [0] * axes),
        attributes.get("group", 1),
        attributes.get("dilations", [1] * axes),
    )


def _gemm(inputs: Sequence[Any], attributes: Mapping[str, Any]) -> Tensor:
    a, b, *rest = inputs
    bias = rest[0] if rest else None
    a = a.t() if attributes.get("transA") else a
    alpha, beta = attributes.get("alpha", 1.0), attributes.get("beta", 1.0)
    if attributes.get("transB") and alpha == 1 and (bias is None or (beta == 1 and bias.ndim == 1)):
        return F.linear(a, b, bias)
    b = b.t() if attributes.get("transB") else b
    product = alpha * torch.matmul(a, b) if alpha != 1 else torch.matmul(a, b)
    return product if bias is None else product + (beta * bias if beta != 1 else bias)


def _pool(function: Callable[..., Tensor], average: bool) -> Function:
    def pool(inputs: Sequence[Any], attributes: Mapping[str, Any]) -> Tensor:
        x = inputs[0]
        kernel = attributes["kernel_shape"]
        axes = len(kernel)
        strides = attributes.get("strides", [1] * axes)
        pads = _pads(x, attributes, kernel, strides)
        ceil = bool(attributes.get("ceil_mode"))
        even = pads[:axes] == pads[axes:] and all(2 * p <= k for p, k in zip(pads, kernel, strict=False))
        if average:
            counted = bool(attributes.get("count_include_pad"))
            if even:
                return function(x, kernel, strides, pads[:axes], ceil, counted)
            if counted:
                return function(F.pad(x, _pairs(pads)), kernel, strides, 0, ceil)
            share = function(F.pad(torch.ones_like(x[:1, :1]), _pairs(pads)), kernel, strides, 0, ceil)
            return function(F.pad(x, _pairs(pads)), kernel, strides, 0, ceil) / share
        if not even:
            x, pads = F.pad(x, _pairs(pads), value=-math.inf), [0] * (2 * axes)
        return function(x, kernel, strides, pads[:axes], attributes.get("dilations", 1), ceil)

    return pool


def _batch_norm(inputs: Sequence[Any], attributes: Mapping[str, Any]) -> Tensor:
    x, weight, bias, mean, variance = inputs[:5]
    return F.batch_norm(x, mean, variance, weight, bias, False, 0.0, attributes.get("epsilon", 1e-5))


def _clip(inputs: Sequence[Any], attributes: Mapping[str, Any]) -> Tensor:
    x, *ends = inputs
    low, high = [*ends, None, None][:2]
    low = attributes.get("min") if low is None else float(low)
    high = attributes.get("max") if high is None else float(high)
    return F.relu6(x) if (low, high) == (0, 6) else torch.clamp(x, low, high)


def _reshape(inputs: Sequence[Any], attributes: Mapping[str, Any]) -> Tensor:
    x = inputs[0]
    shape = inputs[1].tolist() if len(inputs) > 1 else attributes["shape"]
    zero = attributes.get("allowzero", 0)
    result: Tensor = x.reshape([x.shape[i] if n == 0 and not zero else n for i, n in enumerate(shape)])
    return result


def _flatten(inputs: Sequence[Any], attributes: Mapping[str, Any]) -> Tensor:
    x, axis = inputs[0], attributes.get("axis", 1)
    return torch.flatten(x, 1) if axis == 1 else x.reshape(math.prod(x.shape[:axis]) if axis else 1, -1)


def _softmax(function: Callable[..., Tensor]) -> Function:
    return lambda inputs, attributes: function(inputs[0], attributes.get("axis", 1 if inputs[0].ndim == 2 else -1))


def _axes(inputs: Sequence[Any], attributes: Mapping[str, Any]) -> list[int] | None:
    """Axes as an attribute (older files) or as an input (newer ones)."""
    given = inputs[1].tolist() if len(inputs) > 1 and inputs[1] is not None else attributes.get("axes")
    return [given] if isinstance(given, int) else given


def _squeeze(inputs: Sequence[Any], attributes: Mapping[str, Any]) -> Tensor:
    axes = _axes(inputs, attributes)
    return inputs[0].squeeze() if axes is None else inputs[0].squeeze(tuple(axes))  # type: ignore[no-any-return]


def _unsqueeze(inputs: Sequence[Any], attributes: Mapping[str, Any]) -> Tensor:
    x = inputs[0]
    axes = _axes(inputs, attributes) or []
    for axis in sorted(axis % (x.ndim + len(axes)) for axis in axes):
        x = x.unsqueeze(axis)
    return x  # type: ignore[no-any-return]


def _reduce(name: str) -> Function:
    def reduce(inputs: Sequence[Any], attributes: Mapping[str, Any]) -> Tensor:
        x = inputs[0]
        axes = _axes(inputs, attributes) or list(range(x.ndim))
        function = getattr(torch, name)
        return function(x, dim=axes, keepdim=bool(attributes.get("keepdims", 1)))  # type: ignore[no-any-return]

    return reduce


def _pad(inputs: Sequence[Any], attributes: Mapping[str, Any]) -> Tensor:
    x, *rest = inputs
    pads = rest[0].tolist() if rest and rest[0] is not None else attributes.get("pads", attributes.get("paddings"))
    value = float(rest[1]) if len(rest) > 1 and rest[1] is not None else float(attributes.get("value", 0.0))
    mode = attributes.get("mode", "constant")
    if not any(pads):
        return x  # type: ignore[no-any-return]
    flat = _pairs(pads)
    if mode == "constant":
        return F.pad(x, flat, value=value)
    return F.pad(x, flat[:4], mode={"reflect": "reflect", "edge": "replicate"}[mode])


def _slice(inputs: Sequence[Any], attributes: Mapping[str, Any]) -> Tensor:
    x, *rest = inputs
    if rest:
        starts, ends = rest[0].tolist(), rest[1].tolist()
        axes = rest[2].tolist() if len(rest) > 2 and rest[2] is not None else list(range(len(starts)))
        steps = rest[3].tolist() if len(rest) > 3 else [1] * len(starts)
    else:
        starts, ends = attributes["starts"], attributes["ends"]
        axes, steps = attributes.get("axes", list(range(len(starts)))), [1] * len(starts)
    if min(steps) < 1:
        raise ModelError("It has a slice that runs backwards, which is not supported.")
    cut = [slice(None)] * x.ndim
    for axis, start, end, step in zip(axes, starts, ends, steps, strict=True):
        cut[axis] = slice(start, None if end >= 1 << 31 else end, step)
    return x[tuple(cut)]  # type: ignore[no-any-return]


def _split(inputs: Sequence[Any], attributes: Mapping[str, Any]) -> tuple[Tensor, ...]:
    x, axis = inputs[0], attributes.get("axis", 0)
    sizes = inputs[1].tolist() if len(inputs) > 1 else attributes.get("split")
    if sizes is None:
        sizes = -(-x.shape[axis] // attributes["outputs"])
    return tuple(torch.split(x, sizes, axis))


def _cast(inputs: Sequence[Any], attributes: Mapping[str, Any]) -> Tensor:
    types = {1: torch.float32, 6: torch.int32, 7: torch.int64, 9: torch.bool, 10: torch.float32, 11: torch.float32}
    return inputs[0].to(types.get(attributes["to"], torch.float32))  # type: ignore[no-any-return]


def _gather(inputs: Sequence[Any], attributes: Mapping[str, Any]) -> Tensor:
    x, index = inputs
    axis = attributes.get("axis", 0)
    flat = torch.index_select(x, axis, index.reshape(-1) % x.shape[axis])
    return flat.reshape(*x.shape[:axis], *index.shape, *x.shape[axis + 1 :] if axis != -1 else ())


def _lrn(inputs: Sequence[Any], attributes: Mapping[str, Any]) -> Tensor:
    about = attributes
    return F.local_response_norm(
        inputs[0], about["size"], about.get("alpha", 1e-4), about.get("beta", 0.75), about.get("bias", 1.0)
    )


def _layer_norm(inputs: Sequence[Any], attributes: Mapping[str, Any]) -> Tensor:
    x, weight, *rest = inputs
    return F.layer_norm(x, weight.shape, weight, rest[0] if rest else None, attributes.get("epsilon", 1e-5))


def _many(function: Callable[[Tensor, Tensor], Tensor]) -> Function:
    def act(inputs: Sequence[Any], attributes: Mapping[str, Any]) -> Tensor:
        total: Tensor = inputs[0]
        for other in inputs[1:]:
            total = function(total, other)
        return total

    return act


def _divided(a: Tensor, b: Tensor) -> Tensor:
    whole = not (a.is_floating_point() or b.is_floating_point())
    return torch.div(a, b, rounding_mode="trunc") if whole else torch.div(a, b)


def _one(function: Callable[..., Tensor], *names: tuple[str, float]) -> Function:
    """A function of one tensor and attributes with their defaults."""
    return lambda inputs, attributes: function(inputs[0], *(attributes.get(name, usual) for name, usual in names))


def _prelu(inputs: Sequence[Any], attributes: Mapping[str, Any]) -> Tensor:
    x, slope = inputs
    return F.prelu(x, slope.reshape(-1))


def _hard_sigmoid(x: Tensor, alpha: float, beta: float) -> Tensor:
    if math.isclose(alpha, 1 / 6, rel_tol=1e-4) and beta == 0.5:
        return F.hardsigmoid(x)
    return torch.clamp(alpha * x + beta, 0, 1)


OPERATIONS: dict[str, Function] = {
    "Conv": _conv,
    "ConvTranspose": _conv_transpose,
    "Gemm": _gemm,
    "MatMul": _many(torch.matmul),
    "Relu": _one(F.relu),
    "LeakyRelu": _one(F.leaky_relu, ("alpha", 0.01)),
    "PRelu": _prelu,
    "Elu": _one(F.elu, ("alpha", 1.0)),
    "Selu": _one(F.selu),
    "Sigmoid": _one(torch.sigmoid),
    "HardSigmoid": _one(_hard_sigmoid, ("alpha", 0.2), ("beta", 0.5)),
    "HardSwish": _one(F.hardswish),
    "Tanh": _one(torch.tanh),
    "Softplus": _one(F.softplus),
    "Softsign": _one(F.softsign),
    "Mish": _one(F.mish),
    "Gelu": lambda inputs, attributes: F.gelu(inputs[0], approximate=attributes.get("approximate", "none")),
    "Erf": _one(torch.erf),
    "Exp": _one(torch.exp),
    "Log": _one(torch.log),
    "Sqrt": _one(torch.sqrt),
    "Neg": _one(torch.neg),
    "Abs": _one(torch.abs),
    "Reciprocal": _one(torch.reciprocal),
    "Floor": _one(torch.floor),
    "Clip": _clip,
    "MaxPool": _pool(F.max_pool2d, average=False),
    "AveragePool": _pool(F.avg_pool2d, average=True),
    "GlobalAveragePool": lambda inputs, attributes: F.adaptive_avg_pool2d(inputs[0], 1),
    "GlobalMaxPool": lambda inputs, attributes: F.adaptive_max_pool2d(inputs[0], 1),
    "BatchNormalization": _batch_norm,
    "InstanceNormalization": lambda inputs, attributes: F.instance_norm(
        inputs[0], weight=inputs[1], bias=inputs[2], eps=attributes.get("epsilon", 1e-5)
    ),
    "LayerNormalization": _layer_norm,
    "LRN": _lrn,
    "Add": _many(torch.add),
    "Sum": _many(torch.add),
    "Sub": _many(torch.sub),
    "Mul": _many(torch.mul),
    "Div": _many(_divided),
    "Pow": _many(torch.pow),
    "Max": _many(torch.maximum),
    "Min": _many(torch.minimum),
    "Equal": _many(torch.eq),
    "Where": lambda inputs, attributes: torch.where(inputs[0], inputs[1], inputs[2]),
    "Concat": lambda inputs, attributes: torch.cat(list(inputs), attributes["axis"]),
    "Flatten": _flatten,
    "Reshape": _reshape,
    "Softmax": _softmax(torch.softmax),
    "LogSoftmax": _softmax(torch.log_softmax),
    "Dropout": lambda inputs, attributes: inputs[0],
    "Identity": lambda inputs, attributes: inputs[0],
    "Transpose": lambda inputs, attributes: inputs[0].permute(
        attributes.get("perm", list(range(inputs[0].ndim))[::-1])
    ),
    "Squeeze": _squeeze,
    "Unsqueeze": _unsqueeze,
    "ReduceMean": _reduce("mean"),
    "ReduceSum": _reduce("sum"),
    "ReduceMax": _reduce("amax"),
    "Pad": _pad,
    "Slice": _slice,
    "Split": _split,
    "Cast": _cast,
    "Gather": _gather,
    "Expand": lambda inputs, attributes: inputs[0] * torch.ones(inputs[1].tolist(), dtype=inputs[0].dtype),
    "Resize": resize,
    "Upsample": upsample,
    "Shape": lambda inputs, attributes: torch.tensor(
        inputs[0].shape[attributes.get("start", 0) : attributes.get("end")]
    ),
    "ConstantOfShape": lambda inputs, attributes: torch.full(
        inputs[0].tolist(), attributes["value"].item() if "value" in attributes else 0.0
    ),
    "ArgMax": lambda inputs, attributes: torch.argmax(
        inputs[0], attributes.get("axis", 0), keepdim=bool(attributes.get("keepdims", 1))
    ),
    "Range": lambda inputs, attributes: torch.arange(*(item.item() for item in inputs)),
}
"""By the name of the operation."""
