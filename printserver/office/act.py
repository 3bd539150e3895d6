"""One transaction by one person: connection, time, who, and what the log is to say (A1, A3).

The entries are written at the end of the transaction, because the chain's head is locked from there on. After the
commit the bell rings, so that whoever waits looks again.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.engine import Connection

from printserver.common.data import JsonView
from printserver.office import audit
from printserver.office.audit import LogEntry
from printserver.office.office import Office
from printserver.office.people import Author


@dataclass(slots=True)
class Act:
    """What an act needs: `conn` writes, `now` is its one moment (UTC), `who` answers for it (None: the server)."""

    office: Office
    conn: Connection
    now: datetime
    who: Author | None = None
    entries: list[LogEntry] = field(default_factory=list)

    @property
    def author(self) -> Author:
        """Who acts, in an act that always has a person or a system behind it."""
        assert self.who is not None
        return self.who

    def log(
        self,
        objeto: str,
        objeto_id: str,
        estado: str,
        detalhe: JsonView | None = None,
        prova: JsonView | None = None,
    ) -> None:
        """Note one entry by who acts; it is written at the end, in the order of the notes."""
        who = self.who
        person, system, address = (who.pessoa, who.sistema, who.endereco) if who is not None else (None, None, None)
        self.entries.append(LogEntry(objeto, objeto_id, estado, person, system, address, detalhe or {}, prova))

    def add(self, entries: Iterable[LogEntry]) -> None:
        """Note entries that were made elsewhere."""
        self.entries.extend(entries)


@contextmanager
def acting(
    office: Office, who: Author | None = None, now: datetime | None = None, *, ring: bool = True
) -> Iterator[Act]:
    """Run one transaction; its entries are written at its end, and the bell rings after the commit (`ring`).

    Raises what the block raises, and then nothing is written; `Recusa` `servidor-ocupado` as `audit.write`.
    """
    with office.db.write() as conn:
        current = Act(office, conn, now or office.clock(), who)
        yield current
        audit.write(conn, office.serventia_id, current.now, current.entries)
    if ring:
        office.bell.ring()
