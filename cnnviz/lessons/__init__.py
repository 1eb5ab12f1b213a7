"""Lessons: files of words, of what the window shows meanwhile, and of questions; a teacher writes one without code."""
