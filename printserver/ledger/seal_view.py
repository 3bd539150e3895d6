"""One seal in the form of the contract."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.clock import rfc3339
from printserver.common.data import JsonObject, Row
from printserver.errors import Recusa
from printserver.ledger.rows import Seal
from printserver.office import Office
from printserver.selo import EXCLUSION

PAGE = 50


_LISTED = (
    *("codigo", "ato", "descricao", "principal", "vinculador", "isento", "total_centavos", "iss_centavos"),
    *("estado", "retifica", "retificado_por"),
)


def selo_dict(row: Row) -> JsonObject:
    """Return the fields of a seal that every list shows, from its row."""
    return {name: row[name] for name in _LISTED}


def history_step(row: Row) -> JsonObject:
    detalhe = row["detalhe"]
    return {
        "estado": row["estado"],
        "quando": rfc3339(row["quando"]),
        "quem": row["quem"],
        "sistema": row["sistema"],
        "detalhe": detalhe.get("texto") if detalhe.keys() == {"texto"} else (detalhe or None),
    }


def selo(office: Office, codigo: str) -> JsonObject:
    """Return one seal with its QR, registro, chain, links, history, and its reports to the court (T3, R5).

    Raises `Recusa` `nao-encontrado`.
    """
    table, sid = db.selo, office.serventia_id
    with office.db.read() as conn:
        seal = _seal(conn, office, codigo)
        linked = conn.execute(
            sa.select(table.c.codigo).where(table.c.serventia_id == sid, table.c.vinculador == seal.codigo)
        ).scalars()
        log = (
            sa.select(db.log)
            .where(db.log.c.serventia_id == sid, db.log.c.objeto == "selo", db.log.c.objeto_id == seal.codigo)
            .order_by(db.log.c.n)
        )
        return printed_selo(conn, sid, seal) | {
            "qr": {"selo": seal.codigo, "url": seal.qr_url},
            "registro": seal.registro,
            "cadeia": _chain(conn, sid, seal),
            "vinculos": {"vinculador": seal.vinculador, "vinculados": list(linked)},
            "andamentos": [
                history_step(item) | {"endereco": item["endereco"]} for item in conn.execute(log).mappings()
            ],
            "momento": rfc3339(seal.momento),
            "job": seal.job_id,
            "data": seal.dia.isoformat(),
            "emolumentos_centavos": seal.emolumentos,
            "motivo_isencao": seal.motivo_isencao,
            "xa_ate": rfc3339(office.rules.terms.xa_until(document_kind(conn, seal), seal.momento)),
            "comunicado_em": rfc3339(seal.comunicado_em) if seal.comunicado_em else None,
            "comunicacoes": _reports(conn, sid, seal.codigo),
            **{name: getattr(seal, name) for name in _DO_SELO},
        }


def document_kind(conn: Connection, seal: Seal) -> str | None:
    """Return the kind of a seal's document, None for a seal without a print."""
    table = db.documento
    its = (table.c.serventia_id == seal.serventia_id, table.c.id == seal.documento_id)
    return conn.scalar(sa.select(table.c.tipo).where(*its))


def rectification_until(office: Office, codigo: str) -> datetime:
    """Return until when the type or identifier of a seal can be rectified (X4). Raises `Recusa` `nao-encontrado`."""
    with office.db.read() as conn:
        seal = _seal(conn, office, codigo)
        return office.rules.terms.rectification_until(document_kind(conn, seal), seal.momento)


def _seal(conn: Connection, office: Office, codigo: str) -> Seal:
    seal = seals_by_code(conn, office.serventia_id, [codigo.upper()]).get(codigo.upper())
    if seal is None:
        raise Recusa("nao-encontrado", f"Não há selo com o código {codigo!r} nesta serventia.")
    return seal


_DO_SELO = (
    *("natureza", "identificador", "livro", "folha_inicial", "termo", "matricula"),
    *("origem", "escrevente", "sistema", "motivo"),
)


def _reports(conn: Connection, serventia_id: int, codigo: str) -> list[JsonObject]:
    """Return the reports of a seal to the court, in order, with the court's errors."""
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


def seals_by_code(conn: Connection, serventia_id: int, codes: Sequence[str]) -> dict[str, Seal]:
    """Return the seals with these codes, by code; unknown ones are left out."""
    table = db.selo
    query = sa.select(table).where(table.c.serventia_id == serventia_id, table.c.codigo.in_(codes))
    return {row["codigo"]: Seal.from_row(row) for row in conn.execute(query).mappings()}


def _chain(conn: Connection, serventia_id: int, seal: Seal) -> list[str]:
    """Return the codes of the seal's chain, oldest first (R1)."""

    def other(codigo: str | None) -> Seal | None:
        return None if codigo is None else seals_by_code(conn, serventia_id, [codigo]).get(codigo)

    codes = [seal.codigo]
    before: Seal | None = seal
    while before is not None and (before := other(before.retifica)) is not None:
        codes.insert(0, before.codigo)
    after = other(seal.retificado_por)
    while after is not None:
        codes.append(after.codigo)
        after = other(after.retificado_por)
    return codes


def printed_selo(conn: Connection, serventia_id: int, seal: Seal) -> JsonObject:
    """Return a seal as in a job's `selos`, with its current state (S11, R1)."""
    return {name: getattr(seal, name) for name in _LISTED} | current_seal(conn, serventia_id, seal)


def current_seal(conn: Connection, serventia_id: int, seal: Seal) -> JsonObject:
    """Return the current seal of the chain and its total, or the XA that excluded it (S11)."""
    newest = seal
    while newest.retificado_por is not None:
        newest = seals_by_code(conn, serventia_id, [newest.retificado_por])[newest.retificado_por]
    excluded = newest.ato == EXCLUSION
    return {
        "vivo": seal.vivo,
        "atual": None if excluded else newest.codigo,
        "atual_centavos": None if excluded else newest.total_centavos,
        "excluido_por": newest.codigo if excluded and newest is not seal else None,
    }
