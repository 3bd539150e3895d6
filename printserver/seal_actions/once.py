"""One transaction and one key for each act on seals: it is done once, however often it is sent (contract)."""

from collections.abc import Callable
from typing import Any

from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from printserver.db import lost_a_race
from printserver.errors import Recusa
from printserver.ledger import Outcome, idempotency
from printserver.office import Author, LogEntry, Office, audit

TRIES = 5


def do_once(
    office: Office,
    author: Author,
    route: str,
    data: object,
    key: str | None,
    make: Callable[[Connection], tuple[Any, list[LogEntry]]],
) -> tuple[Any, bool]:
    """Run `make` in a transaction of its own, unless the key did it before.

    `make` returns what it made, by code or id (plain JSON), and what the log is to say; the key is bound to it in the
    same transaction. Return what was made, and whether the key had made it before. Raises `Recusa` as `make`,
    `chave-reutilizada`, `em-processamento`, and `servidor-ocupado` where others are always quicker.
    """
    digest = idempotency.digest(route, data)
    with idempotency.working_on(office, author, key):
        for _ in range(TRIES):
            done = idempotency.find(office, author, key, digest)
            if done is not None:
                return done.feito, True
            try:
                with office.db.write() as conn:
                    made, log = make(conn)
                    now = office.clock()
                    idempotency.register(conn, office, author, key, digest, Outcome("", None, made), now)
                    audit.write(conn, office.serventia_id, now, log)
            except DBAPIError as error:
                if not lost_a_race(error):
                    raise
                continue
            office.bell.ring()
            return made, False
    raise Recusa("servidor-ocupado", "O mesmo selo muda a cada tentativa: mande de novo.", retry_after=1)
