"""What a word of the command line may be; whatever it is not is said with an example."""

from __future__ import annotations

import argparse
import re

from cnnviz.lengths import length_of


def _pair(text: str, example: str) -> tuple[int, int]:
    found = re.fullmatch(r"([1-9]\d{0,4})[xX×]([1-9]\d{0,4})", text)
    if not found:
        raise argparse.ArgumentTypeError(f"{text!r} is not a size like {example}")
    return int(found[1]), int(found[2])


def size(text: str) -> tuple[int, int]:
    """Width and height of a picture on the screen: ``1440x900``."""
    return _pair(text, "1440x900")


def size_of_input(text: str) -> tuple[int, int]:
    """Height and width of an input: ``224x224``."""
    return _pair(text, "224x224")


def numbers(text: str) -> tuple[float, ...]:
    """Numbers with commas between: ``0.485,0.456,0.406``."""
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a list of numbers like 0.485,0.456,0.406") from None


def positive_numbers(text: str) -> tuple[float, ...]:
    """Such numbers, each more than 0."""
    found = numbers(text)
    if not all(number > 0 for number in found):
        raise argparse.ArgumentTypeError(f"{text!r}: every number must be more than 0")
    return found


def rate(text: str) -> float:
    """A number that is more than 0."""
    return positive_numbers(text)[0]


def share(text: str) -> float:
    """A part of a whole: from 0 and below 1."""
    if not 0 <= (number := numbers(text)[0]) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 and below 1")
    return number


def count(text: str) -> int:
    """A whole number from 1."""
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1")
    return int(text)


def index(text: str) -> int:
    """A whole number from 0."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0")
    return int(text)


def length(text: str) -> float:
    """A length: see `cnnviz.lengths.length_of`."""
    try:
        return length_of(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def indices(text: str) -> tuple[int, ...]:
    """Whole numbers from 0, with commas between."""
    return tuple(index(part.strip()) for part in text.split(","))


def device(text: str) -> str:
    """Where the network runs."""
    if not re.fullmatch(r"auto|cpu|mps|cuda(:\d+)?", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not one of auto, cpu, cuda, cuda:N, mps")
    return text


def visible(text: str) -> tuple[float, ...] | None:
    """A part of a mosaic, in shares of it and with its columns where it has some: ``0,0,0.5,0.5,8``; or ``all``."""
    if text == "all":
        return None
    try:
        found = tuple(map(float, text.split(",")))
    except ValueError:
        found = ()
    if len(found) not in (4, 5):
        raise argparse.ArgumentTypeError(f"{text!r} is not a part like 0,0,0.5,0.5 or 0,0,0.5,0.5,8")
    return found


def png(text: str) -> str:
    """The name of a PNG file."""
    if not text.lower().endswith(".png"):
        raise argparse.ArgumentTypeError(f"{text!r} does not end in .png")
    return text


def assignment(text: str) -> tuple[str, str]:
    """The name and the value of an option: ``count=16``."""
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not OPTION=VALUE")
    return name.strip().replace("-", "_"), value.strip()
