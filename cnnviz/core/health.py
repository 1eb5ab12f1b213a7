"""The health of a loaded network: what its weights look like before any picture goes through them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True, slots=True)
class Health:
    """Plain data for a person to look at.

    Attributes
    ----------
    parameters
        How many numbers the network learned.
    dtypes
        (type, how many numbers of it), the most frequent first.
    not_numbers, infinite
        (name of the tensor, how many values) that are NaN, or infinite.
    dead
        (path of the layer, filters that are all zero, filters).
    duplicates
        (path of the layer, filters that are the same as an earlier one, filters).
    """

    parameters: int
    dtypes: tuple[tuple[str, int], ...]
    not_numbers: tuple[tuple[str, int], ...]
    infinite: tuple[tuple[str, int], ...]
    dead: tuple[tuple[str, int, int], ...]
    duplicates: tuple[tuple[str, int, int], ...]

    @property
    def well(self) -> bool:
        """Whether nothing is the matter."""
        return not (self.not_numbers or self.infinite or self.dead or self.duplicates)

    @property
    def sentences(self) -> tuple[str, ...]:
        """What is the matter, one sentence each."""
        found = [f"{name} has {count:,} values that are no numbers (NaN)." for name, count in self.not_numbers]
        found += [f"{name} has {count:,} infinite values." for name, count in self.infinite]
        found += [f"{path} has {count:,} dead filters (all zero) of {total:,}." for path, count, total in self.dead]
        found += [
            f"{path} has {count:,} filters that repeat another of {total:,}." for path, count, total in self.duplicates
        ]
        return tuple(found)


def health(module: nn.Module) -> Health:
    """Looks at every parameter and buffer, and at the filters of every convolution; of dense layers at their rows."""
    tensors = [(n, t.detach()) for n, t in (*module.named_parameters(), *module.named_buffers())]
    floats = [(name, t) for name, t in tensors if t.is_floating_point()]
    types = Counter[str]()
    for _, tensor in tensors:
        types[str(tensor.dtype).removeprefix("torch.")] += tensor.numel()
    filters = [(name.rpartition(".")[0] or name, t.flatten(1)) for name, t in floats if t.ndim in (2, 3, 4, 5)]
    return Health(
        sum(parameter.numel() for parameter in module.parameters()),
        tuple(types.most_common()),
        tuple((name, n) for name, t in floats if (n := int(t.isnan().sum()))),
        tuple((name, n) for name, t in floats if (n := int(t.isinf().sum()))),
        tuple((path, n, len(rows)) for path, rows in filters if (n := int((rows == 0).all(1).sum()))),
        tuple((path, n, len(rows)) for path, rows in filters if (n := _repeated(rows))),
    )


def _repeated(rows: Tensor) -> int:
    """How many rows that are not zero are the same as an earlier one."""
    living = rows[(rows != 0).any(1)]
    # Rows are told apart by two sums with random weights first: sorting whole rows takes long.
    weights = torch.randn(rows.shape[1], 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    sums = living.cpu().double() @ weights
    if len(torch.unique(sums, dim=0)) == len(living):
        return 0
    return len(living) - len(torch.unique(living, dim=0))
