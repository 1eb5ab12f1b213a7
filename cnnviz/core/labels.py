"""Class names from a file of the user's: text, JSON or CSV."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from cnnviz.core.errors import ModelError
from cnnviz.paths import resources


def read_labels(path: Path) -> tuple[str, ...]:
    """Class names in the order of the network's outputs.

    Text holds one name a line. JSON holds a list, or a mapping from number to name (or to a list whose last item is the
    name, as ImageNet's index has it) or from name to number. CSV has a column with numbers and one with names, in any
    order and with or without a heading, or a column of names alone.

    Raises
    ------
    ModelError
        The file cannot be read, or holds no names.
    """
    if str(path).lower() in BUILT_IN:
        return built_in(str(path).lower())
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise ModelError(f"There is no file {path} with class names.") from None
    except (OSError, ValueError) as error:  # ValueError: not UTF-8
        raise ModelError(f"{path.name} cannot be read as class names: it must be text in UTF-8.", str(error)) from error
    try:
        if path.suffix.lower() == ".json":
            names = _from_json(json.loads(text))
        elif path.suffix.lower() == ".csv":
            names = _from_rows(list(csv.reader(text.splitlines())))
        else:
            names = [line.strip() for line in text.strip().splitlines()]
    except (ValueError, TypeError, KeyError, IndexError, csv.Error, RecursionError) as error:
        raise ModelError(f"{path.name} cannot be read as class names: one a line would do.", str(error)) from error
    if not names or not any(names):
        raise ModelError(f"{path.name} holds no class names: write one a line.")
    return tuple(names)


def _from_json(content: object) -> list[str]:
    if isinstance(content, dict):
        for key in ("labels", "classes", "class_names", "id2label", "categories"):
            if isinstance(content.get(key), (dict, list)):
                return _from_json(content[key])
        if all(str(value).isdecimal() for value in content.values()):
            content = {value: name for name, value in content.items()}
        return _in_order({int(number): _name(name) for number, name in content.items()})
    if isinstance(content, list):
        return [_name(name) for name in content]
    raise TypeError("neither a list nor a mapping")


def _name(value: object) -> str:
    if isinstance(value, (list, tuple)):
        return str(value[-1])
    if isinstance(value, dict):
        return str(value["name"])
    return str(value)


def _from_rows(rows: list[list[str]]) -> list[str]:
    rows = [[cell.strip() for cell in row] for row in rows if any(cell.strip() for cell in row)]
    width = min(map(len, rows))
    for column in range(width if width > 1 else 0):
        body = rows if rows[0][column].isdecimal() else rows[1:]
        if body and all(row[column].isdecimal() for row in body):
            named = 1 if column == 0 else 0
            return _in_order({int(row[column]): row[named] for row in body})
    headed = rows[0][0].lower() in ("name", "names", "label", "labels", "class", "classes", "class_name", "category")
    return [row[0] for row in rows[headed:]]


def _in_order(names: dict[int, str]) -> list[str]:
    """Names by number, which may start at 0 or 1 but may not leave one out."""
    first = min(names)
    if first not in (0, 1) or sorted(names) != list(range(first, first + len(names))):
        raise ValueError("the numbers have gaps")
    return [names[number] for number in sorted(names)]


BUILT_IN = {
    "mnist": "MNIST",
    "fashion-mnist": "Fashion-MNIST",
    "cifar10": "CIFAR-10",
    "cifar100": "CIFAR-100",
    "caltech101": "Caltech 101",
    "gtsrb": "GTSRB, traffic signs",
}
"""Data sets whose class names come with CNNViz: what ``--labels`` takes, and their titles."""


def built_in(name: str) -> tuple[str, ...]:
    """The class names of a well-known data set, in the order of its numbers."""
    return tuple((resources() / "labels" / f"{name}.txt").read_text("utf-8").split("\n")[:-1])


def usual_labels(classes: int, planes: int, size: tuple[int, int], recognised: bool) -> tuple[str, tuple[str, ...]]:
    """The data set that a network with so many classes is most likely trained on, and its class names.

    Ten classes say nothing by themselves: ``recognised`` says whether the network knows the sample pictures.

    Returns
    -------
    Its title and names; empty when nothing is likely.
    """
    small = max(size) <= 64
    name = ""
    if classes == 10 and recognised:
        name = "mnist" if planes == 1 else "cifar10"
    elif classes == 100 and planes == 3 and small:
        name = "cifar100"
    elif classes == 43:
        name = "gtsrb"
    elif classes == 101 and planes == 3 and not small:
        name = "caltech101"
    elif classes == 1000 and planes == 3:
        from torchvision.models import ResNet18_Weights

        return "ImageNet-1K", tuple(ResNet18_Weights.DEFAULT.meta["categories"])
    return (BUILT_IN[name], built_in(name)) if name else ("", ())
