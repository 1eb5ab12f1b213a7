"""Files that hold weights: a state dict, a checkpoint, safetensors, or a network that was pickled whole.

The architecture is the one that is named beside the file, else the one that the file names, else what the finder finds.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import nn

from cnnviz.core.consent import agreed
from cnnviz.core.errors import ConsentNeeded, ModelError
from cnnviz.core.finder import Finding, find, finding_of
from cnnviz.core.finder.candidate import Candidate, planned
from cnnviz.core.finder.layers import unwrapped
from cnnviz.core.finder.plan import PREFIX, parse
from cnnviz.core.model import Model, Preprocessing
from cnnviz.core.sources.base import Architecture, Asked, Offer, trained_module
from cnnviz.core.sources.ready import labels_of, sized
from cnnviz.core.weights import Weights, opened_model, read_weights
from cnnviz.core.whole import made_again, settings_of, unknown_classes

SUFFIXES = frozenset(".pt .pth .th .tar .ckpt .bin .safetensors .h5 .pkl .pickle .weights .model".split())
_SAYS_ARCHITECTURE = ("architecture", "arch", "model_name", "model_arch", "arch_name", "backbone", "model")


class WeightsFile:
    """``FILE``, with ``--arch NAME`` or without."""

    order = 20
    holds_only_weights = True

    def accepts(self, name: str) -> bool:
        """Whether it is written like a file."""
        path = Path(name)
        return (
            path.suffix.lower() in SUFFIXES or os.sep in name or "/" in name or (bool(path.suffix) and path.is_file())
        )

    def load(self, asked: Asked) -> Model:
        """The network with the file's weights in it."""
        path = Path(asked.name).expanduser()
        weights = read_weights(path)
        if asked.arch and asked.arch.startswith(PREFIX):
            return _found(asked, weights, _as_planned(asked.arch, weights))
        if asked.arch:
            return _named(asked, weights, asked.arch)
        if weights.whole is not None:
            return _whole(asked, path, weights)
        said = _architecture_said(weights)
        if said.startswith(PREFIX):
            return _carrying(asked, weights, said)
        if said:
            try:
                return _named(asked, weights, said)
            except ModelError:
                if "architecture" in weights.metadata:  # our own files are meant to fit
                    raise
        return _found(asked, weights, find(weights.tensors, weights.name))

    def offers(self) -> list[Offer]:
        """None: files have no names of their own."""
        return []

    def architecture(self, name: str, trust: bool) -> Architecture | None:
        """None: a file of weights says nothing on how to build a network."""
        return None


def _architecture_said(weights: Weights) -> str:
    """The architecture that the file names, where it is one that is known."""
    from cnnviz.core.sources import find_architecture

    for key in _SAYS_ARCHITECTURE:
        name = weights.metadata.get(key, "")
        if key == "architecture" and name and "preprocessing" in weights.metadata:
            return name
        for spelled in dict.fromkeys((name, name.lower(), re.sub(r"[^a-z0-9]+", "_", name.lower()))):
            if spelled and not re.search(r"\.py:|\.\w+:", spelled):
                try:
                    find_architecture(spelled)
                except ModelError:
                    continue
                return spelled
    return ""


def _named(asked: Asked, weights: Weights, name: str) -> Model:
    """The architecture of that name with the weights in it."""
    from cnnviz.core.sources import find_architecture

    architecture = find_architecture(name, asked.trust)
    module, classes, notes = trained_module(architecture, weights)
    labels, about_labels = (asked.labels, ()) if asked.labels else _labels(architecture, weights, classes)
    preprocessing, about_preprocessing = _preprocessing(architecture, weights)
    if not asked.arch:
        notes = (f"Its architecture is {name}, as the file itself says.", *notes)
    every = weights.notes + notes + architecture.notes + about_preprocessing + about_labels
    return replace(_model(asked, weights, architecture.title, module, preprocessing, labels, every), arch=name)


def _found(asked: Asked, weights: Weights, finding: Finding) -> Model:
    """What the finder found, with class names where they are known."""
    labels, about = (asked.labels, ()) if asked.labels else labels_of(finding, _carried(weights))
    widened = _widened(weights)
    every = weights.notes + finding.notes + widened + about
    preprocessing = _written(weights) or finding.preprocessing
    model = _model(asked, weights, finding.candidate.title, finding.module, preprocessing, labels, every)
    choices = tuple((other.name, other.title) for other in finding.others[:11] if _can_be_named(other))
    return replace(model, arch=finding.candidate.name if _can_be_named(finding.candidate) else "", choices=choices)


def _can_be_named(candidate: Candidate) -> bool:
    """Whether ``--arch`` takes its name: a plan, or an architecture that is known."""
    return candidate.plan is not None or " " not in candidate.name


def _model(
    asked: Asked,
    weights: Weights,
    title: str,
    module: nn.Module,
    preprocessing: Preprocessing,
    labels: tuple[str, ...],
    notes: tuple[str, ...],
) -> Model:
    cpu = torch.device("cpu")
    return Model(asked.name, title, weights.name, module, preprocessing, labels, cpu, weights.digest, notes)


def _as_planned(text: str, weights: Weights) -> Finding:
    """The network that a plan describes, as a finding with no alternatives."""
    candidate = _candidate(text, weights)
    candidate.make()  # what does not fit is said here
    return finding_of([candidate])


def _candidate(text: str, weights: Weights) -> Candidate:
    tensors, _ = unwrapped(weights.tensors)
    return planned(parse(text), tensors, 0.0, "Planned network", "Its architecture is the plan that was given.")


def _carrying(asked: Asked, weights: Weights, text: str) -> Model:
    """The network whose file carries its plan and its preprocessing, as ours do: nothing is left to be guessed."""
    written = _written(weights)
    if written is None:
        return _found(asked, weights, _as_planned(text, weights))
    labels, notes = asked.labels or _carried(weights), ("Its architecture is the plan that the file carries.",)
    model = _model(asked, weights, "Planned network", _candidate(text, weights).make(), written, labels, notes)
    return replace(model, arch=text)


def _whole(asked: Asked, path: Path, weights: Weights) -> Model:
    """A network that was pickled whole: made again of known parts, executed when trusted, else only its weights."""
    assert weights.whole is not None
    unknown = unknown_classes(weights.whole)
    kind = weights.whole.kind.rpartition(".")[2]
    if not unknown:
        said = (
            f"It is a whole network of the class {kind}; its parts are known, so it was made again without running it."
        )
        try:
            made = made_again(weights.whole)
            return _found(asked, weights, finding_of(sized(made, kind, said)))
        except (ModelError, RuntimeError, AttributeError, TypeError, ValueError):
            pass
    if asked.trust or agreed(path):
        module = _executed(path, unknown)
        if isinstance(module, nn.Module):
            said = f"It is a whole network of the class {kind}; its code was run, because you trust it."
            return _found(asked, weights, finding_of(sized(module.float().eval(), kind, said)))
    named = ", ".join(unknown[:3]) or kind
    note = f"It is a whole network with code of its own ({named}), which was not run: only its weights were read."
    try:
        return _found(
            asked,
            replace(weights, notes=(*weights.notes, note)),
            find(weights.tensors, weights.name, settings_of(weights.whole)),
        )
    except ModelError as error:
        raise ConsentNeeded(
            f"{weights.name} is a whole network, and opening it would run code ({named}): save its state_dict(), "
            "name its architecture with --arch, or add --trust if you trust who made it.",
            str(path),
            weights.imports,
            "\n".join(("It would import:", *weights.imports, "", str(error), error.details)),
        ) from error


def _executed(path: Path, unknown: tuple[str, ...]) -> Any:
    """What the pickle gives when it is executed: only after consent."""
    with opened_model(path) as file:
        try:
            found = torch.load(file, map_location="cpu", weights_only=False)  # consented
        except Exception as error:
            if isinstance(error, (AttributeError, ImportError)):
                return None  # its classes are not here: its weights are read all the same
            raise ModelError(f"The code in {path.name} failed: {type(error).__name__}.", str(error)) from error
    if isinstance(found, dict):
        return next((value for value in found.values() if isinstance(value, nn.Module)), None)
    return found


def _widened(weights: Weights) -> tuple[str, ...]:
    half = sum(t.dtype in (torch.float16, torch.bfloat16) for t in weights.tensors.values())
    double = sum(t.dtype == torch.float64 for t in weights.tensors.values())
    total = len(weights.tensors)
    notes = (f"Half precision was widened to single in {half:,} of its {total:,} tensors.",) if half else ()
    return (
        (*notes, f"Double precision was rounded to single in {double:,} of its {total:,} tensors.") if double else notes
    )


def _carried(weights: Weights) -> tuple[str, ...]:
    try:
        return weights.labels or tuple(map(str, json.loads(weights.metadata.get("labels", "[]"))))
    except (ValueError, TypeError):
        return ()


def _labels(
    architecture: Architecture, weights: Weights, classes: int | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Class names from the file, or those of the architecture where their number agrees."""
    carried = _carried(weights)
    if carried and len(carried) == classes:
        return carried, ("Its class names are those that the file carries.",)
    if architecture.labels and len(architecture.labels) == classes:
        return architecture.labels, (f"Its {classes:,} classes are taken for those of ImageNet-1K.",)
    return (), ("Its classes have no names: numbers are shown.",)


def _preprocessing(architecture: Architecture, weights: Weights) -> tuple[Preprocessing, tuple[str, ...]]:
    """What the file says it was trained with, or what is usual for the architecture."""
    written = _written(weights)
    if written is not None:
        return written, ()
    usual = replace(architecture.preprocessing, guessed=True)
    return usual, (f"How pictures were prepared for it is not known: taken as usual for {architecture.name}.",)


def _written(weights: Weights) -> Preprocessing | None:
    """The preprocessing that the file describes, as `cnnviz.training` writes it; None where it describes none."""
    try:
        about = json.loads(weights.metadata.get("preprocessing", ""))
        height, width = about["size"]
        return Preprocessing(
            about["mode"],
            (height, width),
            tuple(about["mean"]),
            tuple(about["std"]),
            about.get("resize"),
            about.get("padded", False),
            about.get("interpolation", "bilinear"),
        )
    except (ValueError, KeyError, TypeError):
        return None  # somebody else's words: what is usual is taken


SOURCE = WeightsFile()
