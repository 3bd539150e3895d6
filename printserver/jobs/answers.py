"""A person's answers: to a reprint (X2, X3), to an optional seal (N9), and an exclusion without a print (X4).

A confirmation is one transaction with XAs, new seals and the print. Each question is answered once.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.clock import local_date
from printserver.delivery import withdraw_from_queue
from printserver.documents import (
    REPRINT_ASKED,
    Answer,
    FichaAbertura,
    LiveSelo,
    Pedido,
    RequestModel,
    check_answer,
    check_exclusion,
    read,
    read_request,
    with_answer,
)
from printserver.errors import Recusa
from printserver.jobs import undo, views
from printserver.jobs.accept import Acceptance, acted
from printserver.jobs.guard import blocking_question, lock
from printserver.jobs.prepare import prepare
from printserver.jobs.requests import Exclusao, RespostaSelo, RespostaXa
from printserver.jobs.seal_and_store import Place, seal
from printserver.ledger import (
    CANCELLED,
    Call,
    Changed,
    Job,
    Outcome,
    bodies,
    do_once,
    documents,
    jobs,
    keys,
    questions,
    seals,
)
from printserver.office import Act, Author, Office, acting, acting_author, acting_person, people

BUSY: Final = "O documento muda a cada tentativa: responda de novo."


def answer_xa(office: Office, author: Author, job_id: str, data: object, key: str | None = None) -> Acceptance:
    """Answer the reprint question. Return the job, and whether the key had already answered.

    Raises `Recusa` `pergunta-respondida`, `pergunta-mudou`, `impressao-em-andamento`, and as `check_answer`.
    """
    people.require_right(author, "responder")

    def answer(call: Call) -> Outcome:
        given = read(RespostaXa, data)
        if given.fora_do_prazo:
            with office.db.read() as conn:
                people.require_head(acting_person(conn, office, given.escrevente).papel, "a exclusão fora do prazo")
        return (_answer_yes if given.confirma else _answer_no)(office, call, job_id, given)

    _, repeated = do_once(office, author, f"POST /api/v1/jobs/{job_id}/xa", data, key, answer, BUSY)
    return acted(office, job_id, repeated=repeated)


def answer_selo(office: Office, author: Author, job_id: str, data: object, key: str | None = None) -> Acceptance:
    """Answer the question about a ficha's optional seal (N9). Raises `Recusa` `pergunta-respondida`."""
    people.require_right(author, "responder")

    def answer(call: Call) -> Outcome:
        return _with_or_without_selo(office, call, job_id, read(RespostaSelo, data))

    _, repeated = do_once(office, author, f"POST /api/v1/jobs/{job_id}/selo", data, key, answer, BUSY)
    return acted(office, job_id, repeated=repeated)


def exclude(office: Office, author: Author, job_id: str, data: object, key: str | None = None) -> Acceptance:
    """Issue the XA of every live seal of the job's document without printing (X2, X4, X6)."""
    people.require_right(author, "responder")

    def answer(call: Call) -> Outcome:
        return exclude_prints(office, call, [job_id], read(Exclusao, data))

    _, repeated = do_once(office, author, f"POST /api/v1/jobs/{job_id}/excluir", data, key, answer, BUSY)
    return acted(office, job_id, repeated=repeated)


def _open_question(conn: Connection, office: Office, job_id: str, kind: str) -> tuple[Job, sa.RowMapping]:
    """Return the job and its open question. Raises `Recusa` `pergunta-respondida`, `estado-nao-permite`."""
    job = jobs.get_job(conn, office.serventia_id, job_id)
    question = questions.do_job(conn, office, job_id)
    if question is None or question["tipo"] != kind:
        raise Recusa("estado-nao-permite", "Este trabalho não espera por esta resposta.")
    if (how := questions.how_it_ended(question, office.clock())) is not None:
        shown = views.job_dict(conn, office, job)
        raise Recusa("pergunta-respondida", f"A pergunta {how}: veja o trabalho como está.", extra={"job": shown})
    return job, question


def _close(act: Act, question: sa.RowMapping, answer: RequestModel) -> None:
    closed = questions.end(act.conn, question, "respondida", answer.model_dump(mode="json"), act.who)
    if not closed:
        raise Changed  # answered concurrently: the next attempt reports it
    act.add(closed)


def _answer_no(office: Office, call: Call, job_id: str, answer: RespostaXa) -> Outcome:
    with acting(office, call.author, office.clock()) as act:
        act.who = acting_author(act.conn, office, call.author, answer.escrevente, "responder")
        _job, question = _open_question(act.conn, office, job_id, "xa")
        _close(act, question, answer)
        questions.cancel_job(act, question)
        what = {"resposta": "não", "motivo": answer.motivo, "selos": question["selos"]}
        jobs.log_job(act, job_id, CANCELLED, what)
        return call.done(act, job_id)


def _answer_yes(office: Office, call: Call, job_id: str, answer: RespostaXa) -> Outcome:
    sid, now = office.serventia_id, office.clock()
    with office.db.read() as conn:
        who = acting_author(conn, office, call.author, answer.escrevente, "responder")
        job, question = _open_question(conn, office, job_id, "xa")
        _check_yes(conn, office, job, question, answer, now)
        request = _request(conn, office, job, answer)
        before = jobs.live_job(conn, sid, job.documento_id)
        copies = jobs.copies_of_livro(conn, sid, question["selos"])
    p = prepare(office, request, now)
    for each in [before, *copies]:
        if each is not None:
            withdraw_from_queue(office, each.as_row(), who, "reimpressão confirmada")
    with acting(office, who, now) as act:
        conn = act.conn
        locked = lock(conn, office, p)
        job, question = _open_question(conn, office, job_id, "xa")
        before, live = undo.require_nothing_on_its_way(conn, office, locked.documento_id, p.plan.identity)
        _check_yes(conn, office, job, question, answer, now)
        _close(act, question, answer)
        undo.undo_print(act, locked.documento_id, before, live, answer.motivo or "")
        held_data = _held_data(conn, office, job, answer)
        seal(act, p, Place(job_id, locked, held_data, job.resumo), job)
        return call.done(act, job_id)


def _check_yes(
    conn: Connection,
    office: Office,
    job: Job,
    question: sa.RowMapping,
    answer: RespostaXa,
    now: datetime,
) -> None:
    """Raise unless this confirmation is allowed. Checked before queue access, and again in the transaction."""
    try:
        check_answer(
            undo.identity(conn, job),
            Answer(
                motivo=answer.motivo,
                papel_em_maos=answer.papel_em_maos,
                selos=answer.selos,
                folha_inicial=answer.folha_inicial,
                folha_final=answer.folha_final,
                fora_do_prazo=answer.fora_do_prazo,
            ),
            question["selos"],
            documents.live_selos(conn, office.serventia_id, job.documento_id),
            now,
            office.rules,
            old_folhas=_folhas(conn, office, job.documento_id),
        )
    except Recusa as refusal:
        if refusal.word == "pergunta-mudou":
            refusal.extra["job"] = views.job_dict(conn, office, job)
        raise


def _with_or_without_selo(office: Office, call: Call, job_id: str, answer: RespostaSelo) -> Outcome:
    sid, now = office.serventia_id, office.clock()
    with office.db.read() as conn:
        who = acting_author(conn, office, call.author, answer.escrevente, "responder")
        job, _question = _open_question(conn, office, job_id, "selo")
        request = _on_its_queue(read_request(bodies.restore_bodies(conn, sid, job.pedido)), job)
    document = request.documento
    assert isinstance(document, FichaAbertura)
    decided = with_answer(document, answer.gerar)
    p = prepare(office, request.model_copy(update={"documento": decided}), now)
    with acting(office, who, now) as act:
        locked = lock(act.conn, office, p)
        job, question = _open_question(act.conn, office, job_id, "selo")
        if blocking_question(act.conn, office, p, locked, now) is not None:
            raise Recusa(
                "pergunta-mudou",
                "Esta ficha ganhou um selo enquanto a pergunta esperava: mande o trabalho de novo.",
                extra={"job": views.job_dict(act.conn, office, job)},
            )
        _close(act, question, answer)
        seal(act, p, Place(job_id, locked, job.pedido, job.resumo), job)
        return call.done(act, job_id)


def exclude_prints(
    office: Office,
    call: Call,
    job_ids: Sequence[str],
    answer: Exclusao,
    made: object = None,
    also: Sequence[LiveSelo] = (),
) -> Outcome:
    """Make the XA of every live seal of the jobs' documents, all or none; nothing is printed (X2, C21).

    `also` are live seals without a print, within their term, that get theirs in the same transaction.
    Raises `Recusa` as the call for one job does, with nothing excluded.
    """
    sid, now = office.serventia_id, office.clock()
    with office.db.read() as conn:
        who = acting_author(conn, office, call.author, answer.escrevente, "responder")
        if answer.fora_do_prazo:
            people.require_head(who.papel, "a exclusão fora do prazo")
        asked = sorted((jobs.get_job(conn, sid, job_id) for job_id in job_ids), key=lambda job: job.documento_id)
        on_paper: list[Job] = []
        for job in asked:
            before = jobs.live_job(conn, sid, job.documento_id)
            live = _check_exclusion(conn, office, job, answer, now)
            on_paper += [before] if before is not None else []
            on_paper += jobs.copies_of_livro(conn, sid, [selo.codigo for selo in live])
    for each in on_paper:
        withdraw_from_queue(office, each.as_row(), who, "exclusão dos selos")
    with acting(office, who, now) as act:
        for job in asked:
            keys.lock_known_document(act.conn, job.serventia_id, job.documento_id)
        for job in asked:
            identity = undo.identity(act.conn, job)
            before, live = undo.require_nothing_on_its_way(act.conn, office, job.documento_id, identity)
            _check_exclusion(act.conn, office, job, answer, now)
            undo.undo_print(act, job.documento_id, before, live, answer.motivo)
            undo.restore_replaced(act, before)
        if also:
            seals.exclude(act, also, answer.motivo)
        return call.done(act, asked[0].id if made is None else "", made=made)


def _check_exclusion(
    conn: Connection, office: Office, job: Job, answer: Exclusao, now: datetime
) -> tuple[LiveSelo, ...]:
    """Return the live seals of the job's document. Raises unless they may be excluded (X2, X4)."""
    live = documents.live_selos(conn, office.serventia_id, job.documento_id)
    if not live:
        raise Recusa("estado-nao-permite", "Este documento não tem selos válidos: nada há a excluir.")
    check_exclusion(
        undo.identity(conn, job),
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


def _held_data(conn: Connection, office: Office, job: Job, answer: RespostaXa) -> Any:
    """Return the data of the held request, with the folhas of the answer, if any (X7).

    A livro dated the day of its request keeps that date if the question waited past midnight. The wait is recorded as
    the reason required for a past day (S7).
    """
    data = bodies.restore_bodies(conn, office.serventia_id, job.pedido)
    if job.tipo != "livro":
        return data
    instrumento = data["documento"]["instrumento"]
    if answer.folha_inicial is not None:
        instrumento["folha_inicial"] = answer.folha_inicial
        instrumento["folha_final"] = answer.folha_final
    asked_on = local_date(job.criado_em).isoformat()
    if instrumento.get("data") == asked_on and not instrumento.get("motivo_data"):
        instrumento["motivo_data"] = f"{REPRINT_ASKED} {asked_on}, confirmada depois"
    return data


def _request(conn: Connection, office: Office, job: Job, answer: RespostaXa) -> Pedido:
    """Return the held request to print. Confirming the XA of a sealed ficha includes its new seal (X2)."""
    request = _on_its_queue(read_request(_held_data(conn, office, job, answer)), job)
    document = request.documento
    asked = office.rules.ficha_selo == "perguntar"
    if asked and isinstance(document, FichaAbertura) and document.gerar_selo is None:
        return request.model_copy(update={"documento": with_answer(document, True)})
    return request


def _on_its_queue(request: Pedido, job: Job) -> Pedido:
    """Return the held request with its own queue: the default queue of the answering person may differ."""
    return request.model_copy(update={"fila": job.fila})
