"""Layer views: the ways to look at a record. A new one is one new file here; it is found by itself.

>>> from dataclasses import dataclass
>>> from cnnviz.views.base import figure, layer_view
>>>
>>> @dataclass(frozen=True)
... class Options:
...     channel: int | None = None
>>>
>>> @layer_view("my-view", title="My view", options=Options, fits=lambda trace, record: record is not None, priority=10)
... def my_view(trace, record, options):
...     return figure(trace, record, "my-view", "subtitle", ...)  # panels of cnnviz.figure
"""

from __future__ import annotations

import importlib
import pkgutil

from cnnviz.views.base import LayerView, all_views, get, layer_view, make, views_for
from cnnviz.views.options import controls, option

__all__ = ["LayerView", "all_views", "controls", "get", "layer_view", "make", "option", "views_for"]

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")
