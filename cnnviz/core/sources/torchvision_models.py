"""torchvision's classification networks: with the weights in its cache, or random.

torchvision is imported when the first of them is asked for: it takes a second.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from torch import nn

from cnnviz.core.errors import ModelError
from cnnviz.core.model import Model, Preprocessing
from cnnviz.core.sources.base import RANDOM, Architecture, Asked, Offer, random_module, trained_module
from cnnviz.core.weights import read_weights

# Names of tensors in older checkpoints: dots in DenseNet's modules, the two layers of a transformer's perceptron.
_OLD_NAMES = (
    (re.compile(r"(denselayer\d+\.(?:norm|relu|conv))\.([12]\.)"), r"\1\2"),
    (re.compile(r"\.mlp\.linear_1\."), ".mlp.0."),
    (re.compile(r"\.mlp\.linear_2\."), ".mlp.3."),
)
_AUXILIARY = {"googlenet": re.compile(r"(^|\.)aux[12]\."), "inception_v3": re.compile(r"(^|\.)AuxLogits\.")}


class Torchvision:
    """``NAME`` (default weights), ``NAME:WEIGHTS`` and ``NAME:random``."""

    order = 30
    holds_only_weights = False

    def accepts(self, name: str) -> bool:
        """Whether torchvision has a classification network of that name."""
        return name.partition(":")[0] in names()

    def load(self, asked: Asked) -> Model:
        """The network with weights from torchvision's cache, or random ones."""
        name, _, kind = asked.name.partition(":")
        weights = weights_of(name, "" if kind == "random" else kind)
        architecture = architecture_of(name, weights)
        cpu = torch.device("cpu")
        if kind == "random":
            note = "Its weights are random: the class names are those of ImageNet-1K, the answers mean nothing."
            return Model(
                asked.name,
                architecture.title,
                "random weights",
                random_module(architecture),
                architecture.preprocessing,
                architecture.labels,
                cpu,
                RANDOM,
                (note,),
            )
        file = cached(weights)
        if not file.is_file():
            raise _not_here(name, weights)
        read = read_weights(file)
        module, _, notes = trained_module(architecture, read)
        if not read.digest.startswith(published_hash(weights)):
            notes += (f"{file.name} in torchvision's cache is not the file that torchvision published.",)
        return Model(
            asked.name,
            architecture.title,
            _caption(weights),
            module,
            architecture.preprocessing,
            architecture.labels,
            cpu,
            read.digest,
            notes,
        )

    def offers(self) -> list[Offer]:
        """All of them; ready are those whose default weights are in the cache."""
        found = []
        for name in names():
            weights = weights_of(name, "")
            found.append(Offer(name, title_of(weights), _caption(weights), "torchvision", cached(weights).is_file()))
        return found

    def architecture(self, name: str, trust: bool) -> Architecture | None:
        """``NAME``, or ``NAME:WEIGHTS`` for the preprocessing and input size of those weights."""
        base, _, kind = name.partition(":")
        return architecture_of(base, weights_of(base, kind)) if base in names() else None


@cache
def _models() -> ModuleType:
    try:
        from torchvision import models
    except (ImportError, RuntimeError) as error:  # RuntimeError: "operator torchvision::nms does not exist"
        raise ModelError(
            "torchvision does not fit the torch that is installed: run “pip uninstall torch torchvision”, "
            "then “pip install torch torchvision”.",
            str(error),
        ) from error
    return models  # type: ignore[no-any-return]


@cache
def names() -> tuple[str, ...]:
    """Torchvision's classification networks."""
    return tuple(_models().list_models(module=_models()))


def cached(weights: Any) -> Path:
    """Where torchvision keeps, or would keep, the file of these weights."""
    return Path(torch.hub.get_dir(), "checkpoints", weights.url.rpartition("/")[2])


def published_hash(weights: Any) -> str:
    """The beginning of the SHA-256 of these weights, which their file's name ends with; empty when it does not."""
    found = re.search(r"-([0-9a-f]{8,})\.", cached(weights).name)
    return found[1] if found else ""


def weights_of(name: str, kind: str = "") -> Any:
    """The weights of that name; the default ones for an empty name."""
    every = _models().get_model_weights(name)
    if not kind:
        return every.DEFAULT
    known = [w.name for w in every if w.meta["categories"]]  # VGG16 has weights without a last layer
    if kind not in {*known, "DEFAULT"}:
        choices = ", ".join(f"{name}:{w}" for w in [*known, "random"])
        raise ModelError(f"There are no weights {kind} for {name}: choose {choices}.")
    return every[kind]


def _not_here(name: str, weights: Any) -> ModelError:
    megabytes = weights.meta["_file_size"]
    others = [w.name for w in type(weights) if cached(w).is_file()]
    here = f"{name}:{others[0]}, which is here, or " if others else ""
    return ModelError(
        f"The weights {weights.name} of {name} ({megabytes:,.0f} MB) are not on this computer: "
        f"download them with “cnnviz models --download {name}”, open {here}{name}:random, "
        f"or put {cached(weights).name} into {cached(weights).parent}.",
        weights.url,
    )


def architecture_of(name: str, weights: Any) -> Architecture:
    """How to build a network of torchvision for given weights, and what those were trained with."""
    preset = weights.transforms()
    size, auxiliary = preset.crop_size[0], _AUXILIARY.get(name)

    def build(classes: int | None) -> nn.Module:
        options: dict[str, Any] = {"num_classes": len(weights.meta["categories"]) if classes is None else classes}
        if auxiliary:  # as the pretrained ones are built
            options |= {"aux_logits": False, "transform_input": True, "init_weights": True}
        if name.startswith("vit_"):
            options["image_size"] = size
        return _models().get_model(name, weights=None, **options)  # type: ignore[no-any-return]

    def renamed(tensor: str) -> str | None:
        if auxiliary and auxiliary.search(tensor):
            return None
        for pattern, today in _OLD_NAMES:
            tensor = pattern.sub(today, tensor)
        return tensor

    preprocessing = Preprocessing(
        mode="RGB",
        size=(size, size),
        mean=tuple(preset.mean),
        std=tuple(preset.std),
        resize=preset.resize_size[0],
        interpolation=preset.interpolation.value,
    )
    notes = ("It changes its input's normalisation inside, as torchvision's pretrained one does.",) if auxiliary else ()
    return Architecture(
        name, title_of(weights), build, preprocessing, tuple(weights.meta["categories"]), renamed, notes=notes
    )


def title_of(weights: Any) -> str:
    """``SqueezeNet1_1_Weights`` is SqueezeNet1.1, ``ViT_B_16_Weights`` is ViT B 16."""
    plain = type(weights).__name__.removesuffix("_Weights")
    return re.sub(r"(?<=[^\d]\d)_(?=\d)", ".", plain).replace("_", " ")


def _caption(weights: Any) -> str:
    accuracy = weights.meta["_metrics"]["ImageNet-1K"]["acc@1"]
    return f"ImageNet-1K · {accuracy:.1f} % top-1"


SOURCE = Torchvision()
