"""Helpers for every layer: data types, error texts, files, text, validation messages."""

__all__ = ["data", "faults", "files", "text", "validation"]
