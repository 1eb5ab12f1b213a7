"""What it costs to watch a training: pictures a second, beside a bare loop over tensors that are ready.

Rounds alternate between the two, and each is compared with the bare loop of its own round. The bare loop has its
pictures normalised beforehand and tells nothing; ours normalises each batch, keeps snapshots, writes a checkpoint,
checks every loss and tells what it does. Both take the same pictures, batches, optimiser and network, neither
validates. Nearest neighbours stand beside scikit-learn's (extra ``bench``), with L1 and k = 1.
"""

from __future__ import annotations

import importlib.util
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from cnnviz.core.architectures import ARCHITECTURES
from cnnviz.training import DataSet, EpochEnded, Pictures, Settings, Started, open_data, train, untrained
from cnnviz.training.neighbours import nearest

ROUNDS = 7
MNIST = Path(__file__).resolve().parents[2] / "shared" / "data" / "mnist.npz"
CASES = (("lenet5", 12_800, 64), ("vgg-small", 640, 64))


def run() -> None:
    """Print a line for each network, and one for the neighbours."""
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads, {ROUNDS} rounds")
    print(f"{'network':<12}{'bare pictures/s':>18}{'cnnviz pictures/s':>20}{'ratio':>8}")
    for name, count, batch in CASES:
        data = _data(name, count)
        settings = Settings(epochs=1, batch=batch, validation=0.0, device="cpu", schedule="constant", rate=0.01)
        times = [(_bare(name, data, settings), _ours(name, data, settings)) for _ in range(ROUNDS + 1)][1:]
        bare, ours = (count / statistics.median(side) for side in zip(*times, strict=True))
        ratio = statistics.median(b / o for b, o in times)
        print(f"{name:<12}{bare:18,.0f}{ours:20,.0f}{ratio:8.2f}", flush=True)
    _neighbours()


def _data(name: str, count: int) -> DataSet:
    """Noise: how fast a network learns does not depend on what it learns."""
    shape = (28, 28) if name == "lenet5" else (32, 32, 3)
    chance = np.random.default_rng(0)
    pictures = Pictures(chance.integers(0, 256, (count, *shape)).astype(np.uint8), np.arange(count) % 10)
    return DataSet("noise", tuple("0123456789"), pictures)


def _bare(name: str, data: DataSet, settings: Settings) -> float:
    """Seconds of one epoch as a tutorial writes it."""
    assert isinstance(data.train.content, np.ndarray)
    x = (torch.from_numpy(data.train.content).float() / 255 - 0.5) / 0.25
    x = x[:, None] if x.ndim == 3 else x.permute(0, 3, 1, 2)
    y = torch.from_numpy(data.train.classes)
    module = ARCHITECTURES[name]().train()
    optimiser = torch.optim.SGD(module.parameters(), lr=0.01, momentum=0.9, nesterov=True, weight_decay=5e-4)
    begun = time.perf_counter()
    for rows in torch.randperm(len(x)).view(-1, settings.batch):
        loss = F.cross_entropy(module(x[rows]), y[rows])
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    return time.perf_counter() - begun


def _ours(name: str, data: DataSet, settings: Settings) -> float:
    """Seconds of one epoch from the first step to the checkpoint on disk."""
    begun = ended = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for event in train(data, untrained(name), settings, checkpoint=Path(folder, "run.checkpoint")):
            if isinstance(event, Started):
                begun = time.perf_counter()
            elif isinstance(event, EpochEnded) or begun:
                ended = time.perf_counter()
    return ended - begun


def _neighbours() -> None:
    if importlib.util.find_spec("sklearn") is None or not MNIST.exists():
        print(f"nearest neighbours: scikit-learn or {MNIST} is missing")
        return
    data = open_data("mnist", str(MNIST))
    assert data.test is not None
    known, classes, asked = data.train.content[:5000], data.train.classes[:5000], data.test.content[:1000]
    assert isinstance(known, np.ndarray)
    assert isinstance(asked, np.ndarray)
    from sklearn.neighbors import KNeighborsClassifier

    begun = time.perf_counter()
    ours = nearest(known, classes, asked, k=1, norm="L1")
    between = time.perf_counter()
    theirs = KNeighborsClassifier(1, metric="manhattan").fit(known.reshape(5000, -1), classes)
    same = np.array_equal(theirs.predict(asked.reshape(1000, -1)), ours.predicted)
    print(
        f"nearest neighbours of 1,000 in 5,000 pictures: {between - begun:.2f} s, scikit-learn "
        f"{time.perf_counter() - between:.2f} s, {'the same' if same else 'DIFFERENT'} classes"
    )
