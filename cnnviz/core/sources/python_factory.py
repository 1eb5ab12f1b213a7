"""Networks that a function or class of the user's own code builds: it runs only when the user trusts it."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import inspect
import re
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from torch import nn

from cnnviz.core.consent import agreed
from cnnviz.core.errors import ConsentNeeded, ModelError
from cnnviz.core.model import Model, Preprocessing
from cnnviz.core.sources.base import RANDOM, Architecture, Asked, Offer, random_module

_WRITTEN = re.compile(
    r"(?P<file>.+\.py):(?P<a>[A-Za-z_]\w*)|(?P<module>[A-Za-z_]\w*(\.[A-Za-z_]\w*)+):(?P<b>[A-Za-z_]\w*)"
)


class PythonFactory:
    """``FILE.py:FACTORY`` or ``package.module:FACTORY``, as a model with random weights or as an architecture."""

    order = 10
    holds_only_weights = False

    def accepts(self, name: str) -> bool:
        """Whether it is written like code."""
        return _WRITTEN.fullmatch(name) is not None

    def load(self, asked: Asked) -> Model:
        """What the factory builds; its weights are random unless it loads some itself."""
        architecture = _architecture(asked.name, asked.trust)
        notes = (*architecture.notes, "Its weights are what the code gave them, random ones drawn with a fixed seed.")
        module, cpu = random_module(architecture), torch.device("cpu")
        return Model(
            asked.name,
            architecture.title,
            "from Python code",
            module,
            architecture.preprocessing,
            (),
            cpu,
            RANDOM,
            notes,
        )

    def offers(self) -> list[Offer]:
        """None: code has no names of its own."""
        return []

    def architecture(self, name: str, trust: bool) -> Architecture | None:
        """The factory, ready to be called."""
        return _architecture(name, trust) if self.accepts(name) else None


def _architecture(name: str, trust: bool) -> Architecture:
    written = _WRITTEN.fullmatch(name)
    assert written is not None
    where, factory_name = written["file"] or written["module"], written["a"] or written["b"]
    if not (trust or _agreed(written)):
        raise ConsentNeeded(
            f"{where} is a program, and opening it would run it: add --trust if you trust who wrote it.",
            written["file"] or "",
            _imports(Path(written["file"]).expanduser()) if written["file"] else (where,),
        )
    module = (
        _imported(Path(written["file"]).expanduser()) if written["file"] else _run(name, importlib.import_module, where)
    )
    factory = getattr(module, factory_name, None)
    if not callable(factory):
        known = [key for key, value in vars(module).items() if callable(value) and value.__module__ == module.__name__]
        raise ModelError(f"{where} has no function or class {factory_name}: it has {', '.join(known) or 'none'}.")

    def build(classes: int | None) -> nn.Module:
        keyword = next(
            (k for k in ("num_classes", "n_classes", "classes") if k in inspect.signature(factory).parameters), ""
        )
        options = {keyword: classes} if keyword and classes is not None else {}
        made = _run(name, factory, **options)
        if not isinstance(made, nn.Module):
            raise ModelError(f"{name} gives a {type(made).__name__}: it must give a torch.nn.Module.")
        return made

    # An nn.Module can be called too: a network that is ready is taken as it is.
    whole = factory if isinstance(factory, nn.Module) else None
    preprocessing, note = _guess(whole or build(None))
    return Architecture(
        name, factory_name, (lambda classes: whole) if whole else build, preprocessing, meta=False, notes=(note,)
    )


def _agreed(written: re.Match[str]) -> bool:
    """Whether the person agreed before to run what this file holds."""
    return bool(written["file"]) and agreed(Path(written["file"]).expanduser())


def _imports(file: Path) -> tuple[str, ...]:
    """What the program imports, read from its text; empty when it cannot be read."""
    try:
        tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return ()
    names: dict[str, None] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= dict.fromkeys(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names |= dict.fromkeys(f"{node.module or '.'}.{alias.name}" for alias in node.names)
    return tuple(names)


def _imported(file: Path) -> ModuleType:
    """The file as a module; modules beside it can be imported by it."""
    spec = importlib.util.spec_from_file_location(f"cnnviz_user_{file.stem}", file)
    if not file.is_file() or spec is None or spec.loader is None:
        raise ModelError(f"There is no file {file}.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    sys.path.insert(0, str(file.resolve().parent))
    try:
        _run(str(file), spec.loader.exec_module, module)
    finally:
        sys.path.remove(str(file.resolve().parent))
    return module


def _run(name: str, call: Callable[..., Any], *args: Any, **options: Any) -> Any:
    """Calls the user's code; what goes wrong in it is his to mend, so the details hold the traceback."""
    try:
        return call(*args, **options)
    except Exception as error:
        what = f"{type(error).__name__}: {' '.join(str(error).split()).rstrip('.')}"
        raise ModelError(f"The code of {name} failed: {what}.", traceback.format_exc()) from error


def _guess(module: nn.Module) -> tuple[Preprocessing, str]:
    """Preprocessing by the channels of the first convolution: digits for one, ImageNet's for three."""
    convolutions = (m for m in module.modules() if isinstance(m, nn.Conv2d))
    channels = next((m.in_channels for m in convolutions), 3)
    note = "How pictures are to be prepared for it is a guess: set the input size, mean and standard deviation."
    if channels == 1:
        return Preprocessing("L", (28, 28), (0.1307,), (0.3081,), guessed=True), note
    return Preprocessing("RGB", (224, 224), (0.485, 0.456, 0.406), (0.229, 0.224, 0.225), 256, guessed=True), note


SOURCE = PythonFactory()
