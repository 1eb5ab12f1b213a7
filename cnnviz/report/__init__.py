"""A report on one model and one picture, as one file that needs nothing else: HTML for a browser, PDF for paper."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from cnnviz.core.errors import CnnvizError
from cnnviz.core.trace import Trace
from cnnviz.core.writing import check_place, replacing
from cnnviz.report.contents import Layer, gathered, layers_of, measured
from cnnviz.report.html import as_html
from cnnviz.report.pdf import write_pdf

__all__ = ["report", "writing"]


def report(trace: Trace, path: str | os.PathLike[str]) -> Path:
    """Write what a pass shows: answer, architecture, every layer with its maps and numbers, and its health.

    Parameters
    ----------
    trace
        A pass of a model and a picture.
    path
        The file: ``.html``, which loads nothing from outside, or ``.pdf``.

    Returns
    -------
    The file that was written.

    Raises
    ------
    CnnvizError
        Another suffix; no picture went through the model; no such folder, no permission, disk full.
    """
    for _ in writing(trace, path):
        pass
    return Path(path)


def writing(trace: Trace, path: str | os.PathLike[str]) -> Iterator[tuple[int, int]]:
    """The same step by step: yields how many steps of how many are done. Closed before its end it leaves nothing."""
    target = Path(path)
    suffix = target.suffix.lower()
    if suffix not in (".html", ".htm", ".pdf"):
        raise CnnvizError(f"A report ends in .html or .pdf, not in “{suffix}”.")
    if trace.model is None or trace.prepared is None:
        raise CnnvizError("A report needs a model and a picture: open them with load_model and trace.")
    check_place(target)
    layers: list[Layer] = []
    count = len(trace.records)
    total = 2 * count if suffix == ".pdf" else count
    found = measured(trace)
    for layer in layers_of(trace, found):
        layers.append(layer)
        yield len(layers), total
    contents = gathered(trace, found, tuple(layers))
    with replacing(target) as file:
        if suffix == ".pdf":
            for written in write_pdf(contents, file):
                yield count + written, total
        else:
            file.write(as_html(contents).encode())
