"""How many threads of the processor a pass takes: small networks are quicker on one."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from cnnviz.core.model import Model

FEW = 500_000_000
"""Multiply-adds for which one thread is enough: some 10 ms. Waking the others takes longer where they sleep, as they do
between two strokes of a pen: LeNet-5 then took 20 times as long on four threads as on one."""


@contextmanager
def fitting(model: Model) -> Iterator[None]:
    """Run a model's passes over pictures, and what is computed of them, on as many threads as are worth while.

    The number depends on the model alone, so that the same picture gives the same bits every time. It is counted as if
    each parameter was used at every pixel, which no network does.
    """
    before = torch.get_num_threads()
    if before == 1 or model.parameters * math.prod(model.preprocessing.size) > FEW:
        yield
        return
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
