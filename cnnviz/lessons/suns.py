"""Pictures of the sun in five kinds, drawn by arithmetic: a small data set that is on every computer.

As the observatories' pictures in red hydrogen light look from afar, and no more: quiet; with dark spots; with long dark
threads (filaments); with bright patches (flares); with arches of light over the edge (prominences). Nothing of them was
photographed.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnnviz.training.pictures import Pictures

LABELS = ("filaments", "flares", "prominences", "quiet", "sunspots")
"""The five kinds, in the order of their numbers."""

_LARGE = 96  # they are drawn so large, then averaged down
_RED, _YELLOW = np.array([235.0, 90.0, 25.0]), np.array([255.0, 220.0, 130.0])

Field = NDArray[np.float64]


def draw(label: str, seed: int, edge: int = 32) -> NDArray[np.uint8]:
    """One sun of a kind: (edge, edge, 3) RGB. The same seed draws the same sun."""
    chance = np.random.default_rng([seed, LABELS.index(label)])
    sun = _Sun(chance)
    if label != "quiet":
        getattr(sun, label)()
    small = Image.fromarray(sun.pixels()).resize((edge, edge), Image.Resampling.BOX)
    return np.asarray(small, np.uint8)


def drawn(each: int, first: int = 0, edge: int = 32) -> Pictures:
    """So many of each kind, from the seed ``first`` on: N = 5 · each, kind by kind."""
    suns = [draw(label, seed, edge) for label in LABELS for seed in range(first, first + each)]
    return Pictures(np.stack(suns), np.repeat(np.arange(len(LABELS)), each).astype(np.int64))


class _Sun:
    """A disc of light, darker towards its edge, with grain; then what is on it."""

    def __init__(self, chance: np.random.Generator) -> None:
        self.chance = chance
        self.radius = chance.uniform(0.6, 0.78)  # in halves of the picture
        y, x = np.mgrid[:_LARGE, :_LARGE] / (_LARGE / 2) - 1 + 1 / _LARGE
        self.x, self.y = x - chance.uniform(-0.12, 0.12), y - chance.uniform(-0.12, 0.12)
        self.far = np.hypot(self.x, self.y) / self.radius
        depth = np.sqrt(np.clip(1 - self.far**2, 0, 1))
        grain = np.kron(chance.normal(0, 1, (24, 24)), np.ones((4, 4)))
        light = (0.42 + 0.4 * depth) * chance.uniform(0.85, 1.1)
        self.light: Field = np.where(self.far < 1, light + 0.035 * grain, 0.0)
        self.glow: Field = np.zeros_like(self.light)

    def pixels(self) -> NDArray[np.uint8]:
        """(H, W, 3): red where it is dim, yellow where it glows, and a little noise everywhere."""
        light, glow = np.clip(self.light, 0, 1)[..., None], np.clip(self.glow, 0, 1)[..., None]
        colour = light * _RED * (1 - glow) + glow * _YELLOW
        noisy = colour + self.chance.normal(0, 5, colour.shape) + 8
        return np.asarray(np.clip(noisy, 0, 255), np.uint8)

    def sunspots(self) -> None:
        """One to three groups of dark spots, not at the edge."""
        for _ in range(self.chance.integers(1, 4)):
            x, y = self._place(0.7)
            for _ in range(self.chance.integers(1, 4)):
                dx, dy = self.chance.normal(0, 0.06, 2)
                size = self.chance.uniform(0.04, 0.08)
                self.light *= 1 - 0.9 * np.exp(-(((self.x - x - dx) ** 2 + (self.y - y - dy) ** 2) / size**2))

    def filaments(self) -> None:
        """One to three long dark threads."""
        for _ in range(self.chance.integers(1, 4)):
            x, y = self._place(0.55)
            self.light *= 1 - 0.75 * self._thread(x, y, self.chance.uniform(0.25, 0.5), 0.028)

    def flares(self) -> None:
        """One or two patches that glow."""
        for _ in range(self.chance.integers(1, 3)):
            x, y = self._place(0.75)
            for _ in range(4):
                dx, dy = self.chance.normal(0, 0.07, 2)
                size = self.chance.uniform(0.04, 0.09)
                self.glow += 0.9 * np.exp(-(((self.x - x - dx) ** 2 + (self.y - y - dy) ** 2) / size**2))

    def prominences(self) -> None:
        """One to three arches over the edge."""
        for _ in range(self.chance.integers(1, 4)):
            angle = self.chance.uniform(0, 2 * math.pi)
            x, y = self.radius * math.cos(angle), self.radius * math.sin(angle)
            high = self.chance.uniform(0.1, 0.18)
            arch = np.exp(-(((np.hypot(self.x - x, self.y - y) - high) / 0.035) ** 2))
            self.light = np.where(self.far >= 1, np.maximum(self.light, 0.9 * arch), self.light)

    def _place(self, reach: float) -> tuple[float, float]:
        angle, far = self.chance.uniform(0, 2 * math.pi), self.radius * reach * math.sqrt(self.chance.uniform())
        return far * math.cos(angle), far * math.sin(angle)

    def _thread(self, x: float, y: float, length: float, width: float) -> Field:
        """A bent line: how much each pixel lies on it, 0 to 1."""
        angle, bend = self.chance.uniform(0, math.pi), self.chance.uniform(-0.8, 0.8)
        along = (self.x - x) * math.cos(angle) + (self.y - y) * math.sin(angle)
        beside = -(self.x - x) * math.sin(angle) + (self.y - y) * math.cos(angle) - bend * along**2
        inside = np.clip((length - np.abs(along)) / 0.05, 0, 1)
        return np.asarray(inside * np.exp(-((beside / width) ** 2)))
