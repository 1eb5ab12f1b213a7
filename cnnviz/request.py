"""What is to be shown, as one frozen value: the window edits a request, one worker answers the newest.

Plain values only, no torch and no Qt, so that a window can exist before either the network or torch does.
"""

from __future__ import annotations

from dataclasses import dataclass

Option = bool | int | float | str | None
"""The value of one option of a layer view."""


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """Which model, and how it is to be opened.

    Attributes
    ----------
    name
        A bundled or torchvision name (``resnet50``, ``resnet50:IMAGENET1K_V1``, ``resnet50:random``) or a file.
    arch
        The architecture of a file that holds only weights.
    labels
        A file with class names, one a line, instead of the model's own.
    input_size
        (height, width) in pixels, instead of the model's own.
    mean, std
        Normalisation per channel, in units of a 0 to 1 pixel scale, instead of the model's own.
    device
        ``auto``, ``cpu``, ``cuda``, ``cuda:N`` or ``mps``.
    trust
        Whether code that comes with the model may run.
    fit
        ``crop``, ``stretch`` or ``pad``: how a picture of other proportions is made to fit, if not the model's own way.
    output
        Which of several outputs holds the logits, instead of the one that is found.
    half
        Whether it runs in half precision, which a GPU can.
    """

    name: str
    arch: str | None = None
    labels: str | None = None
    input_size: tuple[int, int] | None = None
    mean: tuple[float, ...] | None = None
    std: tuple[float, ...] | None = None
    device: str = "auto"
    trust: bool = False
    fit: str | None = None
    output: str = ""
    half: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """One number of a pass.

    Attributes
    ----------
    layer
        ``PATH`` or ``PATH#CALL`` of the record; empty for the picture that goes into the network.
    channel
        Its channel (of a dense output: the unit).
    at
        Its position along the other axes, in the record's own order: (y, x) in a map; () where there are none.
    """

    layer: str
    channel: int
    at: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class PictureEdit:
    """What is done to the picture before the model's preprocessing, in this order; the file is not touched.

    Attributes
    ----------
    shift
        (to the right, down) in shares of the picture's width and height.
    turn
        Degrees clockwise, about the centre.
    zoom
        By how much it is scaled, about the centre; 1 leaves it.
    crop
        (left, top, right, bottom) of what is cut out of the moved picture, in shares of its width and height.
    blur
        Deviation of a Gaussian, in shares of the shorter edge.
    """

    shift: tuple[float, float] = (0.0, 0.0)
    turn: float = 0.0
    zoom: float = 1.0
    crop: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)
    blur: float = 0.0


UNEDITED = PictureEdit()
"""The picture as it is."""


@dataclass(frozen=True, slots=True)
class Request:
    """One thing to be shown.

    Attributes
    ----------
    model
        The model that is asked.
    image
        Path of the picture's file, or the name of one in the store; empty when there is none.
    picture_edit
        What is done to the picture before the preprocessing.
    layer
        ``PATH`` or ``PATH#CALL`` of the record; empty for the picture itself.
    view
        Name of the layer view; empty for the one that fits the record best.
    channel
        The channel (of a dense output: the unit) looked at; None for none in particular.
    at
        The position of the number in that channel that is to be explained, as in `Cell`; None for the one that the
        view finds worth it.
    trail
        The cells from which one traced back to this one, the first first.
    options
        Options of the view that differ from their defaults, as sorted (name, value) pairs.
    colormaps
        Colour maps that the person prefers for values that are never negative, for signed ones and for weights; they
        hold where an option does not name another.
    """

    model: ModelRequest
    image: str = ""
    picture_edit: PictureEdit = UNEDITED
    layer: str = ""
    view: str = ""
    channel: int | None = None
    at: tuple[int, ...] | None = None
    trail: tuple[Cell, ...] = ()
    options: tuple[tuple[str, Option], ...] = ()
    colormaps: tuple[str, str, str] = ("auto", "auto", "auto")

    @property
    def shown(self) -> tuple[ModelRequest, str, PictureEdit]:
        """What makes the forward pass: requests that share it share their trace."""
        return self.model, self.image, self.picture_edit
