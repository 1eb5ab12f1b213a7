"""Train the bundled networks again: ``python scripts/train_bundled.py lenet5-mnist --data FOLDER``.

FOLDER holds ``mnist.npz`` (x_train, y_train, x_test, y_test) or ``cifar10-train.npz`` and ``cifar10-test-1000.npz``
(x, y). Writes ``NAME.safetensors`` and beside it ``NAME.json``, its card: class names, preprocessing, how it was
trained and the accuracy on the test pictures, measured with the weights as they were written. The test pictures are
used for nothing else; what is written is the network after the last epoch. ``--card-only`` measures weights that exist.

On a CPU with 4 cores LeNet-5 takes some minutes, the MLP one and VGG-small about half an hour. The seed fixes the order
of the pictures and all chances, but sums in another order (another machine, other threads) make slightly other weights.
"""

from __future__ import annotations

import argparse
import hashlib
import inspect
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from torch import Generator, Tensor, nn
from torch.nn import functional as F

from cnnviz.core.architectures import ARCHITECTURES

Pictures = NDArray[np.uint8]
MODELS = Path(__file__).resolve().parents[1] / "resources" / "models"


def handwriting(x: Tensor, chance: Generator) -> Tensor:
    """Each digit turned by up to 12 degrees, slanted, 0.85 to 1.15 times the size, moved by up to 2 pixels.

    ``x`` is (N, 1, 28, 28), normalised. What comes in from outside is black, the lowest value.
    """
    count, side = len(x), x.shape[-1]
    turn, slant, size, right, down = torch.rand(5, count, generator=chance) * 2 - 1  # each (N,), -1 to 1
    turn, slant, size = turn * np.radians(12), slant * 0.2, 1 + size * 0.15
    right, down = right * 4 / side, down * 4 / side  # 2 pixels: the whole side is 2 units long
    sine, cosine = turn.sin() / size, turn.cos() / size
    rows = torch.stack([cosine, cosine * slant - sine, right, sine, sine * slant + cosine, down], 1)
    grid = F.affine_grid(rows.view(count, 2, 3), list(x.shape), align_corners=False)
    black = x.min()
    return F.grid_sample(x - black, grid, align_corners=False) + black


def photograph(x: Tensor, chance: Generator) -> Tensor:
    """Each picture moved by up to 4 pixels (borders mirrored), flipped in half of the cases, an 8 x 8 square blanked.

    ``x`` is (N, 3, 32, 32), normalised; the square becomes 0, the mean colour. After He et al. 2016 (shift and flip)
    and DeVries, Taylor: Improved regularization of convolutional neural networks with cutout, 2017.
    """
    count, _, height, width = x.shape
    shift, square = 4, 8
    y, columns_of = torch.arange(height).view(1, -1, 1), torch.arange(width).view(1, 1, -1)
    top, left = torch.randint(0, 2 * shift + 1, (2, count, 1, 1), generator=chance)
    rows, columns = top + y, left + columns_of  # (N, H, 1), (N, 1, W): positions in the padded picture
    flip = torch.rand(count, 1, 1, generator=chance) < 0.5
    columns = torch.where(flip, columns.flip(2), columns)
    padded = F.pad(x, (shift,) * 4, mode="reflect").permute(0, 2, 3, 1)  # (N, H + 8, W + 8, C)
    moved = padded[torch.arange(count).view(-1, 1, 1), rows, columns].permute(0, 3, 1, 2)  # (N, C, H, W)
    top, left = torch.randint(0, height - square + 1, (2, count, 1, 1), generator=chance)
    blank = (y >= top) & (y < top + square) & (columns_of >= left) & (columns_of < left + square)  # (N, H, W)
    return moved.masked_fill(blank[:, None], 0.0)


@dataclass(frozen=True)
class Recipe:
    """What distinguishes one training from the other; everything else is shared."""

    architecture: str
    title: str
    dataset: str
    labels: tuple[str, ...]
    mean: tuple[float, ...]  # per channel, pixels between 0 and 1
    std: tuple[float, ...]
    augment: Callable[[Tensor, Generator], Tensor]
    epochs: int
    batch: int
    rate: float  # highest learning rate of the one-cycle schedule
    decay: float  # weight decay, of weights but not of biases and normalisations
    smoothing: float  # label smoothing


RECIPES = {
    "lenet5-mnist": Recipe(
        architecture="lenet5",
        title="LeNet-5",
        dataset="MNIST",
        labels=tuple("0123456789"),
        mean=(0.1307,),
        std=(0.3081,),
        augment=handwriting,
        epochs=20,
        batch=256,
        rate=0.05,
        decay=5e-4,
        smoothing=0.0,
    ),
    "mlp-mnist": Recipe(  # as LeNet-5 in everything but the architecture: it is there to be compared with it
        architecture="mlp",
        title="MLP",
        dataset="MNIST",
        labels=tuple("0123456789"),
        mean=(0.1307,),
        std=(0.3081,),
        augment=handwriting,
        epochs=20,
        batch=256,
        rate=0.05,
        decay=5e-4,
        smoothing=0.0,
    ),
    "vgg-cifar10": Recipe(
        architecture="vgg-small",
        title="VGG-small",
        dataset="CIFAR-10",
        labels=("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
        mean=(0.4914, 0.4822, 0.4465),
        std=(0.2470, 0.2435, 0.2616),
        augment=photograph,
        epochs=16,
        batch=128,
        rate=0.2,
        decay=5e-4,
        smoothing=0.1,
    ),
}


def load(recipe: Recipe, folder: Path) -> tuple[Pictures, Pictures, Pictures, Pictures]:
    """Training pictures and classes, test pictures and classes: (N, H, W[, 3]) and (N,), uint8."""
    if recipe.dataset == "MNIST":
        with np.load(folder / "mnist.npz") as data:
            return data["x_train"], data["y_train"], data["x_test"], data["y_test"]
    with np.load(folder / "cifar10-train.npz") as train, np.load(folder / "cifar10-test-1000.npz") as test:
        return train["x"], train["y"], test["x"], test["y"]


def as_input(pixels: Pictures, recipe: Recipe) -> Tensor:
    """Pixels (N, H, W[, 3]) as the network takes them: (N, C, H, W) float32, normalised."""
    x = torch.from_numpy(pixels).float().div(255)
    x = x[:, None] if x.ndim == 3 else x.permute(0, 3, 1, 2)
    mean, std = (torch.tensor(v).view(1, -1, 1, 1) for v in (recipe.mean, recipe.std))
    return ((x - mean) / std).contiguous()


def fit(module: nn.Module, x: Tensor, y: Tensor, recipe: Recipe, chance: Generator) -> None:
    """SGD with Nesterov momentum; the learning rate rises for a fifth of the time, then falls to zero."""
    weights = [p for p in module.parameters() if p.ndim > 1]
    others = [p for p in module.parameters() if p.ndim <= 1]
    groups = [{"params": weights, "weight_decay": recipe.decay}, {"params": others, "weight_decay": 0.0}]
    optimiser = torch.optim.SGD(groups, lr=recipe.rate, momentum=0.9, nesterov=True)
    steps = len(x) // recipe.batch
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, recipe.rate, recipe.epochs * steps, pct_start=0.2)
    compiled = torch.compile(module)  # twice as fast on a CPU, with the same parameters
    module.train()
    for epoch in range(recipe.epochs):
        started, total = time.perf_counter(), 0.0
        order = torch.randperm(len(x), generator=chance)[: steps * recipe.batch]
        for batch in order.view(steps, recipe.batch):
            pictures = recipe.augment(x[batch], chance).contiguous(memory_format=torch.channels_last)
            loss = F.cross_entropy(compiled(pictures), y[batch], label_smoothing=recipe.smoothing)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
            total += loss.item()
        print(f"epoch {epoch + 1}: loss {total / steps:.4f}, {time.perf_counter() - started:.0f} s", flush=True)


def save(module: nn.Module, path: Path, architecture: str) -> None:
    """Write the weights; the counters of batches, which say nothing afterwards, are left out."""
    state = {k: v.contiguous() for k, v in module.state_dict().items() if not k.endswith("num_batches_tracked")}
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(state, path, {"architecture": architecture})
    path.chmod(0o644)  # for everybody to read, which safetensors does not take for granted


@torch.no_grad()
def accuracy(module: nn.Module, x: Tensor, y: Tensor) -> float:
    """Share of right answers in evaluation mode."""
    module.eval()
    right = 0
    for start in range(0, len(x), 500):
        logits: Tensor = module(x[start : start + 500])  # (500, K)
        right += int((logits.argmax(1) == y[start : start + 500]).sum())
    return right / len(y)


def card(name: str, recipe: Recipe, weights: Path, x: Pictures, y: Pictures, seed: int) -> dict[str, object]:
    """Describe the weights in a file, with their accuracy on the test pictures ``x`` and their classes ``y``."""
    module = ARCHITECTURES[recipe.architecture]()
    module.load_state_dict(load_file(weights), strict=False)
    reached = accuracy(module, as_input(x, recipe), torch.from_numpy(y).long())
    return {
        "name": name,
        "title": recipe.title,
        "architecture": recipe.architecture,
        "dataset": recipe.dataset,
        "labels": recipe.labels,
        "preprocessing": {
            "mode": "L" if len(recipe.mean) == 1 else "RGB",
            "size": x.shape[1:3],
            "mean": recipe.mean,
            "std": recipe.std,
        },
        "accuracy": {"value": round(reached, 4), "pictures": len(y), "of": f"{recipe.dataset} test pictures"},
        "parameters": sum(p.numel() for p in module.parameters()),
        "training": {
            "script": "scripts/train_bundled.py",
            "optimiser": "SGD, Nesterov momentum 0.9, one-cycle schedule",
            "augmentation": (inspect.getdoc(recipe.augment) or "").splitlines()[0],
            "epochs": recipe.epochs,
            "batch": recipe.batch,
            "rate": recipe.rate,
            "decay": recipe.decay,
            "smoothing": recipe.smoothing,
            "seed": seed,
        },
        "sha256": hashlib.sha256(weights.read_bytes()).hexdigest(),
    }


def main() -> None:
    """Train one network, write its weights, measure them, write the card."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=RECIPES)
    parser.add_argument("--data", type=Path, required=True, help="folder with the data set")
    parser.add_argument("--out", type=Path, default=MODELS, help="folder to write to")
    parser.add_argument("--epochs", type=int, help="instead of the recipe's")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--card-only", action="store_true", help="measure and describe weights that exist")
    options = parser.parse_args()
    recipe = RECIPES[options.name]
    if options.epochs:
        recipe = replace(recipe, epochs=options.epochs)
    weights = options.out / f"{options.name}.safetensors"
    x_train, y_train, x_test, y_test = load(recipe, options.data)

    if not options.card_only:
        torch.manual_seed(options.seed)
        chance = Generator().manual_seed(options.seed)
        module = ARCHITECTURES[recipe.architecture]().to(memory_format=torch.channels_last)
        fit(module, as_input(x_train, recipe), torch.from_numpy(y_train).long(), recipe, chance)
        save(module, weights, recipe.architecture)

    described = card(options.name, recipe, weights, x_test, y_test, options.seed)
    weights.with_suffix(".json").write_text(json.dumps(described, indent=2) + "\n")
    print(f"{options.name}: {described['accuracy']}, {described['parameters']} parameters")


if __name__ == "__main__":
    main()
