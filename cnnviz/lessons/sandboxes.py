"""Where the sandbox begins: the keys of ``sandbox = { … }`` in a lesson, and which values they take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from cnnviz.core.errors import CnnvizError
from cnnviz.core.sandbox import KERNELS, Setting, check
from cnnviz.slides import Border

KINDS = {"convolution": "sum", "max pooling": "max", "mean pooling": "mean", "min pooling": "min"}
"""As a lesson says it, and as `cnnviz.arithmetic.Kind`."""

PICTURES = {"lecture": 4, "digit": 28, "window": 28, "edge": 8, "ramp": 8, "checker": 8}
"""Pictures of the sandbox, and rows and columns that they have here if nothing is said."""

ALL_EDGES = "Sobel, all edges"

TEXTS: dict[str, tuple[str, ...]] = {
    "kind": tuple(KINDS),
    "picture": tuple(PICTURES),
    "kernel": (*KERNELS, ALL_EDGES),
    "border": get_args(Border),
}
NUMBERS: dict[str, tuple[int, int]] = {
    "size": (1, 64),
    "window": (1, 11),
    "stride": (1, 8),
    "padding": (0, 8),
    "dilation": (1, 4),
    "inputs": (1, 4096),
    "outputs": (1, 4096),
}
"""Key to the least and the largest number. ``window`` is the size of the kernel or of the pooled window."""


def complete(given: Mapping[str, object]) -> dict[str, object]:
    """All keys with their values: those given, and the usual ones. Raises ``CnnvizError`` that says what is wrong."""
    for key, value in given.items():
        if key in TEXTS:
            if value not in TEXTS[key]:
                raise CnnvizError(f"“{key}” of the sandbox can be {', '.join(TEXTS[key])}; not {value!r}.")
        elif key in NUMBERS:
            low, high = NUMBERS[key]
            if type(value) is not int or not low <= value <= high:
                raise CnnvizError(f"“{key}” of the sandbox is a whole number, {low} to {high}; not {value!r}.")
        else:
            raise CnnvizError(f"The sandbox has no “{key}”; there are {', '.join((*TEXTS, *NUMBERS))}.")
    kind = given.get("kind", "convolution")
    pools = kind != "convolution"
    picture = str(given.get("picture", "lecture" if pools else "digit"))
    kernel = str(given.get("kernel", "Sobel, vertical edges"))
    usual: dict[str, object] = {
        "kind": kind,
        "picture": picture,
        "kernel": kernel,
        "border": "zeros",
        "size": PICTURES[picture],
        "window": 2 if pools else len(KERNELS.get(kernel, KERNELS["identity"])),
        "stride": 2 if pools else 1,
        "padding": 0,
        "dilation": 1,
        "inputs": 1,
        "outputs": 1,
    }
    found = usual | dict(given)
    check(setting(found), (int(str(found["size"])),) * 2)
    return found


def setting(values: Mapping[str, object]) -> Setting:
    """The numbers of `complete` as the sandbox takes them."""
    number = {key: int(str(values[key])) for key in NUMBERS}
    return Setting(
        "convolution" if values["kind"] == "convolution" else "pooling",
        number["window"],
        number["stride"],
        number["padding"],
        number["dilation"],
        (number["inputs"], number["outputs"]),
    )
