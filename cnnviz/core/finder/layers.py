"""The layers that a file's tensors belong to, in the order in which the file has them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from torch import Tensor

IGNORED = re.compile(r"(^|\.)(num_batches_tracked|total_ops|total_params|n_averaged)$")
"""Counters of training that no network needs."""

WRAPPERS = ("module.", "_orig_mod.", "model.", "net.", "network.", "backbone.", "encoder.", "student.", "base_model.")
"""What training scripts put before all names."""

_PARTS = ("weight", "bias", "running_mean", "running_var")


@dataclass(frozen=True, slots=True)
class Layer:
    """The tensors of one layer.

    Attributes
    ----------
    path
        Their common name, without ``.weight``.
    kind
        ``"conv"``, ``"dense"``, ``"norm"`` (with running statistics), ``"scale"`` (a norm without), ``"prelu"``,
        ``"other"``.
    shape
        Of the weight; (outputs, inputs / groups, height, width) for a convolution.
    bias
        Whether it has one.
    """

    path: str
    kind: str
    shape: tuple[int, ...]
    bias: bool

    @property
    def outputs(self) -> int:
        """Channels or units that come out."""
        return self.shape[0] if self.shape else 0

    @property
    def kernel(self) -> int:
        """Height of the kernel; 0 where there is none."""
        return self.shape[2] if self.kind == "conv" else 0


def unwrapped(tensors: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], str]:
    """The tensors without the wrappers that all of their names begin with, and these wrappers.

    What stands before most but not all (a loss beside a network) is taken off, and the others are left out.
    """
    found, removed = {name: t for name, t in tensors.items() if not IGNORED.search(name)}, ""
    while found:
        wrapper = next((w for w in WRAPPERS if _holds_most(found, w)), "")
        if not wrapper:
            break
        inside = {name.removeprefix(wrapper): t for name, t in found.items() if name.startswith(wrapper)}
        found, removed = inside, removed + wrapper
    return found, removed


def _holds_most(tensors: Mapping[str, Tensor], wrapper: str) -> bool:
    inside = [t for name, t in tensors.items() if name.startswith(wrapper)]
    outside = sum(t.numel() for t in tensors.values()) - sum(t.numel() for t in inside)
    if wrapper in ("backbone.", "encoder.", "student.", "base_model.") and outside:
        return False  # what stands beside a backbone is its head
    others = [n for n, t in tensors.items() if not n.startswith(wrapper) and t.ndim in (2, 4) and n.endswith("weight")]
    return bool(inside) and (not outside or (not others and outside < 0.01 * sum(t.numel() for t in inside)))


def layers_of(tensors: Mapping[str, Tensor]) -> list[Layer]:
    """The layers in the order of the file."""
    parts: dict[str, dict[str, Tensor]] = {}
    for name, tensor in tensors.items():
        path, _, part = name.rpartition(".")
        if IGNORED.search(name):
            continue
        parts.setdefault(path if part in _PARTS else name, {})[part if part in _PARTS else "other"] = tensor
    return [_layer(path, own) for path, own in parts.items()]


def _layer(path: str, own: Mapping[str, Tensor]) -> Layer:
    weight = own.get("weight")
    bias = "bias" in own
    if "running_mean" in own:
        return Layer(path, "norm", tuple(own["running_mean"].shape), weight is not None)
    if weight is None or "other" in own:
        return Layer(path, "other", tuple(next(iter(own.values())).shape), bias)
    kinds = {4: "conv", 2: "dense", 1: "scale" if bias else "prelu"}
    kind = kinds.get(weight.ndim, "other")
    return Layer(path, kind, tuple(weight.shape), bias)


def number_of(path: str) -> int | None:
    """The index in a sequence that a path ends with; None where it ends with a name."""
    last = path.rpartition(".")[2]
    return int(last) if last.isdecimal() else None


def parent_of(path: str) -> str:
    """The path one step up."""
    return path.rpartition(".")[0]


def learned(tensors: Iterable[tuple[str, Tensor]]) -> int:
    """How many of the numbers were learned: running statistics are not."""
    return sum(
        tensor.numel()
        for name, tensor in tensors
        if not IGNORED.search(name) and not name.endswith(("running_mean", "running_var"))
    )
