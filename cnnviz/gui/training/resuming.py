"""Trainings that were cut off are offered to go on; a sentence with a button."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from cnnviz.gui.training.kept import Unfinished, unfinished
from cnnviz.gui.training.page import Offer


class Resuming(QObject):
    """Looks for them, and says what the person wants of the newest.

    Signals
    -------
    wanted(Wish, Unfinished)
        It is to go on.
    """

    wanted = Signal(object, object)

    def __init__(self, offer: Offer, parent: QObject) -> None:
        super().__init__(parent)
        self._offer = offer
        self.found: Unfinished | None = None
        self.rate: float | None = None  # with which one that exploded goes on
        offer.accepted.connect(self._go_on)
        offer.refused.connect(self._forget)

    @Slot()
    def look(self) -> None:
        """Offer the newest, or nothing."""
        self.found = next(iter(unfinished()), None)
        if self.found is None:
            self._offer.show_sentence("")
            return
        wish, epoch = self.found.wish, self.found.epoch
        rate = f" It goes on with a learning rate of {self.rate:.2g}." if self.rate else ""
        what = f"The {'comparison' if wish.compare else 'training'} of {wish.title}"
        kept = f"after epoch {epoch} of {wish.epochs}, which is kept" if epoch else "before both had their first epoch"
        left = "what was begun of the next is done again" if epoch < wish.epochs else "only its measuring is left"
        self._offer.show_sentence(f"{what} with {Path(wish.where).name or wish.data} ended {kept}; {left}.{rate}")

    def rest(self) -> None:
        """A training begins."""
        self.rate = None
        self._offer.show_sentence("")

    @Slot()
    def _go_on(self) -> None:
        if self.found is not None:
            wish = self.found.wish
            self.wanted.emit(replace(wish, rate=self.rate or wish.rate), self.found)

    @Slot()
    def _forget(self) -> None:
        if self.found is not None:
            self.found.forget()
            self.rate = None
            self.look()
