"""The words of a chain as a sentence with numbers to change: ``conv6x5/p2`` is 6 filters of 5 × 5, padding 2."""

from __future__ import annotations

import re
from dataclasses import dataclass

ACTIVATIONS = (
    "relu",
    "relu6",
    "leaky",
    "tanh",
    "sigmoid",
    "elu",
    "selu",
    "gelu",
    "silu",
    "hardswish",
    "softplus",
    "mish",
)
"""Those that can be chosen between layers; any other can be written."""

NEW = {
    "conv16x3/p1": "Convolution",
    "norm": "Norm",
    "relu": "Activation",
    "max2": "Max pooling",
    "avg2": "Mean pooling",
    "gap": "Global mean",
    "flatten": "Flatten",
    "dense32": "Dense",
    "dropout50": "Dropout",
}
"""What can be added, and its name."""

CHAINS = {
    "lenet5": "plan: 1x28x28 conv6x5/p2 relu max2 conv16x5 relu max2 flatten dense120 relu dense84 relu dense10",
    "vgg-small": "plan: 3x32x32 conv32x3/p1 norm relu conv32x3/p1 norm relu max2 conv64x3/p1 norm relu conv64x3/p1 "
    "norm relu max2 conv128x3/p1 norm relu conv128x3/p1 norm relu max2 conv128x3/p1 norm relu gap flatten dense10",
    "mlp": "plan: 1x28x28 flatten dense77 relu dense10",
    "": "plan: 1x28x28",
}
"""Networks as chains, by their names, number for number; the last is empty."""

STARTS = ("lenet5", "vgg-small", "")
"""Those that one can begin with."""

_CONV = re.compile(r"conv(\d+)x(\d+)((?:/[spgd]\d+)*)")
_POOL = re.compile(r"(max|avg)(\d+)(?:s(\d+))?(?:p(\d+))?(c?)")
_ONE = re.compile(r"(dense|dropout|gap|gmp)(\d*)")


@dataclass(frozen=True, slots=True)
class Number:
    """One number of a link: what it is, its value and its limits, and the words before and after it."""

    name: str
    value: int
    low: int
    high: int
    before: str = ""
    after: str = ""


def kind_of(word: str) -> str:
    """The family of a link, for its colour."""
    if word.startswith("conv"):
        return "conv"
    if word.startswith(("max", "avg", "gap", "gmp")):
        return "pool"
    kinds = {"norm": "norm", "flatten": "shape"}
    if word.startswith("dense"):
        return "dense"
    return kinds.get(word, "other" if word.startswith("dropout") else "activation")


def title_of(word: str) -> str:
    """What a link is called."""
    starts = ("conv", "norm", "max", "avg", "gap", "gmp", "flatten", "dense", "dropout")
    names = (
        "Convolution",
        "Norm",
        "Max pooling",
        "Mean pooling",
        "Global mean",
        "Global max",
        "Flatten",
        "Dense",
        "Dropout",
    )
    return next((name for start, name in zip(starts, names, strict=True) if word.startswith(start)), "Activation")


def numbers_of(word: str) -> tuple[Number, ...]:
    """The numbers of a link that can be changed; none where it has none, or is not understood."""
    if found := _CONV.fullmatch(word):
        given = {option[0]: int(option[1:]) for option in found[3].split("/")[1:]}
        more = [
            Number(letter, given[letter], 1, 512, title)
            for letter, title in (("g", "groups"), ("d", "dilation"))
            if letter in given
        ]
        return (
            Number("filters", int(found[1]), 1, 4096, "", "filters of"),
            Number("size", int(found[2]), 1, 63, "", f"× {found[2]}"),
            Number("s", given.get("s", 1), 1, 16, "stride"),
            Number("p", given.get("p", 0), 0, 31, "padding"),
            *more,
        )
    if found := _POOL.fullmatch(word):
        size = int(found[2])
        return (
            Number("size", size, 1, 63, "over", f"× {size}"),
            Number("stride", int(found[3] or size), 1, 63, "stride"),
            Number("padding", int(found[4] or 0), 0, 31, "padding"),
        )
    if found := _ONE.fullmatch(word):
        if found[1] == "dropout":
            return (Number("share", int(found[2] or 50), 0, 99, "", "% of the numbers at random"),)
        if found[1] == "dense":
            return (Number("units", int(found[2] or 1), 1, 65536, "", "units"),)
        side = int(found[2] or 1)
        return (Number("side", side, 1, 63, "to", f"× {side}"),)
    return ()


def with_number(word: str, name: str, value: int) -> str:
    """The link with another number."""
    numbers = {number.name: number.value for number in numbers_of(word)} | {name: value}
    if word.startswith("conv"):
        usual = {"s": 1, "p": 0, "g": 1, "d": 1}
        options = "".join(f"/{n}{numbers[n]}" for n in usual if n in numbers and numbers[n] != usual[n])
        return f"conv{numbers['filters']}x{numbers['size']}{options}"
    if found := _POOL.fullmatch(word):
        if name == "size" and found[3] is None:
            numbers["stride"] = value  # side by side, as they were
        stride = f"s{numbers['stride']}" if numbers["stride"] != numbers["size"] else ""
        padding = f"p{numbers['padding']}" if numbers["padding"] else ""
        return f"{found[1]}{numbers['size']}{stride}{padding}{found[5]}"
    bare = re.sub(r"\d+$", "", word)
    return bare if bare in ("gap", "gmp") and value == 1 else f"{bare}{value}"
