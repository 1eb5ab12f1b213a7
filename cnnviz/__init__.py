"""CNNViz: a desktop microscope for convolutional networks, and its Python interface.

>>> import cnnviz
>>> model = cnnviz.load_model("lenet5-mnist")
>>> trace = cnnviz.trace(model, "seven.png")
>>> trace.top(5)

The names are imported when they are first used: ``import cnnviz`` imports neither torch nor Qt.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnnviz.core.ops import explain as explain
    from cnnviz.core.sources import load_model as load_model
    from cnnviz.core.trace import trace as trace
    from cnnviz.export import export as export
    from cnnviz.export import export_pass as export_pass
    from cnnviz.views import make as view

__version__ = "0.1.0"
__all__ = ["__version__", "explain", "export", "export_pass", "load_model", "trace", "view"]

_HOMES = {
    "explain": ("cnnviz.core.ops", "explain"),
    "export": ("cnnviz.export", "export"),
    "export_pass": ("cnnviz.export", "export_pass"),
    "load_model": ("cnnviz.core.sources", "load_model"),
    "trace": ("cnnviz.core.trace", "trace"),
    "view": ("cnnviz.views", "make"),
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'cnnviz' has no attribute {name!r}")
    module, attribute = _HOMES[name]
    return getattr(importlib.import_module(module), attribute)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})


class _Package(ModuleType):
    def __setattr__(self, name: str, value: object) -> None:
        # Importing the package cnnviz.export would put that module in the place of the public function cnnviz.export.
        if not (name in _HOMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
