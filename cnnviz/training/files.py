"""Data sets as files: IDX (MNIST's own, also packed), NPZ, and CIFAR's pickled batches, read without executing them."""

from __future__ import annotations

import gzip
import math
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from cnnviz.core.errors import ModelError
from cnnviz.core.pickles import Foreign, read_pickle
from cnnviz.core.storages import array_of
from cnnviz.training.pictures import DataError, Pictures

Array = NDArray[Any]

_PARTS = {
    "train": (("x_train", "y_train"), ("train_images", "train_labels"), ("x", "y"), ("images", "labels")),
    "validation": (("x_val", "y_val"), ("val_images", "val_labels")),
    "test": (("x_test", "y_test"), ("test_images", "test_labels")),
}
"""What people call the arrays of an NPZ file: Keras' names, MedMNIST's, and the plain ones."""


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Whatever goes wrong with a file becomes a sentence with its name."""
    try:
        yield
    except FileNotFoundError:
        raise DataError(f"There is no file {path}: it was moved, renamed or deleted.") from None
    except PermissionError:
        raise DataError(f"{path.name} may not be read: ask its owner for permission.") from None
    except MemoryError as error:
        raise DataError(f"{path.name} does not fit into the memory that is left.") from error
    except (OSError, EOFError, ValueError, KeyError, BadZipFile, zlib.error, ModelError) as error:
        raise DataError(f"{path.name} is damaged or cut off: it cannot be read as a data set.", str(error)) from error


def read_idx(path: Path) -> Array:
    """The array of an IDX file, which may be packed by gzip.

    Format: two zero bytes, the type (8: uint8), the number of axes, the length of each as four bytes, the numbers;
    http://yann.lecun.com/exdb/mnist. Raises ``DataError``.
    """
    with _reading(path):
        content = path.read_bytes()
        if content[:2] == b"\x1f\x8b":
            content = gzip.decompress(content)
        if content[:3] != b"\0\0\x08" or not 1 <= content[3] <= 4:
            raise ValueError("not the beginning of an IDX file of bytes")
        shape = tuple(int(n) for n in np.frombuffer(content, ">u4", content[3], 4))
        start = 4 + 4 * len(shape)
        if len(content) - start != math.prod(shape):
            raise ValueError(f"{len(content) - start:,} bytes for shape {shape}")
        return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def read_npz(path: Path) -> dict[str, Pictures]:
    """The parts of an NPZ file by name: ``train``, ``validation``, ``test``. Raises ``DataError``."""
    with _reading(path), np.load(path, allow_pickle=False) as arrays:
        found = {}
        for part, spellings in _PARTS.items():
            names = next((pair for pair in spellings if set(pair) <= set(arrays)), None)
            if names is not None:
                found[part] = (arrays[names[0]], arrays[names[1]])
        present = ", ".join(arrays)
    if "train" not in found and "test" not in found:
        raise DataError(f"{path.name} holds no pictures with labels: x_train and y_train were looked for.", present)
    return {part: as_pictures(x, y, path.name) for part, (x, y) in found.items()}


def read_cifar(path: Path) -> tuple[Array, Array]:
    """Pictures (N, 32, 32, 3) and their classes (N,) of one of CIFAR's batches, a pickle that is read as data.

    A row of the batch holds 1,024 red numbers, then the green and the blue ones;
    https://www.cs.toronto.edu/~kriz/cifar.html. Raises ``DataError``.
    """
    with _reading(path), path.open("rb") as file:
        content = read_pickle(file).content
        plain = {_text(key): value for key, value in content.items()} if isinstance(content, dict) else {}
        pixels = _array(plain.get("data"))
        classes = plain.get("labels", plain.get("fine_labels"))
        if pixels is None or classes is None or pixels.dtype != np.uint8 or pixels.shape[1:] != (3072,):
            raise ValueError("no data and labels as CIFAR has them")
        return pixels.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1), np.asarray(classes, np.int64)


def as_pictures(x: Array, y: Array, name: str) -> Pictures:
    """Arrays as they come in files: a channel of its own is taken away, channels in front go behind.

    Raises ``DataError`` for labels that are no numbers from 0, and for what are no pictures.
    """
    x, y = np.asarray(x), np.asarray(y)
    if x.ndim == 4 and x.shape[3] not in (1, 3) and x.shape[1] in (1, 3):
        x = x.transpose(0, 2, 3, 1)
    if x.ndim == 4 and x.shape[3] == 1:
        x = x[..., 0]
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    elif y.ndim == 2:  # one-hot
        y = y.argmax(1)
    if y.ndim != 1 or not np.issubdtype(y.dtype, np.integer) or (y.size and y.min() < 0):
        raise DataError(f"The labels in {name} are no whole numbers from 0: {y.dtype} of shape {y.shape}.")
    return Pictures(np.ascontiguousarray(x), y.astype(np.int64))


def _text(key: object) -> str:
    return key.decode("latin1") if isinstance(key, bytes) else str(key)


def _array(value: object) -> Array | None:
    """A pickled array; Python 2 wrote its bytes as text."""
    if isinstance(value, Foreign) and isinstance(value.state, tuple) and isinstance(value.state[-1], str):
        value.state = (*value.state[:-1], value.state[-1].encode("latin1"))
    tensor = array_of(value)
    return None if tensor is None else tensor.numpy()
