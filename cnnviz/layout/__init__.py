"""Where the parts of a panel stand, the same on the screen and on paper; one file for each kind of drawn panel.

A layout takes a panel, the room that it may have, and a way to measure words, and gives marks: areas, lines, words and
pictures at their places. The window paints them, the exporters write them. Without Qt and without torch.
"""
