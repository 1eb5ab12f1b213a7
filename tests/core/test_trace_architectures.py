"""Every classification architecture of torchvision is traced completely, and computes what it computes untraced."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import torch
from torch import Tensor, nn
from torchvision import models

from cnnviz.core.trace import Record, trace

NAMES = models.list_models(module=models)

# Edge of the smallest input that each takes, where it is not 32: found by trying.
EDGES = {"alexnet": 63, "inception": 75, "squeezenet1_0": 21, "squeezenet1_1": 17, "vit": 224, "maxvit": 224}


@contextmanager
def cheap_weights() -> Iterator[None]:
    """Random weights, drawn once and repeated: to draw 600 million of them for a ViT takes longer than the test."""
    torch.manual_seed(0)
    row = torch.randn(1 << 20) * 0.05

    def fill(tensor: Tensor, *args: object, **options: object) -> Tensor:
        with torch.no_grad():
            flat = tensor.view(-1)
            for start in range(0, len(flat), len(row)):
                part = flat[start : start + len(row)]
                part.copy_(row[: len(part)])
        return tensor

    names = ("uniform_", "normal_", "trunc_normal_", "kaiming_normal_", "kaiming_uniform_", "xavier_uniform_")
    before = {name: getattr(nn.init, name) for name in names}
    for name in names:
        setattr(nn.init, name, fill)
    try:
        yield
    finally:
        for name, function in before.items():
            setattr(nn.init, name, function)


@contextmanager
def fast_attention_off() -> Iterator[None]:
    before = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        yield
    finally:
        torch.backends.mha.set_fastpath_enabled(before)


def leads_to_input(records: tuple[Record, ...]) -> list[bool]:
    """For each record whether the input had any part in it."""
    leads: list[bool] = []
    for record in records:
        leads.append(any(source == -1 or leads[source] for source in record.sources))
    return leads


@pytest.mark.parametrize("name", NAMES)
def test_architecture(name: str) -> None:
    edge = next((edge for start, edge in EDGES.items() if name.startswith(start)), 32)
    with cheap_weights():
        options = {"init_weights": True} if name in ("googlenet", "inception_v3") else {}
        network = models.get_model(name, weights=None, **options).eval()
    x = torch.randn(1, 3, edge, edge)
    with torch.no_grad(), fast_attention_off():
        bare = network(x)
    traced = trace(network, x)
    assert torch.equal(traced.logits, bare[0])
    assert torch.isfinite(bare).all()
    assert traced.logits_record == len(traced.records) - 1
    assert traced.records[-1].output_shape == (1000,)
    assert traced.records[-1].axes == ("K",)
    leads = leads_to_input(traced.records)
    assert leads[-1]
    for record, from_input in zip(traced.records, leads, strict=True):
        assert record.sources or name.startswith(("vit", "swin", "maxvit")), f"{record} has no sources"
        assert len(record.axes) == len(record.output_shape)
        assert all(-1 <= source < record.index for source in record.sources)
        if not from_input:  # made from parameters and buffers alone: the same for another picture
            assert "attn" in record.path or record.path == "expand"
    assert len({record.key for record in traced.records}) == len(traced.records)
    ran = {id(record.module) for record in traced.records}
    convolutions = [(path, module) for path, module in network.named_modules() if isinstance(module, nn.Conv2d)]
    assert [path for path, module in convolutions if id(module) not in ran and not path.lower().startswith("aux")] == []
