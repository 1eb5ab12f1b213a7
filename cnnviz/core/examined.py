"""What was found out about a file of weights, as plain data for a window: nothing here knows torch."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fit:
    """How well an architecture fits the tensors of a file.

    Attributes
    ----------
    architecture
        Its name.
    matched
        How many tensors fit by name and shape.
    missing, unexpected, reshaped
        Names of those that only the network has, that only the file has, and that have another shape.
    """

    architecture: str
    matched: int
    missing: tuple[str, ...]
    unexpected: tuple[str, ...]
    reshaped: tuple[str, ...]

    @property
    def exact(self) -> bool:
        """Whether everything fits."""
        return not (self.missing or self.unexpected or self.reshaped)


@dataclass(frozen=True, slots=True)
class Choice:
    """A network that the tensors may belong to.

    Attributes
    ----------
    arch
        What ``--arch`` takes for it: a name, or a plan that can be changed by hand.
    title
        For people.
    planes, size, classes
        Of its input: channels, and (height, width) in pixels; how many scores it gives.
    unusual
        0 is what most people do.
    said
        How it was recognised, as a sentence.
    """

    arch: str
    title: str
    planes: int
    size: tuple[int, int]
    classes: int
    unusual: float
    said: str


@dataclass(frozen=True, slots=True)
class Examined:
    """A file of weights, looked at without executing anything.

    Attributes
    ----------
    name
        Of the file.
    tensors, numbers
        How many it holds.
    dtypes
        (type, how many tensors have it).
    shapes
        (name, shape) of every tensor, in the file's order.
    metadata
        What the file says about itself.
    labels
        Class names that it carries.
    whole
        The class of the network when it was pickled whole; else empty.
    imports
        What its pickle would import, were it executed.
    choices
        The networks that it may belong to, the most usual first.
    """

    name: str
    tensors: int
    numbers: int
    dtypes: tuple[tuple[str, int], ...]
    shapes: tuple[tuple[str, tuple[int, ...]], ...]
    metadata: tuple[tuple[str, str], ...]
    labels: tuple[str, ...]
    whole: str
    imports: tuple[str, ...]
    choices: tuple[Choice, ...]
