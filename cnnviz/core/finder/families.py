"""torchvision's networks, told by the number of their parameters, which torchvision publishes for each.

So none has to be built to be ruled out. Another number of classes, another number of input channels, a head of one's
own and other names in the same order are allowed for; what is left is compared shape by shape.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from cnnviz.core.errors import ModelError
from cnnviz.core.finder.candidate import Candidate, fit
from cnnviz.core.finder.layers import IGNORED, layers_of, learned
from cnnviz.core.finder.network import Steps
from cnnviz.core.finder.order import chained
from cnnviz.core.finder.plan import Step
from cnnviz.core.finder.sequential import dense_steps
from cnnviz.core.fitting import load_into
from cnnviz.core.sources import torchvision_models as known
from cnnviz.core.substitutes import ConcatPool

_HEADS = ("fc", "classifier", "head", "heads", "last_linear", "output", "linear", "1")
_SMALL = ((32, 1.0), (64, 1.3), (96, 1.6), (128, 1.6))
_SMALL_CLASSES = (10, 100, 200)  # of the data sets of small pictures
_AUXILIARY = re.compile(r"^(aux1|aux2|AuxLogits)\.")


def torchvision_candidates(tensors: Mapping[str, Tensor], file: str) -> Iterator[Candidate]:
    """The networks of torchvision that these tensors belong to; mostly one or none."""
    weights = {
        name: t
        for name, t in tensors.items()
        if t.is_floating_point() and not IGNORED.search(name) and not _AUXILIARY.search(name)
    }
    count = learned(weights.items())
    matrices = [(name, t) for name, t in weights.items() if t.ndim >= 2]
    if count < 100_000 or len(matrices) < 8:
        return
    planes = _planes(weights)
    for name in known.names():
        default: Any = known.weights_of(name)
        published = int(default.meta["num_params"])
        if count == published or _same_but_for_ends(count, published, matrices, planes):
            yield from _fitted(name, default, weights, planes, None, file)
            continue
        head = _own_head(count, published, weights)
        if head:
            yield from _fitted(name, default, weights, planes, head, file)


def _planes(weights: Mapping[str, Tensor]) -> int:
    stem = next((t for t in weights.values() if t.ndim == 4), None)
    return 3 if stem is None or stem.shape[1] > 4 else int(stem.shape[1])


def _same_but_for_ends(count: int, published: int, matrices: list[tuple[str, Tensor]], planes: int) -> bool:
    """Whether another number of classes and of input channels explains the difference."""
    stem, head = matrices[0][1], matrices[-1][1]
    inputs = head[0].numel()
    more = (3 - planes) * stem.shape[0] * math.prod(stem.shape[2:]) if stem.ndim == 4 else 0
    difference = published - count - more
    return bool(difference == (1000 - int(head.shape[0])) * (inputs + 1))


def _own_head(count: int, published: int, weights: Mapping[str, Tensor]) -> str:
    """The name under which a head of several layers stands in the place of torchvision's one; empty when none does."""
    for head in _HEADS:
        inside = {name: t for name, t in weights.items() if name.startswith(head + ".")}
        first = next((t for t in inside.values() if t.ndim == 2), None)
        if first is None:
            continue
        backbone = count - learned(inside.items())
        if published - backbone in (1000 * (int(first.shape[1]) + 1), 1000 * (int(first.shape[1]) // 2 + 1)):
            return head
    return ""


def _fitted(
    name: str, default: Any, weights: Mapping[str, Tensor], planes: int, head: str | None, file: str
) -> Iterator[Candidate]:
    classes = int([t for t in weights.values() if t.ndim >= 2][-1].shape[0])
    architecture = known.architecture_of(name, default)

    def skeleton() -> nn.Module:
        with torch.device("meta"):
            module = architecture.build(None if head else classes)
        if planes != 3:
            _with_planes(module, planes)
        if head:
            _with_head(module, head, weights)
        return module

    try:
        expected = skeleton().state_dict()
    except (ModelError, RuntimeError):
        return
    renamed = {new: t for old, t in weights.items() if (new := architecture.renamed(old)) is not None}
    same_names = fit(name, renamed, expected).exact
    tensors = renamed if same_names else _in_order(weights, expected)
    if tensors is None:
        return
    found = tensors

    def make() -> nn.Module:
        module = skeleton()
        load_into(module, found, file, name)
        if any(t.is_meta for t in (*module.parameters(), *module.buffers())):
            raise ModelError(f"{file} does not hold all numbers of {name}.")
        return module.eval()

    said = f"Its {len(found):,} tensors are those of {name}" + (
        "." if same_names else ", by their shapes: the names are others."
    )
    size = architecture.preprocessing.size
    sizes = [(size, 0.0)]
    fixed = name.startswith(("vit", "swin", "maxvit", "inception"))
    if (classes in _SMALL_CLASSES or planes == 1) and not fixed:
        sizes += [((28, 28), 0.9)] if planes == 1 else []
        sizes += [((edge, edge), cost) for edge, cost in _SMALL]
    for one, cost in sizes:
        yield Candidate(name, architecture.title, planes, one, classes, cost, make, said)


def _with_planes(module: nn.Module, planes: int) -> None:
    """The first convolution for another number of input channels."""
    for parent in module.modules():
        for key, child in parent._modules.items():
            if isinstance(child, nn.Conv2d):
                with torch.device("meta"):
                    parent._modules[key] = nn.Conv2d(
                        planes,
                        child.out_channels,
                        child.kernel_size,  # type: ignore[arg-type]
                        child.stride,  # type: ignore[arg-type]
                        child.padding,  # type: ignore[arg-type]
                        bias=child.bias is not None,
                    )
                return


def _with_head(module: nn.Module, head: str, weights: Mapping[str, Tensor]) -> None:
    """A head of dense layers with an activation between two of them, in the place of torchvision's.

    It may read maxima and means side by side, twice as many as torchvision's does: fast.ai's.
    """
    inside = {name.removeprefix(head + "."): t for name, t in weights.items() if name.startswith(head + ".")}
    layers = layers_of(inside)
    chain = chained(layers)
    own, last = list(module.named_children())[-1]
    if chain is None or chain.convs:
        raise ModelError("The head is no chain of dense layers.")
    inputs = next((part.in_features for part in last.modules() if isinstance(part, nn.Linear)), 0)
    if chain.dense[0].inputs != inputs:
        if chain.dense[0].inputs != 2 * inputs or not hasattr(module, "avgpool"):
            raise ModelError("The head reads another number of maps.")
        module.avgpool = ConcatPool()
    steps = [Step("layer", chain.first.path)] if chain.first else []
    steps += dense_steps(chain)
    with torch.device("meta"):
        setattr(module, own, Steps(Step("", branches=(tuple(steps),)), {layer.path: layer for layer in layers}))


def _in_order(weights: Mapping[str, Tensor], expected: Mapping[str, Tensor]) -> dict[str, Tensor] | None:
    """The tensors under the network's names when their shapes follow each other in the same order."""
    wanted = [name for name in expected if not IGNORED.search(name)]
    if len(wanted) != len(weights):
        return None
    pairs = list(zip(wanted, weights.values(), strict=True))
    if any(expected[name].shape != tensor.shape for name, tensor in pairs):
        return None
    return dict(pairs)
