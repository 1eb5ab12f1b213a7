"""How well a guessed network explains what is known about it, without its training data.

Two kinds of evidence, both reckoned on the bundled sample pictures: whether it recognises them (ten digits, ten things
of CIFAR-10), and whether the numbers that reach its normalisations are as they were in training, when their running
mean and variance were written down.
"""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cache, lru_cache

import numpy as np
import torch
from PIL import Image, ImageFilter
from torch import Tensor, nn

from cnnviz.core.decode import Picture
from cnnviz.core.images import prepare, read
from cnnviz.core.logits import as_scores, find_logits
from cnnviz.core.model import Preprocessing
from cnnviz.paths import resources

_WORST = -6.0  # a log probability below this is as bad as it gets: one picture does not outweigh all others


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the sample pictures say about a network.

    Attributes
    ----------
    right, pictures
        How many of how many it recognises, when it has ten classes and the samples' own order of them.
    likelihood
        Mean log probability of the true class.
    distance
        How far its inputs are from the statistics that its normalisations remember; NaN where there are none.
    softmax
        Whether its outputs are probabilities already.
    """

    right: int
    pictures: int
    likelihood: float
    distance: float
    softmax: bool = False

    @property
    def recognises(self) -> bool:
        """Whether that cannot be chance: chance is one of ten."""
        return self.pictures > 0 and self.right >= 0.5 * self.pictures


@cache
def _samples(planes: int) -> tuple[tuple[Picture, int], ...]:
    """Sample pictures with the index of their class: digits for one plane, things for three."""
    name = "lenet5-mnist" if planes == 1 else "vgg-cifar10"
    folder = resources() / "samples"
    listed = json.loads((folder / "samples.json").read_text("utf-8"))[name]
    classes = json.loads((resources() / "models" / f"{name}.json").read_text("utf-8"))["labels"]
    return tuple(
        (read(folder / name / entry["file"]), classes.index(entry["label"])) for entry in listed if not entry["hard"]
    )


def _varied(picture: Picture) -> Iterator[Picture]:
    """The picture, then as it looks when it is harder to recognise: pale, turned, moved, smaller, blurred, noisy."""
    yield picture
    yield replace(picture, pixels=(picture.pixels * 0.55).astype(np.uint8))
    image = Image.fromarray(picture.pixels)
    width, height = image.size
    ground = 0 if image.mode == "L" else tuple(int(v) for v in picture.pixels.reshape(-1, 3).mean(0))
    for angle, zoom, right, down in ((14, 1.0, 0, 0), (-14, 1.0, 0, 0), (0, 0.8, 0.04, 0.04), (8, 1.15, -0.06, 0.04)):
        turn = math.radians(angle)
        cos, sin = math.cos(turn) / zoom, math.sin(turn) / zoom
        x, y = width / 2, height / 2
        back = (cos, sin, x - cos * (x + right * width) - sin * (y + down * height))
        also = (-sin, cos, y + sin * (x + right * width) - cos * (y + down * height))
        moved = image.transform(
            image.size, Image.Transform.AFFINE, (*back, *also), Image.Resampling.BILINEAR, fillcolor=ground
        )
        yield replace(picture, pixels=np.asarray(moved))
    yield replace(picture, pixels=np.asarray(image.filter(ImageFilter.GaussianBlur(width / 30))))
    noise = np.random.default_rng(0).normal(0, 30, picture.pixels.shape)
    yield replace(picture, pixels=np.clip(picture.pixels + noise, 0, 255).astype(np.uint8))


VARIANTS = 8
"""How many pictures are made of one sample."""


@cache
def _pictures(planes: int, variants: int) -> tuple[tuple[Picture, int], ...]:
    """All samples in so many variants; for none, four samples, which tell about statistics but not about classes."""
    if not variants:
        return _samples(planes)[::3][:4]
    made = ((itertools.islice(_varied(picture), variants), index) for picture, index in _samples(planes))
    return tuple((picture, index) for several, index in made for picture in several)


@lru_cache(maxsize=24)
def _batch(preprocessing: Preprocessing, variants: int) -> Tensor:
    pictures = _pictures(preprocessing.channels, variants)
    return torch.cat([prepare(picture, preprocessing).tensor for picture, _ in pictures])


_FAILURES = (RuntimeError, ValueError, TypeError, IndexError, AttributeError, KeyError)
"""What a network raises that was put together wrongly."""


def weigh(module: nn.Module, preprocessing: Preprocessing, variants: int = 1) -> Evidence | None:
    """The evidence for a network that is prepared so; None where it cannot run at all."""
    pictures = _batch(preprocessing, variants)
    truth = [index for _, index in _pictures(preprocessing.channels, variants)]
    distances: list[float] = []
    try:
        with torch.no_grad(), _watched(module, distances, every=max(variants, 1)):
            output = find_logits(module(pictures))
    except _FAILURES:
        return None
    if output is None or len(output) != len(truth) or as_scores(output[:1]) is None:
        return None
    scores = output.reshape(len(truth), -1).double()
    if not bool(torch.isfinite(scores).all()):
        return Evidence(0, len(truth), _WORST, float("inf"))
    distance = float(np.mean(distances)) if distances else float("nan")
    if scores.shape[1] != 10 or not variants:
        return Evidence(0, 0, 0.0, distance, sums_to_one(scores))
    chances = torch.log_softmax(_logits(scores), 1)[torch.arange(len(truth)), truth]
    right = int((scores.argmax(1) == torch.tensor(truth)).sum())
    return Evidence(right, len(truth), float(chances.clamp(min=_WORST).mean()), distance, sums_to_one(scores))


def _logits(scores: Tensor) -> Tensor:
    """Scores before a softmax, also where the network has one."""
    return scores.clamp(min=1e-12).log() if sums_to_one(scores) else scores


def sums_to_one(scores: Tensor) -> bool:
    """Whether the outputs (N, K) are probabilities already: a softmax stands inside the network."""
    if scores.ndim != 2 or scores.shape[1] < 2 or float(scores.min()) < 0:
        return False
    return bool((scores.sum(1) - 1).abs().max() < 1e-3)


class _EnoughError(Exception):
    """The first normalisation was reached: the rest of the pass is not needed."""


def first_distance(module: nn.Module, preprocessing: Preprocessing) -> float:
    """How far the inputs of the first normalisation are from what it remembers; NaN when there is none.

    It runs only the layers before it, and tells how pictures were scaled.
    """
    distances: list[float] = []

    def enough(*_: object) -> None:
        raise _EnoughError

    with torch.no_grad(), _watched(module, distances, enough), suppress(_EnoughError, *_FAILURES):
        module(_as_published(preprocessing))
    return distances[0] if distances else float("nan")


@lru_cache(maxsize=24)
def _as_published(preprocessing: Preprocessing) -> Tensor:
    """The samples, with each channel moved to the mean and deviation that all pictures of their kind have.

    A dozen pictures are brighter or darker than the tens of thousands of a data set, whose numbers are known.
    """
    batch = _batch(preprocessing, 1)
    if max(preprocessing.size) > 64:
        return batch
    name = "MNIST" if preprocessing.channels == 1 else "CIFAR-10"
    mean, std = (torch.tensor(values).view(1, -1, 1, 1) for values in _MEANS[name])
    own_mean, own_std = (torch.tensor(v).view(1, -1, 1, 1) for v in (preprocessing.mean, preprocessing.std))
    scaled = (batch - batch.mean((0, 2, 3), keepdim=True)) / batch.std((0, 2, 3), keepdim=True)
    return (scaled * std + mean - own_mean) / own_std


@contextmanager
def _watched(
    module: nn.Module, distances: list[float], then: Callable[[], None] = lambda: None, every: int = 1
) -> Iterator[None]:
    """Adds how far the inputs of each normalisation, of every so-manieth picture, are from what it remembers."""

    def look(norm: nn.Module, given: tuple[Tensor, ...]) -> None:
        x = given[0][::every].transpose(0, 1).flatten(1)  # (C, N·H·W)
        mean, variance = norm.get_buffer("running_mean"), norm.get_buffer("running_var").clamp(min=1e-8)
        shift = ((x.mean(1) - mean).square() / (variance + 1e-5)).clamp(max=100)
        spread = (x.var(1).clamp(min=1e-8) / variance).log().abs().clamp(max=10)
        distances.append(float((shift + spread).mean()))
        then()

    norms = [
        m for m in module.modules() if isinstance(m, nn.modules.batchnorm._BatchNorm) and m.running_mean is not None
    ]
    hooks = [norm.register_forward_pre_hook(look) for norm in norms]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


_MEANS: dict[str, tuple[tuple[float, ...], tuple[float, ...]]] = {
    "MNIST": ((0.1307,), (0.3081,)),
    "CIFAR-10": ((0.4914, 0.4822, 0.4465), (0.247, 0.2435, 0.2616)),
    "CIFAR-10, picture by picture": ((0.4914, 0.4822, 0.4465), (0.2023, 0.1994, 0.201)),
    "CIFAR-100": ((0.5071, 0.4867, 0.4408), (0.2675, 0.2565, 0.2761)),
    "GTSRB": ((0.3403, 0.3121, 0.3214), (0.2724, 0.2608, 0.2669)),
    "ImageNet": ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    "half": ((0.5,), (0.5,)),
    "none": ((0.0,), (1.0,)),
    "raw": ((0.0,), (1 / 255,)),
}
NORMALISATIONS = {
    1: ("MNIST", "none", "half", "raw"),
    3: ("CIFAR-10", "CIFAR-10, picture by picture", "half", "none", "ImageNet", "raw"),
}
"""Names of the usual ones by the number of planes, the most usual first."""

_OF_DATA_SETS = {43: "GTSRB", 100: "CIFAR-100"}
"""Names by the number of classes, of data sets with numbers of their own."""


def preprocessing(planes: int, size: tuple[int, int], normalisation: str) -> Preprocessing:
    """The guessed preprocessing of that name; pictures of ImageNet's size are cropped, small ones stretched."""
    mean, std = (values * (planes // len(values)) for values in _MEANS[normalisation])
    resize = round(size[0] * 256 / 224) if min(size) >= 160 and size[0] == size[1] else None
    return Preprocessing("L" if planes == 1 else "RGB", size, mean, std, resize, guessed=True)


def alternatives(planes: int, size: tuple[int, int], classes: int = 0) -> tuple[tuple[str, Preprocessing], ...]:
    """The usual normalisations for an input, by name, for a network with so many classes."""
    names = NORMALISATIONS.get(planes, ())
    if planes == 3 and min(size) > 64:
        names = ("ImageNet", "half", "none", "raw")
    elif planes == 3 and classes in _OF_DATA_SETS:
        names = (_OF_DATA_SETS[classes], *names)
    return tuple((name, preprocessing(planes, size, name)) for name in names)
