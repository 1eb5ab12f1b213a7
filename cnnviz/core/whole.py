"""Networks that were pickled whole: what they are made of, and those of known parts made again.

Nothing of the pickle is executed. A network of known parts is put together here: an empty object of the known class,
and into it the plain values and tensors that the pickle describes.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from cnnviz.core.errors import ModelError
from cnnviz.core.pickles import Foreign, Global
from cnnviz.core.storages import Described
from cnnviz.core.substitutes import SUBSTITUTES

KNOWN = ("torch.nn.modules.", "torchvision.models.", "torchvision.ops.")
"""Where classes come from that may be made again."""

_DEPTH = 40
_OWN = ("_parameters", "_buffers", "_modules", "_non_persistent_buffers_set")


def state_of(module: Foreign, prefix: str = "", depth: int = 0) -> dict[str, Described | Tensor]:
    """The state dict of a network that was pickled whole."""
    attributes = module.attributes
    found: dict[str, Described | Tensor] = {}
    hidden = attributes.get("_non_persistent_buffers_set") or ()
    for group in ("_parameters", "_buffers"):
        for name, value in _mapping(attributes.get(group)).items():
            if isinstance(value, (Described, Tensor)) and not (group == "_buffers" and name in hidden):
                found[prefix + str(name)] = value
    if depth < _DEPTH:
        for name, child in _mapping(attributes.get("_modules")).items():
            if isinstance(child, Foreign):
                found |= state_of(child, f"{prefix}{name}.", depth + 1)
    return found


@dataclass(frozen=True, slots=True)
class Part:
    """A layer of a network that was pickled whole: its path, the name of torch's class, and its attributes.

    ``kind`` is empty for a class that is not torch's.
    """

    path: str
    kind: str
    attributes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Settings:
    """What a network that was pickled whole says about its parts, beside their weights.

    Attributes
    ----------
    convolutions
        (stride, padding) by path, of square ones.
    activation, pooling
        The words of a plan for the ones that it has, where it has one kind only; else empty.
    parts
        Those without parts of their own, in the order in which they were declared.
    """

    convolutions: Mapping[str, tuple[int, int]]
    activation: str = ""
    pooling: str = ""
    parts: tuple[Part, ...] = ()

    def without(self, prefix: str) -> Settings:
        """The same with a prefix taken off all paths."""
        convolutions = {path.removeprefix(prefix): value for path, value in self.convolutions.items()}
        parts = tuple(replace(part, path=part.path.removeprefix(prefix)) for part in self.parts)
        return replace(self, convolutions=convolutions, parts=parts)


_WORDS = {"ReLU": "relu", "ReLU6": "relu6", "Tanh": "tanh", "Sigmoid": "sigmoid", "LeakyReLU": "leaky", "ELU": "elu",
          "GELU": "gelu", "SiLU": "silu", "SELU": "selu", "Hardswish": "hardswish"}  # fmt: skip
_POOLS = {"MaxPool2d": "max", "AvgPool2d": "avg"}


def settings_of(module: Foreign) -> Settings:
    """The settings of all its parts that are torch's own."""
    convolutions: dict[str, tuple[int, int]] = {}
    words, pools = set[str](), set[str]()
    for path, part in _named_parts(module):
        name = part.kind.rpartition(".")[2] if part.kind.startswith(KNOWN[0]) else ""
        stride, padding = part.attributes.get("stride"), part.attributes.get("padding")
        square = isinstance(stride, tuple) and isinstance(padding, tuple) and len({*stride}) == len({*padding}) == 1
        if name == "Conv2d" and square and isinstance(padding[0], int):  # type: ignore[index]
            convolutions[path] = (stride[0], padding[0])  # type: ignore[index]
        words |= {_WORDS[name]} if name in _WORDS else set()
        pools |= {_POOLS[name]} if name in _POOLS else set()
    word, pool = ("".join(found) if len(found) == 1 else "" for found in (words, pools))
    return Settings(convolutions, word, pool, tuple(_declared(module)))


def _declared(module: Foreign) -> Iterator[Part]:
    """The parts that have none of their own; classes that are not torch's are looked into."""
    for path, part in _named_parts(module):
        if not _mapping(part.attributes.get("_modules")):
            own = part.kind.startswith(KNOWN[0])
            yield Part(path, part.kind.rpartition(".")[2] if own else "", part.attributes)


def _named_parts(module: Foreign, prefix: str = "", depth: int = 0) -> Iterator[tuple[str, Foreign]]:
    for name, child in _mapping(module.attributes.get("_modules")).items():
        if isinstance(child, Foreign) and depth < _DEPTH:
            yield f"{prefix}{name}", child
            yield from _named_parts(child, f"{prefix}{name}.", depth + 1)


def unknown_classes(module: Foreign) -> tuple[str, ...]:
    """The classes of its parts that are neither torch's nor torchvision's, each once."""
    return tuple(dict.fromkeys(part.kind for part in _parts(module) if _known(part.kind) is None))


def _parts(module: Foreign, depth: int = 0) -> list[Foreign]:
    children = [c for c in _mapping(module.attributes.get("_modules")).values() if isinstance(c, Foreign)]
    below = [part for child in children for part in _parts(child, depth + 1)] if depth < _DEPTH else []
    return [module, *below]


def made_again(module: Foreign) -> nn.Module:
    """The network, of known parts alone, in evaluation mode.

    Raises
    ------
    ModelError
        It has parts that are not known.
    """
    return _made(module, {}, 0).eval()


def _made(foreign: Foreign, made: dict[int, nn.Module], depth: int) -> nn.Module:
    if id(foreign) in made:
        return made[id(foreign)]
    kind = _known(foreign.kind)
    if kind is None or depth > _DEPTH:
        raise ModelError(f"It has a part of the class {foreign.kind}, which is not known.")
    module = kind.__new__(kind)
    nn.Module.__init__(module)
    made[id(foreign)] = module
    attributes = foreign.attributes
    plain = {}
    for name, value in attributes.items():
        if name in _OWN or name.endswith("_hooks") or "hooks_" in name:
            continue
        kept, fitting = _plain(value)
        if fitting:
            plain[name] = kept
    state = {**module.__dict__, **plain, "training": False}
    state["_parameters"] = {
        str(n): None if v is None else nn.Parameter(_tensor(v).clone(), requires_grad=_tensor(v).is_floating_point())
        for n, v in _mapping(attributes.get("_parameters")).items()
    }
    state["_buffers"] = {
        str(n): None if v is None else _tensor(v) for n, v in _mapping(attributes.get("_buffers")).items()
    }
    children = _mapping(attributes.get("_modules")).items()
    state["_modules"] = {str(n): _made(c, made, depth + 1) if isinstance(c, Foreign) else None for n, c in children}
    state["_non_persistent_buffers_set"] = {str(n) for n in attributes.get("_non_persistent_buffers_set") or ()}
    module.__setstate__(state)  # type: ignore[no-untyped-call]
    return module


def _known(kind: str) -> type[nn.Module] | None:
    """The class of that name, when it is a layer or network of torch or torchvision."""
    if kind in SUBSTITUTES:
        return SUBSTITUTES[kind]
    if not kind.startswith(KNOWN):
        return None
    module, _, name = kind.rpartition(".")
    if module not in sys.modules:
        try:
            importlib.import_module(module)
        except ImportError:
            return None
    found = getattr(sys.modules[module], name, None)
    return found if isinstance(found, type) and issubclass(found, nn.Module) and found.__module__ == module else None


def _plain(value: Any, depth: int = 0) -> tuple[Any, bool]:
    """A value that does nothing, and whether it is one."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value, True
    if isinstance(value, Described):
        return value.tensor(), True
    if isinstance(value, Global):
        if value.module == "torch.nn.functional" and callable(getattr(functional, value.name, None)):
            return getattr(functional, value.name), True
        dtype = getattr(torch, value.name, None) if value.module == "torch" else None
        return (dtype, True) if isinstance(dtype, torch.dtype) else (None, False)
    if isinstance(value, (list, tuple)) and depth < 8:
        inner = [_plain(item, depth + 1) for item in value]
        return type(value)(item for item, _ in inner), all(fitting for _, fitting in inner)
    if isinstance(value, dict) and depth < 8:
        pairs = {key: _plain(item, depth + 1) for key, item in value.items()}
        return {key: item for key, (item, _) in pairs.items()}, all(fitting for _, fitting in pairs.values())
    return None, False


def _tensor(value: Any) -> Tensor:
    if isinstance(value, Described):
        return value.tensor()
    if isinstance(value, Tensor):
        return value
    raise ModelError("It has a parameter that is no tensor.")


def _mapping(value: Any) -> Mapping[Any, Any]:
    return value if isinstance(value, Mapping) else value.entries if isinstance(value, Foreign) else {}
