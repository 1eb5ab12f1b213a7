"""Write ``resources/timm.csv``: how many tensors and numbers each network of timm has, by which files are told.

Facts about architectures, no weights. Run it again after a new release of timm: ``python scripts/index_timm.py``.
"""

from __future__ import annotations

import csv
import sys

import timm
import torch

from cnnviz.core.finder.layers import IGNORED
from cnnviz.paths import resources


def main() -> None:
    """Build every network without memory, and count."""
    rows = []
    for name in timm.list_models():
        try:
            with torch.device("meta"):
                module = timm.create_model(name, pretrained=False)
        except (NotImplementedError, RuntimeError, TypeError, AttributeError) as error:
            sys.stderr.write(f"{name} cannot be built without memory: {error}\n")
            continue
        heads = getattr(module, "default_cfg", {}).get("classifier") or ""
        head = heads if isinstance(heads, str) else heads[0]
        state = {key: tensor for key, tensor in module.state_dict().items() if not IGNORED.search(key)}
        body = sum(t.numel() for key, t in state.items() if not (head and key.startswith(head + ".")))
        rows.append((name, len(state), body, head))
    with (resources() / "timm.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("name", "tensors", "numbers without the head", "head"))
        writer.writerows(rows)


if __name__ == "__main__":
    main()
