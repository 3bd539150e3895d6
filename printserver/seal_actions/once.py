"""One transaction and one key for each act on seals: it is done once, however often it is sent (contract)."""

from collections.abc import Callable
from typing import Any

from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from printserver.db import lost_a_race
from printserver.errors import Recusa
from printserver.ledger import idempotency
from printserver.ledger.idempotency import Feito
from printserver.office import audit
from printserver.office.audit import Registro
from printserver.office.office import Office
from printserver.office.people import Autor

TRIES = 5


def uma_vez(
    office: Office,
    autor: Autor,
    rota: str,
    dados: object,
    chave: str | None,
    fazer: Callable[[Connection], tuple[Any, list[Registro]]],
) -> tuple[Any, bool]:
    """Run `fazer` in a transaction of its own, unless the key did it before.

    `fazer` returns what it made, by code or id (plain JSON), and what the log is to say; the key is bound to it in the
    same transaction. Return what was made, and whether the key had made it before. Raises `Recusa` as `fazer`,
    `chave-reutilizada`, `em-processamento`, and `servidor-ocupado` where others are always quicker.
    """
    resumo = idempotency.resumo(rota, dados)
    with idempotency.em_trabalho(office, autor, chave):
        for _ in range(TRIES):
            done = idempotency.achar(office, autor, chave, resumo)
            if done is not None:
                return done.feito, True
            try:
                with office.db.write() as conn:
                    feito, log = fazer(conn)
                    agora = office.clock()
                    idempotency.registrar(conn, office, autor, chave, resumo, Feito("", None, feito), agora)
                    audit.escrever(conn, office.serventia_id, agora, log)
            except DBAPIError as error:
                if not lost_a_race(error):
                    raise
                continue
            office.bell.ring()
            return feito, False
    raise Recusa("servidor-ocupado", "O mesmo selo muda a cada tentativa: mande de novo.", retry_after=1)
