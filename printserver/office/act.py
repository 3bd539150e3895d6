"""One transaction by one author: connection, time, author, and log entries (A1, A3); with it, a file that is replaced.

The entries are written at the end of the transaction, because writing locks the head of the log. The bell rings after
the commit, so that waiters check again.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.common import faults
from printserver.common.data import JsonView
from printserver.common.files import sync_folder, write_whole
from printserver.errors import Recusa
from printserver.office import audit
from printserver.office.audit import LogEntry
from printserver.office.office import Office
from printserver.office.people import Author


@dataclass(slots=True)
class Act:
    """An open transaction: `conn` writes, `now` is its single time (UTC), `who` is its author (None: the server)."""

    office: Office
    conn: Connection
    now: datetime
    who: Author | None = None
    entries: list[LogEntry] = field(default_factory=list)

    @property
    def author(self) -> Author:
        """The author, in an act that always has a person or a system."""
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
        """Add one entry by the author; entries are written at the end, in this order."""
        who = self.who
        person, system, address = (who.pessoa, who.sistema, who.endereco) if who is not None else (None, None, None)
        self.entries.append(LogEntry(objeto, objeto_id, estado, person, system, address, detalhe or {}, prova))

    def add(self, entries: Iterable[LogEntry]) -> None:
        """Add existing entries."""
        self.entries.extend(entries)


@contextmanager
def acting(
    office: Office, who: Author | None = None, now: datetime | None = None, *, ring: bool = True
) -> Iterator[Act]:
    """Run one transaction; its entries are written at its end, and with `ring` the bell rings after the commit.

    What was committed is in the mirror when this returns (B2). Reraises any exception of the block and writes nothing;
    raises `Recusa` `servidor-ocupado` as `audit.write`.
    """
    with office.db.write() as conn:
        current = Act(office, conn, now or office.clock(), who)
        yield current
        audit.write(conn, office.serventia_id, current.now, current.entries)
    office.mirror.follow(office.settings.espelho)
    if ring:
        office.bell.ring()


@contextmanager
def replacing(office: Office, who: Author, file: Path, content: bytes) -> Iterator[Act]:
    """Run one transaction at whose end a file of the office is replaced by `content`: both are kept, or neither.

    No other process replaces it meanwhile: the block may check what stands in it. A link stays a link. Reraises as
    `acting`; raises `Recusa` `servidor-ocupado` if the file cannot be read or written.
    """
    path = file.resolve()
    before: bytes | None = None
    written = False
    try:
        with acting(office, who) as act:
            mine = db.serventia.c.id == office.serventia_id
            act.conn.execute(sa.select(db.serventia.c.id).where(mine).with_for_update())
            before = path.read_bytes() if path.exists() else None
            yield act
            write_whole(path, content)
            written = True
            sync_folder(path.parent)
    except BaseException as error:
        if written and before is not None:
            write_whole(path, before)
        elif written:
            path.unlink()
        if isinstance(error, OSError):
            why = faults.of_os(error)
            raise Recusa("servidor-ocupado", f"Nada foi feito: {path.name} não pode ser escrito ({why}).") from error
        raise
