"""Pictures and files that come from the clipboard or from a drop of another program."""

from __future__ import annotations

import hashlib

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData
from PySide6.QtGui import QImage

from cnnviz import paths
from cnnviz.gui import drops


def files_of(mime: QMimeData | None) -> tuple[list[str], str]:
    """Local files in a drop or a clipboard, and a sentence about what could not be used (empty otherwise)."""
    if mime is None:  # nothing was ever copied
        return [], "There is no picture in the clipboard."
    if local := drops.local_paths(mime):
        return local, drops.refused(mime)
    if mime.hasImage():
        image = mime.imageData()
        if isinstance(image, QImage) and not image.isNull():
            return [kept(image)], ""
    return [], drops.refused(mime) or "There is no picture in the clipboard."


def kept(image: QImage) -> str:
    """A bare picture (from a browser or a screenshot) as a PNG file in the cache, named by its content; its path."""
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
