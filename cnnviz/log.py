"""One log file for everything: it is where details go that are not shown to the user."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from logging.handlers import RotatingFileHandler

from cnnviz import paths

FORMAT = "%(asctime)s %(levelname)s %(processName)s %(threadName)s %(name)s: %(message)s"


@contextlib.contextmanager
def logging_to_file() -> Iterator[None]:
    """Write log records and library warnings to ``paths.log_file()`` instead of the terminal, as long as it is entered.

    Without a place to write to, nothing is logged: that must not keep the app from running.
    """
    root = logging.getLogger()
    handler = _handler()
    handler.setFormatter(logging.Formatter(FORMAT))
    root.addHandler(handler)
    logging.getLogger("cnnviz").setLevel(logging.INFO)
    logging.captureWarnings(True)
    raising, logging.raiseExceptions = logging.raiseExceptions, False  # a full disk is no reason for a traceback
    try:
        yield
    finally:
        logging.raiseExceptions = raising
        logging.captureWarnings(False)
        root.removeHandler(handler)
        handler.close()


def _handler() -> logging.Handler:
    try:
        return RotatingFileHandler(paths.log_file(), maxBytes=1_000_000, backupCount=3, encoding="utf-8")
    except OSError:
        return logging.NullHandler()
