"""A simulator of the court's service, which only registered offices can reach. As strict as the rules.

For tests, demonstrations and development; it has no legal value. `rules` decides what is refused; `records` keeps what
is stored (`batch`, `links` and `reading` are its parts); `faults` and `control` make it fail on demand; `service` is
the interface for offices, `public_page` the one for citizens.
"""

from printserver.simulator.server import Simulator
from printserver.simulator.tables import FILE_NAME

__all__ = ["FILE_NAME", "Simulator"]
