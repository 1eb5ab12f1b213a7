"""The few messages of the ONNX format that describe a network, read without any library.

Protocol buffers are (number, type) keys and values; https://protobuf.dev/programming-guides/encoding. The numbers of
the fields are from https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from cnnviz.core.errors import ModelError

_TYPES = {1: "f4", 2: "u1", 3: "i1", 4: "u2", 5: "i2", 6: "i4", 7: "i8", 9: "?", 10: "f2", 11: "f8"}
_BFLOAT16 = 16
_DAMAGED = "It is damaged or cut off, or not an ONNX file."


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """One operation: what it is called, and the names of what goes in and comes out."""

    op: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: dict[str, Any]


@dataclass(slots=True, eq=False)
class Graph:
    """A network.

    Attributes
    ----------
    nodes
        In an order in which they can run.
    tensors
        The weights by name.
    inputs
        Name and shape of what goes in; None where a number is open.
    outputs
        Names of what comes out.
    opset
        Version of the operations.
    """

    nodes: list[Node] = field(default_factory=list)
    tensors: dict[str, Tensor] = field(default_factory=dict)
    inputs: dict[str, tuple[int | None, ...]] = field(default_factory=dict)
    outputs: list[str] = field(default_factory=list)
    opset: int = 0


def read_graph(content: memoryview, folder: Path) -> Graph:
    """The network of a file. Raises ``ModelError`` with a sentence about “it”."""
    try:
        graph, opset = None, 0
        for number, value in _fields(content):
            if number == 7:
                graph = _graph(value, folder)
            elif number == 8:
                version = dict(_fields(value))
                opset = max(opset, int(version.get(2, 0))) if not bytes(version.get(1, b"")) else opset
    except (ValueError, KeyError, IndexError, TypeError, struct.error, UnicodeDecodeError) as error:
        raise ModelError(_DAMAGED, str(error)) from error
    if graph is None or not graph.nodes:
        raise ModelError(_DAMAGED)
    graph.opset = opset
    return graph


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while shift < 70:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at
    raise ValueError("a number that does not end")


def _fields(data: memoryview) -> Iterator[tuple[int, Any]]:
    at, size = 0, len(data)
    while at < size:
        key, at = _varint(data, at)
        number, kind = key >> 3, key & 7
        if kind == 0:
            value: Any
            value, at = _varint(data, at)
        elif kind == 2:
            length, at = _varint(data, at)
            if at + length > size:
                raise ValueError("a field that is longer than the file")
            value, at = data[at : at + length], at + length
        elif kind in (1, 5):
            width = 8 if kind == 1 else 4
            value, at = data[at : at + width], at + width
        else:
            raise ValueError(f"a field of type {kind}")
        yield number, value


def _signed(value: int) -> int:
    return value - (1 << 64) if value >= 1 << 63 else value


def _ints(value: Any) -> list[int]:
    """One number, or many that are packed."""
    if isinstance(value, int):
        return [_signed(value)]
    found, at = [], 0
    while at < len(value):
        one, at = _varint(value, at)
        found.append(_signed(one))
    return found


def _text(value: Any) -> str:
    return bytes(value).decode("utf-8")


def _graph(data: memoryview, folder: Path) -> Graph:
    graph = Graph()
    for number, value in _fields(data):
        if number == 1:
            graph.nodes.append(_node(value, folder))
        elif number == 5:
            name, tensor = _tensor(value, folder)
            graph.tensors[name] = tensor
        elif number == 11:
            name, shape = _value(value)
            graph.inputs[name] = shape
        elif number == 12:
            graph.outputs.append(_value(value)[0])
    graph.inputs = {name: shape for name, shape in graph.inputs.items() if name not in graph.tensors}
    return graph


def _value(data: memoryview) -> tuple[str, tuple[int | None, ...]]:
    name, shape = "", []
    for number, value in _fields(data):
        if number == 1:
            name = _text(value)
        elif number == 2:
            tensor = dict(_fields(value)).get(1, memoryview(b""))
            dims = dict(_fields(tensor)).get(2, memoryview(b""))
            shape = [dict(_fields(dim)).get(1) for _, dim in _fields(dims)]
    return name, tuple(int(n) if n else None for n in shape)


def _node(data: memoryview, folder: Path) -> Node:
    inputs, outputs, attributes, op, name = [], [], {}, "", ""
    for number, value in _fields(data):
        if number == 1:
            inputs.append(_text(value))
        elif number == 2:
            outputs.append(_text(value))
        elif number == 3:
            name = _text(value)
        elif number == 4:
            op = _text(value)
        elif number == 5:
            key, content = _attribute(value, folder)
            attributes[key] = content
    return Node(op, name, tuple(inputs), tuple(outputs), attributes)


def _attribute(data: memoryview, folder: Path) -> tuple[str, Any]:
    name, content, floats, ints = "", None, [], []
    for number, value in _fields(data):
        if number == 1:
            name = _text(value)
        elif number == 2:
            content = struct.unpack("<f", value)[0]
        elif number == 3:
            content = _signed(value)
        elif number == 4:
            content = bytes(value).decode("utf-8", "replace")
        elif number == 5:
            content = _tensor(value, folder)[1]
        elif number == 6:
            content = NotImplemented  # a graph of its own
        elif number == 7:
            floats += [float(f) for f in np.frombuffer(value, "<f4")]
        elif number == 8:
            ints += _ints(value)
    return name, floats or ints or content


def _tensor(data: memoryview, folder: Path) -> tuple[str, Tensor]:
    shape: list[int] = []
    numbers: list[int] = []
    kind, name, raw, external = 1, "", None, {}
    for number, value in _fields(data):
        if number == 1:
            shape += _ints(value)
        elif number == 2:
            kind = value
        elif number in (5, 7):
            numbers += _ints(value)
        elif number in (4, 10):
            raw = value if raw is None else memoryview(bytes(raw) + bytes(value))
        elif number == 8:
            name = _text(value)
        elif number == 9:
            raw = value
        elif number == 13:
            pair = dict(_fields(value))
            external[_text(pair[1])] = _text(pair[2])
    if external:
        raw = _external(external, folder)
    return name, _made(kind, shape, raw, numbers)


def _made(kind: int, shape: list[int], raw: memoryview | None, numbers: list[int]) -> Tensor:
    count = math.prod(shape)
    if min(shape, default=0) < 0:
        raise ValueError("a negative shape")
    if kind == _BFLOAT16 and raw is not None:
        return torch.frombuffer(bytearray(raw), dtype=torch.bfloat16).reshape(shape).float()
    if kind not in _TYPES:
        raise ModelError("It has weights of a type that is not supported.", f"type {kind}")
    dtype = np.dtype(_TYPES[kind])
    if raw is None and dtype.kind == "f" and dtype.itemsize == 2:
        array = np.array(numbers, "u2").view("f2")
    elif raw is None:
        array = np.array(numbers).astype(dtype)
    else:
        array = np.frombuffer(raw, dtype.newbyteorder("<")).astype(dtype)
    if array.size != count:
        raise ValueError(f"{array.size} numbers for a shape of {count}")
    return torch.from_numpy(array.reshape(shape).copy())


def _external(about: dict[str, str], folder: Path) -> memoryview:
    """Weights in a file beside this one, never above it."""
    location = about.get("location", "")
    file = folder / location
    if Path(location).is_absolute() or ".." in Path(location).parts or not location:
        raise ModelError("It wants weights from a file outside of its folder: it was made to do harm.", location)
    if file.is_symlink() or not file.is_file():
        raise ModelError(f"It has its weights in {location}, which is not beside it.")
    start = int(about.get("offset", 0))
    with file.open("rb") as opened:
        opened.seek(start)
        length = int(about.get("length", 0)) or file.stat().st_size - start
        if not 0 <= length <= file.stat().st_size - start:
            raise ModelError(f"Its weights in {location} are cut off.")
        return memoryview(opened.read(length))
