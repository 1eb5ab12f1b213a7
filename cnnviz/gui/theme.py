"""The one place of all colours, fonts, distances and icons of the window, light and dark, at any size.

``theme`` is the only instance. Widgets ask it for colours and distances when they paint, and listen to
``theme.changed``; how ordinary widgets look is said once, in ``stylesheet.py``.
"""

from __future__ import annotations

import atexit
import contextlib
import shutil
import tempfile
import weakref
from functools import cache
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QPixmap
from PySide6.QtWidgets import QApplication, QStyleFactory
from shiboken6 import isValid

from cnnviz.gui import icons, stylesheet
from cnnviz.gui.tokens import DARK, LIGHT, qt_palette

MODES = ("auto", "light", "dark")
SCALES = (0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0)
"""Sizes of the whole interface that Ctrl + and Ctrl − step through."""

# role -> (pixels at 100 %, weight)
_FONTS = {
    "body": (13, QFont.Weight.Normal),
    "small": (12, QFont.Weight.Normal),
    "tiny": (11, QFont.Weight.Normal),
    "strong": (13, QFont.Weight.DemiBold),
    "heading": (14, QFont.Weight.DemiBold),
    "title": (18, QFont.Weight.DemiBold),
    "section": (11, QFont.Weight.DemiBold),
    "number": (13, QFont.Weight.Normal),
    "mono": (12, QFont.Weight.Normal),
    "big-number": (20, QFont.Weight.DemiBold),
}
_MONOSPACED = ("mono", "big-number")


class _TakesIcon(Protocol):
    def setIcon(self, icon: QIcon, /) -> None: ...


class Theme(QObject):
    """Colours, fonts, distances and icons of the running window.

    Attributes
    ----------
    changed
        Emitted after the mode, the system's colours or the scale have changed and the new look is in force.
    mode
        What was chosen: ``auto``, ``light`` or ``dark``.
    scale
        Size of the whole interface, 1.0 for 100 %.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.mode = "auto"
        self.scale = 1.0
        self._colors = DARK
        self._family = ""
        self._fonts: dict[str, QFont] = {}  # made once for each size: widgets ask for them while painting
        self._mono = ""
        self._iconed: weakref.WeakKeyDictionary[QObject, tuple[str, str]] = weakref.WeakKeyDictionary()
        self._app: weakref.ref[QApplication] | None = None
        self._applying = False

    def install(self, app: QApplication, mode: str = "auto", scale: float = 1.0) -> None:
        """Dress the application; from then on it follows the system, ``set_mode`` and ``set_scale``."""
        if self._app is None or self._app() is not app:
            self._app = weakref.ref(app)
            self._family, self._mono = _families()
            app.setStyle(QStyleFactory.create("Fusion"))
            app.styleHints().colorSchemeChanged.connect(self._follow_system)
        elif (mode, scale) == (self.mode, self.scale):
            return
        self.mode, self.scale = _checked(mode), _clamped(scale)
        self._apply()

    @property
    def dark(self) -> bool:
        """Whether the dark colours are shown."""
        return self._colors is DARK

    def color(self, name: str) -> QColor:
        """The colour of a token (``"accent"``, ``"panel"`` ...) in the mode that is shown."""
        return QColor(_ink(self._colors[name]))

    def px(self, n: float) -> int:
        """A length of ``n`` pixels at 100 %, at the interface's scale; a hairline stays a hairline."""
        return 1 if n == 1 else round(n * self.scale)

    def font(self, role: str = "body") -> QFont:
        """The font of a role; digits are of one width in all of them.

        ``body``, ``small``, ``tiny``, ``strong``, ``heading``, ``title``, ``section`` and ``number`` are of the
        interface's family; ``mono`` and ``big-number`` are monospaced.
        """
        if role not in self._fonts:
            self._fonts[role] = self._make_font(role)
        return QFont(self._fonts[role])

    def _make_font(self, role: str) -> QFont:
        size, weight = _FONTS[role]
        font = QFont(self._mono if role in _MONOSPACED else self._family)
        font.setPixelSize(self.px(size))
        font.setWeight(weight)
        font.setFeature(QFont.Tag("tnum"), 1)
        font.setFeature(QFont.Tag("calt"), 0)  # Inter would write x86 and 28x28 with a multiplication sign
        if role in _MONOSPACED:
            font.setStyleHint(QFont.StyleHint.Monospace)
        if role == "section":
            font.setLetterSpacing(QFont.SpacingType.PercentageSpacing, 106)
            font.setCapitalization(QFont.Capitalization.AllUppercase)
        return font

    def icon(self, name: str, role: str = "text") -> QIcon:
        """The icon ``name`` in the colour of a token, with a fainter picture for what is disabled."""
        return icons.icon(name, self._colors[role], self._colors["faint"], self.scale)

    def pixmap(self, name: str, role: str = "text", size: int = 16, ratio: float = 1.0) -> QPixmap:
        """The icon as a picture of ``size`` logical pixels (not scaled again) for a screen of that pixel ratio."""
        return icons.pixmap(name, self._colors[role], size, ratio)

    def set_icon(self, target: _TakesIcon, name: str, role: str = "text") -> None:
        """Give a button or an action its icon, and give it again whenever the colours change."""
        target.setIcon(self.icon(name, role))
        if isinstance(target, QObject):
            self._iconed[target] = (name, role)

    def set_mode(self, mode: str) -> None:
        """Show ``light`` or ``dark``, or follow the system (``auto``; dark where the system does not say)."""
        if _checked(mode) != self.mode:
            self.mode = mode
            self._apply()

    def set_scale(self, scale: float) -> None:
        """Set the size of the whole interface, 0.8 to 2."""
        scale = _clamped(scale)
        if scale != self.scale:
            self.scale = scale
            self._apply()

    def step_scale(self, direction: int) -> None:
        """The next larger (+1) or smaller (−1) size of the interface; 0 goes back to 100 %."""
        if direction == 0:
            self.set_scale(1.0)
        elif direction > 0:
            self.set_scale(next((s for s in SCALES if s > self.scale + 1e-6), SCALES[-1]))
        else:
            self.set_scale(next((s for s in reversed(SCALES) if s < self.scale - 1e-6), SCALES[0]))

    def _follow_system(self) -> None:
        if self.mode == "auto" and not self._applying:
            self._apply()

    def _apply(self) -> None:
        app = self._app() if self._app else None
        if app is None:
            self._colors = LIGHT if self.mode == "light" else DARK
            return
        self._fonts.clear()
        self._applying = True  # setting the scheme of native frames answers with the signal that we follow
        hints = app.styleHints()
        if self.mode == "auto":
            hints.unsetColorScheme()
            self._colors = LIGHT if hints.colorScheme() == Qt.ColorScheme.Light else DARK
        else:
            self._colors = LIGHT if self.mode == "light" else DARK
            hints.setColorScheme(Qt.ColorScheme.Dark if self.dark else Qt.ColorScheme.Light)
        app.setPalette(qt_palette(self._colors))
        app.setFont(self.font())
        app.setStyleSheet("")  # replacing a sheet takes three times as long as taking it off and putting one on
        app.setStyleSheet(stylesheet.make(self._colors, self.scale, self.px, self._mono, self._image))
        for target, (name, role) in list(self._iconed.items()):
            if isValid(target):
                target.setIcon(self.icon(name, role))  # type: ignore[attr-defined]
        self._applying = False
        self.changed.emit()

    def _image(self, name: str, role: str) -> str:
        """Path of an icon in one colour, for the style sheet, which reads files only."""
        color = self._colors[role]
        path = _images() / f"{name}-{color[1:]}.svg"
        if not path.exists():
            path.write_bytes(icons.source(name, color))
        return path.as_posix()


@cache
def _images() -> Path:
    """Where the icons lie that the style sheet reads, until the app ends."""
    folder = tempfile.mkdtemp(prefix="cnnviz-icons-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


@cache
def _ink(text: str) -> QColor:
    """A colour, read once."""
    return QColor(text)


def _checked(mode: str) -> str:
    if mode not in MODES:
        raise ValueError(f"The theme is one of {', '.join(MODES)}, not {mode!r}.")
    return mode


def _clamped(scale: float) -> float:
    return min(max(scale, SCALES[0]), SCALES[-1])


def _families() -> tuple[str, str]:
    """The system's families for words and for code, or the best that is installed where it names none (off screen)."""
    if not QFontDatabase.families():
        _load_bundled_fonts()
    known = set(QFontDatabase.families()) - {"Sans Serif", "Sans", "Serif", "Monospace", "monospace"}
    family = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).family()
    mono = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()
    if family not in known:
        family = next((name for name in ("Inter", "Noto Sans", "Cantarell", "DejaVu Sans") if name in known), family)
    if mono not in known:
        wished = ("JetBrains Mono", "Noto Sans Mono", "DejaVu Sans Mono")
        mono = next((name for name in wished if name in known), mono)
    return family, mono


def _load_bundled_fonts() -> None:
    """DejaVu Sans comes with matplotlib; without any font a window would show nothing but boxes."""
    with contextlib.suppress(ImportError):
        import matplotlib

        folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
        for name in ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSansMono", "DejaVuSansMono-Bold"):
            QFontDatabase.addApplicationFont(str(folder / f"{name}.ttf"))


theme = Theme()
"""The theme of this process; ``app.py`` installs it."""
