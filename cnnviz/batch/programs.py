"""Lines of Python, and commands, that make a page of figures or a file with the outputs of layers."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from cnnviz.batch.names import cell_name
from cnnviz.core.errors import CnnvizError
from cnnviz.core.made_again import as_command, in_a_file, load_call, model_words, of_a_view, seen_call, view_call
from cnnviz.figure import Figure, Page
from cnnviz.request import Request

PARTS = "parts"
"""Folder for the figures of a page that commands make."""


def outputs_as_python(request: Request, layers: str | Sequence[str], file: str = "outputs.npz") -> str:
    """A few lines of Python that write the outputs of layers. Raises ``CnnvizError``: the picture is in no file."""
    in_a_file(request)
    chosen = "" if layers == "all" else f", {list(layers)!r}"
    return "\n".join(
        (
            "import cnnviz",
            "",
            f"model = {load_call(request.model)}",
            f"trace = cnnviz.trace(model, {request.image!r})",
            f"cnnviz.export_pass(trace, {file!r}{chosen})",
            "",
        )
    )


def outputs_as_command(
    request: Request, layers: str | Sequence[str], folder: str = "outputs", suffix: str = "npz"
) -> str:
    """The command that writes the outputs of layers. Raises ``CnnvizError``: the picture is in no file."""
    in_a_file(request)
    chosen = layers if isinstance(layers, str) else ",".join(layers)
    words = ["cnnviz", "export", request.image, *model_words(request.model), "--together", "--layers", chosen]
    return shlex.join([*words, "--format", suffix, "--out", folder])


def page_as_python(figure: Figure, file: str = "page.pdf") -> str:
    """Lines of Python that make a page; each model is opened once, each picture goes through it once.

    Raises
    ------
    CnnvizError
        A figure on it is of no layer of a network, or its picture is in no file.
    """
    page, requests = _parts(figure)
    models = list(dict.fromkeys(request.model for request in requests))
    passes = list(dict.fromkeys((request.model, request.image) for request in requests))
    lines = ["import cnnviz", ""]
    lines += [f"model_{number} = {load_call(model)}" for number, model in enumerate(models, 1)]
    lines += [
        f"trace_{number} = cnnviz.trace(model_{models.index(model) + 1}, {image!r})"
        for number, (model, image) in enumerate(passes, 1)
    ]
    traces = [f"trace_{passes.index((request.model, request.image)) + 1}" for request in requests]
    asked = zip(page.figures, requests, traces, strict=True)
    calls = [f"    {view_call(request, name)}{seen_call(part.visible)}," for part, request, name in asked]
    said = [f"columns={page.columns}", *([] if page.letters else ["letters=False"])]
    said += ["shared=True"] if page.shared else []
    said += [f"captions={list(page.captions)!r}"] if any(page.captions) else []
    return "\n".join([*lines, "figures = [", *calls, "]", f"cnnviz.export(figures, {file!r}, {', '.join(said)})", ""])


def page_as_command(figure: Figure, file: str = "page.pdf") -> str:
    """The commands that make a page, line by line: its figures, then the page. Raises as ``page_as_python`` does."""
    page, requests = _parts(figure)
    lines, files = [], []
    for number, (part, request) in enumerate(zip(page.figures, requests, strict=True), 1):
        lines.append(as_command(request, PARTS, "npz", f"part-{number}", part.visible))
        files.append(f"{PARTS}/part-{number}{cell_name(part)}.npz")
    words = ["cnnviz", "page", *files, "--columns", str(page.columns), *([] if page.letters else ["--no-letters"])]
    words += ["--shared-bar"] if page.shared else []
    if any(page.captions):
        words += [f"--caption={caption}" for caption in page.captions]
    return "\n".join([*lines, shlex.join([*words, "--out", file]), ""])


def _parts(figure: Figure) -> tuple[Page, list[Request]]:
    """A page, and what was asked for each of its figures."""
    page = next(panel for panel in figure.panels if isinstance(panel, Page))
    requests = []
    for part in page.figures:
        if part.request is None:
            raise CnnvizError(f"“{part.title}” is of no layer of a network, so the page cannot be copied as a program.")
        in_a_file(part.request)
        of_a_view(part.request)
        requests.append(part.request)
    return page, requests
