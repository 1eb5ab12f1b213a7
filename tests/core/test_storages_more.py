"""Pickles by their opcodes, and what they say of tensors, arrays and storages: expected values written by hand."""

from __future__ import annotations

import pickle
import struct
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from cnnviz.core import pickles
from cnnviz.core.errors import ModelError
from cnnviz.core.pickles import Foreign, Global, Read, read_pickle
from cnnviz.core.storages import Described, Stored, array_of, makers, storage


def nothing(content: Any) -> Any:
    return None


def numbers(*values: float) -> Stored:
    """A storage of float32 that needs no file."""
    content = struct.pack(f"<{len(values)}f", *values)
    return Stored(
        "0", torch.float32, len(values), lambda key, size: torch.frombuffer(bytearray(content), dtype=torch.uint8)
    )


@pytest.mark.parametrize(
    ("program", "content"),
    [
        (b"I1\nI2\n0.", 1),  # POP
        (b"I1\n(I2\nI3\n1.", 1),  # POP_MARK
        (b"I7\n2\x86.", (7, 7)),  # DUP, TUPLE2
        (b"(U\x01aI1\nd.", {"a": 1}),  # DICT
        (b"(I1\nI2\nt.", (1, 2)),
        (b"](I1\nI2\ne.", [1, 2]),
        (b"\x8f(I1\nI2\n\x90.", [1, 2]),  # EMPTY_SET, ADDITEMS
        (b"(I1\n\x91.", [1]),  # FROZENSET
        (b"ccollections\nOrderedDict\n)R.", {}),
        (b"ccollections\nOrderedDict\n)}\x92.", {}),  # NEWOBJ_EX
        (b"(ccollections\nOrderedDict\n]o.", {}),  # OBJ
        (b"(]icollections\nOrderedDict\n.", {}),  # INST
        (b"c__builtin__\nset\n](I1\nI1\ne\x85R.", [1, 1]),
        (b"cbuiltins\nbytearray\nC\x02ab\x85R.", b"ab"),
        (b"ccollections\ndefaultdict\ncbuiltins\nlist\n\x85R.", {}),
        (b"ccollections\nOrderedDict\n}U\x01aK\x05s\x85R.", {"a": 5}),
        (b"ccollections\nOrderedDict\nK\x05\x85R.", {}),  # pairs that are none
        (b"}]K\x01s.", {"<class 'list'>": 1}),  # a key that no dict can have
    ],
)
def test_opcodes_that_torch_does_not_write(program: bytes, content: object) -> None:
    assert read_pickle(program).content == content


def test_what_is_called_through_a_class_is_noted() -> None:
    for program in (b"(K\x01imine\nNet\n.", b"(cmine\nNet\nK\x01o.", b"cmine\nNet\nK\x01\x85\x81."):
        read = read_pickle(program)
        assert (read.imports, read.calls) == (("mine.Net",), ("mine.Net",))
        assert (read.content.kind, read.content.args) == ("mine.Net", (1,))


def test_an_inert_object_keeps_what_would_be_put_into_it() -> None:
    found = read_pickle(b"cmine\nBag\n)R(K\x01K\x02eK\x03aU\x01kK\x04s}U\x01xK\x05sb.").content
    assert (found.items, found.entries, found.state) == ([1, 2, 3], {"k": 4}, {"x": 5})
    assert found.attributes == {"x": 5}


def test_the_class_and_attributes_of_an_inert_object() -> None:
    made = Foreign(Global("copy_reg", "_reconstructor"), (Global("mine", "Net"), Global("builtins", "object"), None))
    assert made.kind == "mine.Net"
    assert Foreign(made).kind == ""
    assert Foreign(Global("a", "B"), state=({"x": 1, 2: 3}, {"y": 4})).attributes == {"x": 1, "y": 4}
    assert Foreign(Global("a", "B"), state=(None, {"y": 4})).attributes == {"y": 4}
    assert Foreign(Global("a", "B"), state=[1]).attributes == {}


def test_a_result_of_a_call_that_is_called_stays_inert() -> None:
    found = read_pickle(b"cmine\nf\n)RK\x01\x85R.")
    assert isinstance(found.content.maker, Foreign)
    assert found.content.args == (1,)
    assert found.calls == ("mine.f",)


def test_objects_outside_of_the_pickle() -> None:
    assert read_pickle(b"Pkey\n.", stored=lambda which: f"<{which}>").content == "<key>"
    assert read_pickle(b"U\x03keyQ.", stored=lambda which: f"<{which}>").content == "<key>"


@pytest.mark.parametrize(
    ("program", "details"),
    [
        (b"K\x01K\x02a.", "TypeError: append to a int"),
        (b"]K\x01K\x02s.", "TypeError: keys in a list"),
        (b"K\x01K\x02\x93.", "TypeError: a name that is no text"),
        (b"cmine\nNet\nK\x01R.", "TypeError: arguments that are no tuple"),
        (b"K\x01", "ValueError: pickle exhausted before seeing STOP"),
        (b"0.", "IndexError: pop from empty list"),
        (b"h\x05.", "KeyError: 5"),
        (b"}(K\x01u.", "ValueError: zip() argument 2 is shorter than argument 1"),
    ],
)
def test_programs_that_are_damaged(program: bytes, details: str) -> None:
    with pytest.raises(ModelError) as caught:
        read_pickle(program)
    assert str(caught.value) == "It is damaged, or not a file of PyTorch weights."
    assert caught.value.details == details


def test_opcodes_that_no_weights_have(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ModelError, match=r"^It uses EXT1, which no file of weights does\.$"):
        read_pickle(b"\x82\x01.")
    monkeypatch.setattr(pickles, "SECONDS", -1.0)
    with pytest.raises(ModelError, match=r"^It takes too long to read: no honest network does\.$"):
        read_pickle(b"].")


def read(content: object, protocol: int = 2) -> Read:
    return read_pickle(pickle.dumps(content, protocol), makers(nothing))


@pytest.mark.parametrize("protocol", [2, 4])
@pytest.mark.parametrize(
    "array",
    [
        pytest.param(np.arange(6, dtype=np.float32).reshape(2, 3), id="rows"),
        pytest.param(np.asfortranarray(np.arange(6.0).reshape(2, 3)), id="columns"),
        pytest.param(np.arange(6, dtype=">i4").reshape(3, 2), id="big-endian"),
        pytest.param(np.array([True, False]), id="truth"),
    ],
)
def test_arrays_that_numpy_pickled(array: np.ndarray[Any, Any], protocol: int) -> None:
    found = array_of(read(array, protocol).content)
    assert found is not None
    assert found.tolist() == array.tolist()
    assert found.is_contiguous()


def test_numbers_that_numpy_pickled() -> None:
    content = read({"best": np.float64(0.75), "epoch": np.int32(-7), "ok": np.bool_(True)}).content
    assert content == {"best": 0.75, "epoch": -7, "ok": True}
    assert [type(value) for value in content.values()] == [float, int, bool]
    date = read(np.datetime64("2020-01-01")).content  # no number of ours
    assert isinstance(date, Foreign)
    assert date.kind == "numpy.generic"


def test_what_is_no_array() -> None:
    assert array_of(3) is None
    assert array_of(Foreign(Global("mine", "array"))) is None
    assert array_of(read(np.array(["a", "b"])).content) is None  # texts
    whole = read(np.arange(4.0)).content
    version, shape, kind, fortran, content = whole.state
    for state in ((version, (5,), kind, fortran, content), (version, shape, 3, fortran, content), (1, 2)):
        whole.state = state
        assert array_of(whole) is None


def test_tensors_are_described_before_they_are_read() -> None:
    known = makers(nothing)
    stored, float64 = numbers(1, 2, 3, 4), Global("torch", "float64")
    found = known["torch._utils._rebuild_tensor_v2"](stored, 1, (2,), (2,), False, {})
    assert isinstance(found, Described)
    assert stored.kept is None
    assert found.tensor().tolist() == [2, 4]
    assert stored.values() is stored.values()
    assert known["torch._utils._rebuild_tensor_v3"](stored, 0, (2,), (1,), False, {}, float64).dtype == torch.float64
    assert known["torch._utils._rebuild_tensor_v2"](stored, 0, (1,), (1,), Global("torch", "nn")).dtype == torch.float32
    assert known["torch._utils._rebuild_tensor"]("text", 0, (2,), (1,)).kind == "torch.Tensor"
    assert known["torch._utils._rebuild_parameter"](found, True, {}) is found
    assert known["torch.Size"]([2, 3]) == (2, 3)


def test_a_tensor_with_something_hung_on_it_is_that_tensor() -> None:
    v2 = Global("torch._utils", "_rebuild_tensor_v2")
    make = makers(nothing)["torch._tensor._rebuild_from_type_v2"]
    found = make(v2, Global("torch", "Tensor"), (numbers(5, 6), 0, (2,), (1,), False, {}), {"note": 1})
    assert found.tensor().tolist() == [5, 6]
    assert make(Global("os", "system"), None, ("true",), None).kind == "os.system"


@pytest.mark.parametrize(
    ("offset", "shape", "stride"), [(-1, (2,), (1,)), (0, (2, 2), (1,)), (0, (-2,), (1,)), (0, (2.5,), (1,))]
)
def test_impossible_shapes(offset: int, shape: tuple[int, ...], stride: tuple[int, ...]) -> None:
    with pytest.raises(ModelError, match=r"^A tensor in it has an impossible shape: it is damaged\.$"):
        makers(nothing)["torch._utils._rebuild_tensor"](numbers(1, 2, 3, 4), offset, shape, stride)


def test_tensors_without_numbers() -> None:
    def never(key: str, size: int) -> Tensor:
        raise AssertionError

    empty = Stored("0", torch.int64, 0, never)
    assert empty.values().shape == (0,)
    assert Described(empty, 0, (0, 3), (3, 1), torch.int64).tensor().shape == (0, 3)


def test_storages_of_every_type() -> None:
    def fetch(key: str, size: int) -> Tensor:
        return torch.zeros(size, dtype=torch.uint8)

    for name, dtype in (("HalfStorage", torch.float16), ("BoolStorage", torch.bool), ("ShortStorage", torch.int16)):
        found = storage(Global("torch", name), 3, 5, fetch)
        assert (found.key, found.dtype, found.values().tolist()) == ("3", dtype, [0] * 5)
    with pytest.raises(ModelError, match=r"^It is quantised to whole numbers \(int8\), and such networks cannot be"):
        storage(Global("torch", "QInt8Storage"), "0", 4, fetch)
    refused: list[tuple[object, object]] = [
        (Global("torch", "QuantumStorage"), 4), (Global("torch", "FloatStorage"), -1), ("FloatStorage", 4),
    ]  # fmt: skip
    for kind, count in refused:
        with pytest.raises(ModelError, match=r"^It holds numbers of a type that is not known\.$"):
            storage(kind, "0", count, fetch)
