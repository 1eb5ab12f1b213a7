"""Contact sheets beside the usual loop of matplotlib with one subplot for each channel; a sheet of 2,048 maps as a PDF.

The loop is the one that tutorials show. It draws the same maps at the same 300 dots to an inch.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import torch
from PIL import Image
from sklearn.datasets import load_sample_image
from torch import nn

import cnnviz
from cnnviz.core.trace import Record, Trace, trace

DPI = 300


def run() -> None:
    """Print a line for each shape of maps, one for the whole network, and one for the PDF."""
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        Image.fromarray(load_sample_image("china.jpg")).save(folder / "photo.png")
        traced = trace(cnnviz.load_model("vgg16:random", device="cpu"), folder / "photo.png")
        _ours(traced, traced["features.0"], folder)  # matplotlib and its fonts are loaded now
        _network(traced, folder)
        _pdf(folder)


def _network(traced: Trace, folder: Path) -> None:
    """Our sheets of all records with maps; the loop draws the first record of each shape and counts for the others."""
    shapes: dict[tuple[int, ...], list[Record]] = {}
    for record in traced.records:
        if len(record.output_shape) == 3:
            shapes.setdefault(record.output_shape, []).append(record)
    print(f"contact sheets of VGG16 at {DPI} dpi; the loop is timed once for each shape")
    all_ours = all_loop = 0.0
    for shape, records in shapes.items():
        ours = sum(_ours(traced, record, folder) for record in records)
        loop = _loop(records[0], folder) * len(records)
        all_ours, all_loop = all_ours + ours, all_loop + loop
        told = f"{len(records):2} x {shape[0]:3} maps of {shape[1]} x {shape[2]}"
        print(f"  {told:<28} {ours:6.2f} s, the loop {loop:7.2f} s, {loop / ours:5.1f} times faster")
    count = sum(map(len, shapes.values()))
    print(
        f"  all {count} records {all_ours:6.2f} s, the loop {all_loop:7.2f} s, {all_loop / all_ours:5.1f} times faster"
    )


def _ours(traced: Trace, record: Record, folder: Path) -> float:
    begun = time.perf_counter()
    cnnviz.export(cnnviz.view(traced, record, "feature-maps"), folder / "sheet.png", width=200, dpi=DPI)
    return time.perf_counter() - begun


def _loop(record: Record, folder: Path) -> float:
    """As the tutorials have it: a subplot for each channel, on paper as wide as ours."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    begun = time.perf_counter()
    maps = record.numpy()
    columns = 16 if len(maps) > 64 else 8
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
