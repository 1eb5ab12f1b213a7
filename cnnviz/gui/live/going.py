"""Camera, video and the rest of the window: frames become pictures of the session, the newest wins."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QElapsedTimer, QLoggingCategory, QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog

from cnnviz.core import store
from cnnviz.gui.drops import VIDEO_FILES
from cnnviz.gui.feed import Feed
from cnnviz.gui.live.panel import LivePanel
from cnnviz.gui.runner import Runner
from cnnviz.gui.session import Session
from cnnviz.request import Request
from cnnviz.response import Response

if TYPE_CHECKING:
    from cnnviz.core.decode import Picture
    from cnnviz.gui.live.media import Camera, Devices, Source, Video

MISSING = (
    'Cameras and videos need Qt Multimedia: install it with pip install "cnnviz[camera]". On Debian and Ubuntu it '
    "needs the packages libpulse0 and libxrandr2, too."
)
NO_CAMERA = "There is no camera: connect one, or open a video."
FORBIDDEN = "CNNViz may not use the camera: allow it in the privacy settings of the system."
VIDEOS = f"Videos ({' '.join(f'*{suffix}' for suffix in VIDEO_FILES)});;All files (*)"

NUMBERS_EVERY = 250
"""Milliseconds between two readings of frame rate and pass time."""


class Living(QObject):
    """Every frame is a picture that runs through the network.

    Parameters
    ----------
    panel
        The section “Camera, video”.
    session
        Whose picture the frame becomes.
    feed
        Where frames wait for the ones before them.
    keep
        Takes files into the tray.
    runner
        Whose thread must not load libraries at the same time.

    Attributes
    ----------
    problem
        (sentence, details) Something could not be done.
    """

    problem = Signal(str, str)

    def __init__(
        self, panel: LivePanel, session: Session, feed: Feed, keep: Callable[[list[str]], None], runner: Runner
    ) -> None:
        super().__init__(panel)
        self._panel, self._session, self._feed, self._keep, self._runner = panel, session, feed, keep, runner
        self._pending = ""  # a video that is to be opened as soon as the worker has loaded what it needs
        runner.busy_changed.connect(self._on_busy)
        self._devices: Devices | None = None
        self._source: Source | None = None
        self._picture: Picture | None = None  # of the newest frame that went to the network
        self._sent = ""  # its name in the store
        self._finished = False  # whether the frame that comes is asked for by a person
        self._seconds = 0.0
        self._since = QElapsedTimer()
        panel.opened.connect(self._on_opened)
        session.changed.connect(self._on_request)
        feed.shown.connect(self._say_numbers)

    def set_response(self, response: Response) -> None:
        """Its pass is one of those whose time is shown."""
        self._seconds = response.seconds

    def open(self, file: str) -> None:
        """Show a video, its first frame first."""
        self._panel.set_open(True)
        if not self._panel.filled:
            self._pending = file
        elif self._devices is not None:
            from cnnviz.gui.live.media import Video

            self._set_source(Video(file, self))
        else:
            self.problem.emit(MISSING, "")

    def stop(self) -> None:
        """Let go of camera and file."""
        if self._source is not None:
            self._source.close()
            self._source.deleteLater()
            self._source = None

    @property
    def source(self) -> Source | None:
        return self._source

    @property
    def busy(self) -> bool:
        """Whether a video that was opened has not shown anything yet."""
        return bool(self._pending) or ((video := self._video) is not None and not video.latest.isValid())

    # the section

    @Slot(bool)
    def _on_opened(self, is_open: bool) -> None:
        if is_open and not self._panel.filled:
            self._on_busy(not self._runner.idle.is_set())
        elif not is_open and self._source is not None:
            self._source.set_running(False)  # nobody is looked at behind a closed heading

    @Slot(bool)
    def _on_busy(self, busy: bool) -> None:
        """Qt Multimedia is loaded while the worker rests: two threads that load libraries wait for each other."""
        if busy or self._panel.filled or not self._panel.is_open or not self._runner.idle.is_set():
            return
        self._fill()
        if self._pending:
            file, self._pending = self._pending, ""
            self.open(file)

    def _fill(self) -> None:
        QLoggingCategory.setFilterRules("qt.multimedia.*=false")  # it lists the libraries that it can do without
        panel = self._panel
        panel.fill()
        try:
            from cnnviz.gui.live.media import Devices
        except ImportError:
            panel.source.hide()
            panel.set_nothing(MISSING)
            return
        self._devices = Devices(self)
        self._devices.changed.connect(self._show_sources)
        panel.source_chosen.connect(self._on_source)
        panel.file_wanted.connect(self._on_file_wanted)
        panel.run_toggled.connect(self._on_run)
        panel.freeze_toggled.connect(self._on_freeze)
        panel.repeat_toggled.connect(self._on_repeat)
        panel.mirror_toggled.connect(lambda _: self._again())
        panel.stepped.connect(self._on_stepped)
        panel.sought.connect(self._on_sought)
        panel.keep_requested.connect(self._on_keep)
        self._show_sources()

    @property
    def _video(self) -> Video | None:
        if self._source is None:
            return None
        from cnnviz.gui.live.media import Video

        return self._source if isinstance(self._source, Video) else None

    @Slot()
    def _show_sources(self) -> None:
        assert self._devices is not None
        cameras, video = self._devices.names, self._video
        shown = self._source.name if self._source is not None else ""
        current = len(cameras) if video is not None else cameras.index(shown) if shown in cameras else -1
        self._panel.set_sources(cameras, video.name if video is not None else "", current)
        if self._source is None:
            self._panel.set_nothing("" if cameras else NO_CAMERA)

    @Slot(int)
    def _on_source(self, position: int) -> None:
        assert self._devices is not None
        if position < len(self._devices.names):
            self.set_camera(self._devices.camera(position))

    @Slot()
    def _on_file_wanted(self) -> None:
        file, _ = QFileDialog.getOpenFileName(self._panel, "Open a video", "", VIDEOS)
        if file:
            self.open(file)
        else:
            self._show_sources()

    def set_camera(self, camera: Camera) -> None:
        """Show what a camera sees, once the system allows it."""
        from PySide6.QtCore import QCameraPermission

        app, wish = QCoreApplication.instance(), QCameraPermission()
        assert app is not None
        self._set_source(camera)
        if app.checkPermission(wish) == Qt.PermissionStatus.Undetermined:
            app.requestPermission(wish, self, self._on_allowed)
        else:
            self._begin()

    def _on_allowed(self, _: object) -> None:
        self._begin()

    def _begin(self) -> None:
        from PySide6.QtCore import QCameraPermission

        app = QCoreApplication.instance()
        assert app is not None
        if app.checkPermission(QCameraPermission()) == Qt.PermissionStatus.Granted:
            self._on_run(True)
        else:
            self.problem.emit(FORBIDDEN, "")

    def _set_source(self, source: Source) -> None:
        self.stop()
        self._source = source
        source.setParent(self)
        source.arrived.connect(self._on_frame)
        source.changed.connect(self._show_state)
        source.problem.connect(self._on_problem)
        self._feed.reset()
        self._finished = True  # the first frame is a finished act
        self._panel.freeze.setChecked(False)
        self._panel.set_source(self._video is not None)
        self._panel.picture.set_pixels(None)
        self._panel.numbers.setText("")
        self._show_sources()
        self._show_state()
        self._on_repeat(self._panel.repeat.isChecked())
        source.open()

    @Slot()
    def _show_state(self) -> None:
        if self._source is None:
            return
        video = self._video
        self._panel.set_running(video is not None, self._source.running)
        if video is not None:
            self._panel.set_place(video.frame, video.frames)
            self._say_numbers()  # those of the frame at which it has stopped

    @Slot(str, str)
    def _on_problem(self, sentence: str, details: str) -> None:
        if (video := self._video) is not None and not video.latest.isValid():  # nothing to see, and nothing to wait for
            self.stop()
            self._show_sources()
        self.problem.emit(sentence, details)

    # frames

    @Slot()
    def _on_frame(self) -> None:
        """Another frame: it runs through the network as soon as the one before is on the screen."""
        if self._source is None or self._panel.freeze.isChecked():
            return
        if (video := self._video) is not None:
            self._panel.set_place(video.frame, video.frames)
        finished, self._finished = self._finished, False
        self._feed.offer(finished=finished, image=self._made)

    def _made(self) -> str:
        """The latest frame as a picture; its name."""
        from cnnviz.core.frames import SHORTER, framed
        from cnnviz.gui.live.media import pixels_of

        assert self._source is not None
        pixels, size = pixels_of(self._source.latest, SHORTER)
        self._picture = framed(pixels, size, self._source.name, self._source.when, self._panel.mirror.isChecked())
        self._panel.picture.set_pixels(self._picture.pixels)
        self._sent = store.keep(self._picture)
        return self._sent

    def _again(self) -> None:
        """The same frame, made in another way, or for good."""
        if self._source is not None and self._source.latest.isValid():
            self._feed.offer(finished=not self._source.running, image=self._made)

    @Slot()
    def _say_numbers(self) -> None:
        if self._source is None or self._session.request.image != self._sent:
            return
        if self._source.running and self._since.isValid() and self._since.elapsed() < NUMBERS_EVERY:
            return
        self._since.start()
        rate = f"{self._feed.rate:.0f} frames/s · " if self._source.running and self._feed.rate else ""
        where = f"frame {video.frame:,} · " if (video := self._video) is not None else ""
        self._panel.numbers.setText(f"{rate}pass {self._seconds * 1000:.0f} ms\n{where}{self._feed.dropped:,} dropped")

    @Slot(object, object)
    def _on_request(self, _: Request, new: Request) -> None:
        """Who looks at another picture has no use for more frames."""
        if self._source is not None and new.image != self._sent and self._source.running:
            self._source.set_running(False)

    # what the person does

    @Slot(bool)
    def _on_run(self, on: bool) -> None:
        if self._source is None:
            return
        if on:
            self._feed.reset()
            self._panel.freeze.setChecked(False)
        self._source.set_running(on)
        if not on:
            self._again()  # what is seen last enters the history
        self._show_state()

    @Slot(bool)
    def _on_freeze(self, on: bool) -> None:
        if self._source is not None and on:
            self._feed.offer(finished=True, image=self._made)

    @Slot(bool)
    def _on_repeat(self, on: bool) -> None:
        if (video := self._video) is not None:
            video.repeated = on

    @Slot(int)
    def _on_stepped(self, by: int) -> None:
        if (video := self._video) is not None:
            video.set_running(False)
            self._finished = True
            video.seek(video.frame + by)

    @Slot(int)
    def _on_sought(self, frame: int) -> None:
        if (video := self._video) is not None:
            self._finished = not self._panel.place.isSliderDown()
            video.seek(frame)

    @Slot()
    def _on_keep(self) -> None:
        from cnnviz.gui.clipboard import kept
        from cnnviz.gui.tray_delegate import image_of

        if self._picture is not None:
            self._keep([kept(image_of(self._picture.pixels))])
