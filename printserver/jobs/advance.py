"""The life of a job after its acceptance: stamped, then handed over. A step that runs twice does nothing twice.

1. `aceito`: seal and QR are drawn on the kept layout, the PDF goes to the spool; a try at paper (`tentativa`) is a row.
2. `renderizado`: the try is handed to its queue (see `handoff`).
3. `entregue`: the queue has it, and the watcher follows it there (see `watch`).

A failure leaves the seals where they are and the job `falhou`: nothing is ever sealed twice for it (X5).
"""

from datetime import timedelta
from typing import Any, Final

import sqlalchemy as sa
import structlog

from printserver import audit
from printserver.audit import Registro
from printserver.jobs import compose, handoff, passes, sealing, spool, tries
from printserver.jobs.handoff import Duvida
from printserver.jobs.office import Office
from printserver.jobs.questions import perguntar_folhas
from printserver.jobs.states import ACEITO, ENTREGUE, FALHOU, INCERTO, RENDERIZADO
from printserver.jobs.tries import LostClaim, nova_tentativa, tentativa_atual
from printserver.printing import FilaFora, FilaRecusa

__all__ = ["advance", "nova_tentativa", "tentativa_atual"]

_log = structlog.get_logger()

MAX_RETRIES: Final = 6  # of a hand-off that reached no queue: about two minutes


def advance(office: Office, row: dict[str, Any], owner: str) -> None:
    """Take the job as far as it goes now. `row` is as it was claimed; whatever happens, the claim is given back."""
    log = _log.bind(job=row["id"])
    try:
        if row["estado"] == ACEITO:
            row = _stamp(office, row, owner)
        if row["estado"] == RENDERIZADO and not row["encerrado"]:
            handoff.entregar(office, row, owner)
        elif row["estado"] == ENTREGUE:
            passes.adiante(office, row, owner)
    except LostClaim:
        log.warning("claim lost to another engine")
    except FilaFora as error:
        _try_later(office, row, owner, str(error))
    except (FilaRecusa, Duvida) as error:
        _give_up(office, row, owner, str(error), doubt=isinstance(error, Duvida))
    except sa.exc.OperationalError as error:
        # The database was away or locked for a moment: nothing is known to have gone wrong with the print.
        log.warning("database failed", estado=row["estado"], error=str(error.orig))
        _try_later(office, row, owner, "o banco de dados não respondeu")
    except Exception as error:
        log.exception("step failed", estado=row["estado"])
        _give_up(office, row, owner, f"erro interno ({type(error).__name__}): veja o registro do servidor")
    office.bell.ring()


def _stamp(office: Office, row: dict[str, Any], owner: str) -> dict[str, Any]:
    digest = spool.guardar(office.spool, compose.carimbar_job(office, row))
    now = office.clock()
    prints = row["imprimir"]
    changes: dict[str, Any] = {"estado": RENDERIZADO, "pdf_sha256": digest, "encerrado": not prints}
    if not prints:
        changes |= {"vence_em": None, "dono": None, "posse_ate": None}
    first = passes.primeira(office, row | changes, row["fila"]) if prints else {}
    with office.db.write() as conn:
        if not tries.mudar(conn, row, owner, changes):
            raise LostClaim(row["id"])
        if prints:
            nova_tentativa(conn, row | changes, now, owner=owner, **first)
        sealing.seguir(conn, office.serventia_id, row["id"], now)
        audit.escrever(conn, office.serventia_id, now, [Registro("job", row["id"], RENDERIZADO)])
    office.bell.ring()
    return row | changes


def _try_later(office: Office, row: dict[str, Any], owner: str, reason: str) -> None:
    """The queue could not be reached: the step is done again later, or given up after a while."""
    failures = row["falhas"] + 1
    if failures > MAX_RETRIES:
        _give_up(office, row, owner, reason)
        return
    later = office.clock() + timedelta(seconds=min(2**failures, 60))
    with office.db.write() as conn:
        tries.mudar(conn, row, owner, {"falhas": failures, "vence_em": later, "dono": None, "posse_ate": None})


def _give_up(office: Office, row: dict[str, Any], owner: str, reason: str, *, doubt: bool = False) -> None:
    """The step cannot be done: `falhou`, or `incerto` where the release was asked for and paper may have come out."""
    now = office.clock()
    with office.db.write() as conn:
        attempt = tentativa_atual(conn, row)
        doubt = doubt or (attempt is not None and attempt["liberada_em"] is not None and attempt["fim_em"] is None)
        state = INCERTO if doubt else FALHOU
        if tries.mudar(conn, row, owner, tries.fim(state)):
            if attempt is not None:
                tries.deixar(conn, attempt, now, state)
            entries = [Registro("job", row["id"], state, detalhe={"texto": reason})]
            if doubt:
                entries += perguntar_folhas(conn, office, row, reason, now)
            audit.escrever(conn, office.serventia_id, now, entries)
