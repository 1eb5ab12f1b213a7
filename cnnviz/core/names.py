"""What torch's functions are called in a trace, and how each of them treats its arguments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import FunctionType
from typing import Any

import torch
import torch.nn.functional as F

Function = Callable[..., Any]

# torch has several names for many operations; a record bears one: the functional one.
_SYNONYMS = {
    "max_pool1d_with_indices": "max_pool1d",
    "max_pool2d_with_indices": "max_pool2d",
    "max_pool3d_with_indices": "max_pool3d",
    "adaptive_max_pool1d_with_indices": "adaptive_max_pool1d",
    "adaptive_max_pool2d_with_indices": "adaptive_max_pool2d",
    "adaptive_max_pool3d_with_indices": "adaptive_max_pool3d",
    "fractional_max_pool2d_with_indices": "fractional_max_pool2d",
    "fractional_max_pool3d_with_indices": "fractional_max_pool3d",
    "subtract": "sub",
    "rsub": "sub",
    "multiply": "mul",
    "divide": "div",
    "true_divide": "div",
    "truediv": "div",
    "floordiv": "floor_divide",
    "mod": "remainder",
    "negative": "neg",
    "absolute": "abs",
    "clip": "clamp",
    "invert": "bitwise_not",
    "and": "bitwise_and",
    "or": "bitwise_or",
    "xor": "bitwise_xor",
    "concat": "cat",
    "concatenate": "cat",
    "swapaxes": "transpose",
    "swapdims": "transpose",
    "mT": "transpose",
    "T": "t",
    "H": "adjoint",
    "mH": "adjoint",
    "float": "to",
    "double": "to",
    "half": "to",
    "bfloat16": "to",
    "int": "to",
    "long": "to",
    "bool": "to",
    "type": "to",
    "type_as": "to",
    "cpu": "to",
    "cuda": "to",
}

# Operators that Python calls on the right or in place: __radd__ and __iadd__ are add.
_OPERATORS = frozenset(
    """
    add sub mul div truediv floordiv mod pow matmul and or xor lshift rshift
    """.split()
)

# They answer with facts about a tensor, never with a new value.
_QUESTIONS = frozenset(
    """
    size dim ndimension stride numel nelement storage_offset data_ptr element_size untyped_storage storage tolist item
    numpy get_device shape dtype device layout ndim itemsize nbytes names grad grad_fn requires_grad _version _base
    result_type can_cast retain_grad register_hook set_grad_enabled _set_grad_enabled
    __len__ __bool__ __int__ __float__ __index__ __repr__ __format__ __hash__ __contains__
    """.split()
)

# The value stays as it is; with a second look it is often the very same tensor.
TRANSPARENT = frozenset(
    """
    detach detach_ data requires_grad_ contiguous to alias as_subclass resolve_conj resolve_neg
    """.split()
)

# In-place forms that change how a tensor looks at its memory, not the memory.
RELABELLING = frozenset(["squeeze", "unsqueeze", "transpose", "t"])

# One output value from the input values at the same place (or broadcast there), always the same one: such an output
# can be run out of place, or computed again, bit for bit.
ELEMENTWISE = frozenset(
    """
    abs add addcdiv addcmul ceil celu clamp clamp_max clamp_min cos div elu erf exp exp2 expm1 floor gelu hardshrink
    hardsigmoid hardswish hardtanh leaky_relu lerp log log10 log1p log2 logsigmoid masked_fill maximum minimum mish mul
    neg pow prelu reciprocal relu relu6 remainder round rsqrt selu sigmoid sign silu sin softplus softshrink softsign
    sqrt square sub tanh tanhshrink threshold trunc
    """.split()
)

_NEVER = lambda *_: False  # noqa: E731


@dataclass(frozen=True, slots=True, eq=False)
class Op:
    """How a torch function appears in a trace.

    Attributes
    ----------
    name
        Its functional name, without the underscore of the in-place form.
    overwrites
        Whether the function writes into its first argument (``add_``, ``x[0] = 1``).
    functional
        The same operation out of place, for elementwise ones.
    parts
        The function again, in such a way that its own torch operations are seen; None for all but composite ones.
    transparent
        Whether the values stay as they are, and the output may stand for the input.
    elementwise
        Whether an output value depends on the input values at the same place only, and is the same every time.
    hands_on
        Whether it hands its input on in eval mode: dropout.
    relabels
        Whether it changes how its first argument looks at its memory, not the memory.
    """

    name: str
    overwrites: bool = False
    functional: Function | None = None
    parts: Function | None = None
    transparent: bool = False
    elementwise: bool = False
    hands_on: bool = False
    relabels: bool = False


def _entered(function: Function) -> Function:
    """A twin of a torch function that does not ask whether it is overridden, so that a mode sees what it calls."""
    assert isinstance(function, FunctionType)
    names = {name: _NEVER for name in function.__globals__ if name.startswith("has_torch_function")}
    twin = FunctionType(
        function.__code__,
        {**function.__globals__, **names},
        function.__name__,
        function.__defaults__,
        function.__closure__,
    )
    twin.__kwdefaults__ = function.__kwdefaults__
    return twin


_OPS: dict[Function, Op | None] = {
    F.multi_head_attention_forward: Op("multi_head_attention_forward", parts=_entered(F.multi_head_attention_forward))
}


def op_of(function: Function) -> Op | None:
    """The operation that a torch function is, or None where it is none (``x.size()``, ``x.shape``)."""
    try:
        return _OPS[function]
    except KeyError:
        op = _OPS[function] = _look_up(function)
        return op


def _look_up(function: Function) -> Op | None:
    raw: str = getattr(function, "__name__", "") or str(function)
    if raw in ("__get__", "__set__", "__delete__"):  # x.T, x.shape, x.data = y
        attribute = function.__self__.__name__  # type: ignore[attr-defined]
        if raw == "__get__":
            name = _SYNONYMS.get(attribute, attribute)
            return None if attribute in _QUESTIONS else Op(name, transparent=name in TRANSPARENT)
        return Op("data", overwrites=True) if attribute == "data" and raw == "__set__" else None
    raw = raw.split(".")[0]  # an overload of torch.ops: "relu.default"
    if raw in _QUESTIONS or raw.startswith("is_"):
        return None
    name, overwrites = raw, False
    if raw.startswith("__") and raw.endswith("__"):
        name = raw[2:-2]
        if name[:1] in ("r", "i") and name[1:] in _OPERATORS:
            overwrites, name = name[0] == "i", name[1:]
        overwrites = overwrites or name == "setitem"
    elif raw.endswith("_"):
        name, overwrites = raw[:-1], raw not in ("requires_grad_", "detach_")
    name = _SYNONYMS.get(name, name)
    functional = getattr(torch.Tensor, name, None) if overwrites and name in ELEMENTWISE else None
    return Op(
        name,
        overwrites,
        functional,
        transparent=name in TRANSPARENT,
        elementwise=name in ELEMENTWISE,
        relabels=overwrites and name in RELABELLING,
        hands_on=name.rstrip("123d").endswith("dropout"),
    )
