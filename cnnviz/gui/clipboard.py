"""Pictures and files that come from the clipboard or from a drop of another program."""

from __future__ import annotations

import hashlib

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData
from PySide6.QtGui import QImage

from cnnviz import paths


def takes(mime: QMimeData) -> bool:
    """Whether there is something in it that could be a picture or a model."""
    return mime.hasUrls() or mime.hasImage()


def files_of(mime: QMimeData) -> tuple[list[str], str]:
    """Local files in a drop or a clipboard, and a sentence about what could not be used (empty otherwise).

    A bare picture (from a browser or a screenshot) becomes a PNG file in the cache, named by its content.
    """
    local = [url.toLocalFile() for url in mime.urls() if url.isLocalFile()]
    if local:
        return local, ""
    if mime.hasImage():
        image = mime.imageData()
        if isinstance(image, QImage) and not image.isNull():
            return [_kept(image)], ""
    if mime.hasUrls():
        return [], "Only files of this computer can be opened. Save the picture from the browser first, then drop the file."
    return [], "There is no picture in the clipboard."


def _kept(image: QImage) -> str:
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    buffer.close()
    content = bytes(data.data())
    folder = paths.cache() / "pasted"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"pasted-{hashlib.sha256(content).hexdigest()[:8]}.png"
    file.write_bytes(content)
    return str(file)
