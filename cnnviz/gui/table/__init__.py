"""The workspace “Table”: all records in numbers, and the health of the pass."""
