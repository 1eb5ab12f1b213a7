"""How good a network is: loss, accuracy, confusion matrix, and the pictures with the largest loss."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional as F

from cnnviz.core.cancel import Cancelled
from cnnviz.core.logits import find_logits
from cnnviz.training.control import Control
from cnnviz.training.events import Progressed
from cnnviz.training.inputs import Batches, in_turn
from cnnviz.training.settings import TrainingError

_MOMENT = 0.25  # seconds


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """What a network says of labelled pictures.

    Attributes
    ----------
    losses
        (N,) float32, the cross-entropy of each picture.
    predicted, classes
        (N,) int64, what it takes them for, and what they are.
    confusion
        (K, K) int64: row the true class, column the predicted one.
    """

    losses: NDArray[np.float32] = field(repr=False)
    predicted: NDArray[np.int64] = field(repr=False)
    classes: NDArray[np.int64] = field(repr=False)
    confusion: NDArray[np.int64] = field(repr=False)

    @property
    def loss(self) -> float:
        """Mean cross-entropy."""
        return float(self.losses.mean(dtype=np.float64))

    @property
    def accuracy(self) -> float:
        """Share of right answers."""
        return float((self.predicted == self.classes).mean())

    def hardest(self, count: int) -> NDArray[np.int64]:
        """The numbers of the pictures with the largest loss, the largest first."""
        return np.argsort(-self.losses, kind="stable")[:count].astype(np.int64)


def logits_of(output: object) -> torch.Tensor:
    """Class scores (N, K) in whatever a network gives. Raises ``TrainingError`` when there are none."""
    logits = find_logits(output)
    if logits is None or logits.ndim < 2:
        raise TrainingError("The network gives no class scores, so it cannot learn classes.")
    return logits.flatten(1)


def pass_size(batches: Batches) -> int:
    """Pictures a pass, so that one takes but a moment: fewer large ones, and more on a GPU."""
    x = batches.batch(torch.arange(1))[0]
    return max(1, min(500, (2**19 if x.device.type == "cpu" else 2**25) // x.numel()))


def measure(
    module: nn.Module, batches: Batches, classes: int, control: Control, what: str
) -> Iterator[Progressed | Measured]:
    """Run labelled pictures through a network in evaluation mode; afterwards it is in the mode in which it was.

    Last comes the `Measured`; before it, where that takes longer than a moment, how far it is.

    Parameters
    ----------
    module, batches
        On the same device.
    classes
        How many there are.
    control
        Holds it between two passes, and ends it with ``Cancelled``; what takes but a moment is finished all the same.
    what
        What is being done, in words.
    """
    modes = {inner: inner.training for inner in module.modules()}
    losses, predicted, count = [], [], len(batches.classes)
    begun = told = time.perf_counter()
    module.eval()
    try:
        for rows in in_turn(count, pass_size(batches)):
            control.wait()
            if control.stopped and time.perf_counter() - begun > _MOMENT:
                raise Cancelled
            with torch.no_grad():
                x, y = batches.batch(rows)
                logits = logits_of(module(x)).float()  # (n, K)
                losses.append(F.cross_entropy(logits, y, reduction="none").cpu())
                predicted.append(logits.argmax(1).cpu())
            if time.perf_counter() - told > _MOMENT:
                told = time.perf_counter()
                yield Progressed(what, int(rows[-1]) + 1, count)
    finally:
        for inner, mode in modes.items():
            inner.training = mode
    true, said = batches.classes.cpu(), torch.cat(predicted)
    confusion = torch.bincount(true * classes + said.clamp(max=classes - 1), minlength=classes * classes)
    yield Measured(torch.cat(losses).numpy(), said.numpy(), true.numpy(), confusion.view(classes, classes).numpy())
