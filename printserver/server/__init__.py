"""The processes: supervisor, HTTP server, engine, and what they share."""

from printserver.server.door import Door

__all__ = [
    "Door",
    "engine",
    "logs",
    "processes",
    "supervisor",
]
