"""Films as files: frames are drawn once, packed, and then written in each format; whole, or not at all."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from cnnviz.core.cancel import Cancelled
from cnnviz.core.errors import CnnvizError
from cnnviz.core.writing import check_place, replacing
from cnnviz.export.extras import needed
from cnnviz.motion.film import Film, frames, recipe_of

if TYPE_CHECKING:
    from PIL import Image

    from cnnviz.explore import Explorer

Pixels = NDArray[np.uint8]


class Reel(Sequence[Pixels]):
    """The frames of a film, packed; one that is wanted no more gives none."""

    def __init__(self, size: tuple[int, int], wanted: Callable[[], bool]) -> None:
        self._size, self._wanted = size, wanted
        self._packed: list[bytes] = []

    def put(self, frame: Pixels) -> None:
        """Add a frame at the end."""
        self._packed.append(zlib.compress(frame.tobytes(), 1))
        self._look()

    def __len__(self) -> int:
        return len(self._packed)

    def __getitem__(self, at: Any) -> Any:
        self._look()
        width, height = self._size
        return np.frombuffer(zlib.decompress(self._packed[at]), np.uint8).reshape(height, width, 3)

    def _look(self) -> None:
        if not self._wanted():
            raise Cancelled


Writer = Callable[[Reel, BinaryIO, Film, str], None]


def make(
    film: Film, files: Sequence[Path], explorer: Explorer, wanted: Callable[[], bool] = lambda: True
) -> Iterator[tuple[int, int, Path | None]]:
    """Draw a film and write it.

    Parameters
    ----------
    files
        Their suffixes say the formats.
    wanted
        Asked before each frame and in passes; when it says no, ``Cancelled`` is raised and nothing is left behind.

    Yields
    ------
    How many frames are done, of how many, and the file that is whole now, or None.

    Raises
    ------
    CnnvizError
        Unknown format, a library is missing, nothing can be written there, or what drawing and writing can meet.
    """
    for file in files:
        _check(file)
    reel = Reel(film.size, wanted)
    origin, total = None, 0
    for frame in frames(film, explorer, wanted):
        reel.put(frame.pixels)
        origin, total = origin or frame.origin, frame.total
        yield frame.number, total, None
    about = recipe_of(film, origin)
    for file in files:
        with replacing(file) as opened:
            FORMATS[file.suffix.lower().lstrip(".")](reel, opened, film, about)
        yield total, total, file


def _check(file: Path) -> None:
    suffix = file.suffix.lower().lstrip(".")
    if suffix not in FORMATS:
        raise CnnvizError(f"A film can be {', '.join('.' + name for name in FORMATS)}; not {file.name}.")
    needed(suffix)
    check_place(file)


def _gif(reel: Reel, file: BinaryIO, film: Film, about: str) -> None:
    """256 colours without dithering: areas of one colour stay so.

    Each frame has its own; those of a sliding window are shared, so that what stands still does not flicker.
    """
    from PIL import Image

    some = np.concatenate([reel[0], reel[len(reel) // 2], reel[len(reel) - 1]])
    shared = _of_few_colours(Image.fromarray(some)) if film.kind == "slide" else None
    pictures = (_of_few_colours(Image.fromarray(each), shared) for each in reel)
    _pillow(pictures, file, film, {"format": "GIF", "comment": about.encode(), "optimize": False, "disposal": 1})


def _of_few_colours(picture: Image.Image, palette: Image.Image | None = None) -> Image.Image:
    from PIL import Image

    return picture.quantize(256, Image.Quantize.MEDIANCUT, palette=palette, dither=Image.Dither.NONE)


def _webp(reel: Reel, file: BinaryIO, film: Film, about: str) -> None:
    """Without loss: every pixel as it was drawn."""
    from PIL import Image

    exif = Image.Exif()
    exif[IMAGE_DESCRIPTION] = about
    how = {"format": "WEBP", "lossless": True, "quality": 20, "method": 1, "exif": exif.tobytes()}
    _pillow((Image.fromarray(each) for each in reel), file, film, how)


IMAGE_DESCRIPTION = 270


def _pillow(pictures: Iterator[Image.Image], file: BinaryIO, film: Film, how: dict[str, Any]) -> None:
    each = round(1000 / film.frames_a_second)
    first = next(pictures)
    first.save(file, save_all=True, append_images=pictures, duration=each, loop=0, **how)


def _mp4(reel: Reel, file: BinaryIO, film: Film, about: str) -> None:
    """H.264, as every player and every program for slides takes it; edges are made even, as it asks."""
    from fractions import Fraction

    import av

    width, height = film.size
    whole = io.BytesIO()  # a full disk is told by us: the library would only say that something went wrong
    with av.open(whole, "w", format="mp4", options={"movflags": "use_metadata_tags"}) as box:
        box.metadata.update({"title": "CNNViz", "comment": about})
        stream = box.add_stream("libx264", rate=Fraction(film.frames_a_second).limit_denominator(1000))
        stream.width, stream.height, stream.pix_fmt = width + width % 2, height + height % 2, "yuv420p"
        stream.options = {"crf": "16", "preset": "fast", "tune": "animation"}
        for each in reel:
            even = np.pad(each, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
            box.mux(stream.encode(av.VideoFrame.from_ndarray(even, format="rgb24")))
        box.mux(stream.encode())
    file.write(whole.getvalue())


FORMATS: dict[str, Writer] = {"gif": _gif, "webp": _webp, "mp4": _mp4}
"""How films are written, by suffix."""
