"""Channels as plain numbers for the window on the screen: see `cnnviz.arithmetic`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from cnnviz.arithmetic import SlidingWindow
from cnnviz.core.ops.base import operation_of
from cnnviz.core.ops.call import Call
from cnnviz.core.ops.explanation import check_channel, host
from cnnviz.core.ops.fold import required
from cnnviz.core.ops.minimum import minimum_pooling, minimum_window
from cnnviz.slides import Border, Steps

if TYPE_CHECKING:
    from cnnviz.core.record import Record
    from cnnviz.core.trace import Trace


def sliding_window(trace: Trace, record: Record, channel: int, *, folded: bool = False) -> SlidingWindow | None:
    """One output channel of a convolution or a pooling as plain numbers: all that it takes to explain any of its cells.

    A convolution whose padding mirrors, repeats or goes round has two records, the padding and the convolution. Here
    they are one: `SlidingWindow.source` is what went into the padding, and its positions count there.

    Parameters
    ----------
    folded
        Whether the records that belong together are one step, see `cnnviz.core.ops.explain`.

    Returns
    -------
    SlidingWindow | None
        None where no window slides over the maps of one source.

    Raises
    ------
    CnnvizError
        When there is no such channel, or nothing to fold.
    Dropped
        When the record's output or what went in was not kept.
    """
    check_channel(record, channel)
    if folded:
        if (pooling := minimum_pooling(record)) is not None:
            return minimum_window(record, pooling, channel)
        whole = required(trace, record)
        window = sliding_window(trace, whole.layer, channel)
        return None if window is None else whole.over(window, channel)
    found = operation_of(record.op).sliding(Call(record), channel)
    if found is None or found.kernels is None:
        return found
    padding = next((parent for parent in record.parents if parent.op == "pad"), None)
    # A padding that is a layer of its own stays a step of its own.
    if padding is None or padding.module is not None or not hasattr(record.module, "padding_mode"):
        return found
    return _without_padding(found, Call(padding))


def _without_padding(found: SlidingWindow, padding: Call) -> SlidingWindow:
    """The same window over the maps before their padding, which was an operation of its own."""
    source = padding.parent()
    ends = [int(cells) for cells in padding["pad"]]  # torch names the last axis first
    pairs = list(zip(ends[::2], ends[1::2], strict=True))[::-1]
    if source is None or padding["mode"] == "constant" or len(pairs) != len(found.slides) or min(ends) < 0:
        return found
    slides = tuple(
        replace(slide, size=size, before=slide.before + low, after=slide.after + high)
        for slide, size, (low, high) in zip(found.slides, source.shape[-len(pairs) :], pairs, strict=True)
        if isinstance(slide, Steps)
    )
    if any(isinstance(slide, Steps) and (slide.before or slide.after) for slide in found.slides):
        return found  # zeros beyond the mirrored cells
    lead = (0,) * (len(source.shape) - len(pairs) - 1)
    maps = host(source.output[lead][found.channels[0] : found.channels[-1] + 1])
    return replace(found, source=source.index, maps=maps, slides=slides, border=cast("Border", padding["mode"]))
