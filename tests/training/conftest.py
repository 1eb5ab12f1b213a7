from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnnviz.training import DataSet, Pictures


def bars(count: int, seed: int) -> Pictures:
    """Pictures of 8 x 8 with a bright row (class 0) or a bright column (class 1) in noise."""
    chance = np.random.default_rng(seed)
    pixels = chance.integers(0, 60, (count, 8, 8)).astype(np.uint8)
    classes = np.arange(count) % 2
    places = chance.integers(0, 8, count)
    for picture, k, at in zip(pixels, classes, places, strict=True):
        picture[(at, slice(None)) if k == 0 else (slice(None), at)] = 220
    return Pictures(pixels, classes.astype(np.int64))


@pytest.fixture
def real() -> Path:
    """Folder with real data sets, which are not part of the project."""
    folder = Path(__file__).resolve().parents[3] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"needs the data sets in {folder}")
    return folder


@pytest.fixture
def data() -> DataSet:
    return DataSet("bars", ("row", "column"), bars(200, 0), test=bars(40, 1))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two folders with six coloured pictures each, of different sizes, and what else lies about."""
    root = tmp_path / "sun"
    chance = np.random.default_rng(0)
    for k, label in enumerate(("flares", "quiet")):
        (root / label).mkdir(parents=True)
        for n in range(6):
            pixels = chance.integers(0, 80, (40 + n, 50, 3)).astype(np.uint8)
            pixels[..., k] += 150
            Image.fromarray(pixels).save(root / label / f"{n}.png")
    return root
