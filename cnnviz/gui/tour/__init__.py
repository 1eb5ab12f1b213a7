"""A walk of a minute around the window, at the first start and whenever it is asked for."""
