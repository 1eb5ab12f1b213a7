"""The network of a plan, with the names that the file's tensors have."""

from __future__ import annotations

from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from cnnviz.core.errors import ModelError
from cnnviz.core.finder.layers import Layer, layers_of
from cnnviz.core.finder.plan import Plan, Step, pooling, slope

_ACTIVATIONS: dict[str, type[nn.Module]] = {
    "relu": nn.ReLU,
    "relu6": nn.ReLU6,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "elu": nn.ELU,
    "selu": nn.SELU,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
    "hardswish": nn.Hardswish,
    "hardsigmoid": nn.Hardsigmoid,
    "softplus": nn.Softplus,
    "mish": nn.Mish,
}


_Program = tuple[str, list[list["str | _Program"]]]
"""How branches are joined, and what each runs: names of modules, and blocks that have none of their own."""


class Steps(nn.Module):
    """Runs its steps one after the other; the names of its parts are those of the file's tensors.

    Input (N, C, H, W); output of the last step, or what the branches of a block join to.
    """

    def __init__(self, step: Step, layers: Mapping[str, Layer]) -> None:
        super().__init__()
        self._prefix = step.path + "." if step.path else ""
        self._before = ""
        self.program = self._compiled(step, layers)

    def _compiled(self, step: Step, layers: Mapping[str, Layer]) -> _Program:
        """The names of the modules that a block runs, each of them put in its place."""
        branches: list[list[str | _Program]] = []
        for branch in step.branches:
            self._before = ""
            items: list[str | _Program] = []
            for inner in branch:
                if inner.branches and not inner.path:
                    items.append(self._compiled(inner, layers))
                    continue
                name = self._name(inner)
                items.append(self._place(name, _module(inner, layers)))
                self._before = name if inner.path else self._before
            branches.append(items)
        return step.word, branches

    def forward(self, x: Tensor) -> Tensor:
        """The input through every branch, and what becomes of them."""
        return self._run(self.program, x)

    def _run(self, program: _Program, x: Tensor) -> Tensor:
        join, branches = program
        outputs = []
        for items in branches:
            y = x
            for item in items:
                y = self.get_submodule(item)(y) if isinstance(item, str) else self._run(item, y)
            outputs.append(y)
        return _joined(join, x, outputs)

    def _name(self, step: Step) -> str:
        """A layer's own name; what has no weights is called after the layer before it."""
        if step.path:
            return step.path.removeprefix(self._prefix)
        return f"{self._before}_{step.word}" if self._before else step.word

    def _place(self, name: str, module: nn.Module) -> str:
        *above, last = name.split(".")
        parent: nn.Module = self
        for part in above:
            child = parent._modules.get(part)
            if child is None:
                child = nn.Module()
                parent.add_module(part, child)
            parent = child
        number, wanted = 2, last
        while wanted in parent._modules:
            wanted, number = f"{last}_{number}", number + 1
        parent.add_module(wanted, module)
        return ".".join([*above, wanted])


def _joined(join: str, x: Tensor, outputs: list[Tensor]) -> Tensor:
    """What becomes of the outputs of a block's branches."""
    if join == "add":
        return outputs[0] + outputs[1]
    if join == "gate":
        first, second = outputs
        return first * second.view(*second.shape[:2], 1, 1) if second.ndim == 2 else first * second
    if join == "cat":
        return torch.cat(outputs, 1)
    if join == "stn":
        theta = outputs[0].view(-1, 2, 3)
        grid = F.affine_grid(theta, list(x.shape), align_corners=False)
        return F.grid_sample(x, grid, align_corners=False)
    return outputs[0]


class Subsample(nn.Module):
    """Every second pixel, and zeros for the channels that are new: the shortcut “option A” of He et al., 2015.

    Input (N, C, H, W); output (N, outputs, H / step, W / step).
    """

    def __init__(self, step: int, outputs: int, where: str) -> None:
        super().__init__()
        self.step, self.outputs, self.where = step, outputs, where

    def forward(self, x: Tensor) -> Tensor:
        """Fewer pixels, more channels."""
        new = self.outputs - x.shape[1]
        before = new // 2 if self.where == "both" else 0
        return F.pad(x[:, :, :: self.step, :: self.step], (0, 0, 0, 0, before, new - before))


class FlattenRowsFirst(nn.Module):
    """Flattens as Keras does: the channels of one pixel lie side by side. Input (N, C, H, W), output (N, H·W·C)."""

    def forward(self, x: Tensor) -> Tensor:
        """Channels last, then one row."""
        return x.permute(0, 2, 3, 1).flatten(1)


def build(plan: Plan, tensors: Mapping[str, Tensor]) -> nn.Module:
    """The network of a plan, untrained. Raises ``ModelError`` when it names weights that the file has not."""
    layers = {layer.path: layer for layer in layers_of(tensors)}
    for step in plan.all_steps():
        if step.word == "layer" and step.path not in layers:
            raise ModelError(f"The plan has a layer {step.path}, of which the file has no weights.")
    return Steps(Step("", branches=(plan.steps,)), layers)


def _module(step: Step, layers: Mapping[str, Layer]) -> nn.Module:
    if step.branches:
        return Steps(step, layers)
    if step.word == "layer":
        return _layer(step, layers[step.path])
    if step.word in _ACTIVATIONS:
        return _ACTIVATIONS[step.word]()
    leak = slope(step.word)
    if leak is not None:
        return nn.LeakyReLU(leak)
    if step.word == "flatten":
        return nn.Flatten()
    if step.word == "flatten_hwc":
        return FlattenRowsFirst()
    if step.word in ("softmax", "log_softmax"):
        return nn.Softmax(1) if step.word == "softmax" else nn.LogSoftmax(1)
    return _pool(step.word)


def _pool(word: str) -> nn.Module:
    said = pooling(word)
    if said is None:
        raise ModelError(f"“{word}” in the plan is not understood.")
    if said["adaptive"]:
        kind = nn.AdaptiveAvgPool2d if said["adaptive"] == "gap" else nn.AdaptiveMaxPool2d
        return kind(int(said["out"] or 1))
    if said["sub"]:
        return Subsample(int(said["step"]), int(said["to"]), said["where"])
    size, stride, padding = int(said["size"]), int(said["stride"] or said["size"]), int(said["padding"] or 0)
    pool = nn.MaxPool2d if said["word"] == "max" else nn.AvgPool2d
    return pool(size, stride, padding, ceil_mode=bool(said["ceil"]))


def _layer(step: Step, layer: Layer) -> nn.Module:
    if layer.kind == "conv":
        return nn.Conv2d(
            layer.shape[1] * step.groups,
            layer.shape[0],
            (layer.shape[2], layer.shape[3]),
            step.stride,
            _padding(step, layer),
            step.dilation,
            step.groups,
            layer.bias,
        )
    if layer.kind == "dense":
        return nn.Linear(layer.shape[1], layer.shape[0], layer.bias)
    if layer.kind == "norm":
        return BatchNorm(layer.shape[0], affine=layer.bias)
    if layer.kind == "scale":
        return nn.GroupNorm(step.groups, layer.shape[0])
    if layer.kind == "prelu":
        return nn.PReLU(layer.shape[0])
    raise ModelError(f"{layer.path} is of a kind that a plan cannot have.")


def _padding(step: Step, layer: Layer) -> int | tuple[int, int]:
    if step.padding and layer.shape[2] != layer.shape[3]:
        return step.dilation * (layer.shape[2] // 2), step.dilation * (layer.shape[3] // 2)
    return step.padding


class BatchNorm(nn.BatchNorm2d):
    """Batch normalisation of maps (N, C, H, W), or of rows (N, C)."""

    def _check_input_dim(self, input: Tensor) -> None:  # noqa: A002
        """Takes either."""
