"""Small layers of other libraries, which networks that were pickled whole have between torch's own."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class ConcatPool(nn.Module):
    """Maxima and means of each map side by side, as fast.ai has it. Input (N, C, H, W), output (N, 2·C, 1, 1)."""

    def __init__(self) -> None:
        super().__init__()
        self.ap = nn.AdaptiveAvgPool2d(1)
        self.mp = nn.AdaptiveMaxPool2d(1)

    def forward(self, x: Tensor) -> Tensor:
        """Maxima first."""
        return torch.cat([self.mp(x), self.ap(x)], 1)


class Rows(nn.Module):
    """Everything but the batch as one row. Input (N, …), output (N, values)."""

    def forward(self, x: Tensor) -> Tensor:
        """Flattened."""
        return x.flatten(1)


SUBSTITUTES: dict[str, type[nn.Module]] = {
    "fastai.layers.AdaptiveConcatPool2d": ConcatPool,
    "fastai.layers.Flatten": Rows,
}
"""By the dotted name of the other library's class."""
