"""Cancel a job."""

from printserver.delivery import withdraw_from_queue
from printserver.documents import read
from printserver.errors import Recusa
from printserver.jobs.accept import Acceptance, acted
from printserver.jobs.paper_rows import BUSY, close_question
from printserver.jobs.requests import Cancelamento
from printserver.ledger import CANCELLED, Call, Job, Outcome, change_state, do_once, jobs
from printserver.office import Act, Author, Office, acting, acting_author, people


def cancel(office: Office, author: Author, job_id: str, data: object, key: str | None = None) -> Acceptance:
    """Cancel a held job or a print in its queue; its seals stay live. Raises `Recusa` `estado-nao-permite`."""
    people.require_right(author, "imprimir")

    def do(call: Call) -> Outcome:
        answer = read(Cancelamento, data)
        with office.db.read() as conn:
            who = acting_author(conn, office, author, answer.escrevente, "imprimir")
            job = jobs.get_job(conn, office.serventia_id, job_id)
        if not job.held:
            if not job.on_its_way:
                raise Recusa("estado-nao-permite", f"O trabalho está {job.estado}: nada há a cancelar.")
            withdraw_from_queue(office, job.as_row(), who, f"cancelado: {answer.motivo}")
        with acting(office, who) as act:
            if job.held:
                _cancel_held(act, job, answer)
            return call.done(act, job_id)

    _, repeated = do_once(office, author, f"POST /api/v1/jobs/{job_id}/cancelar", data, key, do, BUSY)
    return acted(office, job_id, repeated=repeated)


def _cancel_held(act: Act, job: Job, answer: Cancelamento) -> None:
    close_question(act, job.id, answer)
    if not change_state(act.conn, job.serventia_id, job.n, job.estado, CANCELLED):
        raise Recusa("estado-nao-permite", "O trabalho mudou neste instante: veja como está.")
    jobs.log_job(act, job.id, CANCELLED, {"motivo": answer.motivo})
