"""The begin of a restoration: from here on the office seals and prints nothing until a person releases it (B3)."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from printserver import db
from printserver.clock import rfc3339
from printserver.copies import after_copy
from printserver.office import Act, mirror, restored


def begin(
    act: Act, copia_de: datetime, head: tuple[int, str], origem: str, quem: str, after: str = ""
) -> dict[str, int]:
    """Open a restoration, put to rest what was on its way, and write it into the log; return the counts of that.

    `copia_de` is the time of the state that the office is in, `head` the number and hash of the last entry of the log
    then, `origem` where that state came from, `after` the newest branch that is known there. A copy may have open
    restorations already: its own mark, and those of an office that was copied while it waited. None of their steps
    counts, since the office may have been released and have worked after that copy (B3).
    """
    values = {"serventia_id": act.office.serventia_id, "copia_de": copia_de, "passos": {}}
    values |= {"registro_n": head[0], "registro_hash": head[1]}
    values |= {"quando": _moment(act, after), "origem": origem, "quem": quem}
    act.conn.execute(sa.insert(db.restauracao).values(**values))
    counts = after_copy.put_to_rest(act)
    what = {"copia_de": rfc3339(copia_de), "cabeca": f"{head[0]}:{head[1]}"}
    act.log("restauracao", act.office.cns, restored.OPENED, what | counts | {"quem": quem})
    return counts


def _moment(act: Act, after: str) -> datetime:
    """Return now, or a second after the newest restoration before: the clock may have been wrong then, or is now.

    The branches of the log sort by this time, and the newest one has all that was done (B2).
    """
    table = db.restauracao.c
    query = sa.select(table.quando).where(table.serventia_id == act.office.serventia_id, table.quando.is_not(None))
    before: list[datetime] = [*act.conn.execute(query).scalars(), *([mirror.moment_of(after)] if after else [])]
    return max([act.now, *(moment + timedelta(seconds=1) for moment in before)])


def reopen(act: Act, closed_at: datetime, head: tuple[int, str], quem: str) -> dict[str, int]:
    """Have an office that was closed here wait for its release: meanwhile it may have worked elsewhere (S3).

    `closed_at` is the time of its state: when it was closed, or when the export was made that it came from. `head` is
    number and hash of the last entry of the log then: the other place's log and mirror go on from it.
    """
    return begin(act, closed_at, head, "serventia abrir", quem)
