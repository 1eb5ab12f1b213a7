"""Making a figure again: what its recipe needs is looked for, and compared with what it was made from.

And the same as text: the lines of Python and the command that make it.
"""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import MISSING, fields, replace
from pathlib import Path

from cnnviz.core import store
from cnnviz.core.errors import CnnvizError
from cnnviz.core.recipe import Recipe, software
from cnnviz.figure import Origin, Visible
from cnnviz.request import ModelRequest, Request


def located(recipe: Recipe, folder: Path, pictures: Iterable[str] = ()) -> Request:
    """The request of a recipe, with its picture and model where they are now.

    Parameters
    ----------
    recipe
        What was read from a figure.
    folder
        Where the figure is: a picture that is not in its old place may lie beside it.
    pictures
        Files that may be the picture.

    Raises
    ------
    CnnvizError
        The picture is gone or another one, or the figure was not made from files; a sentence says what is missing.
    """
    request = recipe.request
    if request is None:
        raise CnnvizError("This figure was made from Python objects, so it does not say how to make it again.")
    if store.holds(request.image) or not request.image:
        raise CnnvizError("This figure shows a drawing or a frame that is in no file, so it cannot be made again.")
    wanted = recipe.origin.picture if recipe.origin is not None else ""
    name = _base(request.image)
    places = [Path(request.image), folder / name, *(Path(path) for path in pictures)]
    there = [place for place in dict.fromkeys(places) if place.is_file()]
    if _beyond(request):
        wanted = ""  # it is the edited picture's; what comes of it is compared when it is there
    found = next((place for place in there if not wanted or digest(place) == wanted), None)
    if found is None and there and there[0] in places[:2]:
        raise CnnvizError(f"{there[0]} is not the picture any more from which this figure was made: bring that one.")
    if found is None:
        raise CnnvizError(f"The picture {request.image} is not there; put it beside the figure, or name it.")
    return replace(request, image=str(found.absolute()), model=_model_there(request.model, folder))


def digest(path: Path) -> str:
    """SHA-256 of a file, as pictures and weights are named by it."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def differences(recipe: Recipe, now: Origin | None) -> tuple[str, ...]:
    """Sentences on versions that are not as they were, which may change last digits.

    Parameters
    ----------
    recipe
        What was read from a figure.
    now
        What the figure that was made again comes from.

    Raises
    ------
    CnnvizError
        Weights or picture are others, so that the figure shows other numbers.
    """
    then = recipe.origin
    if then is not None and now is not None and now.weights != then.weights:
        raise CnnvizError(
            f"The weights of {then.model} are not those that made this figure "
            f"({_short(now.weights)} instead of {_short(then.weights)}): bring that file."
        )
    if then is not None and now is not None and (now.picture, now.preprocessing) != (then.picture, then.preprocessing):
        raise CnnvizError("The picture, or what is done to it before the network, is not what made this figure.")
    here = software()
    others = [f"{name} {old}" for name, old in recipe.software.items() if name in here and here[name] != old]
    if not others:
        return ()
    return (f"The figure was made with {', '.join(others)}; last digits and single pixels may differ.",)


def _base(path: str) -> str:
    """The last part of a path of any system."""
    return path.rsplit("/", 1)[-1] if "/" in path else path.rsplit("\\", 1)[-1]


def _model_there(model: ModelRequest, folder: Path) -> ModelRequest:
    """A model's file that has moved with the figure."""
    beside = folder / _base(model.name)
    is_path = "/" in model.name or "\\" in model.name
    moved = is_path and not Path(model.name).exists() and beside.is_file()
    return replace(model, name=str(beside)) if moved else model


def _short(identity: str) -> str:
    return identity if ":" in identity else identity[:12]


def as_python(request: Request, file: str = "figure.pdf", visible: Sequence[Visible | None] = ()) -> str:
    """A few lines of Python that make a figure, or what of its panels is visible.

    Raises
    ------
    CnnvizError
        The picture is in no file.
    """
    in_a_file(request)
    of_a_view(request)
    return "\n".join(
        (
            "import cnnviz",
            "",
            f"model = {load_call(request.model)}",
            f"trace = cnnviz.trace(model, {request.image!r})",
            f"figure = {view_call(request)}{seen_call(visible)}",
            f"cnnviz.export(figure, {file!r})",
            "",
        )
    )


def load_call(model: ModelRequest) -> str:
    """The Python that opens a model."""
    given = {field.name: getattr(model, field.name) for field in fields(ModelRequest)[1:]}
    usual = {field.name: field.default for field in fields(ModelRequest) if field.default is not MISSING}
    words = [repr(model.name), *(f"{name}={value!r}" for name, value in given.items() if value != usual[name])]
    return f"cnnviz.load_model({', '.join(words)})"


def view_call(request: Request, trace: str = "trace") -> str:
    """The Python that looks at a record of a trace with that name."""
    path, _, call = request.layer.partition("#")
    record = "None" if not request.layer else f"{trace}[{path!r}, {call}]" if call else f"{trace}[{path!r}]"
    options = dict(request.options) | _cursor(request)
    words = [trace, record, repr(request.view), *(f"{name}={value!r}" for name, value in options.items())]
    return f"cnnviz.view({', '.join(words)})"


def seen_call(visible: Sequence[Visible | None]) -> str:
    """The Python behind a figure that leaves what is visible of it; nothing where that is all."""
    return f".seen({[part and tuple(part) for part in visible]!r})" if visible else ""


def as_command(
    request: Request,
    folder: str = "figures",
    suffix: str = "pdf",
    name: str = "",
    visible: Sequence[Visible | None] = (),
) -> str:
    """The command that makes a figure, or what of its panels is visible, under that name where one is given.

    Raises
    ------
    CnnvizError
        The picture is in no file.
    """
    in_a_file(request)
    of_a_view(request)
    words = ["cnnviz", "export", request.image, *model_words(request.model)]
    words += ["--layers", request.layer or "picture", "--view", request.view]
    for option, value in (dict(request.options) | _cursor(request)).items():
        words += ["--set", f"{option}={','.join(map(str, value)) if isinstance(value, tuple) else value}"]
    for part in visible:
        words += ["--visible", ",".join(map(repr, part)) if part else "all"]
    return shlex.join([*words, "--format", suffix, "--out", folder, *(["--name", name] if name else [])])


WORKSPACES = {"graph": "network", "table": "table", "health": "table"}
"""Views that are no layer's: what a workspace of the window shows, and which one."""


def of_a_view(request: Request) -> None:
    """Raise ``CnnvizError`` where only the window can show what was asked for."""
    if request.view in WORKSPACES:
        raise CnnvizError(
            f"This figure shows the workspace {WORKSPACES[request.view].capitalize()}, which only the window can make "
            "again: drop the file there."
        )


def in_a_file(request: Request) -> None:
    """Raise ``CnnvizError`` where no program can read the picture."""
    if store.holds(request.image) or not request.image:
        raise CnnvizError("This picture is in no file, so a program cannot read it: save it first.")
    if _beyond(request):
        raise CnnvizError("This picture was edited in the window, which a program cannot say: save what you see first.")


SAID = frozenset("model image layer view channel at trail options colormaps".split())
"""What of a request can be said to the public interface, or changes nothing in its figure."""


def _beyond(request: Request) -> bool:
    """Whether more was done to the picture than reading it."""
    return any(getattr(request, item.name) != item.default for item in fields(Request) if item.name not in SAID)


def _cursor(request: Request) -> dict[str, object]:
    """Channel and position, where the view shows one in particular."""
    return {name: value for name in ("channel", "at") if (value := getattr(request, name)) is not None}


def model_words(model: ModelRequest) -> list[str]:
    """The options of a command that name a model."""
    words = ["--model", model.name]
    for field in fields(ModelRequest)[1:]:
        value = getattr(model, field.name)
        if value == field.default:
            continue
        option = "--" + field.name.replace("_", "-")
        if isinstance(value, tuple):
            words.append(f"{option}={('x' if field.name == 'input_size' else ',').join(map(str, value))}")
        else:
            words += [option] if value is True else [option, str(value)]
    return words
