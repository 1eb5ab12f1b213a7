"""``python -m cnnviz`` and the command ``cnnviz``."""

from __future__ import annotations

import atexit
import os
import sys


def main() -> int:
    """Run the command line; the exit code is 0, 1 (something failed) or 2 (wrong usage)."""
    from cnnviz.cli import run

    code = run(sys.argv[1:])
    if "cnnviz.app" in sys.modules:
        _leave(code)
    return code


def _leave(code: int) -> None:
    """End a process whose window is closed: all threads have ended and all files are written.

    Python would take torch, Qt and every trace apart piece by piece, which takes seconds where networks are large.
    """
    atexit._run_exitfuncs()  # temporary folders go, the log is closed
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:  # there is none under pythonw
            stream.flush()
    os._exit(code)


if __name__ == "__main__":
    sys.exit(main())
