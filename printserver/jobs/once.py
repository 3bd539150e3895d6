"""Run an act once for each idempotency key."""

from collections.abc import Callable
from typing import Any

from sqlalchemy.exc import DBAPIError

from printserver.errors import Recusa
from printserver.jobs import views
from printserver.jobs.accept import Acceptance
from printserver.ledger import idempotency, jobs
from printserver.office import Author, Office


def do_once(
    office: Office, author: Author, route: str, job_id: str, data: object, key: str | None, do: Callable[[str], None]
) -> Acceptance:
    """Run `do` unless the key did it before (`do` binds it, with the hash it is given). Return the job as it stands."""
    digest = idempotency.digest(route, data)
    with idempotency.working_on(office, author, key):
        done = idempotency.find(office, author, key, digest)
        if done is None:
            try:
                do(digest)
            except (Recusa, DBAPIError):
                # Another server may have done it under this very key a moment ago: then this is its replay.
                done = idempotency.find(office, author, key, digest)
                if done is None:
                    raise
    return Acceptance(show(office, job_id), None, done is not None)


def show(office: Office, job_id: str) -> dict[str, Any]:
    """Return the job as it stands now."""
    with office.db.read() as conn:
        return views.job_dict(conn, office, jobs.job_by_id(conn, office.serventia_id, job_id))
