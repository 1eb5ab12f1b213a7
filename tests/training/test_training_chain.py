from __future__ import annotations

import pytest
import torch

from cnnviz.core.errors import ModelError
from cnnviz.training.chain import Chain, parse

LENET = "plan: 1x28x28 conv6x5/p2 relu max2 conv16x5 relu max2 flatten dense120 relu dense84 relu dense10"


def test_lenet_as_a_chain():
    chain = parse(LENET)
    assert chain.text == LENET
    assert chain.problem == ""
    shapes = [link.output_shape for link in chain.links]
    assert shapes[:7] == [(6, 28, 28), (6, 28, 28), (6, 14, 14), (16, 10, 10), (16, 10, 10), (16, 5, 5), (400,)]
    # LeCun et al. 1998 as it is taught: 6(25+1), 16(6*25+1), 120(400+1), 84(120+1), 10(84+1)
    assert [link.parameters for link in chain.links if link.parameters] == [156, 2416, 48120, 10164, 850]
    module = chain.build()
    assert [name for name, _ in module.named_parameters()][:2] == ["conv1.weight", "conv1.bias"]
    assert sum(p.numel() for p in module.parameters()) == 61706
    assert module(torch.zeros(2, 1, 28, 28)).shape == (2, 10)
    assert chain.plan.text == "plan: 1x28x28 conv1/p2 relu max2 conv2 relu max2 flatten dense1 relu dense2 relu dense3"


@pytest.mark.parametrize(
    "words",
    [
        "conv4x3/s2/p1/d2 norm leaky avg3s2p1 gap3 flatten norm dropout50 dense5",
        "conv6x3/g3 tanh max3s2c gmp flatten dense5",
        "flatten dense7 gelu dense5",
        "conv5x1 gap flatten",
    ],
)
def test_the_shapes_that_are_said_are_those_that_run(words: str):
    chain = parse(f"plan: 3x17x19 {words}")
    assert chain.problem == ""
    x = torch.zeros(2, 3, 17, 19)
    for link, layer in zip(chain.links, chain.build().eval(), strict=True):
        assert x.shape[1:] == link.input_shape
        x = layer(x)
        assert x.shape[1:] == link.output_shape
        assert sum(p.numel() for p in layer.parameters()) == link.parameters


def test_every_edit_is_another_chain():
    chain = parse("plan: 1x8x8 conv4x3 flatten dense10")
    assert chain.added(1, "relu").words == ("conv4x3", "relu", "flatten", "dense10")
    assert chain.added(3, "relu").words[-1] == "relu"
    assert chain.removed(0).words == ("flatten", "dense10")
    assert chain.changed(0, "conv8x3").words == ("conv8x3", "flatten", "dense10")
    assert chain.moved(0, 2).words == ("flatten", "dense10", "conv4x3")
    assert chain.moved(2, 0).words == ("dense10", "conv4x3", "flatten")
    assert chain.with_classes(3).words[-1] == "dense3"
    assert parse("plan: 1x8x8 conv4x3/p1 gap flatten").with_classes(3).words[0] == "conv3x3/p1"
    assert parse("plan: 1x8x8 relu").with_classes(3).words == ("relu",)
    assert chain.words == ("conv4x3", "flatten", "dense10")


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("dense5", "dense1 reads a row, but gets maps (1 × 8 × 8): put flatten before it."),
        ("flatten conv4x3", "conv1 reads maps, but gets a row of 64 numbers."),
        ("flatten max2", "max1 pools maps, but gets a row of 64 numbers."),
        ("conv4x9 flatten dense2", "conv1 looks at 9 × 9 cells, but its maps have only 8 × 8"),
        ("max2 max2 max2 conv4x3/p0", "conv1 looks at 3 × 3 cells, but its maps have only 1 × 1"),
        ("max9 flatten dense2", "max1 looks at 9 × 9 cells"),
        ("conv4x11/p1", "only 8 × 8, 1 more on each side with padding"),
        ("conv4x3 conv6x3/g3", "conv2 has 3 groups, which divide neither evenly: 4 channels in, 6 out."),
        ("conv0x3", "conv1 needs filters, a size, a stride and groups above 0."),
        ("conv4x3/s0", "conv1 needs filters"),
        ("max2p2", "max1 needs a size and a stride above 0, and padding of at most half its size."),
        ("flatten dense0", "dense1 needs at least one unit."),
        ("bread", "“bread” is not understood"),
        ("dropout100", "“dropout100” is not understood"),
        ("sub2end8", "“sub2end8” is not understood"),
        ("relu flatten", "no layer that learns"),
        ("", "no layer that learns"),
        ("conv4x3", "The chain ends with maps (4 × 6 × 6): add flatten and a dense layer."),
        ("flatten dense99999999", "too many for any memory"),
    ],
)
def test_impossible_chains_say_why(words: str, problem: str):
    chain = parse(f"plan: 1x8x8 {words}")
    assert problem in chain.problem
    with pytest.raises(ModelError):
        chain.build()


def test_what_follows_a_problem_is_open():
    links = Chain(1, (8, 8), ("dense5", "relu", "dense2")).links
    assert [bool(link.problem) for link in links] == [True, False, False]
    assert links[2].input_shape == ()


@pytest.mark.parametrize("text", ["plan:", "plan: conv4x3", "plan: 2x8x8 relu", "plan: 1x8 relu"])
def test_a_chain_begins_with_the_input(text: str):
    with pytest.raises(ModelError, match="A plan begins with"):
        parse(text)
