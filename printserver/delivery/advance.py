"""The steps of a job after its acceptance: stamping, then the hand-off. A step that runs twice does nothing twice.

1. `aceito`: seals and QR are drawn on the stored layout, the PDF goes to the spool, an attempt at paper is inserted.
2. `renderizado`: the attempt is handed to its queue (see `handoff`).
3. `entregue`: the queue has it, and the watcher follows it there (see `watcher`).

A failure leaves the seals unchanged and the job `falhou`: nothing is sealed twice for it (X5). An unavailable disk,
folder or database is not a failure of the print: the step is retried until it succeeds.
"""

from typing import Final

import structlog

from printserver.common import faults
from printserver.common.data import Columns
from printserver.delivery import attempts, claims, handoff, passes, printout, spool, turns
from printserver.delivery.attempts import LostClaim
from printserver.delivery.handoff import Doubt
from printserver.delivery.original import LostPdf
from printserver.errors import Recusa
from printserver.ledger import (
    ACCEPTED,
    FAILED,
    HANDED_OFF,
    RENDERED,
    UNCERTAIN,
    Attempt,
    JobRow,
    ask_about_sheets,
    seals,
)
from printserver.office import RELEASED, Office, acting, backoff, change_proof
from printserver.printing import QueueRefused, QueueUnavailable

__all__ = ["advance"]

_log = structlog.get_logger()

MAX_RETRIES: Final = 6  # of a hand-off that reached no queue: about two minutes


def advance(office: Office, row: JobRow, owner: str) -> None:
    """Run all due steps of the job. `row` is as it was claimed; the claim is released in every case.

    The caller rings the bell after it: a ring for each step would wake the engine for nothing, and it holds the job.
    """
    job = dict(row)
    log = _log.bind(job=job["id"])
    try:
        _steps(office, job, owner)
    except LostClaim:
        log.warning("claim lost to another engine")
    except QueueUnavailable as error:
        _try_later(office, job, owner, str(error))
    except (QueueRefused, Doubt, LostPdf) as error:
        _give_up(office, job, owner, str(error), doubt=isinstance(error, Doubt))
    except Exception as error:
        reason = _passing(error)
        if reason is None:
            log.exception("step failed", estado=job["estado"])
            _give_up(office, job, owner, f"erro interno ({type(error).__name__}): veja o registro do servidor")
        else:
            log.warning("step is tried again later", estado=job["estado"], why=reason)
            _try_later(office, job, owner, reason, for_ever=True)


def _steps(office: Office, job: Columns, owner: str) -> None:
    """Run the steps that are due; `job` is updated with the written values, for the handling of failures."""
    if job["estado"] == ACCEPTED:
        attempt = _stamp(office, job, owner)
        if attempt is None:
            return
    else:
        with office.db.read() as conn:
            attempt = attempts.current_attempt(conn, job)
    if job["estado"] == RENDERED and not job["encerrado"]:
        handoff.hand_off(office, job, _required(attempt), owner)
    elif job["estado"] == HANDED_OFF:
        passes.advance(office, job, _required(attempt), owner)


def _required(attempt: Attempt | None) -> Attempt:
    if attempt is None:
        raise RuntimeError("a rendered job without an attempt at paper")
    return attempt


def _passing(error: Exception) -> str | None:
    """Return the reason of the failure if it is temporary and independent of the print; else None."""
    if isinstance(error, Recusa) and error.word == "servidor-ocupado":
        return error.detail
    return faults.passing(error)


def _stamp(office: Office, job: Columns, owner: str) -> Attempt | None:
    """Make the PDF and the first attempt; return it if it is handed off now. `job` is updated.

    A job that waits for its turn at its queue is released in the same transaction.
    """
    digest = spool.store(office.spool, printout.stamp_job(office, job))
    prints = job["imprimir"]
    changes = {"estado": RENDERED, "pdf_sha256": digest, "encerrado": not prints, "falhas": 0}
    if not prints:
        changes |= {"vence_em": None, **RELEASED}
    stamped, attempt = job | changes, None
    content = passes.first(office, stamped, job["fila"]) if prints else None
    with acting(office, ring=False) as act:
        if not attempts.change(act.conn, job, owner, changes):
            raise LostClaim(job["id"])
        if content is not None:
            attempt = attempts.new_attempt(act.conn, stamped, act.now, content, owner=owner)
            if not turns.can_go(act.conn, stamped):
                attempts.change(act.conn, stamped, owner, {"vence_em": act.now, **RELEASED})
                attempt = None
        seals.make_due(act.conn, office.serventia_id, job["id"], act.now)
        act.log("job", job["id"], RENDERED, prova=change_proof(pdf_sha256=digest))
    job |= changes
    return attempt


def _try_later(office: Office, row: JobRow, owner: str, reason: str, *, for_ever: bool = False) -> None:
    """Schedule the step again after a pause; a hand-off is given up after `MAX_RETRIES` failures.

    `for_ever`: it is never given up, and the reason is logged once in the job's history.
    """
    failures = row["falhas"] + 1
    if failures > MAX_RETRIES and not for_ever:
        _give_up(office, row, owner, reason)
        return
    with acting(office, ring=False) as act:
        waits = {"falhas": failures, "vence_em": act.now + backoff(failures, claims.LONGEST_STEP), **RELEASED}
        if attempts.change(act.conn, row, owner, waits) and for_ever and failures == 1:
            act.log("job", row["id"], row["estado"], {"texto": f"{reason} É tentado de novo até que possa ser feito."})


def _give_up(office: Office, row: JobRow, owner: str, reason: str, *, doubt: bool = False) -> None:
    """End the job: `falhou`, or `incerto` if the release was requested and paper may have come out."""
    with acting(office) as act:
        attempt = attempts.current_attempt(act.conn, row)  # read again: the failed step may have changed it
        doubt = doubt or (attempt is not None and attempt.liberada_em is not None and attempt.fim_em is None)
        state = UNCERTAIN if doubt else FAILED
        if attempts.change(act.conn, row, owner, attempts.end_values(state)):
            if attempt is not None:
                attempts.give_up(act.conn, attempt, act.now, state)
            act.log("job", row["id"], state, {"texto": reason})
            if doubt:
                act.add(ask_about_sheets(act.conn, office, row, reason, act.now))
