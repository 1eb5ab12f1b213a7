"""ONNX files: read, and run with torch's own operations."""
