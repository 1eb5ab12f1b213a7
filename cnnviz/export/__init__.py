"""Figures as files. A new format is one new file here; it is found by itself."""

from __future__ import annotations

import importlib
import pkgutil

from cnnviz.export.base import export, exporter, formats

__all__ = ["export", "exporter", "formats"]

for _module in pkgutil.iter_modules(__path__):
    if _module.name.startswith("write_"):
        importlib.import_module(f"{__name__}.{_module.name}")
