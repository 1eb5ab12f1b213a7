"""The colours of the window by name, dark and light; contrast is measured in the tests."""

from __future__ import annotations

from PySide6.QtGui import QColor, QPalette

DARK = {
    "ground": "#14161a",  # behind everything
    "panel": "#1b1e24",  # cards, side panels, menus
    "sunken": "#111317",  # fields, tracks, lists in which one types or drags
    "raised": "#262b33",  # buttons, chips
    "hover": "#2e343e",
    "pressed": "#20242b",
    "selected": "#272e3a",
    "line": "#2a2f38",  # hairlines between things
    "border": "#454d5b",  # outlines of controls
    "text": "#e6e9ee",
    "dim": "#8d96a5",
    "faint": "#626b79",  # what is disabled; never the only carrier of a fact
    "accent": "#f2994a",
    "accent-hover": "#ffb06a",
    "accent-pressed": "#d9822f",
    "on-accent": "#14161a",  # text on the accent colour
    "focus": "#ffb877",
    "ok": "#5fce94",
    "warning": "#e9bd4e",
    "error": "#ff8583",
    "error-ground": "#33201f",
    "warning-ground": "#302817",
    "info-ground": "#1d2733",
    "info": "#7fb4f0",
    "handle": "#4a5362",  # scroll bars
    "shadow": "#000000",
    "op-picture": "#c3cad6",  # families of operations in the graph
    "op-conv": "#5b9bf3",
    "op-norm": "#8a86c9",
    "op-activation": "#e3b24a",
    "op-pool": "#3fbf9f",
    "op-dense": "#c87fe0",
    "op-join": "#ef6f86",
    "op-shape": "#7a8596",
    "op-softmax": "#a5c957",
    "op-other": "#a08b7a",
}
LIGHT = {
    "ground": "#f6f7f9",
    "panel": "#ffffff",
    "sunken": "#f1f3f6",
    "raised": "#eef0f4",
    "hover": "#e5e9ef",
    "pressed": "#dbe0e8",
    "selected": "#fbf0e6",
    "line": "#dfe3e9",
    "border": "#b3bac6",
    "text": "#1b1f27",
    "dim": "#5a6370",
    "faint": "#98a0ad",
    "accent": "#b4540f",
    "accent-hover": "#a34b0b",
    "accent-pressed": "#8c3f07",
    "on-accent": "#ffffff",
    "focus": "#d06a1c",
    "ok": "#17713f",
    "warning": "#845400",
    "error": "#b3261e",
    "error-ground": "#fdeceb",
    "warning-ground": "#fdf3dc",
    "info-ground": "#e8f1fc",
    "info": "#1c5fae",
    "handle": "#bcc3ce",
    "shadow": "#3a4252",
    "op-picture": "#4c566a",
    "op-conv": "#2f6fd0",
    "op-norm": "#7069b8",
    "op-activation": "#c08a12",
    "op-pool": "#148a70",
    "op-dense": "#9a48b8",
    "op-join": "#cf3f5c",
    "op-shape": "#7c8697",
    "op-softmax": "#6a8f1d",
    "op-other": "#8a6f5a",
}


def qt_palette(colors: dict[str, str]) -> QPalette:
    """The same colours for what no style sheet reaches: text selections, links, views of other libraries."""
    roles = QPalette.ColorRole
    palette = QPalette()
    for role, name in {
        roles.Window: "ground",
        roles.WindowText: "text",
        roles.Base: "sunken",
        roles.AlternateBase: "panel",
        roles.Text: "text",
        roles.Button: "raised",
        roles.ButtonText: "text",
        roles.BrightText: "error",
        roles.Highlight: "accent",
        roles.HighlightedText: "on-accent",
        roles.Accent: "accent",
        roles.Link: "accent",
        roles.LinkVisited: "accent",
        roles.ToolTipBase: "raised",
        roles.ToolTipText: "text",
        roles.PlaceholderText: "dim",
        roles.Light: "hover",
        roles.Midlight: "raised",
        roles.Mid: "line",
        roles.Dark: "line",
        roles.Shadow: "shadow",
    }.items():
        palette.setColor(role, QColor(colors[name]))
    for role in (roles.WindowText, roles.Text, roles.ButtonText, roles.PlaceholderText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(colors["faint"]))
    return palette
