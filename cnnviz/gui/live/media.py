"""What frames come from: a camera, or a video file. The only module that imports Qt Multimedia."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Qt, QUrl, Signal, Slot
from PySide6.QtGui import QImage
from PySide6.QtMultimedia import (
    QCamera,
    QCameraDevice,
    QMediaCaptureSession,
    QMediaDevices,
    QMediaMetaData,
    QMediaPlayer,
    QVideoFrame,
    QVideoSink,
)

sys.modules.setdefault("triton", None)  # type: ignore[arg-type]
# Frames and decoders load the graphics driver, and with it a LLVM of its own. Where triton brings another one after
# that, the program ends at once: it stays away then, and torch does without it, as it does on macOS and Windows.

USUAL_RATE = 25.0
"""Frames a second of a video that does not say."""


class Source(QObject):
    """Frames, one after the other.

    Attributes
    ----------
    arrived
        There is a new ``latest`` frame.
    changed
        It runs or it does not, or what is known about it has changed.
    problem
        (sentence, details).
    latest
        The newest frame.
    """

    arrived = Signal()
    changed = Signal()
    problem = Signal(str, str)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.name = name
        self.latest = QVideoFrame()
        self.sink = QVideoSink(self)
        self.sink.videoFrameChanged.connect(self._on_frame)

    @property
    def running(self) -> bool:
        """Whether frames come by themselves."""
        raise NotImplementedError

    @property
    def when(self) -> str:
        """The time of the latest frame, in words; empty where time does not matter."""
        return ""

    def open(self) -> None:
        """Begin, once somebody listens."""

    def set_running(self, on: bool) -> None:
        """Let frames come, or no more."""
        raise NotImplementedError

    def close(self) -> None:
        """Let go of the device or the file."""
        self.set_running(False)

    @Slot(QVideoFrame)
    def _on_frame(self, frame: QVideoFrame) -> None:
        if frame.isValid():  # the end of a video is told by an empty one
            self.latest = frame
            self.arrived.emit()


class Camera(Source):
    """A camera; it is switched off when it does not run."""

    def __init__(self, device: QCameraDevice, parent: QObject | None = None) -> None:
        super().__init__(device.description(), parent)
        self._camera = QCamera(device, self)
        self._capture = QMediaCaptureSession(self)
        self._capture.setCamera(self._camera)
        self._capture.setVideoSink(self.sink)
        self._camera.activeChanged.connect(self.changed)
        self._camera.errorOccurred.connect(self._on_error)

    @property
    def running(self) -> bool:
        return self._camera.isActive()

    def set_running(self, on: bool) -> None:
        self._camera.setActive(on)

    @Slot(QCamera.Error, str)
    def _on_error(self, _: QCamera.Error, details: str) -> None:
        self.problem.emit(f"“{self.name}” gives no pictures: see whether another program uses it.", details)
        self.changed.emit()


class Video(Source):
    """A video file, without its sound; its first frame comes by itself."""

    def __init__(self, file: str, parent: QObject | None = None) -> None:
        super().__init__(Path(file).name, parent)
        self.file = file
        self.repeated = False  # whether it begins again at its end; the player's own loops end now and then
        self._player = QMediaPlayer(self)
        self._player.setVideoSink(self.sink)
        self._player.playbackStateChanged.connect(self.changed)
        self._player.durationChanged.connect(self.changed)
        self._player.seekableChanged.connect(self.changed)
        self._player.errorOccurred.connect(self._on_error)
        self._player.mediaStatusChanged.connect(self._on_status)

    def open(self) -> None:
        self._player.setSource(QUrl.fromLocalFile(self.file))
        self._player.pause()

    @property
    def running(self) -> bool:
        return self._player.playbackState() == QMediaPlayer.PlaybackState.PlayingState

    @property
    def rate(self) -> float:
        """Frames a second, as the file says."""
        said = self._player.metaData().value(QMediaMetaData.Key.VideoFrameRate)
        return float(said) if said else USUAL_RATE

    @property
    def frames(self) -> int:
        """How many frames it has; 0 while that is not known."""
        return round(self._player.duration() * self.rate / 1000)

    @property
    def frame(self) -> int:
        """Number of the latest frame, from 0."""
        return round(max(self.latest.startTime(), 0) * self.rate / 1e6)

    @property
    def when(self) -> str:
        return f"frame {self.frame:,} at {_clock(max(self.latest.startTime(), 0) / 1e6)}"

    def set_running(self, on: bool) -> None:
        if on:
            self._player.play()  # from the beginning where it was at its end
        else:
            self._player.pause()

    def seek(self, frame: int) -> None:
        """Show another frame; its middle is asked for, so that no rounding leads to the one before it."""
        wanted = min(max(frame, 0), max(self.frames - 1, 0))
        if self._player.playbackState() == QMediaPlayer.PlaybackState.StoppedState:
            self._player.pause()  # at its end the player has let go of the file
        self._player.setPosition(round((wanted + 0.5) * 1000 / self.rate))

    def close(self) -> None:
        self._player.stop()
        self._player.setSource(QUrl())

    @Slot(QMediaPlayer.Error, str)
    def _on_error(self, _: QMediaPlayer.Error, details: str) -> None:
        if not Path(self.file).is_file():
            self.problem.emit(f"“{self.name}” is not there any more: open it from where it is now.", self.file)
        else:
            advice = "convert it to MP4 (H.264), then open it again"
            self.problem.emit(f"“{self.name}” is no video that can be played here: {advice}.", details)

    @Slot(QMediaPlayer.MediaStatus)
    def _on_status(self, status: QMediaPlayer.MediaStatus) -> None:
        if status == QMediaPlayer.MediaStatus.LoadedMedia and not self._player.hasVideo():
            self.problem.emit(f"“{self.name}” has sound but no pictures: choose a video.", "")
        elif status == QMediaPlayer.MediaStatus.EndOfMedia and self.repeated:
            self._player.play()


class Devices(QObject):
    """The cameras that are connected."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._devices = QMediaDevices(self)
        self._devices.videoInputsChanged.connect(self.changed)

    @property
    def names(self) -> list[str]:
        return [device.description() for device in QMediaDevices.videoInputs()]

    def camera(self, position: int) -> Camera:
        """The camera of a position in ``names``."""
        return Camera(QMediaDevices.videoInputs()[position])


def pixels_of(frame: QVideoFrame, shorter: int) -> tuple[NDArray[np.uint8], tuple[int, int]]:
    """A frame as RGB, upright, its shorter edge scaled to at most ``shorter``: (H, W, 3); and its width and height."""
    image = frame.toImage()
    whole = image.width(), image.height()
    if (share := shorter / max(min(whole), 1)) < 1:
        width, height = (max(1, round(edge * share)) for edge in whole)
        way = Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
        image = image.scaled(width, height, *way)
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    width, height = image.width(), image.height()
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(height, image.bytesPerLine())
    return rows[:, : 3 * width].reshape(height, width, 3).copy(), whole


def _clock(seconds: float) -> str:
    """``1:07.24``."""
    return f"{int(seconds // 60)}:{seconds % 60:05.2f}"
