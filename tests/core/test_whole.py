"""Networks that were pickled whole: what is made again of their parts, and what is not touched."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from cnnviz.core.errors import ModelError
from cnnviz.core.pickles import Foreign, Global
from cnnviz.core.substitutes import SUBSTITUTES, ConcatPool, Rows
from cnnviz.core.whole import made_again, settings_of, state_of, unknown_classes


def foreign(kind: str, **state: Any) -> Foreign:
    """An object of a class as a pickle describes it."""
    module, _, name = kind.rpartition(".")
    return Foreign(Global("copyreg", "_reconstructor"), (Global(module, name), None, None), state)


def conv(**other: Any) -> Foreign:
    own = nn.Conv2d(1, 2, 3).eval()
    plain = {name: value for name, value in own.__dict__.items() if not name.startswith("_")}
    parameters = {"weight": own.weight.detach(), "bias": own.bias.detach()}  # type: ignore[union-attr]
    state = {"_parameters": parameters, "_buffers": {}, "_modules": {}, **plain}
    state["_reversed_padding_repeated_twice"] = [0, 0, 0, 0]
    return foreign("torch.nn.modules.conv.Conv2d", **(state | other))


def test_a_layer_is_made_again_with_its_numbers_and_settings() -> None:
    pickled = conv(_forward_hooks={"1": "not this"}, odd=Foreign(Global("a", "b")))
    made = made_again(pickled)
    assert isinstance(made, nn.Conv2d)
    assert not made.training
    assert not hasattr(made, "odd")
    x = torch.randn(1, 1, 5, 5)
    weight, bias = (state_of(pickled)[name] for name in ("weight", "bias"))
    with torch.no_grad():
        assert torch.equal(made(x), F.conv2d(x, weight, bias))  # type: ignore[arg-type]


def test_a_part_that_stands_in_two_places_is_one() -> None:
    shared = conv()
    both = foreign(
        "torch.nn.modules.container.Sequential",
        _parameters={},
        _buffers={},
        _modules={"0": shared, "1": shared, "2": None},
    )
    made = made_again(both)
    assert made._modules["0"] is made._modules["1"]
    assert made._modules["2"] is None


@pytest.mark.parametrize(
    "kind",
    [
        "somewhere.Net",
        "torch.nn.modules.conv.NoSuchLayer",
        "torch.nn.modules.nothing.Conv2d",
        "torch.nn.modules.conv.Module",  # imported there, at home elsewhere
        "torchvision.models.resnet.conv3x3",  # a function
    ],
)
def test_what_is_not_known_is_not_made(kind: str) -> None:
    pickled = foreign(kind, _parameters={}, _buffers={}, _modules={})
    assert unknown_classes(pickled) == (kind,)
    with pytest.raises(ModelError, match="not known"):
        made_again(pickled)


def test_values_that_do_nothing_are_kept_and_others_are_not() -> None:
    made = made_again(
        conv(
            activation=Global("torch.nn.functional", "relu"),
            width=Global("torch", "float16"),
            shape=((1, 2), {"a": [3.0]}),
            code=Global("os", "system"),
            inside=[Global("os", "system")],
            tensor=torch.ones(1),
        )
    )
    assert made.activation is F.relu  # type: ignore[comparison-overlap]
    assert made.width is torch.float16  # type: ignore[comparison-overlap]
    assert made.shape == ((1, 2), {"a": [3.0]})  # type: ignore[comparison-overlap]
    assert not {"code", "inside", "tensor"} & made.__dict__.keys()


def test_a_parameter_that_is_no_tensor() -> None:
    with pytest.raises(ModelError, match="no tensor"):
        made_again(conv(_parameters={"weight": Foreign(Global("a", "b")), "bias": None}))


def test_buffers_that_are_not_to_be_saved_are_left_out() -> None:
    pickled = conv(_buffers={"kept": torch.zeros(1), "left": torch.zeros(2)}, _non_persistent_buffers_set=["left"])
    assert list(state_of(pickled)) == ["weight", "bias", "kept"]
    outer = foreign(
        "net.Net", _modules=Foreign(Global("collections", "OrderedDict"), entries={"a": pickled, "n": None})
    )
    assert list(state_of(outer)) == ["a.weight", "a.bias", "a.kept"]


def test_what_parts_say() -> None:
    leaf = {"_parameters": {}, "_buffers": {}, "_modules": {}}
    parts = {
        "conv": conv(stride=(2, 2), padding=(1, 1)),
        "odd": conv(stride=(2, 1)),
        "act": foreign("torch.nn.modules.activation.Tanh", **leaf),
        "pool": foreign("torch.nn.modules.pooling.AvgPool2d", **leaf, kernel_size=2),
        "own": foreign("net.Own", **leaf),
    }
    said = settings_of(foreign("net.Net", _modules=parts))
    assert (said.convolutions, said.activation, said.pooling) == ({"conv": (2, 1)}, "tanh", "avg")
    assert [part.kind for part in said.parts] == ["Conv2d", "Conv2d", "Tanh", "AvgPool2d", ""]
    parts["other"] = foreign("torch.nn.modules.activation.ReLU", **leaf)
    assert settings_of(foreign("net.Net", _modules=parts)).activation == ""


def test_layers_of_other_libraries() -> None:
    x = torch.tensor([[[[1.0, 2.0], [3.0, 6.0]], [[0.0, 0.0], [0.0, 4.0]]]])
    assert ConcatPool()(x).flatten().tolist() == [6.0, 4.0, 3.0, 1.0]
    assert Rows()(x).shape == (1, 8)
    assert set(SUBSTITUTES.values()) == {ConcatPool, Rows}
