"""Files whose names stand in the order of the alphabet, as safetensors writes them, put back into a likely order.

Numbers count as numbers, ``bn1`` stands after ``conv1`` and before ``conv2``, what is called like a head comes last,
and a shortcut comes after the layers of its block: as people declare the parts of a network.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from torch import Tensor

_HEADS = frozenset("fc linear classifier head heads output out logits dense last_linear predictions".split())
_LATE = frozenset("shortcut downsample skip residual".split())
_LAYERS = {"conv": 0, "conv_dw": 0, "bn": 1, "norm": 1, "batchnorm": 1, "bn_dw": 1, "prelu": 2, "act": 2}
_PARTS = {"weight": 0, "bias": 1, "running_mean": 2, "running_var": 3}

Key = tuple[int, str, int, int, str]


def as_declared(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors in a likely order of declaration; in their own where that is not the alphabet's."""
    if list(tensors) != sorted(tensors):
        return dict(tensors)
    return {name: tensors[name] for name in sorted(tensors, key=lambda name: [*map(_key, name.split("."))])}


def _key(word: str) -> Key:
    """Where a word stands among those beside it: rank, kind, number, place within the number, itself."""
    if word in _PARTS:
        return 0, "", _PARTS[word], 0, word
    if word.isdecimal():
        return 1, "", int(word), 0, word
    found = re.fullmatch(r"(.*?)_?(\d*)", word)
    base, number = (found[1].lower(), int(found[2] or 0)) if found else (word.lower(), 0)
    if base in _LAYERS:
        return 1, "", number, _LAYERS[base], word
    if base in _HEADS:
        return 4, base, number, 0, word
    return (3 if base in _LATE else 2), "" if base in ("stem", "features", "backbone") else base, number, 0, word
