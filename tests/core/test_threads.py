"""How many threads a pass takes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from cnnviz.core import sources, threads


@pytest.fixture
def three() -> Iterator[None]:
    """A processor with three threads for torch."""
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("three")
def test_small_networks_run_on_one_thread_and_the_others_come_back() -> None:
    with threads.fitting(sources.load_model("lenet5-mnist")):  # 61,706 parameters at 28 × 28 pixels: 48 million
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == 3
    with pytest.raises(ZeroDivisionError), threads.fitting(sources.load_model("lenet5-mnist")):
        _ = 1 / 0
    assert torch.get_num_threads() == 3


@pytest.mark.usefixtures("three")
def test_large_networks_keep_all_threads() -> None:
    with threads.fitting(sources.load_model("squeezenet1_1:random")):  # 1.2 million at 224 × 224: 62 billion
        assert torch.get_num_threads() == 3
