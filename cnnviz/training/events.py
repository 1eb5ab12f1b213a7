"""What a training tells while it runs: frozen, without tensors on a GPU, in the order in which it happened."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnnviz.core.model import Preprocessing
    from cnnviz.training.inputs import Inputs
    from cnnviz.training.measure import Measured
    from cnnviz.training.result import Trained
    from cnnviz.training.snapshots import Snapshot


@dataclass(frozen=True, slots=True)
class Progressed:
    """Reading or measuring goes on: ``what`` in words, ``done`` of ``total`` pictures."""

    what: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Noted:
    """Something that a person should know, as a sentence."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Started:
    """The first step is about to be taken.

    Attributes
    ----------
    pictures, validation
        How many are learned from, and checked with after each epoch.
    balance
        How many of the former each class has.
    classes
        The class names.
    steps
        Steps an epoch.
    epoch, epochs
        The first epoch to come, from 1 (higher after resuming), and the last.
    parameters, learned
        Of the network, and how many of them change.
    rate
        The highest learning rate.
    device
        In words.
    preprocessing
        What the network expects of pictures.
    history, told
        The epochs that were done before, and what was told of their steps, where it goes on from a checkpoint.
    """

    pictures: int
    validation: int
    balance: tuple[int, ...]
    classes: tuple[str, ...]
    steps: int
    epoch: int
    epochs: int
    parameters: int
    learned: int
    rate: float
    device: str
    preprocessing: Preprocessing
    history: tuple[EpochEnded, ...] = ()
    told: tuple[Stepped, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Stepped:
    """Where a training is; told at most ten times a second.

    Attributes
    ----------
    epoch, step
        From 1.
    steps
        Steps of this epoch.
    loss, accuracy
        Mean over the steps since the last event, as the network was when it took them.
    rate
        Learning rate of this step.
    gradient
        Euclidean norm of the whole gradient of this step.
    speed
        Pictures a second since the last event.
    seconds, left
        Since the beginning of the epoch, and to the end of the last one as far as can be told; pauses do not count.
    """

    epoch: int
    step: int
    steps: int
    loss: float
    accuracy: float
    rate: float
    gradient: float
    speed: float
    seconds: float
    left: float


@dataclass(frozen=True, slots=True)
class EpochEnded:
    """An epoch is over, and its checkpoint is written.

    Attributes
    ----------
    epoch
        From 1.
    loss, accuracy
        Means over the training pictures, each as the network was when it met them.
    validation_loss, validation_accuracy
        Of the validation pictures, at the end of the epoch; None without any.
    rate
        Learning rate of the last step.
    seconds
        How long its steps took.
    """

    epoch: int
    loss: float
    accuracy: float
    validation_loss: float | None
    validation_accuracy: float | None
    rate: float
    seconds: float


@dataclass(frozen=True, slots=True, eq=False)
class Checked:
    """What the network says of the validation pictures after an epoch; told before its `EpochEnded`."""

    epoch: int
    measured: Measured = field(repr=False)
    pictures: Inputs = field(repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class Snapped:
    """The weights were kept as they are now.

    Attributes
    ----------
    kept
        All that are kept by now, the newest last: older ones are dropped when there are too many.
    """

    kept: tuple[Snapshot, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class Finished:
    """The training is over; this is the last event."""

    trained: Trained = field(repr=False)


Event = Progressed | Noted | Started | Stepped | Checked | EpochEnded | Snapped | Finished
