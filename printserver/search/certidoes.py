"""The certidões of Registro Civil on paper: who collected them, and which nobody collected in time (C24)."""

import csv
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from io import StringIO
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.clock import day_start, local_date, rfc3339
from printserver.common.cells import mark
from printserver.common.data import JsonObject
from printserver.errors import Recusa
from printserver.ledger import HANDED_OFF, PAGE, PRINTED, RENDERED, UNCERTAIN
from printserver.office import Office

CHOICES: Final = ("vencidas", "a_retirar", "retiradas", "descartadas")
"""Which certidões a list shows: not collected in time, not collected, collected, discarded."""
_DESTINATIONS: Final = {"retiradas": "retirada", "descartadas": "descartada"}
_job, _fate = db.job, db.retirada


def list_certidoes(office: Office, which: str, page: int | None = 1) -> JsonObject:
    """Return a page of the certidões of one of `CHOICES`, or all (`page` None), with how many there are.

    Those that wait are listed by age, the oldest first; the others by the time of the record, the newest first.
    Live prints only: one that was replaced, or whose seals were excluded, waits for nobody.
    """
    today = local_date(office.clock())
    where = [*_on_paper(office.serventia_id)]
    if which in _DESTINATIONS:
        where.append(_fate.c.destino == _DESTINATIONS[which])
        order: tuple[sa.ColumnElement[object], ...] = (_fate.c.quando.desc(), _job.c.n.desc())
    else:
        where.append(_fate.c.destino.is_(None))
        order = (_job.c.criado_em, _job.c.n)
    if which == "vencidas":
        where.append(_job.c.criado_em < day_start(today - timedelta(days=office.settings.civil.retirada_dias)))
    query = _select().where(*where).order_by(*order)
    if page is not None:
        query = query.limit(PAGE).offset((page - 1) * PAGE)
    with office.db.read() as conn:
        total = conn.scalar(sa.select(sa.func.count()).select_from(_joined()).where(*where))
        items = _items(conn, office, conn.execute(query).mappings().all(), today)
    return {
        "situacao": which,
        "dias": office.settings.civil.retirada_dias,
        "itens": items,
        "pagina": page or 1,
        "total": int(total or 0),
    }


def certidao(conn: Connection, office: Office, job_id: str) -> JsonObject:
    """Return one certidão of those lists. Raises `Recusa` `nao-encontrado`."""
    query = _select().where(*_on_paper(office.serventia_id), _job.c.id == job_id)
    rows = conn.execute(query).mappings().all()
    if not rows:
        text = f"O trabalho {job_id!r} não é uma certidão do Registro Civil que saiu no papel e vale."
        raise Recusa("nao-encontrado", text)
    return _items(conn, office, rows, local_date(office.clock()))[0]


def as_csv(found: JsonObject) -> str:
    """Return certidões as CSV in the manner of a Brazilian spreadsheet."""
    out = StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    head = ("pedido", "via", "registrados", "selos", "impressa_em", "retirar_ate", "destino", "dia", "por", "motivo")
    writer.writerow([*head, "registrado_por", "registrado_em", "trabalho"])
    for each in found["itens"]:
        fate = each["destino"] or {}
        document = each["documento"]
        texts = (document.get("pedido"), document.get("via"), ", ".join(each["registrados"]), ", ".join(each["selos"]))
        writer.writerow(
            [
                *map(_cell, texts),
                *(each["impressa_em"], each["retirar_ate"], fate.get("destino", ""), fate.get("dia", "")),
                *(_cell(fate.get(name)) for name in ("por", "motivo", "quem")),
                *(fate.get("quando", ""), each["job"]),
            ]
        )
    return out.getvalue()


def _cell(text: object) -> str:
    return "" if text is None else mark(str(text))


def _on_paper(serventia_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    """Return the conditions of a live certidão of Registro Civil that came out on paper, here or elsewhere."""
    return (
        _job.c.serventia_id == serventia_id,
        _job.c.tipo == "certidao_civil",
        _job.c.viva,
        _job.c.substituido_por.is_(None),
        _job.c.estado.in_((PRINTED, UNCERTAIN)) | (_job.c.encerrado & _job.c.estado.in_((RENDERED, HANDED_OFF))),
    )


def _joined() -> sa.Join:
    same = (_fate.c.serventia_id == _job.c.serventia_id) & (_fate.c.job_id == _job.c.id)
    return _job.outerjoin(_fate, same)


def _select() -> sa.Select[tuple[object, ...]]:
    record = db.instrumento
    own = (_job.c.id, _job.c.campos, _job.c.criado_em, _job.c.escrevente, record.c.registro)
    fate = (_fate.c.destino, _fate.c.dia, _fate.c.por, _fate.c.motivo, _fate.c.quem, _fate.c.quando)
    its = (record.c.serventia_id == _job.c.serventia_id) & (record.c.id == _job.c.instrumento_id)
    return sa.select(*own, *fate).select_from(_joined().outerjoin(record, its))


def _items(conn: Connection, office: Office, rows: Sequence[sa.RowMapping], today: date) -> list[JsonObject]:
    seals = _seals(conn, office.serventia_id, [row["id"] for row in rows])
    return [_item(row, seals[row["id"]], office.settings.civil.retirada_dias, today) for row in rows]


def _item(row: sa.RowMapping, seals: list[str], days: int, today: date) -> JsonObject:
    printed = local_date(row["criado_em"])
    until = printed + timedelta(days=days)
    fate = None
    if row["destino"] is not None:
        fate = {name: row[name] for name in ("destino", "por", "motivo", "quem")}
        fate |= {"dia": row["dia"].isoformat(), "quando": rfc3339(row["quando"])}
    return {
        "job": row["id"],
        "documento": dict(row["campos"]),
        "registrados": [each["nome"] for each in (row["registro"] or {}).get("registrados", [])],
        "selos": seals,
        "escrevente": row["escrevente"],
        "impressa_em": printed.isoformat(),
        "retirar_ate": until.isoformat(),
        "vencida": fate is None and today > until,
        "destino": fate,
    }


def _seals(conn: Connection, serventia_id: int, ids: list[str]) -> dict[str, list[str]]:
    """Return the live seals of each print."""
    table = db.selo
    found: dict[str, list[str]] = defaultdict(list)
    for start in range(0, len(ids), 500):  # within the limit of parameters of a query
        query = sa.select(table.c.job_id, table.c.codigo).where(
            table.c.serventia_id == serventia_id, table.c.job_id.in_(ids[start : start + 500]), table.c.vivo
        )
        for job_id, codigo in conn.execute(query.order_by(table.c.id)):
            found[job_id].append(codigo)
    return found
