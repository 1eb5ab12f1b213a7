"""What there is to say about the network that is marked in the gallery."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout

from cnnviz.gui.gallery_jobs import Row
from cnnviz.gui.gallery_table import gflops, megabytes
from cnnviz.gui.naming import named
from cnnviz.gui.theme import theme


class GalleryDetail(QFrame):
    """Two lines: the title with the paper; the numbers in full, and what opens it elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("gallery-detail")
        self.setAccessibleName("About the marked network")
        self.setProperty("role", "card")
        self._title = named(QLabel(), "gallery-title")
        self._title.setTextFormat(Qt.TextFormat.RichText)
        self._title.setOpenExternalLinks(True)
        self._title.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        self._facts = named(QLabel(), "gallery-facts")
        self._facts.setProperty("role", "dim")
        self._facts.setWordWrap(True)
        self._facts.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._column = QVBoxLayout(self)
        self._column.addWidget(self._title)
        self._column.addWidget(self._facts)
        self._row: Row | None = None
        self._other = ""
        theme.changed.connect(self._dress)
        self._dress()

    def text(self) -> str:
        """What is said, as plain text."""
        return self._facts.text()

    def set_row(self, row: Row | None, other: str = "") -> None:
        """Describe a network, or say something else when there is none."""
        self._row, self._other = row, other
        self._dress()

    def _dress(self) -> None:
        self._column.setContentsMargins(*(theme.px(n) for n in (14, 8, 14, 8)))
        self._column.setSpacing(theme.px(2))
        row = self._row
        self._title.setText("" if row is None else _title(row))
        self._title.setVisible(row is not None)
        self._facts.setText(self._other if row is None else _facts(row))


def _title(row: Row) -> str:
    year = f" of {row.year}" if row.year else ""
    color = theme.color("accent").name()
    paper = f' &nbsp; <a style="color: {color}" href="{row.paper}">the paper{year}</a>' if row.paper else ""
    return f"<b>{row.title}</b> &nbsp; {row.weights}{paper}"


def _facts(row: Row) -> str:
    top5 = "" if row.top5 is None else f", {row.top5:.3f} % top-5"
    where = "on this computer" if row.here else "not on this computer"
    return (
        f"{row.top1:.3f} % top-1{top5} on {row.data} · {row.parameters:,} parameters · "
        f"{gflops(row.gflops)} thousand million multiply-adds for {row.size[0]} × {row.size[1]} pixels · "
        f"{megabytes(row.megabytes)}, {where} · cnnviz --model {row.name}"
    )
