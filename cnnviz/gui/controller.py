"""What the parts do together: acts become requests, answers are shown.

Widgets never call each other. Each emits what the person did; the session replaces its request; the runner answers; and
every part draws its share of the response.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from cnnviz import settings as settings_file
from cnnviz.core.session_file import is_session
from cnnviz.gui import clipboard, menus
from cnnviz.gui.across.going import Across
from cnnviz.gui.collection import Collection
from cnnviz.gui.commands import Commands
from cnnviz.gui.drawing.going import Drawing
from cnnviz.gui.drops import is_lesson_file, is_model_file, is_video_file
from cnnviz.gui.explaining import Explaining
from cnnviz.gui.exporting import Exporter
from cnnviz.gui.exports.going import Exports
from cnnviz.gui.feed import Feed
from cnnviz.gui.garbage import Garbage
from cnnviz.gui.graph.going import Networking
from cnnviz.gui.jobs import JobReport, Jobs
from cnnviz.gui.learning.going import Learning
from cnnviz.gui.live.going import Living
from cnnviz.gui.main_window import MainWindow
from cnnviz.gui.opening import Opening
from cnnviz.gui.player import Player
from cnnviz.gui.reporting import Reporting
from cnnviz.gui.restoring import Restoring
from cnnviz.gui.retouch.going import Retouching
from cnnviz.gui.runner import Runner
from cnnviz.gui.sandbox.going import Sandboxing
from cnnviz.gui.saving import Saving
from cnnviz.gui.session import Session
from cnnviz.gui.table.going import Tabling
from cnnviz.gui.theme import theme
from cnnviz.gui.training.going import Training
from cnnviz.launch import DEFAULT_MODEL
from cnnviz.request import ModelRequest, Request
from cnnviz.response import Columns, Failure, ModelCard, Response, Step, ViewOffer
from cnnviz.settings import Settings

NEWS = 6000
"""Milliseconds for which the status line says that something is done."""


GUESSED = "{n}: part of what it needs is guessed. “About this model” (Ctrl+I) shows what, and changes it."
"""What is said of a model for whose file nobody knows everything."""


def colormaps_of(settings: Settings) -> tuple[str, str, str]:
    """The colour maps of the settings, as a request names them."""
    return settings.colormap, settings.colormap_signed, settings.colormap_weights


def _place(request: Request) -> tuple[str, str]:
    """What a zoom belongs to: the view and the layer."""
    return request.view, request.layer


class Controller(QObject):
    """Joins window, session, runner and jobs.

    Attributes
    ----------
    activity
        Something was answered or has ended: whoever waits for the window to settle looks again.
    problem
        A sentence that was shown in the bar.
    """

    activity = Signal()
    problem = Signal(str)

    def __init__(self, window: MainWindow, session: Session, settings: Settings) -> None:
        super().__init__(window)
        self.window = window
        self.session = session
        self.settings = settings
        self.runner = Runner(settings.budget_bytes, self)
        self.garbage = Garbage(self.runner.idle, self)
        self.jobs = Jobs(self.runner.idle, self)
        self.collection = Collection(window.tray, session, self.runner, self.jobs)
        self.exporter = Exporter(self.jobs, self.runner.explorer, window)
        self.reporting = Reporting(self.jobs, self.runner.explorer, window)
        self.exports = Exports(self.jobs, self.runner.explorer, window)
        self.restoring = Restoring(session, self.collection.add_new)
        self.saving = Saving(window, session, self.collection)
        self.opening = Opening(window, self.runner.explorer)
        self.player = Player(settings.play_speed, self)
        self.explaining = Explaining(window, session)
        self.tabling = Tabling(window, session, self.runner)
        self.networking = Networking(window, session, self.runner)
        self.feed = Feed(session, lambda: self.followed or self._is_empty, self)
        self.across = Across(window, session, self.jobs, self.runner.explorer)
        self.retouching = Retouching(window.retouch, session, self.feed)
        self.drawing = Drawing(window.drawing, session, self.feed, self.collection.add)
        self.living = Living(window.live, session, self.feed, self.collection.add, self.runner)
        self.sandboxing = Sandboxing(window, session)
        self.training = Training(window)  # the last, so that the others have left when it comes
        over = (self.sandboxing, self.tabling, self.networking, self.training)
        self.learning = Learning(window, session, self.sandboxing, self.training, over, self.runner.explorer)
        self.response: Response | None = None
        self._offered: tuple[tuple[ViewOffer, ...], str] = ((), "")  # what the menu of layer views shows
        self._news = QTimer(self)
        self._news.setSingleShot(True)
        self._news.timeout.connect(lambda: window.status.set_state("Ready"))
        window.stepper.set_speed(settings.play_speed)
        window.softmax.set_top_k(settings.top_k)
        self.acts = Commands(self)
        self._connect()
        self._on_history()

    def begin(self, images: tuple[str, ...]) -> None:
        """Put the first pictures, or our samples, into the tray and begin to answer, once the window is painted."""
        self.garbage.start()
        self.runner.start()
        if self.session.request.image:
            self.runner.submit(self.session.request)
        if all(is_video_file(file) for file in images):
            self.collection.show_samples()
            self.collection.classify_all()
        self.open_files(list(images))

    def stop(self) -> None:
        """End all threads and save what is to be remembered."""
        self.runner.give_up()  # while the others end, its pass does
        self.player.set_playing(False)
        self.living.stop()
        self.saving.end()
        self.jobs.stop()
        self.opening.stop()
        self.training.stop()
        self.learning.stop()
        self.runner.stop()
        self.garbage.stop()

    @property
    def busy(self) -> bool:
        """Whether something is being computed or waits for it."""
        return (
            not self.runner.idle.is_set()
            or self.jobs.active
            or self.opening.active
            or self.training.active
            or self.learning.active
        )

    @property
    def settled(self) -> bool:
        """Whether everything that was asked for is on the screen."""
        if self.busy or self.feed.busy or self.living.busy:
            return False
        return self.followed and self.window.complete and self.tabling.complete

    @property
    def followed(self) -> bool:
        """Whether the maps on the screen are those of what was asked for last."""
        return self._is_answered() and self.window.network.complete and self.networking.complete

    @property
    def _is_empty(self) -> bool:
        """Whether nothing is on the screen and nothing on its way: the first picture could not be read, say."""
        return self.response is None and self.runner.idle.is_set()

    def _is_answered(self) -> bool:
        asked = self.session.request
        return self.response is not None and replace(self.response.request, view=asked.view) == asked

    def open_files(self, files: list[str], problem: str = "") -> None:
        """Pictures and folders go to the tray; the first model file is opened."""
        if problem:
            self.complain(problem)
        files = self.restoring.take(files, (path for path, _ in self.collection.pictures))
        for saved in [file for file in files if is_session(file)]:
            files.remove(saved)
            self.saving.open(saved)
        for video in [file for file in files if is_video_file(file)]:
            files.remove(video)
            self.living.open(video)
        for lesson in [file for file in files if is_lesson_file(file)]:
            files.remove(lesson)
            self.learning.open_file(Path(lesson))
        models = [file for file in files if is_model_file(file)]
        self.collection.add([file for file in files if file not in models])
        if models:
            self.open_model(ModelRequest(models[0]))

    @Slot(object)
    def open_model(self, model: ModelRequest) -> None:
        """Open another model on the device that is chosen."""
        self.session.set_model(replace(model, device=self.session.request.model.device))

    def set_settings(self, settings: Settings) -> None:
        """Take and save what the person has chosen."""
        self.settings = settings
        theme.set_mode(settings.theme)
        theme.set_scale(settings.interface_scale)
        self.player.set_speed(settings.play_speed)
        self.window.stepper.set_speed(settings.play_speed)
        self.window.softmax.set_top_k(settings.top_k)
        self.runner.set_budget(settings.budget_bytes)
        self.session.update(colormaps=colormaps_of(settings), finished=False)
        self.acts.fill_menus()
        if sentence := settings_file.save(settings):
            self.complain(sentence)

    # steps

    @property
    def steps(self) -> tuple[Step, ...]:
        return self.response.steps if self.response else ()

    @property
    def position(self) -> int:
        """Position of the step that is asked for, which may be ahead of the one that is shown."""
        wanted = self.session.request.layer
        return next((i for i, step in enumerate(self.steps) if step.key == wanted), 0)

    def go_to(self, position: int, finished: bool = True) -> None:
        """Show another step."""
        if self.steps:
            step = self.steps[min(max(position, 0), len(self.steps) - 1)]
            self.session.update(layer=step.key, finished=finished)

    @Slot(object)
    def _compare(self, channels: tuple[int, ...]) -> None:
        """Show maps that were selected beside each other."""
        options = dict(self.session.request.options) | {"maps": ", ".join(map(str, channels))}
        self.session.update(view="compare-maps", options=tuple(sorted(options.items())))

    @Slot()
    def _play_on(self) -> None:
        """The next step, from the beginning again after the last."""
        last = self.position >= len(self.steps) - 1
        if last and self.response and self.response.current == len(self.steps) - 1 and self.player.playing:
            self.go_to(0, finished=False)
        else:
            self.go_to(self.position + 1, finished=False)

    # wiring

    def _connect_files(self) -> None:
        for part in (self.exporter, self.exports, self.restoring, self.saving):
            part.problem.connect(self.complain)
        self.restoring.workspace_wanted.connect(self.window.top.workspace_picked)
        self.saving.saving.connect(self._keep_view_state)
        self.saving.saving.connect(self.networking.keep_place)
        self.session.looked.connect(self._on_looked)
        self.exporter.done.connect(self._on_exported)
        self.saving.news.connect(self._on_exported)
        for offering in (self.saving, self.training, self.exports, self.reporting):
            offering.offered.connect(lambda text, act: self.window.errors.add(text, level="info", action=act))

    def _connect_live(self) -> None:
        self.activity.connect(self.feed.look)
        self.drawing.news.connect(self._on_exported)
        self.drawing.problem.connect(self.complain)
        self.living.problem.connect(self.complain)
        self.across.problem.connect(self.complain)
        self.across.export_requested.connect(
            lambda figure, name, visible: self.exporter.ask(figure, name, visible=visible)
        )

    def _connect(self) -> None:
        window = self.window
        self.session.changed.connect(self._on_request)
        self.session.history_changed.connect(self._on_history)
        self.runner.answered.connect(self._on_response)
        self.runner.failed.connect(self._on_failure)
        self.runner.busy_changed.connect(self.activity)
        self.runner.found.connect(self._on_found)
        self.jobs.reported.connect(self._on_job)
        self.player.due.connect(self._play_on)
        self.player.playing_changed.connect(window.stepper.set_playing)
        self.player.playing_changed.connect(self.window.commands["play"].setChecked)
        self.collection.problem.connect(self.complain)
        self.collection.opened.connect(lambda files: self.set_settings(self.settings.opened(images=files)))
        self.opening.chosen.connect(self.open_model)
        self.opening.changed.connect(lambda model: self.session.update(model=model))
        self.opening.reported.connect(self._on_job)
        self.opening.problem.connect(self.complain)
        self.opening.news.connect(self._on_exported)
        self._connect_training()
        self._connect_files()
        self.sandboxing.news.connect(self._on_exported)
        self.networking.entering.connect(self.sandboxing.leave)
        self.networking.landed.connect(self.activity)
        for other in (self.networking, self.sandboxing):
            self.tabling.entering.connect(other.leave)
        self.tabling.measured.connect(lambda: self.runner.submit(self.session.request))  # the facts name times
        self._connect_live()
        window.facts_shown.connect(self._on_facts)
        window.dropped.connect(self.open_files)
        window.tray.dropped.connect(self.open_files)
        window.tray.image_dropped.connect(lambda image: self.open_files([clipboard.kept(image)]))
        window.tray.refused.connect(self.complain)
        window.network.picked.connect(lambda layer, channel: self.session.update(layer=layer, channel=channel))
        window.pane.view_picked.connect(lambda view: self.session.update(view=view))
        window.pane.option_changed.connect(self.session.set_option)
        window.pane.channel_picked.connect(lambda channel: self.session.update(channel=channel))
        window.pane.comparison_wanted.connect(self._compare)
        window.softmax.layer_picked.connect(lambda layer: self.session.update(layer=layer))
        window.softmax.true_class_picked.connect(self._on_true_class)
        window.softmax.top_k_changed.connect(lambda k: self.set_settings(replace(self.settings, top_k=k)))
        window.tray.labelled.connect(lambda *_: self._show_true_class())
        window.network.hovered.connect(self._on_hover)
        window.network.columns_wanted.connect(self.runner.look_up)
        window.stepper.step_requested.connect(self.go_to)
        window.stepper.scrubbed.connect(lambda position: self.go_to(position, finished=False))
        window.stepper.play_toggled.connect(self.player.set_playing)
        window.stepper.speed_changed.connect(lambda s: self.set_settings(replace(self.settings, play_speed=s)))
        window.status.cancel_requested.connect(self.jobs.cancel)

    def _connect_training(self) -> None:
        self.training.pictured.connect(self.collection.put_for_samples)
        self.training.chosen.connect(self.open_model)
        self.training.reported.connect(self._on_job)
        self.training.problem.connect(self.complain)
        self.training.news.connect(self._on_exported)
        self.reporting.problem.connect(self.complain)
        for other in (self.networking, self.tabling):
            other.entering.connect(self.training.leave)
        self.learning.problem.connect(self.complain)
        self.learning.news.connect(self._on_exported)
        self.learning.landed.connect(self.activity)

    # answers

    @Slot(object, object)
    def _on_request(self, old: Request, new: Request) -> None:
        """Everything that shows an older answer says so until the new one is there."""
        self.runner.submit(self.session.request)  # another listener may have gone on from ``new`` already
        picked = new.model != old.model and new.image == old.image and self.training.wants_model
        if (old.model, old.layer, old.view) != (new.model, new.layer, new.view) and not picked:
            self.training.leave()  # who asks for that wants to see the network
        self.window.show_stale(old.shown != new.shown, live=self.feed.busy)

    @Slot()
    def _on_history(self) -> None:
        self.window.commands["back"].setEnabled(self.session.can_go_back)
        self.window.commands["forward"].setEnabled(self.session.can_go_forward)

    @Slot(object)
    def _on_response(self, response: Response) -> None:
        asked = self.session.request
        if response.request.shown != asked.shown:
            return  # late: somebody has asked for another model or picture since
        new_model = self.response is None or self.response.request.model != response.request.model
        self._keep_view_state()
        self.response = response
        self.window.show_response(response, current=self._is_answered())
        self.explaining.set_response(response)
        self.networking.set_response(response)
        self.tabling.set_response(response)
        self.drawing.set_response(response)
        self.living.set_response(response)
        self.retouching.set_response(response)
        self.across.set_response(response)
        self.opening.set_response(response)
        self.training.set_response(response)
        self.learning.set_response(response)
        self.restoring.set_response(response)
        self._restore_view_state(response.request)
        self._show_true_class()
        self.window.tray.set_classes(response.model.labels)
        if new_model:
            self.set_settings(self.settings.opened(model=response.request.model))
            self.acts.fill_devices(response.model.devices)
            self._say_guesses(response.model)
        if response.problem:
            self.complain(response.problem, response.details)
        self.player.painted()
        self.activity.emit()

    def _say_guesses(self, model: ModelCard) -> None:
        """What is guessed about a model is said once, with the way to change it."""
        errors = self.window.errors
        for message in errors.messages:
            if message.group == GUESSED:
                errors.close_message(message)
        if model.preprocessing.guessed:
            errors.add(GUESSED.format(n=model.title), "\n".join(model.notes), "info", GUESSED)

    @Slot()
    def _keep_view_state(self) -> None:
        """Remember zoom and scroll of what is about to leave the screen."""
        if self.response is not None:
            self.session.view_states[_place(self.response.request)] = self.window.pane.view_state()

    def _restore_view_state(self, request: Request) -> None:
        """Zoom and scroll as they were, or as a file says."""
        if (state := self.session.view_state(_place(request))) is not None:
            self.window.pane.restore(state)

    @Slot()
    def _on_looked(self) -> None:
        """What is on the screen already is seen at once as a file says."""
        if self.response is not None and self.response.request == self.session.request:
            self._restore_view_state(self.response.request)

    @Slot(object)
    def _on_failure(self, failure: Failure) -> None:
        """Say what failed, and go back to what is still on the screen."""
        self.player.set_playing(False)
        if failure.would or failure.consent:
            self.opening.ask_consent(failure)
            self.problem.emit(failure.sentence)
        else:
            self.complain(failure.sentence, failure.details)
        if failure.request == self.session.request:
            if self.response is not None:
                self.session.return_to(self.response.request)
            elif failure.request.layer or failure.request.view:
                self.session.return_to(replace(failure.request, layer="", view=""))
            elif failure.request.model.name != DEFAULT_MODEL:
                self.session.return_to(replace(failure.request, model=ModelRequest(DEFAULT_MODEL)))
        self.activity.emit()

    @Slot(object)
    def _on_true_class(self, index: int | None) -> None:
        """What the person says that the picture shows belongs to the picture, and so to the tray."""
        labels = self.response.model.labels if self.response else ()
        name = labels[index] if index is not None and index < len(labels) else ""
        self.window.tray.update_item(self.session.request.image, true_label=name)
        self.window.tray.labelled.emit(self.session.request.image, name)

    def _show_true_class(self) -> None:
        item = self.window.tray.model.item(self.session.request.image)
        labels = self.response.model.labels if self.response else ()
        known = item is not None and item.true_label in labels
        true = labels.index(item.true_label) if item is not None and known else -1
        if dict(self.session.request.options).get("true", -1) != true:
            self.session.set_option("true", true, finished=False)  # the loss that is explained is of the same class
        self.window.softmax.set_true_class(labels.index(item.true_label) if item is not None and known else None)

    @Slot()
    def _on_facts(self) -> None:
        if self.response is not None and self._offered != (
            offered := (self.response.views, self.response.request.view)
        ):
            self._offered = offered
            menus.fill_views(self.window.views, *offered, lambda view: self.session.update(view=view))
        self.activity.emit()

    @Slot(str)
    def _on_exported(self, text: str) -> None:
        """Say that it is done, for as long as that is news."""
        self.window.status.set_state(text)
        self._news.start(NEWS)

    @Slot(str)
    def _on_hover(self, text: str) -> None:
        """What is under the cursor, or else what the colours mean."""
        self.window.status.set_remark(text or self.window.remark)

    @Slot(object)
    def _on_found(self, found: object) -> None:
        if isinstance(found, Columns):
            self.window.network.set_columns(found)
        else:
            self.tabling.take(found)
            self.networking.take(found)
        self.activity.emit()

    @Slot(object)
    def _on_job(self, report: JobReport) -> None:
        self._show_true_class()
        if report.ended:
            self.window.status.end_job(report.job)
        elif report.total != 1:
            counts = report.done, report.total, report.seconds_left, report.note
            self.window.status.set_job(report.job, report.job.title, *counts)
        self.activity.emit()

    def complain(self, sentence: str, details: str = "") -> None:
        """Show a sentence in the bar."""
        self.window.errors.add(sentence, details)
        self.problem.emit(sentence)
