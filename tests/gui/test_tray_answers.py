"""What the tray's job says of pictures."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from PIL import Image

from cnnviz.explore import Explorer
from cnnviz.gui.tray_jobs import Classified, classify
from cnnviz.request import ModelRequest

NETWORK = """
from torch import nn
class Make(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(3, 4)
    def forward(self, x):
        return self.dense(x.mean((2, 3))) FAULT
"""


@pytest.mark.parametrize("fault", ["* float('nan')", ""])
def test_scores_that_are_no_numbers_name_no_class(tmp_path: Path, fault: str) -> None:
    (tmp_path / "net.py").write_text(NETWORK.replace("FAULT", fault))
    Image.new("RGB", (8, 8), (200, 10, 10)).save(tmp_path / "red.png")
    explorer = Explorer(2**20)
    request = ModelRequest(f"{tmp_path / 'net.py'}:Make", trust=True)
    reports = list(classify(lambda: explorer, request, (str(tmp_path / "red.png"),)))
    found = reports[-1].result
    assert isinstance(found, Classified)
    assert found.label == ("no class" if fault else f"class {found.index}")
    assert math.isnan(found.probability) == bool(fault)
