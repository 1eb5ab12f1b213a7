"""Activations and other functions of one number, applied to each position alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from torch import Tensor

from cnnviz.core.ops.base import WHOLE, Operation, Reads, operation, operation_of, pointwise, reads_input, same, single
from cnnviz.core.ops.call import Call
from cnnviz.core.ops.curves import CURVES, Values
from cnnviz.core.ops.explanation import Explanation, Index, at_name, joined
from cnnviz.core.ops.text import number, plain
from cnnviz.core.record import Record, Source

# torch's name: what people call it, its arguments after the input, its formula.
_FUNCTIONS: dict[str, tuple[str, str, str]] = {
    "relu": ("ReLU", "", "max(0, x)"),
    "relu6": ("ReLU6", "", "min(max(0, x), 6)"),
    "leaky_relu": ("LeakyReLU", "negative_slope=0.01", "x where x > 0, else slope·x"),
    "rrelu": ("RReLU", "lower=0.125, upper=0.3333333333333333", "x where x ≥ 0, else (lower + upper)/2·x"),
    "prelu": ("PReLU", "weight", "x where x > 0, else a·x, a learned"),
    "elu": ("ELU", "alpha=1.0", "x where x > 0, else α·(eˣ − 1)"),
    "celu": ("CELU", "alpha=1.0", "max(0, x) + min(0, α·(e^(x/α) − 1))"),
    "selu": ("SELU", "", "1.0507·x where x > 0, else 1.0507·1.6733·(eˣ − 1)"),
    "gelu": ("GELU", "approximate='none'", "x·Φ(x), Φ the normal distribution"),
    "silu": ("SiLU", "", "x·σ(x)"),
    "mish": ("Mish", "", "x·tanh(ln(1 + eˣ))"),
    "hardswish": ("Hardswish", "", "x·min(max(0, x + 3), 6)/6"),
    "hardsigmoid": ("Hardsigmoid", "", "min(max(0, x + 3), 6)/6"),
    "hardtanh": ("Hardtanh", "min_val=-1.0, max_val=1.0", "min(max(low, x), high)"),
    "sigmoid": ("Sigmoid", "", "1/(1 + e⁻ˣ)"),
    "logsigmoid": ("LogSigmoid", "", "ln(1/(1 + e⁻ˣ))"),
    "log_sigmoid": ("LogSigmoid", "", "ln(1/(1 + e⁻ˣ))"),
    "tanh": ("Tanh", "", "(eˣ − e⁻ˣ)/(eˣ + e⁻ˣ)"),
    "tanhshrink": ("Tanhshrink", "", "x − tanh(x)"),
    "softplus": ("Softplus", "beta=1.0, threshold=20.0", "ln(1 + e^(β·x))/β"),
    "softsign": ("Softsign", "", "x/(1 + |x|)"),
    "softshrink": ("Softshrink", "lambd=0.5", "x moved towards 0 by λ, 0 within λ of it"),
    "hardshrink": ("Hardshrink", "lambd=0.5", "x where |x| > λ, else 0"),
    "threshold": ("Threshold", "threshold, value", "x where x > threshold, else value"),
    "_threshold": ("Threshold", "threshold, value", "x where x > threshold, else value"),
    "clamp": ("Clamp", "min=None, max=None", "min(max(low, x), high)"),
    "abs": ("Absolute", "", "|x|"),
    "neg": ("Negative", "", "−x"),
    "exp": ("Exp", "", "eˣ"),
    "log": ("Log", "", "ln x"),
    "sqrt": ("Square root", "", "√x"),
    "rsqrt": ("Inverse root", "", "1/√x"),
    "square": ("Square", "", "x²"),
    "reciprocal": ("Reciprocal", "", "1/x"),
    "erf": ("Erf", "", "erf x"),
    "sin": ("Sine", "", "sin x"),
    "cos": ("Cosine", "", "cos x"),
    "round": ("Round", "", "x to the nearest whole number"),
    "floor": ("Floor", "", "⌊x⌋"),
    "ceil": ("Ceil", "", "⌈x⌉"),
    "sign": ("Sign", "", "−1, 0 or 1"),
}

_WORDS = {
    "negative_slope": "Slope below 0",
    "alpha": "α",
    "beta": "β",
    "lambd": "λ",
    "min_val": "Low",
    "max_val": "High",
    "min": "Low",
    "max": "High",
    "approximate": "Approximation",
    "lower": "Lower",
    "upper": "Upper",
    "threshold": "Threshold",
    "value": "Value",
}


class Activation(Operation):
    """A function of one number."""

    family = "activation"

    def short(self, call: Call) -> str:
        if call.record.op == "hardtanh" and (call["min_val"], call["max_val"]) == (0, 6):
            return "ReLU6"  # torch computes one by the other
        return _FUNCTIONS[call.record.op][0]

    def title(self, call: Call) -> str:
        return f"{self.short(call)}: {_FUNCTIONS[call.record.op][2]}"

    def hyperparameters(self, call: Call) -> Iterator[tuple[str, str]]:
        for name, word in _WORDS.items():
            value = call[name]
            if value is not None and value != "none" and isinstance(value, (int, float, str)):
                yield word, number(value)

    def explain(self, call: Call, index: Index) -> Explanation:
        op = call.record.op
        function = self.function(call, index[1] if len(index) > 1 else 0)
        if function is None:
            return super().explain(call, index)
        x = float(call.tensor()[index])
        value = float(function(np.float64(x)))
        formula = f"{at_name(call.record, index)} = {plain(value)}: {_FUNCTIONS[op][2]}, x = {plain(x)}"
        terms = single(call, index, np.array([x]))
        return Explanation(op, formula, terms, 0.0, value, call.captured(index), False)

    def function(self, call: Call, channel: int) -> Callable[[Values], Values] | None:
        """y(x) of a channel in double precision, of one number or many; None where bounds are themselves computed."""
        settings = {name: value for name, value in call.arguments.items() if name not in ("input", "inplace", "out")}
        if any(isinstance(value, (Source, Tensor)) for name, value in settings.items() if name != "weight"):
            return None
        if call.record.op == "prelu":
            weight = call.tensor("weight")
            settings["weight"] = float(weight[channel if weight.numel() > 1 else 0])
        curve = CURVES[call.record.op]

        def function(x: Values) -> Values:
            with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
                return curve(x, settings)

        return function

    def reads(self, call: Call) -> tuple[Reads, ...]:
        return pointwise(call)


for _name, (_, _arguments, _) in _FUNCTIONS.items():
    operation(_name, arguments=f"input, {_arguments}")(Activation)


def function_of(record: Record, channel: int) -> Callable[[Values], Values] | None:
    """y(x) of an activation's channel in double precision; None of anything that is no function of one number."""
    kind = operation_of(record.op)
    return kind.function(Call(record), channel) if isinstance(kind, Activation) else None


@operation("glu", arguments="input, dim=-1")
class GatedLinearUnit(Activation):
    """The first half of the channels, times the sigmoid of the second half."""

    def short(self, call: Call) -> str:
        return "GLU"

    def title(self, call: Call) -> str:
        return "GLU: a·σ(b), a and b the two halves"

    def explain(self, call: Call, index: Index) -> Explanation:
        (axis,) = call.axes_of("dim", len(index))
        half = (*index[:axis], index[axis] + call.output[axis], *index[axis + 1 :])
        a, b = float(call.tensor()[index]), float(call.tensor()[half])
        with np.errstate(over="ignore"):
            value = a / float(1 + np.exp(np.float64(-b)))
        terms = joined([single(call, index, np.array([a])), single(call, half, np.array([b]))])
        formula = f"{at_name(call.record, index)} = {plain(a)}·σ({plain(b)}) = {plain(value)}"
        return Explanation(call.record.op, formula, terms, 0.0, value, call.captured(index), False)

    def function(self, call: Call, channel: int) -> None:
        return None

    def size_formula(self, call: Call) -> Iterator[str]:
        (axis,) = call.axes_of("dim", len(call.shape()))
        yield f"{call.shape()[axis]}/2 = {call.output[axis]}"

    def reads(self, call: Call) -> tuple[Reads, ...]:
        (axis,) = call.axes_of("dim", len(call.shape()))
        return reads_input(call, [WHOLE if i == axis else read for i, read in enumerate(same(len(call.shape())))])
