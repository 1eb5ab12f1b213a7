"""From a model chosen (random weights) to its graph on the screen, beside bare construction and one bare pass.

Each round has two processes, a bare one and one with the window, in which nothing of that network is known before.
In both, LeNet-5 has answered once, and torchvision is imported, as it is when networks are listed for choosing:
what happens once in a process is not counted.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time

from benchmarks.gui import paint, wait

NAMES = ("resnet18", "resnet152", "densenet201")
ROUNDS = 3
ALLOWED = 0.5
"""Seconds that the window may take beyond what is bare."""

BARE = "import sys; from benchmarks.opening import bare; bare(sys.argv[1])"
OPENED = "import sys; from benchmarks.opening import opened; opened(sys.argv[1])"


def run() -> None:
    """Print all times."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as home:
        os.environ["CNNVIZ_HOME"] = home
        print(f"seconds from a model chosen to its overview (median of {ROUNDS}); at most {ALLOWED} over the bare ones")
        for name in NAMES:
            rounds = [_round(name) for _ in range(ROUNDS)]
            made, passed, graph, maps = (statistics.median(times) for times in zip(*rounds, strict=True))
            over = statistics.median(seen - bare for *both, seen, _ in rounds for bare in (sum(both),))
            print(
                f"  {name:12} bare {made:.2f} + {passed:.2f}; graph on screen {graph:.2f} ({over:+.2f}), "
                f"with all maps {maps:.2f}"
            )


def _round(name: str) -> tuple[float, ...]:
    times = [
        subprocess.run([sys.executable, "-c", code, name], capture_output=True, text=True, check=True).stdout
        for code in (BARE, OPENED)
    ]
    return tuple(map(float, " ".join(times).split()))


def opened(name: str) -> None:
    """In a process of its own: print seconds to the graph, and to all of its maps."""
    from PySide6.QtWidgets import QApplication

    from cnnviz.app import prepare
    from cnnviz.core.sources import torchvision_models as known
    from cnnviz.launch import WindowOptions
    from cnnviz.request import ModelRequest

    app = QApplication([])
    controller = prepare(app, WindowOptions(workspace="network"))
    controller.window.resize(1440, 900)
    controller.window.show()
    controller.begin(())
    wait(app, lambda: controller.settled)
    known.names()
    view = controller.networking.page.view
    before = view.scene
    begun = time.perf_counter()
    controller.open_model(ModelRequest(f"{name}:random"))
    wait(app, lambda: view.scene is not before)
    paint(controller.window)
    print(time.perf_counter() - begun)
    wait(app, lambda: controller.networking.complete)
    paint(controller.window)
    print(time.perf_counter() - begun)
    controller.stop()


def bare(name: str) -> None:
    """In a process of its own: print seconds of construction, and of a first pass."""
    import torch
    import torchvision

    from cnnviz.core.architectures import lenet5

    with torch.no_grad():
        lenet5().eval()(torch.zeros(1, 1, 28, 28))
        begun = time.perf_counter()
        network = getattr(torchvision.models, name)(weights=None).eval()
        made = time.perf_counter()
        network(torch.zeros(1, 3, 224, 224))
    print(made - begun, time.perf_counter() - made)
