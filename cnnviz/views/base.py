"""What a layer view is, and the register of all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, TypeVar

from cnnviz.core.asked import origin_of, request_of
from cnnviz.core.errors import CnnvizError
from cnnviz.core.pixels import maps_shape
from cnnviz.figure import Control, Figure, Note, Panel
from cnnviz.request import Request
from cnnviz.views.options import AT, CHANNEL, controls, filled

if TYPE_CHECKING:
    from cnnviz.core.trace import Record, Trace

Draw = TypeVar("Draw", bound=Callable[..., Figure])


@dataclass(frozen=True, slots=True, eq=False)
class LayerView:
    """One way to look at a record.

    Attributes
    ----------
    name, title
        As in ``Request.view``, and as a person reads it.
    options
        The frozen dataclass of its options.
    draw
        ``draw(trace, record, options)`` makes the figure; the record is None for the picture.
    fits
        ``fits(trace, record)`` says whether the record can be looked at in this way.
    priority
        The fitting view of the highest priority is shown first.
    needs_values
        Whether it looks at the record's output, which may not have been kept.
    """

    name: str
    title: str
    options: type
    draw: Callable[..., Figure]
    fits: Callable[[Trace, Record | None], bool]
    priority: int
    needs_values: bool

    @property
    def controls(self) -> tuple[Control, ...]:
        """The form of its options."""
        return controls(self.options)

    @property
    def uses_channel(self) -> bool:
        """Whether it shows one channel in particular."""
        return any(item.name == CHANNEL for item in fields(self.options))

    @property
    def uses_position(self) -> bool:
        """Whether it shows one position in particular."""
        return any(item.name == AT for item in fields(self.options))


_views: dict[str, LayerView] = {}


def layer_view(
    name: str,
    *,
    title: str,
    options: type,
    fits: Callable[[Trace, Record | None], bool],
    priority: int,
    needs_values: bool = True,
) -> Callable[[Draw], Draw]:
    """Register a function as a layer view: see `LayerView`."""

    def register(draw: Draw) -> Draw:
        _views[name] = LayerView(name, title, options, draw, fits, priority, needs_values)
        return draw

    return register


def get(name: str) -> LayerView:
    """The layer view of that name. Raises ``CnnvizError`` when there is none."""
    if name not in _views:
        raise CnnvizError(f"There is no view {name!r}; there are {', '.join(sorted(_views))}.")
    return _views[name]


def all_views() -> tuple[LayerView, ...]:
    """Every layer view, whatever it fits."""
    return tuple(_views.values())


def views_for(record: Record | None, trace: Trace) -> tuple[LayerView, ...]:
    """The layer views that fit a record (None: the picture), best first."""
    fitting = [view for view in _views.values() if view.fits(trace, record)]
    return tuple(sorted(fitting, key=lambda view: (-view.priority, view.name)))


def make(
    trace: Trace, record: Record | int | str | tuple[str, int] | None = None, name: str = "", **options: Any
) -> Figure:
    """Look at one record.

    Parameters
    ----------
    trace
        The pass.
    record
        One of its records, or what names one: its index, its path, its path and call. None is the picture.
    name
        The layer view; empty for the one that fits best.
    **options
        Options of that view, and ``channel``.

    Returns
    -------
    A figure, which `cnnviz.export` writes to a file.

    Raises
    ------
    CnnvizError
        There is no such record, view or option, or the view does not fit the record.
    """
    if record is not None:
        record = trace[record]
    view = get(name) if name else views_for(record, trace)[0]
    if name and not view.fits(trace, record):
        where = "the picture" if record is None else record.key
        fitting = ", ".join(offer.name for offer in views_for(record, trace))
        raise CnnvizError(f"The view {view.name!r} does not fit {where}; these do: {fitting}.")
    nothing = "" if record is None or not view.needs_values else _nothing_to_show(record)
    if nothing:
        return figure(trace, record, view.name, "", Note(nothing))
    chosen = filled(view.options, options)
    missing = _missing_channel(trace, record, chosen)
    if missing is not None:
        chosen = replace(chosen, channel=None)
    made = view.draw(trace, record, chosen)
    if missing is not None:
        made = replace(made, subtitle=f"{made.subtitle} · there is no channel {missing} here")
    return replace(made, request=_request(trace, record, view, chosen), origin=origin_of(trace))


def _request(trace: Trace, record: Record | None, view: LayerView, chosen: Any) -> Request | None:
    """What makes the figure again; None where nothing makes the pass again."""
    asked = request_of(trace)
    if asked is None:
        return None
    options = {control.name: getattr(chosen, control.name) for control in view.controls}
    usual = {control.name: control.default for control in view.controls}
    return replace(
        asked,
        layer="" if record is None else record.key,
        view=view.name,
        channel=getattr(chosen, CHANNEL, None),
        at=getattr(chosen, AT, None),
        options=tuple(sorted((name, value) for name, value in options.items() if value != usual[name])),
    )


def _nothing_to_show(record: Record) -> str:
    """Why an output cannot be looked at; empty where it can."""
    if record.dropped:
        return "The values of this layer were not kept: the trace is larger than the memory budget."
    return "This output is empty: one of its axes has no length." if 0 in record.output_shape else ""


def _missing_channel(trace: Trace, record: Record | None, chosen: Any) -> int | None:
    """The channel that was asked for, where the record has none of that number."""
    channel: int | None = getattr(chosen, CHANNEL, None)
    count = trace.input.shape[1] if record is None else maps_shape(record)[0]
    return channel if channel is not None and not 0 <= channel < count else None


def figure(trace: Trace, record: Record | None, view: str, subtitle: str, *panels: Panel) -> Figure:
    """A figure under the record's own heading."""
    return Figure(view, heading(trace, record), subtitle, panels)


def heading(trace: Trace, record: Record | None) -> str:
    """``3 · Conv 5×5 · features.3``; for the picture its name."""
    if record is None:
        return trace.prepared.picture.name if trace.prepared is not None else "Input"
    from cnnviz.core import ops

    return " · ".join(dict.fromkeys((str(record.index), ops.head(trace, record).short, record.key)))


def counted(count: int, noun: str) -> str:
    """``1 map``, ``2,048 maps``."""
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def times(*sizes: int) -> str:
    """``10 × 10``."""
    return " × ".join(f"{size:,}" for size in sizes)
