"""The channels of a finding, each a way to its map."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QLabel

from cnnviz.core.survey.shapes import Finding
from cnnviz.gui.naming import named
from cnnviz.gui.theme import theme

LISTED = 40
"""Channels that are listed; of more it is said how many."""


class MapLinks(QLabel):
    """A line of numbers to click on, or to reach with Tab and open with Enter.

    Attributes
    ----------
    chosen
        Index of the record, and the channel.
    """

    chosen = Signal(int, int)

    def __init__(self) -> None:
        super().__init__()
        named(self, "findings-maps", "Maps of the channels")
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.LinksAccessibleByMouse | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        self._finding: Finding | None = None
        self.linkActivated.connect(self._on_link)
        theme.changed.connect(self._write)
        self.hide()

    def set_finding(self, finding: Finding | None) -> None:
        """Show the ways to the maps of a finding; None hides them."""
        if finding is not self._finding:
            self._finding = finding
            self._write()

    def _write(self) -> None:
        finding = self._finding
        self.setVisible(finding is not None)
        if finding is None:
            return
        accent = theme.color("accent").name()
        style = f"color: {accent}; text-decoration: none;"
        ways = [f'<a href="{n}" style="{style}">{n}</a>' for n in finding.channels[:LISTED]]
        more = f" and {len(finding.channels) - LISTED:,} more" if len(finding.channels) > LISTED else ""
        self.setText(f"Maps of the {finding.kind} channels of {finding.where}:&nbsp; {'&nbsp; '.join(ways)}{more}")

    @Slot(str)
    def _on_link(self, channel: str) -> None:
        if self._finding is not None:
            self.chosen.emit(self._finding.index, int(channel))
