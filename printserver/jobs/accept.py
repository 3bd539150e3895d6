"""The acceptance of a print: laid out first, then sealed and taken in one transaction, or refused (S12).

1. The same key again finds what it made. 2. `prepare` lays the document out. 3. One transaction: the document's row is
locked, what the layout rests on is read again, the reprint guard decides, seals are made, job, outbox and log written.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Connection, RowMapping
from sqlalchemy.exc import DBAPIError

from printserver.db import lost_a_race
from printserver.documents import Pedido, read_request
from printserver.errors import ErrorWord, Recusa
from printserver.jobs import views
from printserver.jobs.guard import Changed, blocking_question, lock
from printserver.jobs.prepare import Prepared, prepare
from printserver.jobs.seal_and_store import (
    Place,
    check_sheets,
    hold,
    seal,
)
from printserver.ledger import CANCELLED, HELD, Outcome, idempotency, jobs, questions
from printserver.office import Author, LogEntry, Office, audit, people
from printserver.text import capitalized

ROUTE = "POST /api/v1/jobs"
TRIES = 5  # of an acceptance whose ground moved under it
_REPRINT: ErrorWord = "reimpressao-exige-xa"
_OPTIONAL_SELO: ErrorWord = "selo-facultativo"


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What came of a request: the job as it stands; `refusal` where the first answer was a problem."""

    job: dict[str, Any]
    refusal: Recusa | None
    repeated: bool


def accept(office: Office, author: Author, data: object, key: str | None) -> Acceptance:
    """Take the print `dados` (the parsed body), once for each `chave`. Raises `Recusa` with nothing sealed nor held."""
    people.require_right(author, "imprimir")
    digest = idempotency.digest(ROUTE, data)
    with idempotency.working_on(office, author, key):
        if (made := idempotency.find(office, author, key, digest)) is not None:
            return _again(office, made, repeated=True)
        request = read_request(data)
        if request.fila is None:
            request = request.model_copy(update={"fila": author.fila})
        _require_room(office)
        try:
            made = _claim(office, author, request, key, data, digest)
        except (Recusa, DBAPIError):
            # Another server may have taken it under this very key a moment ago: then this is its replay.
            if (made_by_another := idempotency.find(office, author, key, digest)) is None:
                raise
            return _again(office, made_by_another, repeated=True)
    office.bell.ring()
    return _again(office, made, repeated=False)


def _claim(office: Office, author: Author, request: Pedido, key: str | None, data: object, digest: str) -> Outcome:
    """Prepare and decide, again where the ground moved. Raises `Recusa`; `DBAPIError` where another was quicker."""
    for attempt in range(TRIES):
        now = office.clock()
        prepared = prepare(office, request, now)
        try:
            with office.db.write() as conn:
                made = _decide(conn, office, prepared, author, now, data, digest)
                idempotency.register(conn, office, author, key, digest, made, now)
        except Changed:
            continue
        except DBAPIError as error:
            # Someone was quicker at the same key, document, folha or paper: the next look says which.
            if (
                not lost_a_race(error)
                or attempt == TRIES - 1
                or idempotency.find(office, author, key, digest) is not None
            ):
                raise
            continue
        return made
    raise Recusa(
        "servidor-ocupado", "O documento muda a cada tentativa: repita com a mesma chave em um instante.", retry_after=1
    )


def _require_room(office: Office) -> None:
    """Refuse while too many jobs are on their way: an accepted job is never lost for want of room."""
    limit = office.settings.http.em_andamento
    with office.db.read() as conn:
        full = views.in_progress(conn, office) >= limit
    if full:
        raise Recusa(
            "servidor-ocupado",
            f"Há {limit} trabalhos a caminho do papel: repita com a mesma chave daqui a pouco.",
            retry_after=5,
        )


def _again(office: Office, made: Outcome, *, repeated: bool) -> Acceptance:
    with office.db.read() as conn:
        row = jobs.job_by_id(conn, office.serventia_id, made.job_id)
        job = views.job_dict(conn, office, row)
        if made.palavra is None:
            return Acceptance(job, None, repeated)
        question = questions.do_job(conn, office, made.job_id)
        before = jobs.live_job(conn, office.serventia_id, row["documento_id"])
    extra: dict[str, Any] = {"job": job}
    if made.palavra == _REPRINT and before is not None:
        extra["anterior"] = jobs.previous(before, row["campos"])
    return Acceptance(job, Recusa(made.palavra, _question(office, question, job), extra=extra), repeated)


def _question(office: Office, question: RowMapping | None, job: Mapping[str, Any]) -> str:
    """Return what a caller is told of the question that held its job: the question, or how it ended and what to do."""
    if question is None:
        return "O documento espera pela resposta de uma pessoa."
    how = questions.how_it_ended(question, office.clock())
    if how is None:
        return str(question["texto"])
    answered = [step for step in job["historico"] if step["estado"] not in HELD][:1]
    if answered and question["estado"] == "respondida":
        when = datetime.fromisoformat(answered[0]["quando"])
        how += f" por {answered[0]['quem'] or answered[0]['sistema']} em {when:%d/%m/%Y às %Hh%M}"
    if job["estado"] == CANCELLED:
        return f"A pergunta {how}, e nada foi impresso. Para pedir a impressão de novo, envie com outra chave."
    return f"A pergunta {how}, e o trabalho seguiu: veja como está, em job. Não responda de novo."


def _decide(
    conn: Connection, office: Office, p: Prepared, author: Author, now: datetime, data: object, digest: str
) -> Outcome:
    """Guard once more, under the document's lock; then hold the job for a question, or seal and take it."""
    document_id, instrumento_id = lock(conn, office, p)
    blocker = blocking_question(conn, office, p, document_id, now)
    # The same press of the button brings the same numbers: the question comes first, and its yes refuses them.
    check_sheets(conn, office, p, of_document=document_id if blocker is not None else None)
    if blocker is None and p.plan.asks_selo:
        blocker = questions.Text(
            "selo",
            f"{capitalized(p.plan.identity.rotulo)}: o selo é facultativo. Imprimir com selo?",
        )
    job_id = uuid.uuid4().hex
    who = people.on_behalf_of(author, _person(conn, office, p))
    entries: list[LogEntry] = []
    open_question = questions.open_for_document(conn, office, document_id)
    if open_question is not None:
        if blocker is not None and open_question["resumo"] == digest and questions.is_same(open_question, blocker, now):
            return Outcome(open_question["job_id"], _word(blocker))
        entries += questions.replace(conn, office, open_question)
    place = Place(job_id, document_id, instrumento_id, data, digest)
    if blocker is None:
        entries += seal(conn, office, p, who, now, place)
    else:
        entries += hold(conn, office, p, who, now, place, blocker)
    audit.write(conn, office.serventia_id, now, entries)
    return Outcome(job_id, None if blocker is None else _word(blocker))


def _word(blocker: questions.Text) -> ErrorWord:
    """Return the word of the answer that holds a job for this question."""
    return _REPRINT if blocker.tipo == "xa" else _OPTIONAL_SELO


def _person(conn: Connection, office: Office, p: Prepared) -> people.Person:
    found = people.find_person(conn, office.serventia_id, p.pedido.escrevente)
    assert found is not None  # `prepare` found them a moment ago
    return found
