"""Models, pictures and traces: all that is reckoned, without a window."""
