"""The life of a job after its acceptance: stamp, hand over, follow. A step that runs twice does nothing twice.

1. `aceito`: seal and QR are drawn on the kept layout, the PDF goes to the spool; a try at paper (`tentativa`) is a row.
2. `renderizado`: the try is handed to its queue; to CUPS held first, released only when its id is on record.
3. `entregue`: what the queue says is written down until it has come to an end.

A failure leaves the seals where they are and the job `falhou`: nothing is ever sealed twice for it (X5).
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Connection

from printserver import audit, db
from printserver.audit import Registro
from printserver.jobs import claims, compose, queues, spool
from printserver.jobs.office import Office
from printserver.jobs.questions import perguntar_folhas
from printserver.jobs.states import ACEITO, ENTREGUE, FALHOU, IMPRESSO, INCERTO, RENDERIZADO
from printserver.printing import Entrega, Estado, FilaCups, FilaFora, FilaPasta, FilaRecusa

_log = structlog.get_logger()

MAX_RETRIES: Final = 6  # of a hand-off that reached no queue: about a minute
FOLLOW_FIRST: Final = timedelta(seconds=0.4)
FOLLOW_LATER: Final = timedelta(seconds=4)
FOLLOW_CLOSELY_FOR: Final = timedelta(seconds=20)


def advance(office: Office, row: dict[str, Any], owner: str) -> None:
    """Take the job as far as it goes now. `row` is as it was claimed; whatever happens, the claim is given back."""
    log = _log.bind(job=row["id"])
    try:
        if row["estado"] == ACEITO:
            row = _stamp(office, row, owner)
        if row["estado"] == RENDERIZADO and not row["encerrado"]:
            _hand_over(office, row, owner)
        elif row["estado"] == ENTREGUE:
            _follow(office, row, owner)
    except _LostClaim:
        log.warning("claim lost to another engine")
    except FilaFora as error:
        _try_later(office, row, owner, str(error))
    except FilaRecusa as error:
        _give_up(office, row, owner, str(error))
    except sa.exc.OperationalError as error:
        # The database was away or locked for a moment: nothing is known to have gone wrong with the print.
        log.warning("database failed", estado=row["estado"], error=str(error.orig))
        _try_later(office, row, owner, "o banco de dados não respondeu")
    except Exception as error:
        log.exception("step failed", estado=row["estado"])
        _give_up(office, row, owner, f"erro interno ({type(error).__name__}): veja o registro do servidor")
    office.bell.ring()


# -- step 1 -----------------------------------------------------------------------------------------------------------


def _stamp(office: Office, row: dict[str, Any], owner: str) -> dict[str, Any]:
    digest = spool.guardar(office.spool, compose.carimbar_job(office, row))
    now = office.clock()
    prints = row["imprimir"]
    changes: dict[str, Any] = {"estado": RENDERIZADO, "pdf_sha256": digest, "encerrado": not prints}
    if not prints:
        changes |= {"vence_em": None, "dono": None, "posse_ate": None}
    with office.db.write() as conn:
        if not _update(conn, row, owner, changes):
            raise _LostClaim(row["id"])
        if prints:
            nova_tentativa(conn, row | changes, now, owner=owner)
        audit.escrever(conn, office.serventia_id, now, [Registro("job", row["id"], RENDERIZADO)])
    office.bell.ring()
    return row | changes


# -- step 2 -----------------------------------------------------------------------------------------------------------


def nova_tentativa(
    conn: Connection,
    row: Mapping[Any, Any],
    now: datetime,
    *,
    owner: str | None = None,
    fila: str | None = None,
    paginas: str | None = None,
    pdf_sha256: str | None = None,
) -> int:
    """Write the next try at paper of a job, before anything touches the queue. Return its number."""
    table = db.tentativa
    here = (table.c.serventia_id == row["serventia_id"], table.c.job_id == row["id"])
    last = conn.execute(sa.select(sa.func.max(table.c.numero)).where(*here)).scalar() or 0
    conn.execute(
        sa.insert(table).values(
            serventia_id=row["serventia_id"],
            job_id=row["id"],
            numero=last + 1,
            fila=fila or row["fila"],
            paginas=paginas,
            pdf_sha256=pdf_sha256 or row["pdf_sha256"],
            dono=owner,
            criada_em=now,
        )
    )
    return int(last) + 1


def tentativa_atual(conn: Connection, row: Mapping[Any, Any]) -> dict[str, Any] | None:
    """Return the newest try at paper of a job."""
    table = db.tentativa
    query = (
        sa.select(table)
        .where(table.c.serventia_id == row["serventia_id"], table.c.job_id == row["id"])
        .order_by(table.c.numero.desc())
        .limit(1)
    )
    found = conn.execute(query).mappings().one_or_none()
    return dict(found) if found is not None else None


def _hand_over(office: Office, row: dict[str, Any], owner: str) -> None:
    with office.db.read() as conn:
        attempt = tentativa_atual(conn, row)
    if attempt is None:
        raise RuntimeError("a rendered job without a try at paper")
    queue = queues.por_nome(office, attempt["fila"])
    delivery = _delivery(office, row, attempt)
    if isinstance(queue, FilaPasta):
        queue.entregar(delivery)
        _written(office, row, attempt, owner)
    else:
        _to_cups(office, row, attempt, owner, queue, delivery)


def _delivery(office: Office, row: dict[str, Any], attempt: dict[str, Any]) -> Entrega:
    first = attempt["numero"] == 1 or attempt["paginas"] is None
    formato = compose.formato_do_job(office, row)
    return Entrega(
        job_id=row["id"] if first else f"{row['id']}-{attempt['numero']}",
        pdf=spool.caminho(office.spool, attempt["pdf_sha256"]),
        titulo=compose.titulo(row["campos"]),
        copias=row["copias"],
        faces=row["faces"],
        bandeja=row["bandeja"],
        largura_mm=float(formato.pagina.largura),
        altura_mm=float(formato.pagina.altura),
    )


def _written(office: Office, row: dict[str, Any], attempt: dict[str, Any], owner: str) -> None:
    """A folder's file is there: that is as printed as it gets (contract: `impresso`)."""
    now = office.clock()
    with office.db.write() as conn:
        if _update(conn, row, owner, _over(IMPRESSO)):
            _close_attempt(conn, attempt, now, "escrito")
            entries = [
                Registro("job", row["id"], state, detalhe={"fila": attempt["fila"]}) for state in (ENTREGUE, IMPRESSO)
            ]
            audit.escrever(conn, office.serventia_id, now, entries)


def _to_cups(
    office: Office, row: dict[str, Any], attempt: dict[str, Any], owner: str, queue: FilaCups, delivery: Entrega
) -> None:
    """Hold, record, send, record, release: after a crash at any point the rows and the queue tell what was done."""
    cups_id = attempt["cups_id"]
    if attempt["liberada_em"] is None:
        if cups_id is None:
            # A job of our name with an id that no row holds is the leftover of a crash: never released, taken off.
            for stray in queue.procurar(delivery.job_id):
                queue.cancelar(stray)
            cups_id = queue.criar(delivery)
            _record_attempt(office, attempt, owner, {"cups_id": cups_id})
        queue.enviar(cups_id, delivery)
        _record_attempt(office, attempt, owner, {"liberada_em": office.clock()})
    state = queue.estado(cups_id)
    if state is not None and state.estado == "pending-held":
        queue.liberar(cups_id)
    now = office.clock()
    with office.db.write() as conn:
        changes = {
            "estado": ENTREGUE,
            "cups": _cups(queue, cups_id, state),
            "falhas": 0,
            "vence_em": now + FOLLOW_FIRST,
        }
        if _update(conn, row, owner, changes | {"dono": None, "posse_ate": None}):
            entry = Registro("job", row["id"], ENTREGUE, detalhe={"fila": attempt["fila"], "cups_id": cups_id})
            audit.escrever(conn, office.serventia_id, now, [entry])


def _record_attempt(office: Office, attempt: dict[str, Any], owner: str, changes: dict[str, Any]) -> None:
    table = db.tentativa
    with office.db.write() as conn:
        mine = sa.select(db.job.c.n).where(
            db.job.c.serventia_id == attempt["serventia_id"], db.job.c.id == attempt["job_id"], db.job.c.dono == owner
        )
        if conn.execute(mine.with_for_update()).first() is None:
            raise _LostClaim(attempt["job_id"])
        conn.execute(sa.update(table).where(table.c.id == attempt["id"]).values(**changes))


# -- step 3 -----------------------------------------------------------------------------------------------------------


def _follow(office: Office, row: dict[str, Any], owner: str) -> None:
    with office.db.read() as conn:
        attempt = tentativa_atual(conn, row)
    if attempt is None or attempt["cups_id"] is None:
        raise RuntimeError("a job at a CUPS queue without its id")
    queue = queues.por_nome(office, attempt["fila"])
    assert isinstance(queue, FilaCups)
    state = queue.estado(attempt["cups_id"])
    now = office.clock()
    cups = _cups(queue, attempt["cups_id"], state)
    if state is None:
        doubt = "a fila não conhece mais o trabalho: não se sabe se as páginas saíram"
        _end(office, row, owner, attempt, now, INCERTO, cups, doubt)
    elif state.estado == "completed":
        _completed(office, row, owner, attempt, now, state, cups)
    elif state.estado in ("canceled", "aborted"):
        _end(
            office,
            row,
            owner,
            attempt,
            now,
            ENTREGUE,
            cups,
            f"a fila encerrou o trabalho sem o concluir: {state.estado}",
        )
    else:
        _keep_following(office, row, owner, now, cups)


def _completed(
    office: Office,
    row: dict[str, Any],
    owner: str,
    attempt: dict[str, Any],
    now: datetime,
    state: Estado,
    cups: dict[str, Any],
) -> None:
    """CUPS says `completed`: proof of paper only where it counted (fewer than expected contradict it)."""
    # Printed sides, not sheets: of a two-sided print CUPS counts too few sheets.
    expected = compose.contar_paginas(attempt["paginas"], row["paginas"]) * row["copias"]
    if state.impressoes is None:
        _end(office, row, owner, attempt, now, ENTREGUE, cups, None)
    elif state.impressoes >= expected:
        _end(office, row, owner, attempt, now, IMPRESSO, cups, None)
    else:
        doubt = f"a impressora contou {state.impressoes} de {expected} páginas"
        _end(office, row, owner, attempt, now, INCERTO, cups, doubt)


def _end(
    office: Office,
    row: dict[str, Any],
    owner: str,
    attempt: dict[str, Any],
    now: datetime,
    state: str,
    cups: dict[str, Any],
    text: str | None,
) -> None:
    with office.db.write() as conn:
        if _update(conn, row, owner, _over(state) | {"cups": cups}):
            _close_attempt(conn, attempt, now, cups["estado"] or "desconhecido")
            entries = [Registro("job", row["id"], state, detalhe={"texto": text} if text else {"cups": cups["estado"]})]
            if state == INCERTO:
                entries += perguntar_folhas(conn, office, row, text or "", now)
            audit.escrever(conn, office.serventia_id, now, entries)


def _keep_following(office: Office, row: dict[str, Any], owner: str, now: datetime, cups: dict[str, Any]) -> None:
    pause = FOLLOW_FIRST if now - row["criado_em"] < FOLLOW_CLOSELY_FOR else FOLLOW_LATER
    changed = cups != row["cups"]
    with office.db.write() as conn:
        changes = {"cups": cups, "vence_em": now + pause, "dono": None, "posse_ate": None, "falhas": 0}
        if _update(conn, row, owner, changes) and changed:
            detail = {"cups": cups["estado"], "motivos": cups["motivos"]}
            audit.escrever(conn, office.serventia_id, now, [Registro("job", row["id"], ENTREGUE, detalhe=detail)])


# -- failures ---------------------------------------------------------------------------------------------------------


def _try_later(office: Office, row: dict[str, Any], owner: str, reason: str) -> None:
    """The queue could not be reached: nothing is known to have gone wrong, so the step is done again later."""
    tries = row["falhas"] + 1
    if tries > MAX_RETRIES and row["estado"] != ENTREGUE and not _released(office, row):
        _give_up(office, row, owner, reason)
        return
    later = office.clock() + timedelta(seconds=min(2**tries, 60))
    with office.db.write() as conn:
        _update(conn, row, owner, {"falhas": tries, "vence_em": later, "dono": None, "posse_ate": None})


def _give_up(office: Office, row: dict[str, Any], owner: str, reason: str) -> None:
    """The step cannot be done: `falhou`, or `incerto` where the release was asked for and paper may have come out."""
    now = office.clock()
    released = _released(office, row)
    state = INCERTO if released else FALHOU
    with office.db.write() as conn:
        if _update(conn, row, owner, _over(state)):
            attempt = tentativa_atual(conn, row)
            if attempt is not None:
                _close_attempt(conn, attempt, now, state)
            entries = [Registro("job", row["id"], state, detalhe={"texto": reason})]
            if released:
                entries += perguntar_folhas(conn, office, row, reason, now)
            audit.escrever(conn, office.serventia_id, now, entries)


def _released(office: Office, row: dict[str, Any]) -> bool:
    with office.db.read() as conn:
        attempt = tentativa_atual(conn, row)
    return attempt is not None and attempt["liberada_em"] is not None


# -- rows -------------------------------------------------------------------------------------------------------------


class _LostClaim(Exception):
    """Another engine took the job over while this one worked: whatever it did not record is not to be built on."""


def _update(conn: Connection, row: dict[str, Any], owner: str, changes: dict[str, Any]) -> bool:
    return bool(conn.execute(sa.update(db.job).where(*claims.owned(row, owner)).values(**changes)).rowcount)


def _over(state: str) -> dict[str, Any]:
    return {"estado": state, "encerrado": True, "vence_em": None, "dono": None, "posse_ate": None}


def _close_attempt(conn: Connection, attempt: dict[str, Any], now: datetime, result: str) -> None:
    table = db.tentativa
    conn.execute(sa.update(table).where(table.c.id == attempt["id"]).values(fim_em=now, resultado=result, dono=None))


def _cups(queue: FilaCups, cups_id: int, state: Estado | None) -> dict[str, Any]:
    return {
        "servidor": queue.servidor,
        "id": cups_id,
        "estado": state.estado if state else None,
        "motivos": list(state.motivos) if state else [],
        "folhas": state.folhas if state else None,
        "mensagem": state.mensagem if state else None,
    }
