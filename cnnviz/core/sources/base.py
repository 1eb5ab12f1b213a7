"""What every kind of model source gives: whether it knows a name, the model, and architectures for files of weights."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import nn

from cnnviz.core.fitting import aligned, head_classes, load_into
from cnnviz.core.model import Model, Preprocessing
from cnnviz.core.weights import Weights

SEED = 0
"""Random weights are the same at each start."""

RANDOM = f"random:{SEED}"
"""Identity of random weights."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the user wrote: a name or file, the architecture of a file, class names, and whether code may run."""

    name: str
    arch: str | None = None
    labels: tuple[str, ...] = ()
    trust: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """A model that can be opened by name.

    Attributes
    ----------
    name
        What ``load_model`` takes.
    title, caption
        As of the model itself.
    source
        The kind of source: ``"bundled"``, ``"torchvision"``.
    ready
        Whether its weights are on this computer.
    """

    name: str
    title: str
    caption: str
    source: str
    ready: bool


@dataclass(frozen=True, slots=True, eq=False)
class Architecture:
    """How to build a network for weights that come from elsewhere.

    Attributes
    ----------
    name, title
        As it is asked for, and for people.
    build
        Makes the network for a number of classes, or None for its own number.
    preprocessing
        What networks of this architecture are usually trained with.
    labels
        Class names, right for a network with as many classes.
    renamed
        A tensor's name of today for one of an older release; None for a tensor that is not needed.
    meta
        Whether it may be built without memory, on the meta device.
    notes
        What was assumed about it, one sentence each.
    """

    name: str
    title: str
    build: Callable[[int | None], nn.Module]
    preprocessing: Preprocessing
    labels: tuple[str, ...] = ()
    renamed: Callable[[str], str | None] = lambda name: name
    meta: bool = True
    notes: tuple[str, ...] = ()


class Source(Protocol):
    """One kind of model source: a module of this package with an instance of it, called ``SOURCE``."""

    order: int
    """The lower is asked first: those that need no import of a large library."""

    holds_only_weights: bool
    """Whether the architecture may be named beside it."""

    def accepts(self, name: str) -> bool:
        """Whether a name is of this kind."""

    def load(self, asked: Asked) -> Model:
        """The model, on the CPU."""

    def offers(self) -> list[Offer]:
        """What it can open by name."""

    def architecture(self, name: str, trust: bool) -> Architecture | None:
        """The architecture of that name; None when it has none."""


@contextmanager
def seeded() -> Iterator[None]:
    """Random weights drawn inside are the same each time, and the user's own random numbers go on as if nothing was."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(SEED)
        yield


def random_module(architecture: Architecture) -> nn.Module:
    """The untrained network, in evaluation mode."""
    with seeded():
        return architecture.build(None).eval()


def trained_module(architecture: Architecture, weights: Weights) -> tuple[nn.Module, int | None, tuple[str, ...]]:
    """The network with the weights of a file, in evaluation mode; its number of classes; what was converted.

    The last layer has as many outputs as the file's. Raises ``ModelError`` when the tensors do not fit.
    """
    module = skeleton(architecture, None)
    expected = module.state_dict()
    renamed = {new: tensor for old, tensor in weights.tensors.items() if (new := architecture.renamed(old)) is not None}
    tensors, notes = aligned(renamed, expected)
    tensors = {new: tensor for old, tensor in tensors.items() if (new := architecture.renamed(old)) is not None}
    classes = head_classes(tensors, expected)
    if classes not in (None, head_classes(expected, expected)):
        module = skeleton(architecture, classes)
    notes += load_into(module, tensors, weights.name, architecture.name)
    if any(tensor.is_meta for tensor in (*module.parameters(), *module.buffers())):  # buffers that no file holds
        with seeded():
            module = architecture.build(classes)
        load_into(module, tensors, weights.name, architecture.name)
    return module.eval(), classes, notes


def skeleton(architecture: Architecture, classes: int | None) -> nn.Module:
    """The network without numbers in it: what is loaded over them need not be drawn first."""
    if architecture.meta:
        try:
            with torch.device("meta"):
                return architecture.build(classes)
        except NotImplementedError:  # RegNet reckons its widths with tensors
            pass
    with seeded():
        return architecture.build(classes)
