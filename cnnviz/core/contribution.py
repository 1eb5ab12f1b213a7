"""How much each map of any layer adds to the score of a class, to first order: its values times their gradients.

Where nothing but a dense layer and averages follow, a logit is a sum over the maps (see `evidence`) and this is what
each adds, exactly. Elsewhere Σ value · ∂logit/∂value over a map is what the logit would lose, to first order, if the
map were nought: gradient × input of Shrikumar et al.: Not just a black box, 2016, for a layer inside as in Selvaraju
et al.: Grad-CAM, 2017. Through a network of rectifiers and poolings it is exact as long as none of them switches.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from cnnviz.arithmetic import Floats
from cnnviz.core.errors import CnnvizError
from cnnviz.core.maps import as_maps
from cnnviz.core.ops.base import operation_of
from cnnviz.core.replay import replay

if TYPE_CHECKING:
    from cnnviz.core.record import Record
    from cnnviz.core.trace import Trace


def contributions(trace: Trace, record: Record, label: int) -> Floats:
    """What each map of a record adds to the logit of a class.

    Returns
    -------
    (N,) float64 in units of the logit, in the order of `maps.maps_of`.

    Raises
    ------
    CnnvizError
        When there is no such class, when it does not depend on the record, or an operation between them cannot be
        repeated.
    Dropped
        When an output that is needed was not kept.
    """
    scores = _scores(trace)
    if not 0 <= label < scores.output.numel():
        raise CnnvizError(f"There is no class {label}: choose one of 0 to {scores.output.numel() - 1}.")
    if record.index >= scores.index or not record.output.is_floating_point():
        raise CnnvizError(f"The class scores do not depend on {record.key}.")
    leaf = record.output.detach().float().requires_grad_()
    with torch.enable_grad():
        logit = replay(trace, record.index, leaf, scores).reshape(-1)[label]
    (gradient,) = torch.autograd.grad(logit, leaf)
    parts = as_maps((leaf.detach() * gradient)[0].cpu().numpy(), record.axes)
    return np.asarray(parts.reshape(len(parts), -1).sum(axis=1, dtype=np.float64))


def _scores(trace: Trace) -> Record:
    """The record that holds the scores, before a softmax where the network ends in one."""
    record = trace.records[trace.logits_record] if trace.logits_record >= 0 else None
    while record is not None and (operation_of(record.op).family == "softmax" or record.op == "sigmoid"):
        record = record.parents[0] if record.parents[0].index >= 0 else None
    if record is None:
        raise CnnvizError("This network gives no class scores.")
    return record
