"""A simulator of the court (TJSP's service is open to registered offices alone): as strict as the rules, and it
misbehaves on demand. For tests, for demonstrations, and to develop against; nothing here has legal value.

`rules` says what is refused, `records` keeps what is stored (`lote`, `vinculos` and `leitura` are its parts), `falhas`
and `control` make it misbehave, `servico` speaks to offices, `lookup` to citizens.
"""

from printserver.simulator.server import Simulator
from printserver.simulator.tables import FILE_NAME

__all__ = ["FILE_NAME", "Simulator"]
