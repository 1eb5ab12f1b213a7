"""The quiz asks about every lesson, explains every wrong answer, and its numbers are right; and why nobody may peek."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binom

from cnnviz import paths
from cnnviz.core.decode import read as read_picture
from cnnviz.lessons.base import get
from cnnviz.lessons.checking import problems
from cnnviz.lessons.expressions import evaluate
from cnnviz.lessons.reading import lesson_files, lesson_named, read

SEVEN = paths.resources() / "samples" / "lenet5-mnist" / "seven.png"


@pytest.mark.parametrize("name", ["12-data-driven", "quiz"])
def test_nothing_is_wrong_in_it(name: str) -> None:
    assert problems(lesson_named(name)) == []


def test_it_comes_last() -> None:
    assert [file.stem for file in lesson_files()][-2:] == ["12-data-driven", "quiz"]


def test_every_step_asks_and_every_wrong_answer_is_explained() -> None:
    quiz = read(lesson_named("quiz"))
    assert len(quiz.steps) >= 20
    assert "Twenty-two" in quiz.summary
    assert len(quiz.steps) == 22
    for step in quiz.steps:
        assert step.ask is not None, step.title
        assert step.ask.why
        assert sum(choice.right for choice in step.ask.choices) == (1 if step.ask.choices else 0)
        assert all(choice.why for choice in step.ask.choices if not choice.right), step.title
    assert sum(bool(step.ask and step.ask.choices) for step in quiz.steps) >= 8


def test_its_numbers_are_those_of_the_textbooks() -> None:
    """Counted by hand; numbers of LeNet-5 from its sizes."""
    steps = {step.title: step.ask for step in read(lesson_named("quiz")).steps}
    known = {"record.parameters": 6 * 25 + 6, "record.values": 16 * 5 * 5}
    wanted = {
        "A picture for a network": 150_528,
        "The nearest neighbour": 14,
        "Dense": 78_500,
        "Convolutional": 156,
        "Depth must match": 576,
        "How large is the output?": 16,
        "What one number sees": 8,
        "Flatten": 400,
        "Softmax": 100 / (1 + 2 * math.exp(-2)),
        "How wrong is that?": math.log(4),
        "Two small ones for a large one": 28,
        "Few pictures": 645,
    }
    asked = {title for title, ask in steps.items() if ask is not None and not ask.choices}
    assert asked == set(wanted)
    for title, value in wanted.items():
        ask = steps[title]
        assert ask is not None
        assert evaluate(ask.answer, known) == pytest.approx(value), title


@pytest.mark.parametrize(("programs", "pictures", "classes"), [(1000, 50, 2), (1, 100, 4), (5000, 200, 10)])
def test_the_luckiest_is_as_lucky_as_the_binomial_distribution_says(programs: int, pictures: int, classes: int) -> None:
    made = [
        get("peeking").make(
            read_picture(SEVEN), {"programs": programs, "pictures": pictures, "classes": classes, "seed": seed}
        )
        for seed in range(40)
    ]
    right = np.arange(pictures + 1)
    below = binom.cdf(right, pictures, 1 / classes) ** programs  # all of them have at most so many right
    expected = 100 * float(np.sum(1 - below[:-1])) / pictures
    best = [one.numbers["best"] for one in made]
    new = [one.numbers["new"] for one in made]
    assert np.mean(best) == pytest.approx(expected, abs=3 * np.std(best) / math.sqrt(40) + 0.1)
    assert np.mean(new) == pytest.approx(100 / classes, abs=1)
    assert made[0].numbers["guessing"] == pytest.approx(100 / classes)


def test_of_equally_good_programs_the_first_leads() -> None:
    chart = get("peeking").make(read_picture(SEVEN), {"programs": 300}).figure.panels[0]
    chosen, new = chart.series  # type: ignore[union-attr]
    assert np.all(np.diff(chosen.y) >= 0)
    changes = np.flatnonzero(np.diff(new.y)) + 1
    assert set(changes) <= set(np.flatnonzero(np.diff(chosen.y)) + 1)
