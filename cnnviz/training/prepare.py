"""What is done before the first step: pictures are read and split, the network is built, and frozen where asked."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Generator, Iterable, Iterator
from dataclasses import replace

import numpy as np
import torch
from torch import nn

from cnnviz.training.augment import augmentation
from cnnviz.training.control import Control
from cnnviz.training.events import Event, Noted
from cnnviz.training.inputs import Batches, Inputs, made_ready
from cnnviz.training.network import Network
from cnnviz.training.pictures import DataSet, Pictures, require_learnable, split
from cnnviz.training.settings import Settings, TrainingError
from cnnviz.training.transfer import Features, features, freeze, tail

_NAMED = 10  # broken files that are named


class Prepared:
    """What a training works on. After `read` all of it is there.

    Attributes
    ----------
    module, preprocessing
        The network, with its first weights, and what it expects of pictures.
    train, held
        Pictures to learn from and to validate with, on the network's device; the latter may be None.
    stepped, learned, checked
        What a batch goes through, and the batches: the network and its pictures, or its last layer and features.
    identity
        What a checkpoint of it belongs to.
    """

    def __init__(
        self, data: DataSet, network: Network, settings: Settings, control: Control, device: torch.device
    ) -> None:
        self.data, self.network, self.settings, self.control, self.device = data, network, settings, control, device
        self.vary = augmentation(settings.augment, network.preprocessing.size)
        torch.manual_seed(settings.seed)
        self.module: nn.Module = network.make(data.labels).to(device)
        self.preprocessing = network.preprocessing

    def read(self) -> Iterator[Event]:
        """Read the pictures, split them, and take the network apart where only its end learns."""
        yield from map(Noted, (*self.data.notes, *self.network.notes))
        yield from self._fit_notes()
        whole = yield from self.ready(self.data.train, "Reading pictures")
        require_learnable(self.data.labels, whole.classes.numpy())
        held = None
        if self.data.validation is not None and self.settings.validation:
            held = yield from self.ready(self.data.validation, "Reading validation pictures")
            learned = whole
        else:
            rows, checked = split(whole.classes.numpy(), self.settings.validation, self.settings.seed)
            learned = whole.chosen(rows)
            held = whole.chosen(checked) if len(checked) else None
        if self.network.measured:
            mean, std = learned.moments()
            self.preprocessing = replace(self.preprocessing, mean=mean, std=std)
        empty = [label for label, count in zip(self.data.labels, counts(learned, self.data), strict=True) if not count]
        if empty:
            yield Noted(f"There are no training pictures of {_listed(empty)}: they will never be predicted.")
        self.identity = self._identity(whole)
        self.train, self.held = self.on_device(learned), None if held is None else self.on_device(held)
        yield from self._stage()

    def ready(self, pictures: Pictures, what: str) -> Generator[Event, None, Inputs]:
        """Pictures as tensors, read with progress; what cannot be read is said and left out."""
        inputs = None
        for event in made_ready(pictures, self.preprocessing, what, self.control):
            if isinstance(event, Inputs):
                inputs = event
            else:
                yield event
        assert inputs is not None
        for sentence in inputs.broken[:_NAMED]:
            yield Noted(f"Left out: {sentence}")
        if len(inputs.broken) > _NAMED:
            yield Noted(f"{len(inputs.broken) - _NAMED:,} more pictures cannot be read and are left out.")
        return inputs

    def _fit_notes(self) -> Iterator[Noted]:
        """Says what becomes of pictures that have another size or other channels than the network takes."""
        content, wanted = self.data.train.content, self.preprocessing
        if isinstance(content, np.ndarray):
            height, width = content.shape[1:3]
            grey = content.ndim == 3
            changes = [f"made {wanted.size[1]} × {wanted.size[0]}"] if (height, width) != wanted.size else []
            changes += [] if grey == (wanted.mode == "L") else ["made grey" if not grey else "given three channels"]
            if changes:
                which = f"{width} × {height} {'grey' if grey else 'colour'}"
                yield Noted(f"The pictures ({which}) are {' and '.join(changes)} for {self.network.title}.")

    def on_device(self, inputs: Inputs) -> Inputs:
        """Pictures where the network is, and as it takes them."""
        return replace(inputs, preprocessing=self.preprocessing).to(self.device)

    def _stage(self) -> Iterator[Event]:
        """What a batch goes through: the network, or only its last layer, with features computed once."""
        head, unfreeze = self.network.head, self.settings.unfreeze
        self.stepped = self.module
        self.learned: Batches = replace(self.train, vary=self.vary)
        self.checked: Batches | None = self.held
        if unfreeze is None:
            return
        if head is None:
            raise TrainingError(
                f"{self.network.name} has learned nothing yet: without --transfer all of it must learn."
            )
        freeze(self.module, head, unfreeze)
        end = tail(self.module, head, self.train.batch(torch.arange(1))[0]) if not unfreeze and not self.vary else None
        if end is not None:
            begun = time.perf_counter()
            self.stepped = end
            self.learned = yield from self._features(self.train)
            self.checked = (yield from self._features(self.held)) if self.held else None
            took = time.perf_counter() - begun
            count = len(self.train) + (len(self.held) if self.held else 0)
            yield Noted(
                f"What is frozen ran once over {count:,} pictures, in {took:.1f} s: an epoch runs the last layer alone."
            )

    def _features(self, inputs: Inputs) -> Generator[Event, None, Features]:
        assert self.network.head is not None
        for event in features(self.module, self.network.head, inputs, self.control):
            if isinstance(event, Features):
                return event
            yield event
        raise AssertionError("features are the last thing")

    def _identity(self, whole: Inputs) -> dict[str, str]:
        shapes = str([(name, tuple(tensor.shape)) for name, tensor in self.module.state_dict().items()])
        return {
            "another network": hashlib.sha256(shapes.encode()).hexdigest(),
            "other classes": json.dumps(self.data.labels),
            "other pictures": f"{whole.digest()} {self.settings.validation} {self.settings.seed}",
            "another way to learn": f"{self.settings.optimiser} {self.settings.unfreeze}",
        }


def counts(inputs: Inputs, data: DataSet) -> tuple[int, ...]:
    """How many pictures each class has, in the order of the labels."""
    return tuple(torch.bincount(inputs.classes, minlength=len(data.labels)).tolist())


def _listed(names: Iterable[str]) -> str:
    every = [f"“{name}”" for name in names]
    return ", ".join(every[:5]) + (f" and {len(every) - 5:,} more" if len(every) > 5 else "")
