"""Health for a person, and the report of conformity: what the norms ask, and what was measured here."""

from printserver.conformity.health import BAD, GOOD, UNKNOWN, WARN, Part, health, worst
from printserver.conformity.report import Conformity, as_json, as_pdf, measure

__all__ = ["BAD", "GOOD", "UNKNOWN", "WARN", "Conformity", "Part", "as_json", "as_pdf", "health", "measure", "worst"]
