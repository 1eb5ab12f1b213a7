"""The worker's one function: a request in, the response out; what the response is made of has a file each."""

from cnnviz.explore.explorer import Explorer

__all__ = ["Explorer"]
