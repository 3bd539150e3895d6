"""A page of the seals that were looked for (T5), quick among millions, and the rows of all of them, a piece at a time.

Three things keep it quick, each measured (`bench/lookup.py`): the indexes of `db.selo` hold all that is commonly
filtered by, so that the table itself is read for the rows shown alone; where few seals match, they are read and put in
order here, else the database walks an index that is in order already; and beyond twenty thousand nobody counts on.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.ledger.seal_view import PAGE, selo_dict
from printserver.office.office import Office
from printserver.search.filters import Condicao, Filtros, condicoes

POUCOS: Final = 2_000
CONTA_ATE: Final = 20_000
PEDACO: Final = 1_000  # rows read at a time where all are read

Linha = Mapping[Any, Any]
_s = db.selo.c


def listar(office: Office, filtros: Filtros, pagina: int = 1) -> dict[str, Any]:
    """Return a page of the seals that pass `filtros`, of the newest act first, and how many there are.

    `total` is exact up to `CONTA_ATE`; beyond it is `CONTA_ATE` and `total_exato` is False. Raises `Recusa`
    `entrada-invalida`.
    """
    where = condicoes(office, filtros)
    start = (pagina - 1) * PAGE
    with office.db.read() as conn:
        few = conn.execute(sa.select(_s.dia, _s.id).where(*where).limit(POUCOS + 1)).all()
        if len(few) <= POUCOS:
            ids = [row.id for row in sorted(few, key=tuple, reverse=True)][start : start + PAGE]
            total = len(few)
        else:
            page = sa.select(_s.id).where(*where).order_by(_s.dia.desc(), _s.id.desc()).limit(PAGE).offset(start)
            ids = list(conn.execute(page).scalars())
            total = _contar(conn, where)
        rows = _linhas(conn, ids)
    return {
        "itens": [resumo(row) for row in rows],
        "pagina": pagina,
        "total": min(total, CONTA_ATE),
        "total_exato": total <= CONTA_ATE,
    }


def resumo(row: Linha) -> dict[str, Any]:
    """Return a seal as a list shows it: as a job's `selos`, and where and when it belongs."""
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


def todas(office: Office, where: Sequence[Condicao]) -> Iterator[Linha]:
    """Give the rows of all seals that pass, of the newest act first.

    They are read in pieces, each a transaction of its own: whoever takes them may be slow, and no transaction stays
    open meanwhile. Each seal is given once, as it stands when its piece is read.
    """
    query = sa.select(_s.dia, _s.id).where(*where).order_by(_s.dia.desc(), _s.id.desc())
    after: Sequence[Condicao] = ()
    while True:
        with office.db.read() as conn:
            keys = conn.execute(query.where(*after).limit(PEDACO)).all()
            rows = _linhas(conn, [key.id for key in keys])
        yield from rows
        if len(keys) < PEDACO:
            return
        last = keys[-1]
        # the first bound is what an index is entered by
        after = (_s.dia <= last.dia, sa.or_(_s.dia < last.dia, _s.id < last.id))


def _contar(conn: Connection, where: Sequence[Condicao]) -> int:
    some = sa.select(sa.literal(1)).select_from(db.selo).where(*where).limit(CONTA_ATE + 1)
    return int(conn.execute(sa.select(sa.func.count()).select_from(some.subquery())).scalar_one())


def _linhas(conn: Connection, ids: Sequence[int]) -> list[Linha]:
    """Return the rows of these ids, in their order."""
    found = {row["id"]: row for row in conn.execute(sa.select(db.selo).where(_s.id.in_(ids))).mappings()}
    return [found[number] for number in ids]
