"""Simulator of the court's service, which only registered offices can reach. It enforces the rules strictly.

For tests, demonstrations and development; it has no legal value. `rules` decides refusals; `records` stores (`batch`,
`links` and `reading` are its parts); `faults` and `control` inject faults; `service` is the interface for offices,
`public_page` the one for citizens.
"""

from printserver.simulator.server import Simulator
from printserver.simulator.tables import FILE_NAME

__all__ = ["FILE_NAME", "Simulator"]
