"""Why nobody may peek at the test pictures: of many programs that only guess, the best one looks clever."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from cnnviz.core.decode import Picture
from cnnviz.figure import Chart, Figure, Series
from cnnviz.lessons.base import Demonstrated, demonstration
from cnnviz.views.options import option

_NEW = 2000  # pictures that none of them was chosen by


@dataclass(frozen=True)
class PeekingOptions:
    """How many guess, and on how many pictures the best of them is chosen."""

    programs: int = field(
        default=1000, metadata=option("Programs", low=1, high=5000, help="How many programs are tried; all only guess.")
    )
    pictures: int = field(
        default=50,
        metadata=option("Test pictures", low=10, high=1000, help="The pictures on which the best program is chosen."),
    )
    classes: int = field(default=2, metadata=option("Classes", low=2, high=10, help="Among how many they guess."))
    seed: int = field(default=0, metadata=option("Seed", low=0, high=99, help="Other guesses."))


@demonstration("peeking", title="Peeking at the test pictures", options=PeekingOptions)
def peeking(picture: Picture, options: PeekingOptions) -> Demonstrated:
    """How many the best program gets right where it was chosen, and how many of new pictures; in per cent."""
    chance = np.random.default_rng(options.seed)
    right = chance.binomial(options.pictures, 1 / options.classes, options.programs) / options.pictures
    new = chance.binomial(_NEW, 1 / options.classes, options.programs) / _NEW
    tried = np.arange(1, options.programs + 1)
    best = np.maximum.accumulate(right)
    leaders = np.searchsorted(best, best)  # who was the first to be as good; of equally good ones it is kept
    x = tried.astype(float)
    chart = Chart(
        (
            Series("on the pictures by which it was chosen", x, 100 * best),
            Series("on new pictures", x, 100 * new[leaders]),
        ),
        "programs tried",
        "right, in %",
        logarithmic=options.programs > 1,
        ends=(0.0, 100.0),
        title="The best program so far",
        remark=f"All of them guess: {100 / options.classes:.0f} % is what guessing is worth.",
    )
    guess = "program that guesses" if options.programs == 1 else "programs that guess"
    about = f"{options.programs:,} {guess}, {options.pictures:,} test pictures, {_NEW:,} new ones"
    numbers = {
        "best": 100 * float(best[-1]),
        "new": 100 * float(new[leaders[-1]]),
        "guessing": 100 / options.classes,
        "programs": float(options.programs),
        "pictures": float(options.pictures),
    }
    return Demonstrated(Figure("peeking", "Peeking at the test pictures", about, (chart,)), numbers)
