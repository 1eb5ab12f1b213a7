"""All records of one pass of one input through a network."""

from __future__ import annotations

import difflib
import functools
import itertools
import time
from collections.abc import Callable
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cnnviz.core import memory, threads
from cnnviz.core.cancel import Cancelled
from cnnviz.core.device import describe, on_cpu, synchronize
from cnnviz.core.errors import CnnvizError
from cnnviz.core.keep import storages
from cnnviz.core.logits import as_scores, find_logits, outputs, probabilities
from cnnviz.core.record import Dropped, Record, Source
from cnnviz.core.recorder import Recorder
from cnnviz.core.where import Failure

if TYPE_CHECKING:
    from cnnviz.core.images import Prepared
    from cnnviz.core.model import Model

__all__ = ["Dropped", "Record", "Source", "Top", "Trace", "TraceError", "trace"]


class Top(NamedTuple):
    """One of the classes that a network finds most likely."""

    rank: int
    index: int  # type: ignore[assignment]  # hides tuple.index
    label: str
    logit: float
    probability: float


class TraceError(CnnvizError, RuntimeError):
    """A pass failed half-way.

    Attributes
    ----------
    trace
        The records up to the operation that failed.
    """

    def __init__(self, message: str, details: str, trace: Trace) -> None:
        super().__init__(message, details)
        self.trace = trace


class Trace:
    """All records of one pass, in the order in which they ran.

    Attributes
    ----------
    records
        One for each tensor that an operation produced.
    input
        What went in, (1, C, H, W) for a picture.
    model, module
        The model where one was given, and the network that ran.
    prepared
        The picture's way to the input; None where a tensor was given.
    logits
        (K,) class scores as the network put them out; (0,) where it gave none.
    logits_record
        Index of the record that produced them; -1 where there is none.
    outputs
        Names of the parts of its output that could be the logits, where there are several.
    seconds
        Duration of the pass.
    device
        Where it ran.
    notes
        Remarks, one sentence each: what was dropped, where it ran instead.
    """

    def __init__(
        self,
        recorder: Recorder,
        output: Any,
        *,
        model: Model | None = None,
        prepared: Prepared | None = None,
        seconds: float = 0.0,
        notes: tuple[str, ...] = (),
    ) -> None:
        several = outputs(output)
        self.outputs = tuple(several) if len(several) > 1 else ()
        found = several[model.output] if model and model.output in several else find_logits(output)
        source = None if found is None else recorder.producer(found)
        recorder.finish()
        self.records = tuple(recorder.records)
        self.model = model
        self.module = recorder.module
        self.prepared = prepared
        self.seconds = seconds
        self.notes = (*notes, *_dropped_note(recorder))
        self._origin = recorder.origin
        self.device = self._origin.device
        scores = None if found is None else as_scores(found)
        self.logits = torch.empty(0, device=self.device) if scores is None else scores
        self.logits_record = -1 if source is None else source.index

    def __repr__(self) -> str:
        return f"Trace({len(self.records)} records of {type(self.module).__name__}, {self.seconds * 1000:.1f} ms)"

    def __getitem__(self, which: int | str | tuple[str, int] | Record) -> Record:
        """A record by its index, its path (call 0), its path and call, ``"PATH#CALL"``, or itself.

        Raises
        ------
        CnnvizError
            When there is no such record.
        """
        if isinstance(which, Record):
            return which
        if isinstance(which, int):
            if not 0 <= which < len(self.records):
                raise CnnvizError(f"There is no record {which}; this trace has 0 to {len(self.records) - 1}.")
            return self.records[which]
        path, call = which if isinstance(which, tuple) else (which, 0)
        return self.find(f"{path}#{call}" if call else path)

    def find(self, key: str) -> Record:
        """The record called ``PATH`` or ``PATH#CALL``.

        Raises
        ------
        CnnvizError
            When there is no such record; the message names some that come close.
        """
        record = self._by_key.get(key.removesuffix("#0"))
        if record is None:
            keys = list(self._by_key)
            near = " or ".join(difflib.get_close_matches(key, keys, 3, 0.6))
            known = f"did you mean {near}?" if near else f"its {len(keys)} layers go from {keys[0]} to {keys[-1]}."
            raise CnnvizError(f"There is no layer “{key}” in this network; {known}", "\n".join(keys))
        return record

    @functools.cached_property
    def _by_key(self) -> dict[str, Record]:
        return {record.key: record for record in self.records}

    @property
    def input(self) -> Tensor:
        """What went in, with the batch axis."""
        return self._origin.output

    def tensor(self, index: int) -> Tensor:
        """The output of the record with that index; -1 is the input."""
        return self.input if index == -1 else self[index].output

    @property
    def dropped(self) -> tuple[int, ...]:
        """Indices of the records whose outputs were not kept and cannot be computed again."""
        return tuple(record.index for record in self.records if record.dropped)

    @property
    def away(self) -> tuple[int, ...]:
        """Indices of the records whose outputs were not kept and are computed again when something looks at them."""
        return tuple(record.index for record in self.records if record.away)

    @property
    def nbytes(self) -> int:
        """Bytes of memory that the input and the outputs take; outputs that share memory count once."""
        return sum(group.nbytes for group in storages([self._origin, *self.records]))

    @property
    def labels(self) -> tuple[str, ...]:
        """Class names; empty where they are unknown."""
        return self.model.labels if self.model else ()

    @functools.cached_property
    def probabilities(self) -> NDArray[np.float64]:
        """Probability (K,) of each class."""
        last = self.records[self.logits_record].op if self.logits_record >= 0 else ""
        return probabilities(self.logits, last)

    def top(self, k: int = 5) -> list[Top]:
        """The k most likely classes, best first."""
        logits = self.logits.tolist()
        best = np.argsort(-self.probabilities, kind="stable")[:k].tolist()
        names = self.labels if len(self.labels) == len(logits) else [str(i) for i in range(len(logits))]
        return [Top(n, i, names[i], logits[i], float(self.probabilities[i])) for n, i in enumerate(best, start=1)]


def trace(
    model: Model | nn.Module,
    image: Any,
    *,
    wanted: Callable[[], bool] | None = None,
    budget: int | None = None,
) -> Trace:
    """Run a network on one input and record every operation.

    Parameters
    ----------
    model
        A model, or any ``torch.nn.Module``; it runs as it is, in the mode in which it is.
    image
        A picture (a path, a PIL image, a uint8 array (H, W[, 3])), which the model's own preprocessing prepares; or a
        float tensor (1, C, H, W), which goes in as it is. For a bare module only a tensor.
    wanted
        Asked between two operations; when it answers False, the pass is given up.
    budget
        Most bytes that the outputs may take. Beyond it the largest are let go, and computed again when something looks
        at them; `Trace.notes` says which.

    Raises
    ------
    TraceError
        When the network fails on this input; its ``trace`` holds the records up to there.
    Cancelled
        When the pass is no longer wanted.
    PictureError
        When the picture cannot be read.

    Notes
    -----
    When a GPU runs out of memory, the pass runs on the CPU instead and a note says so.
    """
    memory.recycle()
    if isinstance(model, nn.Module):
        module, whole, prepared = model, None, None
        if not isinstance(image, Tensor):
            raise CnnvizError("A bare module takes a tensor; open it with load_model to give it pictures.")
        tensor = image
    else:
        module, whole = model.module, model
        tensor, prepared = _prepare(model, image)
    tensor = tensor.to(_device_of(module), non_blocking=True)
    if whole is not None and whole.half:  # pragma: no cover - needs a GPU
        tensor = tensor.half()
    try:
        return _run(module, tensor, whole, prepared, wanted, budget)
    except torch.OutOfMemoryError as error:
        sentence = f"{describe(tensor.device)} ran out of memory, so this pass ran on the CPU."
        details = str(error)
    del details
    return _run(on_cpu(module), tensor.cpu(), whole, prepared, wanted, budget, (sentence,))


def _run(
    module: nn.Module,
    tensor: Tensor,
    model: Model | None,
    prepared: Prepared | None,
    wanted: Callable[[], bool] | None,
    budget: int | None,
    notes: tuple[str, ...] = (),
) -> Trace:
    recorder = Recorder(module, tensor.detach(), wanted, budget)
    few = threads.fitting(model) if model is not None and prepared is not None else nullcontext()
    start = time.perf_counter()
    try:
        with few, recorder.recording():
            output = module(recorder.origin.output)
    except (Cancelled, torch.OutOfMemoryError):
        recorder.finish()
        raise
    except Exception as error:
        partial = Trace(
            recorder, None, model=model, prepared=prepared, seconds=time.perf_counter() - start, notes=notes
        )
        raise TraceError(_sentence(recorder, error), str(error), partial) from error
    synchronize(tensor.device)
    seconds = time.perf_counter() - start
    if model is not None and model.output and model.output not in (there := outputs(output)):
        known = " and ".join(there) if len(there) > 1 else "one"
        raise CnnvizError(f"This network has no output “{model.output}”: it has {known}.")
    return Trace(recorder, output, model=model, prepared=prepared, seconds=seconds, notes=notes)


def _prepare(model: Model, image: Any) -> tuple[Tensor, Prepared | None]:
    """The input tensor of a picture, and how it came about."""
    if isinstance(image, Tensor):
        return image, None
    from cnnviz.core import images

    if not isinstance(image, images.Prepared):
        picture = image if isinstance(image, images.Picture) else images.read(image)
        image = images.prepare(picture, model.preprocessing)
    return image.tensor, image


def _device_of(module: nn.Module) -> torch.device:
    tensor = next(itertools.chain(module.parameters(), module.buffers()), None)
    return torch.device("cpu") if tensor is None else tensor.device


def _sentence(recorder: Recorder, error: Exception) -> str:
    failure = recorder.where.failure
    if failure is None or failure.error is not error:
        failure = Failure(error, "")
    what = _first_line(error)
    where = failure.path or "the outermost forward"
    if not failure.op:
        return f"The network failed in {where} with {type(error).__name__}: {what}"
    *most, last = [f"({', '.join(map(str, shape))})" for shape in failure.shapes] or ["no tensors"]
    shapes = f"{', '.join(most)} and {last}" if most else last
    return f"The network failed in {where}, where {failure.op} was called on {shapes}: {what}"


def _dropped_note(recorder: Recorder) -> tuple[str, ...]:
    if recorder.budget is None:
        return ()
    budget = f"The memory budget of {_size(recorder.budget.most)} is too small for this pass"
    notes = []
    for went, what in (
        ([record.key for record in recorder.records if record.away], "are computed again when they are looked at"),
        ([record.key for record in recorder.records if record.dropped], "were not kept"),
    ):
        if went:
            named = ", ".join(went[:5]) + (f" and {len(went) - 5} more" if len(went) > 5 else "")
            notes.append(f"{budget}: {len(went)} of {len(recorder.records)} outputs {what}: {named}.")
    return tuple(notes)


def _size(nbytes: int) -> str:
    for unit in ("bytes", "KiB", "MiB"):
        if nbytes < 1024:
            return f"{nbytes:.3g} {unit}"
        nbytes /= 1024  # type: ignore[assignment]
    return f"{nbytes:.3g} GiB"


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
