from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cnnviz.figure import Histogram, Scale
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
    assert card.formula.text() == "rows ⌊(14 − 5 + 2·0)/1⌋ + 1 = 10"
    assert card.histogram.bar.ends() == ("−6.1", "+6.1")
    assert card.readout.text() == "scale shared by the layer"


def test_texts_can_be_selected_and_have_their_tooltips(card: LayerCardWidget) -> None:
    text = card._rows[1][1]
    text.setSelection(0, 5)
    assert text.selectedText() == "(5·5·"
    assert text.toolTip() == "weights and biases"


def test_another_layer_takes_the_place(card: LayerCardWidget) -> None:
    labels = [text for _, text in card._rows]
    card.set_card(replace(CARD, path="", op="picture", rows=(("Size", "28 × 28", ""),), formula=(), histogram=None))
    assert card.rows() == {"Size": "28 × 28"}
    assert card._rows[0][1] is labels[0]
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
    text = card._rows[0][1]
    assert text.height() > 1.5 * text.fontMetrics().height()
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
