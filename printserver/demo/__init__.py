"""The demonstration: creates an office, serves it, and prints example documents."""

__all__ = [
    "run",
]
