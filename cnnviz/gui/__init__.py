"""The window. The only package that imports PySide6 or pyqtgraph; it never imports torch."""

import sys

if sys.version_info < (3, 12):
    # PySide6 6.12 returns None and True without counting the reference. From Python 3.12 on they are immortal; before,
    # each such call takes one away, until "deallocating None" ends the process. So many are never used up.
    import ctypes

    for _constant in (None, True, False, NotImplemented, Ellipsis):
        ctypes.c_ssize_t.from_address(id(_constant)).value += 1 << 40
