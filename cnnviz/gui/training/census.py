"""A look at the pictures before anything learns from them: how many each class has, and which files are broken.

Runs in a job's thread. A data set in files is read once from end to end, as every picture of it will be.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cnnviz.figure import Bars, Figure, percent
from cnnviz.gui.jobs import Progress
from cnnviz.gui.training.results import pictures
from cnnviz.gui.training.wish import DATA, Wish

if TYPE_CHECKING:
    from cnnviz.training import DataSet

SIDE = 64
"""Pixels of the longer edge of an example that lies in a file."""

_TOGETHER = 32
_EXAMPLES = 40


@dataclass(frozen=True, slots=True, eq=False)
class Census:
    """What is known of a data set.

    Attributes
    ----------
    title, about
        Its name, and how many pictures it has, in words.
    labels
        The class names.
    figure
        How many pictures each class has, and one of each; None where the data set cannot be opened.
    broken
        A sentence for each file that cannot be read and is left out.
    notes
        What else was left out.
    checked, files
        How many of how many files have been read; 0 of 0 where nothing lies in files of its own.
    problem
        Why it cannot be opened or learned from, as a sentence.
    shape
        (channels, height, width) where all pictures are of one size.
    """

    title: str = ""
    about: str = ""
    labels: tuple[str, ...] = ()
    figure: Figure | None = field(default=None, repr=False)
    broken: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    checked: int = 0
    files: int = 0
    problem: str = ""
    shape: tuple[int, int, int] | None = None


def census(wish: Wish, read: bool = True) -> Iterator[Progress]:
    """The job: a `Census`, and better ones while the files are read, unless somebody else reads them."""
    from cnnviz import training
    from cnnviz.core.errors import CnnvizError
    from cnnviz.training.data import kept
    from cnnviz.training.pictures import require_learnable

    yield Progress(0, 0, note="looking at the pictures")
    if wish.data and not wish.where and not kept(wish.data).is_dir():
        here = "it is downloaded when the training begins" if wish.download else "or have it downloaded"
        yield Progress(1, 1, Census(problem=f"{DATA[wish.data]} is not on this computer: say where it lies, {here}."))
        return
    try:
        data = training.open_data(wish.data or wish.where, wish.where if wish.data and wish.where else None)
        data = data.limited(wish.limit, wish.seed) if wish.limit else data
    except CnnvizError as error:
        yield Progress(1, 1, Census(problem=str(error)))
        return
    try:
        require_learnable(data.labels, data.train.classes)
        problem = ""
    except CnnvizError as error:
        problem = str(error)
    content = data.train.content
    files = () if isinstance(content, np.ndarray) or not read else content
    shape = (1 if content.ndim == 3 else 3, *content.shape[1:3]) if isinstance(content, np.ndarray) else None
    found = Census(data.name, _about(data), data.labels, _figure(data), (), data.notes, 0, len(files), problem, shape)
    yield Progress(0, len(files), found)
    yield from _checked(files, found)


def _checked(files: tuple[str, ...], found: Census) -> Iterator[Progress]:
    """Every file is read; the broken ones are named as they are found."""
    from cnnviz.core.errors import CnnvizError
    from cnnviz.core.images import read

    def problem(file: str) -> str:
        try:
            read(file)
        except CnnvizError as error:
            return str(error)
        return ""

    with ThreadPoolExecutor(2) as pool:  # the window's own worker needs the others
        for start in range(0, len(files), _TOGETHER):
            some = files[start : start + _TOGETHER]
            broken = tuple(filter(None, pool.map(problem, some)))
            found = replace(found, broken=found.broken + broken, checked=start + len(some))
            yield Progress(found.checked, len(files), found)


def _about(data: DataSet) -> str:
    """How many pictures there are, and how evenly the classes have them."""
    counts = np.array(data.balance)
    parts = [f"{len(data.train):,} pictures of {len(counts):,} classes"]
    parts += [f"{len(data.validation):,} to validate with"] if data.validation is not None else []
    parts += [f"{len(data.test):,} held back to test with"] if data.test is not None else []
    few, many = int(counts.min()), int(counts.max())
    if not few:
        evenly = "a class has none"
    elif many == few:
        evenly = f"{many:,} of each class"
    else:
        evenly = f"{few:,} to {many:,} a class" + (f", {many / few:.1f} times as many" if many >= 1.5 * few else "")
    return " · ".join([*parts, evenly])


def _figure(data: DataSet) -> Figure:
    """The balance as bars, and beside it one picture of each class."""
    counts = data.balance
    bars = Bars(
        labels=data.labels,
        values=np.array(counts, np.float32),
        texts=tuple((f"{count:,}", percent(count / max(sum(counts), 1))) for count in counts),
        indices=tuple(range(len(counts))),
        high=float(max(counts)),
        total=len(counts),
        heads=("pictures", "share"),
        title="Pictures of each class",
        noun="label",
    )
    shown, captions, small = _examples(data)
    return Figure(
        "classes",
        data.name,
        "",
        (bars, pictures(shown, captions, len(data.labels), "One of each class", "thumbnail" if small else "picture"))
        if len(shown)
        else (bars,),
    )


def _examples(data: DataSet) -> tuple[NDArray[np.uint8], tuple[str, ...], bool]:
    """The first readable picture of each class, (N, H, W, 3), its class, and whether they are not as they were."""
    shown, captions = [], []
    for number, label in enumerate(data.labels[:_EXAMPLES]):
        rows = np.flatnonzero(data.train.classes == number)[:3]
        picture = next(filter(lambda p: p is not None, (_pixels(data.train.content[int(row)]) for row in rows)), None)
        if picture is not None:
            shown.append(picture)
            captions.append(label)
    shapes = {picture.shape for picture in shown}
    if len(shapes) == 1 and max(next(iter(shapes))) <= SIDE:
        return np.array(shown, np.uint8), tuple(captions), False
    edge = min(SIDE, max((max(shape) for shape in shapes), default=SIDE))
    return np.array([_thumbnail(picture, edge) for picture in shown], np.uint8), tuple(captions), bool(shown)


def _pixels(content: str | NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """A picture as (H, W, 3). None where it cannot be read."""
    from cnnviz.core.errors import CnnvizError
    from cnnviz.core.images import read

    if isinstance(content, str):
        try:
            content = read(content).pixels
        except CnnvizError:
            return None
    return np.ascontiguousarray(
        np.broadcast_to(content[..., None], (*content.shape, 3)) if content.ndim == 2 else content[..., :3]
    )


def _thumbnail(pixels: NDArray[np.uint8], edge: int) -> NDArray[np.uint8]:
    """A picture that fills a square of ``edge`` pixels in one direction; what is empty in the other one is black."""
    from PIL import Image, ImageOps

    large = max(pixels.shape) > edge
    picture = ImageOps.contain(
        Image.fromarray(pixels), (edge, edge), Image.Resampling.LANCZOS if large else Image.Resampling.NEAREST
    )
    whole = Image.new("RGB", (edge, edge))
    whole.paste(picture, ((edge - picture.width) // 2, (edge - picture.height) // 2))
    return np.asarray(whole, np.uint8)
