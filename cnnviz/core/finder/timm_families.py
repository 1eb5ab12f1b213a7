"""timm's networks, told by how many tensors and numbers they have, which a table in the resources holds for each.

So none has to be built to be ruled out. The head may have another number of classes.
"""

from __future__ import annotations

import csv
import importlib.util
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from cnnviz.core.errors import ModelError
from cnnviz.core.finder.candidate import Candidate, fit
from cnnviz.core.finder.layers import IGNORED
from cnnviz.core.fitting import load_into
from cnnviz.core.sources.timm_models import PREFIX, preprocessing_of
from cnnviz.paths import resources

_NOT_NAMED = 10.0  # how unusual it is that a file is named after another network
_TRIED = 6  # of the networks with as many numbers: they differ in what weights do not show


def timm_candidates(tensors: Mapping[str, Tensor], file: str) -> Iterator[Candidate]:
    """The networks of timm that these tensors belong to, the one after which the file is named first."""
    tensors = {name: tensor for name, tensor in tensors.items() if not IGNORED.search(name)}
    alike = [name for name, head in _table().get(len(tensors), {}).items() if _numbers(tensors, head[1]) == head[0]]
    if not alike or importlib.util.find_spec("timm") is None:
        return
    stem = Path(file).stem.replace("-", "_").lower()
    named = sorted((name for name in alike if name in stem), key=len)[-1:]
    others = sorted(alike, key=lambda name: (name.startswith("tf_"), len(name), name))
    for rank, name in enumerate(list(dict.fromkeys((*named, *others)))[:_TRIED]):
        cost = _NOT_NAMED if named and rank else 0.2 * rank
        found = _candidate(name, tensors, file, cost, len(alike))
        if found is not None:
            yield found


def _candidate(name: str, tensors: Mapping[str, Tensor], file: str, cost: float, alike: int) -> Candidate | None:
    import timm

    head = _table()[len(tensors)][name][1]
    classes = int(tensors[f"{head}.weight"].shape[0]) if f"{head}.weight" in tensors else None
    options: dict[str, Any] = {} if classes is None else {"num_classes": classes}

    def make() -> nn.Module:
        with torch.device("meta"):
            module: nn.Module = timm.create_model(name, pretrained=False, **options)
        load_into(module, tensors, file, name)
        if any(t.is_meta for t in (*module.parameters(), *module.buffers())):  # buffers that no file holds
            module = timm.create_model(name, pretrained=False, **options)
            load_into(module, tensors, file, name)
        return module.eval()

    with torch.device("meta"):
        empty: nn.Module = timm.create_model(name, pretrained=False, **options)
    if not fit(name, tensors, empty.state_dict()).exact:
        return None
    own = preprocessing_of(empty)
    said = f"Its {len(tensors):,} tensors are those of timm's {name}"
    said += f", and of {alike - 1} others, which differ in what weights do not show." if alike > 1 else "."
    if classes is None:
        raise ModelError(f"{file} holds the weights of timm's {name} without its head: there are no classes in it.")
    usual = (("it in timm", own),)
    return Candidate(PREFIX + name, name, own.channels, own.size, classes, cost, make, said, usual=usual)


def _numbers(tensors: Mapping[str, Tensor], head: str) -> int:
    return sum(t.numel() for key, t in tensors.items() if not (head and key.startswith(head + ".")))


@cache
def _table() -> dict[int, dict[str, tuple[int, str]]]:
    """By the number of tensors, then by name: numbers without the head, and where the head is."""
    found: dict[int, dict[str, tuple[int, str]]] = {}
    with (resources() / "timm.csv").open(encoding="utf-8", newline="") as file:
        for name, tensors, numbers, head in list(csv.reader(file))[1:]:
            found.setdefault(int(tensors), {})[name] = int(numbers), head
    return found
