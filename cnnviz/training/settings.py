"""How to train, as data."""

from __future__ import annotations

from dataclasses import dataclass

from cnnviz.core.errors import CnnvizError

OPTIMISERS = ("sgd", "adamw")
SCHEDULES = ("cycle", "constant")


class TrainingError(CnnvizError):
    """A training cannot begin, or cannot go on."""


class SettingError(TrainingError):
    """A setting cannot be meant: ``setting`` is its name."""

    def __init__(self, sentence: str, setting: str) -> None:
        super().__init__(sentence)
        self.setting = setting


class Exploded(TrainingError):
    """The loss is no number any more, or far too large: ``rate`` is a learning rate to try."""

    def __init__(self, sentence: str, rate: float) -> None:
        super().__init__(sentence)
        self.rate = rate


@dataclass(frozen=True, slots=True)
class Settings:
    """How to train.

    Attributes
    ----------
    epochs
        How often every training picture is seen.
    batch
        Pictures a step.
    rate
        The learning rate, of a schedule its highest; None takes what is usual for the network.
    optimiser
        ``"sgd"`` (with Nesterov momentum 0.9) or ``"adamw"``.
    schedule
        ``"cycle"``: up for a fifth of the time, then down to zero as a cosine; or ``"constant"``.
    decay
        Weight decay, of weights but not of biases and norms.
    smoothing
        Label smoothing, 0 to 1.
    augment
        How training pictures are varied: a name of `cnnviz.training.augment.AUGMENTATIONS`.
    validation
        Share of the training pictures that is set aside to check with after each epoch; 0 for none.
    patience
        Stop after so many epochs in which the validation loss did not fall, and take the best; 0 never does.
    unfreeze
        How much of a trained network changes: 0 only its new last layer, n also the n layers before it, None all.
    seed
        Fixes the split, the first weights, the order of the pictures and all chances.
    mixed
        Half precision where it is safe, on a GPU.
    device
        ``auto``, ``cpu``, ``cuda``, ``cuda:N`` or ``mps``.
    """

    epochs: int = 3
    batch: int = 64
    rate: float | None = None
    optimiser: str = "sgd"
    schedule: str = "cycle"
    decay: float = 5e-4
    smoothing: float = 0.0
    augment: str = "none"
    validation: float = 0.1
    patience: int = 0
    unfreeze: int | None = None
    seed: int = 0
    mixed: bool = True
    device: str = "auto"

    def __post_init__(self) -> None:
        for setting, name, fine, wanted in (
            ("epochs", "epochs", self.epochs >= 1, "a whole number from 1"),
            ("batch", "batch", self.batch >= 1, "a whole number from 1"),
            ("rate", "learning rate", self.rate is None or 0 < self.rate < float("inf"), "a number above 0"),
            ("optimiser", "optimiser", self.optimiser in OPTIMISERS, " or ".join(OPTIMISERS)),
            ("schedule", "schedule", self.schedule in SCHEDULES, " or ".join(SCHEDULES)),
            ("decay", "weight decay", 0 <= self.decay < float("inf"), "a number from 0"),
            ("smoothing", "label smoothing", 0 <= self.smoothing < 1, "a number from 0 and below 1"),
            ("validation", "share for validation", 0 <= self.validation < 1, "a number from 0 and below 1"),
            ("unfreeze", "number of layers to unfreeze", (self.unfreeze or 0) >= 0, "a whole number from 0"),
            ("patience", "patience", self.patience >= 0, "a whole number from 0"),
        ):
            if not fine:
                raise SettingError(f"The {name} must be {wanted}.", setting)
        if self.patience and not self.validation:
            raise SettingError(
                "To stop early there must be pictures to validate with: give them a share above 0.", "patience"
            )
