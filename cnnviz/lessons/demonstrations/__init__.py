"""Demonstrations: the pieces of a lesson that one can play with. A new one is one new file here; it is found by itself.

>>> from dataclasses import dataclass, field
>>> from cnnviz.figure import Figure
>>> from cnnviz.lessons.base import Demonstrated, demonstration
>>> from cnnviz.views.options import option
>>>
>>> @dataclass(frozen=True)
... class Options:
...     size: int = field(default=3, metadata=option("Size", low=1, high=9))
>>>
>>> @demonstration("my-piece", title="My piece", options=Options)
... def my_piece(picture, options):
...     figure = Figure("my-piece", "My piece", "subtitle", ...)  # panels of cnnviz.figure
...     return Demonstrated(figure, {"weights": options.size**2})
"""

from __future__ import annotations

import importlib
import pkgutil

from cnnviz.lessons.base import Demonstration, all_demonstrations, demonstration, get

__all__ = ["Demonstration", "all_demonstrations", "demonstration", "get"]

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")
