"""Files that hold only weights: a state dict, a checkpoint or safetensors, with their architecture named."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import torch

from cnnviz.core.errors import ModelError
from cnnviz.core.model import Model, Preprocessing
from cnnviz.core.sources.base import Architecture, Asked, Offer, trained_module
from cnnviz.core.weights import Weights, read_weights

SUFFIXES = frozenset({".pt", ".pth", ".th", ".tar", ".ckpt", ".bin", ".safetensors", ".h5", ".onnx", ".pkl", ".pt2"})


class WeightsFile:
    """``FILE`` with ``--arch NAME``, or with the architecture that its own metadata names."""

    order = 20
    holds_only_weights = True

    def accepts(self, name: str) -> bool:
        """Whether it is written like a file."""
        path = Path(name)
        return (
            path.suffix.lower() in SUFFIXES or os.sep in name or "/" in name or (bool(path.suffix) and path.is_file())
        )

    def load(self, asked: Asked) -> Model:
        """The architecture with the file's weights in it."""
        from cnnviz.core.sources import find_architecture

        weights = read_weights(Path(asked.name).expanduser())
        name = asked.arch or weights.metadata.get("architecture")
        if not name:
            raise ModelError(
                f"{weights.name} holds only weights: say which architecture they are for, such as --arch resnet18.",
                "\n".join(weights.tensors),
            )
        architecture = find_architecture(name, asked.trust)
        module, classes, notes = trained_module(architecture, weights)
        labels, about_labels = (asked.labels, ()) if asked.labels else _labels(architecture, weights, classes)
        preprocessing, about_preprocessing = _preprocessing(architecture, weights)
        if not asked.arch:
            notes = (f"Its architecture is {name}, as the file itself says.", *notes)
        return Model(
            asked.name,
            architecture.title,
            weights.name,
            module,
            preprocessing,
            labels,
            torch.device("cpu"),
            weights.digest,
            weights.notes + notes + architecture.notes + about_preprocessing + about_labels,
        )

    def offers(self) -> list[Offer]:
        """None: files have no names of their own."""
        return []

    def architecture(self, name: str, trust: bool) -> Architecture | None:
        """None: a file of weights says nothing on how to build a network."""
        return None


def _labels(
    architecture: Architecture, weights: Weights, classes: int | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Class names from the file, or those of the architecture where their number agrees."""
    carried = weights.labels or tuple(json.loads(weights.metadata.get("labels", "[]")))
    if carried and len(carried) == classes:
        return carried, ("Its class names are those that the file carries.",)
    if len(architecture.labels) == classes:
        return architecture.labels, (f"Its {classes:,} classes are taken for those of ImageNet-1K.",)
    return (), ("Its classes have no names: numbers are shown.",)


def _preprocessing(architecture: Architecture, weights: Weights) -> tuple[Preprocessing, tuple[str, ...]]:
    """What the file says it was trained with, or what is usual for the architecture."""
    written = weights.metadata.get("preprocessing")
    if written:
        about = json.loads(written)
        height, width = about["size"]
        return Preprocessing(
            about["mode"], (height, width), tuple(about["mean"]), tuple(about["std"]), about.get("resize")
        ), ()
    usual = replace(architecture.preprocessing, guessed=True)
    return usual, (f"How pictures were prepared for it is not known: taken as usual for {architecture.name}.",)


SOURCE = WeightsFile()
