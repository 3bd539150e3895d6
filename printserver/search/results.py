"""Results of a search for seals (T5): one page, fast among millions, or all rows in batches.

Three measures, each benchmarked (`bench/lookup.py`), keep it fast. The indexes of `db.selo` cover the common filters,
so the table is read only for the shown rows. Few matches are read and sorted here; otherwise the database scans an
index in order. Counting stops at twenty thousand.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.common.data import JsonObject, Row
from printserver.ledger import PAGE, selo_dict
from printserver.office import Office
from printserver.search.filters import Condition, Filters, conditions, read_by_id

FEW: Final = 2_000
COUNT_LIMIT: Final = 20_000
PIECE_ROWS: Final = 1_000  # batch size when all rows are read

SearchRow = Row
_s = db.selo.c


def list_all(office: Office, filters: Filters, page_number: int = 1, *, by_place: bool = False) -> JsonObject:
    """Return a page of the seals that match `filters`, newest act first, and their count.

    `by_place` lists a few seals by folha instead, and those of a folha as they were made.

    `total` is exact up to `COUNT_LIMIT`; above, it is `COUNT_LIMIT` and `total_exato` is False. Raises `Recusa`
    `entrada-invalida`.
    """
    where = conditions(office, filters)
    start = (page_number - 1) * PAGE
    with office.db.read() as conn:
        columns = (_s.dia, _s.id, _s.folha_inicial) if by_place else (_s.dia, _s.id)
        limit = COUNT_LIMIT if read_by_id(filters) else FEW
        few = conn.execute(sa.select(*columns).where(*where).limit(limit + 1)).all()
        if len(few) <= limit:
            key, newest_first = (_by_folha, False) if by_place else (tuple, True)
            ids = [row.id for row in sorted(few, key=key, reverse=newest_first)][start : start + PAGE]
            total = len(few)
        else:
            total = _count(conn, where)
            in_order = conditions(office, filters, in_order=True) if total > COUNT_LIMIT else where
            page = sa.select(_s.id).where(*in_order).order_by(_s.dia.desc(), _s.id.desc()).limit(PAGE).offset(start)
            ids = list(conn.execute(page).scalars())
        rows = _entries(conn, office, ids)
    return {
        "itens": [summary(row) for row in rows],
        "pagina": page_number,
        "total": min(total, COUNT_LIMIT),
        "total_exato": total <= COUNT_LIMIT,
    }


def _by_folha(row: sa.Row[Any]) -> tuple[int, int]:
    folha = row.folha_inicial or ""
    return int(folha) if folha.isdecimal() else 0, row.id


def summary(row: SearchRow) -> JsonObject:
    """Return a seal for a list: as in a job's `selos`, with its date, place and author."""
    return selo_dict(row) | {
        "natureza": row["natureza"],
        "data": row["dia"].isoformat(),
        "identificador": row["identificador"],
        "livro": row["livro"],
        "folha_inicial": row["folha_inicial"],
        "termo": row["termo"],
        "matricula": row["matricula"],
        "escrevente": row["escrevente"],
        "origem": row["origem"],
        "vivo": row["vivo"],
        "job": row["job_id"],
    }


def all_rows(office: Office, where: Sequence[Condition]) -> Iterator[SearchRow]:
    """Yield the rows of all matching seals, newest act first.

    They are read in batches, each in a separate transaction, so that a slow reader keeps no transaction open. Each seal
    is yielded once, in its state when its batch is read.
    """
    query = sa.select(_s.dia, _s.id).where(*where).order_by(_s.dia.desc(), _s.id.desc())
    after: Sequence[Condition] = ()
    while True:
        with office.db.read() as conn:
            keys = conn.execute(query.where(*after).limit(PIECE_ROWS)).all()
            rows = _entries(conn, office, [key.id for key in keys])
        yield from rows
        if len(keys) < PIECE_ROWS:
            return
        last = keys[-1]
        # the first condition selects the index range
        after = (_s.dia <= last.dia, sa.or_(_s.dia < last.dia, _s.id < last.id))


def _count(conn: Connection, where: Sequence[Condition]) -> int:
    some = sa.select(sa.literal(1)).select_from(db.selo).where(*where).limit(COUNT_LIMIT + 1)
    return int(conn.execute(sa.select(sa.func.count()).select_from(some.subquery())).scalar_one())


def _entries(conn: Connection, office: Office, ids: Sequence[int]) -> list[SearchRow]:
    """Return the rows of these ids, in their order."""
    mine = (_s.serventia_id == office.serventia_id, _s.id.in_(ids))
    found = {row["id"]: row for row in conn.execute(sa.select(db.selo).where(*mine)).mappings()}
    return [found[number] for number in ids]
