"""Blocks of networks without modules: what repeats is found, wherever it begins, and no row is long."""

from __future__ import annotations

import random

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import cnnviz
from cnnviz.core.graph import blocks, runs
from cnnviz.core.graph.facts import facts_of
from cnnviz.core.graph.layout import LEGIBLE, Designer
from cnnviz.core.graph.shapes import BLOCK, PICTURE, RECORD, REPEAT, Facts, GraphQuery, Part
from cnnviz.request import ModelRequest
from cnnviz.response import PassKey

ROOM = (1100, 700)
KEY = PassKey(ModelRequest("any"), "picture")


class Residual(nn.Module):
    """A residual network of basic blocks as one function: no modules below it (He et al. 2016, table 1)."""

    def __init__(self, counts: tuple[int, ...]) -> None:
        super().__init__()
        self.counts = counts
        self.stem = nn.Parameter(torch.ones(4, 3, 1, 1))
        self.weight = nn.Parameter(torch.ones(4, 4, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(F.conv2d(x, self.stem, stride=2))
        for count in self.counts:
            for n in range(count):
                stride = 1 if n else 2
                y = F.conv2d(F.relu(F.conv2d(x, self.weight, stride=stride)), self.weight)
                x = F.relu(y + (x if n else F.conv2d(x, self.weight, stride=2)))
        return x.mean((2, 3))


def in_a_row(count: int, ops: list[str]) -> tuple[Facts, ...]:
    return tuple(
        Facts(i, f"op{i}", f"op{i}", ops[i % len(ops)], "op", "other", (8, 4, 4), (i - 1,)) for i in range(count)
    )


def leaves(part: Part) -> list[Part]:
    return [leaf for child in part.children for leaf in leaves(child)] if part.children else [part]


def parents(part: Part) -> list[Part]:
    return [part, *(below for child in part.children for below in parents(child))] if part.children else []


def check(tree: Part, count: int) -> None:
    """Every record is a leaf once and in order, depths grow one by one, keys are unique, and no row is long."""
    assert [leaf.first for leaf in leaves(tree)] == [PICTURE, *range(count)]
    keys = [part.key for part in parents(tree)] + [leaf.key for leaf in leaves(tree)]
    assert len(keys) == len(set(keys))
    for part in parents(tree):
        assert len(part.children) <= runs.MANY + 1  # the picture is the network's own
        inside = part.depth + (part.kind != REPEAT)
        assert {child.depth for child in part.children} == {inside}
        assert (part.children[0].first, part.children[-1].last) == (part.first, part.last)


def test_residual_blocks_of_a_function_are_found_and_begin_where_the_skip_begins() -> None:
    network = Residual((6, 8, 20, 5)).eval()
    facts = facts_of(cnnviz.trace(network, torch.ones(1, 3, 64, 64)))
    tree = blocks.tree(facts)
    check(tree, len(facts))
    found = [part for part in tree.children if part.kind == REPEAT]
    assert [part.alike for part in found] == [5, 7, 19, 4]  # the first of each stage has a convolution in its skip
    for block in found[0].children:
        assert [facts[i].op for i in range(block.first, block.last + 1)] == ["conv2d", "relu", "conv2d", "add", "relu"]
    assert [part.title for part in found] == ["block 1–5", "block 6–12", "block 13–31", "block 32–35"]


def test_layers_of_a_long_sequential_are_found_although_each_has_a_path_of_its_own() -> None:
    layers = [layer for _ in range(40) for layer in (nn.Conv2d(3, 3, 1), nn.BatchNorm2d(3), nn.ReLU())]
    tree = blocks.tree(facts_of(cnnviz.trace(nn.Sequential(*layers).eval(), torch.ones(1, 3, 4, 4))))
    check(tree, 120)
    assert [(part.kind, len(part.children)) for part in tree.children[1:]] == [(BLOCK, 3)] * 40
    assert all(part.title == f"block {n}" for n, part in enumerate(tree.children[1:], 1))


def test_a_network_whose_modules_give_blocks_stays_as_it_is() -> None:
    facts = in_a_row(runs.MANY, ["conv2d", "relu"])
    assert all(part.kind == RECORD for part in blocks.tree(facts).children)


def test_the_same_operation_in_a_row_is_cut_into_pieces_of_like_length() -> None:
    tree = blocks.tree(in_a_row(5000, ["relu"]))
    check(tree, 5000)
    sizes = [part.last - part.first + 1 for part in tree.children[1:]]
    assert len(sizes) == runs.PIECES
    assert max(sizes) - min(sizes) <= 1
    assert tree.children[1].title == "ops 0–207"


def test_a_row_is_cut_where_the_maps_change_their_size() -> None:
    chance = random.Random(0)
    sizes = [32] * 30 + [16] * 45 + [8] * 25
    facts = tuple(
        Facts(i, f"op{i}", f"op{i}", chance.choice("abcdefgh"), "op", "other", (8, size, size), (i - 1,))
        for i, size in enumerate(sizes)
    )
    tree = blocks.tree(facts)
    check(tree, 100)
    assert [(part.title, part.last - part.first + 1) for part in tree.children[1:]] == [
        ("32×32", 30),
        ("16×16", 45),
        ("8×8", 25),
    ]


@pytest.mark.parametrize("seed", range(6))
def test_any_long_row_comes_out_whole(seed: int) -> None:
    chance = random.Random(seed)
    count = chance.randint(runs.MANY, 900)
    facts = []
    for i in range(count):
        sources = {i - 1, *(chance.randrange(-1, i) for _ in range(chance.randint(0, 2)) if i)}
        shape = chance.choice([(8, 4, 4), (8, 2, 2), (10,)]) if chance.random() < 0.05 else (8, 4, 4)
        facts.append(Facts(i, f"op{i}", f"op{i}", chance.choice("abc"), "op", "other", shape, tuple(sorted(sources))))
    check(blocks.tree(facts), count)


@pytest.mark.parametrize("ops", [["relu"], ["conv2d", "relu"], ["conv2d", "batch_norm", "relu", "dropout", "relu"]])
def test_the_first_view_of_five_thousand_in_a_row_can_be_read(ops: list[str]) -> None:
    layout = Designer(in_a_row(5000, ops)).layout(GraphQuery(KEY, ROOM))
    assert 1 < len(layout.cards) <= runs.MANY + 1
    assert min(ROOM[0] / layout.width, ROOM[1] / layout.height) >= LEGIBLE
