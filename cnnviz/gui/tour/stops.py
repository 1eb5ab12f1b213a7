"""What the tour points at, and what it says there."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop.

    Attributes
    ----------
    places
        Object names of the part that it points at: the first that is seen counts. A stop without one is passed by.
    title, words
        A heading, and one or two sentences.
    """

    places: tuple[str, ...]
    title: str
    words: str


STOPS = (
    Stop(
        ("network",),
        "A network at work",
        "The picture is at the left, the answer at the right; between them each column is one step. Click on any small "
        "map.",
    ),
    Stop(
        ("stepper",),
        "Step by step",
        "Jump with the slider, or press Play and watch. After this tour the arrow keys walk, too.",
    ),
    Stop(
        ("view-pane",),
        "One step, large",
        "What the chosen step has computed. Point at a cell to read its value; Feature maps, Filters, Numbers and "
        "others are ways to look at the same step.",
    ),
    Stop(
        ("facts-scroll",),
        "Facts and answer",
        "What the layer is, with its sizes, parameters and receptive field; below it the answer, as probabilities. "
        "Right-click a word to see what it means.",
    ),
    Stop(
        ("pictures",),
        "Your own pictures",
        "Drop files or whole folders here, paste one, or draw a digit: the network answers while you draw.",
    ),
    Stop(
        ("workspace-explain",),
        "Where did this number come from?",
        "Explain takes any number apart into its products, and compares the sum with what the network computed. "
        "The key is E.",
    ),
    Stop(
        ("workspaces",),
        "More rooms",
        "The network as a graph or a table, a sandbox for convolutions, training before your eyes, and in Learn the "
        "whole lecture to play with.",
    ),
    Stop(
        ("find-button", "workspaces"),
        "Everything by name",
        "Ctrl+K finds any layer, view or command. Other networks, your own files too, are in the menu Model. This tour "
        "is in the menu Help.",
    ),
)
