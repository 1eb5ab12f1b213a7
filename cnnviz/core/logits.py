"""Class scores among whatever a network returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import is_dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

if TYPE_CHECKING:
    from cnnviz.core.trace import Trace

_NAMES = ("logits", "scores", "out", "output", "pred", "predictions", "pred_logits")


def outputs(output: Any, path: str = "") -> dict[str, Tensor]:
    """Everything in a network's output that could be class scores, by its place: ``logits``, ``0``, ``out.1``."""
    if isinstance(output, Tensor):
        return {} if as_scores(output) is None else {path: output}
    names = getattr(output, "_fields", None) or range(len(output)) if isinstance(output, (list, tuple)) else None
    parts = zip(names, output, strict=True) if names is not None else _named_parts(output)
    found: dict[str, Tensor] = {}
    for name, part in parts:
        found |= outputs(part, f"{path}.{name}" if path else str(name))
    return found


def find_logits(output: Any) -> Tensor | None:
    """The tensor of class scores in a network's output, or None where there is none.

    A tensor stands for itself. In a dict, a named tuple or a dataclass, a part with a telling name is taken
    (``logits``, ``scores``, ``out`` ...), else the first that looks like class scores: (K,), (1, K) or (1, K, 1, 1).
    """
    if isinstance(output, Tensor):
        return output
    for name in _NAMES:
        part = output.get(name) if isinstance(output, Mapping) else getattr(output, name, None)
        if isinstance(part, Tensor) or (isinstance(part, (Mapping, tuple, list)) and not callable(part)):
            found = find_logits(part)
            if found is not None:
                return found
    candidates = [found for part in _parts(output) if (found := find_logits(part)) is not None]
    return next((tensor for tensor in candidates if as_scores(tensor) is not None), next(iter(candidates), None))


def as_scores(tensor: Tensor) -> Tensor | None:
    """Class scores (K,) of the first picture of a batch; None where the tensor has other axes than classes."""
    if tensor.ndim == 0 or not (tensor.is_floating_point() and tensor.numel()):
        return None
    scores = tensor if tensor.ndim == 1 else tensor[0]
    if scores.ndim > 1 and scores.numel() != scores.shape[0]:
        return None
    return scores.reshape(-1)


def class_scores(trace: Trace) -> NDArray[np.float64]:
    """(K,) the scores that go into the softmax: the logits, or what was before where the network itself ends in one."""
    record = trace.records[trace.logits_record] if trace.logits_record >= 0 else None
    while record is not None and record.op in ("softmax", "log_softmax"):
        record = record.parents[0] if record.parents[0].index >= 0 else None
    scores = trace.logits if record is None else as_scores(record.output.detach())
    return np.zeros(0) if scores is None else scores.to("cpu", torch.float64).numpy()


def probabilities(logits: Tensor, last_op: str) -> NDArray[np.float64]:
    """Probability (K,) of each class.

    The softmax of the logits, in double precision; the logits themselves where the network already ends in softmax or
    sigmoid; the sigmoid of a single logit.
    """
    values = logits.detach().to("cpu", torch.float64)
    if last_op in ("softmax", "sigmoid"):
        return values.numpy()
    chances = torch.sigmoid(values) if len(values) == 1 else torch.softmax(values, 0)
    return chances.numpy()


def _parts(output: Any) -> list[Any]:
    return list(output) if isinstance(output, (list, tuple)) else [part for _, part in _named_parts(output)]


def _named_parts(output: Any) -> list[tuple[str, Any]]:
    if isinstance(output, Mapping):
        return [(str(name), part) for name, part in output.items()]
    return list(vars(output).items()) if is_dataclass(output) else []
