"""The architecture finder: which network a file of bare weights belongs to, told by names, shapes and evidence."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from torch import Tensor, nn

from cnnviz.core.errors import ModelError
from cnnviz.core.finder.alphabet import as_declared
from cnnviz.core.finder.candidate import Candidate, planned
from cnnviz.core.finder.declared import declared_plans, fits
from cnnviz.core.finder.evidence import Evidence
from cnnviz.core.finder.families import torchvision_candidates
from cnnviz.core.finder.layers import Layer, layers_of, unwrapped
from cnnviz.core.finder.reasons import draws, not_for_pictures, reason
from cnnviz.core.finder.search import Tried, best_of
from cnnviz.core.finder.sequential import chain_plans
from cnnviz.core.finder.timm_families import timm_candidates
from cnnviz.core.finder.units import unit_plans
from cnnviz.core.model import Preprocessing
from cnnviz.core.whole import Settings

__all__ = ["Candidate", "Evidence", "Finding", "candidates", "find", "finding_of"]


_DECLARED = "Its parts are known and run in the order in which they were declared, which is a guess."
_FEW = 16  # layers of a chain in which one may be superfluous


@dataclass(frozen=True, slots=True, eq=False)
class Finding:
    """What was found out about a file of weights.

    Attributes
    ----------
    candidate
        The best guess.
    module
        Its network, with the file's weights in it.
    preprocessing, normalisation
        How pictures are prepared for it, guessed, and what that is called.
    evidence
        What the sample pictures say; None when it was not asked for.
    others
        The other guesses, best first.
    notes
        All of that in sentences.
    """

    candidate: Candidate
    module: nn.Module
    preprocessing: Preprocessing
    normalisation: str
    evidence: Evidence | None
    others: tuple[Candidate, ...]
    notes: tuple[str, ...]


def candidates(tensors: Mapping[str, Tensor], file: str, settings: Settings | None = None) -> list[Candidate]:
    """All guesses for these tensors, the most usual first; none when they belong to no network that is known."""
    tensors = as_declared(tensors)
    found = list(torchvision_candidates(tensors, file)) or list(timm_candidates(tensors, file))
    if not found:
        layers = layers_of(tensors)
        found = _planned(layers, tensors, settings) or _without_one(layers, tensors)
    return sorted(found, key=lambda one: one.cost)


def _planned(layers: Sequence[Layer], tensors: Mapping[str, Tensor], settings: Settings | None) -> list[Candidate]:
    blocks = unit_plans(layers)
    if blocks:
        said = f"Its {len(layers):,} layers form a network of blocks: strides and activations are those that are usual."
        return [planned(plan, tensors, cost, "Network of blocks", said) for cost, plan in blocks]
    after = frozenset(name.removesuffix(".running_mean") for name, t in tensors.items() if _follows_relu(name, t))
    said = f"Its {len(layers):,} layers form a chain: activations and poolings are guesses."
    dense = all(layer.kind != "conv" for layer in layers)
    title = "Multilayer perceptron" if dense else "Chain of layers"
    plans = chain_plans(layers, after, settings.convolutions if settings else None)
    if settings and settings.parts:
        first = next((layer for layer in layers if layer.kind == "conv"), None)
        said_so = [
            planned(plan, tensors, cost, title, _DECLARED)
            for cost, plan in declared_plans(settings.parts, first.shape[1] if first else 1)
        ]
        fitting = [one for one in said_so if fits(one)]
        if fitting:
            return fitting
    if settings and settings.activation:
        plans = [(cost, plan.with_activation(settings.activation)) for cost, plan in plans]
    if settings and settings.pooling:
        plans = [(cost, plan.with_pooling(settings.pooling)) for cost, plan in plans]
    return [planned(plan, tensors, cost, title, said) for cost, plan in plans]


def _without_one(layers: Sequence[Layer], tensors: Mapping[str, Tensor]) -> list[Candidate]:
    """Guesses that leave one layer out, which was declared and never used: where nothing fits otherwise."""
    found = []
    for layer in layers if len(layers) <= _FEW and not draws(tensors) else ():
        rest = {name: t for name, t in tensors.items() if name.rpartition(".")[0] != layer.path and name != layer.path}
        for one in _planned([other for other in layers if other is not layer], rest, None)[:4]:
            if one.planes not in (1, 3):
                continue
            said = f"{one.said} {layer.path} is left out, because nothing takes what it gives."
            found.append(replace(one, said=said, cost=one.cost + 1.0))
    return found


def _follows_relu(name: str, tensor: Tensor) -> bool:
    """Whether a norm's input is never negative: it stands behind the activation then."""
    return name.endswith(".running_mean") and tensor.numel() >= 4 and bool((tensor >= 0).float().mean() > 0.97)


def find(tensors: Mapping[str, Tensor], file: str, settings: Settings | None = None) -> Finding:
    """The network that the tensors of a file belong to.

    ``settings`` is what a network that was pickled whole says about its parts.

    Raises
    ------
    ModelError
        No network is known that they fit, or they are no network's at all.
    """
    own, removed = unwrapped(tensors)
    guesses = candidates(own, file, settings.without(removed) if settings else None)
    if not guesses:
        raise ModelError(reason(own, file), "\n".join(f"{name} {tuple(t.shape)}" for name, t in own.items()))
    if all(guess.planes not in (1, 3) for guess in guesses):
        raise ModelError(not_for_pictures(guesses[0].planes, file))
    notes = (f"The prefix “{removed}” was removed from the names of its tensors.",) if removed else ()
    finding = finding_of(guesses)
    return replace(finding, notes=(*notes, *finding.notes))


def finding_of(guesses: Sequence[Candidate]) -> Finding:
    """The guess that explains the sample pictures best, the more usual one where they do not tell.

    Raises
    ------
    ModelError
        None of them runs.
    """
    best = best_of(guesses)
    others = tuple(c for c in guesses if c.name != best.candidate.name)
    return Finding(
        best.candidate, best.module, best.preprocessing, best.normalisation, best.evidence, others, _notes(best)
    )


def _notes(best: Tried) -> tuple[str, ...]:
    candidate, evidence = best.candidate, best.evidence
    notes = [candidate.said]
    if candidate.plan is not None:
        notes.append(f"Its architecture is a guess, which --arch can change: {candidate.name}")
    numbers = f"mean {_numbers(best.preprocessing.mean)}, deviation {_numbers(best.preprocessing.std)}"
    how = {"none": "from 0 to 1", "half": "from −1 to 1", "raw": "from 0 to 255"}.get(
        best.normalisation, f"as usual for {best.normalisation}"
    )
    why = ""
    if evidence is not None and evidence.recognises:
        why = f"; so it recognises {evidence.right} of {evidence.pictures} sample pictures"
    elif evidence is not None and not math.isnan(evidence.distance):
        why = ", which fits what its normalisations remember best"
    height, width = best.preprocessing.size
    notes.append(f"Its input of {height} × {width} pixels and their scale ({how}: {numbers}) are guesses{why}.")
    if evidence is not None and evidence.softmax:
        notes.append("Its outputs are probabilities already: a softmax stands inside the network.")
    return tuple(notes)


def _numbers(values: Sequence[float]) -> str:
    return f"{values[0]:g}" if len(set(values)) == 1 else " ".join(f"{v:g}" for v in values)
