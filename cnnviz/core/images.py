"""Pictures: from a dropped file to the input tensor, each step kept, and back.

One door to three rooms: ``decode`` (a file as 8-bit pixels), ``preprocess`` (pixels as a tensor) and ``folders`` (what
was dropped, as files).
"""

from cnnviz.core.decode import Picture, Step, read, thumbnail
from cnnviz.core.folders import expand, label_of
from cnnviz.core.preprocess import Prepared, prepare, to_pixels

__all__ = ["Picture", "Prepared", "Step", "expand", "label_of", "prepare", "read", "thumbnail", "to_pixels"]
