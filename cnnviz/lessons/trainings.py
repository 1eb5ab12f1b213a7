"""Where the workspace *Train* begins: the keys of ``train = { … }`` in a lesson, and the pictures that come with it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cnnviz import paths
from cnnviz.core.errors import CnnvizError

SUNS = "suns"
"""The data set that is drawn here, so that it is on every computer."""

EACH = 30
"""Suns of each kind."""

USUAL: dict[str, object] = {
    "data": "mnist",
    "network": "lenet5",
    "transfer": False,
    "epochs": 3,
    "batch": 64,
    "limit": 0,
}
"""What the form says if nothing is said; ``limit`` is the most pictures of a class to learn from, 0 for all."""


def complete(given: Mapping[str, object]) -> dict[str, object]:
    """All keys with their values: those given, and the usual ones. Raises ``CnnvizError`` that says what is wrong."""
    from cnnviz.core.architectures import ARCHITECTURES
    from cnnviz.training.data import KNOWN

    for key, value in given.items():
        if key not in USUAL:
            raise CnnvizError(f"The form of Train has no “{key}”; there are {', '.join(USUAL)}.")
        if key == "data" and value not in (*KNOWN, SUNS, ""):
            names = ", ".join((*KNOWN, SUNS))
            raise CnnvizError(f"“data” of Train can be {names}, or empty for a folder of one’s own; not {value!r}.")
        if key == "network" and value not in ARCHITECTURES:
            raise CnnvizError(f"“network” of Train can be {', '.join(ARCHITECTURES)}; not {value!r}.")
        if type(value) is not type(USUAL[key]) or (key in ("epochs", "batch") and int(str(value)) < 1):
            kinds = {bool: "true or false", int: "a whole number", str: "a text"}
            raise CnnvizError(f"“{key}” of Train is {kinds[type(USUAL[key])]}, not {value!r}.")
    return USUAL | dict(given)


def suns_folder() -> Path:
    """The suns as files, a folder for each kind; drawn when they are first wanted.

    Raises
    ------
    CnnvizError
        They cannot be written.
    """
    from PIL import Image

    from cnnviz.core.writing import replacing
    from cnnviz.lessons.suns import LABELS, draw

    root = paths.cache() / "suns"
    for label in LABELS:
        for seed in range(EACH):
            file = root / label / f"{seed:02}.png"
            if file.is_file():
                continue
            try:
                file.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise CnnvizError(f"The suns cannot be written: {error.strerror}.", str(error)) from error
            with replacing(file) as target:
                Image.fromarray(draw(label, seed)).save(target, "PNG")
    return root
