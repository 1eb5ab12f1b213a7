"""The names of many files before they are made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cnnviz.gui.elided import ElidedLabel
from cnnviz.gui.naming import named
from cnnviz.gui.theme import theme
from cnnviz.response import Response, Step

if TYPE_CHECKING:
    from cnnviz.batch import Ask

SHOWN = 4


class NameList(QWidget):
    """The first names, one below the other."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "many-names", "The names as they will be")
        self._labels = [ElidedLabel("", "small", mode=Qt.TextElideMode.ElideMiddle) for _ in range(SHOWN + 1)]
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(2))
        for label in self._labels:
            column.addWidget(label)

    @property
    def texts(self) -> list[str]:
        """What is to be read."""
        return [label.text() for label in self._labels if label.text()]

    def show_names(self, names: Iterable[str]) -> None:
        """Show the first of them; no more than these are asked for."""
        found = [*islice(names, SHOWN + 1), *[""] * (SHOWN + 1)]
        for number, label in enumerate(self._labels):
            label.setText("…" if found[number] and number == SHOWN else found[number])


def names_of(response: Response, ask: Ask, pictures: Sequence[str], steps: Sequence[Step]) -> Iterator[str]:
    """The names in their order; what is not known before it is drawn stands in braces."""
    from cnnviz.batch.names import Names, stem_of

    taken = Names()
    current = response.steps[response.current]
    digits = len(str(len(response.steps) - 1))
    for picture in pictures:
        parts = {"image": Path(picture).stem, "model": Path(response.model.name).stem}
        for step in [current] if ask.together else steps:
            known = step is current
            told = {"layer": step.key or "picture", "index": f"{max(step.index, 0):0{digits}d}"}
            told |= {"view": ask.view or (response.views[0].name if known else "{view}")}
            told |= {"op": response.card.op if known else "{op}"}
            if ask.together:
                told = {"layer": "all" if ask.layers == "all" else "layers", "index": "0"}
                told |= {"view": "records", "op": "records"}
            for suffix in ask.suffixes:
                yield taken.next(stem_of(ask.name, parts | told), suffix)
