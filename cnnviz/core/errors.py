"""Failures that are expected: each is one sentence for the user that says what happened and what to do."""

from __future__ import annotations


class CnnvizError(Exception):
    """Anything that can go wrong with what the user brought along.

    Parameters
    ----------
    message
        One sentence: what happened, and what to do. Shown as it is.
    details
        More for those who ask: names, shapes, the message of the library underneath. May have several lines.
    """

    def __init__(self, message: str, details: str = "") -> None:
        super().__init__(message)
        self.details = details


class PlaceError(CnnvizError):
    """Nothing can be written to a place: it is gone or full, or there is no permission. What follows would fail."""


class PictureError(CnnvizError):
    """A picture cannot be read."""


class ModelError(CnnvizError):
    """A model cannot be opened."""


class ConsentNeeded(ModelError):
    """A model cannot be opened without running code that came with it.

    Parameters
    ----------
    message, details
        As of every error.
    file
        The file whose code would run.
    would
        What it would import and call, as far as that can be told without running it, one name each.
    """

    def __init__(self, message: str, file: str, would: tuple[str, ...] = (), details: str = "") -> None:
        super().__init__(message, details)
        self.file = file
        self.would = would
