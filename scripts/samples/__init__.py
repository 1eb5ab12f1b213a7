"""The pictures that CNNViz brings along, each drawn by a program: digits with a pen, small paintings with a brush."""
