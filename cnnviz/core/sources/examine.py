"""A close look at a file of weights, for a person who wants to know what it is before, or instead of, opening it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from cnnviz.core.examined import Choice, Examined, Fit
from cnnviz.core.finder import candidates
from cnnviz.core.finder.candidate import fit
from cnnviz.core.finder.layers import unwrapped
from cnnviz.core.fitting import aligned
from cnnviz.core.sources.base import skeleton
from cnnviz.core.weights import read_weights

_CHOICES = 12


def examine(path: Path) -> Examined:
    """Everything that is in a file of weights, and what it may belong to. Raises ``ModelError``."""
    weights = read_weights(path)
    own, _ = unwrapped(weights.tensors)
    types = Counter(str(tensor.dtype).removeprefix("torch.") for tensor in weights.tensors.values())
    return Examined(
        weights.name,
        len(weights.tensors),
        sum(tensor.numel() for tensor in weights.tensors.values()),
        tuple(types.most_common()),
        tuple((name, tuple(tensor.shape)) for name, tensor in weights.tensors.items()),
        tuple(weights.metadata.items()),
        weights.labels,
        "" if weights.whole is None else weights.whole.kind,
        weights.imports,
        tuple(
            Choice(c.name, c.title, c.planes, c.size, c.classes, c.cost, c.said)
            for c in candidates(own, weights.name)[:_CHOICES]
        ),
    )


def compare(path: Path, arch: str, trust: bool = False) -> Fit:
    """How well the architecture of that name fits a file, tensor by tensor. Raises ``ModelError``."""
    from cnnviz.core.sources import find_architecture

    expected = skeleton(find_architecture(arch, trust), None).state_dict()
    tensors, _ = aligned(read_weights(path).tensors, expected)
    return fit(arch, tensors, expected)
