"""Helpers for every layer: data types, error texts, files, text, validation messages."""

__all__ = ["cells", "data", "faults", "files", "text", "validation"]
