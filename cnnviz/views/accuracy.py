"""Accuracy against complexity: where this network stands among those that were measured on ImageNet."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from cnnviz.figure import Chart, Figure, Series
from cnnviz.views.architecture import network
from cnnviz.views.base import counted, figure, layer_view
from cnnviz.views.options import option

if TYPE_CHECKING:
    from cnnviz.core.gallery import Entry
    from cnnviz.core.trace import Record, Trace

GFLOPS, PARAMETERS = "multiply-adds", "parameters"
TOP1, TOP5 = "top-1", "top-5"

FAMILIES = (
    ("ResNet and kin", ("resnet", "resnext", "wide_resnet", "regnet")),
    ("VGG, AlexNet", ("vgg", "alexnet")),
    ("GoogLeNet, Inception, DenseNet", ("googlenet", "inception", "densenet")),
    ("Small ones", ("mobilenet", "shufflenet", "squeezenet", "mnasnet")),
    ("EfficientNet, ConvNeXt", ("efficientnet", "convnext")),
    ("Transformers", ("vit", "swin", "maxvit")),
)


@dataclass(frozen=True)
class AccuracyOptions:
    """What lies along the axes."""

    along: str = field(
        default=GFLOPS,
        metadata=option("Along", choices=(GFLOPS, PARAMETERS), help="What the accuracy is set against."),
    )
    accuracy: str = field(
        default=TOP1,
        metadata=option("Accuracy", choices=(TOP1, TOP5), help="The best, or one of the best five."),
    )
    every: bool = field(
        default=False, metadata=option("All weights", help="Every published set of weights, not the usual one alone.")
    )


def fits(trace: Trace, record: Record | None) -> bool:
    """From the picture, for any network that was opened by a name; those of torchvision are marked."""
    return record is None and trace.model is not None


def _own(trace: Trace) -> str:
    """The name of the network's architecture, where torchvision has it."""
    asked = None if trace.model is None else trace.model.asked
    if asked is None or not type(trace.module).__module__.startswith("torchvision."):
        return ""
    from cnnviz.core.sources import torchvision_models

    name = asked.name.partition(":")[0]
    return name if name in torchvision_models.names() else ""


@layer_view("accuracy", title="Accuracy", options=AccuracyOptions, fits=fits, priority=36)
def accuracy(trace: Trace, record: None, options: AccuracyOptions) -> Figure:
    """A disc for each network; its area stands for the parameters, and a line marks the network that is open."""
    from cnnviz.core.gallery import entries

    known = [entry for entry in entries() if options.every or entry.default]
    groups: dict[str, list[Entry]] = defaultdict(list)
    for entry in known:
        groups[family_of(entry.architecture)].append(entry)
    series = tuple(_series(name, groups[name], options) for name, _ in FAMILIES if groups[name])
    place, name = _line(trace, known, options.along)
    panel = Chart(
        series,
        "multiply-adds of one pass (10⁹)" if options.along == GFLOPS else "parameters (10⁶)",
        f"{options.accuracy} accuracy on ImageNet-1K (%)",
        logarithmic=True,
        at=place,
        remark="The area of a disc stands for the parameters; numbers as torchvision publishes them."
        + ("" if place is None else f" The upright line: {name}."),
    )
    made = figure(trace, None, "accuracy", f"{counted(len(known), 'network')} of torchvision", panel)
    return replace(made, title="Accuracy against complexity")


def _line(trace: Trace, known: list[Entry], along: str) -> tuple[float | None, str]:
    """Where the upright line of this network stands, and its name; None where that is far from all that are known."""
    own = _own(trace)
    for entry in known:
        if entry.architecture == own:
            return _along(entry, along), own
    if along == GFLOPS:
        from cnnviz.core import ops

        place = sum(ops.head(trace, record).macs for record in trace.records) / 1e9
    else:
        place = sum(parameter.numel() for parameter in trace.module.parameters()) / 1e6
    places = [_along(entry, along) for entry in known]
    return place if min(places) / 2 <= place <= max(places) * 2 else None, f"{network(trace)}, counted here"


def family_of(architecture: str) -> str:
    """The family in which a network is drawn."""
    return next(name for name, starts in FAMILIES if architecture.startswith(starts))


def _along(entry: Entry, along: str) -> float:
    return entry.gflops if along == GFLOPS else entry.parameters / 1e6


def _series(name: str, found: list[Entry], options: AccuracyOptions) -> Series:
    found = sorted(found, key=lambda entry: -entry.top1)
    return Series(
        name,
        np.array([_along(entry, options.along) for entry in found]),
        np.array([entry.top1 if options.accuracy == TOP1 else entry.top5 for entry in found]),
        tuple(entry.architecture if not options.every else entry.name for entry in found),
        np.array([entry.parameters for entry in found], np.float64),
    )
