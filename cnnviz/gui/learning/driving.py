"""Between what a step says and what the window shows: requests from steps, and whether something has come true."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.gui.sandbox.presets import first_size, kernel_named, picture_named, with_named
from cnnviz.gui.sandbox.trial import Trial
from cnnviz.gui.session import Session
from cnnviz.gui.training.form import KNOWN, NOTHING
from cnnviz.gui.training.wish import Wish
from cnnviz.lessons import sandboxes, trainings
from cnnviz.lessons.base import Lesson, Options, Show
from cnnviz.lessons.following import meets, model_name, picture_file
from cnnviz.request import ModelRequest, Request
from cnnviz.response import Response

if TYPE_CHECKING:
    from cnnviz.gui.sandbox.page import SandboxPage
    from cnnviz.gui.training.page import TrainingPage

KINDS = {kind: name for name, kind in sandboxes.KINDS.items()}


def request_of(show: Show, now: Request, lesson: Lesson) -> Request:
    """The request of a step; what it does not say is as usual."""
    name = model_name(str(show.model), lesson)
    model = now.model if now.model.name == name else ModelRequest(name, device=now.model.device)
    return Request(
        model,
        image=str(picture_file(str(show.image), lesson)),
        layer=show.layer or "",
        view=show.view or "",
        channel=show.channel,
        at=show.at,
        options=show.options or (),
        colormaps=now.colormaps,
    )


def ask(session: Session, wanted: Request) -> None:
    """Ask for all of it, as one act; the tray may have chosen another picture for another network."""
    values = {name: getattr(wanted, name) for name in Request.__slots__}
    session.update(**values)
    if session.request.image != wanted.image:
        session.update(**values)


def set_sandbox(page: SandboxPage, given: Options) -> None:
    """Begin in the sandbox as a step says."""
    page.begin(*trial_of(dict(given), page.current))


def trial_of(given: Mapping[str, object], current: NDArray[np.uint8] | None) -> tuple[Trial, str, str]:
    """What is tried, and the names of its picture and of its kernel.

    Parameters
    ----------
    current
        (h, w[, 3]) the window's own picture.
    """
    values = sandboxes.complete(given)
    number = {key: int(str(values[key])) for key in sandboxes.NUMBERS}
    picture, kernel, border = (str(values[key]) for key in ("picture", "kernel", "border"))
    kind = sandboxes.KINDS[str(values["kind"])]
    size = number["size"] if "size" in given else first_size(picture, current)
    shown = picture_named(picture, size, current)
    trial = Trial(kind, sandboxes.setting(values), shown, kernel_named(kernel), border)  # type: ignore[arg-type]
    if trial.convolves:
        trial = with_named(trial, kernel).with_number("kernel", number["window"])
        trial = trial.with_channels(number["inputs"], max(number["outputs"], trial.setting.channels[1]))
    return trial, picture, kernel


def set_training(page: TrainingPage, given: Options) -> None:
    """Begin the form of “Train” as a step says. Raises ``CnnvizError`` where pictures of ours cannot be written."""
    values = trainings.complete(dict(given))
    data, where = str(values["data"]), ""
    if data == trainings.SUNS:
        data, where = "", str(trainings.suns_folder())
    epochs, batch, limit = (int(str(values[key])) for key in ("epochs", "batch", "limit"))
    page.form.fields.show(Wish(data, where, str(values["network"]), epochs=epochs, batch=batch, limit=limit))
    page.form.set_transfer(KNOWN if values["transfer"] else NOTHING)
    page.form.look_now()


def sandbox_of(page: SandboxPage) -> dict[str, object]:
    """What the sandbox shows, by the keys of a lesson."""
    trial, setting = page.trial, page.trial.setting
    inputs, outputs = setting.channels
    return {
        "kind": KINDS[trial.kind],
        "picture": page.picture_name,
        "kernel": page.kernel_name,
        "border": trial.border,
        "size": max(trial.size),
        "window": setting.kernel,
        "stride": setting.stride,
        "padding": setting.padding,
        "dilation": setting.dilation,
        "inputs": inputs,
        "outputs": outputs,
    }


def state(
    request: Request,
    response: Response | None,
    workspace: str,
    sandbox: SandboxPage | None,
    demo: Mapping[str, object],
) -> dict[str, Any]:
    """What the window shows, by the keys of `Show`; a view and options that nobody chose are those that are shown."""
    answered = response is not None and replace(response.request, view=request.view) == request
    view = request.view or (response.request.view if response is not None and answered else "")
    options: dict[str, object] = {}
    if response is not None and answered:
        offer = next((offer for offer in response.views if offer.name == view), None)
        options = {control.name: control.default for control in offer.controls} if offer is not None else {}
    return {
        "workspace": workspace,
        "model": request.model.name,
        "image": request.image,
        "layer": request.layer.removesuffix("#0"),
        "view": view,
        "channel": request.channel,
        "at": request.at,
        "options": options | dict(request.options),
        "sandbox": sandbox_of(sandbox) if sandbox is not None else {},
        "demo": demo,
    }


def has_come_true(until: Show, now: Mapping[str, Any], lesson: Lesson) -> bool:
    """Whether the window shows all that is asked for."""
    wanted = {item.name: value for item in fields(Show) if (value := getattr(until, item.name)) is not None}
    for name, value in wanted.items():
        if name in ("options", "sandbox", "demo"):
            if not meets(value, now[name]):
                return False
            continue
        if name == "image":
            value = str(picture_file(value, lesson))
        elif name == "model":
            value = model_name(value, lesson)
        elif name == "layer":
            value = value.removesuffix("#0")
        if now[name] != value:
            return False
    return True
