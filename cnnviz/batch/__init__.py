"""Many figures as files: pictures × layers × formats, with what was made and what failed."""

from __future__ import annotations

from cnnviz.batch.ask import Ask
from cnnviz.batch.manifest import MANIFEST
from cnnviz.batch.names import FIELDS, NAME, check_name, stem_of
from cnnviz.batch.run import Batch, Done

__all__ = ["FIELDS", "MANIFEST", "NAME", "Ask", "Batch", "Done", "check_name", "stem_of"]
