"""``python -m cnnviz`` and the command ``cnnviz``."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line; the exit code is 0, 1 (something failed) or 2 (wrong usage)."""
    from cnnviz.cli import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
