"""All of torchvision's classification networks with all of their weights, as plain data for a gallery and a chart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cnnviz.core.download import Progress, download
from cnnviz.core.errors import ModelError

_PAPERS = (
    ("alexnet", 2014, "1404.5997"),
    ("convnext", 2022, "2201.03545"),
    ("densenet", 2016, "1608.06993"),
    ("efficientnet_v2", 2021, "2104.00298"),
    ("efficientnet", 2019, "1905.11946"),
    ("googlenet", 2014, "1409.4842"),
    ("inception_v3", 2015, "1512.00567"),
    ("maxvit", 2022, "2204.01697"),
    ("mnasnet", 2018, "1807.11626"),
    ("mobilenet_v2", 2018, "1801.04381"),
    ("mobilenet_v3", 2019, "1905.02244"),
    ("regnet", 2020, "2003.13678"),
    ("resnext", 2016, "1611.05431"),
    ("wide_resnet", 2016, "1605.07146"),
    ("resnet", 2015, "1512.03385"),
    ("shufflenet_v2", 2018, "1807.11164"),
    ("squeezenet", 2016, "1602.07360"),
    ("swin_v2", 2021, "2111.09883"),
    ("swin", 2021, "2103.14030"),
    ("vgg", 2014, "1409.1556"),
    ("vit", 2020, "2010.11929"),
)
"""Beginning of the name, year and arXiv number of the paper."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A network with one set of weights.

    Attributes
    ----------
    name
        What ``load_model`` takes: ``resnet50:IMAGENET1K_V2``.
    architecture, weights, title
        The parts of it, and the title for people.
    top1, top5
        Accuracy on ImageNet-1K's validation pictures, in percent.
    parameters
        How many numbers were learned.
    gflops
        Thousand million multiply-adds of one pass, as torchvision counts them.
    megabytes
        Size of the file.
    size
        (height, width) of the input in pixels.
    year, paper
        Of its publication; the address of the paper.
    cached
        Whether the file is on this computer.
    default
        Whether the architecture's bare name means these weights.
    """

    name: str
    architecture: str
    weights: str
    title: str
    top1: float
    top5: float
    parameters: int
    gflops: float
    megabytes: float
    size: tuple[int, int]
    year: int
    paper: str
    cached: bool
    default: bool


def entries() -> tuple[Entry, ...]:
    """All of them, from torchvision's own words about them. Imports torchvision."""
    from cnnviz.core.sources import torchvision_models as known

    found = []
    for name in known.names():
        default = known.weights_of(name)
        year, paper = next(
            ((y, f"https://arxiv.org/abs/{p}") for start, y, p in _PAPERS if name.startswith(start)), (0, "")
        )
        for weights in type(default):
            about = weights.meta
            if not about["categories"]:  # the layers before the last one alone
                continue
            accuracy = about["_metrics"]["ImageNet-1K"]
            edge = weights.transforms().crop_size[0]
            found.append(
                Entry(
                    f"{name}:{weights.name}",
                    name,
                    weights.name,
                    known.title_of(weights),
                    accuracy["acc@1"],
                    accuracy["acc@5"],
                    about["num_params"],
                    about["_ops"],
                    about["_file_size"],
                    (edge, edge),
                    year,
                    paper,
                    known.cached(weights).is_file(),
                    weights is default,
                )
            )
    return tuple(found)


def fetch(
    name: str,
    progress: Callable[[Progress], None] = lambda _: None,
    wanted: Callable[[], bool] = lambda: True,
) -> str:
    """Download the weights of ``NAME`` or ``NAME:WEIGHTS`` into torchvision's cache; gives the path of the file.

    Raises
    ------
    Cancelled
        It is no longer wanted; what is there already is used the next time.
    ModelError
        There are no such weights, no connection, no space, or the file is not the one that was published.
    """
    from cnnviz.core.sources import torchvision_models as known

    base, _, kind = name.partition(":")
    if base not in known.names() or kind == "random":
        raise ModelError(f"There are no weights to download for {name}: “cnnviz models” lists the names.")
    weights = known.weights_of(base, kind)
    target = known.cached(weights)
    if not target.is_file():
        download(weights.url, target, sha256=known.published_hash(weights), progress=progress, wanted=wanted)
    return str(target)
