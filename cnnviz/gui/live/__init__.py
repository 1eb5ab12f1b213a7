"""Camera and video at the left of the window; Qt Multimedia is imported when it is first wanted."""
