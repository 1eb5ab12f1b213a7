"""The section “Camera, video”: where frames come from, the newest one, and how the network keeps up with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QSlider, QToolButton, QWidget

from cnnviz.gui.naming import named
from cnnviz.gui.section import Section
from cnnviz.gui.theme import theme
from cnnviz.gui.tray_delegate import image_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

OPEN = "Open video…"


class Screen(QWidget):
    """The newest frame that the network has got."""

    def __init__(self) -> None:
        super().__init__()
        named(self, "live-screen", "The newest frame")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._pixels: NDArray[np.uint8] | None = None

    def set_pixels(self, pixels: NDArray[np.uint8] | None) -> None:
        """(H, W, 3) RGB; None for none."""
        self._pixels = pixels
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.px(186), theme.px(116))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.color("sunken"))
        if self._pixels is not None:
            image = image_of(self._pixels)
            size = image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
            place = QRect((self.width() - size.width()) // 2, (self.height() - size.height()) // 2, *size.toTuple())
            painter.drawImage(place, image)
        painter.end()


class LivePanel(Section):
    """What a person does with a camera or a video; it is filled when it is first opened.

    Attributes
    ----------
    source_chosen
        The position of a camera in the list.
    file_wanted
        A video is to be chosen.
    run_toggled, freeze_toggled, repeat_toggled, mirror_toggled
        (on).
    stepped, sought
        By so many frames; to a frame.
    keep_requested
        The frame is to go into the tray.
    """

    source_chosen = Signal(int)
    file_wanted = Signal()
    run_toggled = Signal(bool)
    freeze_toggled = Signal(bool)
    repeat_toggled = Signal(bool)
    mirror_toggled = Signal(bool)
    stepped = Signal(int)
    sought = Signal(int)
    keep_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("live", "Camera, video", "Frames of a camera or a video run through the network", parent)
        self.set_open(False)
        self.filled = False

    def fill(self) -> None:
        """Make what is below the heading."""
        self.filled = True
        self.source = named(QComboBox(), "live-source", "Where the frames come from")
        self.source.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)  # long names of cameras
        self.source.activated.connect(self._on_source)
        self.picture = Screen()
        self.hint = named(QLabel(), "live-hint")
        self.hint.setProperty("role", "small")
        self.hint.setWordWrap(True)
        self.numbers = named(QLabel(), "live-numbers", "How the network keeps up")
        self.numbers.setProperty("role", "small")
        self.numbers.setWordWrap(True)
        self.place = named(QSlider(Qt.Orientation.Horizontal), "live-place", "Frame of the video")
        self.place.valueChanged.connect(self.sought)
        self.body.addWidget(self.source)
        self.body.addWidget(self.hint)
        self.body.addWidget(self.picture)
        self.body.addWidget(self.place)
        self.body.addLayout(self._make_buttons())
        self.body.addWidget(self.numbers)
        self.set_nothing("")

    def _make_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.px(2))
        self.run = named(QPushButton(), "live-run", "Start")
        self.run.setProperty("role", "small")
        self.run.clicked.connect(lambda: self.run_toggled.emit(self.run.text() in ("Start", "Play")))
        row.addWidget(self.run, 1)
        self.freeze = self._button("pause", "live-freeze", "Freeze: hold this frame", checkable=True)
        self.freeze.toggled.connect(self.freeze_toggled)
        self.back = self._button("chevron-left", "live-back", "One frame back")
        self.back.clicked.connect(lambda: self.stepped.emit(-1))
        self.on = self._button("chevron-right", "live-on", "One frame on")
        self.on.clicked.connect(lambda: self.stepped.emit(+1))
        self.mirror = self._button("mirror", "live-mirror", "Mirror: swap left and right", checkable=True)
        self.mirror.toggled.connect(self.mirror_toggled)
        self.repeat = self._button("repeat", "live-repeat", "Repeat: begin again at the end", checkable=True)
        self.repeat.toggled.connect(self.repeat_toggled)
        self.keep = self._button("plus", "live-keep", "Put this frame into the tray")
        self.keep.clicked.connect(self.keep_requested)
        for button in (self.freeze, self.back, self.on, self.repeat, self.mirror, self.keep):
            row.addWidget(button)
        return row

    def _button(self, icon: str, name: str, tip: str, checkable: bool = False) -> QToolButton:
        button = named(QToolButton(), name, tip)
        button.setProperty("role", "small")
        button.setToolTip(tip)
        button.setCheckable(checkable)
        theme.set_icon(button, icon, "dim")
        return button

    # what is shown

    def set_sources(self, cameras: list[str], video: str, current: int) -> None:
        """The cameras and the video that is open; ``current`` is the position of what is shown, −1 for nothing."""
        names = [*cameras, *([video] if video else [])]
        self.source.clear()
        self.source.addItems([*names, OPEN])
        self.source.setCurrentIndex(current)
        self.source.setPlaceholderText("Camera or video…")

    def set_nothing(self, sentence: str) -> None:
        """No source is chosen, and why."""
        self.hint.setText(sentence)
        self.hint.setVisible(bool(sentence))
        ways = self.freeze, self.back, self.on, self.repeat, self.mirror, self.keep
        for widget in (self.picture, self.place, self.run, *ways):
            widget.hide()
        self.numbers.setText("")
        self.numbers.hide()

    def set_source(self, video: bool) -> None:
        """The controls of a camera, or those of a video."""
        self.hint.hide()
        for widget in (self.picture, self.run, self.mirror, self.keep, self.numbers):
            widget.show()
        self.freeze.setVisible(not video)
        self.place.setVisible(video)
        for button in (self.back, self.on, self.repeat):
            button.setVisible(video)

    def set_running(self, video: bool, running: bool) -> None:
        """What the button does next."""
        word = ("Pause" if running else "Play") if video else ("Stop" if running else "Start")
        self.run.setText(word)
        self.run.setAccessibleName(word)
        self.freeze.setEnabled(running)

    def set_place(self, frame: int, frames: int) -> None:
        """Where the video is."""
        self.place.blockSignals(True)
        self.place.setMaximum(max(frames - 1, 0))
        if not self.place.isSliderDown():
            self.place.setValue(frame)
        self.place.blockSignals(False)
        self.place.setEnabled(frames > 1)

    def _on_source(self, position: int) -> None:
        if self.source.itemText(position) == OPEN and position == self.source.count() - 1:
            self.file_wanted.emit()
        else:
            self.source_chosen.emit(position)
