"""Guesses at a network weighed one after the other, against the sample pictures, within a few seconds."""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from cnnviz.core.errors import ModelError
from cnnviz.core.finder.candidate import Candidate
from cnnviz.core.finder.evidence import VARIANTS, Evidence, alternatives, first_distance, weigh
from cnnviz.core.model import Preprocessing

_BUDGET = 8e9  # multiply-adds spent on evidence: a few seconds at most
_SECONDS = 20.0  # the longest that guessing may take, on a computer that is busy with other things
_WATCHED = 3  # so many times longer it takes to look at what reaches each norm
_OVERHEAD = 2e7  # what each guess costs beside its arithmetic
_PRIOR = 0.06  # how much the evidence must speak against one step of unusualness
_CLEARLY = 0.4  # so much less likely on the plain samples, and the varied ones are not asked
_FITTING = 0.2  # a distance below this is that of the network itself
_LONG = 60  # steps; such networks are known families, in which nobody exchanges the activation
_NEAR = 1.5  # how much more unusual a guess may be than one that recognises nearly all samples
_SOME = 3  # pictures made of one sample for networks that take longer
_SURVEYED = 3  # guesses that are tried with all normalisations
_FAR = 3.0  # guesses that are so much more unusual than the first are not tried
_BEST = 6.0 + 0.5 * math.log(1 / 0.02)  # the score of a network that explains everything
_HIDDEN = (
    ("relu", "max", 0.0),
    ("tanh", "avg", 0.6),
    ("sigmoid", "avg", 0.6),
    ("relu", "avg", 0.6),
    ("tanh", "max", 0.8),
    ("sigmoid", "max", 0.8),
    ("leaky", "max", 0.8),
    ("elu", "max", 1.0),
    ("gelu", "max", 1.0),
    ("silu", "max", 1.6),
)
"""What people put between layers, and how unusual it is."""


@dataclass(slots=True, eq=False)
class Tried:
    """A guess that was weighed: its score, its network, and how pictures are prepared for it."""

    score: float
    candidate: Candidate
    module: nn.Module
    preprocessing: Preprocessing
    normalisation: str
    evidence: Evidence | None


def best_of(guesses: Sequence[Candidate]) -> Tried:
    """The guess that explains the sample pictures best, the more usual one where they do not tell.

    Raises
    ------
    ModelError
        None of them runs.
    """
    search = _Search()
    for candidate in guesses:
        if candidate.cost > guesses[0].cost + _FAR or search.decided(candidate):
            break
        search.weigh(candidate)
    if not search.tried:
        raise ModelError("The network that its tensors seem to form does not run.", guesses[0].name)
    if search.tells and search.best.candidate.plan is not None:
        search.exchange(guesses)
    return search.best


class _Search:
    """Guesses weighed one after the other, within a budget of multiply-adds."""

    def __init__(self) -> None:
        self.tried: list[Tried] = []
        self.budget = _BUDGET
        self._fixed: int | None = None
        self._seen: set[str] = set()
        self._costs: dict[str, float] = {}
        self._plainly = -math.inf
        self._deadline = time.monotonic() + _SECONDS

    @property
    def best(self) -> Tried:
        """The one with the highest score, the first of equal ones."""
        return max(self.tried, key=lambda one: one.score)

    @property
    def tells(self) -> bool:
        """Whether the sample pictures say anything about this network."""
        evidence = self.best.evidence
        return evidence is not None and (evidence.pictures > 0 or not math.isnan(evidence.distance))

    @property
    def _spent(self) -> bool:
        """Whether there is no time left for another guess."""
        return self.budget < 0 or time.monotonic() > self._deadline

    def decided(self, candidate: Candidate) -> bool:
        """Whether this guess cannot win any more, or there is no time left for it."""
        if not self.tried:
            return False
        best = self.best
        if best.evidence is None or self._spent or best.score >= _BEST - _PRIOR * candidate.cost:
            return True
        fits = best.evidence.right > 0.9 * best.evidence.pictures > 0 or best.evidence.distance < _FITTING
        return fits and candidate.cost > best.candidate.cost + _NEAR

    def exchange(self, guesses: Sequence[Candidate]) -> None:
        """The best guesses again with other activations and poolings, then all of them with the best of these."""
        self.budget = max(self.budget, 0.0) + _BUDGET / 2
        ranked = sorted(self.tried, key=lambda one: -one.score)
        chosen = list({one.candidate.name: one.candidate for one in ranked if one.candidate.plan}.values())[:3]
        sizes = {candidate.size for candidate in chosen}
        if math.isnan(self.best.evidence.distance):  # type: ignore[union-attr]
            chosen += [c for c in _first_of_each_size(guesses) if c.size not in sizes][:2]
        else:
            chosen = chosen[:1]  # norms have told where the poolings are
        for (activation, pool, cost), candidate in itertools.product(_HIDDEN, chosen):
            self._weigh_exchanged(candidate, activation, pool, cost)
        winner = self.best.candidate
        for activation, pool, cost in _HIDDEN:
            if winner.plan == winner.plan.with_activation(activation).with_pooling(pool):  # type: ignore[union-attr]
                for candidate in guesses:
                    if candidate.cost <= guesses[0].cost + _FAR / 2:
                        self._weigh_exchanged(candidate, activation, pool, cost)
                break

    def _weigh_exchanged(self, candidate: Candidate, activation: str, pool: str, cost: float) -> None:
        plan = candidate.plan
        if plan is None or self._spent or len(plan.steps) > _LONG or any(step.branches for step in plan.steps):
            return  # networks of blocks have the activation that is usual for them
        changed = plan.with_activation(activation).with_pooling(pool)
        if changed.text not in self._seen:
            self.weigh(candidate.with_plan(changed, cost), self._costs.get(candidate.name))

    def weigh(self, candidate: Candidate, cost: float | None = None) -> None:
        """Weighs a guess with the usual normalisations, or with the one that its first normalisation remembers.

        ``cost`` is that of another guess with the same layers, in multiply-adds.
        """
        if candidate.name in self._seen:
            return
        self._seen.add(candidate.name)
        try:
            module = candidate.make()
        except (ModelError, RuntimeError):
            return
        cost = _cost(module, candidate) if cost is None else cost
        usual = candidate.usual or alternatives(candidate.planes, candidate.size, candidate.classes)
        if cost is None or not usual or (self.tried and cost * (10 * (self._fixed or 0) or 4) > self.budget):
            return
        self._costs[candidate.name] = cost
        normed = any(isinstance(m, nn.modules.batchnorm._BatchNorm) for m in module.modules())
        if candidate.classes == 1000 or not (normed or candidate.classes == 10):
            small = candidate.planes == 3 and not normed and max(candidate.size) <= 64 and not candidate.usual
            name = "half" if small else usual[0][0]
            score = -_PRIOR * candidate.cost
            self.tried.append(Tried(score, candidate, module, dict(usual)[name], name, None))
            return
        variants = self._variants(cost)
        ranks = {name: rank for rank, (name, _) in enumerate(usual)}
        for name, preprocessing in _fitting_first(module, usual) if normed else self._likely(usual):
            if self._hopeless(module, preprocessing, variants, cost):
                continue
            evidence = weigh(module, preprocessing, variants)
            self.budget -= cost * (10 * variants or 4) * (_WATCHED if normed else 1) + _OVERHEAD
            if evidence is not None:
                score = _score(evidence, candidate) - _PRIOR * candidate.cost * (1 if evidence.recognises else 2.5)
                score -= _rank_cost(ranks[name], name, candidate, normed)
                self.tried.append(Tried(score, candidate, module, preprocessing, name, evidence))

    def _likely(self, usual: Sequence[tuple[str, Preprocessing]]) -> list[tuple[str, Preprocessing]]:
        """All normalisations at first, then the three that did best."""
        best: dict[str, float] = {}
        for one in self.tried:
            best[one.normalisation] = max(one.score, best.get(one.normalisation, -math.inf))
        kept = sorted(best, key=lambda name: -best[name])[:3]
        return [pair for pair in usual if pair[0] in kept or len(self._seen) <= _SURVEYED]

    def _hopeless(self, module: nn.Module, preprocessing: Preprocessing, variants: int, cost: float) -> bool:
        """Whether the plain samples alone say already that another guess is better."""
        if variants < 2:
            return False
        plain = weigh(module, preprocessing, 1)
        self.budget -= cost * 10
        if plain is None or math.isnan(plain.likelihood):
            return True
        hopeless = plain.likelihood < self._plainly - _CLEARLY and not math.isfinite(plain.distance)
        self._plainly = max(self._plainly, plain.likelihood)
        return hopeless

    def _variants(self, cost: float) -> int:
        """How many pictures are made of each sample, the same number for all guesses so that they can be compared."""
        if self._fixed is None:
            many = next((n for n in (VARIANTS, _SOME) if cost * 10 * n < _BUDGET / 16), 0)
            self._fixed = many or int(cost * 10 < _BUDGET / 2)
        return self._fixed


def _first_of_each_size(guesses: Sequence[Candidate]) -> Iterator[Candidate]:
    sizes = set()
    for candidate in guesses:
        if candidate.size not in sizes:
            sizes.add(candidate.size)
            yield candidate


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
    from torch.utils.flop_counter import FlopCounterMode  # brings Triton along, which takes its time

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
