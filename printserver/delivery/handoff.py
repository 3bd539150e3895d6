"""The hand-off of an attempt to its queue: to a folder in one step, to CUPS in two phases (docs/decisions/14).

1. Create a held CUPS job without a file, with the attempt's id in its name; commit its CUPS id.
2. Send the file.
3. Commit that the release is requested; then release.

After a crash at any point, rows and queue show the completed steps. Before 3 nothing can have been printed: if the CUPS
job exists, the hand-off continues; otherwise it restarts as another attempt. After 3 it never restarts: if the CUPS job
exists, the hand-off continues; if its state is unknown, `Doubt`.
"""

from dataclasses import replace

from printserver.delivery import attempts, numbered_paper, original, passes, printout, queues, spool
from printserver.delivery.attempts import AttemptContent, LostClaim
from printserver.documents import titles
from printserver.ledger import HANDED_OFF, PRINTED, RENDERED, Attempt, CupsState, JobRow
from printserver.office import RELEASED, Office, acting
from printserver.printing import CupsQueue, FolderQueue, Handoff, QueueRefused, State


class Doubt(Exception):
    """It is unknown whether paper came out: a person must check."""


def hand_off(office: Office, row: JobRow, attempt: Attempt, owner: str) -> None:
    """Hand the job's newest attempt to its queue.

    Raises `LostClaim`, `QueueUnavailable`, `QueueRefused`, `Doubt`, `LostPdf`.
    """
    taken = numbered_paper.claim(office, row, attempt, owner)
    if taken is None:
        return
    queue = queues.open_queue(office, taken)
    if isinstance(queue, FolderQueue):
        queue.hand_off(_delivery(office, row, attempt, _name_in_folder(attempt)))
        _written(office, row, attempt, owner, numbered=taken.papel_numerado)
    else:
        _to_cups(office, row, attempt, owner, queue)


def cups_state(queue: CupsQueue, cups_id: int, state: State | None) -> CupsState:
    """Return the job's `cups`, which the watcher compares with the next state."""
    return {
        "servidor": queue.servidor,
        "id": cups_id,
        "estado": state.estado if state else None,
        "motivos": list(state.motivos) if state else [],
        "folhas": state.folhas if state else None,
        "mensagem": state.mensagem if state else None,
        "impressoes": state.impressions if state else None,
        "inicio": state.inicio if state else None,
    }


def ours(state: State | None, attempt: Attempt) -> State | None:
    """Return the state if it is of the attempt's CUPS job: a server that lost its jobs reuses their ids."""
    return state if state is not None and state.job_id == attempts.cups_name(attempt) else None


def state_of(queue: CupsQueue, attempt: Attempt) -> State | None:
    """Return the state of the attempt's CUPS job; None if it has none or the server does not know it.

    Raises `QueueUnavailable`, `QueueRefused`.
    """
    return None if attempt.cups_id is None else ours(queue.state(attempt.cups_id), attempt)


def _name_in_folder(attempt: Attempt) -> str:
    whole = attempt.numero == 1 or (attempt.paginas is None and not attempt.passada)
    return attempt.job_id if whole else f"{attempt.job_id}-{attempt.numero}"


def _delivery(office: Office, row: JobRow, attempt: Attempt, name: str) -> Handoff:
    page_format = printout.job_format(office, row)
    digest = _checked_digest(office, row, attempt)
    return Handoff(
        job_id=name,
        pdf=spool.path_of(office.spool, digest),
        sha256=digest,
        titulo=titles.title(row["campos"]),
        copias=1,  # each copy is a separate pass (see `passes`)
        faces=row["faces"],
        bandeja=row["bandeja"],
        width_mm=float(page_format.pagina.largura),
        height_mm=float(page_format.pagina.altura),
    )


def _checked_digest(office: Office, row: JobRow, attempt: Attempt) -> str:
    """Return the SHA-256 of the sent bytes; they are in the spool on return.

    Raises `LostPdf`, OSError.
    """
    moved = attempt.enviado_sha256
    if moved is None:
        passes.attempt_bytes(office, row, attempt)
        return attempt.pdf_sha256
    try:
        spool.read(office.spool, moved)
    except spool.Altered:
        content = passes.attempt_bytes(office, row, attempt)
        if queues.bytes_for(office, attempt.fila, row["bandeja"], content) != moved:
            raise original.LostPdf(
                "O PDF deslocado para a bandeja sumiu do disco, e o deslocamento da fila já é outro: nada foi "
                "impresso. Mande o trabalho de novo."
            ) from None
    return moved


def _written(office: Office, row: JobRow, attempt: Attempt, owner: str, *, numbered: bool) -> None:
    """Record that the file is in the folder; this counts as printed. `numbered`: the attempt holds the queue (P5)."""
    with acting(office, ring=False) as act:
        over = passes.end_values(row["copias"], row["faces"], PRINTED, act.now)
        if attempts.change(act.conn, row, owner, over):
            attempts.end(act.conn, attempt, act.now, "escrito")
            if numbered:
                passes.give_back(act.conn, attempt)
            for state in (HANDED_OFF, PRINTED) if over["estado"] == PRINTED else (HANDED_OFF,):
                act.log("job", row["id"], state, {"fila": attempt.fila})


def _to_cups(office: Office, row: JobRow, attempt: Attempt, owner: str, queue: CupsQueue) -> None:
    if attempt.liberada_em is None:
        attempt, cups_id = _hold(office, row, attempt, owner, queue)
        _send(office, row, attempt, cups_id, queue)
        life = _life(queue)
        with office.db.write() as conn:
            attempts.save(conn, row, attempt, owner, {"liberada_em": office.clock(), "vida": life})
        queue.release(cups_id)
    else:
        cups_id = _released_before(attempt, queue)
    _handed(office, row, attempt, cups_id, owner, queue)


def _hold(office: Office, row: JobRow, attempt: Attempt, owner: str, queue: CupsQueue) -> tuple[Attempt, int]:
    """Return the attempt and its held CUPS job: the recorded one if it exists, else a new one."""
    if attempt.cups_id is not None:
        state = state_of(queue, attempt)
        if state is not None and state.estado != "aborted":
            return attempt, attempt.cups_id
        if state is not None and state.inicio is not None:
            raise Doubt("a fila começou a imprimir o trabalho sem que fosse liberado, e o abandonou")
        attempt = _another(office, row, attempt, owner)
    # A CUPS job with the attempt's name and an unrecorded id is left from a crash: never released; cancel it.
    strays = queue.find(row["id"])
    if strays:
        # Checked after the search: if another engine took over the job before, one of them may be its print.
        with office.db.write() as conn:
            attempts.save(conn, row, attempt, owner, {"dono": owner})
    for stray in strays:
        queue.cancel(stray)
    content = passes.attempt_bytes(office, row, attempt)
    moved = queues.bytes_for(office, attempt.fila, row["bandeja"], content)
    cups_id = queue.create(_delivery(office, row, attempt, attempts.cups_name(attempt)))
    try:
        with office.db.write() as conn:
            attempts.save(conn, row, attempt, owner, {"cups_id": cups_id, "enviado_sha256": moved})
    except LostClaim:
        queue.cancel(cups_id)
        raise
    return replace(attempt, cups_id=cups_id, enviado_sha256=moved), cups_id


def _another(office: Office, row: JobRow, attempt: Attempt, owner: str) -> Attempt:
    """Replace an attempt whose CUPS job was lost before its release (nothing was printed). Return the new one."""
    with acting(office) as act:
        over = {"fim_em": act.now, "resultado": "perdida", "dono": None}
        attempts.save(act.conn, row, attempt, owner, over)
        content = AttemptContent(attempt.passada, attempt.paginas, attempt.pdf_sha256)
        newest = attempts.new_attempt(act.conn, row, act.now, content, queue=attempt.fila, owner=owner)
        numbered_paper.pass_on(act.conn, attempt, newest)
        text = f"a fila perdeu o trabalho {attempt.cups_id} antes de ser liberado: nada saiu, e é entregue de novo"
        act.log("job", row["id"], RENDERED, {"texto": text})
    return newest


def _send(office: Office, row: JobRow, attempt: Attempt, cups_id: int, queue: CupsQueue) -> None:
    try:
        queue.send(cups_id, _delivery(office, row, attempt, attempts.cups_name(attempt)))
    except QueueRefused:
        state = ours(queue.state(cups_id), attempt)
        if state is not None and state.inicio is not None:
            raise Doubt("a fila começou a imprimir o trabalho sem que fosse liberado") from None
        raise


def _released_before(attempt: Attempt, queue: CupsQueue) -> int:
    """Continue after a crash between the recorded release and the end of the hand-off. Return the CUPS id.

    Raises `Doubt`.
    """
    state = state_of(queue, attempt)
    if state is None or attempt.cups_id is None:
        raise Doubt("a fila não conhece o trabalho, cuja liberação já estava pedida")
    if state.estado != "pending-held":
        return attempt.cups_id
    # Held, so not released yet, unless the server died and lost its record of release and printing.
    if state.inicio is not None or attempt.vida is None or attempt.vida != _life(queue):
        raise Doubt("a liberação estava pedida, e não se sabe se o servidor de impressão parou no meio dela")
    queue.release(attempt.cups_id)
    return attempt.cups_id


def _life(queue: CupsQueue) -> str | None:
    line = queue.connection()
    line.close()
    return line.vida


def _handed(office: Office, row: JobRow, attempt: Attempt, cups_id: int, owner: str, queue: CupsQueue) -> None:
    """Record that the queue has it; the watcher follows it from now on."""
    cups = cups_state(queue, cups_id, None)
    cups["estado"] = "pending"
    changes = {"estado": HANDED_OFF, "cups": cups, "falhas": 0, "vence_em": None, **RELEASED}
    with acting(office, ring=False) as act:
        if attempts.change(act.conn, row, owner, changes):
            act.log("job", row["id"], HANDED_OFF, {"fila": attempt.fila, "cups_id": cups_id})
