"""The network to train: untrained by the name of its architecture or as a chain, or trained already."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch
from torch import nn

from cnnviz.core.architectures import ARCHITECTURES
from cnnviz.core.errors import ModelError
from cnnviz.core.finder.plan import PREFIX
from cnnviz.core.model import Preprocessing
from cnnviz.core.sources import find_architecture, load_model
from cnnviz.core.sources.bundled import architecture_name
from cnnviz.core.sources.weights_file import SUFFIXES
from cnnviz.core.weights import read_weights
from cnnviz.training import chain
from cnnviz.training.chain import Chain
from cnnviz.training.transfer import Head, find_head, with_new_head


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """A network to train.

    Attributes
    ----------
    name, title
        As it was asked for, and for people.
    architecture
        What a file of its weights says, so that it opens with no other option: a name, or a plan.
    preprocessing
        What it expects of pictures.
    make
        Builds it for class names, with first weights from torch's generator. Where it was trained already its weights
        are kept, and only the last layer is new, unless the classes are those that it knows.
    head
        Its last layer, where it was trained already; None where everything is to be learned.
    labels
        The classes that it was trained for.
    measured
        Whether mean and deviation are taken from the training pictures.
    notes
        What was guessed about it.
    """

    name: str
    title: str
    architecture: str
    preprocessing: Preprocessing
    make: Callable[[tuple[str, ...]], nn.Module] = field(repr=False)
    head: Head | None = None
    labels: tuple[str, ...] = ()
    measured: bool = False
    notes: tuple[str, ...] = ()


def untrained(name: str, trust: bool = False) -> Network:
    """A network that learns from nothing.

    Parameters
    ----------
    name
        ``lenet5``, ``vgg-small``, a torchvision name, ``FILE.py:FACTORY``, or a chain: ``plan: 1x28x28 conv6x5 …``.
    trust
        Whether Python code that was named may run.

    Raises
    ------
    ModelError
        There is none of that name, the chain is impossible, or its code is not trusted.
    """
    if name.startswith(PREFIX):
        return of_chain(chain.parse(name))
    if Path(name).suffix.lower() in SUFFIXES:
        raise ModelError(f"{name} is trained already: add --transfer to learn from what it knows.")
    architecture = find_architecture(name.removesuffix(":random"), trust)

    def make(labels: tuple[str, ...]) -> nn.Module:
        return architecture.build(len(labels))

    own = architecture.name in ARCHITECTURES
    preprocessing = replace(architecture.preprocessing, guessed=False)
    return Network(name, architecture.title, architecture.name, preprocessing, make, measured=own)


def of_chain(links: Chain) -> Network:
    """A chain as a network to train. Raises ``ModelError`` with what is impossible about it."""
    if links.problem:
        raise ModelError(links.problem)
    mode = "L" if links.channels == 1 else "RGB"
    preprocessing = Preprocessing(mode, links.size, (0.5,) * links.channels, (0.25,) * links.channels)

    def make(labels: tuple[str, ...]) -> nn.Module:
        return links.with_classes(len(labels)).build()

    return Network(links.text, "Chain", links.plan.text, preprocessing, make, measured=True)


def trained(name: str, arch: str | None = None, **asked: Any) -> Network:
    """A network that has learned something, to learn other classes from there.

    Parameters
    ----------
    name, arch
        As `cnnviz.core.sources.load_model` takes them: ``vgg-cifar10``, a torchvision name, a file.
    asked
        What else it takes of how the model is to be opened: ``labels``, ``input_size``, ``mean``, ``trust`` …

    Raises
    ------
    ModelError
        It cannot be opened.
    TrainingError
        It has no last layer that could be exchanged.
    """
    model = load_model(name, arch=arch, **asked, device="cpu")
    head = find_head(model.module, torch.zeros(1, model.preprocessing.channels, *model.preprocessing.size))

    def make(wanted: tuple[str, ...]) -> nn.Module:
        module = copy.deepcopy(model.module)
        if wanted != model.labels:
            with_new_head(module, head, len(wanted))
        return module

    return Network(
        name,
        model.title,
        arch or model.arch or _architecture(name),
        replace(model.preprocessing, guessed=False),
        make,
        head,
        model.labels,
        notes=model.notes,
    )


def from_nothing(network: Network) -> Network:
    """The same network without what it has learned, to compare with."""

    def make(labels: tuple[str, ...]) -> nn.Module:
        module = network.make(labels)
        for inner in module.modules():
            if callable(reset := getattr(inner, "reset_parameters", None)):
                reset()
        return module

    return replace(network, make=make, head=None, labels=())


def _architecture(name: str) -> str:
    """What a model's file would have to say about its architecture; empty where the finder finds it by its tensors."""
    bundled = architecture_name(name)
    if bundled:
        return bundled
    if Path(name).is_file():
        return read_weights(Path(name)).metadata.get("architecture", "")
    return name.partition(":")[0]
