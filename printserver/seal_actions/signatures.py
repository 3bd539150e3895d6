"""Signatures gathered on different days (N11): the seals of a livro go to zero, to full value, or to a third of it."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.clock import local_date
from printserver.documents import Boolean, Data, Reason, RequestModel, Text, normalize, read
from printserver.errors import Recusa, invalid_input
from printserver.ledger import documents, jobs, keys, seals
from printserver.office import Author, LogEntry, Office, people
from printserver.seal_actions.common import acting_author, as_new
from printserver.seal_actions.once import do_once
from printserver.selo import COMPONENTS, Emolumentos, NewSelo, centavos, from_centavos

DEADLINE: Final = timedelta(days=30)  # from the first signature
WARN: Final = timedelta(days=5)  # before the end of it
_ZERO_REASON: Final = "assinaturas pendentes: retificado ao valor quando todos assinarem (ou a um terço)"
_REASONS: Final = {
    "zero": "assinaturas incompletas: valores a zero",
    "cheio": "assinaturas completas: valor cheio",
    "terco": "assinaturas fora do prazo ou desistência: um terço do valor",
}


class Assinaturas(RequestModel):
    """`POST /instrumentos/{id}/assinaturas`. `simular` shows the values and makes nothing."""

    estado: Literal["pendentes", "completas", "desistencia"]
    primeira: Data | None = None
    motivo: Reason | None = None
    escrevente: Text
    simular: Boolean = False


def one_third(full: Emolumentos) -> Emolumentos:
    """Return one third of a fee: each component divided by itself, half a centavo and more rounded up (N11)."""
    parts = {
        nome: (Decimal(value) / 3).quantize(Decimal(1), ROUND_HALF_UP) for nome, value in full.to_centavos().items()
    }
    return Emolumentos(*(from_centavos(int(parts[nome])) for nome in COMPONENTS))


def sign_instrumento(
    office: Office, author: Author, instrumento: str, data: object, key: str | None = None
) -> tuple[dict[str, Any], bool]:
    """Say how the signatures of an instrumento stand; all live seals of its livro are rectified, or none.

    `pendentes`: to zero. `completas`: to the full value, or, later than 30 days after the first signature, to one
    third; `desistencia`: to one third. Return the livro's seals as they are (or, simulated, would be), and whether the
    key had done it before. Raises `Recusa` `instrumento-desconhecido`, `livro-nao-impresso`, `estado-nao-permite`,
    `entrada-invalida`.
    """
    people.require_right(author, "selos")
    if isinstance(data, dict) and data.get("simular") is True:
        with office.db.read() as conn:
            return _plan(conn, office, instrumento, read(Assinaturas, data))[0], False

    def make(conn: Connection) -> tuple[Any, list[LogEntry]]:
        request = read(Assinaturas, data)
        who = acting_author(conn, office, author, request.escrevente)
        instrumento_key = normalize(instrumento)
        keys.lock_instrumento(conn, office.serventia_id, instrumento_key)
        shown, pairs = _plan(conn, office, instrumento, request)
        reason = request.motivo or _REASONS[shown["valor"]]
        issued, log = seals.rectify_selo(conn, office, pairs, reason, who, office.clock()) if pairs else ([], [])
        for item, issued_selo in zip(shown["selos"], issued, strict=True):
            item["codigo"] = issued_selo.codigo
        table = db.instrumento
        conn.execute(
            sa.update(table)
            .where(table.c.serventia_id == office.serventia_id, table.c.chave == instrumento_key)
            .values(
                assinaturas=request.estado,
                primeira_assinatura=None if shown["primeira"] is None else date.fromisoformat(shown["primeira"]),
            )
        )
        what = {name: shown[name] for name in ("estado", "valor", "primeira")} | {"motivo": reason}
        log.append(
            LogEntry("instrumento", instrumento_key, request.estado, who.pessoa, who.sistema, who.endereco, what)
        )
        return shown, log

    made, repeated = do_once(office, author, f"POST /api/v1/instrumentos/{instrumento}/assinaturas", data, key, make)
    return dict(made), repeated


def _plan(
    conn: Connection, office: Office, instrumento: str, request: Assinaturas
) -> tuple[dict[str, Any], list[tuple[Mapping[Any, Any], NewSelo]]]:
    """Return what would be done, as it is shown, and the retificadores to be made."""
    sid, key = office.serventia_id, normalize(instrumento)
    table = db.instrumento
    known = conn.execute(sa.select(table).where(table.c.serventia_id == sid, table.c.chave == key)).mappings().first()
    document = keys.document_id(conn, sid, f"livro:{key}")
    job = jobs.live_job(conn, sid, document) if document is not None else None
    if known is None and document is None:
        raise Recusa("instrumento-desconhecido", f"Não há instrumento com o identificador {instrumento!r}.")
    if job is None or document is None:
        raise Recusa(
            "livro-nao-impresso", f"O livro do instrumento {instrumento!r} não está impresso com selos válidos."
        )
    before = (known["assinaturas"] if known else None) or (job["instrumento_fixado"] or {}).get("assinaturas")
    first_before = known["primeira_assinatura"] if known else None
    first = request.primeira or first_before
    how = _which(office, request, before, first)
    codes = [each.codigo for each in documents.live_selos(conn, sid, document)]
    rows = [_row(conn, sid, code) for code in codes]
    _require_after_ato(request.primeira, min((row["dia"] for row in rows), default=date.min))
    full = {row["codigo"]: _full_value(conn, sid, row) for row in rows}
    pairs = [(row, _new_selo(row, full[row["codigo"]], how)) for row in rows]
    pairs = [(row, new_selo) for row, new_selo in pairs if new_selo != as_new(row)]
    if not pairs and before == request.estado and first == first_before:
        raise Recusa("estado-nao-permite", "Os selos deste livro já têm estes valores: nada há a retificar.")
    shown = {
        "instrumento": instrumento,
        "estado": request.estado,
        "valor": how,
        "primeira": first.isoformat() if first else None,
        "prazo": (first + DEADLINE).isoformat() if first else None,
        "selos": [
            {
                "retifica": row["codigo"],
                "descricao": row["descricao"],
                "de_centavos": row["total_centavos"],
                "total_centavos": centavos(new_selo.emolumentos.total),
                "emolumentos_centavos": new_selo.emolumentos.to_centavos(),
            }
            for row, new_selo in pairs
        ],
    }
    return shown, pairs


def _which(office: Office, request: Assinaturas, before: str | None, first: date | None) -> str:
    if before == "desistencia":
        raise Recusa("estado-nao-permite", "As partes deste instrumento já desistiram: nada mais se retifica por isso.")
    today = local_date(office.clock())
    if request.primeira is not None and request.primeira > today:
        raise invalid_input("primeira", "a data da primeira assinatura ainda não chegou")
    if request.estado == "pendentes":
        if first is None:
            raise invalid_input("primeira", "diga a data da primeira assinatura: o prazo de 30 dias conta dela")
        return "zero"
    if before != "pendentes":
        raise Recusa("estado-nao-permite", "As assinaturas deste instrumento não estão pendentes.")
    if request.estado == "desistencia":
        return "terco"
    if first is None:
        raise invalid_input("primeira", "diga a data da primeira assinatura: dela depende o valor")
    return "terco" if today > first + DEADLINE else "cheio"


def _require_after_ato(first: date | None, day: date) -> None:
    """Raise `Recusa` `entrada-invalida` for a first signature before the act: its term would end too early (N11)."""
    if first is not None and first < day:
        raise invalid_input("primeira", f"a primeira assinatura não vem antes do ato, que é de {day:%d/%m/%Y}")


def _new_selo(row: Mapping[Any, Any], full: Mapping[Any, Any], how: str) -> NewSelo:
    if how == "zero":
        return as_new(row, emolumentos=Emolumentos.zero(), isento=True, motivo_isencao=_isento(row, _ZERO_REASON))
    value = Emolumentos.from_centavos(full["emolumentos"])
    if how == "terco":
        value = one_third(value)
    zero = value.isento_total
    reason = (full["motivo_isencao"] or _REASONS[how]) if zero else None
    return as_new(row, emolumentos=value, isento=zero, motivo_isencao=reason)


def _isento(row: Mapping[Any, Any], reason: str) -> str:
    return row["motivo_isencao"] if row["isento"] else reason


def _full_value(conn: Connection, sid: int, row: Mapping[Any, Any]) -> Mapping[Any, Any]:
    """Return the newest of the chain that bears the full value: the one before the seals went to zero."""
    while row["isento"] and row["motivo_isencao"] == _ZERO_REASON and row["retifica"] is not None:
        row = _row(conn, sid, row["retifica"])
    return row


def _row(conn: Connection, sid: int, codigo: str) -> Mapping[Any, Any]:
    table = db.selo
    query = sa.select(table).where(table.c.serventia_id == sid, table.c.codigo == codigo)
    return conn.execute(query).mappings().one()


def pending(office: Office) -> list[dict[str, Any]]:
    """Return the instrumentos whose signatures are incomplete, by their terms; `falta_dias` is below 0 past it.

    Those of which nobody said yet when the first was given come first.
    """
    table = db.instrumento
    today = local_date(office.clock())
    query = (
        sa.select(table.c.primeira_assinatura, db.job.c.id, db.job.c.livro, db.job.c.folha, db.job.c.instrumento_fixado)
        .join(db.documento, sa.and_(db.documento.c.instrumento_id == table.c.id, db.documento.c.tipo == "livro"))
        .join(db.job, sa.and_(db.job.c.documento_id == db.documento.c.id, db.job.c.viva))
        .where(table.c.serventia_id == office.serventia_id, table.c.assinaturas == "pendentes")
        .order_by(table.c.primeira_assinatura.is_not(None), table.c.primeira_assinatura, table.c.id)
    )
    with office.db.read() as conn:
        rows: Sequence[Any] = conn.execute(query).all()
    found = []
    for row in rows:
        term = None if row.primeira_assinatura is None else row.primeira_assinatura + DEADLINE
        left = None if term is None else (term - today).days
        found.append(
            {
                "instrumento": row.instrumento_fixado["id"],
                "job": row.id,
                "livro": row.livro,
                "folha_inicial": row.folha,
                "primeira": row.primeira_assinatura.isoformat() if row.primeira_assinatura else None,
                "prazo": term.isoformat() if term else None,
                "falta_dias": left,
                "aviso": left is not None and left <= WARN.days,
            }
        )
    return found
