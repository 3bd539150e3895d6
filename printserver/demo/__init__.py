"""The demonstration: an office with example documents, served and printed by itself."""

__all__ = [
    "run",
]
