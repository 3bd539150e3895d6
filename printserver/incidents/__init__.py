"""Incidents: what went wrong for a time, opened by the program, closed by a person with its cause (P213, LGPD).

An incident is one episode of a condition. It is opened by who notices the condition, once; it stays open after the
condition went away, until a person closes it. The terms in which the norms want it reported are in `clocks`.
"""

from printserver.incidents.chain import observe_chain
from printserver.incidents.clocks import TERMS, UNKNOWN_HOLIDAYS, Term, first_due
from printserver.incidents.close import CLOSERS, Closing, Report, close, note_report
from printserver.incidents.rows import KINDS, REMEDIES, Incident, find, list_all, open_ones
from printserver.incidents.write import lasts, open_incident, settled

__all__ = [
    "CLOSERS",
    "KINDS",
    "REMEDIES",
    "TERMS",
    "UNKNOWN_HOLIDAYS",
    "Closing",
    "Incident",
    "Report",
    "Term",
    "close",
    "find",
    "first_due",
    "lasts",
    "list_all",
    "note_report",
    "observe_chain",
    "open_incident",
    "open_ones",
    "settled",
]
