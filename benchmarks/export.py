"""Contact sheets beside the usual loop of matplotlib with one subplot for each channel; a sheet of 2,048 maps as a PDF.

The loop is the one that tutorials show. It draws the same maps at the same 300 dots to an inch.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn

import cnnviz
from cnnviz.core.trace import Record, Trace, trace

LAYERS = ("features.1", "features.6", "features.29")
"""ReLUs of VGG16 with 64, 128 and 512 maps; all 32 records would take the loop most of an hour."""

DPI = 300


def run() -> None:
    """Print a line for each layer, and one for the PDF."""
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        noise = np.random.default_rng(0).integers(0, 255, (256, 256, 3), dtype=np.uint8)
        Image.fromarray(noise).save(folder / "noise.png")
        traced = trace(cnnviz.load_model("vgg16:random", device="cpu"), folder / "noise.png")
        _ours(traced, traced["features.0"], folder)  # matplotlib and its fonts are loaded now
        print(f"contact sheets of VGG16 at {DPI} dpi")
        for path in LAYERS:
            record = traced[path]
            ours, loop = _ours(traced, record, folder), _loop(record, folder)
            count = record.output_shape[0]
            print(
                f"  {path:<12} {count:4} maps: {ours:6.2f} s, the loop {loop:7.2f} s, {loop / ours:5.1f} times faster"
            )
        _pdf(folder)


def _ours(traced: Trace, record: Record, folder: Path) -> float:
    begun = time.perf_counter()
    cnnviz.export(cnnviz.view(traced, record, "feature-maps"), folder / "sheet.png", width=200, dpi=DPI)
    return time.perf_counter() - begun


def _loop(record: Record, folder: Path) -> float:
    """As the tutorials have it: a subplot for each channel."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    begun = time.perf_counter()
    maps = record.numpy()
    columns = 16
    rows = -(-len(maps) // columns)
    page, axes = plt.subplots(rows, columns, figsize=(7.9, 7.9 * rows / columns))
    for axis, values in zip(axes.flat, maps, strict=False):
        axis.imshow(values)
        axis.axis("off")
    page.savefig(folder / "loop.png", dpi=DPI)
    plt.close(page)
    return time.perf_counter() - begun


def _pdf(folder: Path) -> None:
    """2,048 maps of 7 × 7, as the last layers of a ResNet50 have them."""
    traced = trace(nn.ReLU(), torch.randn(1, 2048, 7, 7, generator=torch.Generator().manual_seed(0)))
    begun = time.perf_counter()
    file = cnnviz.export(cnnviz.view(traced, 0, "feature-maps"), folder / "sheet.pdf")
    seconds = time.perf_counter() - begun
    print(f"2,048 maps of 7 x 7 as a PDF: {seconds:.2f} s (goal 2), {file.stat().st_size / 1e6:.2f} MB (goal 5)")
