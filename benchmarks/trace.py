"""What tracing costs: ratios to the bare pass, beside naive hooks, torchvision's feature extractor and TorchLens.

Rounds alternate between all ways, and each is compared with the bare pass of its own round, so that whatever else the
machine does falls on all of them alike. The bare pass, too, runs on recycled memory, where it is fastest. TorchLens
comes with the extra ``bench``; without it its column says so.

The columns: milliseconds of the bare pass; the ratio of each way to it, the median over the rounds; the memory that our
trace takes as a ratio to the sum of the distinct outputs of all operations.
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

    heads = ("cnnviz", "clones", "extract", "torchlens", "memory")
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads, {ROUNDS} rounds")
    print(f"{'network':<20}{'bare ms':>9}" + "".join(f"{head:>11}" for head in heads))
    lines = []
    for name in NETWORKS:
        extra = {"aux_logits": False, "init_weights": False} if name == "googlenet" else {}
        module = get_model(name, weights=None, **extra).eval()
        bare, ratios = _measured(module, torch.randn(1, 3, 224, 224))
        lines.append(ratios)
        print(f"{name:<20}{bare * 1000:9.1f}" + "".join(f"{ratios[head]:>11}" for head in heads), flush=True)
    medians = [_median([line[head] for line in lines]) for head in heads]
    print(f"{'median':<29}" + "".join(f"{median:>11}" for median in medians))


def _measured(module: nn.Module, x: Tensor) -> tuple[float, dict[str, str]]:
    """Seconds of the bare pass, and for each way its ratio to it."""
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
    ratios = {
        way: f"{statistics.median(mine / other for mine, other in zip(taken, times['bare'], strict=True)):.2f}"
        for way, taken in times.items()
    }
    return bare, {**ratios, "torchlens": _torchlens(module, x, bare), "memory": f"{_memory(module, x):.2f}"}


def _memory(module: nn.Module, x: Tensor) -> float:
    """Bytes of a trace in relation to those of all distinct outputs, with those that it computes again when asked."""
    trace = cnnviz.trace(module, x)
    again = sum(record.nbytes for record in trace.records if record.kept is None)
    return trace.nbytes / (trace.nbytes + again)


def _median(ratios: list[str]) -> str:
    numbers = [float(ratio) for ratio in ratios if ratio[:1].isdigit()]
    return f"{statistics.median(numbers):.2f}" if numbers else "missing"


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
