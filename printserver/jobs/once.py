"""Run an act once for each idempotency key."""

from collections.abc import Callable
from typing import Any

from sqlalchemy.exc import DBAPIError

from printserver.errors import Recusa
from printserver.jobs import views
from printserver.jobs.accept import Aceite
from printserver.ledger import idempotency, jobs
from printserver.office.office import Office
from printserver.office.people import Autor


def uma_vez(
    office: Office, autor: Autor, rota: str, job_id: str, dados: object, chave: str | None, do: Callable[[str], None]
) -> Aceite:
    """Run `do` unless the key did it before (`do` binds it, with the hash it is given). Return the job as it stands."""
    resumo = idempotency.resumo(rota, dados)
    with idempotency.em_trabalho(office, autor, chave):
        done = idempotency.achar(office, autor, chave, resumo)
        if done is None:
            try:
                do(resumo)
            except (Recusa, DBAPIError):
                # Another server may have done it under this very key a moment ago: then this is its replay.
                done = idempotency.achar(office, autor, chave, resumo)
                if done is None:
                    raise
    return Aceite(mostrar(office, job_id), None, done is not None)


def mostrar(office: Office, job_id: str) -> dict[str, Any]:
    """Return the job as it stands now."""
    with office.db.read() as conn:
        return views.job_dict(conn, office, jobs.job_por_id(conn, office.serventia_id, job_id))
