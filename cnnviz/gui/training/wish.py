"""What is to be trained, as the form says it: plain values, so that the window needs no torch for it."""

from __future__ import annotations

from dataclasses import dataclass

DATA = {
    "mnist": "MNIST",
    "fashion-mnist": "Fashion-MNIST",
    "cifar10": "CIFAR-10",
    "cifar100": "CIFAR-100",
    "caltech101": "Caltech 101",
    "": "A folder with one folder a class",
}
"""Data sets by the name that `cnnviz.training.open_data` takes; the last is any folder."""

NETWORKS = {
    "lenet5": "LeNet-5",
    "vgg-small": "VGG-small",
    "resnet18": "ResNet18",
    "mobilenet_v3_small": "MobileNetV3-S",
}
"""Networks that learn from nothing; any other name or plan can be written."""

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
        A name or a plan; of a trained network what opens it.
    transfer
        Whether it is trained already, and only its end learns.
    unfreeze
        How many layers before the last one learn, too.
    epochs, batch, rate, augment, validation, patience, seed, limit, device
        As in `cnnviz.training.Settings`; ``limit`` is the most pictures of a class, 0 for all.
    """

    data: str
    where: str
    network: str
    transfer: bool = False
    unfreeze: int = 0
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
