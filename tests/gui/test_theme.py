from __future__ import annotations

import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFontMetrics
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from cnnviz import paths
from cnnviz.gui import icons, stylesheet
from cnnviz.gui.theme import SCALES, theme
from cnnviz.gui.tokens import DARK, LIGHT


@pytest.fixture(autouse=True)
def _installed(qapp: QApplication) -> Iterator[None]:
    theme.install(qapp, "dark", 1.0)
    yield
    theme.install(qapp, "dark", 1.0)


def contrast(one: str, other: str) -> float:
    """WCAG 2.1 contrast ratio of two colours."""

    def luminance(color: str) -> float:
        parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast_of_published_pairs() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)  # the lightest grey that passes on white


@pytest.mark.parametrize("colors", [DARK, LIGHT], ids=["dark", "light"])
def test_all_text_can_be_read(colors: dict[str, str]) -> None:
    grounds = ("ground", "panel", "sunken", "raised", "selected", "pressed")
    pairs = [("text", ground) for ground in (*grounds, "hover")]
    pairs += [("dim", ground) for ground in grounds if ground != "pressed"]
    pairs += [(role, ground) for role in ("accent", "ok", "warning", "error", "info") for ground in ("ground", "panel")]
    pairs += [("on-accent", "accent"), ("on-accent", "accent-hover"), ("on-accent", "accent-pressed")]
    pairs += [(role, f"{level}-ground") for level in ("error", "warning", "info") for role in ("text", "dim", level)]
    low = {pair: contrast(colors[pair[0]], colors[pair[1]]) for pair in pairs}
    assert {pair: ratio for pair, ratio in low.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("colors", [DARK, LIGHT], ids=["dark", "light"])
def test_focus_can_be_seen(colors: dict[str, str]) -> None:
    """WCAG 1.4.11: 3 to 1 for what is not text."""
    assert all(contrast(colors["focus"], colors[ground]) >= 3 for ground in ("ground", "panel", "raised", "sunken"))


def test_the_palettes_are_those_of_the_design() -> None:
    tokens = ("ground", "panel", "line", "text")
    assert [DARK[t] for t in tokens] == ["#14161a", "#1b1e24", "#2a2f38", "#e6e9ee"]
    assert [LIGHT[t] for t in tokens] == ["#f6f7f9", "#ffffff", "#dfe3e9", "#1b1f27"]
    assert DARK.keys() == LIGHT.keys()


def test_modes_switch_while_the_window_lives(qtbot: QtBot, qapp: QApplication) -> None:
    with qtbot.waitSignal(theme.changed):
        theme.set_mode("light")
    assert not theme.dark
    assert theme.color("panel") == QColor("#ffffff")
    assert qapp.palette().window().color() == QColor("#f6f7f9")
    assert "#f6f7f9" in qapp.styleSheet()
    with qtbot.waitSignal(theme.changed):
        theme.set_mode("dark")
    assert theme.dark
    with qtbot.assertNotEmitted(theme.changed):
        theme.set_mode("dark")
    with pytest.raises(ValueError, match="auto, light, dark"):
        theme.set_mode("sepia")


def test_auto_follows_the_system(qtbot: QtBot, qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    theme.set_mode("light")
    theme.set_mode("auto")  # off screen the system says nothing
    expected = qapp.styleHints().colorScheme() != Qt.ColorScheme.Light
    assert theme.dark is expected


def test_scale_reaches_fonts_and_lengths(qtbot: QtBot, qapp: QApplication) -> None:
    assert [theme.px(n) for n in (1, 8, 13)] == [1, 8, 13]
    with qtbot.waitSignal(theme.changed):
        theme.set_scale(1.5)
    assert [theme.px(n) for n in (1, 8, 13)] == [1, 12, 20]
    assert theme.font("heading").pixelSize() == 21
    assert qapp.font().pixelSize() == 20
    theme.step_scale(1)
    assert theme.scale == 1.75
    for _ in SCALES:
        theme.step_scale(-1)
    assert theme.scale == 0.8
    theme.step_scale(0)
    assert theme.scale == 1.0
    theme.set_scale(9)
    assert theme.scale == 2.0


@pytest.mark.parametrize("role", ["body", "small", "number", "mono", "big-number", "heading"])
def test_digits_have_one_width(role: str) -> None:
    metrics = QFontMetrics(theme.font(role))
    widths = [metrics.horizontalAdvance(digit * 20) for digit in "0123456789"]
    assert max(widths) - min(widths) <= 1  # pixels in 20 digits: rounding alone


def test_every_token_and_icon_of_the_sheet_exists(qapp: QApplication) -> None:
    sheet = qapp.styleSheet()
    assert "$" not in sheet
    assert "@" not in sheet
    assert stylesheet.TEMPLATE.count("{") == stylesheet.TEMPLATE.count("}")


def test_icons_are_one_family() -> None:
    for name in icons.names():
        text = (paths.resources() / "icons" / f"{name}.svg").read_text()
        root = ET.fromstring(text)
        look = [root.get(a) for a in ("viewBox", "stroke", "stroke-width", "stroke-linecap")]
        assert look == ["0 0 16 16", "currentColor", "1.5", "round"], name
        assert "#" not in text, name  # no colours of its own


def test_icons_of_the_brief_exist() -> None:
    wanted = (
        "play pause back forward home end plus minus close trash search sun moon auto export copy paste image folder "
        "chip model info keyboard sort filter chevron-down chevron-up chevron-left chevron-right warning error check "
        "undo redo fit zoom label gallery settings pin"
    )
    assert set(wanted.split()) <= set(icons.names())


def test_an_icon_takes_the_colour_and_is_sharp_on_dense_screens(qapp: QApplication) -> None:
    picture = theme.pixmap("plus", "accent", 16, 2.0)
    assert (picture.width(), picture.devicePixelRatio()) == (32, 2.0)
    assert picture.toImage().pixelColor(16, 16) == QColor(DARK["accent"])  # the middle of the cross


def test_buttons_keep_their_icon_in_the_theme_s_colour(qtbot: QtBot) -> None:
    button = QToolButton()
    qtbot.addWidget(button)
    theme.set_icon(button, "plus")
    dark = button.icon().pixmap(16, 16).toImage().pixelColor(8, 8)
    theme.set_mode("light")
    light = button.icon().pixmap(16, 16).toImage().pixelColor(8, 8)
    assert (dark, light) == (QColor(DARK["text"]), QColor(LIGHT["text"]))


def test_the_package_protects_none_from_running_out() -> None:
    """PySide6 6.12 on Python 3.11 returns None without counting the reference; many calls ended the process."""
    code = (
        "import cnnviz.gui\n"
        "from PySide6.QtCore import QObject\n"
        "thing = QObject()\n"
        "for _ in range(100_000): thing.setObjectName('x')\n"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_an_ended_app_leaves_no_files_behind(tmp_path: Path) -> None:
    code = (
        "from pathlib import Path\n"
        "import sys\n"
        "from PySide6.QtWidgets import QApplication\n"
        "from cnnviz.gui.theme import theme\n"
        "app = QApplication([])\n"
        "theme.install(app)\n"
        "sys.exit(0 if list(Path(sys.argv[1]).rglob('check-*.svg')) else 'no icon was written')"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], env=os.environ | {"TMPDIR": str(tmp_path)})
    assert (done.returncode, list(tmp_path.iterdir())) == (0, [])


def test_torch_is_not_imported() -> None:
    code = (
        "import sys\n"
        "import cnnviz.gui.theme, cnnviz.gui.tray, cnnviz.gui.palette, cnnviz.gui.help, cnnviz.gui.about\n"
        "import cnnviz.gui.preferences, cnnviz.gui.stepper, cnnviz.gui.status, cnnviz.gui.error_bar\n"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
