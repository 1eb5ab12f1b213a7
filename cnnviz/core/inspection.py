"""What a network is made of: every operation of one pass with its shapes, costs and receptive field."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from cnnviz.core import geometry, ops
from cnnviz.core.errors import ModelError
from cnnviz.core.model import Model
from cnnviz.core.trace import Record, Trace, trace


def inspect(model: Model | nn.Module, input_size: tuple[int, int] | None = None) -> dict[str, Any]:
    """The records of a pass of a blank picture, as plain values for JSON.

    Parameters
    ----------
    model
        A model, or any module that takes a tensor (1, C, H, W).
    input_size
        (height, width) of the input in pixels; for a model, its own when None.

    Returns
    -------
    ``model``, ``parameters`` (of the whole network, shared ones once), ``macs`` (multiply-adds of one picture),
    ``input_shape`` and ``records``; each record with ``index, path, call, op, sources, input_shapes, output_shape,
    parameters, macs, receptive_field``. Shapes are without the batch axis.

    Raises
    ------
    ModelError
        When nothing says how large the input is, or what it looks like.
    TraceError
        When the network fails on such an input.
    """
    traced = trace(model, blank(model, input_size), budget=0)
    records = [_record(traced, record) for record in traced.records]
    module = traced.module
    return {
        "model": model.name if isinstance(model, Model) else type(module).__name__,
        "parameters": sum(parameter.numel() for parameter in module.parameters()),
        "macs": sum(record["macs"] for record in records),
        "input_shape": list(traced.input.shape[1:]),
        "records": records,
    }


def blank(model: Model | nn.Module, input_size: tuple[int, int] | None = None) -> torch.Tensor:
    """An input of zeros (1, C, H, W) that the network takes."""
    if isinstance(model, Model):
        return torch.zeros(1, model.preprocessing.channels, *(input_size or model.preprocessing.size))
    if input_size is None:
        raise ModelError("Say how large the input is (input_size); a bare module does not know.")
    for part in model.modules():
        if isinstance(part, nn.Conv2d):
            return torch.zeros(1, part.in_channels, *input_size)
    raise ModelError("This network has no 2-D convolution, so nothing says how many channels its input has.")


def _record(traced: Trace, record: Record) -> dict[str, Any]:
    about = ops.head(traced, record)
    field = geometry.receptive_field(traced, record)
    return {
        "index": record.index,
        "path": record.path,
        "call": record.call,
        "op": record.op,
        "sources": list(record.sources),
        "input_shapes": [list(shape) for shape in record.input_shapes],
        "output_shape": list(record.output_shape),
        "parameters": about.parameters,
        "macs": about.macs,
        "receptive_field": {
            "size": list(field.size) or None,
            "stride": list(field.stride) or None,
            "offset": list(field.offset) or None,
            "status": field.status,
        },
    }
