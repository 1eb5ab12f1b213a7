"""What another way to prepare a picture would make of the answer: a wrong mean is to be seen, not suffered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from cnnviz.core.errors import CnnvizError
from cnnviz.core.finder.evidence import alternatives
from cnnviz.core.images import Picture, prepare
from cnnviz.core.model import Model
from cnnviz.core.preprocess import FITS, overridden
from cnnviz.core.trace import trace

_TITLES = {"none": "0 to 1", "half": "−1 to 1", "raw": "0 to 255"}


@dataclass(frozen=True, slots=True)
class Effect:
    """One way to prepare the picture, and what the network then says.

    Attributes
    ----------
    title
        For people: ``"−1 to 1"``, ``"ImageNet"``, ``"crop"``.
    mean, std
        Of the scaling, one number a channel; None where it is the model's own.
    fit
        ``crop``, ``stretch`` or ``pad``; None where it is the model's own.
    current
        Whether the model prepares pictures like this now.
    label, probability
        The most likely class; empty and 0 when the network does not answer.
    """

    title: str
    mean: tuple[float, ...] | None
    std: tuple[float, ...] | None
    fit: str | None
    current: bool
    label: str
    probability: float


def effects(model: Model, picture: Picture) -> Iterator[Effect]:
    """The answer with each usual scaling, the model's own first, and with each way to make the picture fit."""
    own = model.preprocessing
    usual = {_TITLES.get(name, name): (p.mean, p.std) for name, p in alternatives(own.channels, own.size)}
    named = next((title for title, numbers in usual.items() if numbers == (own.mean, own.std)), "As it is")
    for title, (mean, std) in ({named: (own.mean, own.std)} | usual).items():
        yield Effect(title, mean, std, None, title == named, *_answer(model, picture, mean, std, None))
    for fit in FITS:
        yield Effect(fit, None, None, fit, fit == own.fit, *_answer(model, picture, None, None, fit))


def _answer(
    model: Model,
    picture: Picture,
    mean: tuple[float, ...] | None,
    std: tuple[float, ...] | None,
    fit: str | None,
) -> tuple[str, float]:
    prepared = prepare(picture, overridden(model.preprocessing, None, mean, std, fit))
    try:
        top = trace(replace(model, preprocessing=prepared.preprocessing), prepared, budget=0).top(1)
    except CnnvizError:
        return "", 0.0
    return (top[0].label, top[0].probability) if top else ("", 0.0)
