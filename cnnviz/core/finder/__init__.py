"""The architecture finder: which network a file of bare weights belongs to, told by names, shapes and evidence."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from cnnviz.core.errors import ModelError
from cnnviz.core.finder.candidate import Candidate, planned
from cnnviz.core.finder.evidence import VARIANTS, Evidence, alternatives, first_distance, weigh
from cnnviz.core.finder.families import torchvision_candidates
from cnnviz.core.finder.layers import Layer, layers_of, unwrapped
from cnnviz.core.finder.network import build
from cnnviz.core.finder.plan import Plan
from cnnviz.core.finder.sequential import chain_plans
from cnnviz.core.finder.units import unit_plans
from cnnviz.core.model import Preprocessing
from cnnviz.core.whole import Settings

__all__ = ["Candidate", "Evidence", "Finding", "candidates", "find", "finding_of"]

_BUDGET = 8e9  # multiply-adds spent on evidence: a few seconds at most
_PRIOR = 0.06  # how much the evidence must speak against one step of unusualness
_FAR = 2.5  # guesses that are so much more unusual than the first are not tried
_HIDDEN = (
    ("leaky", "max", 0.8),
    ("relu", "avg", 0.6),
    ("tanh", "avg", 0.6),
    ("tanh", "max", 1.0),
    ("sigmoid", "avg", 0.6),
    ("sigmoid", "max", 1.0),
    ("elu", "max", 1.0),
)


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
    found = list(torchvision_candidates(tensors, file))
    if not found:
        layers = layers_of(tensors)
        found = _planned(layers, tensors, settings)
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
    if settings and settings.activation:
        plans = [(cost, plan.with_activation(settings.activation)) for cost, plan in plans]
    if settings and settings.pooling:
        plans = [(cost, plan.with_pooling(settings.pooling)) for cost, plan in plans]
    return [planned(plan, tensors, cost, title, said) for cost, plan in plans]


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
    guesses = candidates(own, file, None if removed else settings)
    if not guesses:
        raise ModelError(_unknown(own, file), "\n".join(f"{name} {tuple(t.shape)}" for name, t in own.items()))
    notes = (f"The prefix “{removed}” was removed from the names of its tensors.",) if removed else ()
    finding = finding_of(guesses)
    return replace(finding, notes=(*notes, *finding.notes))


def _unknown(tensors: Mapping[str, Tensor], file: str) -> str:
    layers = layers_of(tensors)
    weights = [layer for layer in layers if layer.kind in ("conv", "dense") and layer.path]
    if not weights:
        return f"{file} holds {len(tensors):,} tensors, but no layers of a network: it seems to be data, not a model."
    return (
        f"{file} holds the weights of {len(weights):,} layers, and no network is known that they fit: "
        "say which it is, such as --arch resnet18 or --arch FILE.py:FACTORY."
    )


@dataclass(slots=True, eq=False)
class _Tried:
    score: float
    candidate: Candidate
    module: nn.Module
    preprocessing: Preprocessing
    normalisation: str
    evidence: Evidence | None


def finding_of(guesses: Sequence[Candidate]) -> Finding:
    """The guess that explains the sample pictures best, the more usual one where they do not tell."""
    trial = _Trial()
    for candidate in guesses[:12]:
        if trial.decided(candidate) or candidate.cost > guesses[0].cost + _FAR:
            break
        trial.weigh(candidate)
    if not trial.tried:
        raise ModelError("The network that its tensors seem to form does not run.", guesses[0].name)
    evidence = trial.best.evidence
    if evidence is not None and evidence.pictures and math.isnan(evidence.distance):
        trial.budget = _BUDGET
        _try_activations(guesses[:3], trial)
    best = trial.best
    others = tuple(c for c in guesses if c.name != best.candidate.name)
    return Finding(
        best.candidate, best.module, best.preprocessing, best.normalisation, best.evidence, others, _notes(best)
    )


def _try_activations(guesses: Sequence[Candidate], trial: _Trial) -> None:
    """The same chains with the other activations and poolings that people use."""
    for candidate, (activation, pool, cost) in itertools.product(guesses, _HIDDEN):
        plan = candidate.plan
        if plan is None or any(step.word in ("add", "cat") for step in plan.steps):
            continue
        changed = plan.with_activation(activation).with_pooling(pool)
        make = partial(_exchanged, candidate.make, changed)
        other = replace(candidate, name=changed.text, plan=changed, cost=candidate.cost + cost, make=make)
        if changed != plan and not trial.decided(other):
            trial.weigh(other)


def _exchanged(make: Callable[[], nn.Module], plan: Plan) -> nn.Module:
    """The weights of a network in that of another plan with the same layers."""
    state = make().state_dict()
    made = build(plan, state)
    made.load_state_dict(state)
    return made.eval()


class _Trial:
    """Guesses weighed one after the other, within a budget of multiply-adds."""

    def __init__(self) -> None:
        self.tried: list[_Tried] = []
        self.budget = _BUDGET
        self._fixed: int | None = None

    @property
    def best(self) -> _Tried:
        """The one with the highest score, the first of equal ones."""
        return max(self.tried, key=lambda one: one.score)

    def decided(self, candidate: Candidate) -> bool:
        """Whether this guess cannot win any more, or there is no time left for it."""
        if not self.tried:
            return False
        best = self.best
        if best.evidence is None or self.budget < 0:
            return True
        reachable = 6.0 + (0.0 if math.isnan(best.evidence.distance) else 0.7) - _PRIOR * candidate.cost
        return best.score >= reachable

    def weigh(self, candidate: Candidate) -> None:
        """Weighs a guess with the usual normalisations, or with the one that its first normalisation remembers."""
        try:
            module = candidate.make()
        except (ModelError, RuntimeError):
            return
        cost = _cost(module, candidate)
        usual = alternatives(candidate.planes, candidate.size)
        if cost is None or not usual or (self.tried and cost * (10 * (self._fixed or 0) or 4) > self.budget):
            return
        normed = any(isinstance(m, nn.modules.batchnorm._BatchNorm) for m in module.modules())
        if candidate.classes == 1000 or not (normed or candidate.classes == 10):
            name = "half" if candidate.planes == 3 and not normed and max(candidate.size) <= 64 else usual[0][0]
            score = -_PRIOR * candidate.cost
            self.tried.append(_Tried(score, candidate, module, dict(usual)[name], name, None))
            return
        variants = self._variants(cost, normed)
        ranks = {name: rank for rank, (name, _) in enumerate(usual)}
        for name, preprocessing in _fitting_first(module, usual) if normed else usual:
            evidence = weigh(module, preprocessing, variants)
            self.budget -= cost * (10 * variants or 4)
            if evidence is not None:
                score = _score(evidence, candidate) - _PRIOR * candidate.cost * (1 if evidence.recognises else 2.5)
                score -= _rank_cost(ranks[name], name, candidate, normed)
                self.tried.append(_Tried(score, candidate, module, preprocessing, name, evidence))

    def _variants(self, cost: float, normed: bool) -> int:
        """How many pictures are made of each sample, the same number for all guesses so that they can be compared.

        Statistics want the pictures as they are; large networks see a few of them only.
        """
        if self._fixed is None:
            many = not normed and cost * 10 * VARIANTS * 4 < _BUDGET / 8
            self._fixed = VARIANTS if many else int(cost * 10 < _BUDGET / 2)
        return self._fixed


def _fitting_first(module: nn.Module, usual: Sequence[tuple[str, Preprocessing]]) -> list[tuple[str, Preprocessing]]:
    """The normalisation that brings pictures closest to what the first norm inside remembers; earlier ones on a tie."""
    distances = [first_distance(module, preprocessing) for _, preprocessing in usual]
    if any(map(math.isnan, distances)):
        return list(usual[:1])
    least = min(distances)
    return [next(pair for pair, distance in zip(usual, distances, strict=True) if distance <= 1.15 * least + 0.01)]


def _rank_cost(rank: int, name: str, candidate: Candidate, normed: bool) -> float:
    """Without normalisations inside, networks for small colour pictures are mostly trained from −1 to 1."""
    if candidate.planes == 3 and not normed and max(candidate.size) <= 64:
        return 0.0 if name == "half" else 0.1
    return 0.02 * rank


def _score(evidence: Evidence, candidate: Candidate) -> float:
    score = 0.0
    if evidence.recognises:
        score += evidence.likelihood + 6 if candidate.planes == 1 else 0.5 * evidence.likelihood + 6
    if not math.isnan(evidence.distance):
        score -= 0.5 * math.log(max(evidence.distance, 0.02))
    return score


def _cost(module: nn.Module, candidate: Candidate) -> float | None:
    """Multiply-adds of one picture; None when it does not run or gives no scores."""
    try:
        with torch.no_grad(), FlopCounterMode(display=False) as counter:
            output = module(torch.zeros(2, candidate.planes, *candidate.size))
    except (RuntimeError, ValueError, TypeError, IndexError, AttributeError, KeyError):
        return None
    if not isinstance(output, Tensor):
        output = next((part for part in output if isinstance(part, Tensor)), None) if output is not None else None
    if output is None or output.ndim < 2 or len(output) != 2:
        return None
    flops: int = counter.get_total_flops()
    return flops / 4


def _notes(best: _Tried) -> tuple[str, ...]:
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
