"""The workspace “Network”: the executed operations as a graph with live maps, painted in one widget."""
