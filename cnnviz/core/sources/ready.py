"""What files with a whole network in them have in common: the network is ready, its input and labels are guessed."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from cnnviz.core.finder import Finding
from cnnviz.core.finder.candidate import Candidate
from cnnviz.core.labels import usual_labels
from cnnviz.core.model import Model
from cnnviz.core.sources.base import Asked
from cnnviz.core.weights import opened_model


def labels_of(finding: Finding, carried: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Class names for what was found: the file's own, or those of the data set that it seems to be trained on."""
    candidate = finding.candidate
    if carried and len(carried) == candidate.classes:
        return carried, ("Its class names are those that the file carries.",)
    recognised = finding.evidence is not None and finding.evidence.recognises
    title, names = usual_labels(candidate.classes, candidate.planes, finding.preprocessing.size, recognised)
    if names:
        return names, (f"Its {candidate.classes:,} classes are taken for those of {title}.",)
    return (), ("Its classes have no names: numbers are shown.",)


def ready_model(asked: Asked, path: Path, finding: Finding, notes: tuple[str, ...] = ()) -> Model:
    """The model of a file that holds a network."""
    with opened_model(path) as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    labels, about = (asked.labels, ()) if asked.labels else labels_of(finding, ())
    return Model(
        asked.name,
        finding.candidate.title,
        path.name,
        finding.module,
        finding.preprocessing,
        labels,
        torch.device("cpu"),
        digest,
        notes + finding.notes + about,
    )


def sized(
    module: nn.Module, kind: str, said: str, shape: tuple[int | None, ...] = (), batch: int = 2
) -> list[Candidate]:
    """A ready network as guesses: with every size of input that is usual, or the one that the file names.

    ``shape`` is (planes, height, width), None where the file leaves a number open.
    """
    planes = shape[0] if shape and shape[0] else _planes(module)
    known = shape[1:3] if len(shape) == 3 and shape[1] and shape[2] else None
    found = []
    small = [28, 32] if planes == 1 else [32, 28]
    edges = [*small, 224, 64, 48, 96, 128, 30, 299]
    sizes = [(int(known[0] or 0), int(known[1] or 0))] if known else [(edge, edge) for edge in edges]
    inputs = _row_of(module)
    if inputs and not known:
        edge = round((inputs / planes) ** 0.5)
        sizes = [(edge, edge)]
    for rank, size in enumerate(sizes):
        with _LastMaps() as maps:
            classes = _classes(module, planes, size)
        if classes:
            usual = 0.5 * rank if classes != 1000 else abs(size[0] - 224) / 32
            usual += 2.0 * (0 < maps.edge <= 3 and size[0] < 100 and not known)  # pictures were larger than that
            found.append(
                Candidate(f"{kind} {size[0]}x{size[1]}", kind, planes, size, classes, usual, lambda: module, said)
            )
    return sorted(found, key=lambda candidate: candidate.cost)


class _LastMaps(TorchFunctionMode):
    """Notes how high the maps are that the last convolution with a kernel larger than 1 gives."""

    edge = 0

    def __torch_function__(
        self, function: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        output = function(*args, **(kwargs or {}))
        if function is torch.nn.functional.conv2d and max(args[1].shape[2:]) > 1:
            self.edge = int(output.shape[2])
        return output


def _weights(module: nn.Module) -> list[torch.Tensor]:
    return [t for t in (*module.parameters(), *module.buffers()) if t.ndim in (2, 4)]


def _planes(module: nn.Module) -> int:
    first = next(iter(_weights(module)), None)
    if first is None:
        return 3
    if first.ndim == 4:
        return int(first.shape[1])
    inputs = int(first.shape[1])
    return 3 if inputs % 3 == 0 and round((inputs / 3) ** 0.5) ** 2 * 3 == inputs else 1


def _row_of(module: nn.Module) -> int:
    """How many pixels a network without convolutions reads; 0 for others."""
    weights = _weights(module)
    return int(weights[0].shape[1]) if weights and all(t.ndim == 2 for t in weights) else 0


def _classes(module: nn.Module, planes: int, size: tuple[int, int]) -> int:
    """How many scores it gives for pictures of that size; 0 when it cannot run on them."""
    from cnnviz.core.logits import as_scores, find_logits

    try:
        with torch.no_grad():
            output = find_logits(module(torch.zeros(1, planes, *size)))
    except Exception:  # noqa: BLE001  a network of others may raise anything on a size that it does not take
        return 0
    scores = None if output is None else as_scores(output)
    return 0 if scores is None else len(scores)
