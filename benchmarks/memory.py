"""``python -m benchmarks memory``: the most memory that looking at every layer of a deep network takes.

The same requests as the window makes: each layer of ResNet152 at 224 px in its first view, with the columns around it;
then VGG19 at 1,024 px, whose outputs do not fit into the memory budget, so that some are computed again.
The memory of the process is read from the system while it works, above what the bare model takes. Linux only.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

GOAL = 1.5
"""GiB above the bare model for ResNet152."""

COLUMNS = 12
"""Columns that a window shows at once, with so many maps each."""

NETWORKS = (("resnet152:random", None), ("vgg19:random", (1024, 1024)))


def run() -> None:
    """Each network in a process of its own: memory that was taken once is seldom given back."""
    print(f"{'':22}{'bare model':>12}{'bare pass':>12}{'browsing':>12}{'kept':>9}{'away':>6}{'slowest':>10}   GiB, s")
    for name, size in NETWORKS:
        edge = "" if size is None else f"{size[0]}"
        subprocess.run(
            [sys.executable, "-c", f"from benchmarks.memory import one; one({name!r}, {edge!r})"], check=True
        )


def one(name: str, edge: str) -> None:
    """Look at all layers of one network, and print what that took."""
    import numpy as np
    import torch
    from PIL import Image

    from cnnviz.explore import Explorer
    from cnnviz.request import ModelRequest, Request
    from cnnviz.response import ColumnsQuery
    from cnnviz.settings import Settings

    explorer = Explorer(Settings().budget_bytes)
    size = (int(edge), int(edge)) if edge else None
    request = ModelRequest(name, device="cpu", input_size=size)
    model = explorer.model(request)
    bare = resident()
    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder) / "noise.png")
        noise = np.random.default_rng(0).integers(0, 256, (int(edge or 256), int(edge or 256), 3), dtype=np.uint8)
        Image.fromarray(noise).save(file)
        with Watch() as watch, torch.no_grad():
            height, width = model.preprocessing.size
            model.module(torch.zeros(1, 3, height, width))
        passed = watch.peak
        slowest = 0.0
        with Watch() as watch:
            response = explorer.answer(Request(request, image=file))
            for step in response.steps:
                begun = time.perf_counter()
                answer = explorer.answer(Request(request, image=file, layer=step.key))
                slowest = max(slowest, time.perf_counter() - begun)
                first = max(0, answer.current - COLUMNS // 2)
                last = min(first + COLUMNS, len(response.steps)) - 1
                explorer.columns(ColumnsQuery(response.key, first, last, COLUMNS))
    traced = explorer._traces.get(response.key)
    assert traced is not None
    numbers = [bare, passed - bare, watch.peak - bare, traced.nbytes / 2**30]
    line = "".join(f"{number:{width}.2f}" for number, width in zip(numbers, (12, 12, 12, 9), strict=True))
    verdict = "" if edge else f"   goal {GOAL}: {'reached' if watch.peak - bare <= GOAL else 'MISSED'}"
    print(f"{name + ' ' + (edge or '224'):22}{line}{len(traced.away):6}{slowest:10.2f}{verdict}")


class Watch:
    """Looks every few milliseconds how much memory the process takes.

    Attributes
    ----------
    peak
        The most, in GiB.
    """

    def __enter__(self) -> Watch:
        self.peak = resident()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(0.005):
            self.peak = max(self.peak, resident())


def resident() -> float:
    """Memory of this process, in GiB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**30
