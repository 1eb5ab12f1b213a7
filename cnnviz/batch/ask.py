"""What is to be exported of each picture, checked before anything is opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from cnnviz import views
from cnnviz.batch.names import NAME, check_name
from cnnviz.core.errors import CnnvizError
from cnnviz.export import formats
from cnnviz.export.extras import needed
from cnnviz.export.packing import packers
from cnnviz.views.options import filled


@dataclass(frozen=True, slots=True)
class Ask:
    """What is to be exported of each picture, and how.

    Attributes
    ----------
    layers
        ``all``, or paths with commas between them; ``picture`` is the picture itself.
    view, options
        The layer view (empty: the best for each layer) and its options, as texts.
    suffixes
        Formats, without the dot.
    style
        As `cnnviz.export` takes it.
    name
        Pattern of the files' names, see ``FIELDS``.
    present
        What happens to files that are there: ``refuse``, ``overwrite`` or ``resume`` (they are passed over).
    workers
        Processes that draw; 0 for none but this one.
    together
        Whether the outputs of the layers go into one file for each picture, rather than figures into one file each.
    """

    layers: str = "all"
    view: str = ""
    options: tuple[tuple[str, str], ...] = ()
    suffixes: tuple[str, ...] = ("png",)
    style: Mapping[str, Any] = field(default_factory=dict)
    name: str = NAME
    present: str = "refuse"
    workers: int = 0
    together: bool = False

    def __post_init__(self) -> None:
        _check_view(self.view, self.options)
        if self.together and (self.view or self.options):
            raise CnnvizError("The outputs of layers in one file are of no view: leave it and its options away.")
        known = tuple(packers()) if self.together else formats()
        for suffix in self.suffixes:
            if suffix not in known:
                where = "for several layers in one file" if self.together else ""
                raise CnnvizError(
                    f"There is no format {suffix!r} {where}".rstrip() + f"; there are {', '.join(known)}."
                )
            needed(suffix)
        check_name(self.name)

    @property
    def said(self) -> dict[str, Any]:
        """What decides which files are made, as JSON holds it."""
        return {"ask": {name: value for name, value in asdict(self).items() if name not in ("present", "workers")}}


def _check_view(view: str, given: tuple[tuple[str, str], ...]) -> None:
    """Refuse a view that there is not, and an option or a value that no view takes."""
    asked = (views.get(view),) if view else views.all_views()
    for name, value in given:
        takers = [each for each in asked if name in options_of(each)]
        if not takers:
            known = ", ".join(sorted(set().union(*map(options_of, asked))))
            raise CnnvizError(
                f"There is no option {name!r}; there are {known}." if known else "This view has no options."
            )
        if len(takers) == 1:
            filled(takers[0].options, {name: value})


def options_of(view: views.LayerView) -> set[str]:
    """The names of all options of a view."""
    cursor = {"channel": view.uses_channel, "at": view.uses_position}
    return {control.name for control in view.controls} | {name for name, used in cursor.items() if used}
