"""Speed and memory, side by side with the bare pass and with peers: ``python -m benchmarks NAME``."""
