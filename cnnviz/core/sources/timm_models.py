"""timm's networks (extra ``timm``): ``timm:NAME`` with the weights in its cache, ``timm:NAME:random`` without.

Ross Wightman: PyTorch image models, https://github.com/huggingface/pytorch-image-models.
"""

from __future__ import annotations

import hashlib
import importlib.util
import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

from cnnviz.core.errors import ModelError
from cnnviz.core.labels import usual_labels
from cnnviz.core.model import Model, Preprocessing
from cnnviz.core.sources.base import RANDOM, Architecture, Asked, Offer, seeded

PREFIX = "timm:"


class Timm:
    """``timm:NAME`` and ``timm:NAME:random``."""

    order = 25
    holds_only_weights = False

    def accepts(self, name: str) -> bool:
        """Whether it is written like one."""
        return name.startswith(PREFIX)

    def load(self, asked: Asked) -> Model:
        """The network with its own data configuration and labels."""
        name, _, kind = asked.name.removeprefix(PREFIX).partition(":")
        module = _made(name, pretrained=kind != "random")
        preprocessing, labels = preprocessing_of(module), _labels(module)
        caption = "random weights" if kind == "random" else "ImageNet-1K" if len(labels) == 1000 else name
        notes = ("Its weights are random: the answers mean nothing.",) if kind == "random" else ()
        weights = RANDOM if kind == "random" else _identity(module)
        cpu = torch.device("cpu")
        return Model(asked.name, name, caption, module, preprocessing, labels, cpu, weights, notes)

    def offers(self) -> list[Offer]:
        """None here: there are more than a thousand, which timm lists."""
        return []

    def architecture(self, name: str, trust: bool) -> Architecture | None:
        """``timm:NAME`` for a file of weights."""
        if not self.accepts(name):
            return None
        base = name.removeprefix(PREFIX).partition(":")[0]
        whole = _made(base, pretrained=False)

        def build(classes: int | None) -> nn.Module:
            return whole if classes is None else _made(base, pretrained=False, classes=classes)

        return Architecture(name, base, build, preprocessing_of(whole), _labels(whole), meta=False)


def names() -> tuple[str, ...]:
    """All of timm's networks; none where timm is not installed."""
    return tuple(_timm().list_models()) if importlib.util.find_spec("timm") else ()


def _timm() -> Any:
    if importlib.util.find_spec("timm") is None:
        raise ModelError("timm is not installed: run “pip install cnnviz[timm]”, then open it again.")
    import timm

    return timm


def _made(name: str, pretrained: bool, classes: int | None = None) -> nn.Module:
    timm = _timm()
    options = {} if classes is None else {"num_classes": classes}
    if not timm.is_model(name.partition(".")[0]):
        near = timm.list_models(f"{name.partition('.')[0]}*")[:3]
        hint = f"did you mean {' or '.join(PREFIX + n for n in near)}?" if near else "timm.list_models() has the names."
        raise ModelError(f"timm has no network {name}: {hint}")
    try:
        with seeded(), _offline():
            module: nn.Module = timm.create_model(name, pretrained=pretrained, **options)
    except Exception as error:
        if not pretrained:
            raise ModelError(f"timm cannot build {name}.", str(error)) from error
        raise ModelError(
            f"The weights of {PREFIX}{name} are not here: open {PREFIX}{name}:random, or download them with "
            f"python -c \"import timm; timm.create_model('{name}', pretrained=True)\".",
            str(error),
        ) from error
    return module.eval()


@contextmanager
def _offline() -> Iterator[None]:
    """Nothing is downloaded unasked."""
    before = os.environ.get("HF_HUB_OFFLINE")
    os.environ["HF_HUB_OFFLINE"] = "1"
    try:
        import huggingface_hub.constants as hub

        kept, hub.HF_HUB_OFFLINE = hub.HF_HUB_OFFLINE, True
        try:
            yield
        finally:
            hub.HF_HUB_OFFLINE = kept
    finally:
        if before is None:
            del os.environ["HF_HUB_OFFLINE"]
        else:
            os.environ["HF_HUB_OFFLINE"] = before


def preprocessing_of(module: nn.Module) -> Preprocessing:
    """What the network was trained with, as timm has it."""
    from timm import data

    about = data.resolve_model_data_config(module)  # type: ignore[attr-defined, no-untyped-call]
    channels, height, width = about["input_size"]
    resize = None if about["crop_mode"] == "squash" else math.floor(min(height, width) / about["crop_pct"])
    mode = "L" if channels == 1 else "RGB"
    return Preprocessing(
        mode, (height, width), tuple(about["mean"]), tuple(about["std"]), resize, about["interpolation"]
    )


def _labels(module: nn.Module) -> tuple[str, ...]:
    classes = int(getattr(module, "num_classes", 0))
    if classes == 1000:
        return usual_labels(1000, 3, (224, 224), recognised=False)[1]
    try:
        from timm import data

        subset = data.infer_imagenet_subset(module)  # type: ignore[attr-defined]
        if subset:
            about = data.ImageNetInfo(subset)  # type: ignore[attr-defined]
            return tuple(about.index_to_description(i) for i in range(classes))
    except (ImportError, AttributeError, AssertionError, KeyError):
        pass
    return ()


def _identity(module: nn.Module) -> str:
    """A hash of all weights."""
    digest = hashlib.sha256()
    for name, tensor in module.state_dict().items():
        digest.update(name.encode())
        digest.update(tensor.contiguous().flatten().view(torch.uint8).numpy())
    return digest.hexdigest()


SOURCE = Timm()
