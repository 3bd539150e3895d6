"""Questions that hold a job until a person answers: one for each document, superseded or expired by time (X1)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.common.data import JsonView, Row
from printserver.ledger.jobs import get_job
from printserver.ledger.states import CANCELLED, change_state
from printserver.office import QUESTION, Act, Author, LogEntry, Office, acting, evidence


@dataclass(frozen=True, slots=True)
class Text:
    """Content of a question: text, seals, affected prints, end of the XA term, alternatives."""

    tipo: Literal["xa", "selo", "folhas"]
    texto: str
    selos: Sequence[str] = ()
    atinge: Sequence[JsonView] = ()
    xa_ate: datetime | None = None
    alternativas: Sequence[Mapping[str, str]] = field(default_factory=tuple)


def ask(conn: Connection, office: Office, job_id: str, document_id: int, text: Text, now: datetime) -> LogEntry:
    """Write an open question, and return its log entry.

    A question about folhas does not expire; others expire after the hours of the setting (X1).
    """
    waits = text.tipo == "folhas"
    row = {
        "serventia_id": office.serventia_id,
        "job_id": job_id,
        "documento_id": document_id,
        "tipo": text.tipo,
        "texto": text.texto,
        "selos": list(text.selos),
        "atinge": [dict(item) for item in text.atinge],
        "xa_ate": text.xa_ate,
        "alternativas": [dict(item) for item in text.alternativas],
        "estado": "aberta",
        "aberta_em": now,
        "expira_em": None if waits else now + timedelta(hours=office.settings.xa.pergunta_horas),
        "resposta": None,
    }
    made = conn.execute(sa.insert(db.pergunta).values(**row).returning(db.pergunta.c.id)).scalar_one()
    kept = evidence(QUESTION, row) | {"linha": made}
    return LogEntry("pergunta", job_id, "aberta", detalhe={"tipo": text.tipo}, prova=kept)


def open_for_document(conn: Connection, office: Office, document_id: int) -> sa.RowMapping | None:
    """Return the document's open question (not one about folhas), with its job's `resumo`."""
    here = {"serventia": office.serventia_id, "documento": document_id}
    return conn.execute(_open_for_document(), here).mappings().one_or_none()


@cache
def _open_for_document() -> sa.Select[Any]:
    table, job = db.pergunta, db.job
    here = (table.c.serventia_id == sa.bindparam("serventia"), table.c.documento_id == sa.bindparam("documento"))
    return (
        sa.select(table, job.c.resumo)
        .join(job, (job.c.serventia_id == table.c.serventia_id) & (job.c.id == table.c.job_id))
        .where(*here, table.c.estado == "aberta", table.c.tipo != "folhas")
    )


def is_same(open_question: sa.RowMapping, text: Text, now: datetime) -> bool:
    """Return whether an open question has the same type and seals as `text`, and has not expired (X1)."""
    asked = open_question["tipo"] == text.tipo and set(open_question["selos"]) == set(text.selos)
    return asked and not is_expired(open_question, now)


def is_expired(question: sa.RowMapping, now: datetime) -> bool:
    """Return whether the time to answer is over (X1), in any state of the question."""
    return question["expira_em"] is not None and question["expira_em"] <= now


def how_it_ended(question: sa.RowMapping, now: datetime) -> str | None:
    """Return how a question ended, as a Portuguese predicate; None while it can be answered."""
    if is_expired(question, now) and question["estado"] == "aberta":  # the engine has not closed it yet
        return "ficou sem resposta e se encerrou"
    return {
        "aberta": None,
        "respondida": "já foi respondida",
        "substituida": "foi substituída por outro pedido do mesmo documento",
        "expirada": "ficou sem resposta e se encerrou",
    }[question["estado"]]


def do_job(conn: Connection, office: Office, job_id: str) -> sa.RowMapping | None:
    """Return the newest question of a job, open or not."""
    table = db.pergunta
    query = (
        sa.select(table)
        .where(table.c.serventia_id == office.serventia_id, table.c.job_id == job_id)
        .order_by(table.c.id.desc())
        .limit(1)
    )
    return conn.execute(query).mappings().one_or_none()


def end(
    conn: Connection,
    question: Row,
    state: Literal["respondida", "substituida", "expirada"],
    resposta: object = None,
    who: Author | None = None,
) -> list[LogEntry]:
    """Close an open question. Return its log entry; none if it was already closed."""
    table = db.pergunta
    change = sa.update(table).where(
        table.c.serventia_id == question["serventia_id"], table.c.id == question["id"], table.c.estado == "aberta"
    )
    if not conn.execute(change.values(estado=state, resposta=resposta)).rowcount:
        return []
    whose = (who.pessoa, who.sistema, who.endereco) if who is not None else (None, None, None)
    kept = evidence(QUESTION, {"resposta": resposta}, "resposta") | {"linha": question["id"]}
    return [LogEntry("pergunta", question["job_id"], state, *whose, {"tipo": question["tipo"]}, kept)]


def cancel_job(act: Act, question: Row) -> None:
    """Cancel the job of a question that was closed without a yes. Nothing was sealed."""
    job = get_job(act.conn, act.office.serventia_id, question["job_id"])
    change_state(act.conn, job.serventia_id, job.n, job.estado, CANCELLED)


def replace(act: Act, question: sa.RowMapping) -> None:
    """Close a document's open question, superseded by another request (X1)."""
    text = "outro pedido do mesmo documento tomou o lugar da pergunta"
    _close_without_answer(act, question, "substituida", text)


def withdraw(act: Act, question: Row, text: str) -> None:
    """Close a document's open question without an answer, and cancel its job; `text` says why (Portuguese)."""
    _close_without_answer(act, question, "expirada", text)


def _close_without_answer(act: Act, question: Row, state: Literal["substituida", "expirada"], text: str) -> bool:
    """Close a question and cancel its job, without an author; return False if it was already closed."""
    closed = end(act.conn, question, state)
    if not closed:
        return False
    cancel_job(act, question)
    act.add([*closed, LogEntry("job", question["job_id"], CANCELLED, detalhe={"texto": text})])
    return True


def close_expired(office: Office, now: datetime) -> int:
    """Close the questions that were not answered in time (X1); return how many."""
    table = db.pergunta
    late = sa.select(table).where(
        table.c.serventia_id == office.serventia_id, table.c.estado == "aberta", table.c.expira_em <= now
    )
    with office.db.read() as conn:
        if conn.execute(late).first() is None:
            return 0
    text = f"pergunta sem resposta em {office.settings.xa.pergunta_horas} horas: encerrada"
    with acting(office, now=now) as act:
        rows = act.conn.execute(late.with_for_update(skip_locked=True)).mappings().all()
        return sum(_close_without_answer(act, row, "expirada", text) for row in rows)


def ask_about_sheets(conn: Connection, office: Office, row: Row, why: str, now: datetime) -> list[LogEntry]:
    """Ask a person what a job printed, if that is uncertain (X5). Return the log entries."""
    text = Text(
        tipo="folhas",
        texto=f"Não se sabe o que saiu no papel ({why}). Confira as folhas e informe, página por página, o que saiu.",
        alternativas=(
            {"acao": "folhas", "texto": "Dizer, página por página, o que saiu."},
            {"acao": "reenviar", "texto": "Se nenhuma página saiu, imprimir tudo outra vez, com os mesmos selos."},
        ),
    )
    return [ask(conn, office, row["id"], row["documento_id"], text, now)]
