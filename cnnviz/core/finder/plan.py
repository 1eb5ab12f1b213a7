"""A network as data: steps in their order, which a person can read, change and write down.

``plan: 1x28x28 conv1 relu conv2 relu max2 flatten fc1 relu fc2`` is the whole of such a network: names of layers stand
for their weights in the file, the other words for what has none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from cnnviz.core.errors import ModelError

PREFIX = "plan:"

ACTIVATIONS = (
    "relu relu6 leaky tanh sigmoid elu selu gelu silu hardswish hardsigmoid softplus mish log_softmax softmax".split()
)
"""The activations that a plan may have, first the one that is mostly meant."""

_LEAKY = re.compile(r"leaky(?P<slope>0?\.\d+)?")
_PLAIN = re.compile(
    r"(?P<word>max|avg)(?P<size>\d+)(?:s(?P<stride>\d+))?(?:p(?P<padding>\d+))?(?P<ceil>c)?"
    r"|(?P<adaptive>gap|gmp)(?P<out>\d*)|(?P<sub>sub)(?P<step>\d+)(?P<where>both|end)(?P<to>\d+)"
)
BLOCKS = ("add", "cat", "gate", "stn", "seq")
"""Steps with branches: their sum, all of them side by side, one times the other, a spatial transformer; one alone."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a plan.

    Attributes
    ----------
    word
        ``"layer"`` for one with weights; an activation; ``"max2"``, ``"avg3s2"``, ``"gap"``; ``"flatten"``;
        ``"add"``, ``"cat"`` and ``"stn"`` for blocks.
    path
        Whose weights it has; of a block, the name that its weights begin with.
    stride, padding, groups, dilation
        Of a convolution.
    branches
        Of a block; an empty one hands its input on.
    """

    word: str
    path: str = ""
    stride: int = 1
    padding: int = 0
    groups: int = 1
    dilation: int = 1
    branches: tuple[tuple[Step, ...], ...] = ()

    @property
    def text(self) -> str:
        """As it is written in a plan."""
        if self.branches:
            inside = " | ".join(" ".join(step.text for step in branch) for branch in self.branches)
            head = f"{self.word}@{self.path}" if self.path else self.word
            return " ".join(f"{head} ( {inside} )".split())
        if self.word != "layer":
            return self.word
        options = [("s", self.stride, 1), ("p", self.padding, 0), ("g", self.groups, 1), ("d", self.dilation, 1)]
        return self.path + "".join(f"/{letter}{value}" for letter, value, usual in options if value != usual)


@dataclass(frozen=True, slots=True)
class Plan:
    """A network as data.

    Attributes
    ----------
    channels, size
        Of the input: how many planes, and their (height, width) in pixels.
    steps
        What happens to it.
    """

    channels: int
    size: tuple[int, int]
    steps: tuple[Step, ...]

    @property
    def text(self) -> str:
        """As it is written: what ``--arch`` takes."""
        steps = " ".join(step.text for step in self.steps)
        return f"{PREFIX} {self.channels}x{self.size[0]}x{self.size[1]} {steps}"

    def with_activation(self, word: str) -> Plan:
        """The same with another activation everywhere."""
        return self.exchanged(lambda step: replace(step, word=word) if is_activation(step.word) else step)

    def with_pooling(self, word: str) -> Plan:
        """The same with maxima, or with averages, everywhere."""
        return self.exchanged(
            lambda step: replace(step, word=word + step.word[3:]) if step.word[:3] in ("max", "avg") else step
        )

    def exchanged(self, change: object) -> Plan:
        """The same with each step exchanged for what ``change(step)`` gives."""

        def deep(step: Step) -> Step:
            step = replace(step, branches=tuple(tuple(map(deep, branch)) for branch in step.branches))
            return change(step)  # type: ignore[operator,no-any-return]

        return replace(self, steps=tuple(map(deep, self.steps)))

    def all_steps(self) -> Iterator[Step]:
        """Every step, those in blocks too."""
        waiting = list(reversed(self.steps))
        while waiting:
            step = waiting.pop()
            yield step
            waiting += [inner for branch in reversed(step.branches) for inner in reversed(branch)]


def pooling(word: str) -> re.Match[str] | None:
    """What a word for a pooling says."""
    return _PLAIN.fullmatch(word)


def slope(word: str) -> float | None:
    """The slope of a leaky ReLU, 0.01 where the word names none (``leaky0.2``); None for other words."""
    found = _LEAKY.fullmatch(word)
    return None if found is None else float(found["slope"] or 0.01)


def is_activation(word: str) -> bool:
    """Whether a word stands for an activation between layers."""
    return word in ACTIVATIONS[:-2] or slope(word) is not None


def parse(text: str) -> Plan:
    """The plan that was written. Raises ``ModelError`` with a sentence on what is not understood."""
    words = text.removeprefix(PREFIX).split()
    size = re.fullmatch(r"(\d{1,4})x(\d{1,5})x(\d{1,5})", words[0]) if words else None
    if size is None:
        raise ModelError("A plan begins with the input's channels and size, such as “plan: 1x28x28 conv1 relu …”.")
    tokens = list(reversed(words[1:]))
    branches = _branches(tokens)
    if tokens or len(branches) != 1:
        raise ModelError("The brackets of the plan do not match.")
    channels, height, width = map(int, size.groups())
    return Plan(channels, (height, width), branches[0])


def _branches(tokens: list[str]) -> tuple[tuple[Step, ...], ...]:
    branches: list[list[Step]] = [[]]
    while tokens:
        token = tokens.pop()
        word, _, path = token.partition("@")
        if token == ")":
            break
        if token == "|":
            branches.append([])
        elif word in BLOCKS and tokens and tokens[-1] == "(":
            tokens.pop()
            branches[-1].append(Step(word, path, branches=_branches(tokens)))
        else:
            branches[-1].append(_step(token))
    return tuple(map(tuple, branches))


def _step(token: str) -> Step:
    if token in ACTIVATIONS or slope(token) or token in ("flatten", "flatten_hwc") or pooling(token):
        return Step(token)
    path, *options = token.split("/")
    if path in ("(", ")", "|"):
        raise ModelError("The brackets of the plan do not match.")
    named = {"s": "stride", "p": "padding", "g": "groups", "d": "dilation"}
    try:
        numbers: dict[str, Any] = {named[option[0]]: int(option[1:]) for option in options}
        return Step("layer", path, **numbers)
    except (KeyError, ValueError, IndexError):
        raise ModelError(f"“{token}” in the plan is not understood.") from None
