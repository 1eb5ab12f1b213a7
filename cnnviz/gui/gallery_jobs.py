"""What the gallery needs done in the background: listing the networks, and downloading weights.

These generators run in a jobs' thread (``jobs.py``); they import torch there.
"""

from __future__ import annotations

import contextlib
import json
import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cnnviz.core import download, gallery
from cnnviz.core.cancel import Cancelled
from cnnviz.core.errors import CnnvizError
from cnnviz.figure import remaining
from cnnviz.gui.jobs import Progress
from cnnviz.gui.status import size
from cnnviz.paths import resources

LOOK = 0.1
"""Seconds between two looks at a download: so soon it is cancelled, even while the server says nothing."""

IMAGENET = "ImageNet-1K"

_FAMILIES = {
    "VGG, AlexNet": ("vgg", "alexnet"),
    "Inception": ("googlenet", "inception"),
    "ResNet": ("resnet", "resnext", "wide_resnet"),
    "DenseNet": ("densenet",),
    "Mobile": ("mobilenet", "mnasnet", "shufflenet", "squeezenet"),
    "EfficientNet": ("efficientnet",),
    "RegNet": ("regnet",),
    "ConvNeXt": ("convnext",),
    "Transformer": ("vit", "swin", "maxvit"),
}
FAMILIES = (*_FAMILIES, "Other")
"""Networks that share an idea, in the order in which the ideas came."""


@dataclass(frozen=True, slots=True)
class Row:
    """A network of the gallery with one set of weights.

    Attributes
    ----------
    name
        What ``ModelRequest`` takes.
    title, weights
        For people; the name of the weights, empty for bundled ones.
    data
        The data set on whose test pictures the accuracy was measured.
    top1, top5
        In percent; top-5 is None where nobody measured it.
    parameters, gflops, megabytes, size
        Learned numbers; thousand million multiply-adds of one pass; of the file, in millions of bytes; (height, width)
        of the input.
    year, paper
        Of the publication; the paper's address.
    here
        Whether the weights are on this computer.
    family
        One of ``FAMILIES``.
    random
        The name under which the network opens with random weights.
    """

    name: str
    title: str
    weights: str
    data: str
    top1: float
    top5: float | None
    parameters: int
    gflops: float
    megabytes: float
    size: tuple[int, int]
    year: int
    paper: str
    here: bool
    family: str
    random: str


@dataclass(frozen=True, slots=True)
class Fetched:
    """How a download has ended; ``problem`` is a sentence when it failed."""

    name: str
    problem: str = ""
    details: str = ""


_BUNDLED_PAPERS = {"lenet5": (1998, "http://yann.lecun.com/exdb/publis/pdf/lecun-98.pdf")}


def list_rows() -> Iterator[Progress]:
    """The job: all networks that can be opened by name, in two portions: bundled ones, then torchvision's."""
    yield Progress(0, 1, tuple(_bundled()))
    try:
        found = tuple(_of_entry(entry) for entry in gallery.entries())
    except CnnvizError as error:
        yield Progress(1, 1, str(error))
    else:
        yield Progress(1, 1, found)


def family_of(architecture: str) -> str:
    """The family of a network of torchvision."""
    return next((family for family, starts in _FAMILIES.items() if architecture.startswith(starts)), "Other")


def _of_entry(entry: gallery.Entry) -> Row:
    return Row(
        entry.name,
        entry.title,
        entry.weights,
        IMAGENET,
        entry.top1,
        entry.top5,
        entry.parameters,
        entry.gflops,
        entry.megabytes * 2**20 / 1e6,  # torchvision counts in powers of two
        entry.size,
        entry.year,
        entry.paper,
        entry.cached,
        family_of(entry.architecture),
        f"{entry.architecture}:random",
    )


def _bundled() -> Iterator[Row]:
    from cnnviz.core.inspection import inspect
    from cnnviz.core.sources import load_model

    for file in sorted((resources() / "models").glob("*.json")):
        card = json.loads(file.read_text("utf-8"))
        facts = inspect(load_model(card["name"], device="cpu"))
        height, width = facts["input_shape"][1:]
        year, paper = _BUNDLED_PAPERS.get(card["architecture"], (0, ""))
        weights = file.with_suffix(".safetensors").stat().st_size
        yield Row(
            card["name"],
            f"{card['title']} ({card['dataset']})",
            "bundled",
            card["dataset"],
            100 * card["accuracy"]["value"],
            None,
            facts["parameters"],
            facts["macs"] / 1e9,
            weights / 1e6,
            (height, width),
            year,
            paper,
            True,
            "Other",
            f"{card['name']}:random",
        )


Fetch = Callable[[str, Callable[[download.Progress], None], Callable[[], bool]], str]
"""``core.gallery.fetch``."""

_under_way: dict[str, threading.Thread] = {}


def fetch(name: str, fetch: Fetch = gallery.fetch) -> Iterator[Progress]:
    """The job: download the weights of a network; its last result is a ``Fetched``.

    The download has a thread of its own, so that the job can be cancelled while the server says nothing.
    """
    while (earlier := _under_way.get(name)) is not None and earlier.is_alive():
        yield Progress(0, 0, note="waiting for the one that was cancelled")
        earlier.join(LOOK)
    steps: queue.SimpleQueue[download.Progress | Fetched] = queue.SimpleQueue()
    unwanted = threading.Event()

    def work() -> None:
        try:
            fetch(name, steps.put, lambda: not unwanted.is_set())
        except Cancelled:
            return
        except CnnvizError as error:
            steps.put(Fetched(name, str(error), error.details))
        except Exception as error:  # noqa: BLE001  it would be lost in a thread of its own
            steps.put(Fetched(name, f"The weights of {name} cannot be downloaded: {error}.", repr(error)))
        else:
            steps.put(Fetched(name))

    thread = _under_way[name] = threading.Thread(target=work, name=f"download of {name}", daemon=True)
    thread.start()
    last = Progress(0, 0, note="connecting")
    try:
        while True:
            yield last
            with contextlib.suppress(queue.Empty):
                step = steps.get(timeout=LOOK)
                while isinstance(step, download.Progress):
                    last = Progress(step.done >> 10, step.total >> 10, note=said(step))
                    step = steps.get_nowait()
                yield Progress(last.done, last.total, step)
                return
    finally:
        unwanted.set()
        thread.join(LOOK)


def said(progress: download.Progress) -> str:
    """``12 of 98 MB · 5.2 MB/s · 17 s left``."""
    whole = f" of {size(progress.total)}" if progress.total else ""
    left = progress.seconds_left
    wait = f" · {remaining(left)} left" if left is not None else ""
    return f"{size(progress.done)}{whole} · {size(round(progress.speed))}/s{wait}"
