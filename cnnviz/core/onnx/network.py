"""An ONNX graph as a module: one part for each operation, with its weights and the name that it had."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from cnnviz.core.errors import ModelError
from cnnviz.core.onnx.operations import OPERATIONS
from cnnviz.core.onnx.proto import Graph, Node

_PLACES = ("input", "weight", "bias", "mean", "variance")


class Operation(nn.Module):
    """One node of the graph.

    Inputs are those of the node that are no weights, in order; the output is that of the operation.
    """

    def __init__(self, node: Node, weights: Mapping[str, Tensor]) -> None:
        super().__init__()
        self.op = node.op
        self.settings = dict(node.attributes) | {"outputs": len(node.outputs)}
        self._slots: list[str | None] = []  # names of own tensors, "" for an input, None for one left out
        for place, name in enumerate(node.inputs):
            own = _PLACES[place] if place < len(_PLACES) else f"value{place}"
            if name in weights:
                tensor = weights[name]
                tensor = tensor.float() if tensor.is_floating_point() else tensor
                self.register_buffer(own, tensor)
                self._slots.append(own)
            else:
                self._slots.append("" if name else None)

    def forward(self, *inputs: Tensor) -> Any:
        """What the operation gives."""
        given = iter(inputs)
        values = [None if s is None else self.get_buffer(s) if s else next(given) for s in self._slots]
        if all(value is None or not value.is_floating_point() for value in values) or self.op == "Shape":
            with torch._C.DisableTorchFunction():  # sums about shapes are no operations of the network
                return OPERATIONS[self.op](values, self.settings)
        return OPERATIONS[self.op](values, self.settings)


class OnnxNetwork(nn.Module):
    """The network of an ONNX file.

    Parameters
    ----------
    graph
        As it was read.

    Raises
    ------
    ModelError
        It has an operation that is not supported: which.
    """

    def __init__(self, graph: Graph) -> None:
        super().__init__()
        _refuse(graph)
        if len(graph.inputs) != 1:
            raise ModelError(f"It has {len(graph.inputs)} inputs, and only networks with one picture can be opened.")
        (self.input, self.shape), *_ = graph.inputs.items()
        self.result = graph.outputs[0]
        known = dict(graph.tensors)
        self._steps: list[tuple[str, tuple[str, ...], tuple[str, ...]]] = []
        for number, node in enumerate(graph.nodes):
            if node.op == "Constant":
                known[node.outputs[0]] = _constant(node)
            elif node.op == "Identity" and node.inputs[0] in known:
                known[node.outputs[0]] = known[node.inputs[0]]
            else:
                name = self._place(_path(node, number), Operation(node, known))
                self._steps.append((name, tuple(i for i in node.inputs if i and i not in known), node.outputs))
        self._last_use = {name: n for n, (_, inputs, _) in enumerate(self._steps) for name in inputs}
        self.eval()

    def forward(self, x: Tensor) -> Tensor:
        """Scores for pictures (N, C, H, W); one by one where the file allows for one at a time."""
        if self.shape and self.shape[0] == 1 and len(x) > 1:
            return torch.cat([self._run(one[None]) for one in x])
        return self._run(x)

    def _run(self, x: Tensor) -> Tensor:
        values: dict[str, Any] = {self.input: x}
        for number, (name, inputs, outputs) in enumerate(self._steps):
            found = self.get_submodule(name)(*(values[i] for i in inputs))
            values.update(zip(outputs, found if isinstance(found, tuple) else (found,), strict=False))
            for i in inputs:
                if self._last_use[i] == number and i != self.result:
                    values.pop(i, None)
        result: Tensor = values[self.result]
        return result

    def _place(self, path: str, module: nn.Module) -> str:
        *above, last = path.split(".")
        parent: nn.Module = self
        for part in above:
            if part not in parent._modules:
                parent.add_module(part, nn.Module())
            parent = parent.get_submodule(part)
        number, wanted = 2, last
        while wanted in parent._modules or hasattr(parent, wanted):
            wanted, number = f"{last}_{number}", number + 1
        parent.add_module(wanted, module)
        return ".".join([*above, wanted])


def _path(node: Node, number: int) -> str:
    """A name for people: that of its weights without the last word, else that of the node."""
    weight = node.inputs[1] if len(node.inputs) > 1 and node.op in ("Conv", "Gemm", "BatchNormalization") else ""
    if weight.endswith((".weight", ".running_mean")):
        words = weight.rpartition(".")[0].split(".")
    else:
        words = [word for word in node.name.split("/") if word]
        if len(words) > 1 and words[-1].rstrip("_0123456789") == node.op:
            words = words[:-1]
        start = next((n for n in reversed(range(len(words))) if "." in words[n]), max(len(words) - 1, 0))
        words = ".".join(words[start:]).split(".") if words else [f"{node.op.lower()}{number}"]
    clean = [re.sub(r"\W+", "_", word) for word in words]
    return ".".join(word for word in clean if word) or f"{node.op.lower()}{number}"


def _constant(node: Node) -> Tensor:
    for name in ("value", "value_float", "value_int", "value_floats", "value_ints"):
        if name in node.attributes:
            value = node.attributes[name]
            return value if isinstance(value, Tensor) else torch.tensor(value)
    raise ModelError("It has a constant of a kind that is not supported.")


def _refuse(graph: Graph) -> None:
    """Operations that are not supported, named."""
    every = {node.op for node in graph.nodes}
    if any(op.startswith("QLinear") or op in ("QuantizeLinear", "ConvInteger", "MatMulInteger") for op in every):
        raise ModelError(
            "It is quantised to whole numbers (int8), and such networks cannot be opened: "
            "open the network from which it was made, before quantisation."
        )
    unknown = sorted(every - OPERATIONS.keys() - {"Constant"})
    if unknown:
        several = "operations" if len(unknown) > 1 else "operation"
        raise ModelError(f"It has the {several} {', '.join(unknown)}, which CNNViz does not support in ONNX files.")
