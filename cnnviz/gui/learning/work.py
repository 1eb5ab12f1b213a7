"""What a lesson has computed, in a thread of its own: demonstrations, and the numbers of networks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cnnviz.core.errors import CnnvizError
from cnnviz.gui.jobs import Progress
from cnnviz.lessons.base import Demonstrated, Options
from cnnviz.request import ModelRequest, PictureEdit

if TYPE_CHECKING:
    from cnnviz.explore import Explorer


@dataclass(frozen=True)
class Wish:
    """A demonstration with its options on a picture."""

    name: str
    options: Options
    image: str
    edit: PictureEdit


@dataclass(frozen=True, eq=False)
class Shown:
    """What came of a wish: the demonstration, or a sentence why there is none."""

    wish: Wish
    made: Demonstrated | None
    problem: str = ""
    details: str = ""


@dataclass(frozen=True, eq=False)
class Known:
    """The numbers of a network."""

    model: str
    facts: dict[str, Any]


def demonstrate(wish: Wish, wanted: Callable[[], bool]) -> Iterator[Progress]:
    """The job of a demonstration; it gives up when it is not wanted any more."""
    from cnnviz.core import images, store
    from cnnviz.core.cancel import Cancelled, while_wanted
    from cnnviz.core.retouch import edited
    from cnnviz.lessons import demonstrations

    yield Progress(0, 1)
    try:
        with while_wanted(wanted):
            picture = edited(store.take(wish.image) if store.holds(wish.image) else images.read(wish.image), wish.edit)
            shown = Shown(wish, demonstrations.get(wish.name).make(picture, dict(wish.options)))
    except CnnvizError as error:
        shown = Shown(wish, None, str(error), error.details)
    except Cancelled:
        return
    yield Progress(1, 1, shown)


def know(explorer: Callable[[], Explorer], model: ModelRequest) -> Iterator[Progress]:
    """The job that counts a network's parameters, operations and shapes."""
    from cnnviz.lessons.facts import facts

    yield Progress(0, 1)
    try:
        found = facts(explorer().model(model))
    except (CnnvizError, RuntimeError):  # the window says already what is wrong with this network
        found = {}
    yield Progress(1, 1, Known(model.name, found))
