"""Figures that move: the walk through the network, the sliding window, the pass over many pictures; as films.

A film is a list of requests and the answers to them, each drawn as a figure on paper is: what is seen is what a figure
of the same request shows.
"""

from __future__ import annotations

from cnnviz.motion.film import Film, frames, recipe_of
from cnnviz.motion.making import FORMATS, make

__all__ = ["FORMATS", "Film", "frames", "make", "recipe_of"]
