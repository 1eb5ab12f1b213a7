"""Transfer learning: a trained network keeps what it sees, and learns new classes with a new last layer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from cnnviz.core.cancel import Cancelled
from cnnviz.training.control import Control
from cnnviz.training.events import Progressed
from cnnviz.training.inputs import Inputs, in_turn
from cnnviz.training.measure import logits_of, pass_size
from cnnviz.training.settings import TrainingError


@dataclass(frozen=True, slots=True)
class Head:
    """Where a network ends.

    Attributes
    ----------
    path
        Of the last layer, a dense one or a convolution: the one that gives the class scores.
    order
        The paths of all layers with weights, in the order in which they run first.
    classes
        How many scores it gives.
    """

    path: str
    order: tuple[str, ...]
    classes: int


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """What the frozen part of a network makes of each picture: computed once, learned from in every epoch.

    Attributes
    ----------
    values
        (N, F) or (N, C, H, W) float32, the input of the last layer.
    classes
        (N,) int64.
    """

    values: Tensor = field(repr=False)
    classes: Tensor = field(repr=False)

    def batch(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """The features and classes of some."""
        return self.values[rows], self.classes[rows]


def find_head(module: nn.Module, x: Tensor) -> Head:
    """The last layer of a network, found by one pass of ``x`` (1, C, H, W).

    Raises
    ------
    TrainingError
        The class scores do not come from a dense layer or convolution with as many outputs.
    """
    names = {inner: name for name, inner in module.named_modules()}
    ran: dict[str, nn.Module] = {}
    leaves = [m for m in module.modules() if any(True for _ in m.parameters(recurse=False))]
    hooks = [m.register_forward_pre_hook(lambda inner, _: ran.update({names[inner]: inner})) for m in leaves]
    try:
        classes = logits_of(_evaluated(module, x)).shape[1]
    finally:
        for hook in hooks:
            hook.remove()
    last = next((path for path in reversed(ran) if isinstance(ran[path], nn.Linear | nn.Conv2d)), "")
    outputs = getattr(ran.get(last), "out_features", getattr(ran.get(last), "out_channels", 0))
    if outputs != classes:
        raise TrainingError("The network does not end with a dense layer or convolution, so it cannot get a new one.")
    return Head(last, tuple(ran), classes)


def with_new_head(module: nn.Module, head: Head, classes: int) -> None:
    """Put an untrained last layer for so many classes in the place of the old one."""
    old = module.get_submodule(head.path)
    new: nn.Module
    if isinstance(old, nn.Linear):
        new = nn.Linear(old.in_features, classes, old.bias is not None)
    else:
        assert isinstance(old, nn.Conv2d)
        shape: dict[str, Any] = {name: getattr(old, name) for name in ("kernel_size", "stride", "padding", "dilation")}
        new = nn.Conv2d(old.in_channels, classes, **shape, bias=old.bias is not None)
    module.set_submodule(head.path, new)


def freeze(module: nn.Module, head: Head, before: int | None) -> None:
    """Let only the last layer learn, and so many dense layers and convolutions before it; with None all of them.

    A norm learns with the layer that it follows.
    """
    learned = [path for path in head.order if isinstance(module.get_submodule(path), nn.Linear | nn.Conv2d)]
    first = 0 if before is None or before >= len(learned) else head.order.index(learned[-1 - before])
    thawed = {module.get_submodule(path) for path in head.order[first:]}
    module.requires_grad_(before is None)
    for inner in thawed:
        inner.requires_grad_(True)


def training_mode(module: nn.Module) -> None:
    """Training mode, but not for what is frozen: its norms must not adapt to new pictures, its dropout stays out."""
    module.train()
    for inner in module.modules():
        parameters = list(inner.parameters())
        if parameters and not any(p.requires_grad for p in parameters):
            inner.eval()


def tail(module: nn.Module, head: Head, x: Tensor) -> nn.Module | None:
    """What runs from the last layer to the scores, as a network of its own that shares the layers.

    None where it cannot be taken apart: where something stands behind the last layer that is no part of its sequence.
    """
    parent_path, _, name = head.path.rpartition(".")
    parent = module.get_submodule(parent_path)
    layers = [module.get_submodule(head.path)]
    if isinstance(parent, nn.Sequential):
        names = [inner for inner, _ in parent.named_children()]
        layers = list(parent.children())[names.index(name) :]
    candidate = nn.Sequential(*layers, nn.Flatten())
    seen: list[Tensor] = []
    hook = layers[0].register_forward_pre_hook(lambda _, args: seen.append(args[0]))
    try:
        logits = logits_of(_evaluated(module, x))
    finally:
        hook.remove()
    with torch.no_grad():
        same = len(seen) == 1 and torch.equal(candidate.eval()(seen[0]), logits)
    return candidate if same else None


def features(module: nn.Module, head: Head, inputs: Inputs, control: Control) -> Iterator[Progressed | Features]:
    """What comes to the last layer for each picture; tells how far it is, last the `Features`.

    Raises ``Cancelled`` when the control says stop.
    """
    seen: list[Tensor] = []
    hook = module.get_submodule(head.path).register_forward_pre_hook(lambda _, args: seen.append(args[0].detach()))
    try:
        for rows in in_turn(len(inputs), pass_size(inputs)):
            if control.stopped:
                raise Cancelled
            _evaluated(module, inputs.batch(rows)[0])
            yield Progressed("Computing features", int(rows[-1]) + 1, len(inputs))
    finally:
        hook.remove()
    yield Features(torch.cat(seen), inputs.classes)


def _evaluated(module: nn.Module, x: Tensor) -> object:
    """One pass in evaluation mode, without gradients."""
    module.eval()
    with torch.no_grad():
        return module(x)
