"""Where a recipe stands in files of each kind: its text is found without decoding a picture or loading values."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from xml.etree import ElementTree

import numpy as np


def text_in(file: Path) -> str:
    """The text of the recipe inside of a file; empty where there is none. Raises ``OSError``."""
    reader = READERS.get(file.suffix.lower())
    return reader(file) if reader is not None else ""


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
        with file.open("rb") as opened:  # iterparse would leave it open
            for _, element in ElementTree.iterparse(opened):
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
