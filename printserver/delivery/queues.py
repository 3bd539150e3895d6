"""The office's queues by name: selection, capabilities, and the client object of a queue."""

from collections.abc import Mapping
from pathlib import Path
from time import monotonic
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.common.data import JsonObject, JsonView
from printserver.delivery import spool
from printserver.errors import Recusa
from printserver.ledger import Queue, QueueProof, QueueState
from printserver.office import Office
from printserver.printing import (
    OFFLINE,
    OTHER_CERTIFICATE,
    Capabilities,
    CertificateChanged,
    CupsQueue,
    Diagnosis,
    FolderQueue,
    QueueGone,
    QueueRefused,
    QueueUnavailable,
    Server,
    diagnose_queue,
    has_size,
    read_password,
)
from printserver.rendering import shift

Destination = CupsQueue | FolderQueue

ASK_AGAIN_S: Final = 60.0  # cache time of capabilities: pycups leaks memory at each call
LOOK_AGAIN_S: Final = 10.0  # cache time of a queue's state, and of a failed request
ASK_LIMIT_S: Final = 3.0  # timeout: a person waits for the answer
ABORT: Final = "abort-job"  # the only error policy that never prints later automatically


def choose(conn: Connection, office: Office, nome: str | None, kind: str) -> Queue:
    """Return the queue `nome` (the job's own, else its key's), else the type's, else the office's default.

    Raises `Recusa` `fila-desconhecida`.
    """
    table = db.fila
    wanted = nome or office.settings.filas.of(kind)
    which = {"nome": wanted} if wanted else {"padrao": True}
    found = db.find_row(conn, table, {"serventia_id": office.serventia_id, **which})
    if found is None:
        names = conn.execute(sa.select(table.c.nome).where(table.c.serventia_id == office.serventia_id)).scalars()
        raise Recusa("fila-desconhecida", f"Não há fila {wanted!r}. As filas são: {', '.join(sorted(names))}.")
    return Queue.from_row(found)


def find(conn: Connection, serventia_id: int, nome: str) -> Queue | None:
    """Return the queue of that name."""
    row = db.find_row(conn, db.fila, {"serventia_id": serventia_id, "nome": nome})
    return Queue.from_row(row) if row is not None else None


def by_name(office: Office, nome: str) -> Destination:
    """Return the client object of the queue of that name. Raises `QueueRefused` if it no longer exists."""
    with office.db.read() as conn:
        found = find(conn, office.serventia_id, nome)
    return open_queue(office, existing(found, nome))


def existing(found: Queue | None, nome: str) -> Queue:
    """Return the queue that was found under that name. Raises `QueueRefused` if there was none."""
    if found is None:
        raise QueueRefused(f"a fila {nome!r} não existe mais")
    return found


def open_queue(office: Office, row: Queue) -> Destination:
    """Return the client object of this queue."""
    if row.tipo == "pasta":
        return FolderQueue(row.nome, Path(row.destino))
    return CupsQueue(row.nome, row.destino, cups_server(office.instance, row))


def cups_server(instance: Path, row: Queue) -> Server:
    """Return the CUPS server of this queue, with the password from the office's folder."""
    usuario = row.usuario
    password = read_password(instance, row.servidor, usuario) if usuario else None
    return Server(row.servidor, usuario, password, row.tls, row.certificado)


def check(
    office: Office,
    row: Queue,
    bandeja: str | None,
    faces: str,
    tamanho: tuple[float, float] | None = None,
) -> None:
    """Refuse options that the queue does not support, before anything is sealed.

    The tray must be one that the queue lists; a folder and a raw queue list none (S12). Faces and paper sizes are not
    checked if the queue lists none. `tamanho` is the page's width and height in mm (P1).

    Raises `Recusa` `bandeja-desconhecida`, `papel-incompativel`, `fila-desconhecida` if the print server has no such
    queue or refuses access, `servidor-ocupado` if a tray is requested and the queue does not answer.
    """
    if row.tipo == "pasta":
        if bandeja is not None:
            raise _no_such_tray(row, bandeja, [])
        return
    try:
        can = _capabilities(office, row)
    except (QueueGone, QueueRefused) as error:
        raise Recusa(
            "fila-desconhecida",
            f"A fila {row.nome!r} não pode ser usada: {error}. Use outra, ou avise o administrador.",
        ) from error
    except QueueUnavailable as error:
        if bandeja is None:
            return  # the print waits for its queue
        raise Recusa("servidor-ocupado", f"A fila {row.nome!r} não responde: {error}", retry_after=5) from error
    if bandeja is not None and bandeja not in can["bandejas"]:
        raise _no_such_tray(row, bandeja, can["bandejas"])
    if can["faces"] and faces not in can["faces"]:
        raise Recusa(
            "papel-incompativel",
            f"faces: a fila {row.nome!r} não imprime {faces!r}. Ela imprime: {', '.join(can['faces'])}.",
        )
    if tamanho is not None:
        _check_media(row, can, tamanho)


def has_trays(office: Office, row: Queue) -> bool:
    """Return whether a queue lists trays; True if it does not answer."""
    if row.tipo == "pasta":
        return False
    try:
        return bool(_capabilities(office, row)["bandejas"])
    except (QueueUnavailable, QueueRefused):
        return True


def _check_media(row: Queue, can: Capabilities, tamanho: tuple[float, float]) -> None:
    """Refuse a page size that the printer does not have: page and QR would be scaled down (P6)."""
    if not can["papeis"] or has_size(*tamanho, can["papeis"]):
        return
    page = " × ".join(f"{side:g}".replace(".", ",") for side in tamanho)
    raise Recusa(
        "papel-incompativel",
        f"A fila {row.nome!r} não tem papel de {page} mm: a página sairia reduzida. Cadastre esse tamanho na "
        f"impressora, ou use outra fila. Ela tem: {', '.join(can['papeis'])}.",
    )


def current_state(office: Office, row: Queue) -> QueueState | None:
    """Return the state of a queue, at most `LOOK_AGAIN_S` old; None if it does not answer."""
    try:
        can = _capabilities(office, row, LOOK_AGAIN_S)
    except (QueueUnavailable, QueueRefused):
        return None
    return {"estado": can["estado"], "motivos": can["motivos"], "mensagem": can["mensagem"]}


def _capabilities(office: Office, row: Queue, age_s: float = ASK_AGAIN_S) -> Capabilities:
    """Return a queue's capabilities and state, at most `age_s` old. Raises `QueueUnavailable`, `QueueRefused`."""
    now = monotonic()
    asked, known = office.capabilities.get(row.nome, (0.0, None))
    if known is not None and now - asked < (min(age_s, LOOK_AGAIN_S) if isinstance(known, Exception) else age_s):
        if isinstance(known, Exception):
            raise type(known)(str(known))
        return known
    try:
        queue = open_queue(office, row)
        if isinstance(queue, CupsQueue):
            queue.limit_s = ASK_LIMIT_S
        can = queue.capabilities()
    except (QueueUnavailable, QueueRefused) as error:
        office.capabilities[row.nome] = (monotonic(), error)
        raise
    office.capabilities[row.nome] = (now, can)
    return can


def _no_such_tray(row: Queue, bandeja: str, known: list[str]) -> Recusa:
    which = f"As bandejas são: {', '.join(known)}." if known else "Ela não tem bandejas."
    return Recusa("bandeja-desconhecida", f"A fila {row.nome!r} não tem a bandeja {bandeja!r}. {which}")


def list_all(office: Office) -> list[JsonObject]:
    """Return every queue as in the contract's `GET /filas`, with its diagnosis and remedy."""
    with office.db.read() as conn:
        table = db.fila
        query = sa.select(table).where(table.c.serventia_id == office.serventia_id).order_by(table.c.nome)
        found = [Queue.from_row(row) for row in conn.execute(query).mappings()]
    return [_show(office, row) for row in found]


def _show(office: Office, row: Queue) -> JsonObject:
    item: JsonObject = {
        "nome": row.nome,
        "padrao": row.padrao,
        "tipo": row.tipo,
        "papel_numerado": row.papel_numerado,
        "reserva": row.reserva,
        "deslocamentos": row.deslocamentos or {},
        "prova": row.prova,
    }
    try:
        can = _capabilities(office, row, LOOK_AGAIN_S)
    except (QueueUnavailable, QueueRefused) as error:
        why = "certificado-mudou" if isinstance(error, CertificateChanged) else "fila-fora"
        item |= {"estado": "stopped", "motivos": [why], "mensagem": str(error), "politica": None}
        item |= {"bandejas": [], "papeis": [], "faces": []}
        found = diagnose_queue("stopped", [why])
    else:
        item |= can
        found = diagnose_queue(can["estado"], can["motivos"], can["mensagem"])
    item |= {"situacao": found.situacao, "o_que_fazer": found.o_que_fazer, "parada": found.stops}
    return item | {"alertas": _alerts(row, item, found)}


def _alerts(row: Queue, item: JsonView, found: Diagnosis) -> list[str]:
    """Return the problems to correct in a CUPS queue before sealed documents are printed there (X5)."""
    if row.tipo != "cups":
        return []
    alerts = []
    policy = item["politica"]
    if policy not in (None, ABORT):
        alerts.append(f"A política de erro no CUPS é {policy}: o que falha pode sair sozinho mais tarde. Use {ABORT}.")
    evidence: QueueProof = row.prova or {}
    if evidence.get("reimpresso"):
        alerts.append(f"Alguém mandou o CUPS imprimir de novo o trabalho {evidence['reimpresso']}: ache a outra via.")
    if evidence.get("guarda_arquivos"):
        alerts.append("O CUPS guarda os arquivos impressos: pode-se reimprimir por ele. Ponha PreserveJobFiles No.")
    if not evidence and found not in (OFFLINE, OTHER_CERTIFICATE):
        alerts.append("Sem página de teste: não se sabe se esta fila conta as folhas. Use printserver filas teste.")
    return alerts


def offset_of(
    deslocamentos: Mapping[str, tuple[float, float]] | None, bandeja: str | None
) -> tuple[float, float] | None:
    """Return the offset in mm (right, down) of a queue's tray (P7): the tray's, else the queue's, or None."""
    known = deslocamentos or {}
    x, y = known.get(bandeja or "", known.get("", (0, 0)))
    return (x, y) if x or y else None


def bytes_for(office: Office, queue: str, bandeja: str | None, pdf: bytes) -> str | None:
    """Store the copy of a PDF shifted for the tray (P7) and return its SHA-256; None: it is sent unchanged."""
    with office.db.read() as conn:
        row = find(conn, office.serventia_id, queue)
    offset = offset_of(row.deslocamentos, bandeja) if row is not None and row.tipo == "cups" else None
    if offset is None:
        return None
    return spool.store(office.spool, shift(pdf, *offset))
