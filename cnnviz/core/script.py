"""TorchScript run operation by operation, so that everything between input and output is a record.

Hooks do not fire inside a scripted network, and nothing sees its operations. Here its modules become modules of Python
with the same names and weights, and each interprets its own graph: nodes call torch's functions one after the other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import cache
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from cnnviz.core.errors import ModelError

FORBIDDEN = frozenset("save from_file load _load fork rpc_async rpc_sync rpc_remote".split())
"""Operations of TorchScript that reach beyond the network: files, other processes."""

_STEPS = 200_000  # of one call: a loop that does not end is given up


def suspicious(code: str) -> str:
    """What in a network's own code reaches beyond it; empty when nothing does."""
    for found in re.finditer(r"\btorch\.(\w+)\(|\bops\.(\w+)\.(\w+)|torch\.(classes)\b|def (__setstate__)", code):
        plain, space, name, classes, state = found.groups()
        if (plain or name) in FORBIDDEN or classes or state or (space and space not in ("prim", "aten")):
            return found[0].strip("( ")
    return ""


class ScriptPart(nn.Module):
    """One module of a scripted network, with the names, weights and graph that it had.

    Parameters
    ----------
    scripted
        The module as ``torch.jit.load`` gives it.
    """

    def __init__(self, scripted: Any) -> None:
        super().__init__()
        own = scripted._c
        self.kind = str(getattr(scripted, "original_name", "module"))
        for name, parameter in scripted.named_parameters(recurse=False):
            self.register_parameter(name, nn.Parameter(parameter.detach(), requires_grad=False))
        for name, buffer in scripted.named_buffers(recurse=False):
            self.register_buffer(name, buffer)
        for name, child in scripted.named_children():
            self.add_module(name, ScriptPart(child))
        self._graphs = {name: own._get_method(name).graph for name in own._method_names()}
        self._own = own
        self.eval()

    def forward(self, *inputs: Any, method: str = "forward") -> Any:
        """What the graph of a method gives."""
        if method not in self._graphs:
            raise ModelError(f"The scripted network has no method {method}.")
        return _run(self._graphs[method], (self, *inputs))

    def value(self, name: str) -> Any:
        """An attribute: a weight, a part, or a plain value."""
        if name == "training":
            return False
        for place in (self._parameters, self._buffers, self._modules):
            if name in place:
                return place[name]
        if not self._own.hasattr(name):
            raise ModelError(f"The scripted network has no attribute {name}.")
        return self._own.getattr(name)


def _run(graph: Any, inputs: Iterable[Any]) -> Any:
    values: dict[str, Any] = {}
    for place, given in zip(graph.inputs(), inputs, strict=False):
        values[place.debugName()] = given
    outputs = _block(graph, values)
    return outputs[0] if len(outputs) == 1 else tuple(outputs)


def _block(block: Any, values: dict[str, Any]) -> list[Any]:
    for node in block.nodes():
        found = _node(node, values)
        places = [place.debugName() for place in node.outputs()]
        if len(places) == 1:
            values[places[0]] = found
        elif places:
            values.update(zip(places, found, strict=True))
    return [values[place.debugName()] for place in block.outputs()]


def _node(node: Any, values: dict[str, Any]) -> Any:
    kind = node.kind()
    special = _SPECIAL.get(kind)
    if special is not None:
        return special(node, values)
    args = [values[place.debugName()] for place in node.inputs()]
    simple = _SIMPLE.get(kind)
    if simple is not None:
        return simple(*args)
    space, _, name = kind.partition("::")
    if space != "aten" or name in FORBIDDEN:
        raise ModelError(f"The scripted network has the operation {kind}, which is not supported.")
    changed = _CHANGED.get(name)
    if changed is not None:
        return changed(*args)
    return _called(name, node.schema(), args)


def _called(name: str, schema: str, args: list[Any]) -> Any:
    """An operation by torch's own function of that name, else by the very operator that the graph names."""
    overload, positional, named = _split(schema)
    keywords = {key: arg for key, arg in zip(named, args[positional:], strict=False) if arg is not None}
    tensors = any(isinstance(arg, (Tensor, list, tuple)) for arg in args[:2])
    function = _function(name) if tensors else None
    if function is not None:
        with suppress(TypeError):
            return function(*args[:positional], **keywords)
    # by its overload: of numbers alone, the first that would take them is often the one for truth values
    return getattr(getattr(torch.ops.aten, name), overload)(*args[:positional], **keywords)


@cache
def _function(name: str) -> Callable[..., Any] | None:
    for place in (torch, torch._C._nn, torch.Tensor):
        found = getattr(place, name, None)
        if callable(found) and not name.startswith("__"):
            return found  # type: ignore[no-any-return]
    return None


@cache
def _split(schema: str) -> tuple[str, int, tuple[str, ...]]:
    """The overload, how many arguments go by position, and the names of those that do not."""
    parsed = torch._C.parse_schema(schema)
    return (
        parsed.overload_name or "default",
        sum(not argument.kwarg_only for argument in parsed.arguments),
        tuple(argument.name for argument in parsed.arguments if argument.kwarg_only),
    )


def _constant(node: Any, values: dict[str, Any]) -> Any:
    if node.hasAttribute("name"):  # a function
        return node.s("name")
    return node.output().toIValue()


def _attribute(node: Any, values: dict[str, Any]) -> Any:
    owner = values[node.input().debugName()]
    name = node.s("name")
    return owner.value(name) if isinstance(owner, ScriptPart) else getattr(owner, name)


def _method(node: Any, values: dict[str, Any]) -> Any:
    owner, *args = (values[place.debugName()] for place in node.inputs())
    name = node.s("name")
    if not isinstance(owner, ScriptPart):
        raise ModelError(f"The scripted network calls {name} of a {type(owner).__name__}, which is not supported.")
    return owner(*args, method=name)


def _call(node: Any, values: dict[str, Any]) -> Any:
    """A function of ``torch.nn.functional``, by name; others are part of the graph when they are inlined."""
    name, *args = (values[place.debugName()] for place in node.inputs())
    if name in _CHANGED_FUNCTIONS:
        return _CHANGED_FUNCTIONS[name](*args)
    function = getattr(F, str(name).lstrip("_"), None)
    if function is None:
        raise ModelError(f"The scripted network calls a function {name} of its own, which is not supported.")
    return function(*args)


def _if(node: Any, values: dict[str, Any]) -> Any:
    yes, no = node.blocks()
    outputs = _block(yes if values[node.input().debugName()] else no, values)
    return outputs[0] if len(outputs) == 1 else outputs


def _loop(node: Any, values: dict[str, Any]) -> Any:
    most, go_on, *carried = (values[place.debugName()] for place in node.inputs())
    body = next(iter(node.blocks()))
    number = 0
    while go_on and number < most:
        if number > _STEPS:
            raise ModelError("The scripted network has a loop that does not end.")
        for place, value in zip(body.inputs(), (number, *carried), strict=True):
            values[place.debugName()] = value
        go_on, *carried = _block(body, values)
        number += 1
    return carried[0] if len(carried) == 1 else carried


def _raised(node: Any, values: dict[str, Any]) -> Any:
    said = str(values[next(iter(node.inputs())).debugName()])
    raise RuntimeError(said)


def _nothing(node: Any, values: dict[str, Any]) -> Any:
    outputs = list(node.outputs())
    return [None] * len(outputs) if len(outputs) > 1 else None


_SPECIAL: Mapping[str, Callable[[Any, dict[str, Any]], Any]] = {
    "prim::Constant": _constant,
    "prim::GetAttr": _attribute,
    "prim::CallMethod": _method,
    "prim::CallFunction": _call,
    "prim::If": _if,
    "prim::Loop": _loop,
    "prim::RaiseException": _raised,
    "prim::Print": _nothing,
    "prim::Uninitialized": _nothing,
    "aten::warn": _nothing,
}

_SIMPLE: Mapping[str, Callable[..., Any]] = {
    "prim::ListConstruct": lambda *items: list(items),
    "prim::TupleConstruct": lambda *items: items,
    "prim::TupleUnpack": lambda items: items[0] if len(items) == 1 else items,
    "prim::ListUnpack": lambda items: items[0] if len(items) == 1 else items,
    "prim::TupleIndex": lambda items, index: items[index],
    "prim::DictConstruct": lambda *flat: dict(zip(flat[::2], flat[1::2], strict=True)),
    "prim::NumToTensor": torch.tensor,
    "prim::unchecked_cast": lambda value: value,
    "prim::unchecked_unwrap_optional": lambda value: value,
    "prim::dtype": lambda tensor: tensor.dtype,
    "prim::device": lambda tensor: tensor.device,
    "prim::layout": lambda tensor: tensor.layout,
    "prim::is_cuda": lambda tensor: tensor.is_cuda,
    "prim::min": min,
    "prim::max": max,
    "prim::isinstance": lambda *items: True,
    "prim::data": lambda tensor: tensor.detach(),
    "aten::__is__": lambda a, b: a is b,
    "aten::__isnot__": lambda a, b: a is not b,
    "aten::__not__": lambda a: not a,
    "aten::__getitem__": lambda items, key: items[key],
    "aten::__contains__": lambda items, key: key in items,
    "aten::len": len,
    "aten::Int": int,
    "aten::Float": float,
    "aten::Bool": bool,
    "aten::ScalarImplicit": lambda value: value.item(),
    "aten::IntImplicit": int,
    "aten::FloatImplicit": float,
    "aten::append": lambda items, value: (items.append(value), items)[1],
    "aten::format": lambda text, *values: str(text),
    "aten::size": lambda tensor, *which: tensor.size(*which) if which else list(tensor.size()),
    "aten::dim": lambda tensor: tensor.dim(),
    "aten::is_floating_point": lambda tensor: tensor.is_floating_point(),
}


def _convolution(x: Tensor, weight: Tensor, bias: Any, stride: Any, padding: Any, dilation: Any, *rest: Any) -> Tensor:
    transposed, output_padding, groups, *_ = rest
    one = {3: "1d", 4: "2d", 5: "3d"}[weight.ndim]
    if transposed:
        function = getattr(F, f"conv_transpose{one}")
        return function(x, weight, bias, stride, padding, output_padding, groups, dilation)  # type: ignore[no-any-return]
    return getattr(F, f"conv{one}")(x, weight, bias, stride, padding, dilation, groups)  # type: ignore[no-any-return]


def _batch_norm(
    x: Tensor, weight: Any, bias: Any, mean: Any, var: Any, training: bool, momentum: float, eps: float, *_: Any
) -> Tensor:
    return F.batch_norm(x, mean, var, weight, bias, training, momentum, eps)


def _elu(x: Tensor, alpha: float = 1.0, scale: float = 1.0, input_scale: float = 1.0) -> Tensor:
    if (scale, input_scale) == (1.0, 1.0):
        return F.elu(x, alpha)
    return torch._C._nn.elu(x, alpha, scale, input_scale)


def _pooled(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """Pooling for which an empty stride means the size of its window."""
    return lambda x, kernel, stride=(), *rest: function(x, kernel, stride or kernel, *rest)


_CHANGED: Mapping[str, Callable[..., Any]] = {
    "_convolution": _convolution,
    "conv2d": F.conv2d,
    "batch_norm": _batch_norm,
    "linear": F.linear,
    "max_pool2d": _pooled(F.max_pool2d),
    "avg_pool2d": _pooled(F.avg_pool2d),
    "max_pool1d": _pooled(F.max_pool1d),
    "adaptive_avg_pool2d": F.adaptive_avg_pool2d,
    "adaptive_max_pool2d": lambda x, size: (F.adaptive_max_pool2d(x, size), None),  # nobody asks for the places
    "max_pool2d_with_indices": lambda *args: (_pooled(F.max_pool2d)(*args), None),
    "dropout": F.dropout,
    "dropout_": F.dropout,
    "feature_dropout": F.dropout2d,
    "hardtanh": F.hardtanh,
    "hardtanh_": lambda x, low, high: F.hardtanh(x, low, high, inplace=True),
    "relu6": F.relu6,
    "relu6_": lambda x: F.relu6(x, inplace=True),
    "silu_": lambda x: F.silu(x, inplace=True),
    "hardswish_": lambda x: F.hardswish(x, inplace=True),
    "hardsigmoid_": lambda x: F.hardsigmoid(x, inplace=True),
    "leaky_relu": F.leaky_relu,
    "leaky_relu_": lambda x, slope: F.leaky_relu(x, slope, inplace=True),
    "elu": _elu,
    "elu_": _elu,
    "gelu": lambda x, approximate="none": F.gelu(x, approximate=approximate),
    "layer_norm": lambda x, shape, weight, bias, eps, *_: F.layer_norm(x, shape, weight, bias, eps),
}

_CHANGED_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "boolean_dispatch": F.max_pool2d,
    "_max_pool2d": F.max_pool2d,
    "_verify_batch_size": lambda *_: None,
    "_no_grad_embedding_renorm_": lambda *_: None,
}
