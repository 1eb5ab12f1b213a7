"""The card in the middle: the current layer in the chosen view, the choice of views, and their options."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from cnnviz.figure import Control, Figure
from cnnviz.gui.breadcrumbs import Breadcrumbs
from cnnviz.gui.elided import ElidedLabel
from cnnviz.gui.figures import FigureView
from cnnviz.gui.figures.panel import Line
from cnnviz.gui.flow import FlowRow
from cnnviz.gui.options_form import OptionField, values_of
from cnnviz.gui.theme import theme
from cnnviz.gui.view_choice import ViewChoice
from cnnviz.request import Option
from cnnviz.response import Response

PALES_AFTER = 120
"""Milliseconds after which an old answer pales, too; the word stands there at once. Quick answers do not flicker."""


class ViewPane(QFrame):
    """Heading, segmented choice of views, options, figure.

    Attributes
    ----------
    view_picked
        Name of the layer view that was chosen.
    option_changed
        (name, value, finished) of an option; not finished while a slider is dragged.
    channel_picked
        A channel (int), or None for none.
    hovered
        (channel, y, x, value) under the cursor.
    left
        The cursor left what it pointed at.
    cell_picked, cell_followed
        A number is to be explained: one of this record, (channel, position), or any, a ``Cell``.
    level_up
        The empty space was clicked.
    paled
        An old answer has stood there for so long that it pales.
    """

    view_picked = Signal(str)
    option_changed = Signal(str, object, bool)
    channel_picked = Signal(object)
    comparison_wanted = Signal(object)  # channels
    hovered = Signal(int, int, int, object)
    left = Signal()
    cell_picked = Signal(int, object)
    cell_followed = Signal(object)
    level_up = Signal()
    paled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("view-pane")
        self.setAccessibleName("Layer view")
        self.setProperty("role", "card")
        self._controls: tuple[Control, ...] = ()
        self._fields: dict[str, OptionField] = {}
        self._stale = False
        self.figure_view = FigureView(self)
        self._make_head()
        self._make_choice()
        self._veil = _Veil(self.figure_view)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(PALES_AFTER)
        self._later.timeout.connect(self._veil.show)
        self._later.timeout.connect(lambda: self.mark.set_text("updating…"))
        self._later.timeout.connect(self.paled)
        self._column = QVBoxLayout(self)
        self._column.addLayout(self._head)
        self.crumbs = Breadcrumbs(self)
        self._column.addWidget(self.crumbs)
        self._column.addWidget(self._choice)
        self._column.addWidget(self.figure_view, 1)
        self.figure_view.channel_picked.connect(self.channel_picked)
        self.figure_view.comparison_wanted.connect(self.comparison_wanted)
        self.figure_view.hovered.connect(self.hovered)
        self.figure_view.left.connect(self.left)
        self.figure_view.cell_picked.connect(self.cell_picked)
        self.figure_view.cell_followed.connect(self.cell_followed)
        self.figure_view.level_up.connect(self.level_up)
        theme.changed.connect(self._space)
        self._space()

    # what is shown

    def set_response(self, response: Response) -> None:
        """Show the figure of a response, the views that it offers and the options that it was asked with."""
        request = response.request
        self.views.set_offers(response.views, request.view or response.figure.view)
        offer = next((offer for offer in response.views if offer.name == (request.view or response.figure.view)), None)
        self.set_options(offer.controls if offer else (), request.options)
        self.set_channel(request.channel)
        self.set_figure(response.figure)

    def set_figure(self, figure: Figure) -> None:
        """Draw a figure under its heading."""
        self.title.setText(figure.title)
        self.subtitle.setText(figure.subtitle)
        self.figure_view.set_figure(figure)

    def set_options(self, controls: tuple[Control, ...], given: tuple[tuple[str, Option], ...]) -> None:
        """Show the form of a view's options, with the values asked for or else the defaults."""
        if controls != self._controls:
            self._make_fields(controls)
        values = values_of(controls, given)
        for control in controls:
            self._fields[control.name].set_value(values[control.name])
            if control.when is not None:
                self._fields[control.name].setVisible(values.get(control.when[0]) == control.when[1])

    def set_channel(self, channel: int | None) -> None:
        """Show which channel is selected."""
        self.channel.setText(f"channel {channel}" if channel is not None else "")
        self.channel.setVisible(channel is not None)

    def set_stale(self, stale: bool, quiet: bool = False) -> None:
        """Mark the figure as the answer to an older request, or as the current one; nothing moves.

        ``quiet`` leaves the word away as long as the figure does not pale: where answers follow each other as the
        pictures of a film, it would flicker.
        """
        if stale == self._stale:
            return
        self._stale = stale
        self.mark.set_text("updating…" if stale and not quiet else "")
        if stale:
            self._later.start()
        else:
            self._later.stop()
            self._veil.hide()

    @property
    def stale(self) -> bool:
        """Whether the figure is marked as the answer to an older request."""
        return self._stale

    def view_state(self) -> tuple[object, ...]:
        """Zoom and scroll of the figure, as a plain value."""
        return self.figure_view.view_state()

    def restore(self, state: object) -> None:
        """Show the figure as ``view_state`` told; None shows the whole."""
        self.figure_view.restore(state)

    # parts

    def _make_head(self) -> None:
        self.title = ElidedLabel(role="heading", parent=self)
        self.title.setObjectName("view-title")
        self.subtitle = ElidedLabel(role="dim", parent=self)
        self.subtitle.setObjectName("view-subtitle")
        self.subtitle.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.mark = Line("view-stale", "accent", "small", self)
        self.mark.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.channel = QToolButton(self)
        self.channel.setObjectName("view-channel")
        self.channel.setProperty("role", "button")
        self.channel.setAccessibleName("Selected channel; press to select none")
        self.channel.setToolTip("Select no channel (Esc in the grid)")
        self.channel.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.channel.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        policy = self.channel.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # the heading keeps its height
        self.channel.setSizePolicy(policy)
        theme.set_icon(self.channel, "close", "dim")
        self.channel.hide()
        self.channel.clicked.connect(self._on_no_channel)
        self._head = QHBoxLayout()
        self._head.addWidget(self.title)
        self._head.addWidget(self.subtitle, 1)
        self._head.addWidget(self.mark)
        self._head.addWidget(self.channel)

    def _make_choice(self) -> None:
        self._choice = FlowRow(self)
        self._choice.setObjectName("view-choice")
        self.views = ViewChoice(self._choice)
        self.views.picked.connect(self.view_picked)
        self._choice.set_widgets((self.views,))

    def _make_fields(self, controls: tuple[Control, ...]) -> None:
        """Fields of controls that stay are kept, so that the focus stays in them."""
        kept = {c.name: self._fields[c.name] for c in controls if c in self._controls}
        for name, field in self._fields.items():
            if name not in kept:
                _drop(field)
        self._fields = {control.name: kept.get(control.name) or self._make_field(control) for control in controls}
        self._controls = controls
        self._choice.set_widgets((self.views, *self._fields.values()))

    def _make_field(self, control: Control) -> OptionField:
        field = OptionField(control, self._choice)
        field.changed.connect(self.option_changed)
        return field

    def _on_no_channel(self) -> None:
        self.channel_picked.emit(None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.views.fit(self.width() - 2 * theme.px(16))

    def _space(self) -> None:
        self._column.setContentsMargins(*(theme.px(n) for n in (16, 10, 16, 10)))
        self._column.setSpacing(theme.px(8))
        self._head.setSpacing(theme.px(12))
        self._choice.set_gaps(theme.px(14), theme.px(6))
        self.mark.setFixedWidth(theme.px(68))


class _Veil(QWidget):
    """Lies over an old figure and lets the mouse through."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self.setObjectName("stale-veil")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()
        over.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and isinstance(watched, QWidget):
            self.setGeometry(QRect(0, 0, watched.width(), watched.height()))
        return False

    def showEvent(self, event: QEvent) -> None:
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        ground = theme.color("panel")
        ground.setAlphaF(0.5)
        painter = QPainter(self)
        painter.fillRect(self.rect(), ground)
        painter.end()


def _drop(widget: QWidget) -> None:
    widget.hide()
    widget.setParent(None)
    widget.deleteLater()
