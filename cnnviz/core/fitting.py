"""Tensors of a file put into a network: names brought into line, numbers widened, or what does not fit explained."""

from __future__ import annotations

import re
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from cnnviz.core.errors import ModelError

_HALF = (torch.float16, torch.bfloat16)
_HARMLESS = re.compile(r"(^|\.)(num_batches_tracked|total_ops|total_params|n_averaged)$")


def aligned(tensors: Mapping[str, Tensor], expected: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], tuple[str, ...]]:
    """The tensors under the names that the network uses: ``module.`` and other prefixes removed.

    The prefix is not guessed from a list: it is what stands before the network's own first names, and the one taken
    brings the most tensors into place.
    """

    def score(prefix: str) -> int:
        return sum(
            prefix + name in tensors and tensors[prefix + name].shape == tensor.shape
            for name, tensor in expected.items()
        )

    firsts = list(expected)[:3]
    prefixes = {""} | {key[: -len(first)] for first in firsts for key in tensors if key.endswith("." + first)}
    best = max(sorted(prefixes, key=len), key=score)
    if not best:
        return dict(tensors), ()
    found = {key.removeprefix(best): tensor for key, tensor in tensors.items() if key.startswith(best)}
    left = len(tensors) - len(found)
    others = f"; {'1 other was' if left == 1 else f'{left:,} others were'} left out" if left else ""
    return found, (f"The prefix “{best}” was removed from the names of its tensors{others}.",)


def head_classes(tensors: Mapping[str, Tensor], expected: Mapping[str, Tensor]) -> int | None:
    """Number of classes: rows of the last weight that the network expects; None when it is missing."""
    head = next((name for name in reversed(list(expected)) if expected[name].ndim >= 2), None)
    found = tensors.get(head) if head else None
    return None if found is None or found.ndim < 2 else int(found.shape[0])


def load_into(module: nn.Module, tensors: Mapping[str, Tensor], name: str, architecture: str) -> tuple[str, ...]:
    """Puts the tensors into the network, which may be on the meta device, and says what was converted.

    Raises
    ------
    ModelError
        Tensors are missing, unexpected or of another shape: how many, and the first few.
    """
    expected = module.state_dict()
    missing = [key for key in expected if key not in tensors and not _HARMLESS.search(key)]
    unexpected = [key for key in tensors if key not in expected and not _HARMLESS.search(key)]
    reshaped = [
        f"{key} is {_shape(tensors[key])} instead of {_shape(expected[key])}"
        for key in expected
        if key in tensors and tensors[key].shape != expected[key].shape
    ]
    if missing or unexpected or reshaped:
        parts = [
            f"{len(found):,} {'tensor' if len(found) == 1 else 'tensors'} {what} ({_first(found)})"
            for found, what in ((missing, "missing"), (unexpected, "unexpected"), (reshaped, "of another shape"))
            if found
        ]
        every = [
            f"{what}: {', '.join(found)}" for found, what in ((missing, "missing"), (unexpected, "unexpected")) if found
        ]
        raise ModelError(
            f"{name} does not fit {architecture}: {', '.join(parts)}. Is it another architecture?",
            "\n".join(every + reshaped),
        )
    taken = {key: tensors[key].to(expected[key].dtype).contiguous() for key in expected if key in tensors}
    absent = {
        key: torch.zeros(expected[key].shape, dtype=expected[key].dtype) for key in expected if key not in tensors
    }
    state = module.state_dict()  # with the versions of its modules: MNASNet refuses tensors without
    state.update(taken | absent)
    # Numbers that do not exist yet are replaced; existing ones are filled, so that tied parameters stay tied.
    module.load_state_dict(state, assign=any(tensor.is_meta for tensor in expected.values()))
    return _converted(tensors, expected)


def _converted(tensors: Mapping[str, Tensor], expected: Mapping[str, Tensor]) -> tuple[str, ...]:
    half = sum(tensors[key].dtype in _HALF for key in expected if key in tensors)
    double = sum(tensors[key].dtype == torch.float64 for key in expected if key in tensors)
    notes = []
    if half:
        notes.append(f"Half precision was widened to single in {half:,} of its {len(expected):,} tensors.")
    if double:
        notes.append(f"Double precision was rounded to single in {double:,} of its {len(expected):,} tensors.")
    return tuple(notes)


def _first(names: list[str], count: int = 3) -> str:
    return ", ".join(names[:count]) + (", …" if len(names) > count else "")


def _shape(tensor: Tensor) -> str:
    return " × ".join(map(str, tensor.shape)) or "one number"
