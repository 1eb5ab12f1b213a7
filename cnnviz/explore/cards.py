"""What the window says beside the figures: the facts of the model, of a layer, of the picture."""

from __future__ import annotations

from cnnviz import views
from cnnviz.core import device, geometry, maps, ops
from cnnviz.core.model import Model
from cnnviz.core.survey.shapes import Timing, milliseconds
from cnnviz.core.trace import Record, Trace
from cnnviz.figure import Histogram, percent
from cnnviz.response import LayerCard, ModelCard


def model_card(model: Model, outputs: tuple[str, ...]) -> ModelCard:
    """What the window says about a model."""
    return ModelCard(
        model.name,
        model.title,
        model.caption,
        model.parameters,
        device.describe(model.device),
        model.labels,
        model.notes,
        model.preprocessing,
        outputs,
        model.arch,
        model.choices,
        device.devices(),
        model.name.endswith(":random"),
    )


def layer_card(traced: Trace, record: Record | None, timing: Timing | None = None) -> LayerCard:
    """Facts and histogram of one record, or of the picture."""
    histogram = views.make(traced, record, "histogram").panels[0]
    drawn = histogram if isinstance(histogram, Histogram) else None
    if record is None:
        return _picture_card(traced, drawn)
    about = ops.describe(traced, record)
    field = geometry.receptive_field(traced, record)
    rows = [("Operation", about.title, record.op)]
    rows += [(name, text, "") for name, text in about.hyperparameters]
    rows += [
        ("Input" if len(record.input_shapes) == 1 else f"Input {i}", _shape(s), "")
        for i, s in enumerate(record.input_shapes)
    ]
    rows += [("Output", _shape(record.output_shape), " × ".join(record.axes))]
    if about.parameters:
        rows.append(("Parameters", about.parameters_formula, f"{about.parameters:,}"))
    if about.macs:
        rows.append(("Multiply–adds", f"{about.macs:,}", about.macs_formula))
    if timing is not None and record.index < len(timing.seconds):
        taken = timing.seconds[record.index]
        rows.append(("Time", f"{milliseconds(taken)} · {percent(taken / timing.total)} of all", timing.sentence))
    rows.append(("Receptive field", field.text, field.explanation))
    if "C" in record.axes and not record.dropped:
        notes = maps.extents(traced, record).notes
        dead = sum(note == maps.DEAD for note in notes)
        rows.append(("Dead channels", f"{dead:,} of {len(notes):,}", "channels that are zero everywhere"))
    return LayerCard(f"{record.index} · {about.short}", record.key, record.op, tuple(rows), about.size_formula, drawn)


def _picture_card(traced: Trace, histogram: Histogram | None) -> LayerCard:
    assert traced.prepared is not None
    steps = traced.prepared.steps
    rows = tuple((step.name, step.caption, "") for step in steps)
    rows += (("Tensor", _shape(tuple(traced.input.shape[1:])), "channels × rows × columns"),)
    return LayerCard("Picture", "", "", rows, (), histogram)


def _shape(shape: tuple[int, ...]) -> str:
    return " × ".join(f"{n:,}" for n in shape) or "one number"
