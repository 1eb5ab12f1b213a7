"""What came of a training: shown, opened in Explore, saved elsewhere, or gone on from with one more layer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog

from cnnviz.core.errors import CnnvizError
from cnnviz.gui.training.page import TrainingPage
from cnnviz.gui.training.wish import Wish
from cnnviz.request import ModelRequest

if TYPE_CHECKING:
    from cnnviz.gui.training.results import Done

_ENDED = {"finished": "Done", "stopped": "Stopped", "no better": "Stopped: it grew no better"}


class Outcome(QObject):
    """The last result, which stays until another training takes its first step.

    Signals
    -------
    opened(ModelRequest), deepened(Wish)
        It is to be looked into; or it is to learn on.
    pictured(dict)
        Before it is opened: files of pictures that it has not learned from, and their classes.
    problem(str, str), news(str)
        Sentences for the bar, with details, and for the status line.
    """

    opened = Signal(object)
    deepened = Signal(object)
    pictured = Signal(object)
    problem = Signal(str, str)
    news = Signal(str)

    def __init__(self, page: TrainingPage, parent: QObject) -> None:
        super().__init__(parent)
        self._page = page
        self._done: Done | None = None
        self._wish = Wish("", "")
        page.course.opened.connect(self._open)
        page.course.saved.connect(self._save)
        page.course.deepened.connect(self._deepen)

    @property
    def there(self) -> bool:
        """Whether there is one."""
        return self._done is not None

    def forget(self) -> None:
        """Another training begins."""
        self._done = None
        self._page.course.set_result(False, False)
        self._page.course.judge("")

    def take(self, done: Done, wish: Wish) -> None:
        """A training is over."""
        self._done, self._wish = done, wish
        for name, figure in done.figures.items():
            self._page.watch.set_figure(name, figure)
        self.show()
        if done.problem:
            self.problem.emit(done.problem, "")
        self.news.emit(f"Trained: {done.trained.caption}")

    def show(self) -> None:
        """Say what came of it, and offer what can be done with it."""
        if self._done is None:
            return
        done, course, reason = self._done, self._page.course, self._done.trained.reason
        trained = done.trained
        said = reason == "stopped" and trained.test is None and trained.validation is None  # by the caption
        course.say(trained.caption if said else f"{_ENDED[reason]} · {trained.caption}", str(done.file))
        course.judge(done.sentence)
        course.set_result(True, self._wish.model is not None and not done.problem and reason != "stopped")
        course.open_button.setVisible(not done.problem)

    @Slot()
    def _open(self) -> None:
        if self._done is not None:
            if self._done.held_back:
                self.pictured.emit(self._done.held_back)
            self.opened.emit(ModelRequest(str(self._done.file)))

    @Slot()
    def _deepen(self) -> None:
        """Go on from the result, with one more layer that learns."""
        if self._done is not None:
            result = ModelRequest(str(self._done.file), device=self._wish.device)
            deeper = replace(self._wish, model=result, unfreeze=self._wish.unfreeze + 1, compare=False)
            self._page.form.fields.unfreeze.setValue(deeper.unfreeze)
            self.deepened.emit(deeper)

    @Slot()
    def _save(self) -> None:
        """Write the weights and all about them elsewhere, whole or not at all."""
        if self._done is None:
            return
        path, _ = QFileDialog.getSaveFileName(
            self._page.window(),
            "Save the network",
            str(Path.home() / self._done.file.name),
            "Weights (*.safetensors);;Checkpoint of PyTorch (*.pt *.pth)",
        )
        if not path:
            return
        target = Path(path) if Path(path).suffix else Path(path + ".safetensors")
        try:
            self._done.trained.save(target)
        except CnnvizError as error:
            self.problem.emit(str(error), error.details)
            return
        self.news.emit(f"Saved {target}")
        if self._done.problem:  # only now it is in a file that can be opened
            self._done = replace(self._done, file=target, problem="")
            self.show()
