"""The colour of each family of operations, the same in every drawing of a network."""

from __future__ import annotations

COLORS = {
    "input": "#9aa3b2",
    "conv": "#4c8df6",
    "norm": "#9a86d8",
    "activation": "#e9b44c",
    "pool": "#3fc39a",
    "dense": "#c678dd",
    "join": "#f06f82",
    "softmax": "#f2994a",
    "block": "#e9b44c",
}
"""By the family of the operation."""

NAMES = {
    "input": "input",
    "conv": "convolution",
    "pool": "pooling",
    "dense": "dense",
    "join": "join",
    "block": "dense block",
}
