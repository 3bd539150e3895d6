"""A person's answers: yes or no to a reprint (X2, X3), with or without a seal (N9), an exclusion without a print (X4).

A yes is one transaction: XAs, new seals and the print together, or nothing. Each answer is given once.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from printserver import db
from printserver.clock import local_date
from printserver.db import lost_a_race
from printserver.delivery import withdraw_from_queue
from printserver.documents import (
    Answer,
    FichaAbertura,
    LiveSelo,
    Pedido,
    check_answer,
    check_exclusion,
    read,
    read_request,
    with_answer,
)
from printserver.errors import Recusa
from printserver.jobs import undo, views
from printserver.jobs.accept import TRIES, Acceptance
from printserver.jobs.guard import Changed, blocking_question, lock
from printserver.jobs.once import do_once
from printserver.jobs.prepare import prepare
from printserver.jobs.requests import Exclusao, RespostaSelo, RespostaXa
from printserver.jobs.seal_and_store import Place, seal
from printserver.ledger import CANCELLED, Outcome, bodies, documents, idempotency, jobs, questions
from printserver.office import Author, LogEntry, Office, acting_person, audit, people


def answer_xa(office: Office, author: Author, job_id: str, data: object, key: str | None = None) -> Acceptance:
    """Answer the reprint question. Return the job, and whether the key had answered before.

    Raises `Recusa` `pergunta-respondida`, `pergunta-mudou`, `impressao-em-andamento`, and as `check_answer`.
    """
    people.require_right(author, "responder")

    def do(digest: str) -> None:
        answer = read(RespostaXa, data)
        if answer.fora_do_prazo:
            with office.db.read() as conn:
                people.require_head(acting_person(conn, office, answer.escrevente).papel, "a exclusão fora do prazo")
        if answer.confirma:
            _try(office, lambda: _answer_yes(office, author, job_id, answer, key, digest))
        else:
            _try(office, lambda: _answer_no(office, author, job_id, answer, key, digest))

    return do_once(office, author, f"POST /api/v1/jobs/{job_id}/xa", job_id, data, key, do)


def answer_selo(office: Office, author: Author, job_id: str, data: object, key: str | None = None) -> Acceptance:
    """Answer whether a ficha gets its optional seal (N9). Raises `Recusa` `pergunta-respondida`."""
    people.require_right(author, "responder")

    def do(digest: str) -> None:
        answer = read(RespostaSelo, data)
        _try(office, lambda: _with_or_without_selo(office, author, job_id, answer, key, digest))

    return do_once(office, author, f"POST /api/v1/jobs/{job_id}/selo", job_id, data, key, do)


def exclude(office: Office, author: Author, job_id: str, data: object, key: str | None = None) -> Acceptance:
    """Make the XA of every live seal of the job's document; nothing is printed (X2, X4, X6)."""
    people.require_right(author, "responder")

    def do(digest: str) -> None:
        _try(office, lambda: _exclude(office, author, job_id, read(Exclusao, data), key, digest))

    return do_once(office, author, f"POST /api/v1/jobs/{job_id}/excluir", job_id, data, key, do)


def _try(office: Office, once: Callable[[], None]) -> None:
    """Run `once` until the ground no longer moves under it."""
    for attempt in range(TRIES):
        try:
            once()
        except (Changed, DBAPIError) as error:
            if isinstance(error, DBAPIError) and not lost_a_race(error):
                raise
            if attempt == TRIES - 1:
                raise Recusa(
                    "servidor-ocupado", "O documento muda a cada tentativa: responda de novo.", retry_after=1
                ) from error
            continue
        office.bell.ring()
        return


def _open_question(conn: Connection, office: Office, job_id: str, kind: str) -> tuple[sa.RowMapping, sa.RowMapping]:
    """Return the job and its open question. Raises `Recusa` `pergunta-respondida`, `estado-nao-permite`."""
    row = jobs.job_by_id(conn, office.serventia_id, job_id)
    question = questions.do_job(conn, office, job_id)
    if question is None or question["tipo"] != kind:
        raise Recusa("estado-nao-permite", "Este trabalho não espera por esta resposta.")
    if (how := questions.how_it_ended(question, office.clock())) is not None:
        job = views.job_dict(conn, office, row)
        raise Recusa("pergunta-respondida", f"A pergunta {how}: veja o trabalho como está.", extra={"job": job})
    return row, question


def _close(conn: Connection, question: sa.RowMapping, answer: Mapping[str, Any], who: Author) -> list[LogEntry]:
    closed = questions.end(conn, question, "respondida", dict(answer), who)
    if not closed:
        raise Changed  # someone answered in this moment: the next look says so
    return closed


def _answer_no(office: Office, author: Author, job_id: str, answer: RespostaXa, key: str | None, digest: str) -> None:
    now = office.clock()
    with office.db.write() as conn:
        who = people.on_behalf_of(author, acting_person(conn, office, answer.escrevente))
        _row, question = _open_question(conn, office, job_id, "xa")
        entries = _close(conn, question, answer.model_dump(mode="json"), who)
        questions.cancel_job(conn, office.serventia_id, job_id)
        idempotency.register(conn, office, author, key, digest, Outcome(job_id, None), now)
        what = {"resposta": "não", "motivo": answer.motivo, "selos": question["selos"]}
        entries.append(undo.registro(job_id, CANCELLED, who, what))
        audit.write(conn, office.serventia_id, now, entries)


def _answer_yes(office: Office, author: Author, job_id: str, answer: RespostaXa, key: str | None, digest: str) -> None:
    sid, now = office.serventia_id, office.clock()
    with office.db.read() as conn:
        who = people.on_behalf_of(author, acting_person(conn, office, answer.escrevente))
        row, question = _open_question(conn, office, job_id, "xa")
        _check_yes(conn, office, row, question, answer, now)
        request = _request(conn, office, row, answer)
        before = jobs.live_job(conn, sid, row["documento_id"])
        copies = jobs.copies_of_livro(conn, sid, question["selos"])
    p = prepare(office, request, now)
    for each in [before, *copies]:
        if each is not None:
            withdraw_from_queue(office, each, who, "reimpressão confirmada")
    with office.db.write() as conn:
        document_id, instrumento_id = lock(conn, office, p)
        row, question = _open_question(conn, office, job_id, "xa")
        before, live = undo.require_nothing_on_its_way(conn, office, document_id, p.plan.identity)
        _check_yes(conn, office, row, question, answer, now)
        entries = _close(conn, question, answer.model_dump(mode="json"), who)
        entries += undo.undo_print(conn, office, document_id, before, live, answer.motivo or "", who, now)
        place = Place(job_id, document_id, instrumento_id, _held_data(conn, office, row, answer), row["resumo"])
        entries += seal(conn, office, p, who, now, place, held=True)
        idempotency.register(conn, office, author, key, digest, Outcome(job_id, None), now)
        audit.write(conn, sid, now, entries)


def _check_yes(
    conn: Connection,
    office: Office,
    row: sa.RowMapping,
    question: sa.RowMapping,
    answer: RespostaXa,
    now: datetime,
) -> None:
    """Raise unless this yes may go on: asked before anything is taken off a queue, and again in the transaction."""
    try:
        check_answer(
            undo.identity(conn, row),
            Answer(
                motivo=answer.motivo,
                papel_em_maos=answer.papel_em_maos,
                selos=answer.selos,
                folha_inicial=answer.folha_inicial,
                folha_final=answer.folha_final,
                fora_do_prazo=answer.fora_do_prazo,
            ),
            question["selos"],
            documents.live_selos(conn, office.serventia_id, row["documento_id"]),
            now,
            office.rules,
            old_folhas=_folhas(conn, office, row["documento_id"]),
        )
    except Recusa as refusal:
        if refusal.word == "pergunta-mudou":
            refusal.extra["job"] = views.job_dict(conn, office, row)
        raise


def _with_or_without_selo(
    office: Office, author: Author, job_id: str, answer: RespostaSelo, key: str | None, digest: str
) -> None:
    sid, now = office.serventia_id, office.clock()
    with office.db.read() as conn:
        who = people.on_behalf_of(author, acting_person(conn, office, answer.escrevente))
        row, _question = _open_question(conn, office, job_id, "selo")
        request = _on_its_queue(read_request(bodies.restore_bodies(conn, sid, row["pedido"])), row)
    document = request.documento
    assert isinstance(document, FichaAbertura)
    decided = with_answer(document, answer.gerar)
    p = prepare(office, request.model_copy(update={"documento": decided}), now)
    with office.db.write() as conn:
        document_id, instrumento_id = lock(conn, office, p)
        row, question = _open_question(conn, office, job_id, "selo")
        if blocking_question(conn, office, p, document_id, now) is not None:
            raise Recusa(
                "pergunta-mudou",
                "Esta ficha ganhou um selo enquanto a pergunta esperava: mande o trabalho de novo.",
                extra={"job": views.job_dict(conn, office, row)},
            )
        entries = _close(conn, question, answer.model_dump(mode="json"), who)
        place = Place(job_id, document_id, instrumento_id, row["pedido"], row["resumo"])
        entries += seal(conn, office, p, who, now, place, held=True)
        idempotency.register(conn, office, author, key, digest, Outcome(job_id, None), now)
        audit.write(conn, sid, now, entries)


def _exclude(office: Office, author: Author, job_id: str, answer: Exclusao, key: str | None, digest: str) -> None:
    sid, now = office.serventia_id, office.clock()
    with office.db.read() as conn:
        find_person = acting_person(conn, office, answer.escrevente)
        if answer.fora_do_prazo:
            people.require_head(find_person.papel, "a exclusão fora do prazo")
        who = people.on_behalf_of(author, find_person)
        row = jobs.job_by_id(conn, sid, job_id)
        before = jobs.live_job(conn, sid, row["documento_id"])
        live = _check_exclusion(conn, office, row, answer, now)
        copies = jobs.copies_of_livro(conn, sid, [selo.codigo for selo in live])
    for each in [before, *copies]:
        if each is not None:
            withdraw_from_queue(office, each, who, "exclusão dos selos")
    with office.db.write() as conn:
        document_id = undo.lock_document(conn, row)
        before, live = undo.require_nothing_on_its_way(conn, office, document_id, undo.identity(conn, row))
        _check_exclusion(conn, office, row, answer, now)
        entries = undo.undo_print(conn, office, document_id, before, live, answer.motivo, who, now)
        entries += undo.restore_replaced(conn, before, who)
        idempotency.register(conn, office, author, key, digest, Outcome(job_id, None), now)
        audit.write(conn, sid, now, entries)


def _check_exclusion(
    conn: Connection, office: Office, row: sa.RowMapping, answer: Exclusao, now: datetime
) -> tuple[LiveSelo, ...]:
    """Return the live seals of the job's document. Raises unless they may be excluded (X2, X4)."""
    live = documents.live_selos(conn, office.serventia_id, row["documento_id"])
    if not live:
        raise Recusa("estado-nao-permite", "Este documento não tem selos válidos: nada há a excluir.")
    check_exclusion(
        undo.identity(conn, row),
        live,
        now,
        office.rules,
        reason=answer.motivo,
        papel_em_maos=answer.papel_em_maos,
        fora_do_prazo=answer.fora_do_prazo,
    )
    return live


def _folhas(conn: Connection, office: Office, document_id: int) -> set[int]:
    table = db.folha_lado
    query = sa.select(table.c.folha).where(
        table.c.serventia_id == office.serventia_id, table.c.documento_id == document_id, table.c.estado != "livre"
    )
    return set(conn.execute(query).scalars())


def _held_data(conn: Connection, office: Office, row: sa.RowMapping, answer: RespostaXa) -> Any:
    """Return the held request as it is printed: on the folhas that the answer gives, if it gives any (X7).

    A livro dated the day it was asked for keeps that date if the question waited over midnight: the reason that a past
    day needs (S7) is that wait, and goes on record.
    """
    data = bodies.restore_bodies(conn, office.serventia_id, row["pedido"])
    if row["tipo"] != "livro":
        return data
    instrumento = data["documento"]["instrumento"]
    if answer.folha_inicial is not None:
        instrumento["folha_inicial"] = answer.folha_inicial
        instrumento["folha_final"] = answer.folha_final
    asked_on = local_date(row["criado_em"]).isoformat()
    if instrumento.get("data") == asked_on and not instrumento.get("motivo_data"):
        instrumento["motivo_data"] = f"reimpressão pedida em {asked_on}, confirmada depois"
    return data


def _request(conn: Connection, office: Office, row: sa.RowMapping, answer: RespostaXa) -> Pedido:
    """Return the held request as it is printed. A yes to the XA of a sealed ficha is a yes to its new seal (X2)."""
    request = _on_its_queue(read_request(_held_data(conn, office, row, answer)), row)
    document = request.documento
    asked = office.rules.ficha_selo == "perguntar"
    if asked and isinstance(document, FichaAbertura) and document.gerar_selo is None:
        return request.model_copy(update={"documento": with_answer(document, True)})
    return request


def _on_its_queue(request: Pedido, row: sa.RowMapping) -> Pedido:
    """Return the held request with the queue that it was taken for: whoever answers may print elsewhere."""
    return request.model_copy(update={"fila": row["fila"]})
