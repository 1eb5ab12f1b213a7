"""Files of weights: read without running anything that is in them."""

from __future__ import annotations

import argparse
import hashlib
import pickle
import re
import zipfile
from _codecs import encode as _codecs_encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from cnnviz.core.errors import ModelError

_NESTS = (
    "state_dict",
    "model_state_dict",
    "model",
    "net",
    "network",
    "module",
    "weights",
    "params",
    "model_ema",
    "ema",
)

# What checkpoints carry beside tensors: a best accuracy as a numpy number, the options of the training script.
_PLAIN: list[Any] = [
    (np._core.multiarray.scalar, "numpy.core.multiarray.scalar"),  # type: ignore[attr-defined]  # NumPy 1 wrote this name
    (np._core.multiarray.scalar, "numpy._core.multiarray.scalar"),  # type: ignore[attr-defined]
    np.dtype,
    *(getattr(np.dtypes, name) for name in ("Float64DType", "Float32DType", "Int64DType", "Int32DType", "BoolDType")),
    _codecs_encode,
    argparse.Namespace,
]


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """The tensors of a file.

    Attributes
    ----------
    name
        File name for people.
    tensors
        By the names in the file, on the CPU.
    digest
        SHA-256 of the file.
    metadata
        What a safetensors file says about itself.
    labels
        Class names that the checkpoint carries; mostly empty.
    notes
        What was chosen while reading, one sentence each.
    """

    name: str
    tensors: dict[str, Tensor] = field(repr=False)
    digest: str
    metadata: Mapping[str, str] = field(default_factory=dict)
    labels: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def read_weights(path: Path) -> Weights:
    """A state dict, a checkpoint around one, or a safetensors file.

    Raises
    ------
    ModelError
        With a sentence: no such file, damaged, not weights, or more than weights.
    """
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            head = file.read(512)
    except FileNotFoundError:
        raise ModelError(f"There is no file {path}: it was moved, renamed or deleted.") from None
    except IsADirectoryError:
        raise ModelError(f"{path.name} is a folder: choose the file with the weights in it.") from None
    except (OSError, ValueError) as error:
        raise ModelError(f"{path.name} cannot be opened.", str(error)) from error
    if head[8:9] == b"{" or path.suffix.lower() == ".safetensors":
        return _read_safetensors(path, digest, head)
    return _read_checkpoint(path, digest, head)


def _read_safetensors(path: Path, digest: str, head: bytes) -> Weights:
    try:
        with safe_open(path, "pt") as file:
            # Copies: the file may be replaced while its mapped memory is still in use.
            tensors = {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118
            return Weights(path.name, tensors, digest, file.metadata() or {})
    except (SafetensorError, OSError, RuntimeError, ValueError) as error:
        what = _foreign(path, head) or "is damaged or cut off: it cannot be read as safetensors."
        raise ModelError(f"{path.name} {what}", str(error)) from error


def _read_checkpoint(path: Path, digest: str, head: bytes) -> Weights:
    foreign = _foreign(path, head)
    if foreign:
        raise ModelError(f"{path.name} {foreign}")
    try:
        with torch.serialization.safe_globals(_PLAIN):
            content = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        found = re.search(r"GLOBAL ([\w.]+)", str(error))
        if found is None:
            raise ModelError(f"{path.name} is damaged, or not a file of PyTorch weights.", str(error)) from error
        raise ModelError(
            f"{path.name} holds more than weights ({found[1]}), and reading that would run code: "
            "save the network's state_dict() and open that.",
            str(error),
        ) from error
    except MemoryError as error:
        raise ModelError(f"{path.name} does not fit into the memory that is left.") from error
    except Exception as error:  # a damaged archive raises anything
        raise ModelError(f"{path.name} is damaged or cut off: it cannot be read.", str(error)) from error
    tensors, notes = _unwrapped(content, path.name)
    return Weights(path.name, tensors, digest, {}, _carried_labels(content), notes)


def _foreign(path: Path, head: bytes) -> str:
    """What a file is that holds no weights of PyTorch, as the rest of a sentence; empty when it may hold some."""
    if not head:
        return "is empty."
    if head.startswith(b"version https://git-lfs"):
        return "is only a pointer to the weights (Git LFS): fetch them with git lfs pull."
    if head.startswith(b"\x89HDF\r\n"):
        return "is an HDF5 file, as Keras writes it, not one of PyTorch."
    if head.startswith(b"GGUF"):
        return "is a GGUF file, not one of PyTorch."
    if head.startswith(b"PK"):
        try:
            with zipfile.ZipFile(path) as archive:
                names = archive.namelist()
        except (zipfile.BadZipFile, OSError, ValueError):
            return "is damaged or cut off: download or save it again."
        if any(name.endswith("constants.pkl") for name in names):
            return "is a TorchScript archive, which is not opened yet: save the network's state_dict()."
        if not any(name.endswith("data.pkl") for name in names):
            return "is an archive without PyTorch weights in it."
    elif all(byte in b"\t\r\n\f\x1b" or 32 <= byte < 127 for byte in head):
        return "holds text, not weights."
    return ""


def _unwrapped(content: object, name: str) -> tuple[dict[str, Tensor], tuple[str, ...]]:
    """The state dict in a checkpoint, wherever training scripts put it."""
    for _ in range(3):
        if not isinstance(content, Mapping):
            break
        tensors = {str(key): value for key, value in content.items() if isinstance(value, Tensor)}
        inner = {key: value for key, value in content.items() if _holds_tensors(value)}
        if tensors and not inner:
            return tensors, ()
        key = next((nest for nest in _NESTS if nest in inner), next(iter(inner), None))
        if key is None:
            break
        found, notes = _unwrapped(inner[key], name)
        others = [str(k) for k in inner if k != key and k != "optimizer"]
        note = f"The weights are those under “{key}” of the checkpoint"
        return found, (f"{note}; it also holds {', '.join(others)}." if others else f"{note}.", *notes)
    raise ModelError(f"{name} holds no weights: a {type(content).__name__} was found instead of tensors with names.")


def _holds_tensors(value: object) -> bool:
    if not isinstance(value, Mapping) or not value:
        return False
    return any(isinstance(v, Tensor) or _holds_tensors(v) for v in value.values()) and all(
        isinstance(k, str) for k in value
    )


def _carried_labels(content: object) -> tuple[str, ...]:
    """Class names as checkpoints carry them: a list, or a mapping from names to numbers."""
    if not isinstance(content, Mapping):
        return ()
    for key in ("classes", "class_names", "labels"):
        names = content.get(key)
        if isinstance(names, (list, tuple)) and names and all(isinstance(name, str) for name in names):
            return tuple(names)
    numbers = content.get("class_to_idx")
    if isinstance(numbers, Mapping) and sorted(map(str, numbers.values())) == sorted(map(str, range(len(numbers)))):
        return tuple(str(name) for name in sorted(numbers, key=lambda name: int(numbers[name])))
    return ()
