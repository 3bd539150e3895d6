"""The office's queues by name: which one a print goes to, what it can do, and the object that talks to it.

What a queue can prove (`prova`, learnt by its test page): `{"conta_folhas": whether CUPS counts what comes out,
"guarda_arquivos": whether CUPS can print it again from its own history (null: not known), "quando": …}`; and, till the
next test page, `"reimpresso"`: the job that CUPS did print again.
"""

from collections.abc import Mapping
from pathlib import Path
from time import monotonic
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.delivery import spool
from printserver.errors import Recusa
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

Queue = CupsQueue | FolderQueue

ASK_AGAIN_S: Final = 60.0  # what a queue can do: pycups leaks a little at each asking
LOOK_AGAIN_S: Final = 10.0  # how a queue is; a server that did not answer is not asked again before
ASK_LIMIT_S: Final = 3.0  # a person waits for the answer
ABORT: Final = "abort-job"  # the one error policy that prints nothing by itself later


def choose(conn: Connection, office: Office, nome: str | None, kind: str) -> sa.RowMapping:
    """Return the row of the queue `nome` (the job's own, else its key's), else the type's, else the office's default.

    Raises `Recusa` `fila-desconhecida`.
    """
    table = db.fila
    wanted = nome or office.settings.filas.of(kind)
    which = table.c.nome == wanted if wanted else table.c.padrao
    found = conn.execute(sa.select(table).where(table.c.serventia_id == office.serventia_id, which)).mappings().first()
    if found is None:
        names = conn.execute(sa.select(table.c.nome).where(table.c.serventia_id == office.serventia_id)).scalars()
        raise Recusa("fila-desconhecida", f"Não há fila {wanted!r}. As filas são: {', '.join(sorted(names))}.")
    return found


def by_name(office: Office, nome: str) -> Queue:
    """Return the queue of that name, ready to be handed to. Raises `QueueRefused` if it is gone."""
    table = db.fila
    with office.db.read() as conn:
        query = sa.select(table).where(table.c.serventia_id == office.serventia_id, table.c.nome == nome)
        row = conn.execute(query).mappings().one_or_none()
    if row is None:
        raise QueueRefused(f"a fila {nome!r} não existe mais")
    return open_queue(office, row)


def open_queue(office: Office, row: Mapping[Any, Any]) -> Queue:
    """Return the object that talks to the queue of this row."""
    if row["tipo"] == "pasta":
        return FolderQueue(row["nome"], Path(row["destino"]))
    return CupsQueue(row["nome"], row["destino"], cups_server(office.instance, row))


def cups_server(instance: Path, row: Mapping[Any, Any]) -> Server:
    """Return the CUPS server of this row, with the password that the office's folder keeps."""
    usuario = row["usuario"]
    password = read_password(instance, row["servidor"], usuario) if usuario else None
    return Server(row["servidor"], usuario, password, row["tls"], row["certificado"])


def check(
    office: Office,
    row: sa.RowMapping,
    bandeja: str | None,
    faces: str,
    tamanho: tuple[float, float] | None = None,
) -> None:
    """Refuse what the queue cannot do, before anything is sealed.

    A tray must be one that the queue names: a folder and a raw queue name none (S12). Of faces and paper, what the
    queue does not say is taken as possible. `tamanho` is the page's width and height in mm (P1).

    Raises `Recusa` `bandeja-desconhecida`, `papel-incompativel`, `fila-desconhecida` where the print server has no such
    queue or does not let us in, `servidor-ocupado` where a queue that must be asked does not answer.
    """
    if row["tipo"] == "pasta":
        if bandeja is not None:
            raise _no_such_tray(row, bandeja, [])
        return
    try:
        can = _capabilities(office, row)
    except (QueueGone, QueueRefused) as error:
        raise Recusa(
            "fila-desconhecida",
            f"A fila {row['nome']!r} não pode ser usada: {error}. Use outra, ou avise o administrador.",
        ) from error
    except QueueUnavailable as error:
        if bandeja is None:
            return  # the print waits for its queue
        raise Recusa("servidor-ocupado", f"A fila {row['nome']!r} não responde: {error}", retry_after=5) from error
    if bandeja is not None and bandeja not in can["bandejas"]:
        raise _no_such_tray(row, bandeja, can["bandejas"])
    if can["faces"] and faces not in can["faces"]:
        raise Recusa(
            "papel-incompativel",
            f"faces: a fila {row['nome']!r} não imprime {faces!r}. Ela imprime: {', '.join(can['faces'])}.",
        )
    if tamanho is not None:
        _check_media(row, can, tamanho)


def has_trays(office: Office, row: Mapping[Any, Any]) -> bool:
    """Return whether a queue names trays; a CUPS queue that does not answer is taken to have them."""
    if row["tipo"] == "pasta":
        return False
    try:
        return bool(_capabilities(office, row)["bandejas"])
    except (QueueUnavailable, QueueRefused):
        return True


def _check_media(row: sa.RowMapping, can: Capabilities, tamanho: tuple[float, float]) -> None:
    """Refuse a page that the printer has no paper for: it would be shrunk, and its QR with it (P6)."""
    if not can["papeis"] or has_size(*tamanho, can["papeis"]):
        return
    page = " × ".join(f"{side:g}".replace(".", ",") for side in tamanho)
    raise Recusa(
        "papel-incompativel",
        f"A fila {row['nome']!r} não tem papel de {page} mm: a página sairia reduzida. Cadastre esse tamanho na "
        f"impressora, ou use outra fila. Ela tem: {', '.join(can['papeis'])}.",
    )


def current_state(office: Office, row: Mapping[Any, Any]) -> dict[str, Any] | None:
    """Return state, reasons and message of a queue as they were a moment ago; None where it does not say."""
    try:
        can = _capabilities(office, row, LOOK_AGAIN_S)
    except (QueueUnavailable, QueueRefused):
        return None
    return {"estado": can["estado"], "motivos": can["motivos"], "mensagem": can["mensagem"]}


def _capabilities(office: Office, row: Mapping[Any, Any], age_s: float = ASK_AGAIN_S) -> Capabilities:
    """Return a queue's capabilities, at most `age_s` seconds old. Raises QueueUnavailable, QueueRefused."""
    now = monotonic()
    asked, known = office.capabilities.get(row["nome"], (0.0, None))
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
        office.capabilities[row["nome"]] = (monotonic(), error)
        raise
    office.capabilities[row["nome"]] = (now, can)
    return can


def _no_such_tray(row: sa.RowMapping, bandeja: str, known: list[str]) -> Recusa:
    which = f"As bandejas são: {', '.join(known)}." if known else "Ela não tem bandejas."
    return Recusa("bandeja-desconhecida", f"A fila {row['nome']!r} não tem a bandeja {bandeja!r}. {which}")


def list_all(office: Office) -> list[dict[str, Any]]:
    """Return every queue as the contract's `GET /filas` shows it, what ails it and what to do about it besides."""
    with office.db.read() as conn:
        table = db.fila
        query = sa.select(table).where(table.c.serventia_id == office.serventia_id).order_by(table.c.nome)
        rows = conn.execute(query).mappings().all()
    return [_show(office, row) for row in rows]


def _show(office: Office, row: sa.RowMapping) -> dict[str, Any]:
    item: dict[str, Any] = {
        "nome": row["nome"],
        "padrao": row["padrao"],
        "tipo": row["tipo"],
        "papel_numerado": row["papel_numerado"],
        "reserva": row["reserva"],
        "deslocamentos": row["deslocamentos"] or {},
        "prova": row["prova"],
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


def _alerts(row: sa.RowMapping, item: Mapping[str, Any], found: Diagnosis) -> list[str]:
    """Return what should be put right about a CUPS queue before sealed paper goes there (X5)."""
    if row["tipo"] != "cups":
        return []
    told = []
    policy = item["politica"]
    if policy not in (None, ABORT):
        told.append(f"A política de erro no CUPS é {policy}: o que falha pode sair sozinho mais tarde. Use {ABORT}.")
    evidence = row["prova"] or {}
    if evidence.get("reimpresso"):
        told.append(f"Alguém mandou o CUPS imprimir de novo o trabalho {evidence['reimpresso']}: ache a outra via.")
    if evidence.get("guarda_arquivos"):
        told.append("O CUPS guarda os arquivos impressos: pode-se reimprimir por ele. Ponha PreserveJobFiles No.")
    if not evidence and found not in (OFFLINE, OTHER_CERTIFICATE):
        told.append("Sem página de teste: não se sabe se esta fila conta as folhas. Use printserver filas teste.")
    return told


def offset_of(row: Mapping[Any, Any], bandeja: str | None) -> tuple[float, float] | None:
    """Return the offset in mm (right, down) of a queue's tray (P7): the tray's own, else the queue's; None for none."""
    known = row["deslocamentos"] or {}
    x, y = known.get(bandeja or "", known.get("", (0, 0)))
    return (x, y) if x or y else None


def bytes_for(office: Office, queue: str, bandeja: str | None, pdf: bytes) -> str | None:
    """Keep the copy of a PDF that is moved for the tray (P7), and return its SHA-256; None: it goes as it is."""
    table = db.fila
    with office.db.read() as conn:
        query = sa.select(table).where(table.c.serventia_id == office.serventia_id, table.c.nome == queue)
        row = conn.execute(query).mappings().one_or_none()
    offset = offset_of(row, bandeja) if row is not None and row["tipo"] == "cups" else None
    if offset is None:
        return None
    return spool.store(office.spool, shift(pdf, *offset))
