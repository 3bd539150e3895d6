"""Health for a person, and the report of conformity: what the norms ask, and what was measured here."""

from printserver.conformity.health import BAD, GOOD, UNKNOWN, WARN, Part, health, worst

__all__ = ["BAD", "GOOD", "UNKNOWN", "WARN", "Part", "health", "worst"]
