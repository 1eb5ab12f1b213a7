"""A check box for each format, as pictures, numbers and tables."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QWidget

from cnnviz.gui.exports.kinds import ARRAYS, FORMATS
from cnnviz.gui.naming import named
from cnnviz.gui.theme import theme

GROUPS = (
    ("Pictures", (("PNG", "png"), ("SVG", "svg"), ("PDF", "pdf"), ("TIFF", "tiff"))),
    ("Numbers", (("NPZ", "npz"), ("safetensors", "safetensors"), ("HDF5", "h5"), ("Zarr", "zarr.zip"))),
    ("Tables", (("CSV", "csv"), ("Parquet", "parquet"), ("LaTeX", "tex"), ("Markdown", "md"))),
)
DRAWN = dict(GROUPS[0][1]).values()
"""Formats that have a size and colours."""


class FormatGrid(QWidget):
    """What files are made as; of the outputs of several layers in one file, only what holds arrays."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "many-formats", "Formats")
        self.checks: dict[str, QCheckBox] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.px(16))
        grid.setVerticalSpacing(theme.px(6))
        tips = {suffix: words for words, suffix in FORMATS}
        for row, (title, group) in enumerate(GROUPS):
            label = QLabel(title)
            label.setProperty("role", "dim")
            grid.addWidget(label, row, 0)
            for column, (words, suffix) in enumerate(group, 1):
                check = named(QCheckBox(words), f"many-{suffix}", f"As {words}")
                check.setToolTip(tips[suffix])
                check.toggled.connect(self.changed)
                self.checks[suffix] = check
                grid.addWidget(check, row, column)
        grid.setColumnStretch(len(GROUPS[0][1]) + 1, 1)

    @property
    def chosen(self) -> tuple[str, ...]:
        """Suffixes of the formats that are chosen and can be."""
        return tuple(suffix for suffix, check in self.checks.items() if check.isChecked() and check.isEnabled())

    @property
    def drawn(self) -> bool:
        """Whether one of them has a size and colours."""
        return any(suffix in DRAWN for suffix in self.chosen)

    def text(self) -> str:
        """The formats that are chosen, with commas between them."""
        return ",".join(suffix for suffix, check in self.checks.items() if check.isChecked())

    def setText(self, text: str) -> None:
        """Choose these formats and no others."""
        wanted = text.split(",")
        for suffix, check in self.checks.items():
            check.setChecked(suffix in wanted)

    def offer(self, together: bool) -> None:
        """All formats, or those that hold the outputs of several layers; there is always a choice that can be."""
        for suffix, check in self.checks.items():
            check.setEnabled(not together or suffix in ARRAYS)
        if together and not self.chosen:
            self.checks[ARRAYS[0]].setChecked(True)
