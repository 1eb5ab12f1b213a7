"""A report on one model and one picture, as one file that needs nothing else: HTML for a browser, PDF for paper."""

from __future__ import annotations

import os
from pathlib import Path

from cnnviz.core.errors import CnnvizError
from cnnviz.core.trace import Trace
from cnnviz.core.writing import replacing
from cnnviz.report.contents import gather
from cnnviz.report.html import as_html
from cnnviz.report.pdf import write_pdf

__all__ = ["report"]


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
    target = Path(path)
    suffix = target.suffix.lower()
    if suffix not in (".html", ".htm", ".pdf"):
        raise CnnvizError(f"A report ends in .html or .pdf, not in “{suffix}”.")
    if trace.model is None or trace.prepared is None:
        raise CnnvizError("A report needs a model and a picture: open them with load_model and trace.")
    contents = gather(trace)
    with replacing(target) as file:
        if suffix == ".pdf":
            write_pdf(contents, file)
        else:
            file.write(as_html(contents).encode())
    return target
