"""Each operation of ONNX gives what ONNX Runtime gives for a graph of that one operation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from cnnviz.core.errors import ModelError
from cnnviz.core.onnx.network import OnnxNetwork
from cnnviz.core.onnx.operations import OPERATIONS
from cnnviz.core.onnx.proto import read_graph

onnx = pytest.importorskip("onnx", reason="needs the extra onnx to write such files")
helper = onnx.helper
rng = np.random.default_rng(0)


def floats(*shape: int) -> np.ndarray:
    return rng.standard_normal(shape).astype("f4")


def ints(*numbers: int) -> np.ndarray:
    return np.array(numbers, "i8")


X = floats(2, 3, 7, 6)
POSITIVE = np.abs(X) + 0.1
ROW = floats(4, 5)


def graph_of(
    op: str, x: np.ndarray, others: tuple[Any, ...], attributes: dict[str, Any], opset: int, outputs: int = 1
) -> bytes:
    """A file with one operation, whose further inputs are weights (None: left out)."""
    names = ["" if other is None else f"w{n}" for n, other in enumerate(others)]
    tensors = [onnx.numpy_helper.from_array(o, n) for o, n in zip(others, names, strict=True) if o is not None]
    results = [f"y{n}" for n in range(outputs)]
    kind = helper.np_dtype_to_tensor_dtype(x.dtype)
    graph = helper.make_graph(
        [helper.make_node(op, ["x", *names], results, **attributes)],
        "g",
        [helper.make_tensor_value_info("x", kind, [None, *x.shape[1:]])],
        [helper.make_value_info(name, onnx.TypeProto()) for name in results],
        tensors,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    return bytes(onnx.shape_inference.infer_shapes(model).SerializeToString())


def ours(content: bytes, x: np.ndarray) -> torch.Tensor:
    with torch.no_grad():
        return OnnxNetwork(read_graph(memoryview(content), Path()))(torch.from_numpy(x))


def theirs(content: bytes, x: np.ndarray) -> list[np.ndarray]:
    runtime = pytest.importorskip("onnxruntime", reason="needs onnxruntime as an oracle")
    options = runtime.SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = 1, 3
    session = runtime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    return session.run(None, {"x": x})


W, W3 = floats(4, 3, 3, 3), floats(3, 2, 3, 3)
CASES: list[tuple[str, np.ndarray, tuple[Any, ...], dict[str, Any], int]] = [
    ("Conv", X, (W,), {"pads": [1, 0, 2, 1], "strides": [2, 1]}, 17),
    ("Conv", X, (W, floats(4)), {"auto_pad": "SAME_UPPER", "strides": [2, 2]}, 17),
    ("Conv", X, (W,), {"auto_pad": "SAME_LOWER", "strides": [2, 2]}, 17),
    ("Conv", X, (floats(6, 1, 3, 3),), {"group": 3, "dilations": [2, 1], "pads": [2, 1, 2, 1]}, 17),
    ("Conv", X[:, :, 0], (floats(4, 3, 2),), {}, 17),
    ("ConvTranspose", X, (W3,), {"strides": [2, 2], "pads": [1, 1, 1, 1], "output_padding": [1, 1]}, 17),
    ("ConvTranspose", X, (W3, floats(2)), {"dilations": [2, 2]}, 17),
    ("Gemm", ROW, (floats(5, 3), floats(3)), {}, 17),
    ("Gemm", ROW, (floats(3, 5), floats(3)), {"transB": 1}, 17),
    ("Gemm", ROW, (floats(3, 5), floats(4, 3)), {"transB": 1, "alpha": 0.5, "beta": 2.0}, 17),
    ("Gemm", ROW, (floats(4, 3),), {"transA": 1, "alpha": 3.0}, 17),
    ("MaxPool", X, (), {"kernel_shape": [3, 2], "strides": [2, 2], "pads": [1, 1, 1, 1]}, 17),
    ("MaxPool", X, (), {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [0, 0, 1, 1]}, 17),
    ("MaxPool", X, (), {"kernel_shape": [2, 2], "strides": [2, 2], "ceil_mode": 1}, 17),
    ("MaxPool", X, (), {"kernel_shape": [3, 3], "auto_pad": "SAME_UPPER", "strides": [2, 2]}, 17),
    ("AveragePool", X, (), {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]}, 17),
    ("AveragePool", X, (), {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1], "count_include_pad": 1}, 17),
    ("AveragePool", X, (), {"kernel_shape": [3, 3], "pads": [0, 0, 1, 1], "count_include_pad": 1}, 17),
    ("AveragePool", X, (), {"kernel_shape": [2, 2], "pads": [0, 0, 1, 1]}, 17),
    ("GlobalAveragePool", X, (), {}, 17),
    ("GlobalMaxPool", X, (), {}, 17),
    ("BatchNormalization", X, (floats(3), floats(3), floats(3), np.abs(floats(3))), {"epsilon": 1e-3}, 17),
    ("InstanceNormalization", X, (floats(3), floats(3)), {"epsilon": 1e-2}, 17),
    ("LayerNormalization", X, (floats(6), floats(6)), {"axis": -1}, 17),
    ("LayerNormalization", X, (floats(7, 6),), {"axis": 2, "epsilon": 1e-2}, 17),
    ("LRN", X, (), {"size": 3, "alpha": 0.5, "beta": 0.6, "bias": 2.0}, 17),
    ("PRelu", X, (np.abs(floats(3, 1, 1)),), {}, 17),
    ("LeakyRelu", X, (), {"alpha": 0.3}, 17),
    ("LeakyRelu", X, (), {}, 17),
    ("HardSigmoid", X, (), {"alpha": 1 / 6, "beta": 0.5}, 17),
    ("HardSigmoid", X, (), {}, 17),
    ("Gelu", X, (), {}, 20),
    ("Gelu", X, (), {"approximate": "tanh"}, 20),
    *((op, X, (), {}, 18) for op in "Relu Elu Selu Sigmoid HardSwish Tanh Softplus Softsign Mish Erf Exp".split()),
    *((op, POSITIVE, (), {}, 17) for op in "Log Sqrt Neg Abs Reciprocal Floor Identity Dropout".split()),
    ("Clip", X, (np.float32(0), np.float32(6)), {}, 17),
    ("Clip", X, (None, np.float32(0.5)), {}, 17),
    ("Clip", X, (), {"min": -0.5, "max": 0.7}, 9),
    *((op, X, (floats(3, 1, 1),), {}, 17) for op in "Add Sub Mul Div Max Min".split()),
    *((op, X, (floats(3, 1, 1), floats(6)), {}, 17) for op in ("Sum", "Max", "Min")),
    ("Div", ints(-7, 7, 9), (ints(2, -2, 3),), {}, 17),
    ("Pow", POSITIVE, (np.float32(1.5),), {}, 17),
    ("Equal", ints(1, 2, 3), (ints(1, 0, 3),), {}, 17),
    ("Where", np.array([True, False, True]), (floats(3), floats(3)), {}, 17),
    ("MatMul", X, (floats(6, 2),), {}, 17),
    ("Concat", X, (floats(2, 1, 7, 6),), {"axis": 1}, 17),
    ("Flatten", X, (), {}, 17),
    ("Flatten", X, (), {"axis": 0}, 17),
    ("Flatten", X, (), {"axis": 2}, 17),
    ("Reshape", X, (ints(0, -1, 6),), {}, 17),
    ("Softmax", ROW, (), {}, 17),
    ("Softmax", X, (), {"axis": 1}, 17),
    ("LogSoftmax", ROW, (), {"axis": 0}, 17),
    ("Transpose", X, (), {"perm": [0, 2, 3, 1]}, 17),
    ("Transpose", X, (), {}, 17),
    ("Squeeze", X[:, :1], (ints(1),), {}, 17),
    ("Squeeze", X[:, :1], (), {"axes": [1]}, 9),
    ("Squeeze", X[:, :1], (), {}, 17),
    ("Unsqueeze", X, (ints(0, -1),), {}, 17),
    ("Unsqueeze", X, (ints(-2, -1),), {}, 17),
    ("Unsqueeze", X, (), {"axes": [3, 1]}, 9),
    ("ReduceMean", X, (), {"axes": [2, 3], "keepdims": 0}, 17),
    ("ReduceMean", X, (ints(-1),), {}, 18),
    ("ReduceMean", X, (), {}, 17),
    ("ReduceSum", X, (ints(1),), {"keepdims": 0}, 17),
    ("ReduceMax", X, (), {"axes": [1]}, 17),
    ("Pad", X, (ints(0, 0, 1, 2, 0, 0, 3, 0),), {}, 17),
    ("Pad", X, (ints(0, 1, 0, 0, 0, 0, 0, 0), np.float32(2.5)), {}, 17),
    ("Pad", X, (ints(0, 0, 1, 2, 0, 0, 3, 0),), {"mode": "reflect"}, 17),
    ("Pad", X, (ints(0, 0, 1, 2, 0, 0, 3, 0),), {"mode": "edge"}, 17),
    ("Pad", X, (ints(0, 0, 0, 0, 0, 0, 0, 0),), {}, 17),
    ("Pad", X, (), {"pads": [0, 0, 1, 1, 0, 0, 0, 2], "value": -1.0}, 9),
    ("Slice", X, (ints(1, -4), ints(1 << 62, -1), ints(2, 3), ints(2, 1)), {}, 17),
    ("Slice", X, (ints(0, 1), ints(1, 3)), {}, 17),
    ("Slice", X, (), {"starts": [1], "ends": [5], "axes": [3]}, 9),
    ("Slice", X, (), {"starts": [1], "ends": [2]}, 9),
    ("Cast", X, (), {"to": 7}, 17),
    ("Cast", X, (), {"to": 9}, 17),
    ("Gather", X, (ints(2, -1, 0),), {"axis": 2}, 17),
    ("Gather", X, (np.array([[0, 1], [2, -2]], "i8"),), {"axis": -1}, 17),
    ("Gather", X, (np.array(1),), {"axis": 1}, 17),
    ("Expand", X[:, :1], (ints(2, 3, 1, 6),), {}, 17),
    ("Resize", X, (None, np.array([1, 1, 2, 3], "f4")), {"coordinate_transformation_mode": "asymmetric",
                                                       "nearest_mode": "floor"}, 17),
    ("Resize", X, (None, np.array([1, 1, 2, 2], "f4")), {"mode": "linear"}, 17),
    ("Resize", X, (None, None, ints(2, 3, 9, 11)), {"mode": "linear"}, 17),
    ("Resize", X, (None, None, ints(2, 3, 9, 11)),
     {"mode": "linear", "coordinate_transformation_mode": "align_corners"}, 17),
    ("Resize", X, (None, None, ints(2, 3, 14, 12)), {"mode": "cubic"}, 17),
    ("Resize", X, (None, np.array([1, 1, 2, 2], "f4")), {}, 17),
    ("Resize", X, (None, None, ints(2, 3, 28, 18)), {}, 17),
    ("Resize", X[:, :, :6], (None, np.array([1, 1, 0.5, 0.5], "f4")), {}, 17),
    ("Resize", X, (None, None, ints(2, 3, 9, 11)), {"coordinate_transformation_mode": "asymmetric",
                                                  "nearest_mode": "floor"}, 17),
    ("Resize", X, (np.ones(8, "f4"), np.array([1, 1, 2, 2], "f4")), {"mode": "linear"}, 13),
    ("Upsample", X, (np.array([1, 1, 2, 2], "f4"),), {}, 9),
    ("Upsample", X, (), {"scales": [1.0, 1.0, 2.0, 2.0]}, 7),
    ("Shape", X, (), {}, 17),
    ("Shape", X, (), {"start": 1, "end": -1}, 17),
    ("ConstantOfShape", ints(2, 3), (), {}, 17),
    ("ConstantOfShape", ints(2, 3), (), {"value": onnx.numpy_helper.from_array(ints(7))}, 17),
    ("ArgMax", X, (), {"axis": 1, "keepdims": 0}, 17),
    ("ArgMax", X, (), {"axis": 1}, 17),
    ("Range", np.array(1), (np.array(9), np.array(3)), {}, 17),
]  # fmt: skip


def test_no_operation_is_left_out() -> None:
    assert {op for op, *_ in CASES} | {"Split"} == OPERATIONS.keys()


@pytest.mark.parametrize("case", CASES, ids=[f"{n}-{case[0]}" for n, case in enumerate(CASES)])
def test_as_onnx_runtime(case: tuple[str, np.ndarray, tuple[Any, ...], dict[str, Any], int]) -> None:
    op, x, others, attributes, opset = case
    if op == "Range":
        numbers = OPERATIONS["Range"]([torch.tensor(1), torch.tensor(9), torch.tensor(3)], {})
        assert numbers.tolist() == [1, 4, 7]
        return
    content = graph_of(op, x, others, attributes, opset)
    expected = theirs(content, x)[0]
    found = ours(content, x).numpy()
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("others", "attributes", "opset", "sizes"),
    [
        ((ints(1, 4, 2),), {"axis": 2}, 17, [1, 4, 2]),
        ((), {"axis": 2, "split": [3, 4]}, 9, [3, 4]),
        ((), {"axis": 3}, 17, [3, 3]),
        ((), {"axis": 2, "num_outputs": 2}, 18, [4, 3]),
    ],
)
def test_split_gives_every_part(
    others: tuple[Any, ...], attributes: dict[str, Any], opset: int, sizes: list[int]
) -> None:
    content = graph_of("Split", X, others, attributes, opset, outputs=len(sizes))
    graph = read_graph(memoryview(content), Path())
    expected = theirs(content, X)
    assert [part.shape[attributes["axis"]] for part in expected] == sizes
    for name, part in zip(list(graph.outputs), expected, strict=True):
        graph.outputs[:] = [name]
        np.testing.assert_array_equal(OnnxNetwork(graph)(torch.from_numpy(X)).numpy(), part)


@pytest.mark.parametrize(
    ("op", "others", "attributes", "said"),
    [
        ("ConvTranspose", (W3,), {"pads": [0, 0, 1, 1]}, "uneven padding"),
        ("ConvTranspose", (W3,), {"auto_pad": "SAME_UPPER"}, "uneven padding"),
        ("Slice", (ints(-1), ints(0), ints(2), ints(-1)), {}, "runs backwards"),
        ("Resize", (None, np.array([1, 1, 2, 2], "f4")),
         {"mode": "linear", "coordinate_transformation_mode": "asymmetric"}, "asymmetric places"),
        ("Resize", (None, np.array([1, 1, 2, 2], "f4")), {"nearest_mode": "ceil"}, "places .ceil"),
        ("Resize", (None, None, ints(2, 3, 9, 11)), {"coordinate_transformation_mode": "align_corners"}, "nearest of"),
        ("Resize", (None, None, ints(2, 3, 9, 11)), {}, "nearest of half_pixel places"),
    ],
)  # fmt: skip
def test_what_is_not_supported_is_said(op: str, others: tuple[Any, ...], attributes: dict[str, Any], said: str) -> None:
    with pytest.raises(ModelError, match=said):
        ours(graph_of(op, X, others, attributes, 17), X)


def test_one_picture_at_a_time_where_the_file_says_so() -> None:
    content = graph_of("Flatten", X, (), {"axis": 1}, 17)
    graph = read_graph(memoryview(content), Path())
    graph.inputs = {"x": (1, *X.shape[1:])}
    np.testing.assert_array_equal(OnnxNetwork(graph)(torch.from_numpy(X)).numpy(), X.reshape(2, -1))
