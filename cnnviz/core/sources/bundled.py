"""The networks that come with CNNViz, trained by ``scripts/train_bundled.py``."""

from __future__ import annotations

import json
from typing import Any

import torch

from cnnviz.core.architectures import ARCHITECTURES
from cnnviz.core.errors import ModelError
from cnnviz.core.model import Model, Preprocessing
from cnnviz.core.sources.base import RANDOM, Architecture, Asked, Offer, random_module, trained_module
from cnnviz.core.weights import read_weights
from cnnviz.figure import share
from cnnviz.paths import resources


class Bundled:
    """Weights in ``resources/models``, each with a card beside it: class names, preprocessing, accuracy."""

    order = 0
    holds_only_weights = False

    def accepts(self, name: str) -> bool:
        """Bundled names, and with ``:random`` those of their architectures too."""
        base, colon, kind = name.partition(":")
        return base in _cards() if not colon else kind == "random" and base in {*_cards(), *ARCHITECTURES}

    def load(self, asked: Asked) -> Model:
        """The trained network, or an untrained one of the same architecture."""
        name, random, _ = asked.name.partition(":")
        cards = _cards()
        card = cards.get(name) or next(card for card in cards.values() if card["architecture"] == name)
        architecture = _architecture(card)
        labels, device = tuple(card["labels"]), torch.device("cpu")
        if random:
            module = random_module(architecture)
            note = f"Its weights are random: the class names are those of {card['dataset']}, the answers mean nothing."
            return Model(
                asked.name,
                card["title"],
                "random weights",
                module,
                architecture.preprocessing,
                labels,
                device,
                RANDOM,
                (note,),
            )
        weights = read_weights(resources() / "models" / f"{name}.safetensors")
        if weights.digest != card["sha256"]:
            raise ModelError(
                f"The weights of {name} are damaged: install CNNViz again.", f"{weights.digest} of {card['sha256']}"
            )
        module, _, notes = trained_module(architecture, weights)
        return Model(
            name,
            card["title"],
            _caption(card),
            module,
            architecture.preprocessing,
            labels,
            device,
            weights.digest,
            notes,
        )

    def offers(self) -> list[Offer]:
        """All of them, always ready."""
        return [Offer(name, card["title"], _caption(card), "bundled", ready=True) for name, card in _cards().items()]

    def architecture(self, name: str, trust: bool) -> Architecture | None:
        """``lenet5`` or ``vgg-small``, also by the name of the bundled network, with its preprocessing."""
        cards = _cards().values()
        return next((_architecture(card) for card in cards if name in (card["name"], card["architecture"])), None)


def architecture_name(name: str) -> str:
    """The architecture of a bundled network; empty for any other name."""
    card = _cards().get(name)
    return str(card["architecture"]) if card else ""


def _cards() -> dict[str, dict[str, Any]]:
    files = sorted((resources() / "models").glob("*.json"))
    return {file.stem: json.loads(file.read_text("utf-8")) for file in files}


def preprocessing_of(card: dict[str, Any]) -> Preprocessing:
    """The preprocessing that a card describes."""
    about = card["preprocessing"]
    height, width = about["size"]
    return Preprocessing(about["mode"], (height, width), tuple(about["mean"]), tuple(about["std"]))


def _architecture(card: dict[str, Any]) -> Architecture:
    name = card["architecture"]
    make = ARCHITECTURES[name]
    return Architecture(
        name, card["title"], lambda classes: make() if classes is None else make(classes), preprocessing_of(card)
    )


def _caption(card: dict[str, Any]) -> str:
    accuracy = card["accuracy"]
    return f"{card['dataset']} · {share(accuracy['value'])} of {accuracy['pictures']:,} test pictures"


SOURCE = Bundled()
