"""Draw the bundled samples again: ``python scripts/draw_samples.py``.

Digits as with a pen, small paintings as with a brush: curves designed by hand in ``scripts/samples/``, nothing from a
data set and nothing fitted to the networks. The same program draws the same bytes (with the same Pillow). Beside the
pictures goes ``samples.json``: for each picture, in the order in which they are offered, what it is meant to be,
whether it was drawn to be mistaken, and what the bundled network sees in it.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from samples import animals, pen, vehicles

import cnnviz

SAMPLES = Path(__file__).resolve().parents[1] / "resources" / "samples"
PAINTINGS = {
    "ship": vehicles.ship,
    "frog": animals.frog,
    "airplane": vehicles.airplane,
    "automobile": vehicles.automobile,
    "cat": animals.cat,
    "horse": animals.horse,
    "bird": animals.bird,
    "dog": animals.dog,
    "deer": animals.deer,
    "truck": vehicles.truck,
}


@dataclass(frozen=True)
class Sample:
    """One picture, the class that it is meant to be, and whether it is drawn to be mistaken."""

    name: str
    image: Image.Image
    label: str
    hard: bool = False


def digits() -> Iterator[Sample]:
    """As MNIST has them, 28 x 28; one larger, so that the network's own scaling has something to do."""
    for name, digit in pen.DIGITS.items():
        yield Sample(name, pen.write(digit), digit.label, digit.hard)
    yield Sample("two-large", pen.write(pen.DIGITS["two"], side=280), "2")


def paintings() -> Iterator[Sample]:
    """One for each class of CIFAR-10, 128 x 128."""
    for name, painting in PAINTINGS.items():
        yield Sample(name, painting().finish(128), name)


def draw(out: Path) -> dict[str, list[Sample]]:
    """Write all pictures, ``MODEL/NAME.png``, and return them."""
    samples = {"lenet5-mnist": list(digits()), "vgg-cifar10": list(paintings())}
    for model_name, drawn in samples.items():
        (out / model_name).mkdir(parents=True, exist_ok=True)
        for sample in drawn:
            sample.image.save(out / model_name / f"{sample.name}.png", optimize=True)
    return samples


def seen(model_name: str, samples: list[Sample], folder: Path) -> Iterator[dict[str, object]]:
    """Show each picture to its network, and list what it is and what the network says."""
    model = cnnviz.load_model(model_name, device="cpu")
    for sample in samples:
        file = folder / f"{sample.name}.png"
        best = cnnviz.trace(model, file).top(1)[0]
        print(f"{model_name}: {file.name:20} is {sample.label:10} seen as {best.label:10} {best.probability:.2f}")
        yield {
            "file": file.name,
            "label": sample.label,
            "hard": sample.hard,
            "predicted": best.label,
            "probability": round(best.probability, 2),
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=SAMPLES, help="folder to write to")
    out: Path = parser.parse_args().out
    listed = {name: list(seen(name, samples, out / name)) for name, samples in draw(out).items()}
    (out / "samples.json").write_text(json.dumps(listed, indent=2) + "\n")


if __name__ == "__main__":
    main()
