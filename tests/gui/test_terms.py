"""“What is this?”: by pointing, by the right button, by the keyboard, and in the glossary."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QContextMenuEvent, QTextFragment
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QTextBrowser, QToolButton, QWidget

from cnnviz.gui.terms.going import Terms, terms_of
from cnnviz.gui.terms.popover import TermPopover
from cnnviz.gui.terms.spots import LABELS, PLACES, spot_at
from cnnviz.lessons.glossary import glossary
from tests.gui.conftest import Opened

PLAIN = Qt.KeyboardModifier.NoModifier


def terms(opened: Opened) -> Terms:
    found = terms_of(opened.window.network)
    assert found is not None
    return found


def popover(opened: Opened) -> TermPopover:
    return terms(opened).popover


def point(opened: Opened, widget: QWidget, at: QPoint | None = None) -> QPoint:
    """Move the mouse over a widget, as a person does; where that is in the window."""
    place = widget.mapTo(opened.window, at or widget.rect().center())
    handle = opened.window.windowHandle()
    QTest.mouseMove(handle, place)
    QApplication.processEvents()
    return place


def row_of(opened: Opened, name: str) -> QPoint:
    """Where a fact of the layer stands."""
    facts = opened.window.card.facts
    return next(QPoint(5, y) for y in range(facts.height()) if (fact := facts.fact_at(y)) and fact.name == name)


def right_click(opened: Opened, widget: QWidget, at: QPoint) -> None:
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, widget.mapToGlobal(at), PLAIN)
    QApplication.sendEvent(widget, event)


def test_pointing_says_what_a_word_means_and_a_click_keeps_it(opened: Opened) -> None:
    opened.ask(layer="0")
    QTest.keyClick(opened.window.network, Qt.Key.Key_F1, Qt.KeyboardModifier.ShiftModifier)
    assert terms(opened).asking
    place = point(opened, opened.window.card.facts, row_of(opened, "Receptive field"))
    card = popover(opened)
    assert card.isVisible()
    assert card.title.text() == "Receptive field"
    assert opened.window.rect().contains(card.geometry())
    QTest.mouseClick(opened.window.windowHandle(), Qt.MouseButton.LeftButton, PLAIN, place)
    assert not terms(opened).asking
    assert card.isVisible()
    QTest.keyClick(opened.window.network, Qt.Key.Key_Escape)
    assert not card.isVisible()


def test_a_click_while_pointing_presses_nothing_and_esc_ends_it(opened: Opened) -> None:
    before = opened.request
    opened.window.commands["what-is-this"].trigger()
    place = point(opened, opened.window.network)
    QTest.mouseClick(opened.window.windowHandle(), Qt.MouseButton.LeftButton, PLAIN, place)
    assert opened.request == before
    opened.window.commands["what-is-this"].trigger()
    assert QApplication.overrideCursor() is not None
    QTest.keyClick(opened.window.network, Qt.Key.Key_Escape)
    assert not terms(opened).asking
    assert not popover(opened).isVisible()
    assert QApplication.overrideCursor() is None
    assert opened.request == before


def test_the_keyboard_asks_for_what_has_the_focus(opened: Opened) -> None:
    opened.window.softmax.top_k.setFocus()
    QTest.keyClick(opened.window.softmax.top_k, Qt.Key.Key_F1, Qt.KeyboardModifier.ShiftModifier)
    assert popover(opened).title.text() == "Top 5"
    QTest.keyClick(opened.window.softmax.top_k, Qt.Key.Key_Escape)


def test_the_right_button_says_it_too_and_words_lead_on(opened: Opened) -> None:
    opened.ask(layer="0")
    column = opened.window.network.step_at(10)
    assert column is not None
    assert column.family == "picture"
    viewport = opened.window.network.viewport()
    wide = next(x for x in range(0, 900, 10) if (s := opened.window.network.step_at(x)) and s.family == "conv")
    right_click(opened, viewport, QPoint(wide, 20))
    card = popover(opened)
    assert card.title.text() == "Convolution"
    assert 'href="term:filter"' in card.words.text()
    card.words.linkActivated.emit("term:filter")
    assert card.title.text() == "Filter"
    card.foot.linkActivated.emit("term:")
    search = opened.window.findChild(QLineEdit, "glossary-search")
    assert search is not None
    assert search.text() == "filter"
    QTest.keyClick(search, Qt.Key.Key_Escape)
    assert not search.isVisible()


def test_the_glossary_is_searched(opened: Opened) -> None:
    opened.window.commands["glossary"].trigger()
    search = opened.window.findChild(QLineEdit, "glossary-search")
    page = opened.window.findChild(QTextBrowser, "glossary-list")
    assert search is not None
    assert page is not None
    assert len(page.toPlainText().split("\n")) > len(glossary().entries)
    QTest.keyClicks(search, "cross-ent")
    assert page.toPlainText().strip().startswith("Cross-entropy, loss")
    search.setText("qqq")
    assert "There is no “qqq”" in page.toPlainText()
    QTest.keyClick(search, Qt.Key.Key_Escape)


def test_words_are_found_by_the_palette(opened: Opened) -> None:
    opened.window.commands["find"].trigger()
    palette = opened.controller.acts.palette
    QTest.keyClicks(palette.search, "equivar")
    assert palette.found[0].title == "Equivariance"
    QTest.keyClick(palette.search, Qt.Key.Key_Return)
    page = opened.window.findChild(QTextBrowser, "glossary-list")
    assert page is not None
    assert page.isVisible()
    assert page.toPlainText().strip().startswith("Equivariance")
    search = opened.window.findChild(QLineEdit, "glossary-search")
    assert search is not None
    QTest.keyClick(search, Qt.Key.Key_Escape)


def test_every_place_and_every_label_has_a_word() -> None:
    assert [name for name, word in (PLACES | LABELS).items() if glossary().get(word) is None] == []


def test_a_button_says_what_it_does_before_what_it_stands_in(opened: Opened) -> None:
    button = opened.window.findChild(QToolButton, "workspace-explain")
    assert button is not None
    right_click(opened, button, button.rect().center())
    card = popover(opened)
    assert card.title.text() == "Explain"
    assert card.words.text() == button.toolTip()
    assert 'href="term:workspace"' in card.foot.text()


def test_what_is_named_in_the_table_is_on_the_screen(opened: Opened) -> None:
    """A widget that was renamed would lose its meaning unseen; those of other workspaces come when they are opened."""
    later = {"table-page", "training-page", "sandbox-page", "learn-panel", "graph", "graph-legend", "outcome-line"}
    names = {widget.objectName() for widget in opened.window.findChildren(QWidget)}
    assert set(PLACES) - later - names == set()


def test_every_fact_of_a_layer_is_explained(opened: Opened) -> None:
    opened.ask(layer="0")
    facts = opened.window.card.facts
    for fact in facts.facts():
        y = row_of(opened, fact.name).y()
        spot = spot_at(opened.window, facts.mapTo(opened.window, QPoint(5, y)))
        assert spot is not None, fact
        assert spot.entries, fact


def test_words_of_a_lesson_say_what_they_mean(opened: Opened) -> None:
    opened.controller.learning.begin("05-convolution", 1)
    opened.settle()
    panel = opened.controller.learning.panel
    assert panel is not None
    words = panel.words
    dotted = {
        fragment.charFormat().anchorHref(): fragment.text()
        for fragment in fragments(words)
        if fragment.charFormat().anchorHref().startswith("term:")
    }
    assert dotted, "no word of the lesson is marked"
    address = next(iter(dotted))
    words.highlighted.emit(QUrl(address))
    opened.qtbot.waitUntil(lambda: popover(opened).isVisible())
    assert popover(opened).entry is glossary().get(address.removeprefix("term:"))
    words.highlighted.emit(QUrl())
    opened.qtbot.waitUntil(lambda: not popover(opened).isVisible())
    words.anchorClicked.emit(QUrl(address))
    assert popover(opened).isVisible()
    QTest.keyClick(panel.next, Qt.Key.Key_N)  # the page is turned
    assert not popover(opened).isVisible()


def fragments(browser: QTextBrowser) -> list[QTextFragment]:
    """All runs of a text of one look."""
    found, block = [], browser.document().begin()
    while block.isValid():
        step = block.begin()
        while not step.atEnd():
            found.append(step.fragment())
            step += 1
        block = block.next()
    return found
