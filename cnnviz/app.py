"""The application: theme, handlers for errors, and the window."""

from __future__ import annotations

import logging
import os
import sys
import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QEvent, QMessageLogContext, QTimer, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from cnnviz import __version__, settings
from cnnviz.core.session_file import is_session
from cnnviz.gui.collection import samples
from cnnviz.gui.controller import Controller, colormaps_of
from cnnviz.gui.drops import is_video_file
from cnnviz.gui.keys import FocusedKeys
from cnnviz.gui.main_window import MainWindow
from cnnviz.gui.menus import BUNDLED
from cnnviz.gui.session import Session
from cnnviz.gui.theme import theme
from cnnviz.launch import WindowOptions
from cnnviz.request import Request

log = logging.getLogger(__name__)

SCREENSHOT_SIZE = (1440, 900)

FIRST_LAYER = "0"
"""The first convolution of both bundled networks: where the walk begins."""


def run(options: WindowOptions) -> int:
    """Open the window and stay until it is closed; with ``options.screenshot``, until it is drawn and saved.

    Returns
    -------
    int
        The exit code: 0, or 1 when a screenshot was asked for and something in it failed.
    """
    os.environ.setdefault("QT_XCB_GL_INTEGRATION", "none")  # nothing is drawn by OpenGL; frames are quicker without
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    before = qInstallMessageHandler(_log_qt)
    controller = prepare(app, options)
    keys = FocusedKeys(app)
    sys.excepthook = _handler(controller)
    try:
        if options.screenshot:
            return _screenshot(app, controller, options)
        _open(controller, options)
        return app.exec()
    finally:
        sys.excepthook = sys.__excepthook__
        app.removeEventFilter(keys)
        controller.stop()
        controller.window.deleteLater()
        app.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        qInstallMessageHandler(before)


def prepare(app: QApplication, options: WindowOptions) -> Controller:
    """The window with all its parts, not yet shown; nothing is computed before ``Controller.begin``."""
    app.setApplicationName("CNNViz")
    app.setApplicationVersion(__version__)
    chosen, problem = settings.load()
    theme.install(app, chosen.theme, chosen.interface_scale)
    controller = Controller(MainWindow(), Session(_first_request(options, chosen)), chosen)
    if problem:
        controller.complain(problem)
    if options.workspace:
        controller.window.top.workspace_picked.emit(options.workspace)
    if options.lesson:
        controller.learning.begin(options.lesson, options.step)
    return controller


def _first_request(options: WindowOptions, chosen: settings.Settings) -> Request:
    """What is shown first: the pictures of the command line, or our own samples."""
    model = options.model if options.model.device != "auto" else replace(options.model, device=chosen.device)
    pictures = [path for path in options.images if not is_video_file(path)]
    image = next((path for path in pictures if Path(path).is_file() and not is_session(path)), "")
    if not pictures:
        image = next(iter(samples(model.name)), "")
    layer = options.layer or (FIRST_LAYER if model.name in dict(BUNDLED) else "")
    layer = "" if layer == "picture" else layer  # as the command “export” names it
    return Request(model, image=image, layer=layer, view=options.view, colormaps=colormaps_of(chosen))


def _open(controller: Controller, options: WindowOptions) -> None:
    """Show the window; torch is imported only after it has been painted."""
    window = controller.window
    window.restore()
    if options.size:
        window.resize(*options.size)
    window.closed.connect(window.remember)
    window.show()
    if window.network.isVisible():  # another workspace has taken the keys already
        window.network.setFocus()
    QTimer.singleShot(0, lambda: controller.begin(options.images))
    QTimer.singleShot(0, controller.saving.begin)
    QTimer.singleShot(0, controller.training.look_back)
    if not any((options.images, options.layer, options.view, options.workspace, options.lesson)):
        controller.acts.touring.offer()


def _screenshot(app: QApplication, controller: Controller, options: WindowOptions) -> int:
    """Draw the window off screen, save it once everything is drawn, and say what went wrong on the way."""
    window = controller.window
    problems: list[str] = []
    controller.problem.connect(problems.append)
    window.resize(*(options.size or SCREENSHOT_SIZE))
    window.show()
    if window.network.isVisible():  # another workspace has taken the keys already
        window.network.setFocus()

    def look() -> None:
        if controller.settled or (problems and controller.response is None and not controller.busy):
            app.exit()

    controller.activity.connect(lambda: QTimer.singleShot(0, look))
    controller.begin(options.images)
    app.exec()
    app.processEvents()
    if not window.grab().save(options.screenshot, "PNG"):
        problems.append(f"The screenshot cannot be written to {options.screenshot}.")
    for problem in dict.fromkeys(problems):
        sys.stderr.write(f"cnnviz: {problem}\n")
    return 1 if problems else 0


def _handler(controller: Controller) -> Callable[[type[BaseException], BaseException, TracebackType | None], None]:
    """Exceptions in slots end in the bar and in the log; the window lives on."""

    def handle(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        log.error("An unexpected error", exc_info=(kind, error, trace))
        details = "".join(traceback.format_exception(kind, error, trace))
        controller.complain(f"Something went wrong that should not: {str(error) or kind.__name__}", details)

    return handle


def _log_qt(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    """Qt's messages belong in the log, not in the terminal of a person who cannot do anything about them."""
    serious = kind in (QtMsgType.QtCriticalMsg, QtMsgType.QtFatalMsg)
    logging.getLogger("qt").log(logging.ERROR if serious else logging.INFO, message)
