"""A plain chain to train from nothing: a plan whose layers carry their sizes, edited link by link.

``plan: 1x28x28 conv6x5/p2 relu max2 conv16x5 relu max2 flatten dense120 relu dense84 relu dense10`` is LeNet-5. The
words are those of `cnnviz.core.finder.plan`; beside them ``conv6x5`` (6 filters of 5 x 5; ``/s`` stride, ``/p``
padding, ``/g`` groups, ``/d`` dilation), ``dense120`` (120 units), ``norm`` and ``dropout50`` (per cent).
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from torch import nn

from cnnviz.core.errors import ModelError
from cnnviz.core.finder.network import build
from cnnviz.core.finder.plan import ACTIVATIONS, PREFIX, Plan, Step, pooling

Shape = tuple[int, ...]

_SIZED = re.compile(
    r"conv(?P<filters>\d+)x(?P<kernel>\d+)(?P<options>(/[spgd]\d+)*)|dense(?P<units>\d+)|dropout(?P<share>\d+)"
)
_LIMIT = 1 << 31  # numbers of one layer's weights


@dataclass(frozen=True, slots=True)
class Link:
    """One link of a chain, and what becomes of the shape there.

    Attributes
    ----------
    word
        As it is written.
    path
        Its name in the network: ``"conv1"``.
    input_shape, output_shape
        (C, H, W) or (F,); empty where nothing can be said, because of a problem here or before.
    parameters
        How many numbers it learns.
    problem
        Why it is impossible, as a sentence; empty when it is not.
    bias
        Whether a convolution has biases: none before a norm, which would take them away again.
    """

    word: str
    path: str
    input_shape: Shape
    output_shape: Shape
    parameters: int = 0
    problem: str = ""
    bias: bool = True


@dataclass(frozen=True, slots=True)
class Chain:
    """A network of links, one after the other; every change gives another chain.

    Attributes
    ----------
    channels, size
        Of the input: how many planes, and their (height, width) in pixels.
    words
        What happens to it, a word each.
    """

    channels: int
    size: tuple[int, int]
    words: tuple[str, ...]

    @property
    def text(self) -> str:
        """As it is written."""
        return f"{PREFIX} {self.channels}x{self.size[0]}x{self.size[1]} {' '.join(self.words)}"

    def added(self, at: int, word: str) -> Chain:
        """With another link before the one of that number."""
        return replace(self, words=(*self.words[:at], word, *self.words[at:]))

    def removed(self, at: int) -> Chain:
        """Without the link of that number."""
        return replace(self, words=(*self.words[:at], *self.words[at + 1 :]))

    def changed(self, at: int, word: str) -> Chain:
        """With another link in the place of that one."""
        return self.removed(at).added(at, word)

    def moved(self, at: int, to: int) -> Chain:
        """With the link of that number at another place."""
        return self.removed(at).added(to, self.words[at])

    def with_classes(self, count: int) -> Chain:
        """With so many outputs of its last dense layer or convolution."""
        for at in reversed(range(len(self.words))):
            found = _SIZED.fullmatch(self.words[at])
            if found and found["units"]:
                return self.changed(at, f"dense{count}")
            if found and found["filters"]:
                return self.changed(at, f"conv{count}x{found['kernel']}{found['options']}")
        return self

    @property
    def links(self) -> tuple[Link, ...]:
        """Every link with its shapes, its parameters and what is impossible about it."""
        found: list[Link] = []
        shape: Shape = (self.channels, *self.size)
        counts: dict[str, int] = {}
        for word, after in zip(self.words, (*self.words[1:], ""), strict=False):
            kind = re.match(r"[a-z_]*", word)
            base = kind[0] if kind and kind[0] else "link"
            counts[base] = counts.get(base, 0) + 1
            link = _link(word, f"{base}{counts[base]}", shape)
            if after == "norm" and word.startswith("conv") and link.output_shape:
                link = replace(link, parameters=link.parameters - link.output_shape[0], bias=False)
            found.append(link)
            shape = link.output_shape
        return tuple(found)

    @property
    def problem(self) -> str:
        """Why it cannot be trained, as a sentence; empty when it can."""
        links = self.links
        problem = next((link.problem for link in links if link.problem), "")
        if problem:
            return problem
        if not any(link.parameters for link in links):
            return "The chain has no layer that learns: add a convolution or a dense layer."
        last = links[-1].output_shape
        return "" if len(last) == 1 else f"The chain ends with maps ({_said(last)}): add flatten and a dense layer."

    def build(self) -> nn.Sequential:
        """The untrained network: input (N, C, H, W), output (N, classes). Raises ``ModelError`` with the problem."""
        if self.problem:
            raise ModelError(self.problem)
        return nn.Sequential(OrderedDict((link.path, _module(link)) for link in self.links))

    @property
    def plan(self) -> Plan:
        """The plan by which the file of its weights is opened; dropout, which does nothing then, is left out."""
        steps = [_step(link) for link in self.links if not link.word.startswith("dropout")]
        return Plan(self.channels, self.size, tuple(steps))


def parse(text: str) -> Chain:
    """The chain that was written. Raises ``ModelError`` with a sentence on what is not understood."""
    words = text.removeprefix(PREFIX).split()
    size = re.fullmatch(r"([1-9]\d{0,3})x([1-9]\d{0,4})x([1-9]\d{0,4})", words[0]) if words else None
    if size is None or int(size[1]) not in (1, 3):
        raise ModelError("A plan begins with the input's channels (1 or 3) and size: “plan: 1x28x28 conv6x5 relu …”.")
    return Chain(int(size[1]), (int(size[2]), int(size[3])), tuple(words[1:]))


def _link(word: str, path: str, shape: Shape) -> Link:
    if not shape:  # something before is impossible already
        return Link(word, path, (), ())
    sized = _SIZED.fullmatch(word)
    if sized and sized["filters"]:
        return _convolution(word, path, shape, int(sized["filters"]), int(sized["kernel"]))
    if sized and sized["units"]:
        return _dense(word, path, shape, int(sized["units"]))
    if word == "norm":
        return Link(word, path, shape, shape, 2 * shape[0])
    if word in ACTIVATIONS or (sized and int(sized["share"]) < 100):
        return Link(word, path, shape, shape)
    if word == "flatten":
        return Link(word, path, shape, (_product(shape),))
    said = pooling(word)
    if said is None or said["sub"]:
        return _impossible(word, path, shape, f"“{word}” is not understood: conv6x5, relu, max2, flatten, dense10 are.")
    if len(shape) != 3:
        return _impossible(word, path, shape, f"{path} pools maps, but gets a row of {shape[0]:,} numbers.")
    if said["adaptive"]:
        edge = int(said["out"] or 1)
        return Link(word, path, shape, (shape[0], edge, edge))
    return _pooled(word, path, shape, said)


def _convolution(word: str, path: str, shape: Shape, filters: int, kernel: int) -> Link:
    stride, padding, groups, dilation = _options(word)
    if len(shape) != 3:
        return _impossible(word, path, shape, f"{path} reads maps, but gets a row of {shape[0]:,} numbers.")
    if not (filters and kernel and stride and groups and dilation):
        return _impossible(word, path, shape, f"{path} needs filters, a size, a stride and groups above 0.")
    if shape[0] % groups or filters % groups:
        return _impossible(
            word,
            path,
            shape,
            f"{path} has {groups} groups, which divide neither evenly: {shape[0]} channels in, {filters} out.",
        )
    reach = dilation * (kernel - 1) + 1
    sides = [(edge + 2 * padding - reach) // stride + 1 for edge in shape[1:]]
    if min(sides) < 1:
        return _impossible(word, path, shape, _too_small(path, reach, shape, padding))
    parameters = filters * (shape[0] // groups * kernel * kernel + 1)
    return _checked(Link(word, path, shape, (filters, *sides), parameters))


def _dense(word: str, path: str, shape: Shape, units: int) -> Link:
    if len(shape) != 1:
        return _impossible(
            word, path, shape, f"{path} reads a row, but gets maps ({_said(shape)}): put flatten before it."
        )
    if not units:
        return _impossible(word, path, shape, f"{path} needs at least one unit.")
    return _checked(Link(word, path, shape, (units,), units * (shape[0] + 1)))


def _pooled(word: str, path: str, shape: Shape, said: re.Match[str]) -> Link:
    size, padding = int(said["size"]), int(said["padding"] or 0)
    stride = int(said["stride"] or size)
    if not (size and stride) or 2 * padding > size:
        problem = f"{path} needs a size and a stride above 0, and padding of at most half its size."
        return _impossible(word, path, shape, problem)
    sides = [-(-(edge + 2 * padding - size) // stride) + 1 for edge in shape[1:]]
    if not said["ceil"]:
        sides = [(edge + 2 * padding - size) // stride + 1 for edge in shape[1:]]
    if min(sides) < 1:
        return _impossible(word, path, shape, _too_small(path, size, shape, padding))
    return Link(word, path, shape, (shape[0], *sides))


def _too_small(path: str, reach: int, shape: Shape, padding: int) -> str:
    padded = f", {padding} more on each side with padding" if padding else ""
    return (
        f"{path} looks at {reach} × {reach} cells, but its maps have only {shape[1]} × {shape[2]}{padded}: "
        "take a pooling before it out, or add padding."
    )


def _checked(link: Link) -> Link:
    if link.parameters < _LIMIT:
        return link
    problem = f"{link.path} would have {link.parameters:,} parameters, too many for any memory: pool before it."
    return _impossible(link.word, link.path, link.input_shape, problem)


def _impossible(word: str, path: str, shape: Shape, problem: str) -> Link:
    return Link(word, path, shape, (), problem=problem)


def _options(word: str) -> tuple[int, int, int, int]:
    """Stride, padding, groups, dilation."""
    given = {option[0]: int(option[1:]) for option in word.split("/")[1:]}
    return given.get("s", 1), given.get("p", 0), given.get("g", 1), given.get("d", 1)


def _module(link: Link) -> nn.Module:
    sized = _SIZED.fullmatch(link.word)
    shape = link.input_shape
    if sized and sized["filters"]:
        stride, padding, groups, dilation = _options(link.word)
        filters, kernel = int(sized["filters"]), int(sized["kernel"])
        return nn.Conv2d(shape[0], filters, kernel, stride, padding, dilation, groups, link.bias)
    if sized and sized["units"]:
        return nn.Linear(shape[0], int(sized["units"]))
    if sized:
        return nn.Dropout(int(sized["share"]) / 100)
    if link.word == "norm":
        return nn.BatchNorm2d(shape[0]) if len(shape) == 3 else nn.BatchNorm1d(shape[0])
    plan = Plan(1, (1, 1), (Step(link.word),))
    return next(build(plan, {}).children())


def _step(link: Link) -> Step:
    if link.word.startswith("conv"):
        stride, padding, groups, dilation = _options(link.word)
        return Step("layer", link.path, stride, padding, groups, dilation)
    return Step("layer", link.path) if link.word == "norm" or link.word.startswith("dense") else Step(link.word)


def _product(numbers: Sequence[int]) -> int:
    found = 1
    for number in numbers:
        found *= number
    return found


def _said(shape: Shape) -> str:
    return " × ".join(map(str, shape))
