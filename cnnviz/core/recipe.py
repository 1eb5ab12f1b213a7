"""What travels inside of exported files: how the figure was made, so that it can be made again.

Written as JSON into the description of a PNG or TIFF, the metadata of an SVG or PDF, and an entry of an NPZ. Read
without torch, and without decoding a picture: the window looks into what is dropped on it.
"""

from __future__ import annotations

import json
import os
import platform
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import MISSING, asdict, dataclass, field, fields, is_dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np

from cnnviz import __version__
from cnnviz.core.errors import CnnvizError
from cnnviz.figure import Figure, Origin, Page, Visible
from cnnviz.request import Cell, ModelRequest, Request

VERSION = 1
"""Of the recipe; a file that says more was made by a later CNNViz."""

LIBRARIES = ("torch", "torchvision", "numpy", "Pillow", "matplotlib")


PAGE = "page"
"""The view of a page, which is made of the figures of others."""

RECORDS = "records"
"""The view of a file with the outputs of several records; in its style it says which."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a figure was made.

    Attributes
    ----------
    request
        What was asked for; None for a figure that was made from Python objects.
    origin
        Identities of the weights and of the picture; None where they are not known.
    style
        How it was drawn, as ``export`` takes it.
    software
        Versions of CNNViz, Python and the libraries that computed and drew it.
    parts
        Of a page, the recipes of its figures.
    page
        How they stand there: columns, letters, captions, and whether they share a scale.
    visible
        What of each panel is drawn, as ``Figure.visible``.
    """

    request: Request | None
    origin: Origin | None
    style: Mapping[str, Any]
    software: Mapping[str, str]
    parts: tuple[Recipe, ...] = ()
    page: Mapping[str, Any] = field(default_factory=dict)
    visible: tuple[Visible | None, ...] = ()


def written(figure: Figure, style: Mapping[str, Any]) -> str:
    """The recipe of a figure as one line of JSON."""
    return json.dumps({"cnnviz": _about(figure, style)}, ensure_ascii=False)


def _about(figure: Figure, style: Mapping[str, Any]) -> dict[str, Any]:
    request = None if figure.request is None else asdict(figure.request)
    if request is not None:
        request["model"]["trust"] = False  # consent is given by a person, never by a file
    about = {
        "version": VERSION,
        "view": figure.view,
        "title": figure.title,
        "subtitle": figure.subtitle,
        "request": request,
        "origin": None if figure.origin is None else asdict(figure.origin),
        "style": dict(style),
        "software": software(),
    } | ({"visible": figure.visible} if figure.visible else {})
    for page in figure.panels:
        if isinstance(page, Page):
            stand = {"columns": page.columns, "letters": page.letters, "captions": list(page.captions)}
            about["page"] = stand | {"shared": page.shared}
            about["figures"] = [_about(part, {}) for part in page.figures]
    return about


@cache
def software() -> dict[str, str]:
    """Versions of what computes and draws."""
    from importlib import metadata  # 0.04 s: not at the start

    found = {"cnnviz": __version__, "python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def understood(text: str) -> Recipe | None:
    """The recipe in a JSON text; None where the text is something else.

    Raises
    ------
    CnnvizError
        It is a recipe that this version does not understand.
    """
    try:
        about = json.loads(text)["cnnviz"]
        version = about["version"]
    except (ValueError, KeyError, TypeError):
        return None
    if version != VERSION:
        raise CnnvizError("This figure was made by a later version of CNNViz: update CNNViz to make it again.")
    return _recipe(about)


def _recipe(about: Mapping[str, Any]) -> Recipe:
    try:
        request = about["request"]
        origin = about["origin"]
        return Recipe(
            None if request is None else request_of(request),
            None if origin is None else Origin(**(origin | {"preprocessing": _pairs(origin["preprocessing"])})),
            about["style"],
            about["software"],
            tuple(map(_recipe, about.get("figures", ()))),
            about.get("page", {}),
            parts_seen(about.get("visible", ())),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise CnnvizError(
            "The recipe inside of this figure is damaged: it cannot be made again.", str(error)
        ) from error


def parts_seen(saved: Iterable[Any]) -> tuple[Visible | None, ...]:
    """Visible parts of panels from their JSON. Raises ``TypeError`` or ``ValueError``."""
    return tuple(None if part is None else Visible.of(part) for part in saved)


def request_of(saved: Mapping[str, Any]) -> Request:
    """A request from its JSON; what is missing has its usual value. Raises ``TypeError`` or ``ValueError``."""
    values = _tuples(saved)
    for item in fields(Request):
        if (
            is_dataclass(item.default) and not isinstance(item.default, type) and item.name in saved
        ):  # parts that are records of their own
            values[item.name] = replace(item.default, **_tuples(saved[item.name]))
    # Consent to run code is given by a person, never by a file.
    values["model"] = ModelRequest(**(_tuples(saved["model"]) | {"trust": False}))
    values["trail"] = tuple(Cell(**(cell | {"at": tuple(cell["at"])})) for cell in saved.get("trail", ()))
    values["options"] = _pairs(saved.get("options", ()))
    return Request(**values)


def saved_request(request: Request) -> dict[str, Any]:
    """The JSON of a request: only what differs from the usual."""
    return _changed(request) | {"model": _changed(request.model)}


def _changed(value: Any) -> dict[str, Any]:
    usual = {item.name: item.default for item in fields(value)}
    return {
        name: found
        for name, found in asdict(value).items()
        if usual[name] is MISSING or getattr(value, name) != usual[name]
    }


def _tuples(saved: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in saved.items()}


def _pairs(saved: Any) -> tuple[Any, ...]:
    """Lists of (name, value) as tuples, with tuples in them."""
    return tuple((str(name), tuple(v) if isinstance(v, list) else v) for name, v in saved)


def read_recipe(path: str | os.PathLike[str]) -> Recipe | None:
    """The recipe inside of a file; None where there is none: it is any picture, or no figure at all.

    Raises
    ------
    CnnvizError
        The file cannot be opened, or holds a recipe that cannot be understood.
    """
    file = Path(path)
    reader = READERS.get(file.suffix.lower())
    if reader is None:
        return None
    try:
        text = reader(file)
    except OSError as error:
        raise CnnvizError(f"{file.name} cannot be opened: {error.strerror or error}.") from error
    return understood(text) if text else None


def _of_picture(file: Path) -> str:
    from PIL import Image

    if file.suffix.lower() == ".png" and b"cnnviz" not in _head(file):
        return ""  # a photo is not even opened
    try:
        with Image.open(file) as picture:
            described = getattr(picture, "text", {}).get("Description")
            return str(described or picture.getexif().get(IMAGE_DESCRIPTION, ""))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return ""


IMAGE_DESCRIPTION = 270
"""The tag of a TIFF (and of EXIF) for words about the picture."""


def _head(file: Path, size: int = 1 << 16) -> bytes:
    with file.open("rb") as opened:
        return opened.read(size)


def _of_svg(file: Path) -> str:
    if b"cnnviz" not in _head(file):
        return ""
    try:
        for _, element in ElementTree.iterparse(file):
            if element.tag == "{http://purl.org/dc/elements/1.1/}description":
                return element.text or ""
    except ElementTree.ParseError:
        return ""
    return ""


def _of_pdf(file: Path) -> str:
    """The subject in the document's information, which stands at the end and is not compressed."""
    data = file.read_bytes()
    at = data.rfind(b"/Subject")
    opened = data.find(b"(", at)
    if at < 0 or opened < 0 or opened > at + 16:
        return ""
    raw = _pdf_string(data, opened + 1)
    return raw.decode("utf-16", "replace") if raw[:2] in (b"\xfe\xff", b"\xff\xfe") else raw.decode("latin-1")


ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def _pdf_string(data: bytes, start: int) -> bytes:
    """A literal string of a PDF, from behind its opening bracket to its closing one."""
    parts, depth = [], 1
    for token in re.compile(rb"\\([0-7]{1,3}|.)|([()])|([^\\()]+)", re.DOTALL).finditer(data, start):
        escaped, bracket, plain = token.groups()
        if bracket:
            depth += 1 if bracket == b"(" else -1
            if not depth:
                break
        if escaped is not None and escaped[:1].isdigit():
            parts.append(bytes([int(escaped, 8) & 255]))
        else:
            parts.append(ESCAPED.get(escaped, escaped) if escaped is not None else bracket or plain)
    return b"".join(parts)


def _of_npz(file: Path) -> str:
    try:
        with np.load(file, allow_pickle=False) as saved:
            return json.dumps({"cnnviz": json.loads(str(saved["metadata"]))}) if "metadata" in saved.files else ""
    except (ValueError, KeyError, zipfile.BadZipFile, EOFError):
        return ""


def _of_text(file: Path) -> str:
    """In a comment, on a line of its own."""
    for line in file.read_text("utf-8", errors="replace").splitlines():
        if '{"cnnviz": ' in line:
            return line[line.index("{") :].removesuffix("-->").strip()
    return ""


def _of_safetensors(file: Path) -> str:
    """The header, which says how long it is; of weights nothing more is read."""
    with file.open("rb") as opened:
        size = int.from_bytes(opened.read(8), "little")
        head = opened.read(min(size, MOST_HEADER))
    with suppress(ValueError, KeyError, TypeError):
        return json.dumps({"cnnviz": json.loads(json.loads(head)["__metadata__"]["cnnviz"])})
    return ""


MOST_HEADER = 100_000_000
"""Bytes of a header that safetensors allows."""


def _of_h5(file: Path) -> str:
    try:
        import h5py  # type: ignore[import-untyped]

        with h5py.File(file) as box:
            return json.dumps({"cnnviz": json.loads(box["metadata"].asstr()[()])})
    except (ImportError, OSError, ValueError, KeyError, TypeError, AttributeError):
        return ""


def _of_zarr(file: Path) -> str:
    """The attributes of the group."""
    try:
        with zipfile.ZipFile(file) as archive:
            return json.dumps({"cnnviz": json.loads(archive.read("zarr.json"))["attributes"]["cnnviz"]})
    except (ValueError, KeyError, TypeError, zipfile.BadZipFile, EOFError):
        return ""


def _of_parquet(file: Path) -> str:
    """The key-value metadata of its footer."""
    try:
        from pyarrow import ArrowException, parquet
    except ImportError:
        return ""
    try:
        return ((parquet.read_metadata(file).metadata or {}).get(b"cnnviz") or b"").decode()
    except (ArrowException, ValueError):
        return ""


MOST_WORDS = 1 << 22
"""Bytes at the end of an MP4 in which a recipe is looked for."""


def _of_film(file: Path) -> str:
    """The comment of a GIF, the description in a WebP, or a line of JSON somewhere in an MP4."""
    from PIL import Image

    if file.suffix.lower() == ".mp4":
        with file.open("rb") as opened:  # words about it stand at the end: of a long video no more is read
            opened.seek(max(file.stat().st_size - MOST_WORDS, 0))
            data = opened.read()
        at = max(data.rfind(b'{"cnnviz": {"version"'), 0)
        with suppress(ValueError):
            return json.dumps(json.JSONDecoder().raw_decode(data[at:].decode("utf-8", "replace"))[0])
        return ""
    try:
        with Image.open(file) as picture:
            comment = picture.info.get("comment", b"")
            return str(picture.getexif().get(IMAGE_DESCRIPTION) or bytes(comment).decode("utf-8", "replace"))
    except (OSError, ValueError, SyntaxError, TypeError, Image.DecompressionBombError):
        return ""


READERS: dict[str, Callable[[Path], str]] = {
    ".png": _of_picture,
    ".tif": _of_picture,
    ".tiff": _of_picture,
    ".svg": _of_svg,
    ".pdf": _of_pdf,
    ".npz": _of_npz,
    ".safetensors": _of_safetensors,
    ".h5": _of_h5,
    ".zip": _of_zarr,
    ".parquet": _of_parquet,
    ".gif": _of_film,
    ".webp": _of_film,
    ".mp4": _of_film,
    ".tex": _of_text,
    ".md": _of_text,
}
"""How a recipe is found in files of each kind."""
