"""Live input: from a piece of a stroke to maps and bars on the screen, and how many strokes a second it keeps up with.

The pad is drawn on as a person does, piece by piece; beside it stands the bare pass.
"""

from __future__ import annotations

import math
import os
import statistics
import tempfile
import time

from benchmarks.gui import paint, wait

FRAME = 1000 / 60
PIECES = 120


def run() -> None:
    """Print all times."""
    from PySide6.QtCore import qInstallMessageHandler
    from PySide6.QtWidgets import QApplication

    qInstallMessageHandler(lambda *_: None)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as home:
        os.environ["CNNVIZ_HOME"] = home
        from cnnviz.app import prepare
        from cnnviz.launch import WindowOptions

        app = QApplication.instance() or QApplication([])
        assert isinstance(app, QApplication)
        controller = prepare(app, WindowOptions())
        controller.window.resize(1440, 900)
        controller.window.show()
        controller.begin(())
        wait(app, lambda: controller.settled)
        _strokes(app, controller)
        _fast(app, controller)
        controller.stop()
        controller.window.deleteLater()


def _strokes(app: object, controller: object) -> None:
    """One piece after the other, each waited for."""
    import numpy as np
    import torch

    from cnnviz.core import images

    sheet = controller.window.drawing.sheet  # type: ignore[attr-defined]
    model = controller.runner.explorer().model(controller.session.request.model)  # type: ignore[attr-defined]
    bare, shown, passes = [], [], []
    x = images.prepare(images.read(np.zeros((28, 28), np.uint8)), model.preprocessing).tensor
    for _ in range(PIECES):
        with torch.no_grad():
            begun = time.perf_counter()
            model.module(x)
            bare.append(time.perf_counter() - begun)
    _press(sheet, 0)
    for turn in range(1, PIECES + 1):
        begun = time.perf_counter()
        _move(sheet, turn)
        wait(app, lambda: not controller.feed.busy)  # type: ignore[attr-defined]
        paint(controller.window)  # type: ignore[attr-defined]
        shown.append(time.perf_counter() - begun)
        passes.append(controller.response.seconds)  # type: ignore[attr-defined]
    within = sum(t * 1000 <= FRAME for t in shown) / len(shown)
    print(f"lenet5-mnist: bare pass {_ms(bare)}; traced pass {_ms(passes)}")
    print(f"  piece of a stroke to maps and bars on screen {_ms(shown)}; within a frame {within:.0%}")


def _fast(app: object, controller: object) -> None:
    """A mouse that reports 125 times a second, for two seconds: how many answers are shown, how many gave way."""
    sheet = controller.window.drawing.sheet  # type: ignore[attr-defined]
    controller.feed.reset()  # type: ignore[attr-defined]
    shown: list[float] = []
    controller.feed.shown.connect(lambda: shown.append(time.perf_counter()))  # type: ignore[attr-defined]
    begun = time.perf_counter()
    for turn in range(250):
        _move(sheet, turn)
        while time.perf_counter() < begun + (turn + 1) / 125:
            app.processEvents()  # type: ignore[attr-defined]
            time.sleep(0.0005)
    lasted = time.perf_counter() - begun
    dropped = controller.feed.dropped  # type: ignore[attr-defined]
    print(f"  250 pieces in {lasted:.1f} s: {len(shown) / lasted:.0f} answers a second on screen, {dropped} gave way")


def _place(sheet: object, turn: int) -> tuple[float, float]:
    edge = sheet.width()  # type: ignore[attr-defined]
    angle = turn / 19
    return edge * (0.5 + 0.3 * math.cos(angle)), edge * (0.5 + 0.3 * math.sin(1.3 * angle))


def _press(sheet: object, turn: int) -> None:
    from PySide6.QtCore import QEvent

    _send(sheet, QEvent.Type.MouseButtonPress, turn)


def _move(sheet: object, turn: int) -> None:
    from PySide6.QtCore import QEvent

    _send(sheet, QEvent.Type.MouseMove, turn)


def _send(sheet: object, kind: object, turn: int) -> None:
    from PySide6.QtCore import QCoreApplication, QPointF, Qt
    from PySide6.QtGui import QMouseEvent

    at = QPointF(*_place(sheet, turn))
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QCoreApplication.sendEvent(sheet, QMouseEvent(kind, at, at, left, left, none))  # type: ignore[arg-type,call-overload]


def _ms(seconds: list[float]) -> str:
    return f"median {statistics.median(seconds) * 1000:.1f} ms, worst {max(seconds) * 1000:.1f} ms"
