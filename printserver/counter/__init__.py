"""Acts at the counter: paper seals, ranges of numbers, daily seals, the check of the day."""

__all__ = [
    "acts",
    "check",
    "daily",
    "load",
]
