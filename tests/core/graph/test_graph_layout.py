"""Places: nothing overlaps, everything runs forward, and what is left out can still be reached."""

from __future__ import annotations

import itertools
import random

import networkx
import pytest
import torch
import torchvision

import cnnviz
from cnnviz.core.cancel import Cancelled
from cnnviz.core.graph import flow
from cnnviz.core.graph.facts import facts_of
from cnnviz.core.graph.layered import layered
from cnnviz.core.graph.layout import Designer
from cnnviz.core.graph.shapes import Facts, GraphQuery, Layout
from cnnviz.core.graph.wrapped import NOTHING, Item, isotonic, placed
from cnnviz.request import ModelRequest
from cnnviz.response import PassKey

ROOM = (1000, 700)
KEY = PassKey(ModelRequest("any"), "picture")


def designer(name: str, **options: object) -> Designer:
    network = getattr(torchvision.models, name)(**options).eval()
    return Designer(facts_of(cnnviz.trace(network, torch.zeros(1, 3, 64, 64))))


@pytest.fixture(scope="module")
def resnet() -> Designer:
    return designer("resnet18")


@pytest.fixture(scope="module")
def googlenet() -> Designer:
    return designer("googlenet", init_weights=False, aux_logits=False)


@pytest.fixture(scope="module")
def densenet() -> Designer:
    return designer("densenet121")


def made(designer: Designer, depth: int | None = None, opened: frozenset[str] | None = None) -> Layout:
    return designer.layout(GraphQuery(KEY, ROOM, depth, opened))


def check(layout: Layout) -> None:
    """No two cards overlap, frames hold what is theirs and nothing else, all is on the sheet, lines run forward."""
    boxes = [(c.x, c.y, c.x + c.width, c.y + c.height) for c in layout.cards]
    for (a, one), (b, other) in itertools.combinations(enumerate(boxes), 2):
        apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
        assert apart, (layout.cards[a], layout.cards[b])
    assert all(x0 >= 0 and y0 >= 0 and x1 <= layout.width and y1 <= layout.height for x0, y0, x1, y1 in boxes)
    for frame in layout.frames:
        right, bottom = frame.x + frame.width, frame.y + frame.height
        for card, (x0, y0, x1, y1) in zip(layout.cards, boxes, strict=True):
            inside = frame.x < x0 and frame.y < y0 and x1 < right and y1 < bottom
            outside = x1 <= frame.x or x0 >= right or y1 <= frame.y or y0 >= bottom
            assert inside if frame.first <= card.first and card.last <= frame.last else outside
    for edge in layout.edges:
        assert all(source < user for source, user in edge.flows)


@pytest.mark.parametrize("depth", [1, 2, 3, 4])
def test_nothing_overlaps(depth: int, resnet: Designer, googlenet: Designer) -> None:
    check(made(resnet, depth))
    check(made(googlenet, depth))


def test_nothing_overlaps_in_a_densenet(densenet: Designer) -> None:
    check(made(densenet, 3))
    check(made(densenet, 3, frozenset({"features/", "features.denseblock1/"})))


def test_counts_of_cards_at_each_depth(resnet: Designer) -> None:
    """ResNet18: 4 stages of 2 blocks, 7 records in each and 2 more in three of them; 8 records beside the stages."""
    records = 4 * 2 * 7 + 3 * 2 + 7
    assert [len(made(resnet, depth).cards) for depth in (1, 2, 3, 4)] == [
        1 + 7 + 4,
        1 + 7 + 8,
        1 + 7 + 8 * 7 + 3,
        1 + records,
    ]


def test_every_flow_is_drawn_or_known_to_be_left_out(googlenet: Designer, densenet: Designer) -> None:
    for layout, one in ((made(googlenet, 4), googlenet), (made(densenet, 4), densenet)):
        flows = {(source, record.index) for record in one.facts for source in record.sources}
        shown = {pair for edge in layout.edges for pair in edge.flows}
        assert shown | layout.left_out == flows
    assert not made(googlenet, 4).left_out
    # layer k takes the input of its block and the outputs of the k - 1 layers before it; the sum of those over the
    # four blocks, less the ones that are drawn: one for each layer, and of the second layer both
    hidden = len(made(densenet, 4).left_out)
    assert hidden > sum(k for count in (6, 12, 24, 16) for k in range(2, count))


def test_a_skip_connection_is_never_left_out(resnet: Designer) -> None:
    assert not made(resnet, 4).left_out
    block = next(frame for frame in made(resnet, 4).frames if frame.title == "layer1.1")
    inside = [e for e in made(resnet, 4).edges if e.points[0][0] == pytest.approx(block.x)]
    assert {user for edge in inside for _, user in edge.flows} >= {block.first, block.first + 5}  # conv1 and add


def test_reduction_agrees_with_networkx() -> None:
    chance = random.Random(1)
    for _ in range(30):
        count = chance.randint(2, 30)
        pairs = sorted({tuple(sorted(chance.sample(range(count), 2))) for _ in range(chance.randint(1, 80))})
        graph = networkx.DiGraph(pairs)
        kept = set(networkx.transitive_reduction(graph).edges)
        assert set(pairs) - flow.spare(pairs, count) == kept


def test_what_is_drawn_keeps_reachability(densenet: Designer) -> None:
    block = next(p for p in densenet.tree.children[1].children if p.title == "denseblock3").children[0]
    found = densenet.flows(block)
    every = networkx.DiGraph((a, b) for a, b in found if a != b)
    some = networkx.DiGraph(list(densenet.links(block)))
    for node in every:
        assert networkx.descendants(some, node) | {25} == networkx.descendants(every, node) | {25}


def test_layers_run_forward_and_hold_every_node_once() -> None:
    chance = random.Random(2)
    for _ in range(20):
        count = chance.randint(3, 40)
        pairs = sorted({tuple(sorted(chance.sample(range(count), 2))) for _ in range(60)})
        found = layered(count, pairs)
        layer = {node: i for i, nodes in enumerate(found.layers) for node in nodes}
        assert sorted(node for node in layer if node < count) == list(range(count))
        assert sum(map(len, found.layers)) == len(layer)
        for (a, b), chain in zip(pairs, found.chains, strict=True):
            assert (chain[0], chain[-1]) == (a, b)
            assert [layer[node] for node in chain] == list(range(layer[a], layer[b] + 1))


def test_sweeps_untangle_what_can_be_untangled() -> None:
    """Two chains that were numbered crosswise."""
    edges = [(0, 1), (0, 2), (1, 4), (2, 3), (3, 6), (4, 5), (5, 7), (6, 7)]
    found = layered(8, edges)
    places = [{node: at for at, node in enumerate(layer)} for layer in found.layers]
    for left, right in itertools.pairwise(places):
        inner = [(left[a], right[b]) for a, b in edges if a in left and b in right]
        assert not [1 for (a, b), (c, d) in itertools.combinations(inner, 2) if (a - c) * (b - d) < 0]


def test_isotonic_regression() -> None:
    """By hand: 3 and 1 with weights 1 and 3 meet at 1.5; what rises stays."""
    assert isotonic([0, 3, 1, 7], [1, 1, 3, 1]) == [0, 1.5, 1.5, 7]
    assert isotonic([4, 2, 0], [1, 1, 1]) == [2, 2, 2]


def test_a_chain_runs_straight_and_wraps_like_text() -> None:
    card = Item(100, 80, 40, 40)
    chain = layered(8, [(i, i + 1) for i in range(7)])
    wide = placed(chain, (NOTHING, *[card] * 6, NOTHING), 10_000)
    assert len({y for _, y in wide.corners[1:-1]}) == 1
    assert wide.rows == 1
    tight = placed(chain, (NOTHING, *[card] * 6, NOTHING), 400)
    tops = [y for _, y in tight.corners[1:-1]]
    assert tight.rows == 2
    assert tops[:3] == [tops[0]] * 3
    assert tops[3:] == [tops[3]] * 3
    assert tops[3] >= tops[0] + 80


def test_the_main_line_stays_straight_beside_a_branch(resnet: Designer) -> None:
    """The projection of a residual block is pushed aside, not the convolutions."""
    layout = made(resnet, 4)
    tops = {card.key: card.y for card in layout.cards}
    names = ("conv1", "bn1", "relu", "conv2", "bn2", "add", "relu#1")
    line = [tops[f"layer2.0.{name}"] for name in names]
    assert max(line) - min(line) < 1
    assert abs(tops["layer2.0.downsample.0"] - line[0]) > 100


def test_the_first_view_can_be_read(resnet: Designer, densenet: Designer) -> None:
    for one, size in ((resnet, ROOM), (densenet, ROOM), (resnet, (2200, 1200))):
        layout = one.layout(GraphQuery(KEY, size))
        zoom = min(size[0] / layout.width, size[1] / layout.height)
        assert zoom >= 0.5 or layout.depth == 1
    assert made(resnet).depth == 2
    assert resnet.layout(GraphQuery(KEY, (2600, 1500))).depth == 4


def test_a_layout_that_nobody_wants_is_given_up(densenet: Designer) -> None:
    with pytest.raises(Cancelled):
        densenet.layout(GraphQuery(KEY, (333, 444), 4), lambda: False)


def test_layouts_are_kept_and_always_the_same(resnet: Designer) -> None:
    again = Designer(resnet.facts)
    assert made(resnet, 3) is made(resnet, 3)
    assert made(again, 3).cards == made(resnet, 3).cards
    assert made(again, 3).edges == made(resnet, 3).edges


def chain(count: int, skip: int) -> tuple[Facts, ...]:
    """Records in one row, each of which takes the one before it; every tenth also one from further back."""
    return tuple(
        Facts(
            i,
            f"op{i}",
            f"op{i}",
            "relu",
            "ReLU",
            "activation",
            (8, 4, 4),
            (i - 1, i - skip) if i % 10 == 9 else (i - 1,),
        )
        for i in range(count)
    )


def test_thousands_of_records_in_one_row_are_placed() -> None:
    layout = Designer(chain(1600, 7)).layout(GraphQuery(KEY, ROOM, 9))
    assert len(layout.cards) == 1601
    assert 0.5 < layout.width / layout.height / (ROOM[0] / ROOM[1]) < 2  # about the shape of the room
