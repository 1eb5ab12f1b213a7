"""The workspace “Learn”: every lesson is walked through in the real window, and leaving it gives the window back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSizeF, Qt
from PySide6.QtGui import QTextBlock, QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton

from cnnviz.cli import run
from cnnviz.gui.learning.going import Learning
from cnnviz.gui.learning.panel import LearnPanel
from cnnviz.gui.learning.progress import Progress
from cnnviz.gui.theme import theme
from cnnviz.lessons.reading import lesson_files, lesson_named, read
from tests.gui.conftest import Opened

LESSON = """+++
title = "Mine"
number = 0
minutes = 1
summary = "A lesson of one's own."
+++

## First
{{ 2*3 }} words about $x^2$ and {{ record.channels }} maps.

```show
layer = "0"
channel = 2
```

```do
words = "Choose map {{ 4 }}."
until = { layer = "0", channel = 4 }
```

## Second

```show
workspace = "sandbox"
sandbox = { kind = "max pooling", picture = "lecture" }
```

```do
words = "A stride of {{ 1 }}."
until = { sandbox = { stride = 1 } }
```

```ask
question = "How many?"
kind = "number"
answer = "156"
low = 100
high = 200
within = 5
```

## Third

```demo
name = "softmax"
```

```ask
question = "Which?"
kind = "choice"
options = [ { text = "this", right = true }, { text = "that", why = "It is this." } ]
```
"""


@pytest.fixture
def lesson(tmp_path: Path) -> Path:
    file = tmp_path / "mine.md"
    file.write_text(LESSON, encoding="utf-8")
    return file


def begun(opened: Opened, file: Path) -> tuple[Learning, LearnPanel]:
    learning = opened.controller.learning
    learning.open_file(file)
    opened.settle()
    assert learning.panel is not None
    return learning, learning.panel


def problems(opened: Opened) -> list[str]:
    return [message.text for message in opened.window.errors.messages]


SLOW = {"10-famous-networks", "11-transfer-learning"}  # VGG-16 is made of random numbers; a network learns


@pytest.mark.parametrize(
    "file",
    [pytest.param(f, marks=[pytest.mark.slow] * (f.stem in SLOW), id=f.stem) for f in lesson_files()],
)
def test_every_lesson_from_first_to_last_step(opened: Opened, file: Path) -> None:
    learning, panel = begun(opened, file)
    lesson = learning.lesson
    assert lesson is not None
    for place, step in enumerate(lesson.steps):
        assert learning.reader.place == place
        assert panel.title.toPlainText()
        text = panel.words.toPlainText()
        assert "…" not in text
        assert "{{" not in text
        if panel.task is not None:
            assert not panel.task.tick.isVisible(), f"{step.title}: done before anybody did it"
            learning.reader.doing.show_me()
            opened.settle()
            assert panel.task.tick.isVisible(), step.title
        if panel.question is not None and panel.question.line is not None:
            panel.question.reveal_button.click()
            assert panel.question.verdict.isVisible(), step.title
        learning.reader.turn(+1)
        opened.settle()
    assert problems(opened) == []
    assert learning.lesson is None
    row = next(row for row in panel.contents.rows if row.lesson.key == file.stem)
    assert "done" in row.accessibleName()


def test_a_task_is_ticked_when_the_person_does_it(opened: Opened, lesson: Path) -> None:
    _, panel = begun(opened, lesson)
    assert (opened.request.layer, opened.request.channel) == ("0", 2)
    assert panel.words.toPlainText().startswith("6 words about")
    assert "6 maps" in panel.words.toPlainText()
    assert panel.task is not None
    assert not panel.task.tick.isVisible()
    opened.ask(channel=4)
    assert panel.task.tick.isVisible()
    opened.ask(channel=1)
    assert panel.task.tick.isVisible(), "what was done stays done"


def test_what_was_done_is_ticked_when_one_comes_back(opened: Opened, lesson: Path) -> None:
    learning, panel = begun(opened, lesson)
    learning.reader.turn(+1)
    opened.settle()
    assert panel.task is not None
    assert panel.question is not None
    panel.question.reveal_button.click()
    assert not panel.task.tick.isVisible(), "an answer is no task"
    learning.reader.turn(-1)
    opened.ask(channel=4)
    learning.reader.turn(+1)
    opened.settle()
    assert panel.question.tick.isVisible()
    assert panel.question.reveal_button.isVisible()
    learning.reader.turn(-1)
    opened.settle()
    assert panel.task.tick.isVisible()
    assert panel.task.button.text() == "Show again"
    panel.task.button.click()
    opened.settle()
    assert opened.request.channel == 4
    assert not panel.task.button.isVisible()


def test_projector_mode_needs_no_scrolling_sideways_on_a_small_screen(opened: Opened, lesson: Path) -> None:
    opened.window.resize(1280, 720)
    learning, panel = begun(opened, lesson)
    learning.reader.turn(+1)
    panel.projector.setChecked(True)
    opened.settle()
    for name, page in (("sandbox", opened.controller.sandboxing), ("train", opened.controller.training)):
        opened.window.top.workspace_picked.emit(name)
        opened.settle()
        assert page.page is not None
        assert page.page.minimumSizeHint().width() <= page.page.parentWidget().width(), name
    panel.projector.setChecked(False)
    assert theme.scale == 1.0


def test_the_sandbox_is_set_up_and_watched(opened: Opened, lesson: Path) -> None:
    learning, panel = begun(opened, lesson)
    learning.reader.turn(+1)
    opened.settle()
    sandbox = opened.controller.sandboxing
    assert sandbox.open
    assert sandbox.page is not None
    assert (sandbox.page.trial.kind, sandbox.page.trial.setting.stride) == ("max", 2)
    assert panel.task is not None
    sandbox.page.form.number_changed.emit("stride", 1)
    assert panel.task.tick.isVisible()


def test_a_number_is_guessed_and_then_seen(opened: Opened, lesson: Path) -> None:
    learning, panel = begun(opened, lesson)
    learning.reader.turn(+1)
    opened.settle()
    question = panel.question
    assert question is not None
    assert question.line is not None
    question.line.set_guess(120)
    question.reveal_button.click()
    assert question.verdict.toPlainText().startswith("It is 156; your guess of 120 is 36 too small.")
    assert not question.line.isEnabled()


def test_a_demonstration_lies_over_the_network_and_answers_live(opened: Opened, lesson: Path) -> None:
    learning, _ = begun(opened, lesson)
    learning.reader.go_to(2)
    opened.settle()
    assert opened.window.split.isHidden()
    demonstrating = learning.reader.demonstrating
    assert demonstrating is not None
    assert demonstrating.page is not None
    before = demonstrating.page.view.figure
    assert before is not None
    name, field = next(iter(demonstrating.page.fields.items()))
    field.editor.setFocus()
    demonstrating.page.set_options({name: field.control.default})
    opened.settle()
    assert demonstrating.page.view.figure is not None
    learning.reader.turn(-1)
    opened.settle()
    assert not demonstrating.laid


def test_a_wrong_answer_says_why_and_one_may_try_again(opened: Opened, lesson: Path) -> None:
    learning, panel = begun(opened, lesson)
    learning.reader.go_to(2)
    opened.settle()
    assert panel.question is not None
    right, wrong = panel.question.answers
    wrong.click()
    assert "It is this." in wrong.why.toPlainText()
    assert right.isEnabled()
    right.click()
    assert right.why.toPlainText().startswith("Right.")


def test_leaving_gives_the_window_back(opened: Opened, lesson: Path) -> None:
    before = opened.request
    docks = [dock.isVisible() for dock in opened.window.docks]
    learning, _ = begun(opened, lesson)
    learning.reader.turn(+1)
    opened.settle()
    opened.window.commands["learn"].trigger()
    opened.settle()
    assert not learning.open
    assert opened.request == before
    assert [dock.isVisible() for dock in opened.window.docks] == docks
    assert opened.window.split.isVisible()
    assert opened.window.top.workspace == ""


def test_keys_turn_the_pages_only_while_one_learns(opened: Opened, lesson: Path) -> None:
    learning, _ = begun(opened, lesson)
    QTest.keyClick(opened.window, Qt.Key.Key_PageDown)
    opened.settle()
    assert learning.reader.place == 1
    QTest.keyClick(opened.window, Qt.Key.Key_P)
    opened.settle()
    assert learning.reader.place == 0
    learning.set_open(False)
    image = opened.request.image
    opened.press(Qt.Key.Key_PageDown)
    assert opened.request.image != image


def test_a_lesson_is_read_by_the_keys_alone(opened: Opened, lesson: Path) -> None:
    def press(key: Qt.Key) -> None:
        QTest.keyClick(QApplication.focusWidget() or opened.window, key)
        opened.settle()

    opened.window.activateWindow()
    opened.window.commands["learn"].trigger()
    opened.settle()
    learning = opened.controller.learning
    first = learning.panel.contents.rows[0]
    assert first.hasFocus()
    press(Qt.Key.Key_Return)
    assert learning.lesson.key == first.lesson.key
    learning.open_file(lesson, 1)
    opened.settle()
    question = learning.panel.question
    question.line.setFocus()
    press(Qt.Key.Key_Home)
    assert question.line.guess == 100
    press(Qt.Key.Key_Return)
    assert question.verdict.isVisible()
    assert learning.panel.next.hasFocus()
    press(Qt.Key.Key_Return)
    assert learning.reader.place == 2
    learning.panel.question.answers[0].setFocus()
    press(Qt.Key.Key_Return)
    assert learning.panel.question.answers[0].chosen
    assert learning.panel.next.hasFocus()


def test_progress_is_kept(opened: Opened, lesson: Path) -> None:
    learning, _ = begun(opened, lesson)
    learning.reader.turn(+1)
    opened.settle()
    from cnnviz.gui.learning.progress import Shelf

    shelf = Shelf()
    assert shelf.of("mine").at == 1
    assert shelf.own_files == [lesson]
    learning.reader.show_list()
    assert learning.panel is not None
    assert learning.panel.contents.rows[-1].lesson.title == "Mine"


def test_projector_mode_enlarges_and_is_taken_back(opened: Opened, lesson: Path) -> None:
    learning, panel = begun(opened, lesson)
    small = panel.words.document().defaultFont().pixelSize()
    panel.projector.setChecked(True)
    opened.settle()
    assert panel.words.document().defaultFont().pixelSize() >= 1.5 * small
    assert theme.scale > 1
    assert opened.controller.settings.interface_scale == 1.0, "an app that ends meanwhile starts as it was"
    learning.set_open(False)
    opened.settle()
    assert theme.scale == 1.0
    QApplication.processEvents()


def test_a_lesson_with_a_mistake_says_where(opened: Opened, tmp_path: Path) -> None:
    file = tmp_path / "wrong.md"
    file.write_text(LESSON.replace("until = { layer", "untill = { layer"), encoding="utf-8")
    opened.controller.learning.open_file(file)
    assert problems(opened) == ["wrong.md, line 18: There is no “untill” here; did you mean until?"]
    opened.controller.window.errors.close_message(opened.window.errors.messages[0])


def test_our_lessons_are_found_by_name() -> None:
    assert lesson_named("05").stem == "05-convolution"
    assert lesson_named("05-convolution").is_file()


@pytest.mark.parametrize("suffix", ["pdf", "html"])
def test_a_handout_has_words_figures_and_answers(opened: Opened, lesson: Path, tmp_path: Path, suffix: str) -> None:
    learning, _ = begun(opened, lesson)
    file = tmp_path / f"handout.{suffix}"
    learning.print(file)
    opened.settle()
    assert problems(opened) == []
    written = file.read_bytes()
    if suffix == "pdf":
        assert written.startswith(b"%PDF")
        return
    text = written.decode()
    assert text.count("<figure>") == 3
    assert "6 words about" in text
    assert "<b>2: 156.</b>" in text
    assert "<b>B is wrong.</b> It is this." in text
    assert "The words" not in text, "it says none of the textbooks'"


def test_a_lesson_is_dropped_on_the_window(opened: Opened, lesson: Path) -> None:
    opened.window.dropped.emit([str(lesson)], "")
    opened.settle()
    assert opened.controller.learning.lesson is not None
    assert opened.controller.learning.lesson.title == "Mine"


def test_a_bad_lesson_says_every_mistake_and_stays_in_the_list(opened: Opened, lesson: Path) -> None:
    learning, panel = begun(opened, lesson)
    bad = LESSON.replace("minutes = 1", 'minutes = "one"').replace("right = true", "right = false")
    lesson.write_text(bad, encoding="utf-8")
    learning.reader.show_list()
    opened.settle()
    row = next(row for row in panel.contents.rows if row.lesson.file == str(lesson.resolve()))
    assert row.lesson.title == "mine.md"
    assert "line 4" in row.lesson.summary
    assert "And 1 more mistake." in row.lesson.summary
    row.click()
    opened.settle()
    assert learning.lesson is None
    message = opened.window.errors.messages[-1]
    assert "line 4" in message.text
    assert [line.split(":")[0] for line in message.details.splitlines()] == ["mine.md, line 4", "mine.md, line 51"]


def test_lessons_are_found_by_words(opened: Opened) -> None:
    entries = opened.controller.acts._entries()
    found = next(entry for entry in entries if entry.title == "Pooling")
    found.run()
    opened.settle()
    assert opened.controller.learning.lesson is not None
    assert opened.controller.learning.lesson.key == "07-pooling"


def test_another_workspace_takes_the_place_of_a_demonstration(opened: Opened, lesson: Path) -> None:
    learning, _ = begun(opened, lesson)
    for name in ("network", "table", "sandbox", "train"):
        learning.reader.go_to(2)
        opened.settle()
        opened.window.top.findChild(QToolButton, f"workspace-{name}").click()
        opened.settle()
        assert learning.reader.demonstrating is not None
        assert not learning.reader.demonstrating.laid, name
        assert opened.window.split.isHidden(), name
        assert opened.window.top.workspace == name
    learning.reader.go_to(2)
    opened.settle()
    opened.window.top.findChild(QToolButton, "workspace-explore").click()
    opened.settle()
    assert opened.window.split.isVisible()


def test_a_demonstration_has_the_place_of_the_workspace_before_it(opened: Opened, lesson: Path) -> None:
    other = LESSON.replace('workspace = "sandbox"\nsandbox = { kind = "max pooling", picture = "lecture" }', "%")
    for name in ("network", "table"):
        text = other.replace("%", f'workspace = "{name}"').replace("until = { sandbox = { stride = 1 } }", "%")
        lesson.write_text(text.replace("%", 'until = { layer = "1" }'), encoding="utf-8")
        learning, _ = begun(opened, lesson)
        learning.reader.go_to(1)
        opened.settle()
        assert opened.window.top.workspace == name
        learning.reader.go_to(2)
        opened.settle()
        page = opened.controller.learning.reader.demonstrating.page
        centre = opened.window.centralWidget()
        assert page.height() > 0.9 * centre.height(), name
        learning.reader.go_to(1)
        opened.settle()
        assert opened.window.top.workspace == name
        assert not page.isVisible()


def test_a_handout_is_printed_by_the_command_line(
    qapp: QApplication, lesson: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "handout.pdf"
    assert run(["lesson", "print", str(lesson), "--out", str(file)]) == 0
    assert file.read_bytes().startswith(b"%PDF")
    assert run(["lesson", "print", str(lesson), "--out", str(tmp_path / "handout.txt")]) == 1
    assert "A handout is FILE.pdf or FILE.html" in capsys.readouterr().err


def test_the_panel_is_as_wide_as_the_window_allows(opened: Opened, lesson: Path) -> None:
    window = opened.window
    window.resize(800, 700)
    _, panel = begun(opened, lesson)
    narrow = panel.width()
    assert all(dock.isHidden() for dock in window.docks)
    window.resize(1920, 1000)
    opened.settle()
    assert panel.width() > 1.4 * narrow
    assert all(dock.isVisible() for dock in window.docks)


@pytest.mark.parametrize(("name", "step"), [("02", 1), ("02", 2), ("04", 7), ("09", 5)])
def test_a_small_screen_shows_a_guess_with_its_button(opened: Opened, name: str, step: int) -> None:
    opened.window.resize(1280, 720)
    opened.controller.learning.begin(name, step)
    opened.settle()
    panel = opened.controller.learning.panel
    assert panel is not None
    assert panel.question is not None
    button = panel.question.reveal_button
    assert button.visibleRegion().boundingRect() == button.rect()


def test_every_step_of_ours_is_seen_whole_on_a_small_screen(opened: Opened, lesson: Path) -> None:
    opened.window.resize(1280, 720)
    _, panel = begun(opened, lesson)
    for file in lesson_files():
        found = read(file)
        for place, step in enumerate(found.steps):
            panel.show_step(found, place, Progress(), lambda text: "1,234" if "demo" in text or "." in text else text)
            QApplication.processEvents()
            assert panel._scroll.verticalScrollBar().maximum() == 0, f"{file.stem}, {step.title}"


@pytest.mark.parametrize("name", ["train", "sandbox"])
def test_no_workspace_beside_a_lesson_makes_the_window_larger(opened: Opened, name: str) -> None:
    opened.window.resize(1100, 700)
    opened.controller.learning.open_file(lesson_files()[4])
    opened.settle()
    opened.window.commands[name].trigger()
    opened.settle()
    assert (opened.window.width(), opened.window.height()) == (1100, 700)


def test_train_beside_a_lesson_needs_no_scrolling_sideways(opened: Opened) -> None:
    opened.window.resize(1280, 720)
    opened.controller.learning.begin("11-transfer-learning", 7)
    opened.settle()
    page = opened.controller.training.page
    assert page is not None
    assert page.minimumSizeHint().width() <= page.parentWidget().width()


def test_a_handout_fills_its_pages_and_tears_no_question_apart(qapp: QApplication) -> None:
    """Steps go on over the page; a heading stays with its first words, a question with all of its answers."""
    from cnnviz.gui.learning.printing import _keep_together

    document, high = QTextDocument(), 1000.0
    document.setDocumentMargin(0)
    document.setPageSize(QSizeF(600, high))
    document.setHtml("<p>line</p>" * 11)
    layout, blocks = document.documentLayout(), list(_blocks(document))
    line = (layout.blockBoundingRect(blocks[-1]).top() - layout.blockBoundingRect(blocks[0]).top()) / 10
    question = "<div><h3>Question</h3><p>why</p><ol><li>a</li><li>b</li></ol></div>"
    for lines in range(int(800 / line), int(1100 / line)):  # wherever on the page the end comes
        html = "<h2>one</h2>" + "<p>line</p>" * lines + question + "<h2>two</h2>" + "<p>line</p>" * 30
        _keep_together(document, html, high)
        where = {
            block.text(): (layout.blockBoundingRect(block).top(), layout.blockBoundingRect(block).bottom())
            for block in reversed(list(_blocks(document)))
        }
        pages = {text: (int(top // high), int((end - 0.01) // high)) for text, (top, end) in where.items()}
        assert {pages[text] for text in ("Question", "why", "a", "b")} == {pages["Question"]}, lines
        assert len(set(pages["Question"])) == 1
        two = next(block for block in _blocks(document) if block.text() == "two")
        after = layout.blockBoundingRect(two.next())
        assert pages["two"] == (int(after.top() // high),) * 2
        assert document.pageCount() <= 1 + (lines * line + 30 * line + 400) // high  # hardly anything is left empty


def test_the_page_of_answers_is_filled_up_with_words_and_no_more(qapp: QApplication) -> None:
    from cnnviz.gui.learning.printing import _fill_up
    from cnnviz.lessons.handout import vocabulary

    words = vocabulary(read(lesson_named("05")))
    assert [word.words[0] for word in words[:3]] == ["dense layer", "pixel", "weight"]
    for lines, least in ((2, 10), (25, 1), (60, 0)):
        document = QTextDocument()
        document.setPageSize(QSizeF(600, 900))
        html = "<h2>Answers</h2>" + "<p>line</p>" * lines
        document.setHtml(html)
        pages = document.pageCount()
        _fill_up(document, html, words)
        assert document.pageCount() == pages
        said = [block.text() for block in _blocks(document) if ": " in block.text()]
        assert len(said) >= least
        assert (
            said[:1]
            == ["Dense layer, fully connected, linear: Every output is a weighted sum of all inputs, plus a bias."][
                : len(said)
            ]
        )


def test_the_same_figure_is_not_printed_twice(opened: Opened, lesson: Path) -> None:
    from cnnviz.explore import Explorer
    from cnnviz.gui.learning.printing import _sandbox
    from cnnviz.lessons import handout
    from cnnviz.lessons.reading import read

    again = '\n## Fourth\nThe same.\n\n```demo\nname = "softmax"\n```\n\n```ask\nquestion = "x"\nkind = "choice"\n'
    again += 'options = [ { text = "this", right = true }, { text = "that", why = "no" } ]\n```\n'
    lesson.write_text(LESSON + again, encoding="utf-8")
    found = list(handout.parts(read(lesson), Explorer(2**28), _sandbox))
    assert [part.figure is not None for part in found] == [True, True, True, False]


def _blocks(document: QTextDocument) -> Iterator[QTextBlock]:
    block = document.begin()
    while block.isValid():
        yield block
        block = block.next()


def test_a_step_fills_in_what_is_to_be_trained(opened: Opened, tmp_path: Path) -> None:
    head = '+++\ntitle = "T"\nnumber = 0\nminutes = 1\nsummary = "S"\n+++\n\n## One\n\nWords.\n\n```show\n'
    keys = 'train = { data = "suns", transfer = true, epochs = 6, batch = 10, limit = 10 }\n'
    file = tmp_path / "train.md"
    file.write_text(head + keys + "```\n")
    learning, _ = begun(opened, file)
    page = opened.controller.training.page
    assert opened.window.top.workspace == "train"
    assert page is not None
    wish = page.form.wish()
    assert (wish.epochs, wish.batch, wish.limit, wish.model) == (6, 10, 10, opened.request.model)
    assert [len(list(kind.iterdir())) for kind in sorted(Path(wish.where).iterdir())] == [30] * 5
    page.form.fields.epochs.setValue(2)
    learning.reader.go_to(0)
    assert page.form.wish().epochs == 6, "a step begins as it says"
    assert problems(opened) == []
