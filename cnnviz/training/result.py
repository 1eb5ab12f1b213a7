"""What a training leaves: a network, how it came about and how good it is; as a model, and as a file."""

from __future__ import annotations

import copy
import hashlib
import io
import json
import re
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save
from torch import Tensor, nn

from cnnviz.core.finder.plan import PREFIX
from cnnviz.core.model import Model, Preprocessing
from cnnviz.core.writing import replacing
from cnnviz.figure import share
from cnnviz.training.events import EpochEnded
from cnnviz.training.inputs import Inputs
from cnnviz.training.measure import Measured
from cnnviz.training.network import Network
from cnnviz.training.pictures import DataSet
from cnnviz.training.settings import Settings
from cnnviz.training.snapshots import Snapshot

_TORCH = (".pt", ".pth", ".ckpt")


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """A network that has learned.

    Attributes
    ----------
    module
        The network on the CPU, in evaluation mode.
    network, data, settings
        What was trained, with what, and how.
    preprocessing
        What it expects of pictures.
    history
        The epochs, in order.
    snapshots
        Weights kept on the way, the first ones first.
    validation, test
        How good it is at the end, on pictures that it did not learn from; None where there are none.
    held, tested
        These pictures, as the network takes them: the row of a measurement is their row.
    reason
        Why it ended: ``"finished"``, ``"stopped"`` or ``"no better"``.
    """

    module: nn.Module = field(repr=False)
    network: Network
    data: DataSet
    settings: Settings
    preprocessing: Preprocessing
    history: tuple[EpochEnded, ...]
    snapshots: tuple[Snapshot, ...] = field(repr=False)
    validation: Measured | None
    test: Measured | None
    held: Inputs | None
    tested: Inputs | None
    reason: str

    @property
    def caption(self) -> str:
        """What it was trained on and how good it is, in words."""
        measured, of = (self.test, "test") if self.test else (self.validation, "validation")
        if measured is None and self.reason == "stopped":
            done, epochs = len(self.history), self.settings.epochs
            when = f"in epoch {done + 1} of {epochs}" if done < epochs else f"after epoch {done}"
            return f"{self.data.name} · stopped {when}, not measured"
        if measured is None:
            return self.data.name
        return f"{self.data.name} · {share(measured.accuracy)} of {len(measured.losses):,} {of} pictures"

    def model(self, snapshot: Snapshot | None = None) -> Model:
        """A model to look into: the network as it is now, or as it was at a snapshot. Shares nothing with either."""
        if snapshot is not None:
            return model_at(self.network, self.data, self.preprocessing, snapshot)
        module = copy.deepcopy(self.module)
        return _model(self.network, self.data, self.preprocessing, module, self.network.name, self.caption)

    @property
    def card(self) -> dict[str, Any]:
        """Everything about it but the weights, for JSON."""
        return {
            "title": self.network.title,
            "architecture": self.network.architecture,
            "dataset": self.data.name,
            "labels": list(self.data.labels),
            "preprocessing": described(self.preprocessing),
            "parameters": sum(p.numel() for p in self.module.parameters()),
            "training": {
                "network": self.network.name,
                "pictures": list(self.data.balance),
                "reason": self.reason,
                "settings": asdict(self.settings),
                "history": [asdict(epoch) for epoch in self.history],
            },
            "validation": _summary(self.validation),
            "test": _summary(self.test),
        }

    def save(self, path: Path) -> None:
        """Write the weights, which open with no other option, and beside them the card as JSON.

        They become safetensors; in a file ``.pt``, ``.pth`` or ``.ckpt`` a checkpoint of torch instead, with a plain
        state dict under ``"state_dict"``.

        Raises ``CnnvizError`` when it cannot be written; what was there before stays.
        """
        state = self.module.state_dict()
        tensors = {
            k: v.detach().clone().contiguous() for k, v in state.items() if not k.endswith("num_batches_tracked")
        }
        metadata = {"preprocessing": json.dumps(described(self.preprocessing)), "training": self.caption}
        if self.network.architecture:
            metadata["architecture"] = self.network.architecture
        if path.suffix.lower() in _TORCH:
            buffer = io.BytesIO()
            torch.save({"state_dict": tensors, "labels": list(self.data.labels), **metadata}, buffer)
            content = buffer.getvalue()
        else:
            content = save(tensors, metadata | {"labels": json.dumps(self.data.labels)})
        with replacing(path) as file:
            file.write(content)
        card = json.dumps(self.card | {"sha256": hashlib.sha256(content).hexdigest()}, indent=2) + "\n"
        with replacing(path.with_suffix(".json")) as file:
            file.write(card.encode())


def stem(network: str, data: str) -> str:
    """What a result is called without its suffix: after the network, as it was asked for, and the data set."""
    short = Path(network).stem if Path(network).suffix else network.removeprefix(PREFIX)
    short = short.removesuffix(":random")
    named, learned = (re.sub(r"[\W_]+", "-", part).strip("-")[:40].strip("-") for part in (short, data.lower()))
    again = named.endswith(learned) or re.fullmatch(f".*-{learned}-\\d+", named)  # it learns the same once more
    return (named if again else "-".join(filter(None, (named, learned)))) or "network"


def free(folder: Path, name: str) -> str:
    """The name, or else with the first number that nothing in the folder has: ``lenet5-mnist-2``."""
    taken = {file.name.rpartition(".")[0] for file in folder.iterdir()}
    return next(n for n in (name, *(f"{name}-{k}" for k in range(2, len(taken) + 3))) if n not in taken)


def model_at(network: Network, data: DataSet, preprocessing: Preprocessing, snapshot: Snapshot) -> Model:
    """The model that a network was at a snapshot, also while it still learns; torch's random numbers are left alone."""
    with torch.random.fork_rng(devices=[]):
        module = network.make(data.labels).eval()
    module.load_state_dict(snapshot.state)
    after = f"after {snapshot.step:,} steps"
    return _model(network, data, preprocessing, module, f"{network.name} {after}", f"{data.name} · {after}")


def _model(
    network: Network, data: DataSet, preprocessing: Preprocessing, module: nn.Module, name: str, caption: str
) -> Model:
    digest = _digest(module.state_dict())
    return Model(name, network.title, caption, module, preprocessing, data.labels, torch.device("cpu"), digest)


def described(preprocessing: Preprocessing) -> dict[str, Any]:
    """A preprocessing for JSON."""
    about = asdict(preprocessing)
    del about["guessed"]
    return about


def _summary(measured: Measured | None) -> dict[str, Any] | None:
    if measured is None:
        return None
    return {
        "pictures": len(measured.losses),
        "accuracy": measured.accuracy,
        "loss": measured.loss,
        "confusion": measured.confusion.tolist(),
    }


def _digest(state: dict[str, Tensor]) -> str:
    buffer = io.BytesIO()
    for name, tensor in state.items():
        buffer.write(name.encode() + tensor.detach().contiguous().cpu().numpy().tobytes())
    return hashlib.sha256(buffer.getvalue()).hexdigest()
