"""Helpers that every layer may use: data, faults in words, files, text, messages of validation."""

__all__ = ["data", "faults", "files", "text", "validation"]
