"""What leaves the window in numbers or in motion: films, and figures of many pictures."""
