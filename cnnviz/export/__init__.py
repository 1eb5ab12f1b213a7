"""Figures, and the numbers of whole passes, as files. A new format is one new file here; it is found by itself."""

from __future__ import annotations

import importlib
import pkgutil

from cnnviz.export.base import export, exporter, formats
from cnnviz.export.passes import export_pass

__all__ = ["export", "export_pass", "exporter", "formats"]

for _module in pkgutil.iter_modules(__path__):
    if _module.name.startswith("write_"):
        importlib.import_module(f"{__name__}.{_module.name}")
