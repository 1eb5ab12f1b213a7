"""Camera and video as a person uses them: frames of a real file and real frames in the camera's sink run through."""

from __future__ import annotations

import subprocess
import sys
import wave
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QLoggingCategory, Qt, QUrl
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QFileDialog

multimedia = pytest.importorskip("PySide6.QtMultimedia", reason='pip install "cnnviz[camera]"', exc_type=ImportError)
from cnnviz.core import store  # noqa: E402
from cnnviz.gui.live.media import Camera, Video, pixels_of  # noqa: E402

pytestmark = pytest.mark.qt_log_ignore("No RHI backend", "Invalid frameRate", extend=True)  # there is no GPU
LEFT = Qt.MouseButton.LeftButton
FRAMES, RATE = 20, 10
QLoggingCategory.setFilterRules("qt.multimedia.*=false")


def picture(turn: int) -> QImage:
    """A frame that says by its left half which one it is; the right half is black."""
    image = QImage(96, 64, QImage.Format.Format_RGB32)
    image.fill(QColor("black"))
    for x in range(48):
        for y in range(64):
            image.setPixelColor(x, y, QColor(40 + 10 * turn, 40 + 10 * turn, 40 + 10 * turn))
    return image


def told(pixels: np.ndarray) -> int:
    """Which frame it is."""
    return round((float(pixels[8:56, 8:40].mean()) - 40) / 10)


@pytest.fixture(scope="session")
def clip(qapp, tmp_path_factory) -> str:
    """A real video: Motion JPEG, every frame of it a whole picture."""
    qm = multimedia
    file = tmp_path_factory.mktemp("video") / "clip.mp4"
    capture, frames, recorder = qm.QMediaCaptureSession(), qm.QVideoFrameInput(), qm.QMediaRecorder()
    capture.setVideoFrameInput(frames)
    capture.setRecorder(recorder)
    kind = qm.QMediaFormat(qm.QMediaFormat.FileFormat.MPEG4)
    kind.setVideoCodec(qm.QMediaFormat.VideoCodec.MotionJPEG)
    recorder.setMediaFormat(kind)
    recorder.setVideoFrameRate(RATE)
    recorder.setAutoStop(True)
    recorder.setOutputLocation(QUrl.fromLocalFile(str(file)))
    sent = [0]

    def send() -> None:
        while sent[0] <= FRAMES:
            frame = qm.QVideoFrame(picture(sent[0])) if sent[0] < FRAMES else qm.QVideoFrame()
            frame.setStartTime(sent[0] * 1_000_000 // RATE)
            frame.setEndTime((sent[0] + 1) * 1_000_000 // RATE)
            if not frames.sendVideoFrame(frame):
                return
            sent[0] += 1

    from pytestqt.wait_signal import SignalBlocker

    frames.readyToSendVideoFrame.connect(send)
    ended = qm.QMediaRecorder.RecorderState.StoppedState
    with SignalBlocker(timeout=20_000, check_params_cb=lambda state: state == ended) as blocker:
        blocker.connect(recorder.recorderStateChanged)
        recorder.record()
    assert file.stat().st_size > 1000
    return str(file)


def shown(opened) -> np.ndarray:
    """The pixels of the frame on the screen."""
    opened.settle()
    assert opened.controller.response.request.image == opened.request.image
    return store.take(opened.request.image).pixels


def wait_frame(opened, qtbot, frame: int) -> None:
    living = opened.controller.living
    source = living.source
    if source.frame != frame or not source.latest.isValid():
        with qtbot.waitSignal(source.arrived, timeout=10_000, check_params_cb=lambda: source.frame == frame):
            pass


def test_a_video_is_dropped_stepped_and_sought(opened, qtbot, clip):
    window, living = opened.window, opened.controller.living
    opened.controller.open_files([clip])
    wait_frame(opened, qtbot, 0)
    assert told(shown(opened)) == 0
    panel = window.live
    assert panel.is_open
    assert not window.drawing.is_open
    assert panel.source.currentText() == "clip.mp4"
    video = living.source
    if video.frames != FRAMES:
        with qtbot.waitSignal(video.changed, timeout=10_000, check_params_cb=lambda: video.frames == FRAMES):
            pass
    assert panel.place.maximum() == FRAMES - 1
    for button, at in ((panel.on, 1), (panel.on, 2), (panel.back, 1)):
        qtbot.mouseClick(button, LEFT)
        wait_frame(opened, qtbot, at)
        assert told(shown(opened)) == at
        assert panel.place.value() == at
    panel.place.setValue(13)
    wait_frame(opened, qtbot, 13)
    assert told(shown(opened)) == 13
    opened.ask(layer="")
    assert opened.controller.response.card.rows[0][:2] == ("Frame", "96 × 64 pixels, frame 13 at 0:01.30")
    opened.controller.session.back()
    opened.controller.session.back()
    assert told(shown(opened)) == 1  # what was sought and stepped to is in the history


def test_a_video_plays_to_its_end_the_newest_frame_wins_and_the_numbers_are_said(opened, qtbot, clip):
    living, panel = opened.controller.living, opened.window.live
    living.open(clip)
    wait_frame(opened, qtbot, 0)
    opened.settle()
    before = len(opened.controller.session._history)
    seen = []
    opened.controller.feed.shown.connect(lambda: seen.append(told(store.take(opened.request.image).pixels)))
    assert panel.run.text() == "Play"
    qtbot.mouseClick(panel.run, LEFT)
    assert panel.run.text() == "Pause"
    with qtbot.waitSignal(living.source.changed, timeout=10_000, check_params_cb=lambda: not living.source.running):
        pass
    assert told(shown(opened)) == FRAMES - 1
    assert seen == sorted(seen)
    assert len(seen) > 3
    assert len(opened.controller.session._history) == before
    words = panel.numbers.text()
    assert f"frame {FRAMES - 1} · " in words
    assert "pass " in words
    assert f"{opened.controller.feed.dropped:,} dropped" in words
    assert panel.run.text() == "Play"
    panel.repeat.click()
    living.source.seek(FRAMES - 3)
    wait_frame(opened, qtbot, FRAMES - 3)
    qtbot.mouseClick(panel.run, LEFT)
    wait_frame(opened, qtbot, 0)
    assert living.source.running
    panel.repeat.click()
    with qtbot.waitSignal(living.source.changed, timeout=10_000, check_params_cb=lambda: not living.source.running):
        pass


def test_another_picture_stops_the_video_and_a_closed_heading_does(opened, qtbot, clip):
    living = opened.controller.living
    living.open(clip)
    wait_frame(opened, qtbot, 0)
    opened.settle()
    living.source.set_running(True)
    opened.window.tray.pick(+1)
    assert not living.source.running
    opened.settle()
    assert not store.holds(opened.request.image)
    living.source.set_running(True)
    opened.window.live.heading.click()
    assert not living.source.running


def test_frames_of_a_camera_are_mirrored_frozen_and_kept(opened, qtbot):
    living, panel = opened.controller.living, opened.window.live
    panel.heading.click()
    assert "There is no camera" in panel.hint.text() or panel.source.count() > 1
    camera = Camera(multimedia.QCameraDevice())
    living._set_source(camera)
    camera.sink.setVideoFrame(multimedia.QVideoFrame(picture(3)))
    assert np.array_equal(shown(opened)[:, 50:], np.zeros((64, 46, 3)))
    assert told(shown(opened)) == 3
    assert panel.numbers.text().endswith("dropped")
    qtbot.mouseClick(panel.mirror, LEFT)
    assert told(shown(opened)[:, ::-1]) == 3
    panel.freeze.setEnabled(True)  # as while it runs
    qtbot.mouseClick(panel.freeze, LEFT)
    opened.settle()
    held = opened.request.image
    camera.sink.setVideoFrame(multimedia.QVideoFrame(picture(9)))
    opened.settle()
    assert opened.request.image == held
    qtbot.mouseClick(panel.freeze, LEFT)
    camera.sink.setVideoFrame(multimedia.QVideoFrame(picture(9)))
    assert told(shown(opened)[:, ::-1]) == 9
    logits = opened.controller.response.scores.logits
    qtbot.mouseClick(panel.keep, LEFT)
    opened.settle()
    assert Path(opened.request.image).is_file()
    assert np.array_equal(opened.controller.response.scores.logits, logits)


def test_of_frames_that_come_too_fast_the_newest_is_shown(opened):
    living = opened.controller.living
    opened.window.live.set_open(True)
    camera = Camera(multimedia.QCameraDevice())
    living._set_source(camera)
    for turn in range(10):
        camera.sink.setVideoFrame(multimedia.QVideoFrame(picture(turn)))
    assert told(shown(opened)) == 9
    assert opened.controller.feed.dropped == 8  # the first one was on its way, the last one is shown


def test_what_is_no_video_is_said(opened, qtbot, tmp_path, monkeypatch):
    file = tmp_path / "broken.mp4"
    file.write_bytes(b"no video at all")
    opened.window.live.set_open(True)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(file), ""))
    with qtbot.waitSignal(opened.controller.problem, timeout=10_000) as told_:
        opened.window.live.file_wanted.emit()
    assert told_.args[0].startswith("“broken.mp4” is no video that can be played here")
    opened.settle()
    with qtbot.waitSignal(opened.controller.problem, timeout=10_000) as told_:
        opened.controller.open_files([str(tmp_path / "gone.mp4")])
    assert told_.args[0].startswith("“gone.mp4” is not there any more")
    with wave.open(str(tmp_path / "sound.mp4"), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(bytes(16000))
    with qtbot.waitSignal(opened.controller.problem, timeout=10_000) as told_:
        opened.controller.open_files([str(tmp_path / "sound.mp4")])
    assert told_.args[0].startswith("“sound.mp4” has sound but no pictures")
    opened.settle()
    assert opened.controller.living.source is None


def test_a_video_plays_on_through_another_network(opened, qtbot, clip):
    living = opened.controller.living
    living.open(clip)
    wait_frame(opened, qtbot, 0)
    opened.settle()
    living.source.set_running(True)
    opened.controller.open_model(replace(opened.request.model, name="vgg-cifar10"))
    assert living.source.running  # although the tray has other samples now
    assert opened.window.tray.model.items[0].name == "ship.png"
    assert store.is_frame(opened.request.image)
    opened.settle()
    assert opened.controller.response.request.model.name == "vgg-cifar10"
    assert opened.controller.response.request.image == opened.request.image


def test_large_frames_are_scaled_and_say_so():
    from cnnviz.core.frames import framed

    image = QImage(1920, 1080, QImage.Format.Format_RGB32)
    image.fill(QColor("black"))
    painter = QPainter(image)
    painter.fillRect(0, 0, 960, 1080, QColor(200, 200, 200))
    painter.end()
    pixels, size = pixels_of(multimedia.QVideoFrame(image), 512)
    made = framed(pixels, size, "clip", "at 0:01.00", mirrored=True)
    assert made.pixels.shape == (512, 910, 3)
    assert made.pixels[:, 470:].min() == 200
    assert made.pixels[:, :440].max() == 0
    assert made.steps[0].caption == "1920 × 1080 pixels, at 0:01.00, mirrored, scaled to 910 × 512"
    assert framed(pixels, size, "clip").digest != made.digest
    small, size = pixels_of(multimedia.QVideoFrame(image), 1080)
    assert small.shape == (1080, 1920, 3)
    assert "scaled" not in framed(small, size, "clip").steps[0].caption


def test_nothing_of_it_is_imported_before_it_is_wanted_and_without_it_one_sentence_is_shown():
    code = """
import os, sys
os.environ["QT_QPA_PLATFORM"] = "offscreen"
sys.modules["PySide6.QtMultimedia"] = None
from PySide6.QtWidgets import QApplication
app = QApplication([])
from cnnviz.gui.controller import Controller
from cnnviz.gui.main_window import MainWindow
from cnnviz.gui.session import Session
from cnnviz.request import ModelRequest, Request
from cnnviz.settings import Settings
from cnnviz.gui.theme import theme
theme.install(app, "dark")
window = MainWindow()
controller = Controller(window, Session(Request(ModelRequest("lenet5-mnist"))), Settings())
assert "cnnviz.gui.live.media" not in sys.modules
window.live.set_open(True)
print(window.live.hint.text())
controller.living.open("any.mp4")
assert len(window.errors.messages) == 1
controller.stop()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    said = done.stdout.strip()
    assert said.startswith('Cameras and videos need Qt Multimedia: install it with pip install "cnnviz[camera]".')


def test_what_brings_a_second_llvm_into_the_program_is_not_loaded_after_the_graphics_driver():
    code = (
        "import sys\nimport cnnviz.gui.live.media\n"
        "try:\n    import triton.language\nexcept ImportError:\n    print(sys.modules['triton'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "None\n"


def test_the_name_of_a_video_is_its_file(qapp, clip):
    video = Video(clip)
    assert video.name == "clip.mp4"
    video.close()
