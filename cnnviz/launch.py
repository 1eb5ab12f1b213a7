"""What the command line tells the window when it opens it. Neither torch nor Qt is needed to say so."""

from __future__ import annotations

from dataclasses import dataclass, field

from cnnviz.request import ModelRequest

DEFAULT_MODEL = "lenet5-mnist"
"""The bundled model of the first start."""


@dataclass(frozen=True, slots=True)
class WindowOptions:
    """How the window is to be opened.

    Attributes
    ----------
    images
        Paths of picture files and folders, absolute, in the order in which they were given; empty for the sample.
    model
        The model to be opened.
    layer
        ``PATH`` or ``PATH#CALL`` to be shown; empty for the window's own choice.
    view
        Name of the layer view; empty for the best one.
    screenshot
        A PNG file: draw the window off screen, wait until all that was asked for is drawn, save it there, and end.
        Empty for a window on the screen.
    size
        (width, height) in pixels of the window; None for its own.
    workspace
        ``network`` or ``sandbox``; empty for the one that fits the view.
    lesson, step
        A lesson to begin with (a file, or the name of one of ours), and at which of its steps, from 1; empty for none.
    """

    images: tuple[str, ...] = ()
    model: ModelRequest = field(default=ModelRequest(DEFAULT_MODEL))
    layer: str = ""
    view: str = ""
    screenshot: str = ""
    size: tuple[int, int] | None = None
    workspace: str = ""
    lesson: str = ""
    step: int = 1
