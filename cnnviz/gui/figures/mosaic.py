"""All maps of an ``ImageGrid`` as one picture: laid out for the widget's size, seen through a camera, painted."""

from __future__ import annotations

from contextlib import suppress

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnviz.figure import ImageGrid, Visible
from cnnviz.gui.figures.painting import GridPicture
from cnnviz.gui.figures.seeing import camera_of, is_near, seen
from cnnviz.gui.figures.tiling import Camera, Cell, Tiling, arrange, clamped, fit, zoomed
from cnnviz.gui.theme import theme


class Mosaic(QWidget):
    """What a canvas shows, without the hands of the person.

    Attributes
    ----------
    picked
        The position (0 to N-1) of the map that was chosen, or None for none.
    gathered
        Other maps are in ``selected``: the positions of those that are to be compared.
    pointed
        The ``Cell`` under the cursor, or None; emitted when it changes.
    """

    picked = Signal(object)
    gathered = Signal()
    pointed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("image-grid-canvas")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # nothing behind it is painted for it
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.marked: int | None = None
        self.selected: tuple[int, ...] = ()
        self._band: QRectF | None = None  # drawn with the mouse around maps
        self.cell: Cell | None = None
        self._panel: ImageGrid | None = None
        self._picture = GridPicture()
        self._tiling = Tiling(1, 1, 1, 1, 1.0, 0.0, 0.0)
        self._camera = Camera(1.0, 0.0, 0.0)
        self._wanted: object = None  # the view state that was restored, until somebody moves
        self._columns = 0  # maps in a row, where what is to be seen says so
        self._is_new = True  # nobody has seen how the maps are laid out
        self._ringed = False
        theme.changed.connect(self._on_theme)

    # what is shown

    def set_panel(self, panel: ImageGrid) -> None:
        """Show the maps of a panel; zoom and place stay where number and size of the maps are the same."""
        old = self._panel
        self._panel, self.marked = panel, panel.marked if len(panel.indices) > 1 else None
        self._picture.set_panel(panel)
        height, width = panel.raster.shape[1:3]
        if old is None or old.raster.shape[:3] != panel.raster.shape[:3]:
            self._wanted, self._columns, self._is_new = None, 0, True
            self._arrange()
            self._camera = fit(self._tiling, self._area)
            self.cell = None
            self.gather(())
        elif old.captions != panel.captions:
            self._rearrange()
        self.setAccessibleName(f"{len(panel.indices)} {panel.noun}s of {height} by {width}")
        self.setCursor(Qt.CursorShape.CrossCursor if len(panel.indices) == 1 else Qt.CursorShape.ArrowCursor)
        self._describe()
        self.update()

    @property
    def camera(self) -> Camera:
        return self._camera

    @property
    def tiling(self) -> Tiling:
        return self._tiling

    @property
    def visible(self) -> Visible | None:
        """What of the maps is seen; None for all."""
        part = seen(self._tiling, self._camera, self._area) if self._camera.zoom > 1.0 else None
        if part is not None and isinstance(self._wanted, Visible) and is_near(part, self._wanted, self._tiling):
            return self._wanted  # but for the gaps at its edges
        return part

    def view_state(self) -> object:
        """(zoom, map, y, x of what is in the middle), or None when all is seen; what is still as restored is that."""
        if self._wanted is not None:
            return self._wanted
        if self._camera.zoom <= 1.0:
            return None
        tile, y, x = self._tiling.near(self.width() / 2, self.height() / 2, self._camera)
        return (self._camera.zoom, tile, y, x)

    def restore(self, state: object) -> None:
        """Show again what ``view_state`` or ``visible`` told; whatever is no such value shows the whole."""
        self.fit()
        match state:
            case (float() | int(), int(), float() | int(), float() | int()):
                self._wanted = tuple(state)
            case (_, _, _, _, _):
                with suppress(ValueError, TypeError):
                    self._wanted = Visible.of(state)
        self._show(self._wanted)

    def fit(self) -> None:
        """Show the whole grid."""
        if self._columns:
            self._columns = 0
            self._arrange()
        self._move(fit(self._tiling, self._area))

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom around a point (the selected map, or the middle)."""
        if at is None:
            at = QPointF(self.width() / 2, self.height() / 2)
            if self.marked is not None:
                rect = self._tiling.rect(self.marked, self._camera)
                at = QPointF(rect.x + rect.width / 2, rect.y + rect.height / 2)
        camera = zoomed(self._tiling, self._camera, factor, at.x(), at.y(), self._area)
        self._move(camera) if camera.zoom > 1.0 else self.fit()

    def select(self, tile: int | None) -> None:
        """Choose a map, as a click on it does."""
        self.marked = tile
        self._describe()
        self.update()
        self.picked.emit(tile)

    def gather(self, tiles: tuple[int, ...]) -> None:
        """Select maps to compare them, in the order in which they were chosen."""
        if tiles != self.selected:
            self.selected = tiles
            self.update()
            self.gathered.emit()

    # geometry

    def sizeHint(self) -> QSize:
        return QSize(theme.px(360), theme.px(260))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(80), theme.px(48))

    @property
    def _selectable(self) -> bool:
        """Whether one map can be chosen among others."""
        return self._panel is not None and self._panel.picks and self._tiling.count > 1

    @property
    def _gathers(self) -> bool:
        """Whether several can be chosen, to be compared."""
        return self._selectable and self._panel is not None and self._panel.noun == "map"

    @property
    def _margin(self) -> int:
        return theme.px(4)  # the outline of a selected map at the edge

    def used_width(self) -> int:
        """Pixels that the whole grid takes at fit, with the outline of a map at its edge."""
        return int(self._tiling.size[0]) + 2 * self._margin + 1

    @property
    def _area(self) -> tuple[float, float]:
        return float(self.width()), float(self.height())

    def _arrange(self) -> None:
        """Lay the maps out for the widget's size; captions get a band where the longest fits."""
        panel = self._panel
        if panel is None:
            return
        count, height, width = panel.raster.shape[:3]

        def laid_out(band: float) -> Tiling:
            spaces = {"gap": theme.px(6), "band": band, "margin": self._margin, "ratio": self.devicePixelRatioF()}
            return arrange(count, height, width, self._area, columns=self._columns, **spaces)

        metrics = QFontMetrics(theme.font("tiny"))
        longest = max(panel.captions, key=len, default="")
        if count > 1 and longest:
            tiling = laid_out(metrics.height())
            wide = tiling.width * tiling.scale
            if wide >= max(metrics.horizontalAdvance(longest), 1.6 * metrics.height()):
                self._tiling = tiling
                return
        self._tiling = laid_out(0)

    def _rearrange(self) -> None:
        """Lay out again, with the same thing in the middle."""
        state = self.view_state()
        self._arrange()
        if state is None:
            self._place(fit(self._tiling, self._area))
        self._show(state)

    def _show(self, state: object) -> None:
        """Show a view state; before the widget has its size, it waits for it."""
        if self._area[0] <= 0:
            return
        match state:
            case Visible():
                if state.columns not in (0, self._tiling.columns):
                    self._columns = state.columns
                    self._arrange()
                self._place(camera_of(self._tiling, state, self._area))
            case (float() | int() as zoom, int() as tile, float() | int() as y, float() | int() as x):
                self._look_at(zoom, min(max(tile, 0), self._tiling.count - 1), y, x)

    def _look_at(self, zoom: float, tile: int, y: float, x: float) -> None:
        camera = Camera(zoom, 0.0, 0.0)
        rect = self._tiling.rect(tile, camera)
        pixel = self._tiling.scale * zoom
        left = self.width() / 2 - rect.x - x * pixel
        top = self.height() / 2 - rect.y - y * pixel
        self._place(clamped(self._tiling, Camera(zoom, left, top), self._area))

    def _move(self, camera: Camera) -> None:
        """Somebody moves: what was to be seen until then is not held any more."""
        self._wanted = None
        self._place(camera)

    def _place(self, camera: Camera) -> None:
        if camera != self._camera:
            self._camera = camera
            self._point_at(self.mapFromGlobal(self.cursor().pos()).toPointF() if self.underMouse() else None)
            self.update()

    def _reveal(self, tile: int) -> None:
        rect = self._tiling.rect(tile, self._camera)
        left, top = self._camera.left, self._camera.top
        left += max(0.0, self._margin - rect.x) - max(0.0, rect.x + rect.width - self.width() + self._margin)
        top += max(0.0, self._margin - rect.y) - max(0.0, rect.y + rect.height - self.height() + self._margin)
        self._move(clamped(self._tiling, Camera(self._camera.zoom, left, top), self._area))

    def resizeEvent(self, event: QResizeEvent) -> None:
        same_height = event.size().height() == event.oldSize().height()
        fits = same_height and self.used_width() <= event.size().width()
        if self._is_new or self.marked is None or not fits:
            self._rearrange()  # else the enlarged map has found room beside the grid, which stays where it is

    def _on_theme(self) -> None:
        self._picture.restyle()
        self._rearrange()
        self.update()

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), theme.color("panel"))
        self._is_new = False
        if self._panel is not None:
            picture = self._picture.image(self._tiling, self._camera, self.size(), self.devicePixelRatioF())
            painter.drawImage(0, 0, picture)
            self._picture.paint_marks(painter, self._tiling, self._camera, self.marked, self.cell)
            self._picture.paint_selected(painter, self._tiling, self._camera, self.selected, self._band)
            if self._panel.spot is not None:
                self._picture.paint_spot(painter, self._tiling, self._camera, self._panel.spot)
        if self._ringed:
            self._picture.paint_focus(painter, self.rect())
        painter.end()

    def _point_at(self, position: QPointF | None) -> None:
        cell = None if position is None else self._tiling.at(position.x(), position.y(), self._camera)
        if cell != self.cell:
            self.cell = cell
            self.pointed.emit(cell)
            self.update()

    def _describe(self) -> None:
        if self._panel is None:
            return
        chosen = "none" if self.marked is None else str(self._panel.indices[self.marked])
        self.setAccessibleDescription(
            f"Selected {self._panel.noun}: {chosen}. "
            "Arrows select, X gathers to compare, 0 shows all, plus and minus zoom."
        )
