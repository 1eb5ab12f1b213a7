"""About the model that is open: its input, classes, architecture and weights, each to be changed or checked."""
