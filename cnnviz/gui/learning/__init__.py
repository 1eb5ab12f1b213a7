"""The workspace “Learn”: a lesson beside the window that it is about."""
