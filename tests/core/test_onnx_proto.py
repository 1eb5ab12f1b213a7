"""ONNX files byte by byte: every kind of weights, weights in files beside, and what is damaged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from cnnviz.core.errors import ModelError
from cnnviz.core.onnx.network import OnnxNetwork
from cnnviz.core.onnx.proto import Graph, read_graph

onnx = pytest.importorskip("onnx", reason="needs the extra onnx to write such files")
helper, T = onnx.helper, onnx.TensorProto


def content(*tensors: Any, **attributes: Any) -> bytes:
    """A file of one ReLU with these weights and attributes."""
    value = helper.make_tensor_value_info("x", 1, ["batch", 3, 4, 4])
    result = helper.make_tensor_value_info("y", 1, None)
    graph = helper.make_graph(
        [helper.make_node("Relu", ["x"], ["y"], name="act", **attributes)], "g", [value], [result], tensors
    )
    imports = [helper.make_opsetid("", 17), helper.make_opsetid("com.other", 99)]
    return bytes(helper.make_model(graph, opset_imports=imports).SerializeToString())


def read(data: bytes, folder: Path = Path()) -> Graph:
    return read_graph(memoryview(data), folder)


def length(data: bytes) -> bytes:
    """A length below 128 and the bytes."""
    assert len(data) < 128
    return bytes([len(data)]) + data


def in_graph(field: bytes) -> bytes:
    """A file with a graph (field 7) that has a node (field 1) and these bytes."""
    return b"\x3a" + length(b"\x0a\x06\x22\x04Relu" + field)


def test_what_a_graph_says() -> None:
    graph = read(content())
    assert (graph.opset, graph.outputs) == (17, ["y"])  # another domain's version is not ONNX' own
    assert graph.inputs == {"x": (None, 3, 4, 4)}
    (node,) = graph.nodes
    assert (node.op, node.name, node.inputs, node.outputs) == ("Relu", "act", ("x",), ("y",))


@pytest.mark.parametrize("raw", [True, False])
@pytest.mark.parametrize(
    ("kind", "dtype"),
    [(T.FLOAT, "f4"), (T.DOUBLE, "f8"), (T.FLOAT16, "f2"), (T.INT64, "i8"), (T.INT32, "i4"), (T.INT16, "i2"),
     (T.INT8, "i1"), (T.UINT8, "u1"), (T.BOOL, "?")],
)  # fmt: skip
def test_every_type_of_weights(kind: int, dtype: str, raw: bool) -> None:
    numbers = np.array([[0, 1, 3], [-2 if np.dtype(dtype).kind in "if" else 2, 5, 1]]).astype(dtype)
    values = numbers.tobytes() if raw else numbers.ravel()
    found = read(content(helper.make_tensor("w", kind, [2, 3], values, raw=raw))).tensors["w"]
    assert found.numpy().dtype == np.dtype(dtype)
    np.testing.assert_array_equal(found.numpy(), numbers)


def test_bfloat16_becomes_float32() -> None:
    numbers = torch.tensor([1.5, -2.0, 0.15625])
    raw = numbers.bfloat16().view(torch.int16).numpy().tobytes()
    found = read(content(helper.make_tensor("w", T.BFLOAT16, [3], raw, raw=True))).tensors["w"]
    assert found.dtype == torch.float32
    assert torch.equal(found, numbers)


def test_attributes_of_every_kind() -> None:
    tensor = helper.make_tensor("t", T.INT64, [2], [4, -5])
    data = content(a=0.5, b=-3, c="text", d=tensor, e=[1.5, -2.5], f=[-1, 1 << 40])
    found = read(data).nodes[0].attributes
    assert (found["a"], found["b"], found["c"]) == (0.5, -3, "text")
    assert (found["d"].tolist(), found["e"], found["f"]) == ([4, -5], [1.5, -2.5], [-1, 1 << 40])


def test_a_graph_of_its_own_is_marked() -> None:
    inner = helper.make_graph([], "inner", [], [])
    assert read(content(body=inner)).nodes[0].attributes["body"] is NotImplemented


def test_weights_are_no_inputs() -> None:
    weight = helper.make_tensor("x", 1, [3, 4, 4], np.ones(48, "f4"))
    assert read(content(weight)).inputs == {}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x3a\x7f",  # longer than the file
        b"\x3b",  # a type that there is not
        b"\xff" * 12,  # a number that does not end
        in_graph(b"\x0a\x03\x0a\x01\xff"),  # a name that is no text
        in_graph(b"\x2a" + length(b"\x08" + b"\xff" * 9 + b"\x01\x10\x01")),  # a shape of -1
        in_graph(b"\x2a" + length(b"\x08\x02\x10\x01\x4a\x04" + b"\0" * 4)),  # one number for a shape of 2
    ],
)  # fmt: skip
def test_what_is_damaged_is_refused(data: bytes) -> None:
    with pytest.raises(ModelError, match="damaged or cut off"):
        read(data)


def test_fields_that_nobody_knows_are_passed_over() -> None:
    unknown = b"\xf8\x07\x05" + b"\xf9\x07" + b"8" * 8 + b"\xfd\x07" + b"4" * 4  # field 127: number, 8 and 4 bytes
    assert read(unknown + content()).nodes[0].op == "Relu"


def test_weights_of_a_type_that_is_not_supported() -> None:
    with pytest.raises(ModelError, match="type that is not supported"):
        read(content(helper.make_tensor("w", T.COMPLEX64, [1], [1 + 2j])))


def beside(**about: Any) -> Any:
    tensor = T(name="w", data_type=1, dims=[3], data_location=1)
    for key, value in about.items():
        tensor.external_data.add(key=key, value=str(value))
    return tensor


def test_weights_in_a_file_beside(tmp_path: Path) -> None:
    np.arange(5, dtype="<f4").tofile(tmp_path / "w.bin")
    part = read(content(beside(location="w.bin", offset=4, length=12)), tmp_path).tensors["w"]
    assert part.tolist() == [1, 2, 3]
    rest = read(content(beside(location="w.bin", offset=8)), tmp_path).tensors["w"]  # to the end of the file
    assert rest.tolist() == [2, 3, 4]


@pytest.mark.parametrize(
    ("about", "said"),
    [
        ({"location": "/etc/passwd"}, "outside of its folder"),
        ({"location": "sub/../../w.bin"}, "outside of its folder"),
        ({"offset": 4}, "outside of its folder"),
        ({"location": "none.bin"}, "weights in none.bin, which is not beside it"),
        ({"location": "link.bin"}, "not beside it"),
        ({"location": "w.bin", "length": 24}, "cut off"),
        ({"location": "w.bin", "offset": 24}, "cut off"),
    ],
)
def test_weights_in_a_file_that_is_not_there(tmp_path: Path, about: dict[str, Any], said: str) -> None:
    np.arange(5, dtype="<f4").tofile(tmp_path / "w.bin")
    (tmp_path / "link.bin").symlink_to(tmp_path / "w.bin")
    with pytest.raises(ModelError, match=said):
        read(content(beside(**about)), tmp_path)


def test_constants_are_weights() -> None:
    nodes = [
        helper.make_node("Constant", [], ["two"], value_float=2.0),
        helper.make_node("Identity", ["two"], ["same"]),
        helper.make_node("Mul", ["x", "same"], ["y"]),
    ]
    value, result = helper.make_tensor_value_info("x", 1, [1, 2]), helper.make_tensor_value_info("y", 1, [1, 2])
    made = helper.make_model(helper.make_graph(nodes, "g", [value], [result])).SerializeToString()
    net = OnnxNetwork(read(made))
    assert net(torch.tensor([[3.0, -4.0]])).tolist() == [[6, -8]]
    assert [name for name, _ in net.named_buffers()] == ["mul2.weight"]
    nodes[0] = helper.make_node("Constant", [], ["two"], value_string="2")
    made = helper.make_model(helper.make_graph(nodes, "g", [value], [result])).SerializeToString()
    with pytest.raises(ModelError, match="constant of a kind"):
        OnnxNetwork(read(made))


def test_only_one_picture_goes_in() -> None:
    values = [helper.make_tensor_value_info(name, 1, [1, 2]) for name in "abc"]
    made = helper.make_model(
        helper.make_graph([helper.make_node("Add", ["a", "b"], ["c"])], "g", values[:2], values[2:])
    )
    with pytest.raises(ModelError, match="2 inputs"):
        OnnxNetwork(read(made.SerializeToString()))
