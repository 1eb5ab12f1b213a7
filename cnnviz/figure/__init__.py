"""What to draw, as data: a figure is a title and a few panels. Made without Qt, drawn by the window and by exporters.

A panel holds the float values (what is exported) and, where it is a picture, the uint8 raster painted from them
(what is shown). Figures hold host arrays only and are compared by identity.
"""

from cnnviz.figure.architecture import Architecture, Fork, Unit
from cnnviz.figure.charts import Chart, Curve, Series
from cnnviz.figure.control import Control
from cnnviz.figure.explained import Contributions, Outcome, Sliding
from cnnviz.figure.graph import Graph, GraphCard, Place
from cnnviz.figure.numbers import Bars, Histogram, Matrix, Note, Table, Vector
from cnnviz.figure.pictures import GROUND, ZERO, ImageGrid, LayerRow, LayerRows, Scale
from cnnviz.figure.visible import Visible
from cnnviz.figure.whole import Figure, Origin, Page, Panel
from cnnviz.figure.wording import number, percent, remaining, share

__all__ = [
    "GROUND",
    "ZERO",
    "Architecture",
    "Bars",
    "Chart",
    "Contributions",
    "Control",
    "Curve",
    "Figure",
    "Fork",
    "Graph",
    "GraphCard",
    "Histogram",
    "ImageGrid",
    "LayerRow",
    "LayerRows",
    "Matrix",
    "Note",
    "Origin",
    "Outcome",
    "Page",
    "Panel",
    "Place",
    "Scale",
    "Series",
    "Sliding",
    "Table",
    "Unit",
    "Vector",
    "Visible",
    "number",
    "percent",
    "remaining",
    "share",
]
