"""What tracing costs: ratios to the bare pass, beside naive hooks, torchvision's feature extractor and TorchLens.

Rounds alternate between all ways, so that whatever else the machine does falls on each of them. TorchLens comes with
the extra ``bench``; without it its column says so.
"""

from __future__ import annotations

import importlib.util
import statistics
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

import cnnviz

NETWORKS = (
    "alexnet",
    "vgg16",
    "googlenet",
    "resnet50",
    "resnet152",
    "densenet121",
    "mobilenet_v3_large",
    "squeezenet1_1",
)
ROUNDS = 9
SLOW_ROUNDS = 2  # of TorchLens, which takes seconds


def run() -> None:
    """Print a line for each network."""
    from torchvision.models import get_model

    print(f"{'network':<20}{'bare ms':>9}{'cnnviz':>9}{'clones':>9}{'extract':>9}{'torchlens':>11}{'memory':>9}")
    for name in NETWORKS:
        extra = {"aux_logits": False} if name == "googlenet" else {}
        module = get_model(name, weights=None, **extra).eval()
        _line(name, module, torch.randn(1, 3, 224, 224))


def _line(name: str, module: nn.Module, x: Tensor) -> None:
    ways: dict[str, Callable[[], Any]] = {
        "bare": lambda: _bare(module, x),
        "cnnviz": lambda: cnnviz.trace(module, x),
        "clones": lambda: _clones(module, x),
        "extract": _extractor(module, x),
    }
    times: dict[str, list[float]] = {way: [] for way in ways}
    for turn in range(ROUNDS + 2):
        for way, act in ways.items():
            begun = time.perf_counter()
            kept = act()
            if turn >= 2:  # the first two warm up
                times[way].append(time.perf_counter() - begun)
            del kept
    bare = statistics.median(times["bare"])
    ratios = [statistics.median(times[way]) / bare for way in ("cnnviz", "clones", "extract")]
    lens = _torchlens(module, x, bare)
    trace = cnnviz.trace(module, x)
    distinct = {
        record.output.untyped_storage().data_ptr(): record.output.untyped_storage().nbytes() for record in trace.records
    }
    cells = "".join(f"{ratio:9.2f}" for ratio in ratios)
    print(f"{name:<20}{bare * 1000:9.1f}{cells}{lens:>11}{trace.nbytes / sum(distinct.values()):9.2f}")


def _bare(module: nn.Module, x: Tensor) -> Any:
    with torch.no_grad():
        return module(x)


def _clones(module: nn.Module, x: Tensor) -> list[Tensor]:
    """The usual way: a hook on every leaf that copies its output."""
    kept: list[Tensor] = []
    leaves = [m for m in module.modules() if not list(m.children())]
    hooks = [leaf.register_forward_hook(lambda _m, _i, out: kept.append(out.clone())) for leaf in leaves]
    _bare(module, x)
    for hook in hooks:
        hook.remove()
    return kept


def _extractor(module: nn.Module, x: Tensor) -> Callable[[], Any]:
    """The feature extractor of torchvision over all of its nodes."""
    from torchvision.models.feature_extraction import create_feature_extractor, get_graph_node_names

    _, nodes = get_graph_node_names(module)
    extractor = create_feature_extractor(module, return_nodes=nodes[1:]).eval()
    return lambda: _bare(extractor, x)


def _torchlens(module: nn.Module, x: Tensor, bare: float) -> str:
    if importlib.util.find_spec("torchlens") is None:
        return "missing"
    import torchlens

    try:
        times = []
        for _ in range(SLOW_ROUNDS):
            begun = time.perf_counter()
            torchlens.trace(module, x)
            times.append(time.perf_counter() - begun)
    except Exception as error:  # noqa: BLE001  a peer's failure is its result
        return type(error).__name__
    return f"{min(times) / bare:.1f}"
