"""A simulator of the court (TJSP's service is open to registered offices alone): as strict as the rules, and it
misbehaves on demand. For tests, for demonstrations, and to develop against; nothing here has legal value.

`regras` says what is refused, `acervo` keeps what is stored (`lote`, `vinculos` and `leitura` are its parts), `falhas`
and `controle` make it misbehave, `servico` speaks to offices, `consulta` to citizens.
"""

from printserver.simulator.server import Simulador
from printserver.simulator.tables import ARQUIVO

__all__ = ["ARQUIVO", "Simulador"]
