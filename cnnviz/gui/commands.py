"""What each command of the menus does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QFileDialog

from cnnviz.core import store
from cnnviz.core.errors import CnnvizError
from cnnviz.core.made_again import as_command, as_python
from cnnviz.figure import Figure
from cnnviz.gui import clipboard, finder, menus
from cnnviz.gui.about import AboutDialog
from cnnviz.gui.exports.kinds import NOTHING_YET
from cnnviz.gui.help import ShortcutSheet, groups_of
from cnnviz.gui.palette import CommandPalette, Entry
from cnnviz.gui.preferences import PreferencesDialog
from cnnviz.gui.terms.going import Terms
from cnnviz.gui.theme import theme
from cnnviz.gui.tour.going import Touring

if TYPE_CHECKING:
    from cnnviz.gui.controller import Controller


class Commands(QObject):
    """Connects every action of the window to its act, and fills the menus that depend on what is open."""

    def __init__(self, controller: Controller) -> None:
        super().__init__(controller)
        self._controller = controller
        self._window = controller.window
        self.palette = CommandPalette(controller.window, self._entries)
        self._keys = ShortcutSheet(controller.window)
        self.terms = Terms(controller.window)
        self.touring = Touring(controller)
        self._connect()
        self.fill_menus()

    def _connect(self) -> None:
        controller, session, window = self._controller, self._controller.session, self._window
        tray = window.tray
        acts: dict[str, Callable[[], object]] = {
            "open-pictures": self._open_pictures,
            "open-folder": self._open_folder,
            "open-model": controller.opening.ask,
            "about-model": lambda: controller.opening.show_sheet(controller.response),
            "open-session": controller.saving.ask,
            "save-session": controller.saving.save,
            "save-session-as": controller.saving.save_as,
            "paste": lambda: controller.open_files(*clipboard.files_of(QGuiApplication.clipboard().mimeData())),
            "export": self._export,
            "export-film": lambda: controller.exports.ask_film(controller.response, controller.collection.paths),
            "export-many": lambda: controller.exports.ask_many(controller.response, controller.collection.paths),
            "report": lambda: controller.reporting.ask(session.request),
            "quit": self._window.close,
            "add-to-page": lambda: self._with_figure(
                lambda figure: controller.exporter.add_to_page(self._as_seen(figure))
            ),
            "copy-picture": lambda: self._with_figure(
                lambda figure: controller.exporter.copy_picture(self._as_seen(figure))
            ),
            "copy-values": lambda: self._with_figure(controller.exporter.copy_values),
            "copy-python": lambda: self._with_figure(lambda figure: self._copy(figure, as_python, "lines of Python")),
            "copy-command": lambda: self._with_figure(lambda figure: self._copy(figure, as_command, "command")),
            "larger": lambda: self._scale(+1),
            "smaller": lambda: self._scale(-1),
            "normal-size": lambda: self._scale(0),
            "reset-layout": self._window.reset_layout,
            "find": self.palette.open,
            "keys": lambda: self._keys.open(groups_of(self._window.menus)),
            "tour": self.touring.start,
            "what-is-this": self.terms.ask,
            "glossary": self.terms.open_glossary,
            "about": self._about,
            "preferences": self._preferences,
            "back": session.back,
            "forward": session.forward,
            "next-step": lambda: controller.go_to(controller.position + 1),
            "previous-step": lambda: controller.go_to(controller.position - 1),
            "first-step": lambda: controller.go_to(0),
            "last-step": lambda: controller.go_to(len(controller.steps) - 1),
            "next-picture": lambda: tray.pick(+1),
            "previous-picture": lambda: tray.pick(-1),
            "across": controller.across.open,
            "undo": self._undo,
            "redo": self._redo,
        }
        actions = window.commands
        for name, act in acts.items():
            actions[name].triggered.connect(lambda _=False, act=act: act())
        actions["play"].toggled.connect(controller.player.set_playing)
        actions["draw"].toggled.connect(window.drawing.set_chosen)
        window.drawing.opened.connect(actions["draw"].setChecked)
        actions["draw"].setChecked(window.drawing.is_open)
        actions["full-screen"].toggled.connect(lambda on: window.showFullScreen() if on else window.showNormal())
        window.top.find_requested.connect(self.palette.open)
        window.top.export_requested.connect(actions["export"].trigger)
        tray.open_requested.connect(actions["open-pictures"].trigger)
        tray.paste_requested.connect(actions["paste"].trigger)

    def _undo(self) -> None:
        """Take back what was done last to the picture, or else the last stroke on the pad."""
        edits = self._controller.retouching
        (edits if edits.can_undo else self._window.drawing.sheet).undo()

    def _redo(self) -> None:
        edits = self._controller.retouching
        (edits if edits.can_redo else self._window.drawing.sheet).redo()

    def fill_menus(self) -> None:
        """Models, devices, themes and recent files, as they are now."""
        controller, window = self._controller, self._window
        chosen, menu = controller.settings, window.commands.menus["Model"]
        menus.fill_models(menu, chosen.recent_models, controller.open_model, window.commands["open-model"])
        menu.addAction(window.commands["about-model"])
        menu.addMenu(window.devices)
        if not window.devices.actions():
            self.fill_devices(menus.DEVICES)
        menus.fill_recent(window.recent, chosen.recent_images, lambda path: controller.collection.add([path]))
        menus.fill_themes(window.themes, chosen.theme, self._set_theme)

    def fill_devices(self, devices: tuple[tuple[str, str], ...]) -> None:
        """The devices on which a pass can run, and half precision where one of them is a GPU."""
        model, menu = self._controller.session.request.model, self._window.devices
        menus.fill_choices(menu, devices, model.device, self._set_device)
        if len(devices) > len(menus.DEVICES):
            menu.addSeparator()
            half = menu.addAction("Half precision on the GPU")
            half.setObjectName("half-precision")
            half.setCheckable(True)
            half.setChecked(model.half)
            half.toggled.connect(self._set_half)

    def _set_half(self, half: bool) -> None:
        session = self._controller.session
        session.update(model=replace(session.request.model, half=half))

    def _open_pictures(self) -> None:
        files, _ = QFileDialog.getOpenFileNames(self._window, "Open pictures")
        self._controller.open_files(files)

    def _open_folder(self) -> None:
        if folder := QFileDialog.getExistingDirectory(self._window, "Open a folder of pictures"):
            self._controller.open_files([folder])

    def _export(self) -> None:
        response, over = self._controller.response, self._over()
        if over is not None:
            name, suffix = over
            self._with_figure(lambda figure: self._controller.exporter.ask(figure, name, suffix))
        elif response is not None:
            layer = response.request.layer.replace("#", "-") or "picture"
            picture = "drawing" if store.holds(response.request.image) else Path(response.request.image).stem
            name = f"{picture}-{layer}-{response.figure.view}"
            visible = self._window.pane.figure_view.visible
            self._controller.exporter.ask(response.figure, name, response=response, visible=visible)

    def _with_figure(self, act: Callable[[Figure], None]) -> None:
        controller = self._controller
        shown = controller.response.figure if controller.response is not None else None
        if controller.sandboxing.open:
            shown = controller.sandboxing.figure
        elif controller.networking.open:
            shown = self._asked(controller.networking.figure)
        elif controller.tabling.open:
            shown = self._asked(controller.tabling.page.figure)
        if (figure := controller.learning.figure or shown) is not None:
            act(figure)
        else:
            controller.complain(NOTHING_YET)

    def _as_seen(self, figure: Figure) -> Figure:
        """What of a figure is visible: where somebody has zoomed in, that part alone."""
        response = self._controller.response
        zoomed = response is not None and figure is response.figure
        visible = self._window.pane.figure_view.visible if zoomed else ()
        return figure.seen(visible) if visible else figure

    def _asked(self, figure: Figure | None) -> Figure | None:
        """The figure of a workspace with the model and the picture that it is of."""
        response = self._controller.response
        if figure is None or response is None:
            return figure
        request = replace(response.request, view=figure.view, options=())
        return replace(figure, request=request, origin=response.figure.origin)

    def _over(self) -> tuple[str, str] | None:
        """Name and usual format of what lies over the layer's view; None where nothing does."""
        controller = self._controller
        model = Path(controller.session.request.model.name.replace(":", "-")).stem
        if controller.sandboxing.open:
            return "sandbox", ""
        if controller.networking.open:
            return f"{model}-graph", "svg"
        return (f"{model}-{controller.tabling.page.side_name}", "csv") if controller.tabling.open else None

    def _copy(self, figure: Figure, write: Callable[..., str], what: str) -> None:
        """Put what makes the figure again into the clipboard, as text."""
        try:
            if figure.request is None:
                raise CnnvizError("This figure is of no layer of a network, so it cannot be copied as a program.")
            QGuiApplication.clipboard().setText(write(figure.request, visible=self._as_seen(figure).visible))
        except CnnvizError as error:
            self._controller.complain(str(error))
        else:
            self._controller.exporter.done.emit(f"The {what} that make{'s' * (what == 'command')} it: in the clipboard")

    def _scale(self, direction: int) -> None:
        theme.step_scale(direction)
        self._controller.set_settings(replace(self._controller.settings, interface_scale=theme.scale))

    def _set_theme(self, mode: str) -> None:
        self._controller.set_settings(replace(self._controller.settings, theme=mode))

    def _set_device(self, device: str) -> None:
        session = self._controller.session
        session.update(model=replace(session.request.model, device=device))

    def _entries(self) -> list[Entry]:
        controller = self._controller
        found = finder.steps(controller.steps, controller.go_to) + finder.commands(self._window.menus)
        return found + finder.lessons(controller.learning.open_file) + finder.words(self.terms.open_glossary)

    def _preferences(self) -> None:
        response = self._controller.response
        devices = dict(response.model.devices if response else menus.DEVICES)
        dialog = PreferencesDialog(self._controller.settings, devices, self._window)
        dialog.changed.connect(self._controller.set_settings)
        _open(dialog)

    def _about(self) -> None:
        facts = []
        if (response := self._controller.response) is not None:
            model = response.model
            facts = [("Device", model.device), ("Model", f"{model.name}, {model.parameters:,} parameters")]
        _open(AboutDialog(facts, self._window.errors.history, self._window))


def _open(dialog: QDialog) -> None:
    """Show a dialog without blocking; it is gone when it is closed."""
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()
