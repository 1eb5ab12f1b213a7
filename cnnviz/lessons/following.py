"""From step to step: what the window shows in each, and whether something asked for has come true."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path

from cnnviz import paths
from cnnviz.lessons.base import Lesson, Options, Show

OF_THE_LAYER = ("view", "channel", "at", "options")
"""What belongs to a layer, and is forgotten with it."""

SAMPLES = {"lenet5": "lenet5-mnist/seven.png", "mlp": "lenet5-mnist/seven.png"}
"""The picture of a network that names none; all others get `COLOUR`."""

COLOUR = "vgg-cifar10/cat.png"

FIRST = Show(workspace="explore", model="lenet5-mnist", image="lenet5-mnist/seven.png", layer="")
"""What is shown before a lesson says anything."""


def shown(lesson: Lesson, place: int) -> Show:
    """What the window shows in a step: what it says, and what the steps before have said and still holds."""
    found = FIRST
    for step in lesson.steps[: place + 1]:
        if step.show is not None:
            found = after(found, step.show)
    return found


def after(before: Show, said: Show) -> Show:
    """What is shown once a step has said so.

    Another network begins at its picture, another layer at its own view. Who names a layer wants to see it, who sets
    up the sandbox the sandbox, and who says what is to be trained the workspace for that.
    """
    given = {item.name: value for item in fields(Show) if (value := getattr(said, item.name)) is not None}
    kept = before
    if "model" in given and given["model"] != before.model:
        kept = Show(model=said.model, image=sample_of(str(said.model)), layer="")
    elif "layer" in given and given["layer"] != before.layer:
        kept = replace(before, **dict.fromkeys(OF_THE_LAYER))
    usual = next((name for name in ("sandbox", "train") if name in given), "explore")
    if usual == "explore" and given.get("view") == "explain":
        usual = "explain"
    return replace(kept, **({"workspace": usual, "sandbox": None, "train": None} | given))


def sample_of(model: str) -> str:
    """The picture of ours that suits a network."""
    return next((file for name, file in SAMPLES.items() if model.startswith(name)), COLOUR)


def picture_file(name: str, lesson: Lesson) -> Path:
    """The file of a picture: one of ours (``lenet5-mnist/seven.png``), or one beside the lesson."""
    ours = paths.resources() / "samples" / name
    return ours if ours.is_file() else (Path(lesson.file).parent / name).resolve()


def model_name(name: str, lesson: Lesson) -> str:
    """The name of a model, or the path of a file beside the lesson."""
    beside = Path(lesson.file).parent / name
    return str(beside.resolve()) if beside.is_file() else name


def meets(given: Options, now: Mapping[str, object]) -> bool:
    """Whether values are as wanted; a text such as ``">= 3"`` is a bound."""
    return all(name in now and _meets(wanted, now[name]) for name, wanted in given)


def _meets(wanted: object, value: object) -> bool:
    bound = bound_of(wanted)
    if bound is None or isinstance(value, str | None):
        return wanted == value or (isinstance(wanted, float) and abs(wanted - float(str(value))) < 1e-6)
    number = float(str(value))
    near = 0.01 * max(1.0, abs(bound[1])) if isinstance(value, float) else 0.0  # a slider moves in steps
    return number >= bound[1] - near if bound[0] == ">=" else number <= bound[1] + near


def bound_of(wanted: object) -> tuple[str, float] | None:
    """What ``">= 3"`` says; None for what is no bound."""
    if isinstance(wanted, str) and wanted[:2] in (">=", "<="):
        try:
            return wanted[:2], float(wanted[2:])
        except ValueError:
            return None
    return None


def reaching(given: Options) -> dict[str, object]:
    """Values that meet what is wanted: of a bound the number itself."""
    found: dict[str, object] = {}
    for name, wanted in given:
        bound = bound_of(wanted)
        found[name] = wanted if bound is None else int(bound[1]) if bound[1] == int(bound[1]) else bound[1]
    return found
