"""Helpers that every layer may use: faults in words, files, text, messages of validation."""

__all__ = ["faults", "files", "text", "validation"]
