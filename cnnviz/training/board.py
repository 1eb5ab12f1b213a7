"""What a training tells, written down for TensorBoard as well."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cnnviz.training.events import EpochEnded, Event, Finished, Started, Stepped
from cnnviz.training.settings import TrainingError


def recorded(events: Iterator[Event], folder: Path) -> Iterator[Event]:
    """The same events; losses, accuracies, learning rate and gradient norm go into an event file on the way.

    Raises ``TrainingError`` when TensorBoard is not installed (the extra ``tensorboard``).
    """
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as error:
        raise TrainingError("TensorBoard is not installed: pip install 'cnnviz[tensorboard]'.", str(error)) from error
    writer = SummaryWriter(str(folder))
    steps = 0
    try:
        for event in events:
            if isinstance(event, Started):
                steps = event.steps
            for name, value in _scalars(event).items():
                at = (event.epoch - 1) * steps + event.step if isinstance(event, Stepped) else _epoch(event) * steps
                writer.add_scalar(name, value, at)
            yield event
    finally:
        writer.close()


def _epoch(event: Event) -> int:
    if isinstance(event, Finished):
        return len(event.trained.history)
    return event.epoch if isinstance(event, EpochEnded) else 0


def _scalars(event: Event) -> dict[str, float]:
    """What an event says in numbers, by the names that TensorBoard groups them by."""
    if isinstance(event, Stepped):
        return {
            "loss/steps": event.loss,
            "accuracy/steps": event.accuracy,
            "learning rate": event.rate,
            "gradient norm": event.gradient,
        }
    if isinstance(event, EpochEnded):
        found = {"loss/training": event.loss, "accuracy/training": event.accuracy}
        if event.validation_loss is not None and event.validation_accuracy is not None:
            found |= {"loss/validation": event.validation_loss, "accuracy/validation": event.validation_accuracy}
        return found
    if isinstance(event, Finished) and event.trained.test is not None:
        return {"loss/test": event.trained.test.loss, "accuracy/test": event.trained.test.accuracy}
    return {}
