"""Transfer learning: new classes from a few pictures, with what a network knows already and from nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from cnnviz.core.cancel import go_on
from cnnviz.core.decode import Picture
from cnnviz.figure import Chart, Figure, ImageGrid, Series
from cnnviz.lessons.base import Demonstrated, demonstration
from cnnviz.lessons.parts import bars, photos
from cnnviz.lessons.sets import FOLDERS, Labelled, labelled
from cnnviz.lessons.suns import LABELS, drawn
from cnnviz.training import DataSet, EpochEnded, Pictures, Settings, Started, from_nothing, train, trained
from cnnviz.views.options import option

NETWORK = "vgg-cifar10"
"""What is known already: ten kinds of things on small photographs."""

BOTH = "both"
SUNS, HELD = "suns (drawn)", "CIFAR-10, held back"
_TESTED = 100  # pictures that are measured with, about
_FROM = 1000  # seeds of the suns that are measured with begin here
_BATCH = 10
_RATES = {"transfer": 0.1, "nothing": 0.05}
"""Highest learning rates. Both are those that did best in a few tries; one layer bears more than a whole network."""


@dataclass(frozen=True)
class TransferOptions:
    """What is learned, and how much."""

    data: str = field(
        default=SUNS,
        metadata=option(
            "Pictures",
            choices=(SUNS, HELD, FOLDERS),
            help="Drawn suns of five kinds; test pictures of CIFAR-10, where it is on this computer; your own folders.",
        ),
    )
    each: int = field(
        default=10, metadata=option("A class", low=2, high=20, help="Pictures of each class to learn from.")
    )
    epochs: int = field(default=6, metadata=option("Epochs", low=2, high=20, help="How often each picture is seen."))
    seed: int = field(
        default=0, metadata=option("Seed", low=0, high=99, help="Chances: first weights, order of the pictures.")
    )
    lines: str = field(
        default=BOTH,
        metadata=option("Lines", choices=(BOTH, "from nothing"), help="One alone, to guess the other first."),
    )


@dataclass(frozen=True, slots=True)
class Run:
    """One training: how many numbers it changed, and the accuracy on held-back pictures after each epoch."""

    learned: int
    accuracies: tuple[float, ...]


@demonstration("transfer", title="Transfer learning", options=TransferOptions)
def transfer(picture: Picture, options: TransferOptions) -> Demonstrated:
    """The few pictures, both trainings epoch by epoch, and where they ended: measured on pictures held back."""
    path = picture.path if options.data == FOLDERS else ""
    few, held = _parts(options.data, options.each, options.seed, _Key(picture, path))
    kept, alone = (
        _run(kind, options.data, options.each, options.epochs, options.seed, _Key(picture, path)) for kind in _RATES
    )
    ends = [100 * run.accuracies[-1] for run in (kept, alone)]
    chance = 100 * float(np.bincount(held.classes).max()) / len(held)
    epochs = np.arange(1, options.epochs + 1, dtype=float)
    shown = [
        ("from nothing", "all layers learn", alone),
        ("transfer", "only the last layer learns", kept),
    ][: 2 if options.lines == BOTH else 1]
    chart = Chart(
        tuple(Series(f"{name}: {how}", epochs, 100 * np.array(run.accuracies)) for name, how, run in shown),
        "epoch",
        "recognised, in %",
        ends=(0.0, 100.0),
        title=f"Measured on {len(held):,} others",
        remark=f"most frequent class: {chance:.0f} %",
    )
    panel = bars(
        [name for name, _, _ in shown],
        [100 * run.accuracies[-1] for _, _, run in shown],
        [(f"{run.learned:,}", f"{100 * run.accuracies[-1]:.0f} %") for _, _, run in shown],
        ("numbers learned", "recognised"),
        "At the end",
        "training",
        100.0,
    )
    about = f"{len(few):,} pictures, {options.each} of each of {len(few.labels)} classes · what is known: {NETWORK}"
    numbers = {
        "transfer": ends[0],
        "nothing": ends[1],
        "learned": float(kept.learned),
        "all": float(alone.learned),
        "pictures": float(len(few)),
        "held": float(len(held)),
        "classes": float(len(few.labels)),
        "chance": chance,
    }
    return Demonstrated(Figure("transfer", "Transfer learning", about, (few.seen(), chart, panel)), numbers)


@dataclass(frozen=True, slots=True)
class _Few:
    """The pictures that are learned from."""

    labels: tuple[str, ...]
    pictures: Pictures

    def __len__(self) -> int:
        return len(self.pictures)

    def seen(self) -> ImageGrid:
        """All of them as one mosaic."""
        return photos(
            list(np.asarray(self.pictures.content)),
            [self.labels[k] for k in self.pictures.classes],
            "What there is to learn from",
        )


class _Key:
    """A picture as a part of a cache's key: only the folder that it lies in counts."""

    def __init__(self, picture: Picture, path: str) -> None:
        self.picture, self._folder = picture, path

    def __hash__(self) -> int:
        return hash(self._folder)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other._folder == self._folder


@lru_cache(maxsize=4)
def _parts(source: str, each: int, seed: int, of: _Key) -> tuple[_Few, Pictures]:
    """The few to learn from, and those to measure with."""
    if source == SUNS:
        return _Few(LABELS, drawn(each, seed * each)), drawn(_TESTED // len(LABELS), _FROM + seed)
    found = labelled("CIFAR-10" if source == HELD else source, of.picture, 2000, 1000, seed)
    return _split(found, each, source == HELD)


def _split(found: Labelled, each: int, held_back: bool) -> tuple[_Few, Pictures]:
    """So many of each class; of CIFAR-10 among the test pictures, which the network has not seen."""
    pool, rest = (found.test, None) if held_back else (found.train, found.test)
    rows = [np.flatnonzero(pool.classes == k)[:each] for k in range(len(found.labels))]
    chosen = np.concatenate(rows)
    if rest is None:
        rest = pool.chosen(np.setdiff1d(np.arange(len(pool)), chosen))
    labels = tuple(label.capitalize() for label in found.labels)  # not those that it knows: it gets a new last layer
    return _Few(labels, pool.chosen(chosen)), rest.chosen(np.arange(min(len(rest), _TESTED)))


@lru_cache(maxsize=16)
def _run(kind: str, source: str, each: int, epochs: int, seed: int, of: _Key) -> Run:
    """Train once; what was trained stays known."""
    few, held = _parts(source, each, seed, of)
    data = DataSet("few", few.labels, few.pictures, validation=held)
    known = trained(NETWORK)
    network, unfreeze = (known, 0) if kind == "transfer" else (from_nothing(known), None)
    settings = Settings(epochs, _BATCH, _RATES[kind], unfreeze=unfreeze, seed=seed, device="cpu")
    return _watched(train(data, network, settings))


def _watched(events: Iterator[object]) -> Run:
    learned, accuracies = 0, []
    for event in events:
        go_on()
        if isinstance(event, Started):
            learned = event.learned
        if isinstance(event, EpochEnded):
            accuracies.append(float(event.validation_accuracy or 0.0))
    return Run(learned, tuple(accuracies))
