"""``python -m benchmarks NAME``: each benchmark is one file here with a function ``run``, found by its name."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from pathlib import Path


def main() -> int:
    """Run the benchmarks that are named; without a name, say which there are."""
    known = [module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)]) if module.name != "__main__"]
    asked = sys.argv[1:]
    if not asked or not set(asked) <= set(known):
        sys.stderr.write(f"usage: python -m benchmarks NAME …   with NAME one of {', '.join(known)}\n")
        return 2
    for name in asked:
        importlib.import_module(f"benchmarks.{name}").run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
