"""What became of the paper of a certidão of Registro Civil: collected, or discarded after its term (C24)."""

from datetime import date
from typing import Final

import sqlalchemy as sa

from printserver import db, search
from printserver.clock import local_date
from printserver.common.data import JsonObject
from printserver.documents import read
from printserver.errors import Recusa, invalid_input
from printserver.jobs.paper_rows import BUSY, locked
from printserver.jobs.requests import DestinoDaCertidao
from printserver.ledger import Call, Outcome, do_once, jobs
from printserver.office import Author, Office, acting, acting_author, people

WAITING: Final = "a_retirar"
_LOGGED: Final = {WAITING: "à espera", "retirada": "retirada", "descartada": "descartada"}


def record_destination(
    office: Office, author: Author, job_id: str, data: object, key: str | None = None
) -> tuple[JsonObject, bool]:
    """Record that a certidão was collected or discarded, or that it waits after all. Return it.

    Its seals stay as they are: nothing is excluded or sent to the court. Raises `Recusa` `nao-encontrado`,
    `impressao-em-andamento`, `estado-nao-permite` for one that is already marked, or discarded before its term.
    """
    people.require_right(author, "responder")

    def do(call: Call) -> Outcome:
        answer = read(DestinoDaCertidao, data)
        with acting(office, author) as act:
            act.who = acting_author(act.conn, office, author, answer.escrevente, "responder")
            job = locked(act, job_id)
            before = search.certidao(act.conn, office, job_id)
            day = answer.dia or local_date(act.now)
            _check(answer, before, day, local_date(act.now))
            table, sid = db.retirada, office.serventia_id
            if answer.destino == WAITING:
                act.conn.execute(sa.delete(table).where(table.c.serventia_id == sid, table.c.job_id == job_id))
            else:
                own = {"serventia_id": sid, "job_id": job_id, "destino": answer.destino, "dia": day}
                said = {"por": answer.por, "motivo": answer.motivo, "quem": act.author.pessoa, "quando": act.now}
                act.conn.execute(sa.insert(table).values(**own, **said))
            what = {
                "certidao": _LOGGED[answer.destino],
                "dia": day.isoformat(),
                "por": answer.por,
                "motivo": answer.motivo,
            }
            jobs.log_job(act, job_id, job.estado, what)
            return call.done(act, job_id)

    _, repeated = do_once(office, author, f"POST /api/v1/certidoes/{job_id}/destino", data, key, do, BUSY)
    return show(office, job_id), repeated


def show(office: Office, job_id: str) -> JsonObject:
    """Return a certidão and what became of it. Raises `Recusa` `nao-encontrado`."""
    with office.db.read() as conn:
        return search.certidao(conn, office, job_id)


def _check(answer: DestinoDaCertidao, before: JsonObject, day: date, today: date) -> None:
    marked = before["destino"]
    if answer.destino == WAITING:
        if marked is None:
            raise Recusa("estado-nao-permite", "Esta certidão já está à espera de quem a retire.")
    elif marked is not None:
        raise Recusa(
            "estado-nao-permite",
            f"Esta certidão já está marcada como {marked['destino']}. Se foi engano, desfaça a marca antes.",
        )
    if answer.destino == "retirada":
        if answer.por is None:
            raise invalid_input("por", "diga o nome de quem retirou a certidão")
    elif answer.motivo is None:
        raise invalid_input("motivo", "diga o motivo")
    if answer.destino == "descartada" and not before["vencida"]:
        until = date.fromisoformat(before["retirar_ate"])
        raise Recusa("estado-nao-permite", f"Esta certidão espera até {until:%d/%m/%Y}: só depois pode ser descartada.")
    if answer.destino != WAITING and not date.fromisoformat(before["impressa_em"]) <= day <= today:
        raise invalid_input("dia", "deve ser um dia desde a impressão da certidão até hoje")
