"""Where models come from. Each module of this package with a ``SOURCE`` is one kind; a new kind is a new file."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import torch

from cnnviz.core import device as devices
from cnnviz.core.architectures import ARCHITECTURES
from cnnviz.core.errors import CnnvizError, ModelError
from cnnviz.core.labels import read_labels
from cnnviz.core.model import Model
from cnnviz.core.preprocess import overridden
from cnnviz.core.sources.base import Architecture, Asked, Offer, Source
from cnnviz.request import ModelRequest

__all__ = ["Offer", "available", "find_architecture", "load_model"]


def load_model(
    name: str,
    *,
    arch: str | None = None,
    labels: str | None = None,
    input_size: tuple[int, int] | None = None,
    mean: Sequence[float] | None = None,
    std: Sequence[float] | None = None,
    fit: str | None = None,
    output: str = "",
    half: bool = False,
    device: str = "auto",
    trust: bool = False,
) -> Model:
    """A network ready to run.

    Parameters
    ----------
    name
        A bundled name (``lenet5-mnist``); a torchvision name with its default weights (``resnet50``), named ones
        (``resnet50:IMAGENET1K_V1``) or none (``resnet50:random``); a file of weights; ``FILE.py:FACTORY``.
    arch
        The architecture of a file of weights: ``lenet5``, ``vgg-small``, a torchvision name, or ``FILE.py:FACTORY``.
    labels
        A file with class names: text (one a line), JSON or CSV.
    input_size
        (height, width) of the input in pixels, instead of the model's own.
    mean, std
        Normalisation, one number a channel or one for all, of a 0 to 1 pixel scale, instead of the model's own.
    fit
        ``crop``, ``stretch`` or ``pad``: how a picture of other proportions is made to fit.
    output
        Which of several outputs holds the logits: its name in the network's output, such as ``aux`` or ``1``.
    half
        Whether it runs in half precision, on a GPU.
    device
        ``auto``, ``cpu``, ``cuda``, ``cuda:N`` or ``mps``.
    trust
        Whether Python code that was named may run.

    Raises
    ------
    ModelError
        With a sentence: unknown name (and the nearest ones), weights that are not here, a file that is damaged or does
        not fit, class names that do not fit, code that is not trusted.
    CnnvizError
        There is no such device.
    """
    chosen = devices.choose(device)
    source = next((source for source in _sources() if source.accepts(name)), None)
    if source is None:
        raise ModelError(_unknown("model", name, [offer.name for offer in available()]))
    if arch and not source.holds_only_weights:
        raise ModelError(f"{name} has its architecture already: leave --arch {arch} out.")
    named = read_labels(Path(labels).expanduser()) if labels else ()
    model = _loaded(source, Asked(name, arch, named, trust))
    model = replace(_with_overrides(model, named, input_size, mean, std, fit), output=output)
    if half and chosen.type == "cpu":
        raise ModelError("Half precision needs a GPU: a CPU computes it much more slowly than single precision.")
    module = model.module.to(chosen)
    asked = ModelRequest(
        located(name),
        arch and located(arch),
        labels and str(Path(labels).expanduser().absolute()),
        input_size,
        None if mean is None else tuple(mean),
        None if std is None else tuple(std),
        device,
        trust,
        fit,
        output,
        half,
    )
    return replace(model, module=module.half() if half else module, device=chosen, asked=asked)


def located(name: str) -> str:
    """A model's name, from wherever it is asked for: the file in it with its whole path."""
    file, colon, factory = name.rpartition(":") if ".py:" in name else (name, "", "")
    path = Path(file).expanduser()
    return f"{path.absolute()}{colon}{factory}" if path.is_file() else name


def _loaded(source: Source, asked: Asked) -> Model:
    """The model; whatever a strange file makes a library raise becomes a sentence."""
    try:
        return source.load(asked)
    except (CnnvizError, MemoryError):
        raise
    except Exception as error:
        raise ModelError(
            f"{asked.name} cannot be opened: what is in it fits no network.", f"{type(error).__name__}: {error}"
        ) from error


def available() -> list[Offer]:
    """What can be opened by name. Imports torchvision."""
    return [offer for source in _sources() for offer in source.offers()]


def find_architecture(name: str, trust: bool = False) -> Architecture:
    """The architecture of that name, of any source.

    Raises
    ------
    ModelError
        There is none, or its code is not trusted.
    """
    for source in _sources():
        found = source.architecture(name, trust)
        if found is not None:
            return found
    raise ModelError(_unknown("architecture", name, [*ARCHITECTURES, *(o.name for o in available())]))


@cache
def _sources() -> tuple[Source, ...]:
    modules = (importlib.import_module(f"{__name__}.{info.name}") for info in pkgutil.iter_modules(__path__))
    found: list[Source] = [module.SOURCE for module in modules if hasattr(module, "SOURCE")]
    return tuple(sorted(found, key=lambda source: source.order))


def _unknown(what: str, name: str, known: Sequence[str]) -> str:
    """The sentence, with up to three known names: those that begin like it, then those that are spelled alike."""
    base, colon, kind = name.partition(":")
    folded = {k.casefold(): k for k in known}
    near = sorted((k for k in folded if k.startswith(base.casefold())), key=len) if base else []
    near += [k for k in difflib.get_close_matches(base.casefold(), folded, 3, 0.6) if k not in near]
    suggested = [folded[k] + (f":{kind}" if colon else "") for k in near[:3]]
    if suggested:
        return f"There is no {what} {name}: did you mean {' or '.join(suggested)}?"
    return f"There is no {what} {name}: “cnnviz models” lists the names."


def _with_overrides(
    model: Model,
    labels: tuple[str, ...],
    size: tuple[int, int] | None,
    mean: Sequence[float] | None,
    std: Sequence[float] | None,
    fit: str | None,
) -> Model:
    """The model with what the user said in the place of what was known, each with a note."""
    notes = list(model.notes)
    try:
        preprocessing = overridden(
            model.preprocessing, size, None if mean is None else tuple(mean), None if std is None else tuple(std), fit
        )
    except ValueError as error:
        raise ModelError(str(error)) from error
    given = [
        name
        for name, value in (("input size", size), ("mean", mean), ("standard deviation", std), ("fit", fit))
        if value is not None
    ]
    if given:
        notes.append(f"Its {', '.join(given)} {'was' if len(given) == 1 else 'were'} given by hand.")
    model = replace(model, preprocessing=preprocessing, notes=tuple(notes))
    return _with_labels(model, labels) if labels else model


def _with_labels(model: Model, labels: tuple[str, ...]) -> Model:
    """The model with class names by hand; one pass tells whether there are as many as outputs."""
    try:
        with torch.no_grad():
            logits = model.module(torch.zeros(1, model.preprocessing.channels, *model.preprocessing.size))
    except Exception:  # noqa: BLE001  what is wrong with the network is said when a picture goes through it
        logits = None
    if isinstance(logits, torch.Tensor) and logits.ndim == 2 and logits.shape[1] != len(labels):
        raise ModelError(f"{len(labels):,} class names were given, but {model.title} has {logits.shape[1]:,} classes.")
    return replace(model, labels=labels, notes=(*model.notes, "Its class names were given by hand."))
