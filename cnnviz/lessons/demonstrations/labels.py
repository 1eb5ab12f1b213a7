"""Labels: the number of a class, and the same as a row of zeros with a single one."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from cnnviz.core.decode import Picture
from cnnviz.figure import Figure, Scale
from cnnviz.lessons.base import Demonstrated, demonstration
from cnnviz.lessons.parts import DIGITS, PAINTINGS, Pixels, digits, photos, samples, sized, table
from cnnviz.lessons.suns import LABELS, draw
from cnnviz.views.options import option

SETS = {"digits": DIGITS, "things": PAINTINGS, "the sun": ""}
"""What can be shown, and the samples that it is made of."""

_BINARY = Scale(0.0, 1.0, "oslo", False, "all numbers")


@dataclass(frozen=True)
class LabelOptions:
    """Which pictures."""

    classes: str = field(
        default="digits",
        metadata=option("Classes", choices=tuple(SETS), help="Ten digits, ten things, or five kinds of sun (drawn)."),
    )


@demonstration("labels", title="Labels: an index, or one-hot", options=LabelOptions)
def labels(picture: Picture, options: LabelOptions) -> Demonstrated:
    """One picture of each class with its index, and all of them as one-hot rows."""
    names, pixels = _of(options.classes)
    order = np.random.default_rng(4).permutation(len(names)).tolist()  # as pictures come: in no order
    shown = photos(
        [pixels[k] for k in order], [f"{names[k]} → {k}" for k in order], "Pictures and the indices of their classes"
    )
    onehot = np.eye(len(names))[order]
    rows = [f"{names[k]}  ({k})" for k in order]
    indices = [str(k) for k in range(len(names))]
    matrix = table(onehot, "The same labels one-hot: a 1 at the index", _BINARY, rows, indices, ("picture", "class"))
    about = f"{len(names)} classes, numbered from 0 to {len(names) - 1} in a fixed order"
    counts = {"classes": len(names), "last": len(names) - 1, "ones": onehot.sum(), "zeros": (onehot == 0).sum()}
    return Demonstrated(
        Figure("labels", "What a label is", about, (shown, matrix)), {name: float(n) for name, n in counts.items()}
    )


def _of(classes: str) -> tuple[tuple[str, ...], list[Pixels]]:
    """The class names in their order, and a picture of each."""
    if classes == "the sun":
        return LABELS, [draw(label, seed=1, edge=96) for label in LABELS]
    if classes == "digits":
        return tuple(one.label for one in digits()), [one.pixels for one in digits()]
    found = {one.label: sized(one.pixels, 96, 96, "RGB") for one in samples(PAINTINGS)}
    return tuple(sorted(found)), [found[label] for label in sorted(found)]
