"""Pending and refused seals and links, with the time left of each (T1, T2, R5)."""

from datetime import datetime, timedelta
from typing import Final, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.clock import local_date, rfc3339
from printserver.common.data import JsonObject, Row
from printserver.office import Office

# T1: the term, and the time left that triggers a warning, and an urgent one.
DEADLINE: Final = timedelta(hours=24)
WARN: Final = timedelta(hours=12)
URGENT: Final = timedelta(hours=4)
PER_PAGE: Final = 50

# States of an act at the counter (`ato_balcao.estado`): it waits for its load, was loaded, or was reversed.
WAITING: Final = "aguardando"
CARREGADO: Final = "carregado"
ESTORNADO: Final = "estornado"

Which = Literal["pendentes", "recusados", "vinculos"]
_out, _seals = db.outbox, db.selo


def list_all(office: Office, quais: Which, page_number: int) -> JsonObject:
    """Return a page of the pending rows (most urgent first), the refused ones (newest first), or the links.

    `falta_s` is in seconds, negative past the term (T1). `erros` are the court's own errors (R5).
    """
    sid, now = office.serventia_id, office.clock()
    where = {
        "pendentes": (_out.c.fim_em.is_(None), _out.c.tipo != "vinculo"),
        "recusados": (_out.c.tipo != "vinculo", is_refused(sid)),
        "vinculos": (_out.c.tipo == "vinculo", sa.or_(_out.c.fim_em.is_(None), is_refused(sid))),
    }[quais]
    order = (_out.c.fim_em.desc(), _out.c.id) if quais == "recusados" else (_out.c.prazo, _out.c.id)
    same = (_seals.c.serventia_id == _out.c.serventia_id) & (_seals.c.codigo == _out.c.codigo)
    rows = sa.select(_out, _seals.c.ato, _seals.c.descricao, _seals.c.job_id, _seals.c.estado.label("do_selo"))
    rows = rows.join(_seals, same).where(_out.c.serventia_id == sid, *where).order_by(*order)
    with office.db.read() as conn:
        total = conn.execute(
            sa.select(sa.func.count()).select_from(_out).where(_out.c.serventia_id == sid, *where)
        ).scalar_one()
        page = conn.execute(rows.limit(PER_PAGE).offset((page_number - 1) * PER_PAGE)).mappings()
        return {"itens": [_item(row, now) for row in page], "pagina": page_number, "total": total}


def _item(row: Row, now: datetime) -> JsonObject:
    left = row["prazo"] - now
    return {
        "selo": row["codigo"],
        "ato": row["ato"],
        "descricao": row["descricao"],
        "job": row["job_id"],
        "tipo": row["tipo"],
        "alvo": row["alvo"],
        "estado": row["do_selo"],
        "envio": row["estado"],
        "tentativas": row["tentativas"],
        "prazo": rfc3339(row["prazo"]),
        "falta_s": int(left.total_seconds()),
        "urgencia": None if row["fim_em"] else urgency(left),
        "erros": row["erros"] or [],
        "recusado_em": rfc3339(row["fim_em"]) if row["fim_em"] else None,
    }


def urgency(left: timedelta) -> str:
    """Return the urgency for the time `left` of the 24 hours: atrasado, 4h, 12h or em-dia."""
    if left <= timedelta(0):
        return "atrasado"
    return "4h" if left <= URGENT else "12h" if left <= WARN else "em-dia"


def is_refused(sid: int) -> sa.ColumnElement[bool]:
    """Return the condition that a row was refused and needs a person; not if its seal was rectified."""
    seal = _seals.alias("mended")
    mended = sa.exists().where(
        seal.c.serventia_id == sid, seal.c.codigo == _out.c.codigo, seal.c.retificado_por.is_not(None)
    )
    return sa.and_(_out.c.estado.in_(("objetado", "impossivel")), ~mended)


def without_load(conn: Connection, sid: int, now: datetime) -> JsonObject:
    """Return the number of acts at the counter without a load, by time left of their 24 hours, and the oldest day.

    The 24 hours begin when the act is recorded; for an act of a past day at the end of that day, as for its seal (T1).
    """
    table, today = db.ato_balcao, local_date(now)

    def under(left: timedelta) -> sa.ColumnElement[bool]:
        recorded = table.c.criado_em <= now + left - DEADLINE
        return sa.or_(recorded, table.c.data < local_date(now + left - DEADLINE))

    late, urgent = under(timedelta(0)), under(URGENT)
    counts = (
        sa.func.count(),
        sa.func.count().filter(late),
        sa.func.count().filter(urgent, ~late),
        sa.func.min(table.c.data),
    )
    mine = (table.c.serventia_id == sid, table.c.estado == WAITING, table.c.data <= today)
    total, overdue, soon, since = conn.execute(sa.select(*counts).where(*mine)).one()
    return {
        "sem_carga": total,
        "sem_carga_atrasados": overdue,
        "sem_carga_urgentes": soon,
        "sem_carga_desde": since.isoformat() if since else None,
    }


def count(conn: Connection, sid: int, now: datetime) -> JsonObject:
    """Return the counts of pending seals by urgency, links, refusals and acts at the counter; the first deadline."""
    waits = (_out.c.serventia_id == sid, _out.c.fim_em.is_(None))
    seal = _out.c.tipo != "vinculo"
    counts = (
        sa.func.count().filter(seal),
        sa.func.count().filter(~seal),
        sa.func.count().filter(seal, _out.c.prazo <= now),
        sa.func.count().filter(seal, _out.c.prazo > now, _out.c.prazo <= now + URGENT),
        sa.func.count().filter(seal, _out.c.prazo > now + URGENT, _out.c.prazo <= now + WARN),
        sa.func.min(_out.c.prazo).filter(seal),
    )
    total, links, late, urgent, soon, first = conn.execute(sa.select(*counts).where(*waits)).one()
    refused = sa.select(sa.func.count(), sa.func.count().filter(~seal)).where(
        _out.c.serventia_id == sid, is_refused(sid)
    )
    broken, broken_links = conn.execute(refused).one()
    return {
        "pendentes": total,
        "vinculos_pendentes": links,
        "atrasados": late,
        "urgentes": urgent,
        "a_vencer": soon,
        "primeiro_prazo": first,
        "falta_s": None if first is None else (first - now).total_seconds(),
        "recusados": broken,
        "vinculos_recusados": broken_links,
        **without_load(conn, sid, now),
    }
