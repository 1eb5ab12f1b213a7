from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cnnviz.figure import Histogram, Scale
from cnnviz.gui.facts import broken
from cnnviz.gui.layer_card import LayerCardWidget
from cnnviz.gui.theme import theme
from cnnviz.response import LayerCard

SCALE = Scale(-6.1, 6.1, "RdBu_r", True, "layer")
CARD = LayerCard(
    "Conv2d 6 → 16, 5 × 5",
    "features.3",
    "conv2d",
    (
        ("Output", "16 × 10 × 10", ""),
        ("Parameters", "(5·5·6)·16 + 16 = 2,416", "weights and biases"),
        ("Dead channels", "0 of 16", ""),
    ),
    ("rows ⌊(14 − 5 + 2·0)/1⌋ + 1 = 10",),
    Histogram(np.linspace(-6.1, 6.1, 9).astype(np.float32), np.arange(8), SCALE),
)


@pytest.fixture
def card(qtbot: QtBot, qapp: QApplication) -> LayerCardWidget:
    theme.install(qapp, "dark")
    card = LayerCardWidget()
    qtbot.addWidget(card)
    card.resize(280, 420)
    card.set_card(CARD)
    with qtbot.waitExposed(card):
        card.show()
    return card


def test_shows_every_fact(card: LayerCardWidget) -> None:
    assert card.title.text() == "Conv2d 6 → 16, 5 × 5"
    assert card.path.text() == "features.3  ·  conv2d"
    assert card.rows() == {
        "Output": "16 × 10 × 10",
        "Parameters": "(5·5·6)·16 + 16 = 2,416",
        "Dead channels": "0 of 16",
    }
    assert [fact.text for fact in card.formula.facts()] == ["rows ⌊(14 − 5 + 2·0)/1⌋ + 1 = 10"]
    assert card.histogram.bar.ends() == ("−6.1", "+6.1")
    assert card.readout.text() == "scale shared by the layer"


def test_values_can_be_copied_and_have_their_tooltips(card: LayerCardWidget) -> None:
    parameters = card.facts.facts()[1]
    assert parameters.tip == "weights and biases"
    one, everything = card.facts.copying(parameters)
    one.trigger()
    assert QApplication.clipboard().text() == "(5·5·6)·16 + 16 = 2,416"
    everything.trigger()
    assert QApplication.clipboard().text().splitlines()[2] == "Dead channels: 0 of 16"


def test_a_result_never_stands_alone_on_a_line() -> None:
    text = "rows ⌊(224 − 7 + 2·3)/2⌋ + 1 = 112"
    assert broken(text, 34, len) == [text]
    for room in range(20, 34):
        lines = broken(text, room, len)
        assert " ".join(lines) == text
        assert max(map(len, lines)) <= room or room < 25
        assert not lines[-1].startswith("="), lines
    assert broken("unbreakable", 4, len) == ["unbreakable"]


def test_another_layer_takes_the_place(card: LayerCardWidget) -> None:
    card.set_card(replace(CARD, path="", op="picture", rows=(("Size", "28 × 28", ""),), formula=(), histogram=None))
    assert card.rows() == {"Size": "28 × 28"}
    assert card.path.text() == "picture"
    assert card._well.isHidden()
    assert card.histogram.isHidden()
    card.set_card(CARD)
    assert len(card.rows()) == 3
    assert not card.histogram.isHidden()


def test_long_values_wrap_within_the_panel(card: LayerCardWidget) -> None:
    long = "(3·3·512)·512 + 512 = 2,359,808, of which 2,359,296 weights and 512 biases"
    path = "features.denseblock3.denselayer24.conv2.with.a.very.long.tail.indeed"
    card.set_card(replace(CARD, path=path, rows=(("Parameters", long, ""),)))
    card.resize(240, 420)
    card.grab()
    assert len(card.facts.lines(0)) > 1
    assert card.facts.height() > 1.5 * card.facts.fontMetrics().height()
    assert card.path.elided
    assert path in card.path.toolTip()
    card.path.actions()[0].trigger()
    assert QApplication.clipboard().text() == path


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_follows_theme_and_size(card: LayerCardWidget, mode: str) -> None:
    theme.set_mode(mode)
    theme.set_scale(1.5)
    before = card.histogram.height()
    theme.set_scale(1.0)
    assert card.histogram.height() < before
    card.grab()
    theme.set_mode("dark")


def test_a_long_path_stands_under_its_name_and_never_over_it(card: LayerCardWidget) -> None:
    path = "features.12.expand1x1_activation"
    endless = "backbone." + path * 3
    rows = (("Channels 0 to 255", path, ""), ("Channels 256 to 511", endless, ""), ("Output", "512 × 13 × 13", ""))
    card.set_card(replace(CARD, rows=rows))
    advance = QFontMetrics(theme.font("number")).horizontalAdvance
    names, width = QFontMetrics(theme.font()), card.facts.width()
    assert names.horizontalAdvance("Channels 0 to 255") + advance(path) > width
    assert card.facts.lines(0) == [path]
    one, other, last = card.facts._laid
    assert one.below
    assert other.below
    assert not last.below
    assert other.top >= one.top + one.below + names.height()
    (cut,) = other.lines
    assert cut.startswith("backbone.")
    assert cut.endswith("_activation")
    assert advance(cut) <= width
