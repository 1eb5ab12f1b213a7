"""Files of weights: read without running anything that is in them."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from io import BufferedReader
from pathlib import Path
from typing import Any

from torch import Tensor

from cnnviz.core.errors import ModelError
from cnnviz.core.pickles import Foreign, Read
from cnnviz.core.safe_tensors import looks_like_safetensors, read_safetensors
from cnnviz.core.storages import Described, array_of
from cnnviz.core.torch_files import Archive, open_archive, read_legacy, read_zip
from cnnviz.core.whole import state_of

_NESTS = (
    "state_dict model_state_dict model_state model net network module weights params parameters net_state_dict "
    "state_dict_ema model_ema ema ema_state_dict teacher generator"
).split()
_NO_WEIGHTS = ("optimizer", "optim", "scheduler", "scaler", "lr_sched", "amp", "loss", "criterion", "callbacks", "rng")
_DEPTH = 4
_HARMFUL = re.compile(
    r"(os|posix|nt|subprocess|sys|shutil|socket|pty|runpy|importlib|webbrowser|ctypes|code|pdb|timeit|multiprocessing"
    r"|urllib|requests|http|ftplib|smtplib|pip|pickle|_pickle|marshal|asyncio|platform|signal|threading|_thread)(\..*)?"
    r"|(builtins|__builtin__)\.(eval|exec|execfile|compile|open|__import__|input|breakpoint|globals|vars|apply|delattr)"
    r"|torch\.(load|hub\..*|jit\..*|utils\.cpp_extension\..*|classes\..*|ops\..*)|numpy\.(load|testing\..*|f2py\..*)"
)
"""What no network needs and every attack uses: programs, files, the network, code from text."""


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
        What the file says about itself: that of safetensors, the plain texts of a checkpoint (``arch``).
    labels
        Class names that the checkpoint carries; mostly empty.
    notes
        What was chosen while reading, one sentence each.
    whole
        The network itself where it was pickled whole: what it is made of, inert.
    imports
        What the pickle would import, were it executed.
    """

    name: str
    tensors: dict[str, Tensor] = field(repr=False)
    digest: str
    metadata: Mapping[str, str] = field(default_factory=dict)
    labels: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    whole: Foreign | None = None
    imports: tuple[str, ...] = ()


@contextmanager
def opened_model(path: Path) -> Iterator[BufferedReader]:
    """The file, opened for reading; what can be wrong with a path becomes a sentence, also that it changed."""
    try:
        before = path.stat()
        if stat.S_ISDIR(before.st_mode):
            raise ModelError(f"{path.name} is a folder: choose the file with the weights in it.")
        if not stat.S_ISREG(before.st_mode):  # a pipe or a device might never end
            raise ModelError(f"{path.name} is no file that can be read as a model.")
        file = path.open("rb")
    except FileNotFoundError:
        raise ModelError(f"There is no file {path}: it was moved, renamed or deleted.") from None
    except PermissionError:
        raise ModelError(f"{path.name} may not be read: ask its owner for permission.") from None
    except (OSError, ValueError, RuntimeError) as error:  # a circle of links; a NUL in the path
        raise ModelError(f"{path.name} cannot be opened: its path leads nowhere.", str(error)) from error
    with file:
        try:
            yield file
        except MemoryError as error:
            raise ModelError(f"{path.name} does not fit into the memory that is left.") from error
        except OSError as error:
            raise ModelError(f"{path.name} cannot be read to its end.", str(error)) from error
        after = os.fstat(file.fileno())
    if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
        raise ModelError(f"{path.name} changed while it was read: open it again when it is complete.")


@contextmanager
def named_after(path: Path) -> Iterator[None]:
    """Sentences about “it” become sentences about the file."""
    try:
        yield
    except ModelError as error:
        said = str(error)
        if not said.startswith(("It ", "A tensor in it")):
            raise
        said = said.replace("It ", f"{path.name} ", 1) if said.startswith("It ") else said
        raise ModelError(said.replace("A tensor in it", f"A tensor in {path.name}", 1), error.details) from error


def read_weights(path: Path) -> Weights:
    """A state dict, a checkpoint around one, a network that was pickled whole, or a safetensors file.

    Nothing in the file is executed: its pickle is read as data.

    Raises
    ------
    ModelError
        With a sentence: no such file, damaged, made to do harm, or not weights.
    """
    with ThreadPoolExecutor(1) as beside, opened_model(path) as file, named_after(path):
        digest = beside.submit(_digest, path)  # it takes as long as the rest
        head = file.read(512)
        file.seek(0)
        if looks_like_safetensors(head, path):
            tensors, metadata = read_safetensors(file, path, _foreign(head))
            return Weights(path.name, tensors, digest.result(), metadata)
        foreign = _foreign(head)
        if foreign:
            raise ModelError(f"It {foreign}")
        if head.startswith(b"PK"):
            archive = open_archive(file)
            _refuse_other_archives(archive)
            read = read_zip(archive)
        else:
            read = read_legacy(file)
        return replace(_weights(read, path.name), digest=digest.result())


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _refuse_other_archives(archive: Archive) -> None:
    if "data.pkl" not in archive.entries:
        raise ModelError("It is an archive without PyTorch weights in it.")


def _weights(read: Read, name: str) -> Weights:
    """What is needed of a pickle's content, its tensors read now."""
    if any("_rebuild_qtensor" in call for call in read.calls):
        raise ModelError(
            "It is quantised to whole numbers (int8), and such networks cannot be opened: "
            "open the network from which it was made, before quantisation."
        )
    harmful = [name for name in read.imports if _HARMFUL.fullmatch(name)]
    if harmful:
        raise ModelError(
            f"It would run {', '.join(harmful[:3])} when it is unpickled, which no network needs: "
            "it was made to do harm, and nothing of it was executed.",
            "\n".join(read.imports),
        )
    content, path = _innermost(read.content)
    whole = content if isinstance(content, Foreign) else None
    described = state_of(content) if isinstance(content, Foreign) else _named(content)
    if not described:
        kind = getattr(read.content, "kind", "") or type(read.content).__name__
        kind = {"Described": "Tensor", "dict": "dictionary"}.get(kind, kind)
        raise ModelError(f"It holds no weights: a {kind} was found instead of tensors with names.")
    tensors = {key: value.tensor() if isinstance(value, Described) else value for key, value in described.items()}
    notes = _nest_note(read.content, path)
    return Weights(name, tensors, "", _said(read.content), _carried_labels(read.content), notes, whole, read.imports)


def _innermost(content: Any, depth: int = 0) -> tuple[Any, tuple[str, ...]]:
    """The mapping of tensors, or the network, wherever training scripts put it; and the keys that lead there."""
    if depth > _DEPTH or _is_module(content) or _named(content):
        return content, ()
    inside = _inside(content)
    keys = [key for key in inside if _holds_tensors(inside[key], depth + 1)]
    good = [key for key in keys if not key.lower().startswith(_NO_WEIGHTS)] or keys
    key = next((nest for nest in _NESTS if nest in good), next(iter(good), None))
    if key is None:
        return content, ()
    found, path = _innermost(inside[key], depth + 1)
    return found, (key, *path)


def _inside(content: Any) -> dict[str, Any]:
    """What is in a dictionary, a list or an inert object, by name."""
    if isinstance(content, Foreign):
        return {**content.attributes, **{str(key): value for key, value in content.entries.items()}}
    if isinstance(content, Mapping):
        return {str(key): value for key, value in content.items()}
    if isinstance(content, (list, tuple)) and len(content) < 1000:
        return {str(number): value for number, value in enumerate(content)}
    return {}


def _is_module(content: Any) -> bool:
    return isinstance(content, Foreign) and isinstance(content.attributes.get("_modules"), Mapping)


def _named(content: Any, depth: int = 0) -> dict[str, Described | Tensor]:
    """The tensors of a mapping, also when they are grouped by layer; empty when it holds something else."""
    if isinstance(content, Foreign) and content.entries:
        content = content.entries
    if not isinstance(content, Mapping):
        return {}
    found: dict[str, Described | Tensor] = {}
    others = 0
    for key, value in content.items():
        tensor = value if isinstance(value, (Described, Tensor)) else array_of(value)
        if tensor is not None:
            found[str(key)] = tensor
        elif depth < 2 and _is_layer(value):
            found |= {f"{key}.{name}": inner for name, inner in _named(value, depth + 1).items()}
        elif isinstance(value, (Mapping, Foreign)) and _holds_tensors(value, 1):
            others += 1
    return {} if others or not any(getattr(t, "shape", ()) for t in found.values()) else found


def _is_layer(value: Any) -> bool:
    """A mapping of a few tensors with the names that those of one layer have."""
    usual = {"weight", "bias", "kernel", "w", "b", "gamma", "beta", "running_mean", "running_var"}
    return isinstance(value, Mapping) and bool(value) and {str(key) for key in value} <= usual


def _holds_tensors(value: Any, depth: int) -> bool:
    if _is_module(value):
        return True
    if depth > _DEPTH or isinstance(value, (str, bytes, int, float, Described, Tensor)):
        return False
    inside = _inside(value)
    if any(isinstance(v, (Described, Tensor)) or array_of(v) is not None for v in inside.values()):
        return isinstance(value, (Mapping, Foreign))
    return any(_holds_tensors(v, depth + 1) for v in inside.values())


def _nest_note(content: Any, path: tuple[str, ...]) -> tuple[str, ...]:
    if not path:
        return ()
    others = [key for key in _inside(content) if key != path[0] and not key.lower().startswith(_NO_WEIGHTS)]
    note = f"The weights are those under “{'.'.join(path)}” of the checkpoint"
    shown = ", ".join(others[:8]) + (", …" if len(others) > 8 else "")
    return (f"{note}; it also holds {shown}." if others else f"{note}.",)


def _said(content: Any) -> dict[str, str]:
    """The plain texts of a checkpoint: the name of the architecture, mostly."""
    return {key: value for key, value in _inside(content).items() if isinstance(value, str) and len(value) < 2000}


def _foreign(head: bytes) -> str:
    """What a file is that holds no weights of PyTorch, as the rest of a sentence; empty when it may hold some."""
    if not head:
        return "is empty."
    if head.startswith(b"version https://git-lfs"):
        return "is only a pointer to the weights (Git LFS): fetch them with git lfs pull."
    if head.startswith(b"\x89HDF\r\n"):
        return "is an HDF5 file, as Keras writes it, not one of PyTorch."
    if head.startswith(b"GGUF"):
        return "is a GGUF file, not one of PyTorch."
    if head[4:8] == b"TFL3":
        return "is a TensorFlow Lite file, not one of PyTorch."
    if head.startswith((b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf", b"BZh", b"\xfd7zXZ")):
        return "is a packed archive: unpack it and open what is in it."
    if head.startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8")):
        return "is a picture, not a model: drop it on the pictures."
    if head[257:262] == b"ustar":
        return "was packed by tar, or written by PyTorch before 0.2, which nothing reads today: unpack it first."
    if all(byte in b"\t\r\n\f\x1b" or 32 <= byte < 127 for byte in head):
        return "holds text, not weights."
    return ""


def _carried_labels(content: object) -> tuple[str, ...]:
    """Class names as checkpoints carry them: a list, or a mapping from names to numbers."""
    inside = _inside(content)
    for key in ("classes", "class_names", "labels", "categories", "label_names"):
        names = inside.get(key)
        if isinstance(names, (list, tuple)) and names and all(isinstance(name, str) for name in names):
            return tuple(names)
    for key in ("class_to_idx", "label2id", "idx_to_class", "id2label", "classes"):
        numbers = inside.get(key)
        if isinstance(numbers, Mapping) and numbers:
            named = numbers if all(isinstance(name, str) and not name.isdecimal() for name in numbers) else {
                str(name): number for number, name in numbers.items()
            }  # fmt: skip
            if sorted(map(str, named.values())) == sorted(map(str, range(len(named)))):
                return tuple(sorted(named, key=lambda name: int(named[name])))
    return ()
