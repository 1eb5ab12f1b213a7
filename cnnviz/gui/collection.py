"""The pictures of the tray: where they come from, and what the network says to each of them."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from cnnviz import paths
from cnnviz.core import store
from cnnviz.gui.jobs import Job, JobReport, Jobs
from cnnviz.gui.runner import Runner
from cnnviz.gui.session import Session
from cnnviz.gui.tray import Tray
from cnnviz.gui.tray_items import TrayItem
from cnnviz.gui.tray_jobs import Classified, Found, classify, gather
from cnnviz.request import Request

COLOUR_SAMPLES = "vgg-cifar10"


def samples(model: str) -> dict[str, str]:
    """Our own pictures for a model, in the order in which they are shown: path and true class.

    Digits for the networks on MNIST, small colour pictures for everything else; what these show is no class of other
    networks.
    """
    folder = paths.resources() / "samples"
    known: dict[str, list[dict[str, str]]] = json.loads((folder / "samples.json").read_text(encoding="utf-8"))
    data = model.partition("-")[2]  # NETWORK-DATA
    drawn = next((own for own in known if data and own.endswith(f"-{data}")), "")
    return {
        str(folder / (drawn or COLOUR_SAMPLES) / one["file"]): one["label"] if drawn else ""
        for one in known[drawn or COLOUR_SAMPLES]
    }


class Collection(QObject):
    """Fills the tray and keeps its predictions those of the current model.

    Attributes
    ----------
    problem
        Emitted with (sentence, details) when something that was added cannot be used.
    """

    problem = Signal(str, str)
    opened = Signal(object)  # tuple of paths that a person added

    def __init__(self, tray: Tray, session: Session, runner: Runner, jobs: Jobs) -> None:
        super().__init__(tray)
        self._tray = tray
        self._session = session
        self._runner = runner
        self._jobs = jobs
        self._gathering: list[Job] = []
        self._classifying: list[Job] = []
        self._labelled: set[str] = set()  # by hand; what a folder's name says does not change them
        self._only_samples = True
        tray.labelled.connect(lambda path, _: self._labelled.add(path))
        jobs.reported.connect(self._on_report)
        session.changed.connect(self._on_request)
        tray.picked.connect(lambda path: session.update(image=path))
        tray.removed.connect(self._on_removed)

    def show_samples(self) -> None:
        """Fill the tray with our samples for the session's model, the first one current."""
        found = samples(self._session.request.model.name)
        self.put(found)
        self._labelled = set(found)
        self._only_samples = True

    def put(self, pictures: dict[str, str]) -> None:
        """Fill the tray with nothing but these pictures (path and true class), one of them current.

        A video or a camera goes on.
        """
        self._cancel_classifying()
        self._tray.model.remove(item.path for item in self._tray.model.items)
        self._tray.add([TrayItem(path, Path(path).name, true_label=label) for path, label in pictures.items()])
        self._labelled = {path for path, label in pictures.items() if label}
        if self._session.request.image not in pictures and not store.is_frame(self._session.request.image):
            self._session.update(image=next(iter(pictures)))
        self._tray.set_current(self._session.request.image)
        self._only_samples = False

    @Slot(object)
    def put_for_samples(self, pictures: dict[str, str]) -> None:
        """The same where there is nothing but our samples; what a person has added stays."""
        if self._only_samples:
            self.put(pictures)

    @property
    def pictures(self) -> tuple[tuple[str, str], ...]:
        """Path and true class of each picture in the tray."""
        return tuple((item.path, item.true_label) for item in self._tray.model.items)

    @property
    def paths(self) -> tuple[str, ...]:
        """The path of each picture in the tray."""
        return tuple(path for path, _ in self.pictures)

    def add(self, dropped: list[str]) -> None:
        """Put files and folders into the tray; they are looked through in the background."""
        if dropped:
            self._gathering.append(self._jobs.start(Job("Looking for pictures", partial(gather, tuple(dropped)))))

    def add_new(self, files: list[str]) -> None:
        """The same, of those that are not in the tray yet: what is there stays."""
        known = set(self.paths)
        self.add([file for file in files if file not in known])

    def classify_all(self) -> None:
        """Ask the current model about every picture again."""
        self._cancel_classifying()
        self._tray.forget_predictions()
        self._classify(tuple(item.path for item in self._tray.model.items))

    def _classify(self, files: tuple[str, ...]) -> None:
        if files:
            run = partial(classify, self._runner.explorer, self._session.request.model, files)
            self._classifying.append(self._jobs.start(Job(f"Classifying {len(files)} pictures", run)))

    def _cancel_classifying(self) -> None:
        for job in self._classifying:
            self._jobs.cancel(job)
        self._classifying.clear()

    @Slot(object)
    def _on_report(self, report: JobReport) -> None:
        if report.problem:
            self.problem.emit(report.problem, report.details)
        if report.job in self._gathering:
            for found in report.results:
                self._take(found)
        elif report.job in self._classifying:
            for result in report.results:
                named = {} if result.path in self._labelled else {"true_label": result.true_label}
                self._tray.update_item(result.path, **_fields(result), **named)
        if report.ended:
            for running in (self._gathering, self._classifying):
                if report.job in running:
                    running.remove(report.job)
            if report.job.cancelled.is_set() and not self._classifying:
                self._tray.stop_waiting()

    def _take(self, found: Found) -> None:
        """Put what was found into the tray, show the first of it, and classify all of it."""
        if found.skipped:
            first = found.skipped[0]
            more = f" And {len(found.skipped) - 1} more." if len(found.skipped) > 1 else ""
            self.problem.emit(first + more, "\n".join(found.skipped))
        if not found.paths:
            if not self._tray.model.items:  # nothing that was named at the start is a picture
                self.show_samples()
                self.classify_all()
            return
        if self._only_samples:
            self._cancel_classifying()
            self._tray.model.remove(item.path for item in self._tray.model.items)
            self._only_samples = False
        known = {item.path for item in self._tray.model.items}
        new = tuple(path for path in found.paths if path not in known)
        self._tray.add([TrayItem(path, Path(path).name) for path in new])
        self.opened.emit(found.paths)
        self._session.update(image=found.paths[0])
        self._tray.set_current(found.paths[0])  # it may have been the session's picture already
        self._classify(new)

    @Slot(object, object)
    def _on_request(self, old: Request, new: Request) -> None:
        self._tray.set_current(new.image)
        if new.model == old.model:
            return
        if self._only_samples and samples(new.model.name) != samples(old.model.name):
            self.show_samples()
        self.classify_all()

    @Slot(object)
    def _on_removed(self, gone: list[str]) -> None:
        """The tray has picked another picture already; without any, our samples come back."""
        self._session.forget_images(set(gone))
        if not self._tray.model.items:
            self.show_samples()
            self.classify_all()


def _fields(result: Classified) -> dict[str, Any]:
    """What a picture of the tray learns from the network's answer."""
    if result.index < 0:
        return {"thumbnail": result.thumbnail, "problem": result.problem or "This network gives no classes."}
    return {
        "thumbnail": result.thumbnail,
        "prediction": result.index,
        "label": result.label,
        "probability": result.probability,
        "problem": "",
    }
