from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from cnnviz.core.errors import CnnvizError
from cnnviz.figure import Control
from cnnviz.views.options import controls, filled, option


@dataclass(frozen=True)
class Options:
    strength: float = field(default=0.5, metadata=option("Strength", low=0, high=2, help="How much."))
    count: int = field(default=3, metadata=option("Count", low=1))
    kind: str = field(default="a", metadata=option("Kind", choices=("a", "b")))
    shown: bool = field(default=True, metadata=option("Shown"))
    channel: int | None = None


def test_fields_become_controls_and_the_channel_does_not() -> None:
    assert controls(Options) == (
        Control("strength", "Strength", "slider", 0.5, 0, 2, help="How much."),
        Control("count", "Count", "number", 3, 1, None),
        Control("kind", "Kind", "choice", "a", choices=("a", "b")),
        Control("shown", "Shown", "check", True),
    )


def test_texts_are_understood() -> None:
    given = {"strength": "1.5", "count": "7", "kind": "b", "shown": "off", "channel": "4"}
    assert filled(Options, given) == Options(1.5, 7, "b", False, 4)
    assert filled(Options, {"strength": 1, "shown": 1, "channel": None}) == Options(1.0)
    assert filled(Options, {}) == Options()


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("colour", 1, "no option 'colour'; it has strength, count, kind, shown, channel"),
        ("strength", 3, "strength can be 0 to 2, not 3"),
        ("strength", "nan", "strength can be 0 to 2"),
        ("strength", "much", "strength is a number, not 'much'"),
        ("count", 0, "count can be at least 1, not 0"),
        ("count", "1.5", "count is a whole number"),
        ("kind", "c", "kind can be a, b; not 'c'"),
        ("shown", "perhaps", "shown is either on or off"),
        ("channel", "x", "channel is a whole number"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(name: str, value: object, sentence: str) -> None:
    with pytest.raises(CnnvizError, match=sentence):
        filled(Options, {name: value})
