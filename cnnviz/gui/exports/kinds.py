"""What the export dialog offers: formats, sizes, backgrounds, and which of them go together."""

from __future__ import annotations

FORMATS = (
    ("PNG picture", "png"),
    ("TIFF picture", "tiff"),
    ("SVG drawing", "svg"),
    ("PDF drawing", "pdf"),
    ("NPZ: the values, for NumPy", "npz"),
    ("safetensors: the values, for PyTorch", "safetensors"),
    ("HDF5: the values, for MATLAB and others", "h5"),
    ("Zarr: the values, to be read in parts", "zarr.zip"),
    ("CSV: the values, for a spreadsheet", "csv"),
    ("Parquet: the values, for data frames", "parquet"),
    ("LaTeX table", "tex"),
    ("Markdown table", "md"),
)
TEXTS = ("tex", "md")
"""Formats that are previewed as what they are: text."""

ARRAYS = ("npz", "safetensors", "h5", "zarr.zip")
"""Formats that hold the outputs of several layers."""

VALUES = (*ARRAYS, "csv", "parquet", *TEXTS)
"""Formats that have no size and no colours."""

SCALES = (1, 2, 3, 4)
OWN = "own"
FIGURE, PAGE, OUTPUTS = "figure", "page", "outputs"
UNITS = (("mm", 1.0), ("cm", 10.0), ("inch", 25.4))
PIXELS = "px"
GROUNDS = (("Light, for paper", "light"), ("Dark, for a projector", "dark"), ("Transparent", "transparent"))

NOTHING_YET = "There is nothing to export or to copy yet: wait until the network has answered, or open another one."
