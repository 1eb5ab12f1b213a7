"""The window's own times: launch, drop to softmax, step to paint, sixty layers a second, five hundred pictures.

Off screen unless ``QT_QPA_PLATFORM`` says otherwise. Every time is measured beside what it is compared with: the
launch beside ``import torch``, the drop beside the bare pass.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from PySide6.QtCore import QObject

IMPORT_TORCH = "import time; t = time.perf_counter(); import torch; print(time.perf_counter() - t)"
LAUNCH = "from benchmarks.gui import launched; launched()"
ROUNDS = 3


def run() -> None:
    """Print all times."""
    from PySide6.QtCore import qInstallMessageHandler

    qInstallMessageHandler(lambda *_: None)  # the off-screen platform talks about what it cannot do
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as home:
        os.environ["CNNVIZ_HOME"] = home
        _launch()
        _walk()


def launched() -> None:
    """In a process of its own: print seconds from its start to the painted window, and to the first trace on screen."""
    began = time.time() - float(os.environ["CNNVIZ_BEGAN"])
    start = time.perf_counter() - began
    from PySide6.QtWidgets import QApplication

    from cnnviz.app import prepare
    from cnnviz.launch import WindowOptions

    app = QApplication([])
    controller = prepare(app, WindowOptions())
    controller.window.show()
    app.processEvents()
    painted = time.perf_counter() - start
    assert "torch" not in sys.modules, "torch was imported before the window was painted"
    controller.begin(())
    seen: list[float] = []

    def answered() -> None:
        app.processEvents()
        seen.append(time.perf_counter() - start)
        app.exit()

    controller.runner.answered.connect(answered)
    app.exec()
    controller.stop()
    print(painted, seen[0])


def _launch() -> None:
    print("launch, seconds (median of", ROUNDS, "rounds, alternating)")
    torch_times, painted, answered = [], [], []
    for _ in range(ROUNDS):
        torch_times.append(float(_child(IMPORT_TORCH)))
        a, b = map(float, _child(LAUNCH).split())
        painted.append(a)
        answered.append(b)
    bare = statistics.median(torch_times)
    print(f"  import torch            {bare:6.2f}")
    print(f"  window painted          {statistics.median(painted):6.2f}")
    first = statistics.median(answered)
    print(f"  first trace on screen   {first:6.2f}   {first / bare:.2f} x import torch")


def _child(code: str) -> str:
    environment = os.environ | {"CNNVIZ_BEGAN": str(time.time())}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def _walk() -> None:
    """Everything that needs a window: one process, one window, several models."""
    from PySide6.QtWidgets import QApplication

    from cnnviz.app import prepare
    from cnnviz.launch import WindowOptions

    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    controller = prepare(app, WindowOptions())
    controller.window.resize(1440, 900)
    controller.window.show()
    controller.begin(())
    wait(app, lambda: controller.settled)
    for name in ("lenet5-mnist", "vgg16:random", "resnet50:random"):
        _open(app, controller, name)
        _drop(app, controller, name)
        _steps(app, controller, name)
    _sixty(app, controller)
    _five_hundred(app, controller)
    controller.stop()
    controller.window.deleteLater()


def wait(app: object, done: Callable[[], bool]) -> None:
    """Run the event loop until something holds; between two events the thread sleeps, as it does in the application."""
    from PySide6.QtCore import QEventLoop, QTimer

    heart = QTimer()
    heart.start(20)
    while not done():
        app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)  # type: ignore[attr-defined]
    heart.stop()


def paint(window: QObject) -> None:
    """Lay out and paint what still waits for it, and nothing else."""
    from PySide6.QtCore import QCoreApplication, QEvent

    QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)
    QCoreApplication.sendPostedEvents(window, QEvent.Type.UpdateRequest.value)


def _open(app: object, controller: object, name: str) -> None:
    from cnnviz.request import ModelRequest

    controller.open_model(ModelRequest(name))  # type: ignore[attr-defined]
    wait(app, lambda: controller.settled)  # type: ignore[attr-defined]


def _drop(app: object, controller: object, name: str) -> None:
    """From a dropped file to the softmax bars, beside the bare pass of the same network."""
    import torch

    from cnnviz.core import images

    model = controller.runner.explorer().model(controller.session.request.model)  # type: ignore[attr-defined]
    times, bare = [], []
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(5):
            file = Path(folder) / f"{name.replace(':', '-')}-{turn}.png"
            noise = np.random.default_rng(turn).integers(0, 255, (256, 256, 3), dtype=np.uint8)
            Image.fromarray(noise).save(file)
            begun = time.perf_counter()
            controller.open_files([str(file)])  # type: ignore[attr-defined]
            wait(app, lambda: controller.response.request.image == str(file))  # type: ignore[attr-defined]  # noqa: B023
            times.append(time.perf_counter() - begun)
            wait(app, lambda: controller.settled)  # type: ignore[attr-defined]
            x = images.prepare(images.read(file), model.preprocessing).tensor
            with torch.no_grad():
                begun = time.perf_counter()
                model.module(x)
                bare.append(time.perf_counter() - begun)
        controller.collection.show_samples()  # type: ignore[attr-defined]
        wait(app, lambda: controller.settled)  # type: ignore[attr-defined]
    print(f"{name}: drop to softmax {_ms(times)}; the bare pass {_ms(bare)}")


def _steps(app: object, controller: object, name: str) -> None:
    """From one step to the painted next one, the trace being kept, over every layer."""
    times = []
    for step in controller.steps:  # type: ignore[attr-defined]
        begun = time.perf_counter()
        controller.session.update(layer=step.key, finished=False)  # type: ignore[attr-defined]
        wait(app, lambda: not controller.window.pane.stale)  # type: ignore[attr-defined]
        paint(controller.window)  # type: ignore[attr-defined]
        times.append(time.perf_counter() - begun)
        wait(app, lambda: controller.settled)  # type: ignore[attr-defined]
    print(f"{name}: step to paint over {len(times)} layers {_ms(times)}")


def _sixty(app: object, controller: object) -> None:
    """Sixty layer changes in a second: the longest time for which the window did not listen, and the last answer."""
    answers: list[object] = []
    controller.runner.answered.connect(answers.append)  # type: ignore[attr-defined]
    steps = controller.steps  # type: ignore[attr-defined]
    gaps, begun = [], time.perf_counter()
    last = begun
    for turn in range(60):
        controller.session.update(layer=steps[1 + turn * 3 % (len(steps) - 1)].key, finished=False)  # type: ignore[attr-defined]
        while time.perf_counter() < begun + (turn + 1) / 60:
            app.processEvents()  # type: ignore[attr-defined]
            now = time.perf_counter()
            gaps.append(now - last)
            last = now
            time.sleep(0.0005)
    wait(app, lambda: controller.settled)  # type: ignore[attr-defined]
    right = controller.response.request.layer == controller.session.request.layer  # type: ignore[attr-defined]
    print(
        f"resnet50: 60 layer changes in a second, {len(answers)} answers, longest block {max(gaps) * 1000:.1f} ms, "
        f"last answer {'right' if right else 'WRONG'}"
    )


def _five_hundred(app: object, controller: object) -> None:
    """Five hundred pictures at once: the longest block, and the whole time."""
    _open(app, controller, "lenet5-mnist")
    with tempfile.TemporaryDirectory() as folder:
        chance = np.random.default_rng(0)
        for i in range(500):
            Image.fromarray(chance.integers(0, 255, (64, 64), dtype=np.uint8)).save(Path(folder) / f"{i}.png")
        gaps: list[float] = []
        begun = last = time.perf_counter()
        controller.open_files([folder])  # type: ignore[attr-defined]
        while not (controller.settled and len(controller.window.tray.model.items) == 500):  # type: ignore[attr-defined]
            app.processEvents()  # type: ignore[attr-defined]
            now = time.perf_counter()
            gaps.append(now - last)
            last = now
        print(f"500 pictures: {time.perf_counter() - begun:.1f} s, longest block {max(gaps) * 1000:.1f} ms")


def _ms(seconds: list[float]) -> str:
    return f"median {statistics.median(seconds) * 1000:.1f} ms, worst {max(seconds) * 1000:.1f} ms"
