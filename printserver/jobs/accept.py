"""Acceptance of a print: lay out, then seal and store in one transaction, or refuse (S12).

1. A repeated idempotency key returns its stored result. 2. `prepare` lays the document out. 3. One transaction: the
document's row is locked, the inputs of the layout are read again, the reprint guard decides; seals, job, outbox and log
are written.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping

from printserver import models
from printserver.common.data import JsonObject, JsonView
from printserver.common.text import capitalized
from printserver.documents import read_request
from printserver.errors import ErrorWord, Recusa
from printserver.jobs import views
from printserver.jobs.guard import blocking_question, lock
from printserver.jobs.prepare import Prepared, prepare
from printserver.jobs.seal_and_store import (
    Place,
    check_sheets,
    hold,
    seal,
)
from printserver.ledger import CANCELLED, HELD, Call, Outcome, do_once, jobs, questions
from printserver.office import Act, Author, Office, acting, acting_author, people

ROUTE = "POST /api/v1/jobs"
BUSY = "O documento muda a cada tentativa: repita com a mesma chave em um instante."
_REPRINT: ErrorWord = "reimpressao-exige-xa"
_OPTIONAL_SELO: ErrorWord = "selo-facultativo"


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Outcome of a request: the current job; `refusal` if the first answer was a problem."""

    job: JsonObject
    refusal: Recusa | None
    repeated: bool


def accept(office: Office, author: Author, data: object, key: str | None) -> Acceptance:
    """Accept the print `data` (the parsed body), once per `key`. If it raises `Recusa`, nothing is sealed or held."""
    people.require_right(author, "imprimir")

    def take(call: Call) -> Outcome:
        filled = models.fill(office, data)
        request = read_request(filled)
        if request.fila is None:
            request = request.model_copy(update={"fila": author.fila})
        _require_room(office)
        now = office.clock()
        prepared = prepare(office, request, now)
        with acting(office, author, now) as act:
            act.who = acting_author(act.conn, office, author, request.escrevente, "imprimir")
            return _decide(act, call, prepared, filled)

    made, repeated = do_once(office, author, ROUTE, data, key, take, BUSY)
    return _answer(office, made, repeated=repeated)


def acted(office: Office, job_id: str, *, repeated: bool) -> Acceptance:
    """Return the job after a person's act on it; `repeated`: the key had already done it."""
    return Acceptance(views.show(office, job_id), None, repeated)


def _require_room(office: Office) -> None:
    """Raise `Recusa` `servidor-ocupado` while too many jobs are in progress: an accepted job is never dropped."""
    limit = office.settings.http.em_andamento
    with office.db.read() as conn:
        full = views.in_progress(conn, office) >= limit
    if full:
        raise Recusa(
            "servidor-ocupado",
            f"Há {limit} trabalhos a caminho do papel: repita com a mesma chave daqui a pouco.",
            retry_after=5,
        )


def _answer(office: Office, made: Outcome, *, repeated: bool) -> Acceptance:
    with office.db.read() as conn:
        taken = jobs.get_job(conn, office.serventia_id, made.job_id)
        job = views.job_dict(conn, office, taken)
        if made.palavra is None:
            return Acceptance(job, None, repeated)
        question = questions.do_job(conn, office, made.job_id)
        before = jobs.live_job(conn, office.serventia_id, taken.documento_id)
    extra: JsonObject = {"job": job}
    if made.palavra == _REPRINT and before is not None:
        extra["anterior"] = jobs.previous(before, taken.campos)
    return Acceptance(job, Recusa(made.palavra, _question(office, question, job), extra=extra), repeated)


def _question(office: Office, question: RowMapping | None, job: JsonView) -> str:
    """Return the text for the question that held a job: the question, or its outcome and the next step."""
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


def _decide(act: Act, call: Call, p: Prepared, data: object) -> Outcome:
    """Run the guard again under the document's lock; then hold the job for a question, or seal and accept it."""
    locked = lock(act.conn, act.office, p)
    blocker = blocking_question(act.conn, act.office, p, locked, act.now)
    # A repeated request has the same sheet numbers: the question comes first, and its confirmation checks them.
    check_sheets(act, p, of_document=locked.documento_id if blocker is not None else None)
    if blocker is None and p.plan.asks_selo:
        blocker = questions.Text(
            "selo",
            f"{capitalized(p.plan.identity.rotulo)}: o selo é facultativo. Imprimir com selo?",
        )
    open_question = None if locked.new else questions.open_for_document(act.conn, act.office, locked.documento_id)
    if open_question is not None:
        same = open_question["resumo"] == call.digest
        if blocker is not None and same and questions.is_same(open_question, blocker, act.now):
            return call.done(act, open_question["job_id"], word=_word(blocker))
        questions.replace(act, open_question)
    place = Place(uuid.uuid4().hex, locked, data, call.digest)
    if blocker is None:
        seal(act, p, place)
        return call.done(act, place.job_id)
    hold(act, p, place, blocker)
    return call.done(act, place.job_id, word=_word(blocker))


def _word(blocker: questions.Text) -> ErrorWord:
    """Return the error word of the answer that holds a job for this question."""
    return _REPRINT if blocker.tipo == "xa" else _OPTIONAL_SELO
