"""Class scores: the k best, a search over all, the loss of the true class against an independent sum."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cnnviz.gui.softmax_panel import SoftmaxPanel
from cnnviz.gui.theme import theme
from cnnviz.response import Scores


def scores(count: int = 10, winner: int = 7, seed: int = 0) -> Scores:
    logits = np.random.default_rng(seed).normal(0, 2, count)
    logits[winner] = 13.7
    shares = np.exp(logits - logits.max())
    labels = tuple("0123456789") if count == 10 else tuple(f"kind {i}" for i in range(count))
    return Scores(labels, logits, shares / shares.sum())


@pytest.fixture
def panel(qtbot: QtBot, qapp: QApplication) -> SoftmaxPanel:
    theme.install(qapp, "dark")
    panel = SoftmaxPanel()
    qtbot.addWidget(panel)
    panel.resize(290, 420)
    panel.set_scores(scores())
    with qtbot.waitExposed(panel):
        panel.show()
    return panel


def test_the_best_first(panel: SoftmaxPanel) -> None:
    wanted = np.argsort(-scores().logits)[:5].tolist()
    assert list(panel.shown()) == wanted
    assert panel.shown()[0] == 7
    best = panel.list.rows[0]
    assert best.texts == ("> 99.9 %", "+13.70")


def test_k_is_adjusted_with_the_keyboard(qtbot: QtBot, panel: SoftmaxPanel) -> None:
    with qtbot.waitSignal(panel.top_k_changed) as changed:
        qtbot.keyClick(panel.top_k, Qt.Key.Key_Up)
    assert changed.args == [6]
    assert len(panel.shown()) == 6


def test_setting_k_is_not_an_act_of_the_person(qtbot: QtBot, panel: SoftmaxPanel) -> None:
    with qtbot.assertNotEmitted(panel.top_k_changed):
        panel.set_top_k(8)
        panel.set_scores(scores(3, 1))
        assert len(panel.shown()) == 3
        panel.set_scores(scores(1000, 1))
    assert len(panel.shown()) == 8  # the wish outlives a model of three classes


def test_all_classes_are_searched(qtbot: QtBot, panel: SoftmaxPanel) -> None:
    panel.set_scores(scores(1000, 7))
    height = panel.list.height()
    qtbot.keyClicks(panel.search, "KIND 99")
    found = {i for i in range(1000) if "99" in str(i)[:2]}
    assert set(panel.shown()) == found
    ordered = sorted(found, key=lambda i: -scores(1000, 7).logits[i])
    assert list(panel.shown()) == ordered
    assert panel.list.height() == height
    assert panel.readout.text() == f"{len(found)} of 1,000 match"
    panel.search.clear()
    assert len(panel.shown()) == 5
    qtbot.keyClicks(panel.search, "nothing like it")
    assert panel.shown() == ()


def test_hovering_tells_more(qtbot: QtBot, panel: SoftmaxPanel) -> None:
    place = panel.list.visualRect(panel.list.model().index(0, 0)).center()
    qtbot.mouseMove(panel.list.viewport(), place)
    assert panel.readout.text().startswith("rank 1 of 10  ·  probability 0.9999")
    assert "logit +13.7000" in panel.readout.text()
    QApplication.sendEvent(panel.list.viewport(), QEvent(QEvent.Type.Leave))
    assert panel.readout.text() == "5 of 10 shown"


def test_choosing_the_true_class(qtbot: QtBot, panel: SoftmaxPanel) -> None:
    qtbot.mouseClick(panel.true_class, Qt.MouseButton.LeftButton)
    editor = panel.true_class.lineEdit()
    assert editor is not None
    editor.selectAll()
    qtbot.keyClicks(editor, "3")
    with qtbot.waitSignal(panel.true_class_picked) as picked:
        qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert picked.args == [3]
    assert panel.true_class.currentText() == "3"


def test_what_is_no_class_is_taken_back(qtbot: QtBot, panel: SoftmaxPanel) -> None:
    panel.set_true_class(3)
    editor = panel.true_class.lineEdit()
    assert editor is not None
    editor.setFocus()
    editor.selectAll()
    with qtbot.assertNotEmitted(panel.true_class_picked):
        qtbot.keyClicks(editor, "zebra")
        qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert panel.true_class.currentText() == "3"


def exact_surprise(logits: np.ndarray, true: int) -> float:
    """−log softmax with sums of exact fractions of the doubles' exponentials."""
    total = sum(Fraction(math.exp(float(z - logits[true]))) for i, z in enumerate(logits) if i != true)
    return math.log1p(float(total))


@pytest.mark.parametrize("true", [7, 3, 0])
def test_the_cross_entropy(panel: SoftmaxPanel, true: int) -> None:
    panel.set_true_class(true)
    told = panel.loss.text().replace("−", "-")
    assert float(told) == pytest.approx(exact_surprise(scores().logits, true), rel=1e-3)


def test_a_confident_loss_is_not_zero(panel: SoftmaxPanel) -> None:
    logits = np.array([60.0, 0.0, 0.0])
    panel.set_scores(Scores(("a", "b", "c"), logits, np.array([1.0, 0.0, 0.0])))
    panel.set_true_class(0)
    assert float(panel.loss.text().replace("−", "-")) == pytest.approx(2 * math.exp(-60), rel=1e-3)


def test_no_true_class_no_loss(panel: SoftmaxPanel) -> None:
    assert panel.loss.text() == "–"
    panel.set_true_class(7)
    panel.set_true_class(None)
    assert panel.loss.text() == "–"
    assert panel.true_class.currentText() == "not known"


def test_without_scores_and_names(panel: SoftmaxPanel) -> None:
    panel.set_scores(None)
    assert panel.shown() == ()
    assert not panel.top_k.isEnabled()
    assert panel.note.text()
    panel.set_scores(Scores((), np.array([1.0, 2.0]), np.array([0.27, 0.73]), "Not a classifier, perhaps."))
    assert [row.label for row in panel.list.rows] == ["class 1", "class 0"]
    assert panel.note.text() == "Not a classifier, perhaps."


def test_not_a_number(panel: SoftmaxPanel) -> None:
    panel.set_scores(Scores(("a", "b"), np.array([np.nan, 1.0]), np.array([np.nan, np.nan])))
    panel.set_true_class(1)
    assert panel.shown() == (1, 0)
    assert panel.loss.text() == "NaN"
    panel.grab()


def test_what_is_blamed_is_one_click_away(qtbot: QtBot, panel: SoftmaxPanel) -> None:
    assert panel.blamed.isHidden()
    panel.set_scores(Scores(("a", "b"), np.full(2, np.nan), np.full(2, np.nan), "No class.", "features.3"))
    assert panel.note.text() == "No class."
    with qtbot.waitSignal(panel.layer_picked) as picked:
        qtbot.mouseClick(panel.blamed, Qt.MouseButton.LeftButton)
    assert picked.args == ["features.3"]
    panel.set_scores(scores())
    assert panel.blamed.isHidden()


def test_an_old_answer_is_marked(panel: SoftmaxPanel) -> None:
    height = panel.sizeHint()
    panel.set_stale(True)
    assert panel.readout.text() == "updating…"
    assert panel.list.dimmed
    assert panel.sizeHint() == height
    panel.set_scores(same := scores(seed=1))
    assert not panel.list.dimmed
    assert panel.readout.text() == "5 of 10 shown"
    panel.set_stale(True)  # of a request that could not be answered
    panel.set_scores(same)
    assert panel.readout.text() == "5 of 10 shown"
