"""The processes: supervisor, HTTP server, engine, and what they share."""

__all__ = [
    "engine",
    "logs",
    "processes",
    "supervisor",
]
