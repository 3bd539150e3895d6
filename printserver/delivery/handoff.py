"""The hand-off of a try at paper to its queue: to a folder at once, to CUPS in two phases (docs/decisions/14).

1. A held CUPS job without a file, whose name bears our id; its CUPS id goes on record.
2. The file.
3. That the release is asked for goes on record; then the release.

After a death at any point the rows and the queue tell what was done. Before 3 nothing can have been printed: found, it
goes on; not found, it is handed over anew as another try. After 3 nothing is ever handed over anew: found, it goes on;
where it cannot be told, `Doubt`.
"""

from typing import Any

from printserver.delivery import (
    attempts,
    numbered_paper,
    original,
    passes,
    printout,
    queues,
    spool,
)
from printserver.delivery.attempts import LostClaim
from printserver.documents import titles
from printserver.ledger import HANDED_OFF, PRINTED, RENDERED
from printserver.office import LogEntry, Office, audit
from printserver.printing import CupsQueue, FolderQueue, Handoff, QueueRefused, State


class Doubt(Exception):
    """Paper may have come out, or not: a person must look."""


def hand_off(office: Office, row: dict[str, Any], owner: str) -> None:
    """Hand the job's newest try to its queue. Raises LostClaim, QueueUnavailable, QueueRefused, Duvida, PdfPerdido."""
    with office.db.read() as conn:
        attempt = attempts.current_attempt(conn, row)
    if attempt is None:
        raise RuntimeError("a rendered job without a try at paper")
    if not numbered_paper.claim(office, row, attempt, owner):
        return
    queue = queues.by_name(office, attempt["fila"])
    if isinstance(queue, FolderQueue):
        queue.hand_off(_delivery(office, row, attempt, _name_in_folder(attempt)))
        _written(office, row, attempt, owner)
    else:
        _to_cups(office, row, attempt, owner, queue)


def cups_dict(queue: CupsQueue, cups_id: int, state: State | None) -> dict[str, Any]:
    """Return `cups` of the contract's job, and what the watcher compares the next state with."""
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


def ours(state: State | None, attempt: dict[str, Any]) -> State | None:
    """Return the state if it is of the try's own CUPS job: a server that lost its table gives its id to another."""
    return state if state is not None and state.job_id == attempts.cups_name(attempt) else None


def _name_in_folder(attempt: dict[str, Any]) -> str:
    whole = attempt["numero"] == 1 or (attempt["paginas"] is None and not attempt["passada"])
    return str(attempt["job_id"]) if whole else f"{attempt['job_id']}-{attempt['numero']}"


def _delivery(office: Office, row: dict[str, Any], attempt: dict[str, Any], name: str) -> Handoff:
    page_format = printout.job_format(office, row)
    digest = _checked_digest(office, row, attempt)
    return Handoff(
        job_id=name,
        pdf=spool.path_of(office.spool, digest),
        sha256=digest,
        titulo=titles.title(row["campos"]),
        copias=1,  # each copy is a pass of its own (see `passes`)
        faces=row["faces"],
        bandeja=row["bandeja"],
        width_mm=float(page_format.pagina.largura),
        height_mm=float(page_format.pagina.altura),
    )


def _checked_digest(office: Office, row: dict[str, Any], attempt: dict[str, Any]) -> str:
    """Return the SHA-256 of what is sent; its bytes are in the spool, read or made again.

    Raises PdfPerdido, OSError.
    """
    moved: str | None = attempt["enviado_sha256"]
    if moved is None:
        passes.attempt_bytes(office, row, attempt)
        return str(attempt["pdf_sha256"])
    try:
        spool.read(office.spool, moved)
    except spool.Altered:
        content = passes.attempt_bytes(office, row, attempt)
        if queues.bytes_for(office, attempt["fila"], row["bandeja"], content) != moved:
            raise original.LostPdf(
                "O PDF deslocado para a bandeja sumiu do disco, e o deslocamento da fila já é outro: nada foi "
                "impresso. Mande o trabalho de novo."
            ) from None
    return moved


def _written(office: Office, row: dict[str, Any], attempt: dict[str, Any], owner: str) -> None:
    """A folder's file is there: that is as printed as it gets (contract: `printed_name`)."""
    now = office.clock()
    with office.db.write() as conn:
        over = passes.end_values(row, PRINTED, now)
        if attempts.change(conn, row, owner, over):
            attempts.end(conn, attempt, now, "escrito")
            passes.give_back(conn, attempt)
            states = (HANDED_OFF, PRINTED) if over["estado"] == PRINTED else (HANDED_OFF,)
            entries = [LogEntry("job", row["id"], state, detalhe={"fila": attempt["fila"]}) for state in states]
            audit.write(conn, office.serventia_id, now, entries)


def _to_cups(office: Office, row: dict[str, Any], attempt: dict[str, Any], owner: str, queue: CupsQueue) -> None:
    if attempt["liberada_em"] is None:
        attempt = _hold(office, row, attempt, owner, queue)
        _send(office, row, attempt, queue)
        life = _life(queue)
        with office.db.write() as conn:
            attempts.save(conn, row, attempt, owner, liberada_em=office.clock(), vida=life)
        queue.release(attempt["cups_id"])
    else:
        _released_before(attempt, queue)
    _handed(office, row, attempt, owner, queue)


def _hold(office: Office, row: dict[str, Any], attempt: dict[str, Any], owner: str, queue: CupsQueue) -> dict[str, Any]:
    """Return the try with its held CUPS job: the one on record if it is there, else a new one."""
    if attempt["cups_id"] is not None:
        state = ours(queue.state(attempt["cups_id"]), attempt)
        if state is not None and state.estado != "aborted":
            return attempt
        if state is not None and state.inicio is not None:
            raise Doubt("a fila começou a imprimir o trabalho sem que fosse liberado, e o abandonou")
        attempt = _another(office, row, attempt, owner)
    # A job of our name with an id that no row holds is the leftover of a death: never released, taken off.
    strays = queue.find(row["id"])
    if strays:
        # Asked after they were found: had another engine taken the job over before, one of them might be its print.
        with office.db.write() as conn:
            attempts.save(conn, row, attempt, owner, dono=owner)
    for stray in strays:
        queue.cancel(stray)
    content = passes.attempt_bytes(office, row, attempt)
    moved = queues.bytes_for(office, attempt["fila"], row["bandeja"], content)
    cups_id = queue.create(_delivery(office, row, attempt, attempts.cups_name(attempt)))
    held = {"cups_id": cups_id, "enviado_sha256": moved}
    try:
        with office.db.write() as conn:
            attempts.save(conn, row, attempt, owner, **held)
    except LostClaim:
        queue.cancel(cups_id)
        raise
    return attempt | held


def _another(office: Office, row: dict[str, Any], attempt: dict[str, Any], owner: str) -> dict[str, Any]:
    """The queue lost a job that was never released, so nothing was printed: write the try that takes its place."""
    now = office.clock()
    with office.db.write() as conn:
        attempts.save(conn, row, attempt, owner, fim_em=now, resultado="perdida", dono=None)
        attempts.new_attempt(
            conn,
            row,
            now,
            owner=owner,
            queue=attempt["fila"],
            paginas=attempt["paginas"],
            pdf_sha256=attempt["pdf_sha256"],
            passada=attempt["passada"],
        )
        text = f"a fila perdeu o trabalho {attempt['cups_id']} antes de ser liberado: nada saiu, e é entregue de novo"
        audit.write(conn, office.serventia_id, now, [LogEntry("job", row["id"], RENDERED, detalhe={"texto": text})])
        newest = attempts.current_attempt(conn, row)
        assert newest is not None
        numbered_paper.pass_on(conn, attempt, newest)
    return newest


def _send(office: Office, row: dict[str, Any], attempt: dict[str, Any], queue: CupsQueue) -> None:
    try:
        queue.send(attempt["cups_id"], _delivery(office, row, attempt, attempts.cups_name(attempt)))
    except QueueRefused:
        state = ours(queue.state(attempt["cups_id"]), attempt)
        if state is not None and state.inicio is not None:
            raise Doubt("a fila começou a imprimir o trabalho sem que fosse liberado") from None
        raise


def _released_before(attempt: dict[str, Any], queue: CupsQueue) -> None:
    """Go on after a death between the record of the release and the end of the hand-off. Raises Duvida."""
    state = ours(queue.state(attempt["cups_id"]), attempt)
    if state is None:
        raise Doubt("a fila não conhece o trabalho, cuja liberação já estava pedida")
    if state.estado != "pending-held":
        return
    # Held: not released yet. Unless the server died meanwhile, which may have forgotten the release and the printing.
    if state.inicio is not None or attempt["vida"] is None or attempt["vida"] != _life(queue):
        raise Doubt("a liberação estava pedida, e não se sabe se o servidor de impressão parou no meio dela")
    queue.release(attempt["cups_id"])


def _life(queue: CupsQueue) -> str | None:
    line = queue.connection()
    line.close()
    return line.vida


def _handed(office: Office, row: dict[str, Any], attempt: dict[str, Any], owner: str, queue: CupsQueue) -> None:
    """The queue has it: from here on the watcher follows."""
    cups_id, now = attempt["cups_id"], office.clock()
    cups = cups_dict(queue, cups_id, None) | {"estado": "pending"}
    changes = {"estado": HANDED_OFF, "cups": cups, "falhas": 0, "vence_em": None, "dono": None, "posse_ate": None}
    with office.db.write() as conn:
        if attempts.change(conn, row, owner, changes):
            entry = LogEntry("job", row["id"], HANDED_OFF, detalhe={"fila": attempt["fila"], "cups_id": cups_id})
            audit.write(conn, office.serventia_id, now, [entry])
