"""Programs that ``torch.export.save`` wrote (``.pt2``): graphs of operations, which run one by one.

PyTorch's own reader unpickles what such an archive holds and calls what its graph names. So the archive is looked
through first: its pickles may hold tensors only, its graph may name operations of networks only, and its names must be
names.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import torch
from torch import nn

from cnnviz.core.errors import ModelError
from cnnviz.core.finder import finding_of
from cnnviz.core.model import Model
from cnnviz.core.sources.base import Architecture, Asked, Offer
from cnnviz.core.sources.ready import ready_model, sized
from cnnviz.core.sources.torchscript import holds
from cnnviz.core.torch_files import Archive, open_archive, read_zip
from cnnviz.core.weights import named_after, opened_model

_TENSORS = re.compile(
    r"torch\._utils\._rebuild_(tensor_v[23]|parameter)|collections\.OrderedDict|torch\.\w+Storage"
    r"|torch\.storage\.UntypedStorage|torch\.Size|torch\.(float|bfloat|int|uint)\d+|torch\.serialization\._get_layout"
)
_OPERATION = re.compile(r"torch\.ops\.(aten|prims?|torchvision|higher_order)\.\w+(\.\w+)?|_operator\.\w+|math\.\w+")
_NAME = re.compile(r"[\w.+-]*")
_SUM = re.compile(r"(s\d+|u\d+|\d+|int_oo|[-+*() ])*")
_UNCHECKED = frozenset(
    "metadata stack_trace nn_module_stack source_fn_stack torch_fn in_spec out_spec guards_code".split()
)
_JSON_LIMIT = 64 << 20


class Exported:
    """``FILE.pt2``."""

    order = 14
    holds_only_weights = False

    def accepts(self, name: str) -> bool:
        """Whether it is an archive with an exported program in it."""
        path = Path(name).expanduser()
        return path.suffix.lower() == ".pt2" or holds(path, "archive_format")

    def load(self, asked: Asked) -> Model:
        """The program as a module, with the names that its network had."""
        path = Path(asked.name).expanduser()
        with opened_model(path) as file, named_after(path):
            archive = open_archive(file)
            shape = _checked(archive)
            file.seek(0)
            module = _loaded(file)
        said = "It is an exported program: its operations are run one by one, as it has them."
        guesses = sized(module, path.stem, said, shape)
        if not guesses:
            raise ModelError(f"{path.name} takes no pictures, or gives no scores of classes: it cannot be shown.")
        return ready_model(asked, path, finding_of(guesses))

    def offers(self) -> list[Offer]:
        """None: files have no names of their own."""
        return []

    def architecture(self, name: str, trust: bool) -> Architecture | None:
        """None."""
        return None


class OneByOne(nn.Module):
    """A program that was exported for one picture at a time."""

    def __init__(self, program: nn.Module) -> None:
        super().__init__()
        self.program = program

    def forward(self, x: torch.Tensor) -> Any:
        """Scores of all pictures (N, C, H, W)."""
        if len(x) == 1:
            return self.program(x)
        return torch.cat([self.program(one[None]) for one in x])


def _checked(archive: Archive) -> tuple[int | None, ...]:
    """Refuses what would do more than compute; gives the shape of the input."""
    graphs = [name for name in archive.entries if re.fullmatch(r"models/[\w-]+\.json", name)]
    if len(graphs) != 1:
        raise ModelError("It is an archive without one exported program in it.")
    for name in archive.entries:
        if name.endswith(".json"):
            _check_names(_json(archive, name), name)
        elif "sample_inputs" in name:
            _check_pickle(archive.read(name))
        elif not re.fullmatch(
            r"data/(weights|constants)/(weight|tensor)_\d+|[\w./]*(version|archive_format|byteorder|serialization_id)",
            name,
        ):
            raise ModelError(f"It has a part, {name}, that no exported network needs: it is not opened.")
    return _input_shape(_json(archive, graphs[0]))


def _json(archive: Archive, name: str) -> Any:
    try:
        return json.loads(archive.read(name, _JSON_LIMIT))
    except (ValueError, RecursionError) as error:
        raise ModelError("It is damaged: it cannot be read as an exported program.", str(error)) from error


def _check_pickle(content: bytes) -> None:
    """A pickle of example inputs: tensors and nothing else."""
    if not content:
        return
    read = read_zip(open_archive(BytesIO(content)))
    harmful = [name for name in read.imports if not _TENSORS.fullmatch(name)]
    if harmful:
        raise ModelError(f"It would run {', '.join(harmful[:3])} when it is opened: it was made to do harm.")


def _check_names(value: Any, file: str) -> None:
    for key, text in _texts(value, ""):
        pattern = {"target": _OPERATION, "expr_str": _SUM}.get(key, _NAME)
        if not pattern.fullmatch(text):
            raise ModelError(f"It names “{text[:60]}” where only names of layers may stand: it is not opened.", file)


def _texts(value: Any, key: str) -> Iterator[tuple[str, str]]:
    if key in _UNCHECKED:
        return
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, dict):
        for name, item in value.items():
            if name == "use_pickle" and item:
                raise ModelError("It has pickled weights, which would run code when they are opened.")
            yield from _texts(item, name)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item, key)


def _input_shape(program: Any) -> tuple[int | None, ...]:
    """(planes, height, width) of the picture; None where a number is open."""
    try:
        graph = program["graph_module"]["graph"]
        specs = program["graph_module"]["signature"]["input_specs"]
        names = [spec["user_input"]["arg"]["as_tensor"]["name"] for spec in specs if "user_input" in spec]
        sizes = graph["tensor_values"][names[0]]["sizes"]
        return tuple(size.get("as_int") for size in sizes)[1:]
    except (KeyError, TypeError, IndexError, AttributeError):
        return ()


def _loaded(file: Any) -> nn.Module:
    logger = logging.getLogger("torch.export")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        program = torch.export.load(BytesIO(file.read()))
        return OneByOne(program.module())
    except Exception as error:
        raise ModelError("It cannot be loaded by the PyTorch that is installed.", str(error)) from error
    finally:
        logger.setLevel(level)


SOURCE = Exported()
