"""One guess at the network that a file's tensors belong to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

import torch
from torch import Tensor, nn

from cnnviz.core.errors import ModelError
from cnnviz.core.examined import Fit
from cnnviz.core.finder.layers import IGNORED
from cnnviz.core.finder.network import build
from cnnviz.core.finder.plan import Plan
from cnnviz.core.model import Preprocessing


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """One guess at a network.

    Attributes
    ----------
    name, title
        What ``--arch`` takes for it, and for people.
    planes, size
        Of its input: channels, and (height, width) in pixels.
    classes
        How many scores it gives.
    cost
        How unusual it is; 0 is what most people do.
    make
        Builds it with the file's weights in it, in evaluation mode.
    plan
        Where it was put together step by step; None for a known family.
    said
        How it was recognised, as a sentence.
    usual
        How pictures are prepared for it, and what that is called, where it is known; empty where it is to be guessed.
    """

    name: str
    title: str
    planes: int
    size: tuple[int, int]
    classes: int
    cost: float
    make: Callable[[], nn.Module]
    said: str
    plan: Plan | None = None
    usual: tuple[tuple[str, Preprocessing], ...] = ()

    def with_plan(self, plan: Plan, cost: float) -> Candidate:
        """The same weights in another plan of the same layers, by so much more unusual."""
        make = partial(_made, plan, self.make().state_dict())
        return replace(self, name=plan.text, plan=plan, cost=self.cost + cost, make=make)


def fit(architecture: str, tensors: Mapping[str, Tensor], expected: Mapping[str, Tensor]) -> Fit:
    """Compares the tensors of a file with those that a network expects."""
    wanted = {name: tensor for name, tensor in expected.items() if not IGNORED.search(name)}
    given = {name: tensor for name, tensor in tensors.items() if not IGNORED.search(name)}
    shared = [name for name in wanted if name in given]
    reshaped = tuple(name for name in shared if wanted[name].shape != given[name].shape)
    return Fit(
        architecture,
        len(shared) - len(reshaped),
        tuple(name for name in wanted if name not in given),
        tuple(name for name in given if name not in wanted),
        reshaped,
    )


def _made(plan: Plan, tensors: Mapping[str, Tensor]) -> nn.Module:
    """The network of a plan with these weights in it, in evaluation mode."""
    with torch.device("meta"):  # nothing is drawn that would be replaced at once
        module = build(plan, tensors)
    missing, unexpected = module.load_state_dict(dict(tensors), strict=False, assign=True)
    left = [name for name in (*missing, *unexpected) if not IGNORED.search(name)]
    if left:
        raise ModelError("The plan does not use all weights of the file.", ", ".join(left))
    for part in module.modules():
        part._buffers |= {
            name: torch.zeros_like(one, device="cpu")
            for name, one in part._buffers.items()
            if one is not None and one.is_meta
        }
    return module.eval()


def planned(plan: Plan, tensors: Mapping[str, Tensor], cost: float, title: str, said: str) -> Candidate:
    """The guess that a plan describes."""
    floats = {name: tensor.float() for name, tensor in tensors.items() if tensor.is_floating_point()}
    make = partial(_made, plan, floats)

    last = [step for step in plan.all_steps() if step.word == "layer"][-1]
    weight = tensors.get(f"{last.path}.weight")
    classes = 0 if weight is None else int(weight.shape[0])
    return Candidate(plan.text, title, plan.channels, plan.size, classes, cost, make, said, plan)
