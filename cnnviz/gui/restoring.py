"""Exported figures that are dropped on the window: it shows again what they show, or says what is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from cnnviz.core.errors import CnnvizError
from cnnviz.core.made_again import WORKSPACES, differences, located
from cnnviz.core.recipe import Recipe, read_recipe
from cnnviz.gui.session import OF_GRAPH, Session
from cnnviz.response import Response


class Restoring(QObject):
    """Takes figures out of what was dropped.

    Parameters
    ----------
    session
        Is told what the figure shows.
    show
        Puts a picture into the tray.

    Signals
    -------
    problem(str, str)
        A sentence for the bar, with details.
    workspace_wanted(str)
        The figure shows a workspace, not a layer.
    """

    problem = Signal(str, str)
    workspace_wanted = Signal(str)

    def __init__(self, session: Session, show: Callable[[list[str]], None]) -> None:
        super().__init__(session)
        self._session = session
        self._show = show
        self._awaited: tuple[str, Recipe] | None = None  # picture, and what is compared when the answer is there

    def take(self, files: list[str], pictures: Iterable[str]) -> list[str]:
        """Show the last figure among the files again; what is no figure is given back."""
        rest, found = [], None
        for file in files:
            try:
                recipe = read_recipe(file) if Path(file).is_file() else None
            except CnnvizError as error:
                self.problem.emit(str(error), error.details)
                continue
            if recipe is None:
                rest.append(file)
            else:
                found = recipe, Path(file)
        if found is not None:
            self._restore(*found, [*rest, *pictures])
        return rest

    def _restore(self, recipe: Recipe, file: Path, pictures: list[str]) -> None:
        if recipe.parts:
            count = len(recipe.parts)
            recipe = recipe.parts[0]
            self.problem.emit(f"{file.name} is a page of {count:,} figures; the first of them is shown.", "")
        try:
            request = located(recipe, file.absolute().parent, (path for path in pictures if Path(path).is_file()))
        except CnnvizError as error:
            self.problem.emit(f"{file.name} cannot be shown again. {error}", error.details)
            return
        workspace = WORKSPACES.get(request.view, "")
        if workspace:
            request = replace(request, view="")
        old = self._session.request
        request = replace(request, model=replace(request.model, device=old.model.device), colormaps=old.colormaps)
        self._awaited = request.image, recipe
        self._session.update(**{item.name: getattr(request, item.name) for item in fields(request)})
        self._session.look({OF_GRAPH: recipe.place} if workspace else {(request.view, request.layer): recipe.visible})
        self._show([request.image])
        if workspace:
            self.workspace_wanted.emit(workspace)

    def set_response(self, response: Response) -> None:
        """Say where what is shown is not what the file shows."""
        if self._awaited is None or response.request.image != self._awaited[0]:
            return
        recipe, self._awaited = self._awaited[1], None
        try:
            for sentence in differences(recipe, response.figure.origin):
                self.problem.emit(sentence, "")
        except CnnvizError as error:
            self.problem.emit(str(error), error.details)
