"""Pictures that are in no file, carried inside a session: every step of a drawing or frame as a PNG, in base64.

What decodes pictures is imported when there are any: sessions are looked for before the window is painted.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cnnviz.core import store
from cnnviz.core.errors import PictureError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cnnviz.core.decode import Picture


def told(names: tuple[str, ...]) -> dict[str, Any]:
    """The pictures of these names as plain values; those that are not kept any more are left out."""
    found = {}
    for name in dict.fromkeys(filter(store.holds, names)):
        try:
            found[name] = _plain(store.take(name))
        except PictureError:
            continue
    return found


def take_in(found: Mapping[str, Any]) -> None:
    """Keep them under their names again. Raises ``ValueError``, ``KeyError`` or ``TypeError`` when they are damaged."""
    for name, about in found.items():
        if store.keep(_picture(about)) != name:
            raise ValueError(f"{name} has another name")


def _plain(picture: Picture) -> dict[str, Any]:
    steps = [{"name": step.name, "caption": step.caption, "png": _png(step.pixels)} for step in picture.steps]
    return {"name": picture.name, "digest": picture.digest, "mode": picture.mode, "steps": steps}


def _picture(about: Mapping[str, Any]) -> Picture:
    from cnnviz.core.decode import Picture, Step

    pixels = [_pixels(step["png"]) for step in about["steps"]]
    if not pixels:
        raise ValueError("a picture without pixels")
    steps = tuple(Step(step["name"], step["caption"], p) for step, p in zip(about["steps"], pixels, strict=True))
    return Picture(about["name"], "", about["digest"], pixels[-1], about["mode"], (), steps)


def _png(pixels: NDArray[Any]) -> str:
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", compress_level=1)  # often, on the way, while a video plays
    return base64.b64encode(buffer.getvalue()).decode()


def _pixels(png: str) -> NDArray[np.uint8]:
    import numpy as np
    from PIL import Image

    try:
        with Image.open(io.BytesIO(base64.b64decode(png, validate=True)), formats=["PNG"]) as image:
            if image.mode not in ("L", "RGB"):
                raise ValueError(f"pixels of the kind {image.mode}")
            return np.array(image)
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(str(error)) from error
