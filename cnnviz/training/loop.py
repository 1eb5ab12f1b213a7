"""The training itself: a plain loop that tells what it does. To read it, begin at `Loop.epoch`."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import replace

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnnviz.core.device import synchronize
from cnnviz.training.control import Control
from cnnviz.training.events import EpochEnded, Event, Snapped, Stepped
from cnnviz.training.inputs import Batches
from cnnviz.training.measure import logits_of
from cnnviz.training.settings import Exploded, Settings
from cnnviz.training.snapshots import Snapshots
from cnnviz.training.transfer import training_mode

REPORT_EVERY = 0.1
"""Seconds between two `Stepped` events at least."""

_EXPLODED = 1000
"""A loss so many times that of guessing is not coming back."""


def shape_of(schedule: str, progress: float) -> float:
    """The learning rate as a share of its highest, at a progress from 0 to 1.

    ``"cycle"`` rises along a line for a fifth of the time and falls to zero as a cosine: after Smith, Topin:
    Super-convergence, 2018, and Loshchilov, Hutter: SGDR, 2017.
    """
    if schedule == "constant":
        return 1.0
    if progress < 0.2:
        return 0.04 + 0.96 * progress / 0.2
    return (1 + math.cos(math.pi * (progress - 0.2) / 0.8)) / 2


def usual_rate(module: nn.Module, settings: Settings) -> float:
    """The highest learning rate that is usual for a network: more with norms, less for AdamW and for fine-tuning.

    Batches of fewer than 64 pictures get less in proportion: after Goyal et al.: Accurate, large minibatch SGD, 2017.
    """
    if settings.optimiser == "adamw":
        return 1e-3
    if settings.unfreeze is not None:
        return 0.02
    normed = any(isinstance(m, nn.modules.batchnorm._BatchNorm) for m in module.modules())
    return (0.1 if normed else 0.04) * min(1.0, settings.batch / 64)


def optimiser_for(module: nn.Module, settings: Settings, rate: float) -> torch.optim.Optimizer:
    """SGD with Nesterov momentum, or AdamW; weights decay, biases and norms do not."""
    learned = [p for p in module.parameters() if p.requires_grad]
    groups = [
        {"params": [p for p in learned if p.ndim > 1], "weight_decay": settings.decay},
        {"params": [p for p in learned if p.ndim <= 1], "weight_decay": 0.0},
    ]
    if settings.optimiser == "adamw":
        return torch.optim.AdamW(groups, lr=rate)
    return torch.optim.SGD(groups, lr=rate, momentum=0.9, nesterov=True)


def batches_of(order: Tensor, size: int) -> list[Tensor]:
    """The order in pieces; a single picture at the end, of which a norm learns nothing, goes before."""
    pieces = [order[start : start + size] for start in range(0, len(order), size)]
    if len(pieces) > 1 and len(pieces[-1]) == 1:
        pieces[-2:] = [torch.cat(pieces[-2:])]
    return pieces


class Loop:
    """The steps of a training.

    Parameters
    ----------
    whole
        The network; snapshots are of it.
    stepped
        What a batch goes through: the network, or its last part when ``batches`` are features.
    batches
        What is learned from, on the device of the network.
    settings, control, snapshots
        How; who may interfere; where weights are kept.
    """

    def __init__(
        self,
        whole: nn.Module,
        stepped: nn.Module,
        batches: Batches,
        settings: Settings,
        control: Control,
        snapshots: Snapshots,
    ) -> None:
        self.whole, self.stepped, self.batches = whole, stepped, batches
        self.settings, self.control, self.snapshots = settings, control, snapshots
        self.highest = settings.rate or usual_rate(whole, settings)
        self.optimiser = optimiser_for(stepped, settings, self.highest)
        self.step = 0
        self._last = 0.0  # seconds of the last epoch
        self.steps = len(batches_of(torch.arange(len(batches.classes)), settings.batch))
        self.device = batches.classes.device
        self.mixed = settings.mixed and self.device.type == "cuda"
        half = torch.bfloat16 if not self.mixed or torch.cuda.is_bf16_supported() else torch.float16
        self.autocast = torch.autocast(self.device.type, half, enabled=self.mixed)
        self.scaler = torch.amp.GradScaler(self.device.type, enabled=self.mixed and half == torch.float16)
        self._worst = _EXPLODED * math.log(max(int(batches.classes.max()) + 1, 2))

    def epoch(self, number: int) -> Iterator[Event]:
        """One epoch: every picture once, in an order that the seed and the epoch's number fix.

        The last event is `EpochEnded` with the means over its pictures, unless the control said stop. Raises
        ``TrainingError`` when the loss is no number any more or has exploded.
        """
        torch.manual_seed(self.settings.seed + number)  # so that an epoch is the same after resuming
        order = torch.randperm(len(self.batches.classes))
        report = _Report(number, self.steps, self.settings.epochs, self._last)
        training_mode(self.whole)
        for step, rows in enumerate(batches_of(order, self.settings.batch), 1):
            report.hold(self.control.wait())
            if self.control.stopped:
                return
            rate = self._set_rate()
            loss, right = self._step(rows)
            self.step += 1
            report.add(loss, right, len(rows))
            if self.device.type == "cpu":  # where asking for a number waits for nothing
                self.require_finite(float(loss), number, step)
            if report.due(step):
                self.require_finite(report.recent_loss(), number, step)
                yield report.event(step, rate, self._gradient())
            if self.snapshots.wanted(self.step):
                yield Snapped(self.snapshots.take(self.step, number, self.whole))
        synchronize(self.device)
        ended = report.ended(rate)
        self._last = ended.seconds
        self.require_finite(ended.loss, number, self.steps)
        yield ended

    def _step(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """One step: the loss of a batch, and how many of it are right."""
        x, y = self.batches.batch(rows)
        with self.autocast:
            logits = logits_of(self.stepped(x))  # (n, K)
            loss = F.cross_entropy(logits, y, label_smoothing=self.settings.smoothing)
        self.optimiser.zero_grad()
        self.scaler.scale(loss).backward()  # type: ignore[no-untyped-call]
        self.scaler.step(self.optimiser)
        self.scaler.update()
        return loss.detach(), (logits.detach().argmax(1) == y).sum()

    def _set_rate(self) -> float:
        self.highest = self.control.take_rate() or self.highest
        rate = self.highest * shape_of(self.settings.schedule, self.step / (self.settings.epochs * self.steps))
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        return rate

    def _gradient(self) -> float:
        """Euclidean norm of the gradient of the last step."""
        gradients = [p.grad for p in self.stepped.parameters() if p.grad is not None]
        return float(torch.nn.utils.get_total_norm(gradients)) / self.scaler.get_scale()

    def require_finite(self, loss: float, epoch: int, step: int) -> None:
        """Raise ``Exploded`` where a loss is no number, or far above that of guessing."""
        if math.isfinite(loss) and loss < self._worst:
            return
        what = f"exploded to {loss:.3g}" if math.isfinite(loss) else "is no number any more"
        calmer = min(self.highest / 10, usual_rate(self.whole, self.settings))
        raise Exploded(
            f"The loss {what} in epoch {epoch}, step {step}: the learning rate {self.highest:g} is too high for this "
            f"network; try {calmer:.1g}.",
            calmer,
        )


class _Report:
    """Loss and accuracy of an epoch, and of the steps since the last event; sums stay where they are computed."""

    def __init__(self, epoch: int, steps: int, epochs: int, last: float) -> None:
        self.epoch, self.steps, self.epochs, self.last = epoch, steps, epochs, last
        self.begun = self.told = time.perf_counter()
        self.loss: Tensor | float = 0.0
        self.right: Tensor | int = 0
        self.seen = 0
        self.before = (0.0, 0, 0)

    def add(self, loss: Tensor, right: Tensor, count: int) -> None:
        """One more step."""
        self.loss = self.loss + loss * count
        self.right = self.right + right
        self.seen += count

    def hold(self, seconds: float) -> None:
        """Nothing was done for so long."""
        self.begun += seconds
        self.told += seconds

    def due(self, step: int) -> bool:
        """Whether it is time for an event: at the first step, at the last, and now and then between."""
        return step in (1, self.steps) or time.perf_counter() - self.told >= REPORT_EVERY

    def recent_loss(self) -> float:
        """Mean since the last event."""
        return (float(self.loss) - self.before[0]) / (self.seen - self.before[2])

    def event(self, step: int, rate: float, gradient: float) -> Stepped:
        """What happened since the last event."""
        now, sums = time.perf_counter(), (float(self.loss), int(self.right), self.seen)
        loss, right, seen = (after - before for after, before in zip(sums, self.before, strict=True))
        speed = seen / max(now - self.told, 1e-9)
        self.before, self.told = sums, now
        return Stepped(
            self.epoch, step, self.steps, loss / seen, right / seen, rate, gradient, speed, now - self.begun,
            self._left(step, now - self.begun),
        )  # fmt: skip

    def _left(self, step: int, seconds: float) -> float:
        """Seconds to the end of the last epoch, if a step takes as long as in this epoch and the one before it."""
        steps = (self.steps if self.last else 0) + step
        return (self.last + seconds) / steps * ((self.epochs - self.epoch + 1) * self.steps - step)

    def ended(self, rate: float) -> EpochEnded:
        """The whole epoch, not yet validated."""
        seconds = time.perf_counter() - self.begun
        return EpochEnded(
            self.epoch, float(self.loss) / self.seen, int(self.right) / self.seen, None, None, rate, seconds
        )


def validated(epoch: EpochEnded, loss: float, accuracy: float) -> EpochEnded:
    """The epoch with what the validation pictures say."""
    return replace(epoch, validation_loss=loss, validation_accuracy=accuracy)
