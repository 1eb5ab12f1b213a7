"""What was dropped or pasted: files, folders, or the pixels of a picture."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData

from cnnviz.gui.tray_model import ROWS_TYPE

MAP_TYPE = "application/x-cnnviz-map"
"""Says of a drag that it is a map of ours, on its way to another program."""

MODEL_FILES = tuple(".safetensors .pt .pth .th .tar .ckpt .bin .onnx .pt2 .h5 .pkl .pickle .weights .model".split())
"""What the model sources open without running any code."""

VIDEO_FILES = tuple(".mp4 .mov .mkv .webm .avi .m4v .mpg .mpeg .ogv".split())


def is_model_file(path: str) -> bool:
    """Whether a dropped file is to be opened as a model rather than as a picture."""
    return Path(path).suffix.lower() in MODEL_FILES


def is_video_file(path: str) -> bool:
    """Whether a file is to be opened as a video rather than as a picture."""
    return Path(path).suffix.lower() in VIDEO_FILES


def is_lesson_file(path: str) -> bool:
    """Whether a file is to be opened as a lesson."""
    return Path(path).suffix.lower() in (".md", ".markdown")


def can_take(mime: QMimeData) -> bool:
    """Whether a drop from outside can hold pictures; a drag of the tray's own rows is not one."""
    return not (mime.hasFormat(ROWS_TYPE) or mime.hasFormat(MAP_TYPE)) and (mime.hasUrls() or mime.hasImage())


def local_paths(mime: QMimeData) -> list[str]:
    """Files and folders of this computer, in their order, each once."""
    return list(dict.fromkeys(url.toLocalFile() for url in mime.urls() if url.isLocalFile()))


def refused(mime: QMimeData) -> str:
    """A sentence about what of a drop could not be taken; empty when all could."""
    remote = [url for url in mime.urls() if not url.isLocalFile()]
    if not remote or mime.hasImage():
        return ""
    what = f"“{remote[0].host() or remote[0].toDisplayString()}”" if len(remote) == 1 else f"{len(remote)} addresses"
    return f"CNNViz does not fetch pictures from the web ({what}): save the picture to a file, then drop the file."
