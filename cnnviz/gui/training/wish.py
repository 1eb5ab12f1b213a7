"""What is to be trained, as the form says it: plain values, so that the window needs no torch for it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cnnviz.request import ModelRequest

DATA = {
    "mnist": "MNIST",
    "fashion-mnist": "Fashion-MNIST",
    "cifar10": "CIFAR-10",
    "cifar100": "CIFAR-100",
    "caltech101": "Caltech 101",
    "": "Own folder or file",
}
"""Data sets by the name that `cnnviz.training.open_data` takes; the last is any folder or file."""

NETWORKS = {
    "lenet5": "LeNet-5",
    "vgg-small": "VGG-small",
    "mlp": "Perceptron without convolutions",
}
"""Networks of our own that learn from nothing; torchvision's stand below them, and any plan can be written."""

AUGMENTATIONS = {
    "none": "As they are",
    "shift": "Shifted",
    "flip": "Shifted and mirrored",
    "turn": "Turned, scaled, shifted",
    "photo": "As photographs",
}
"""How training pictures are varied, and what the form calls it."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A training to be done.

    Attributes
    ----------
    data, where
        As `cnnviz.training.open_data` takes them; ``where`` alone is a folder.
    download
        Whether a data set with a name may be fetched when it is not on this computer.
    network
        The name or plan of what learns from nothing; empty with a model.
    model
        What has learned something already, as it is opened; only its end learns.
    unfreeze
        How many layers before its last one learn, too.
    compare
        Whether the same learns from nothing beside it.
    epochs, batch, rate, augment, validation, patience, seed, limit, device
        As in `cnnviz.training.Settings`; ``limit`` is the most pictures of a class, 0 for all.
    """

    data: str
    where: str
    network: str = ""
    model: ModelRequest | None = None
    unfreeze: int = 0
    compare: bool = False
    epochs: int = 3
    batch: int = 64
    rate: float | None = None
    augment: str = "none"
    validation: float = 0.1
    patience: int = 0
    seed: int = 0
    limit: int = 0
    download: bool = False
    device: str = "auto"

    @property
    def title(self) -> str:
        """What learns, in a few words."""
        if self.network.startswith("plan:"):
            return f"a chain of {max(len(self.network.split()) - 2, 0)} layers"
        return (Path(self.model.name).stem if self.model else self.network)[:30]

    @property
    def source(self) -> tuple[str, str]:
        """Where the pictures are, which is all that a look at them needs."""
        return self.data, self.where
