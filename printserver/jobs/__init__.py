"""Jobs for `api` and `web`: acceptance, questions and answers, reported pages, queries, waiting."""

from collections.abc import Callable, Collection, Mapping
from time import monotonic

from printserver.common.data import JsonObject
from printserver.delivery import (
    page_image,
    page_size,
    paper_group,
    pdf,
    queues,
    receive_paper,
    report_queue_paper,
    with_paper,
)
from printserver.jobs import views
from printserver.jobs.accept import Acceptance, accept
from printserver.jobs.answers import answer_selo, answer_xa, exclude, exclude_prints
from printserver.jobs.cancel import cancel
from printserver.jobs.collection import record_destination
from printserver.jobs.collection import show as certidao
from printserver.jobs.find import find
from printserver.jobs.further import Preview, Replacement, court_copy, further, made_with, replacement, simulate
from printserver.jobs.life import life
from printserver.jobs.reported_pages import allowed, report_pages, reported
from printserver.jobs.resend import resend
from printserver.jobs.views import page_ranges
from printserver.ledger import jobs, names, seal_view
from printserver.office import Office

__all__ = [
    "Acceptance",
    "Office",
    "Preview",
    "Replacement",
    "accept",
    "all_queues",
    "allowed",
    "answer_selo",
    "answer_xa",
    "cancel",
    "certidao",
    "court_copy",
    "events",
    "exclude",
    "exclude_prints",
    "find",
    "further",
    "life",
    "list_all",
    "look_up",
    "made_with",
    "names_of",
    "open_questions",
    "page_image",
    "page_ranges",
    "page_size",
    "paper_group",
    "pdf",
    "previous",
    "receive_paper",
    "record_destination",
    "replacement",
    "report_pages",
    "report_queue_paper",
    "reported",
    "requests",
    "resend",
    "selo",
    "simulate",
    "undo",
    "wait",
]


def look_up(office: Office, job_id: str) -> JsonObject:
    """Return the job. Raises `Recusa` `nao-encontrado`."""
    return views.show(office, job_id)


def wait(office: Office, job_id: str, seconds: float, desde: str | None = None) -> JsonObject:
    """Return the job when its state differs from `desde` (None: when `entregue` or ended), or after `seconds`.

    At most half of the HTTP threads wait at the same time; a caller above that limit is answered immediately.
    """

    def arrived() -> bool:
        with office.db.read() as conn:
            job = jobs.get_job(conn, office.serventia_id, job_id)
        return job.settled if desde is None else job.estado != desde or job.encerrado

    _wait(office, seconds, arrived)
    return views.show(office, job_id)


def events(office: Office, depois: int, espera: float = 0) -> JsonObject:
    """Return the events after number `depois`, waiting up to `espera` seconds for one."""
    found: list[JsonObject] = []

    def arrived() -> bool:
        found[:] = views.events(office, depois)
        return bool(found)

    if not arrived() and espera > 0:
        _wait(office, espera, arrived)
    return {"itens": found}


def _wait(office: Office, seconds: float, arrived: Callable[[], bool]) -> None:
    if seconds <= 0 or not office.listeners.acquire(blocking=False):
        return
    try:
        deadline = monotonic() + seconds
        while True:
            seen = office.bell.rings
            left = deadline - monotonic()
            if arrived() or left <= 0:
                return
            office.bell.wait(seen, min(left, 0.5))
    finally:
        office.listeners.release()


def list_all(office: Office, filters: Mapping[str, str], page: int = 1, chave_id: int | None = None) -> JsonObject:
    """Return a page of the jobs that match the contract's filters; `chave` belongs to the API key `chave_id`."""
    return views.list_jobs(office, filters, page, chave_id)


def selo(office: Office, codigo: str) -> JsonObject:
    """Return one seal. Raises `Recusa` `nao-encontrado`."""
    return seal_view.selo(office, codigo)


def previous(office: Office, job_id: str) -> str | None:
    """Return the previous sealed print of the same document; None if there is none (X2)."""
    return views.previous(office, job_id)


def all_queues(office: Office) -> list[JsonObject]:
    """Return the office's queues, with the counts of their paper (P5)."""
    return with_paper(office, queues.list_all(office))


def open_questions(office: Office) -> list[JsonObject]:
    """Return the jobs that wait for an answer, oldest first."""
    return views.open_questions(office)


def names_of(office: Office, job_ids: Collection[str]) -> Mapping[str, JsonObject]:
    """Return what people call the documents of these jobs: `titulo`, `partes`, `iniciais`, `lados` (see `names`)."""
    with office.db.read() as conn:
        return names.of_jobs(conn, office.serventia_id, job_ids)
