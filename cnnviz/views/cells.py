"""Where the parts of a number come from, as signed bars that lead back to their cells."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnnviz.arithmetic import SlidingWindow
from cnnviz.figure import Contributions, number
from cnnviz.request import Cell

if TYPE_CHECKING:
    from cnnviz.core.ops import Explanation
    from cnnviz.core.trace import Record, Trace


class Parts(NamedTuple):
    """All parts of a number.

    Attributes
    ----------
    values
        (N,) float64.
    sources, channels
        (N,) record and channel of each.
    positions
        (N, axes) where in the channel.
    factors
        Columns of numbers (N,) by their headings: what was multiplied.
    """

    values: NDArray[np.float64]
    sources: NDArray[np.int64]
    channels: NDArray[np.int64]
    positions: NDArray[np.int64]
    factors: dict[str, NDArray[np.float64]]

    def of(self, which: NDArray[np.intp]) -> Parts:
        """Some of them."""
        factors = {name: column[which] for name, column in self.factors.items()}
        return Parts(self.values[which], self.sources[which], self.channels[which], self.positions[which], factors)


def contributions(
    trace: Trace,
    record: Record,
    found: Explanation,
    window: SlidingWindow | None,
    channel: int,
    at: tuple[int, ...],
    count: int,
) -> Contributions:
    """The strongest parts of an explained number, each with the cell that it comes from.

    Parameters
    ----------
    window
        The window that slid over the inputs, where one did: its cells are told one by one.
    count
        How many are shown.
    """
    if window is None:
        return ranked(trace, _of_terms(record, found, channel), count, found.bias if found.sums else None)
    if (winner := window.winner(at)) is None:
        return ranked(trace, _of_window(window, at), count, window.bias or 0.0)
    parts = _of_terms(record, found, channel)
    wins = np.flatnonzero((parts.positions == np.array(winner)).all(1))[:1]
    remark = f"only the {'largest' if window.kind == 'max' else 'smallest'} counts"
    return replace(ranked(trace, parts.of(wins), count, None), remark=remark)


def ranked(trace: Trace, parts: Parts, count: int, bias: float | None) -> Contributions:
    """The strongest parts as bars.

    Parameters
    ----------
    bias
        What is added to them; None where the parts are mere inputs that do not add up.
    """
    order = np.argsort(-np.abs(np.nan_to_num(parts.values, nan=np.inf)), kind="stable")
    rows = [_row(trace, parts, i) for i in order[:count].tolist()]
    values = parts.values[order[:count]].tolist()
    if bias:
        rows.append(("bias", ("",) * len(parts.factors), None))
        values.append(bias)
    return Contributions(
        labels=tuple(label for label, _, _ in rows),
        values=np.array(values, np.float64),
        texts=tuple(texts for _, texts, _ in rows),
        cells=tuple(cell for _, _, cell in rows),
        rest=0.0 if bias is None else float(parts.values[order[count:]].sum()),
        total=len(parts.values),
        value=None if bias is None else float(parts.values.sum()) + bias,
        heads=tuple(parts.factors),
        title="where it comes from",
    )


def key_of(trace: Trace, source: int) -> str | None:
    """``Cell.layer`` of a record by its index: empty for the picture, None for the network's own numbers."""
    from cnnviz.core.ops import NETWORK

    return None if source == NETWORK else "" if source < 0 else trace.records[source].key


def _of_window(window: SlidingWindow, at: tuple[int, ...]) -> Parts:
    """Every cell under the window; zeros of the padding are left out."""
    patch = window.patch(at)
    known = ~np.logical_or.reduce(np.meshgrid(*(o < 0 for o in patch.origins), indexing="ij"))
    inputs = patch.inputs[:, known].reshape(-1)
    weights = (
        np.full(len(inputs), 1 / window.divided_by(at))
        if patch.kernels is None
        else patch.kernels[:, known].reshape(-1)
    )
    places = np.stack(np.meshgrid(*patch.origins, indexing="ij"), -1)[known]
    reach = len(places)
    return Parts(
        inputs * weights,
        np.full(len(inputs), window.source),
        np.repeat(window.channels, reach),
        np.tile(places, (len(window.channels), 1)),
        {"input": inputs, "× weight": weights},
    )


def _of_terms(record: Record, found: Explanation, channel: int) -> Parts:
    from cnnviz.core.ops import Call

    terms = found.terms
    factors: dict[str, NDArray[np.float64]] = {}
    if record.op == "linear" and len(record.output_shape) == 1 and len(record.sources) == 1:
        weights = Call(record).tensor("weight")[channel].double().cpu().numpy()
        inputs = record.parents[0].numpy().astype(np.float64).reshape(-1)
        if len(weights) == len(terms) == len(inputs):
            factors = {"input": inputs, "× weight": weights}
    return Parts(terms.values, terms.sources, terms.channels, terms.positions, factors)


def _row(trace: Trace, parts: Parts, i: int) -> tuple[str, tuple[str, ...], Cell | None]:
    """Label, columns of text and cell of one part."""
    from cnnviz.core import ops

    source, channel = int(parts.sources[i]), int(parts.channels[i])
    at = tuple(int(p) for p in parts.positions[i])
    texts = tuple(number(float(column[i]), 3, signed=True) for column in parts.factors.values())
    several = len(set(parts.sources.tolist())) > 1
    key = key_of(trace, source)
    if key is None:
        return f"parameter {channel}", texts, None
    axes = 1 if source < 0 else len(trace.records[source].output_shape)
    rank = len(trace.input.shape) - 1 if source < 0 else axes
    name = (
        "RGB"[channel]
        if source < 0 and trace.input.shape[1] == 3
        else f"{'unit' if rank == 1 else 'channel'} {channel}"
    )
    where = f" ({', '.join(map(str, at))})" if at else ""
    prefix = f"{'picture' if source < 0 else ops.head(trace, trace.records[source]).short}: " if several else ""
    cell = Cell(key, channel, at) if len(at) == rank - 1 else None
    return f"{prefix}{name}{where}", texts, cell
