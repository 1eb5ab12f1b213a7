"""The page of the workspace “Network”: tools above the graph, the legend below it."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
)

from cnnviz.core.graph.shapes import RECORD, GraphAnswer, GraphQuery
from cnnviz.figure import Place
from cnnviz.gui.graph.find import FindBar, found
from cnnviz.gui.graph.legend import Legend
from cnnviz.gui.graph.paint_numbers import KINDS, Numbers, Values, of_facts
from cnnviz.gui.graph.places import Places
from cnnviz.gui.graph.scene import Scene, box_of
from cnnviz.gui.graph.view import GraphView
from cnnviz.gui.theme import theme
from cnnviz.response import PassKey

FAMILY = "Operation"

COLOURS = ["", *(kind.name for kind in KINDS)]
"""By what cards can be coloured, as files name it."""


class GraphPage(QFrame):
    """Joins the graph with its tools; remembers the places that were seen."""

    query_wanted = Signal(object)  # GraphQuery
    numbers_wanted = Signal(str)  # name of their kind; empty when none are waited for any more

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("graph-page")
        self.setProperty("role", "card")
        self.view = GraphView()
        self.legend = Legend()
        self.finder = FindBar()
        self.places = Places(self.view)
        self._values: dict[str, Values] = {}
        self._found: list[int] = []
        self._at = 0
        self._opening = False  # the hit is in a block that is being opened
        self._build()
        self._connect()

    # parts

    def _build(self) -> None:
        self._folds = QFrame()
        self._folds.setObjectName("graph-depths")
        self._folds.setProperty("role", "segment")
        self._fold_row = QHBoxLayout(self._folds)
        self._fold_row.setContentsMargins(*(theme.px(2),) * 4)
        self._fold_row.setSpacing(theme.px(2))
        self._fold_buttons: list[QToolButton] = []
        fold = QLabel("Depth")
        fold.setProperty("role", "small")
        colour = QLabel("Colour")
        colour.setProperty("role", "small")
        self.colours = QComboBox()
        self.colours.setObjectName("graph-colours")
        self.colours.setAccessibleName("Colour the cards by")
        self.colours.setToolTip("Colour the cards by their operation, or by a number")
        self.colours.addItems([FAMILY, *(kind.title for kind in KINDS)])
        self.strongest = QCheckBox("Strongest first")
        self.strongest.setObjectName("graph-strongest")
        self.strongest.setChecked(True)
        self.strongest.setToolTip("Show the channels with the largest values first; else all in order")
        self._fit = self._button("fit", "fit", "Show all of it (F)")
        self._search = self._button("search", "search", "Find in the graph (/)")
        top = QHBoxLayout()
        top.setSpacing(theme.px(8))
        for tool in (fold, self._folds, colour, self.colours, self.strongest):
            top.addWidget(tool)
        top.addStretch(1)
        for button in (self._search, self._fit):
            top.addWidget(button)
        self._zoom = QLabel()
        self._zoom.setObjectName("graph-zoom")
        self._zoom.setProperty("role", "tiny")
        foot = QHBoxLayout()
        foot.setSpacing(theme.px(8))
        foot.addWidget(self.legend, 1)
        foot.addWidget(self._zoom)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(theme.px(10),) * 4)
        column.setSpacing(theme.px(8))
        column.addLayout(top)
        column.addWidget(self.finder)
        column.addWidget(self.view, 1)
        column.addLayout(foot)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def _button(self, name: str, icon: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setObjectName(f"graph-{name}")
        button.setProperty("role", "button")
        button.setToolTip(tip)
        button.setAccessibleName(tip.partition(" (")[0])
        theme.set_icon(button, icon)
        return button

    def _connect(self) -> None:
        self._fit.clicked.connect(lambda _: self.view.fit())
        self._search.clicked.connect(self.finder.open_bar)
        self.colours.currentIndexChanged.connect(self._on_colour)
        self.strongest.toggled.connect(self.view.set_strongest)
        self.strongest.toggled.connect(lambda _: self.view.ask())
        self.view.folding_wanted.connect(self._on_folding)
        self.places.query_wanted.connect(self.query_wanted)
        self.view.moved.connect(self._on_moved)
        self.finder.asked.connect(self._on_asked)
        self.finder.stepped.connect(self._on_stepped)
        self.finder.left.connect(self._on_found_left)

    # what is shown

    @property
    def scene(self) -> Scene | None:
        return self.view.scene

    def set_answer(self, answer: GraphAnswer) -> None:
        """Show a graph."""
        before = self.scene
        other = before is None or before.facts is not answer.facts
        if other:
            self.places.forget()
        self.view.set_answer(answer, self.places.landing())
        self.legend.set_families({record.family for record in answer.facts})
        self._show_depths(answer)
        self._on_colour(self.colours.currentIndex())
        if other:
            self._on_asked(self.finder.line.text() if self.finder.isVisible() else "")
        elif self._opening:
            self._open_hit()
        self.places.land(answer.query)

    def _show_depths(self, answer: GraphAnswer) -> None:
        """One button for each depth to which one can fold."""
        deepest = answer.layout.deepest
        if len(self._fold_buttons) != deepest:
            for button in self._fold_buttons:
                self._fold_row.removeWidget(button)
                button.deleteLater()
            self._fold_buttons = [self._depth_button(depth, deepest) for depth in range(1, deepest + 1)]
        for depth, button in enumerate(self._fold_buttons, 1):
            button.setChecked(depth == answer.layout.depth)

    def _depth_button(self, depth: int, deepest: int) -> QToolButton:
        button = QToolButton(self._folds)
        button.setObjectName(f"graph-depth-{depth}")
        button.setText("All" if depth == deepest and deepest > 1 else str(depth))
        button.setCheckable(True)
        button.setToolTip(
            f"Open everything ({depth})" if depth == deepest else f"Fold what lies deeper than {depth} ({depth})"
        )
        button.setAccessibleName(button.toolTip().partition(" (")[0])
        button.clicked.connect(lambda: self.fold(depth))
        self._fold_row.addWidget(button)
        return button

    @Slot(int)
    def _on_colour(self, index: int) -> None:
        """Colour the cards; what is not known yet is asked for."""
        numbers, wanted = None, ""
        if index > 0 and self.scene is not None:
            kind = KINDS[index - 1]
            values = of_facts(kind, self.scene.facts) or self._values.get(kind.name)
            numbers = Numbers(kind, self.scene, values) if values is not None else None
            wanted = kind.title if numbers is None else ""
        self.view.set_numbers(numbers)
        self.legend.set_numbers(numbers, wanted)
        self.numbers_wanted.emit(KINDS[index - 1].name if wanted else "")

    def set_values(self, values: Mapping[str, Values]) -> None:
        """Take numbers that were measured."""
        self._values.update(values)
        self._on_colour(self.colours.currentIndex())

    def forget_values(self, *names: str) -> None:
        """Numbers of another pass; what is shown is asked for again."""
        for name in names:
            self._values.pop(name, None)
        if self.isVisible():
            self._on_colour(self.colours.currentIndex())

    @property
    def lacks_numbers(self) -> bool:
        """Whether numbers are on their way."""
        return self.colours.currentIndex() > 0 and self.view.numbers is None

    @Slot()
    def _on_moved(self) -> None:
        self._zoom.setText(f"{100 * self.view.camera.zoom:.0f} %")

    # folding

    def fold(self, depth: int) -> None:
        """Fold to a depth."""
        if self.scene is not None:
            self.view.fold(min(max(depth, 1), self.scene.layout.deepest))

    def deeper(self, by: int) -> None:
        """Open one level more everywhere, or fold one."""
        if self.scene is None:
            return
        layout = self.scene.layout
        depth = layout.depth if layout.depth is not None else max((f.depth for f in layout.frames), default=0) + 1
        self.fold(depth + by)

    @Slot(object, object)
    def _on_folding(self, depth: int | None, opened: frozenset[str] | None) -> None:
        for at, button in enumerate(self._fold_buttons, 1):
            button.setChecked(at == depth)
        if self.scene is not None:
            self.query_wanted.emit(GraphQuery(self.scene.answer.query.key, self.room, depth, opened))

    @property
    def room(self) -> tuple[int, int]:
        """What the graph has to fill, in pixels at 100 %."""
        return max(round(self.view.width() / theme.scale), 200), max(round(self.view.height() / theme.scale), 150)

    # places

    def zoom_to_chosen(self) -> None:
        """Look at the chosen card closely."""
        if (card := self.view.chosen_card) is not None:
            self.view.zoom_to(box_of(card))

    @property
    def place(self) -> Place | None:
        """What is seen, how it is folded and coloured, in plain values; None while there is no graph."""
        return self.places.now(COLOURS[self.colours.currentIndex()], self.strongest.isChecked())

    def come_back(self, place: Place, key: PassKey) -> GraphQuery:
        """What to ask for so that a place is seen again; its colours are there at once."""
        self.colours.setCurrentIndex(COLOURS.index(place.colours) if place.colours in COLOURS else 0)
        self.strongest.setChecked(place.strongest)
        return self.places.come_back(place, key)

    # finding

    @Slot(str)
    def _on_asked(self, text: str) -> None:
        self._found = found(self.scene.facts, text) if self.scene is not None else []
        self._at, self._opening = 0, False
        self.view.set_hits(frozenset(self._found))
        self.finder.set_count(0, len(self._found))
        self._show_hit()

    @Slot(int)
    def _on_stepped(self, step: int) -> None:
        if self._found:
            self._at = (self._at + step) % len(self._found)
            self.finder.set_count(self._at, len(self._found))
            self._show_hit()
            self._open_hit()

    def _open_hit(self) -> None:
        """Open the block in which the hit is folded, and what is folded in that, answer by answer."""
        self._opening = False
        if self._found and self.scene is not None:
            card = self.scene.cards[self.scene.card_of(self._found[self._at])]
            if card.kind != RECORD:
                self._opening = True
                self.view.toggle(card.key)
            else:
                self._show_hit()

    def _show_hit(self) -> None:
        """Go where the hit is: to its card, or to the block in which it is folded."""
        if not self._found or self.scene is None:
            return
        card = self.scene.cards[self.scene.card_of(self._found[self._at])]
        self.view.chosen = card.key
        self.view.show_card(card)
        self.view.record_picked.emit(self._found[self._at])

    @Slot()
    def _on_found_left(self) -> None:
        self._found = []
        self.view.set_hits(frozenset())
        self.view.setFocus()
