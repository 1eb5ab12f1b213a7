"""The graph of a network: how long it takes to lay out, and how long each frame takes while one moves over it.

Off screen unless ``QT_QPA_PLATFORM`` says otherwise. A frame is what one update of the window paints, with the time in
which the window's thread asks for maps and takes those that are ready.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Iterator

from benchmarks.gui import paint, wait

FRAMES = 240


def run() -> None:
    """Print all times."""
    from PySide6.QtCore import qInstallMessageHandler

    qInstallMessageHandler(lambda *_: None)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as home:
        os.environ["CNNVIZ_HOME"] = home
        _layouts()
        _frames()


def _layouts() -> None:
    """From the facts of all records to the places of all cards, everything open."""
    import torch
    import torchvision

    import cnnviz
    from cnnviz.core.graph.facts import facts_of
    from cnnviz.core.graph.layout import Designer
    from cnnviz.core.graph.shapes import Facts, GraphQuery
    from cnnviz.request import ModelRequest
    from cnnviz.response import PassKey

    key = PassKey(ModelRequest("any"), "picture")
    for name in ("resnet18", "googlenet", "resnet152", "densenet201"):
        options = {"init_weights": False, "aux_logits": False} if name == "googlenet" else {}
        network = getattr(torchvision.models, name)(**options).eval()
        facts = facts_of(cnnviz.trace(network, torch.zeros(1, 3, 64, 64)))
        _layout(name, Designer, facts, GraphQuery(key, (1100, 700), 9), GraphQuery(key, (1100, 700)))
    row = tuple(
        Facts(
            i, f"op{i}", f"op{i}", "relu", "ReLU", "activation", (8, 4, 4), (i - 1, i - 7) if i % 10 == 9 else (i - 1,)
        )
        for i in range(5000)
    )
    _layout("5,000 in a row", Designer, row, GraphQuery(key, (1100, 700), 9), GraphQuery(key, (1100, 700)))


def _layout(name: str, designer: object, facts: object, opened: object, first: object) -> None:
    begun = time.perf_counter()
    made = designer(facts)  # type: ignore[operator]
    layout = made.layout(opened)
    whole = time.perf_counter() - begun
    begun = time.perf_counter()
    folded = designer(facts).layout(first)  # type: ignore[operator]
    seconds = time.perf_counter() - begun
    print(
        f"{name:16} {len(layout.cards):5} cards in {whole:.2f} s; first view {len(folded.cards):3} in {seconds:.2f} s"
    )


def _frames() -> None:
    from PySide6.QtWidgets import QApplication

    from cnnviz.app import prepare
    from cnnviz.launch import WindowOptions
    from cnnviz.request import ModelRequest

    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    controller = prepare(app, WindowOptions(workspace="network"))
    controller.window.resize(1440, 900)
    controller.window.show()
    controller.begin(())
    wait(app, lambda: controller.settled)
    page = controller.networking.page
    for name in ("resnet152:random", "densenet201:random"):
        controller.open_model(ModelRequest(name))
        wait(app, lambda: controller.settled)
        page.fold(9)
        wait(app, lambda: controller.settled)
        for title, path in (
            ("pan near", _pan(page.view, 1.0)),
            ("pan far", _pan(page.view, 0.2)),
            ("zoom", _zoom(page.view)),
        ):
            _timed(app, page.view, f"{name}: {title}", path)
        wait(app, lambda: controller.settled)
        _stepping(app, controller, name)
        print(f"{name}: {page.view.tiles.nbytes / 1e6:.1f} MB of maps kept")
    controller.stop()
    controller.window.deleteLater()


def _pan(view: object, zoom: float) -> Iterator[object]:
    """From one corner to the opposite one."""
    from cnnviz.gui.graph.camera import Camera

    width, height = view.scene.size  # type: ignore[attr-defined]
    room = view.room  # type: ignore[attr-defined]
    for frame in range(FRAMES):
        share = frame / FRAMES
        yield Camera(zoom, -share * max(width * zoom - room[0], 0), -share * max(height * zoom - room[1], 0))


def _zoom(view: object) -> Iterator[object]:
    """From all of it to one card, and back."""
    from cnnviz.gui.graph import camera as cam
    from cnnviz.gui.graph.scene import box_of

    scene, room = view.scene, view.room  # type: ignore[attr-defined]
    whole = cam.fitted((0, 0, *scene.size), room)
    near = cam.fitted(box_of(scene.cards[len(scene.cards) // 2]), room, 8)
    for frame in range(FRAMES):
        yield cam.between(whole, near, 1 - abs(2 * frame / FRAMES - 1), room)


def _timed(app: object, view: object, title: str, path: Iterator[object]) -> None:
    times, busy = [], []
    for camera in path:
        begun, worked = time.perf_counter(), time.thread_time()
        view.look_from(camera)  # type: ignore[attr-defined]
        paint(view.window())  # type: ignore[attr-defined]
        times.append(time.perf_counter() - begun)
        busy.append(time.thread_time() - worked)
        app.processEvents()  # type: ignore[attr-defined]
        time.sleep(0.002)  # the worker's turn
    print(f"{title:36} {_ms(times)}; the window's thread {_ms(busy)}")


def _stepping(app: object, controller: object, name: str) -> None:
    """Arrow key held down through all records: from the key to the painted graph."""
    view = controller.networking.page.view  # type: ignore[attr-defined]
    view.look_from(view.camera._replace(zoom=1.0))
    times, busy = [], []
    for step in controller.steps:  # type: ignore[attr-defined]
        begun, worked = time.perf_counter(), time.thread_time()
        controller.session.update(layer=step.key, finished=False)  # type: ignore[attr-defined]
        paint(view.window())
        times.append(time.perf_counter() - begun)
        busy.append(time.thread_time() - worked)
        app.processEvents()  # type: ignore[attr-defined]
        time.sleep(0.002)
    print(f"{name + ': arrow key held':36} {_ms(times)}; the window's thread {_ms(busy)}")


def _ms(seconds: list[float]) -> str:
    return f"median {statistics.median(seconds) * 1000:.1f} ms, worst {max(seconds) * 1000:.1f} ms"
