"""A model: a network ready to run, with what it expects of a picture and the names of its classes."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn

from cnnviz.request import ModelRequest


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """What happens between the file's pixels and the input tensor.

    Attributes
    ----------
    mode
        ``"L"`` (one channel, grey) or ``"RGB"`` (three).
    size
        (height, width) of the input tensor, in pixels.
    mean, std
        One number a channel, in units of a 0 to 1 pixel scale: the input is ``(pixel / 255 - mean) / std``.
    resize
        Length of the shorter edge before the centre is cropped out, in pixels; None goes straight to ``size``.
    padded
        Without ``resize``: whether the whole picture is fitted in, with black beside it, instead of being stretched.
    interpolation
        Name of the Pillow filter, antialiased: ``"bilinear"``, ``"bicubic"``, ``"nearest"`` ...
    guessed
        Whether no source said that the model was trained with this.
    """

    mode: str
    size: tuple[int, int]
    mean: tuple[float, ...]
    std: tuple[float, ...]
    resize: int | None = None
    padded: bool = False
    interpolation: str = "bilinear"
    guessed: bool = False

    @property
    def fit(self) -> str:
        """How a picture of other proportions is made to fit: ``"crop"``, ``"stretch"`` or ``"pad"``."""
        if self.resize is not None:
            return "crop"
        return "pad" if self.padded else "stretch"

    @property
    def channels(self) -> int:
        """Channels of the input tensor: 1 or 3."""
        return 1 if self.mode == "L" else 3


@dataclass(frozen=True, eq=False)
class Model:
    """A network ready to run.

    Attributes
    ----------
    name
        As it was asked for: ``"lenet5-mnist"``, ``"resnet50:random"``, a file.
    title
        For people: ``"LeNet-5"``.
    caption
        What it was trained on, or that it was not: ``"MNIST · 99.1 % of 10,000 test pictures"``.
    module
        The network, in evaluation mode, on ``device``. Never changed after it was loaded.
    preprocessing
        From the file's pixels to the input tensor.
    labels
        One name for each class, in the order of the logits; empty when unknown.
    device
        Where the parameters are.
    weights
        Identity of the weights: the SHA-256 of their file, or ``"random:SEED"``.
    notes
        What was guessed, converted or overridden, one sentence each.
    output
        Which of several outputs holds the logits, as `logits.outputs` names it; empty for the one that is found.
    arch
        What ``--arch`` would say to open it again: a name, or a plan; empty where there is nothing to choose.
    choices
        What its architecture could be instead: (what ``--arch`` takes, words for people), the most likely first.
    asked
        What it was opened with; None for one that was put together by hand.
    """

    name: str
    title: str
    caption: str
    module: nn.Module
    preprocessing: Preprocessing
    labels: tuple[str, ...]
    device: torch.device
    weights: str
    notes: tuple[str, ...] = ()
    output: str = ""
    arch: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    asked: ModelRequest | None = None

    @property
    def half(self) -> bool:
        """Whether its numbers have half precision."""
        return next((p.dtype == torch.float16 for p in self.module.parameters() if p.is_floating_point()), False)

    @property
    def parameters(self) -> int:
        """How many numbers the network learned or could learn; shared ones count once."""
        return sum(parameter.numel() for parameter in self.module.parameters())
