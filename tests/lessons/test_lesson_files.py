"""Lessons as files: what is read, what is computed, and that every mistake is told with its line."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

import pytest

from cnnviz.cli import run
from cnnviz.lessons import words
from cnnviz.lessons.base import LessonError
from cnnviz.lessons.checking import problems
from cnnviz.lessons.equations import false_equation
from cnnviz.lessons.expressions import ExpressionError, evaluate, printed
from cnnviz.lessons.following import meets, shown
from cnnviz.lessons.reading import lesson_files, read
from cnnviz.lessons.sandboxes import PICTURES, complete

DOCS = Path(__file__).parents[2] / "docs" / "lessons.md"

HEAD = '+++\ntitle = "T"\nnumber = 1\nminutes = 2\nsummary = "S"\n+++\n\n'


def written(tmp_path: Path, text: str, head: str = HEAD) -> Path:
    file = tmp_path / "lesson.md"
    file.write_text(head + text, encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example of the documents, as a teacher would copy it."""
    found = re.search(r"````markdown\n(.*?)````", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    file = tmp_path_factory.mktemp("docs") / "example.md"
    file.write_text(found[1], encoding="utf-8")
    return file


def test_the_example_of_the_documents_is_sound(example: Path) -> None:
    assert problems(example) == []


def test_the_example_is_read_as_it_is_meant(example: Path) -> None:
    lesson = read(example)
    assert [step.title for step in lesson.steps] == [
        "Six maps of one digit",
        "The same filter on another picture",
        "Something to play with",
    ]
    first, second, third = lesson.steps
    assert first.show is not None
    assert first.do is not None
    assert (first.show.layer, first.do.until.channel) == ("0", 4)
    assert second.ask is not None
    assert [choice.right for choice in second.ask.choices] == [True, False]
    assert third.demo is not None
    assert third.demo.name == "softmax"
    assert shown(lesson, 2).workspace == "sandbox", "what is not said stays"


# the check of 10 and 11 takes longer: their networks are large, or learn
@pytest.mark.parametrize(
    "file",
    [pytest.param(f, marks=[pytest.mark.slow] * f.stem.startswith(("10", "11")), id=f.stem) for f in lesson_files()],
)
def test_every_number_of_our_lessons_is_computed_or_checked(file: Path) -> None:
    assert [str(problem) for problem in problems(file)] == []


def test_a_mistake_of_form_hides_no_other(tmp_path: Path) -> None:
    """The second step shows what cannot be read, so nobody knows what the third shows; the fourth says it again."""
    first = "## One\n\nWith 77.\n\n```ask\nquestion = 3\n```\n\n"
    second = '## Two\n\n```show\nmodle = "lenet5-mnist"\n```\n\n## Three\n\n{{ record.values }}\n\n'
    last = '## Four\n\nWith 88.\n\n```show\nmodel = "lenet5-mnist"\n```\n'
    found = problems(written(tmp_path, first + second + last))
    assert [error.line for error in found] == [10, 13, 19, 28]
    assert [error.reason.split("; ")[0] for error in found][2:] == [
        "There is no “modle” here",
        "The number 88 stands in the words by itself: write {{ … }}, so that it is computed.",
    ]


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        ('data = "sums"', "“data” of Train can be mnist"),
        ('network = "resnet"', "“network” of Train can be lenet5, vgg-small, mlp"),
        ("epochs = 0", "“epochs” of Train is a whole number"),
        ("transfer = 1", "“transfer” of Train is true or false"),
        ("depth = 1", "The form of Train has no “depth”"),
    ],
)
def test_the_form_of_train_has_these_fields(tmp_path: Path, keys: str, reason: str) -> None:
    found = problems(written(tmp_path, f"## One\n\nWords.\n\n```show\ntrain = {{ {keys} }}\n```\n"))
    assert [error.line for error in found] == [12]
    assert reason in found[0].reason


def test_right_answers_stand_anywhere() -> None:
    """Who chooses by the place alone learns nothing, and gets nowhere."""
    asks = [step.ask for file in lesson_files() for step in read(file).steps if step.ask and step.ask.choices]
    places = [next(i for i, choice in enumerate(ask.choices) if choice.right) for ask in asks]
    assert len(places) > 20
    assert all(places.count(place) <= len(places) / 2 for place in places)


def test_the_handle_does_not_stand_on_the_answer() -> None:
    """It begins in the middle of the line: who never guessed must not be told that the guess was right."""
    asks = [(file.stem, step.ask) for file in lesson_files() for step in read(file).steps if step.ask]
    for name, ask in asks:
        with contextlib.suppress(ExpressionError):  # numbers of a demonstration or of a network
            if ask.answer:
                off = abs(evaluate(ask.answer, {}) - (ask.low + ask.high) / 2)
                assert off > ask.within, f"{name}, line {ask.line}"


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("## A\n\n```shw\n```\n", 10, "There is no block “shw”; did you mean show?"),
        ("## A\n\n```show\nlayr = '0'\n```\n", 11, "There is no “layr” here; did you mean layer?"),
        ("## A\n\n```show\nlayer = 0\n```\n", 11, "“layer” is text in quotes, not 0."),
        ("## A\n\n```show\nlayer = \n```\n", 11, "This is no TOML: Invalid value."),
        ("words\n\n## A\n", 8, "Words before the first step: a line such as “## Title” begins one."),
        ("words\n", 7, "There is no step: a line such as “## Title” begins one."),
        ("## A\n\n```demo\n```\n", 10, "A demonstration has a name: name = “…” in straight quotes."),
        ("## A\n```do\nwords = 'x'\n```\n", 9, "This block lacks until."),
        ("## A\n```ask\nquestion = 'x'\nkind = 'maybe'\n```\n", 11, "“kind” is choice or number, not 'maybe'."),
        ("## A\n```show\n```\n```show\n```\n", 11, "A step has one block “show” at most; begin another step with ##."),
    ],
)
def test_what_cannot_be_read_says_where_and_why(tmp_path: Path, text: str, line: int, reason: str) -> None:
    with pytest.raises(LessonError) as error:
        read(written(tmp_path, text))
    assert (error.value.line, error.value.reason) == (line, reason)


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("## A\nIt has 784 pixels.\n", 9, "The number 784 stands in the words by itself"),
        ("## A\n\n{{ 2 + q }}\n", 10, "No number is called “q”"),
        ("## A\n$5 \\cdot 5 = 26$\n", 9, "The formula is not right: 5 * 5 is 25, not 26."),
        ("## A\n$\\frac{1$\n", 9, "cannot be typeset"),
        ("## A\n```show\nlayer = '99'\n```\n", 9, "There is no layer “99”"),
        ("## A\n```show\nmodel = 'nonsense'\n```\n", 9, "nonsense"),
        ("## A\n```show\nimage = 'no.png'\n```\n", 9, "There is no picture “no.png”"),
        ("## A\n```show\nlayer = '0'\nchannel = 6\n```\n", 9, "There is no channel 6 in 0; it has 6."),
        ("## A\n```show\nlayer = '0'\nview = 'scores'\n```\n", 9, "The view “scores” does not fit 0"),
        ("## A\n```show\nlayer = '0'\noptions = { no = 1 }\n```\n", 9, "has no option “no”"),
        ("## A\n```show\nlayer = '0'\n\n## B\n", 9, "The block “show” is not closed"),
        (
            "## A\n```show\nlayer = '0'\nview = 'scores'\n```\n```do\nwords = 'x'\nuntil = { channel = 1 }\n```\n",
            9,
            "The view “scores” does not fit 0",
        ),
        ("## A\n```show\nsandbox = { stride = 99 }\n```\n", 9, "“stride” of the sandbox is a whole number, 1 to 8"),
        ("## A\n```demo\nname = 'no'\n```\n", 9, "There is no demonstration 'no'"),
        ("## A\n```demo\nname = 'softmax'\nno = 1\n```\n", 9, "no option 'no'"),
        ("## A\n```do\nwords = 'x'\nuntil = { demo = { a = 1 } }\n```\n", 9, "This step has no demonstration"),
        (
            "## A\n```ask\nquestion='x'\nkind='number'\nanswer='2*50'\nlow=1\nhigh=50\n```\n",
            9,
            "The answer 100 is not between low and high: 1 and 50.",
        ),
    ],
)
def test_what_does_not_exist_is_found_by_the_check(tmp_path: Path, text: str, line: int, reason: str) -> None:
    (found,) = problems(written(tmp_path, text))
    assert found.line == line
    assert reason in found.reason


@pytest.mark.parametrize(
    "head", ["", "+++\n", "+++\ntitle = 1\n+++\n", "+++\nnumber = 1\n+++\n", "+++\nwho = 1\n+++\n"]
)
def test_the_front_matter_is_checked(tmp_path: Path, head: str) -> None:
    (found,) = problems(written(tmp_path, "## A\n", head))
    assert found.line <= 2


def test_all_mistakes_are_told_at_once_in_the_order_of_their_lines(tmp_path: Path) -> None:
    """Of form and of content: content is looked into up to the step where the form goes wrong."""
    text = (
        "## One\n\nThere are 12 filters.\n\n"  # line 8: the head takes seven
        '```show\nmodel = "lenet5-mnist"\nimage = "lenet5-mnist/seven.png"\nlayer = "99"\n```\n\n'
        "## Two\n\n```shwo\n```\n\n"
        '## Three\n\n```show\nlayr = "0"\n```\n\n```ask\nquestion = \n```\n'
    )
    found = problems(written(tmp_path, text))
    assert [error.line for error in found] == [12, 20, 26, 30]
    assert ["99" in str(found[0]), "did you mean show" in str(found[1])] == [True, True]
    assert "layr" in str(found[2])
    assert "TOML" in str(found[3])


def test_the_command_says_all_mistakes_and_fails(
    tmp_path: Path, example: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = written(tmp_path, "## A\n{{ q }} and 100.\n")
    assert run(["lesson", "check", str(example), str(wrong)]) == 1
    out, err = capsys.readouterr()
    assert out == "example.md: What a filter finds, 3 steps, nothing is wrong\n"
    assert [line.split(": ")[1] for line in err.splitlines()] == ["lesson.md, line 9"] * 2
    assert run(["lesson", "check", str(tmp_path / "none.md")]) == 1
    assert run(["lesson"]) == 2
    assert run(["lesson", "list"]) == 0
    assert "05-convolution" in capsys.readouterr().out
    assert run(["lesson", "list", "--json"]) == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("224*224*3", "150,528"),
        ("2/3:.2f", "0.67"),
        ("1998:d", "1998"),
        ("-3.5", "−3.5"),
        ("floor((224 - 11 + 2*2) / 4) + 1", "55"),
        ("a.b + 1", "8"),
        ("max(1, 7, 3, 5)", "7"),
        ("2**10", "1,024"),
    ],
)
def test_numbers_are_computed(text: str, said: str) -> None:
    assert printed(text, {"a.b": 7}) == said


@pytest.mark.parametrize(
    "text",
    ["__import__('os')", "1 if 2 else 3", "9**9**9", "[1]", "1/0", "'a'", "x", "(", "True", "sqrt(-1)", "a" * 500],
)
def test_nothing_else_is_computed(text: str) -> None:
    with pytest.raises(ExpressionError):
        evaluate(text, {})


@pytest.mark.parametrize(
    "tex",
    [
        r"5 \cdot 5 = 25",
        r"\lfloor (224 - 11 + 2 \cdot 2)/4 \rfloor + 1 = 55",
        r"\frac{1}{3} \approx 0.33",
        r"\sqrt{16} = 4",
        r"W_2 = W_1 - F + 1",
        r"28 - 5 + 2 \cdot 2 + 1 = 28.",
    ],
)
def test_right_formulas_are_right(tex: str) -> None:
    assert false_equation(tex) == ""


@pytest.mark.parametrize("tex", [r"5 \cdot 5 = 24", r"\frac{1}{3} \approx 0.34", "2^3 = 9", "1 + 1 = 2 = 3"])
def test_wrong_formulas_are_wrong(tex: str) -> None:
    assert "not right" in false_equation(tex)


def test_stars_between_braces_are_no_markdown() -> None:
    made = words.html("**a** {{ 2*3*4 }} $x_{{{ 5 }}}$ b", lambda text: f"<{text.strip()}>", lambda tex, _: f"[{tex}]")
    assert made == "<p><strong>a</strong> <2*3*4> [x_{<5>}] b</p>\n"


def test_no_line_ends_between_a_number_and_its_sign() -> None:
    made = words.html("{{ 5 }} × {{ 6 }} cells, {{ 43 }} % & 224 · 3", str.strip, lambda tex, _: tex)
    assert made.replace("\N{NO-BREAK SPACE}", "_") == "<p>5_×_6 cells, 43_% &amp; 224_·_3</p>\n"


def test_bounds_are_met_from_there_on() -> None:
    assert meets((("a", ">= 3"),), {"a": 3})
    assert not meets((("a", ">= 3"),), {"a": 2})
    assert meets((("a", "<= 3"), ("b", "x")), {"a": 1.5, "b": "x"})
    assert not meets((("c", 1),), {"a": 1})


def test_the_sandbox_of_lessons_knows_the_pictures_of_the_window() -> None:
    from cnnviz.gui.sandbox.presets import KERNEL_NAMES, OWN
    from cnnviz.gui.sandbox.presets import PICTURES as WINDOW
    from cnnviz.lessons.sandboxes import TEXTS

    assert set(PICTURES) == set(WINDOW) - {OWN}
    assert set(TEXTS["kernel"]) == set(KERNEL_NAMES)
    assert complete({"kind": "max pooling"})["stride"] == 2
