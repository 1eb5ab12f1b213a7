"""Explaining a cell: in the core beside its budget of 5 ms, and under the mouse as frames of the window.

The core's times are those of one thread; a frame is everything from the mouse's move to the painted window. 60 frames a
second are 16.7 ms each.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn

from cnnviz.core import ops
from cnnviz.core.trace import trace

CELLS = 50
MOVES = 200

LAYERS: dict[str, tuple[nn.Module, tuple[int, ...]]] = {
    "conv 3x3, 512 to 512, 28x28": (nn.Conv2d(512, 512, 3, padding=1), (1, 512, 28, 28)),
    "conv 1x1, 2048 to 512, 7x7": (nn.Conv2d(2048, 512, 1), (1, 2048, 7, 7)),
    "max pool 3x3, 64, 112x112": (nn.MaxPool2d(3, 2, 1), (1, 64, 112, 112)),
    "batch norm, 64, 112x112": (nn.BatchNorm2d(64).eval(), (1, 64, 112, 112)),
    "dense, 25088 to 4096": (nn.Linear(25088, 4096), (1, 25088)),
}


def run() -> None:
    """Print a line for each layer, then the frames of the window."""
    print(f"explaining a cell in the core, {CELLS} random cells each (budget 5 ms)")
    chance = np.random.default_rng(0)
    for name, (module, shape) in LAYERS.items():
        traced = trace(module, torch.randn(shape))
        record = traced.records[-1]
        sizes = record.output_shape
        times = []
        for _ in range(CELLS):
            channel, *at = (int(chance.integers(n)) for n in sizes)
            begun = time.thread_time()
            ops.explain(traced, record, channel=channel, at=tuple(at))
            times.append(time.thread_time() - begun)
        print(f"  {name:<30} median {statistics.median(times) * 1000:6.2f} ms, worst {max(times) * 1000:6.2f} ms")
    _frames()


def _frames() -> None:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as home:
        os.environ["CNNVIZ_HOME"] = home
        noise = np.random.default_rng(0).integers(0, 255, (256, 256, 3), dtype=np.uint8)
        picture = Path(home, "noise.png")
        Image.fromarray(noise).save(picture)
        _hover(str(picture))


def _hover(picture: str) -> None:
    """The mouse goes over the 224 x 224 output of VGG16's second convolution."""
    from PySide6.QtCore import QPoint, qInstallMessageHandler
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    from benchmarks.gui import paint, wait
    from cnnviz.app import prepare
    from cnnviz.gui.figures.sliding import SlidingWidget
    from cnnviz.launch import WindowOptions
    from cnnviz.request import ModelRequest

    qInstallMessageHandler(lambda *_: None)
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    request = ModelRequest("vgg16:random", device="cpu")
    controller = prepare(app, WindowOptions(images=(picture,), model=request, layer="features.2", view="explain"))
    controller.window.resize(1440, 900)
    controller.window.show()
    controller.begin((picture,))
    wait(app, lambda: controller.settled)
    panel = next(p for p in controller.window.pane.figure_view.panels if isinstance(p, SlidingWidget))
    area = panel.bench.rect_of_output
    height, width = panel.cells
    frames, asked = [], []
    for move in range(MOVES):
        y, x = move * 7 % height, move * 3 % width
        at = QPoint(
            int(area.x() + (x + 0.5) * area.width() / width), int(area.y() + (y + 0.5) * area.height() / height)
        )
        begun = time.perf_counter()
        QTest.mouseMove(panel.bench, at)
        app.processEvents()
        paint(controller.window)
        frames.append(time.perf_counter() - begun)
    for turn in range(20):
        begun = time.perf_counter()
        controller.session.update(channel=4, at=(turn * 5, turn * 11))
        wait(app, lambda: not controller.window.pane.stale)
        paint(controller.window)
        asked.append(time.perf_counter() - begun)
        wait(app, lambda: controller.settled)
    controller.stop()
    controller.window.deleteLater()
    told = {f"mouse over {height} x {width}: a frame": frames, "another cell asked for to painted": asked}
    for what, times in told.items():
        worst = sorted(times)[int(len(times) * 0.95)]
        print(f"{what}: median {statistics.median(times) * 1000:.1f} ms, 95 % below {worst * 1000:.1f} ms")
