"""The life of a job after its acceptance: stamped, then handed over. A step that runs twice does nothing twice.

1. `aceito`: seal and QR are drawn on the kept layout, the PDF goes to the spool; a try at paper (`tentativa`) is a row.
2. `renderizado`: the try is handed to its queue (see `handoff`).
3. `entregue`: the queue has it, and the watcher follows it there (see `watch`).

A failure leaves the seals where they are and the job `falhou`: nothing is ever sealed twice for it (X5). What a disk, a
folder or the database cannot do now is no failure of the print: it is tried again until it can.
"""

from datetime import timedelta
from typing import Any, Final

import structlog

from printserver import faults
from printserver.delivery import (
    attempts,
    claims,
    handoff,
    passes,
    printout,
    spool,
)
from printserver.delivery.attempts import LostClaim, current_attempt, new_attempt
from printserver.delivery.handoff import Doubt
from printserver.delivery.original import LostPdf
from printserver.errors import Recusa
from printserver.ledger import ACCEPTED, FAILED, HANDED_OFF, RENDERED, UNCERTAIN, ask_about_sheets, seals
from printserver.office import LogEntry, Office, audit, change_proof
from printserver.printing import QueueRefused, QueueUnavailable

__all__ = ["advance", "current_attempt", "new_attempt"]

_log = structlog.get_logger()

MAX_RETRIES: Final = 6  # of a hand-off that reached no queue: about two minutes


def advance(office: Office, row: dict[str, Any], owner: str) -> None:
    """Take the job as far as it goes now. `row` is as it was claimed; whatever happens, the claim is given back."""
    log = _log.bind(job=row["id"])
    try:
        _steps(office, row, owner)
    except LostClaim:
        log.warning("claim lost to another engine")
    except QueueUnavailable as error:
        _try_later(office, row, owner, str(error))
    except (QueueRefused, Doubt, LostPdf) as error:
        _give_up(office, row, owner, str(error), doubt=isinstance(error, Doubt))
    except Exception as error:
        reason = _passing(error)
        if reason is None:
            log.exception("step failed", estado=row["estado"])
            _give_up(office, row, owner, f"erro interno ({type(error).__name__}): veja o registro do servidor")
        else:
            log.warning("step is tried again later", estado=row["estado"], why=reason)
            _try_later(office, row, owner, reason, for_ever=True)
    office.bell.ring()


def _steps(office: Office, row: dict[str, Any], owner: str) -> None:
    if row["estado"] == ACCEPTED:
        row |= _stamp(office, row, owner)
    if row["estado"] == RENDERED and not row["encerrado"]:
        handoff.hand_off(office, row, owner)
    elif row["estado"] == HANDED_OFF:
        passes.advance(office, row, owner)


def _passing(error: Exception) -> str | None:
    """Return why a step could not be done now where that says nothing of the print itself; None: it does."""
    if isinstance(error, Recusa) and error.word == "servidor-ocupado":
        return error.detail
    return faults.passing(error)


def _stamp(office: Office, row: dict[str, Any], owner: str) -> dict[str, Any]:
    digest = spool.store(office.spool, printout.stamp_job(office, row))
    now = office.clock()
    prints = row["imprimir"]
    changes: dict[str, Any] = {"estado": RENDERED, "pdf_sha256": digest, "encerrado": not prints, "falhas": 0}
    if not prints:
        changes |= {"vence_em": None, "dono": None, "posse_ate": None}
    first = passes.first(office, row | changes, row["fila"]) if prints else {}
    with office.db.write() as conn:
        if not attempts.change(conn, row, owner, changes):
            raise LostClaim(row["id"])
        if prints:
            new_attempt(conn, row | changes, now, owner=owner, **first)
        seals.make_due(conn, office.serventia_id, row["id"], now)
        entry = LogEntry("job", row["id"], RENDERED, prova=change_proof(pdf_sha256=digest))
        audit.write(conn, office.serventia_id, now, [entry])
    office.bell.ring()
    return row | changes


def _try_later(office: Office, row: dict[str, Any], owner: str, reason: str, *, for_ever: bool = False) -> None:
    """What is needed could not be reached: the step is done again later; a hand-off is given up after a while.

    `for_ever`: it is never given up, and the job's history says once why it waits.
    """
    failures = row["falhas"] + 1
    if failures > MAX_RETRIES and not for_ever:
        _give_up(office, row, owner, reason)
        return
    now = office.clock()
    pause = min(timedelta(seconds=2 ** min(failures, 10)), claims.LONGEST_STEP)
    waits = {"falhas": failures, "vence_em": now + pause, "dono": None, "posse_ate": None}
    with office.db.write() as conn:
        if attempts.change(conn, row, owner, waits) and for_ever and failures == 1:
            text = {"texto": f"{reason} É tentado de novo até que possa ser feito."}
            audit.write(conn, office.serventia_id, now, [LogEntry("job", row["id"], row["estado"], detalhe=text)])


def _give_up(office: Office, row: dict[str, Any], owner: str, reason: str, *, doubt: bool = False) -> None:
    """The step cannot be done: `falhou`, or `incerto` where the release was asked for and paper may have come out."""
    now = office.clock()
    with office.db.write() as conn:
        attempt = current_attempt(conn, row)
        doubt = doubt or (attempt is not None and attempt["liberada_em"] is not None and attempt["fim_em"] is None)
        state = UNCERTAIN if doubt else FAILED
        if attempts.change(conn, row, owner, attempts.end_values(state)):
            if attempt is not None:
                attempts.give_up(conn, attempt, now, state)
            entries = [LogEntry("job", row["id"], state, detalhe={"texto": reason})]
            if doubt:
                entries += ask_about_sheets(conn, office, row, reason, now)
            audit.write(conn, office.serventia_id, now, entries)
