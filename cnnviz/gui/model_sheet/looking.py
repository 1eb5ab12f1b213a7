"""What the sheet needs computed in the background: the health of the weights, what is in the file, other scalings.

This generator runs in a jobs' thread (``jobs.py``); it imports torch there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from cnnviz.core.errors import CnnvizError
from cnnviz.gui.jobs import Progress
from cnnviz.request import Request

if TYPE_CHECKING:
    from cnnviz.explore import Explorer


def look(explorer: Callable[[], Explorer], request: Request, arch: str) -> Iterator[Progress]:
    """The job: a ``Health``; for a file of weights its ``Examined`` and perhaps a ``Fit``; and an ``Effect`` each."""
    from cnnviz.core import images
    from cnnviz.core.effects import effects
    from cnnviz.core.health import health
    from cnnviz.core.sources.examine import compare, examine

    yield Progress(0, 1)
    try:
        model = explorer().model(request.model)
        yield Progress(0, 1, health(model.module))
        if request.image:
            for effect in effects(model, images.read(request.image)):
                yield Progress(0, 1, effect)
    except CnnvizError:
        return  # the window's own request says why
    path = Path(request.model.name).expanduser()
    if not path.is_file():
        return
    try:
        yield Progress(0, 1, examine(path))
        if arch and not arch.startswith("plan:"):
            yield Progress(1, 1, compare(path, arch, request.model.trust))
    except CnnvizError:
        return  # no file of weights: a program, TorchScript, ONNX
