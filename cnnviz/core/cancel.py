"""Stopping work that nobody wants any more."""

from __future__ import annotations


class Cancelled(Exception):
    """The work was given up between two operations, because its answer is no longer wanted."""
