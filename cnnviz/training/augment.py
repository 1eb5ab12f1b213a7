"""How training pictures are varied: torchvision's transforms, drawn anew for each picture."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from cnnviz.training.settings import TrainingError

AUGMENTATIONS = {
    "none": "as they are",
    "shift": "moved by up to an eighth",
    "flip": "mirrored left to right in half of the cases, moved by up to an eighth",
    "turn": "turned by up to 12 degrees, 0.85 to 1.15 times the size, moved by up to an eighth",
    "photo": "another part of the picture each time, mirrored in half of the cases, other brightness and colour",
}
"""What ``Settings.augment`` takes, and what it does."""


def augmentation(name: str, size: tuple[int, int]) -> Callable[[Tensor], Tensor] | None:
    """Varies a batch (N, C, H, W) uint8 of this size, each picture by itself; None for ``"none"``.

    Chances are drawn from torch's own generator, so that its seed repeats them. Raises ``TrainingError`` for a name
    that is none.
    """
    if name not in AUGMENTATIONS:
        raise TrainingError(f"Pictures cannot be varied by “{name}”: there are {', '.join(AUGMENTATIONS)}.")
    if name == "none":
        return None
    from torchvision.transforms import v2

    edge = max(1, round(max(size) / 8))
    shift = v2.RandomCrop(size, padding=edge, padding_mode="edge")
    flip = v2.RandomHorizontalFlip()
    affine = v2.RandomAffine(
        12, translate=(1 / 8, 1 / 8), scale=(0.85, 1.15), interpolation=v2.InterpolationMode.BILINEAR
    )
    part = v2.RandomResizedCrop(size, scale=(0.35, 1.0), antialias=True)
    colour = v2.ColorJitter(0.3, 0.3, 0.3)
    steps: dict[str, list[Any]] = {
        "shift": [shift],
        "flip": [shift, flip],
        "turn": [affine],
        "photo": [part, flip, colour],
    }
    varied = v2.Compose(steps[name])
    return lambda batch: torch.stack([varied(picture) for picture in batch])
