"""Pictures that are in no file (drawings, frames of a camera or a video), kept in memory by what they show.

A request names such a picture as ``pixels:`` and the beginning of its hash. Knows nothing of torch: the window puts
pictures in, the worker takes them out.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

from cnnviz.core.errors import PictureError

if TYPE_CHECKING:
    from cnnviz.core.decode import Picture

PREFIX = "pixels:"
"""How the name of a picture begins that is in no file."""

DRAWING = "drawing"
"""The name of a picture that somebody drew, for people."""

BUDGET = 256 * 2**20
"""Bytes that all kept pictures may take; those that were wanted least lately go first."""

_kept: OrderedDict[str, Picture] = OrderedDict()
_sizes: dict[str, int] = {}
_lock = threading.Lock()


def keep(picture: Picture) -> str:
    """Put a picture in; the name under which requests ask for it. The same pixels get the same name."""
    name = PREFIX + picture.digest[:32]
    with _lock:
        _kept[name] = picture
        _kept.move_to_end(name)
        _sizes[name] = sum(step.pixels.nbytes for step in picture.steps)
        while len(_kept) > 1 and sum(_sizes.values()) > BUDGET:
            gone, _ = _kept.popitem(last=False)
            del _sizes[gone]
    return name


def holds(name: object) -> bool:
    """Whether a name means a picture that is in no file (which may be gone by now)."""
    return isinstance(name, str) and name.startswith(PREFIX)


def is_frame(name: object) -> bool:
    """Whether a name means a frame of a camera or a video that is still kept."""
    with _lock:
        return isinstance(name, str) and name in _kept and _kept[name].name != DRAWING


def take(name: str) -> Picture:
    """The picture of a name.

    Raises
    ------
    PictureError
        It is not kept (any more): it came in another session, or many others came since.
    """
    with _lock:
        if name not in _kept:
            raise PictureError("This drawing or frame is not kept any more: draw it again, or choose another picture.")
        _kept.move_to_end(name)
        return _kept[name]
