"""Names of the axes: what is a channel, a row, a position, a batch."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
import torchvision
from torch import Tensor, nn

from cnnviz.core.trace import trace


class Forward(nn.Module):
    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Tensor) -> Tensor:
        return self.function(x)


@pytest.mark.parametrize(
    ("function", "axes", "shape"),
    [
        (lambda x: F.conv2d(x, torch.ones(2, 4, 3, 3)), "CHW", (2, 4, 6)),
        (lambda x: F.adaptive_avg_pool2d(x, 1), "CHW", (4, 1, 1)),
        (lambda x: x.relu() + 1, "CHW", (4, 6, 8)),
        (lambda x: x.flatten(1), "K", (192,)),
        (lambda x: x.flatten(2), "CL", (4, 48)),
        (lambda x: x.flatten(2).transpose(1, 2), "LC", (48, 4)),
        (lambda x: x.flatten(2).mT, "LC", (48, 4)),
        (lambda x: x.permute(0, 2, 3, 1), "HWC", (6, 8, 4)),
        (lambda x: F.linear(x.permute(0, 2, 3, 1), torch.ones(5, 4)), "HWC", (6, 8, 5)),
        (lambda x: x.mean((2, 3)), "K", (4,)),
        (lambda x: x.mean([2, 3], keepdim=True), "CHW", (4, 1, 1)),
        (lambda x: x.max(dim=1)[0], "HW", (6, 8)),
        (lambda x: x[:, 0], "HW", (6, 8)),
        (lambda x: x[0], "CHW", (4, 6, 8)),
        (lambda x: x[..., None, ::2], "CHAW", (4, 6, 1, 4)),
        (lambda x: x.squeeze(0).unsqueeze(0), "CHW", (4, 6, 8)),
        (lambda x: torch.cat([x, x], 1), "CHW", (8, 6, 8)),
        (lambda x: x.view(1, 2, 2, 6, 8), "GCHW", (2, 2, 6, 8)),
        (lambda x: x.view(1, 2, 2, 6, 8).transpose(1, 2).reshape(1, 4, 6, 8), "CHW", (4, 6, 8)),
        (lambda x: F.linear(x.flatten(1), torch.ones(7, 192)), "K", (7,)),
        (lambda x: F.interpolate(x, scale_factor=2.0), "CHW", (4, 12, 16)),
        (lambda x: F.pad(x, (1, 1)), "CHW", (4, 6, 10)),
        (lambda x: x.sum(), "", ()),
        (lambda x: x.nonzero(), "LC", None),
        (lambda x: x.t() if x.ndim == 2 else x[0, 0].t(), "WH", (8, 6)),
        (lambda x: F.max_pool2d(x[0], 2), "CHW", (4, 3, 4)),
        (lambda x: F.conv1d(x.flatten(2), torch.ones(3, 4, 1)), "CL", (3, 48)),
    ],
)
def test_axes(function: Callable[[Tensor], Tensor], axes: str, shape: tuple[int, ...] | None) -> None:
    last = trace(Forward(function), torch.rand(1, 4, 6, 8)).records[-1]
    assert "".join(last.axes) == axes
    assert last.numpy().shape == last.output_shape
    if shape is not None:
        assert last.output_shape == shape


def test_the_batch_of_several_pictures() -> None:
    traced = trace(nn.Sequential(nn.Conv2d(3, 2, 3), nn.Flatten(), nn.Linear(72, 5)), torch.rand(7, 3, 8, 8))
    assert [record.output_shape for record in traced.records] == [(2, 6, 6), (72,), (5,)]
    assert traced.records[0].input_shapes == ((3, 8, 8),)
    assert torch.equal(torch.tensor(traced.records[2].numpy()), traced.records[2].output[0])


def test_a_transformer() -> None:
    traced = trace(torchvision.models.vit_b_32(weights=None).eval(), torch.rand(1, 3, 224, 224))
    tokens = [record for record in traced.records if record.path.startswith("encoder.layers") and record.op == "add"]
    assert all(record.axes == ("L", "C") and record.output_shape == (50, 768) for record in tokens)
    attention = [record for record in traced.records if record.op == "scaled_dot_product_attention"]
    assert len(attention) == 12
    assert all(record.axes == ("G", "L", "C") and record.output_shape == (12, 50, 64) for record in attention)
    assert traced.records[-1].axes == ("K",)


def test_windows() -> None:
    traced = trace(torchvision.models.swin_t(weights=None).eval(), torch.rand(1, 3, 64, 64))
    blocks = [record for record in traced.records if record.op == "add" and record.path.count(".") == 2]
    assert blocks
    assert all(record.axes == ("H", "W", "C") for record in blocks)


def test_a_network_deeper_than_pythons_stack() -> None:
    traced = trace(nn.Sequential(*[nn.ReLU() for _ in range(3000)]), torch.rand(1, 2, 3, 3))
    assert traced.records[-1].axes == ("C", "H", "W")
