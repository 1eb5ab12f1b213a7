"""Classes and their scores: names; softmax and cross-entropy as numbers to look at: exponentials, sum, loss, gradient.

numpy alone, so that a slider of the window can ask for them at every move.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def class_name(labels: Sequence[str], index: int) -> str:
    """What a class is called on the screen and in figures: its name, or “class 3” where it has none."""
    return labels[index] if index < len(labels) else f"class {index}"


def class_in_words(labels: Sequence[str], index: int) -> str:
    """The class as part of a sentence: its name in quotes, or “class 3” where it has none or its name is its number."""
    name = class_name(labels, index)
    return f"class {index}" if name in (str(index), f"class {index}") else f"“{name}”"


@dataclass(frozen=True, slots=True, eq=False)
class Softmax:
    """pᵢ = e^(xᵢ/T) / Σⱼ e^(xⱼ/T), all in double precision.

    Attributes
    ----------
    scores
        (K,) the x, one for each class.
    temperature
        T > 0: larger than 1 makes the probabilities more alike, smaller than 1 less.
    """

    scores: Floats
    temperature: float = 1.0

    def __post_init__(self) -> None:
        if not self.temperature > 0:
            raise ValueError("a temperature is larger than 0")
        object.__setattr__(self, "scores", np.asarray(self.scores, np.float64))

    @property
    def exponents(self) -> Floats:
        """(K,) xᵢ/T."""
        return self.scores / self.temperature

    @property
    def largest(self) -> float:
        """The largest exponent; subtracted from all, it cancels in the quotient, and no exponential is above 1."""
        return float(self.exponents.max())

    @property
    def exponentials(self) -> Floats:
        """(K,) e^(xᵢ/T − largest)."""
        return np.asarray(np.exp(self.exponents - self.largest))

    @property
    def total(self) -> float:
        """Their sum, between 1 and K."""
        return float(self.exponentials.sum())

    @property
    def probabilities(self) -> Floats:
        """(K,), adding up to 1."""
        return self.exponentials / self.total

    @property
    def plain_exponentials(self) -> Floats:
        """(K,) e^(xᵢ/T) with nothing subtracted; infinite from an exponent of 710 on."""
        with np.errstate(over="ignore"):
            return np.asarray(np.exp(self.exponents))

    @property
    def plain_probabilities(self) -> Floats:
        """(K,) the same probabilities without subtracting anything; NaN where an exponential has overflowed."""
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            return np.asarray(self.plain_exponentials / self.plain_exponentials.sum())

    @property
    def overflows(self) -> bool:
        """Whether the plain way fails: exponentials too large for a number, or all of them too small for one."""
        return not bool(np.isfinite(self.plain_probabilities).all())

    @property
    def log_probabilities(self) -> Floats:
        """(K,) ln pᵢ = xᵢ/T − largest − ln total; finite where pᵢ itself is too small for a number."""
        return np.asarray(self.exponents - self.largest - np.log(self.total))

    def loss(self, true: int) -> float:
        """Cross-entropy −ln p of the true class."""
        return -float(self.log_probabilities[true])

    def gradient(self, true: int) -> Floats:
        """(K,) of the loss by the scores: (p − y)/T, y being 1 for the true class and 0 for all others."""
        target = np.zeros(len(self.scores))
        target[true] = 1.0
        return np.asarray((self.probabilities - target) / self.temperature)
