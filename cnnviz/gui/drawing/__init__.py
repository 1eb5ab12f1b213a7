"""The drawing pad at the left of the window."""
