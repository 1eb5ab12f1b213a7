"""Frames of a camera or a video as pictures. Knows nothing of torch."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from cnnviz.core.decode import Picture, Step

SHORTER = 512
"""Pixels that a frame's shorter edge has at most: more than networks look at, and quick to make."""


def framed(
    pixels: NDArray[np.uint8], size: tuple[int, int], name: str, when: str = "", mirrored: bool = False
) -> Picture:
    """A frame as a picture.

    Parameters
    ----------
    pixels
        (H, W, 3) RGB, uint8.
    size
        Width and height that the frame came in, before it was scaled.
    name
        Where it comes from: the camera, the file.
    when
        Its time in the video, in words.
    mirrored
        Whether left and right are to be swapped.
    """
    height, width = pixels.shape[:2]
    captions = [f"{size[0]} × {size[1]} pixels", *([when] if when else []), *(["mirrored"] if mirrored else [])]
    if (width, height) != size:
        captions.append(f"scaled to {width} × {height}")
    made = np.ascontiguousarray(pixels[:, ::-1] if mirrored else pixels)
    digest = hashlib.sha256(f"{made.shape} ".encode() + made.tobytes()).hexdigest()
    return Picture(name, "", digest, made, "RGB", (), (Step("Frame", ", ".join(captions), made),))
