"""Acts of a person on the reports to the court: send now, send refused ones again; and the status (T1–T4)."""

from datetime import datetime, timedelta
from typing import Annotated, Final

import sqlalchemy as sa
from pydantic import Field
from sqlalchemy.engine import Connection

from printserver import db
from printserver.clock import rfc3339
from printserver.common.data import JsonObject, JsonView
from printserver.court import outbox, pending
from printserver.documents import CodigoDoSelo, RequestModel, Text, read
from printserver.errors import invalid_input
from printserver.office import Act, Author, Office, acting, acting_author, people

# T4
WARN_CERTIFICATE: Final = timedelta(days=30)


class Comunicacao(RequestModel):
    """`POST /comunicacoes`. `selos`: refused ones to send again, unchanged."""

    selos: Annotated[tuple[CodigoDoSelo, ...], Field(max_length=1000)] = ()
    escrevente: Text | None = None


def report(office: Office, author: Author, data: object) -> JsonObject:
    """Make all pending reports due now; back-off and breaker are reset. Return how many are pending.

    Raises `Recusa` `entrada-invalida` for a seal without a refused report, and for refused ones without a person's
    name (A4); `escrevente-desconhecido`; `sem-permissao`.
    """
    people.require_right(author, "selos")
    request = read(Comunicacao, data)
    with acting(office, author, office.clock()) as act:
        if request.escrevente is not None:
            act.who = acting_author(act.conn, office, author, request.escrevente, "selos")
        if request.selos:
            if act.author.pessoa is None:
                raise invalid_input("escrevente", "diga quem manda de novo o que o tribunal recusou")
            _resume(act, request.selos)
        waiting = outbox.hurry(act.conn, office.serventia_id, act.now)
        what = {"texto": "comunicar agora", "selos": list(request.selos), "pendentes": waiting}
        act.log("tribunal", "comunicacoes", "pedida", what)
    return {"pendentes": waiting}


def _resume(act: Act, codes: tuple[str, ...]) -> None:
    taken, seals = outbox.resume(act.conn, act.office.serventia_id, codes)
    if missing := [code for code in codes if code not in taken]:
        raise invalid_input(
            "selos",
            f"nada destes selos foi recusado e espera: {', '.join(missing[:10])}. O que foi retificado não vai de "
            "novo: vai o seu retificador.",
        )
    for code in seals:
        act.log("selo", code, outbox.REPORT_PENDING, {"texto": "mandado de novo ao tribunal"})


def status(office: Office) -> JsonObject:
    """Return the status with the court: pending reports and their time left, refusals, breaker, certificate.

    Times are aware; `falta_s` is in seconds, negative past the term (T1).
    """
    sid, now = office.serventia_id, office.clock()
    with office.db.read() as conn:
        counts = pending.count(conn, sid, now)
        line = conn.execute(sa.select(db.remetente).where(db.remetente.c.serventia_id == sid)).mappings().one_or_none()
        fault = _newest_failure(conn, sid, now)
    certificado = office.certificado
    return {
        "ligado": bool(office.settings.tribunal.url),
        "modo": office.settings.tribunal.modo,
        **counts,
        "parado_ate": line["aberto_ate"] if line and line["aberto_ate"] and line["aberto_ate"] > now else None,
        "ultima_falha": line["ultima_falha"] if line and line["falhas"] else None,
        "falha_do_dia": fault,
        "ultimo_sucesso": line["ultimo_sucesso"] if line else None,
        "certificado_titular": certificado.holder,
        "certificado_de": certificado.valid_from,
        "certificado_ate": certificado.valid_until,
        "certificado_futuro": certificado.not_yet_valid(now),
        "certificado_aviso": certificado.valid_until - now <= WARN_CERTIFICATE,
        "certificado_vencido": certificado.expired(now),
    }


def _newest_failure(conn: Connection, sid: int, now: datetime) -> JsonObject | None:
    """Return the newest failed exchange of the last 24 hours: when, and why (Portuguese)."""
    table = db.comunicacao
    not_here = sa.and_(table.c.operacao == "consultar", table.c.status == 404)  # a normal answer
    query = (
        sa.select(table.c.inicio, table.c.status, table.c.falha)
        .where(table.c.serventia_id == sid, table.c.inicio > now - timedelta(days=1), table.c.inicio <= now)
        .where(sa.or_(table.c.falha.is_not(None), sa.and_(table.c.status != 200, ~not_here)))
        .order_by(table.c.inicio.desc())
        .limit(1)
    )
    row = conn.execute(query).one_or_none()
    if row is None:
        return None
    words = row.falha.partition(" (")[0] if row.falha else f"o tribunal respondeu {row.status}"
    return {"quando": rfc3339(row.inicio), "texto": words}


def as_json(standing: JsonView) -> JsonObject:
    """Return the status with its times in the contract's format."""
    return {name: rfc3339(value) if isinstance(value, datetime) else value for name, value in standing.items()}
