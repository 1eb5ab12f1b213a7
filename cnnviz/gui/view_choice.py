"""The choice among the views of a layer: buttons side by side, or a list to unfold where there is no room for them."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QToolButton, QWidget

from cnnviz.gui.theme import theme
from cnnviz.response import ViewOffer


class ViewChoice(QFrame):
    """Says which view was picked, and is told which one is shown."""

    picked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("view-segment")
        self.setAccessibleName("Views of this layer")
        self.setProperty("role", "segment")
        self.buttons: dict[str, QToolButton] = {}
        self.folded = QComboBox(self)
        self.folded.setObjectName("view-list")
        self.folded.setAccessibleName("View of this layer")
        self.folded.setProperty("role", "quiet")
        self.folded.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.folded.activated.connect(self._on_activated)
        self.folded.hide()
        self._row = QHBoxLayout(self)
        self._row.addWidget(self.folded)
        self._offers: tuple[ViewOffer, ...] = ()
        self._room = 1 << 20
        self.hide()
        theme.changed.connect(self._space)
        self._space()

    def set_offers(self, offers: tuple[ViewOffer, ...], current: str) -> None:
        """Offer views. Buttons are made once for each view; only those that are offered are seen."""
        if [(o.name, o.title) for o in offers] != [(o.name, o.title) for o in self._offers]:
            self._offers = offers
            for place, offer in enumerate(offers):
                button = self.buttons.get(offer.name) or self._make_button(offer.name)
                if button.text() != offer.title:
                    button.setText(offer.title)
                    button.setAccessibleName(f"View: {offer.title}")
                if self._row.indexOf(button) != place:
                    self._row.insertWidget(place, button)
            self.folded.clear()
            for offer in offers:
                self.folded.addItem(offer.title, offer.name)
            self.setVisible(bool(offers))
            self._fold()
        self._check(current)

    def fit(self, room: int) -> None:
        """Fold where the buttons do not fit into that many pixels."""
        if room != self._room:
            self._room = room
            self._fold()

    def _fold(self) -> None:
        names = [offer.name for offer in self._offers]
        offered = [self.buttons[name] for name in names]
        wide = sum(button.sizeHint().width() + self._row.spacing() for button in offered) + theme.px(6)
        fits = wide <= self._room
        for name, button in self.buttons.items():
            _show(button, fits and name in names)
        _show(self.folded, not fits)

    def _make_button(self, name: str) -> QToolButton:
        button = self.buttons[name] = QToolButton(self)
        button.setObjectName(f"view-{name}")
        button.hide()  # or else the layout would show it, fitting or not
        button.setCheckable(True)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # No QButtonGroup: it leaves only the checked button to the Tab key, and arrows are the window's.
        button.clicked.connect(partial(self._pick, name))
        return button

    def _on_activated(self, place: int) -> None:
        self._pick(self._offers[place].name)

    def _pick(self, name: str) -> None:
        self._check(name)
        self.picked.emit(name)

    def _check(self, current: str) -> None:
        for name, button in self.buttons.items():
            button.setChecked(name == current)
        with QSignalBlocker(self.folded):
            self.folded.setCurrentIndex(self.folded.findData(current))

    def _space(self) -> None:
        self._row.setContentsMargins(*(theme.px(2),) * 4)
        self._row.setSpacing(theme.px(2))
        self._fold()


def _show(widget: QWidget, shown: bool) -> None:
    if widget.isHidden() == shown:
        widget.setVisible(shown)
