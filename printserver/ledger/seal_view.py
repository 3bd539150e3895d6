"""One seal as the contract shows it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.clock import rfc3339
from printserver.errors import Recusa
from printserver.office import Office
from printserver.selo import EXCLUSION

PAGE = 50


def selo_dict(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return what every list of seals shows of one."""
    return {
        "codigo": row["codigo"],
        "ato": row["ato"],
        "descricao": row["descricao"],
        "principal": row["principal"],
        "vinculador": row["vinculador"],
        "isento": row["isento"],
        "total_centavos": row["total_centavos"],
        "iss_centavos": row["iss_centavos"],
        "estado": row["estado"],
        "retifica": row["retifica"],
        "retificado_por": row["retificado_por"],
    }


def history_step(row: Mapping[Any, Any]) -> dict[str, Any]:
    detalhe = row["detalhe"]
    return {
        "estado": row["estado"],
        "quando": rfc3339(row["quando"]),
        "quem": row["quem"],
        "sistema": row["sistema"],
        "detalhe": detalhe.get("texto") if detalhe.keys() == {"texto"} else (detalhe or None),
    }


def selo(office: Office, codigo: str) -> dict[str, Any]:
    """Return one seal with its QR, registro, chain, links, changes, and what the court was told and said (T3, R5).

    Raises `Recusa` `nao-encontrado`.
    """
    table, sid = db.selo, office.serventia_id
    with office.db.read() as conn:
        row = _row(conn, office, codigo)
        linked = conn.execute(
            sa.select(table.c.codigo).where(table.c.serventia_id == sid, table.c.vinculador == row["codigo"])
        ).scalars()
        log = (
            sa.select(db.log)
            .where(db.log.c.serventia_id == sid, db.log.c.objeto == "selo", db.log.c.objeto_id == row["codigo"])
            .order_by(db.log.c.n)
        )
        return printed_selo(conn, sid, row) | {
            "qr": {"selo": row["codigo"], "url": row["qr_url"]},
            "registro": row["registro"],
            "cadeia": _chain(conn, sid, row),
            "vinculos": {"vinculador": row["vinculador"], "vinculados": list(linked)},
            "andamentos": [
                history_step(item) | {"endereco": item["endereco"]} for item in conn.execute(log).mappings()
            ],
            "momento": rfc3339(row["momento"]),
            "job": row["job_id"],
            "data": row["dia"].isoformat(),
            "emolumentos_centavos": row["emolumentos"],
            "motivo_isencao": row["motivo_isencao"],
            "xa_ate": rfc3339(office.rules.terms.xa_until(document_kind(conn, row), row["momento"])),
            "comunicado_em": rfc3339(row["comunicado_em"]) if row["comunicado_em"] else None,
            "comunicacoes": _reports(conn, sid, row["codigo"]),
            **{name: row[name] for name in _DO_SELO},
        }


def document_kind(conn: Connection, row: Mapping[Any, Any]) -> str | None:
    """Return the kind of the document that a seal is on, None for a seal without a print."""
    table = db.documento
    return conn.scalar(sa.select(table.c.tipo).where(table.c.id == row["documento_id"]))


def rectification_until(office: Office, codigo: str) -> datetime:
    """Return until when the type or identifier of a seal can be rectified (X4). Raises `Recusa` `nao-encontrado`."""
    with office.db.read() as conn:
        row = _row(conn, office, codigo)
        return office.rules.terms.rectification_until(document_kind(conn, row), row["momento"])


def _row(conn: Connection, office: Office, codigo: str) -> sa.RowMapping:
    table = db.selo
    query = sa.select(table).where(table.c.serventia_id == office.serventia_id, table.c.codigo == codigo.upper())
    row = conn.execute(query).mappings().one_or_none()
    if row is None:
        raise Recusa("nao-encontrado", f"Não há selo com o código {codigo!r} nesta serventia.")
    return row


_DO_SELO = (
    *("natureza", "identificador", "livro", "folha_inicial", "termo", "matricula"),
    *("origem", "escrevente", "sistema", "motivo"),
)


def _reports(conn: Connection, serventia_id: int, codigo: str) -> list[dict[str, Any]]:
    """Return what the court is told of a seal, in order, and its words where it objected."""
    out = db.outbox
    query = sa.select(out).where(out.c.serventia_id == serventia_id, out.c.codigo == codigo).order_by(out.c.id)
    return [
        {
            "tipo": row["tipo"],
            "alvo": row["alvo"],
            "estado": row["estado"],
            "prazo": rfc3339(row["prazo"]),
            "tentativas": row["tentativas"],
            "fim": rfc3339(row["fim_em"]) if row["fim_em"] else None,
            "erros": row["erros"] or [],
        }
        for row in conn.execute(query).mappings()
    ]


def _chain(conn: Connection, serventia_id: int, row: Mapping[Any, Any]) -> list[str]:
    """Return the codes of the seal's chain, oldest first (R1)."""
    table = db.selo

    def other(codigo: str | None) -> Mapping[Any, Any] | None:
        if codigo is None:
            return None
        query = sa.select(table.c.codigo, table.c.retifica, table.c.retificado_por).where(
            table.c.serventia_id == serventia_id, table.c.codigo == codigo
        )
        return conn.execute(query).mappings().one_or_none()

    codes = [row["codigo"]]
    while (before := other(row["retifica"])) is not None:
        codes.insert(0, before["codigo"])
        row = before
    after = other(codes[-1])
    while after is not None and (after := other(after["retificado_por"])) is not None:
        codes.append(after["codigo"])
    return codes


def printed_selo(conn: Connection, serventia_id: int, row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return a seal as a job's `selos` shows it: with what became of it (S11, R1)."""
    return selo_dict(row) | current_seal(conn, serventia_id, row)


def current_seal(conn: Connection, serventia_id: int, selo: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a seal of a print has become: the live one of its chain and its total, or the XA of it (S11)."""
    table = db.selo
    newest: Mapping[Any, Any] = selo
    while newest["retificado_por"] is not None:
        query = sa.select(table).where(table.c.serventia_id == serventia_id, table.c.codigo == newest["retificado_por"])
        newest = conn.execute(query).mappings().one()
    excluded = newest["ato"] == EXCLUSION
    return {
        "vivo": selo["vivo"],
        "atual": None if excluded else newest["codigo"],
        "atual_centavos": None if excluded else newest["total_centavos"],
        "excluido_por": newest["codigo"] if excluded and newest is not selo else None,
    }
