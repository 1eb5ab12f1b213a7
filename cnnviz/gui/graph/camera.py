"""What of the graph is seen: arithmetic without Qt. screen = graph · zoom + offset."""

from __future__ import annotations

from typing import NamedTuple

Box = tuple[float, float, float, float]
"""x, y, width, height."""

NEAREST = 24.0
FARTHEST = 0.02
MARGIN = 20.0
"""Screen pixels that stay free around what is fitted."""

LARGEST_FIT = 1.6
"""A small network is not blown up beyond this zoom when it is fitted."""


class Camera(NamedTuple):
    """Zoom, and where the graph's left top corner lies on the screen."""

    zoom: float
    left: float
    top: float

    def box(self, box: Box) -> Box:
        """A box of the graph on the screen."""
        x, y, width, height = box
        return x * self.zoom + self.left, y * self.zoom + self.top, width * self.zoom, height * self.zoom

    def at(self, x: float, y: float) -> tuple[float, float]:
        """The point of the graph under a point of the screen."""
        return (x - self.left) / self.zoom, (y - self.top) / self.zoom

    def seen(self, room: tuple[float, float]) -> Box:
        """The part of the graph that is seen on a screen of that size."""
        x, y = self.at(0, 0)
        return x, y, room[0] / self.zoom, room[1] / self.zoom


def fitted(box: Box, room: tuple[float, float], largest: float = LARGEST_FIT) -> Camera:
    """The camera that shows a box of the graph as large as it fits, in the middle."""
    x, y, width, height = box
    zoom = min((room[0] - 2 * MARGIN) / max(width, 1), (room[1] - 2 * MARGIN) / max(height, 1), largest)
    zoom = max(zoom, FARTHEST)
    return Camera(zoom, (room[0] - width * zoom) / 2 - x * zoom, (room[1] - height * zoom) / 2 - y * zoom)


def showing(box: Box, room: tuple[float, float]) -> Camera:
    """The camera that sees a box of the graph, and no more than it must: what ``seen`` has told comes back."""
    x, y, width, height = box
    zoom = min(max(min(room[0] / width, room[1] / height), FARTHEST), NEAREST)
    return Camera(zoom, (room[0] - width * zoom) / 2 - x * zoom, (room[1] - height * zoom) / 2 - y * zoom)


def zoomed(camera: Camera, factor: float, x: float, y: float, least: float) -> Camera:
    """The camera after zooming by a factor; what lies under (x, y) stays there."""
    zoom = min(max(camera.zoom * factor, min(least, camera.zoom)), NEAREST)
    grown = zoom / camera.zoom
    return Camera(zoom, x - (x - camera.left) * grown, y - (y - camera.top) * grown)


def kept(camera: Camera, size: tuple[float, float], room: tuple[float, float]) -> Camera:
    """The camera moved so that the graph does not leave the screen: a third of the room stays covered, or all of it."""

    def place(offset: float, length: float, whole: float) -> float:
        least = min(whole / 3, length)
        return min(max(offset, least - length), whole - least)

    width, height = size[0] * camera.zoom, size[1] * camera.zoom
    return Camera(camera.zoom, place(camera.left, width, room[0]), place(camera.top, height, room[1]))


def revealed(camera: Camera, box: Box, room: tuple[float, float], margin: float = 48.0) -> Camera:
    """The camera moved as little as shows a box and what is near it; it stays where the box is seen already."""
    x, y, width, height = camera.box(box)

    def shift(start: float, length: float, whole: float) -> float:
        edge = min(margin, max((whole - length) / 2, 0))
        if start < edge:
            return edge - start
        if start + length > whole - edge:
            return max(whole - edge - length, edge) - start
        return 0.0

    across, down = shift(x, width, room[0]), shift(y, height, room[1])
    return Camera(camera.zoom, camera.left + across, camera.top + down)


def between(one: Camera, other: Camera, share: float, room: tuple[float, float]) -> Camera:
    """On the way from one camera to another: zoom grows evenly to the eye, the middle moves straight."""
    zoom = one.zoom ** (1 - share) * other.zoom**share
    (ax, ay), (bx, by) = one.at(room[0] / 2, room[1] / 2), other.at(room[0] / 2, room[1] / 2)
    if abs(one.zoom - other.zoom) < 1e-9 * one.zoom:
        weight = share
    else:  # the point that stays where it is on the screen stays so all the way
        weight = (1 / zoom - 1 / one.zoom) / (1 / other.zoom - 1 / one.zoom)
    x, y = ax + (bx - ax) * weight, ay + (by - ay) * weight
    return Camera(zoom, room[0] / 2 - x * zoom, room[1] / 2 - y * zoom)
