"""Why tensors form no network that pictures can go through, as a sentence that says what would help."""

from __future__ import annotations

import re
from collections.abc import Mapping

from torch import Tensor

from cnnviz.core.finder.layers import layers_of

_RECURRENT = re.compile(r"(^|\.)weight_(ih|hh)(_l\d+|$)")
_WORDS = re.compile(r"(^|[._])(wte|word_embeddings?|embed_tokens|token_embd|tok_embeddings?|embedding)\.weight$")
_DRAWING = re.compile(r"(^|[._])(decoder|generator|deconv\w*|conv_?transpose\w*|up\d+|upconv\w*)\d*\.")


def draws(tensors: Mapping[str, Tensor]) -> bool:
    """Whether names say that a network draws pictures."""
    return any(_DRAWING.search(name) for name in tensors)


def reason(tensors: Mapping[str, Tensor], file: str) -> str:
    """What these tensors are instead of a network that classifies pictures."""
    layers = layers_of(tensors)
    weights = [layer for layer in layers if layer.kind in ("conv", "dense") and layer.path]
    if any(_RECURRENT.search(name) for name in tensors):
        return f"{file} is a recurrent network, which reads sequences: pictures cannot go through it."
    if any(_WORDS.search(name) for name in tensors):
        return f"{file} is a network for texts, with embeddings of words: pictures cannot go through it."
    if not weights:
        return f"{file} holds {len(tensors):,} tensors, but no layers of a network: it seems to be data, not a model."
    if all(layer.kind == "dense" for layer in weights):
        inputs = weights[0].shape[1]
        return (
            f"{file} is a network of dense layers that takes rows of {inputs:,} numbers, which are no picture: "
            "it cannot be shown on pictures."
        )
    if draws(tensors):
        return (
            f"{file} draws pictures rather than classifying them, as its names show (a decoder or generator): "
            "only networks that give scores of classes are opened."
        )
    return (
        f"{file} holds the weights of {len(weights):,} layers, and no network is known that they fit: "
        "say which it is, such as --arch resnet18 or --arch FILE.py:FACTORY."
    )


def not_for_pictures(planes: int, file: str) -> str:
    """The sentence for a network whose input has so many planes."""
    return (
        f"{file} takes inputs of {planes:,} planes, and pictures have 1 or 3 (grey or colour): "
        "it cannot be shown on pictures."
    )
