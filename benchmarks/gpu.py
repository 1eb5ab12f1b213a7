"""What tracing costs on a GPU: one picture at a time, timed with CUDA events, as ratios to the bare pass."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from functools import partial
from typing import Any

import torch

import cnnviz

NETWORKS = ("resnet50", "vgg16", "densenet121")
ROUNDS = 50
WARM = 10


def run() -> None:
    """Print a line for each network: bare milliseconds, the trace's ratio, passes a second with everything kept."""
    if not torch.cuda.is_available():
        print("There is no CUDA GPU here: nothing is measured.")
        return
    from torchvision.models import get_model

    print(f"torch {torch.__version__}, {torch.cuda.get_device_name()}, batch 1, {ROUNDS} rounds")
    print(f"{'network':<16}{'bare ms':>9}{'trace':>8}{'half':>8}{'frames/s':>10}")
    for name in NETWORKS:
        module = get_model(name, weights=None).eval().cuda()
        x = torch.randn(1, 3, 224, 224, device="cuda")
        bare, traced = _medians(partial(_bare, module, x), partial(cnnviz.trace, module, x))
        halved, y = module.half(), x.half()
        half, half_traced = _medians(partial(_bare, halved, y), partial(cnnviz.trace, halved, y))
        print(f"{name:<16}{bare:9.2f}{traced / bare:8.2f}{half_traced / half:8.2f}{1000 / traced:10.0f}", flush=True)


def _bare(module: torch.nn.Module, x: torch.Tensor) -> Any:
    with torch.no_grad():
        return module(x)


def _medians(*ways: Callable[[], Any]) -> list[float]:
    """Milliseconds of each way, the median over rounds in which they take turns."""
    times: list[list[float]] = [[] for _ in ways]
    for number in range(WARM + ROUNDS):
        for way, measured in zip(ways, times, strict=True):
            start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))  # type: ignore[no-untyped-call]
            start.record()
            way()
            end.record()
            torch.cuda.synchronize()
            if number >= WARM:
                measured.append(start.elapsed_time(end))
    return [statistics.median(measured) for measured in times]
