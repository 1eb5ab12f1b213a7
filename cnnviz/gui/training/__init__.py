"""The workspace “Train”: data, network and settings are chosen, and the network is watched while it learns."""
