"""The queues of an office as a person sets them up: one way for the command line and the screens.

Each function changes rows in the caller's transaction and returns what goes on record (before and after). All raise
`ConfigError` (Portuguese) for what cannot be.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.common.data import JsonObject
from printserver.errors import ConfigError
from printserver.formats import UnfitText, stamped
from printserver.ledger import Queue

MAX_OFFSET_MM: Final = 50.0
CUPS_NAME: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.-]{0,126}", re.ASCII)
_queues = db.fila


@dataclass(frozen=True, slots=True)
class NewQueue:
    """A queue to add; fields as in `ledger.Queue`."""

    nome: str
    tipo: str
    destino: str
    servidor: str | None = None
    usuario: str | None = None
    tls: bool = False
    certificado: str | None = None
    papel_numerado: bool = False


def queue_name(nome: str) -> str:
    """Return a new queue's normalized name, used in requests and printed on its test page."""
    try:
        found = stamped(nome)
    except UnfitText as error:
        raise ConfigError(f"o nome da fila: {error}") from None
    if not 1 <= len(found) <= 100:
        raise ConfigError("o nome da fila tem de 1 a 100 caracteres")
    if "/" in found:
        raise ConfigError("o nome da fila não leva barra")
    return found


def find_queue(conn: Connection, serventia_id: int, nome: str) -> Queue | None:
    """Return the office's queue `nome`; None if there is none."""
    here = (_queues.c.serventia_id == serventia_id, _queues.c.nome == nome)
    row = conn.execute(sa.select(_queues).where(*here)).mappings().one_or_none()
    return Queue.from_row(row) if row is not None else None


def all_queues(conn: Connection, serventia_id: int) -> list[Queue]:
    """Return the office's queues, by name."""
    query = sa.select(_queues).where(_queues.c.serventia_id == serventia_id).order_by(_queues.c.nome)
    return [Queue.from_row(row) for row in conn.execute(query).mappings()]


def require_queue(conn: Connection, serventia_id: int, nome: str) -> Queue:
    """Return the office's queue `nome`."""
    found = find_queue(conn, serventia_id, nome)
    if found is None:
        names = conn.execute(sa.select(_queues.c.nome).where(_queues.c.serventia_id == serventia_id)).scalars()
        raise ConfigError(f"não há fila {nome!r}. As filas são: {', '.join(sorted(names))}")
    return found


def mark(queue: Queue) -> str:
    """Return a mark of what a person sets of a queue: another one once any of it was changed (A7)."""
    shifts = {tray: list(shift) for tray, shift in (queue.deslocamentos or {}).items()}
    what = (queue.id, queue.destino, queue.padrao, queue.reserva, queue.papel_numerado, shifts)
    return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()[:16]


def lock(conn: Connection, serventia_id: int) -> None:
    """Let no other transaction change a queue of the office until this one ends: all rows, since one is the default."""
    mine = sa.select(_queues.c.id).where(_queues.c.serventia_id == serventia_id)
    conn.execute(mine.order_by(_queues.c.id).with_for_update()).all()


def require_unchanged(conn: Connection, serventia_id: int, nome: str, seen: str) -> None:
    """Refuse a change by who saw the queue as it is no longer (`seen`: its `mark` then)."""
    if mark(require_queue(conn, serventia_id, nome)) != seen:
        raise ConfigError("entretanto a fila foi mudada: veja como está agora e, se ainda quer, repita")


def require_free_name(conn: Connection, serventia_id: int, nome: str) -> None:
    """Refuse a name that a queue has already."""
    if find_queue(conn, serventia_id, nome) is not None:
        raise ConfigError(f"já existe uma fila {nome!r}")


def add(conn: Connection, serventia_id: int, queue: NewQueue, now: datetime, *, default: bool) -> JsonObject:
    """Add a queue; with `default` it becomes the one of requests that name none."""
    require_free_name(conn, serventia_id, queue.nome)
    if default:
        _no_default(conn, serventia_id)
    row = asdict(queue)
    conn.execute(sa.insert(_queues).values(serventia_id=serventia_id, padrao=default, criada_em=now, **row))
    return row | {"padrao": default}


def make_default(conn: Connection, serventia_id: int, nome: str) -> JsonObject:
    """Make a queue the one of requests that name none."""
    queue = require_queue(conn, serventia_id, nome)
    mine = (_queues.c.serventia_id == serventia_id, _queues.c.padrao)
    before = conn.execute(sa.select(_queues.c.nome).where(*mine)).scalar_one_or_none()
    _no_default(conn, serventia_id)
    _change(conn, queue, {"padrao": True})
    return {"antes": before, "depois": nome}


def set_spare(conn: Connection, serventia_id: int, nome: str, reserva: str | None) -> JsonObject:
    """Name the queue to which a person may move the prints of a stopped one; None: no queue."""
    queue = require_queue(conn, serventia_id, nome)
    if reserva is not None and require_queue(conn, serventia_id, reserva).id == queue.id:
        raise ConfigError("uma fila não é a reserva de si mesma")
    _change(conn, queue, {"reserva": reserva})
    return {"antes": queue.reserva, "depois": reserva}


def set_offset(conn: Connection, serventia_id: int, nome: str, bandeja: str, x: float, y: float) -> JsonObject:
    """Set how far what is printed from a tray (empty: from any without its own) is shifted, in mm (P7)."""
    if not all(abs(value) <= MAX_OFFSET_MM for value in (x, y)):  # also of a NaN
        raise ConfigError(f"o deslocamento vai até {MAX_OFFSET_MM:g} mm")
    queue = require_queue(conn, serventia_id, nome)
    if queue.tipo == "pasta":
        raise ConfigError(f"a fila {nome!r} é uma pasta: nela nada se desloca")
    known = dict(queue.deslocamentos or {})
    before = list(known.get(bandeja, (0.0, 0.0)))
    after = [round(x, 2), round(y, 2)]
    _change(conn, queue, {"deslocamentos": known | {bandeja: after}})
    return {"bandeja": bandeja, "antes": before, "depois": after}


def set_numbered(conn: Connection, serventia_id: int, nome: str, *, numbered: bool) -> JsonObject:
    """Say whether the queue's paper is numbered (P5).

    It stays numbered while it is not known what came out of the last print, or a print is on its way there.
    """
    queue = require_queue(conn, serventia_id, nome)
    if queue.papel_numerado and not numbered:
        if queue.papel_tentativa is not None:
            raise ConfigError("não se sabe ainda que folhas a última impressão tomou: informe-as antes")
        if waiting := prints_on_their_way(conn, serventia_id, nome):
            raise ConfigError(f"a caminho desta fila: {_prints(waiting)}. Espere que acabem")
    changes: JsonObject = {"papel_numerado": numbered}
    if not numbered:  # what was in the tray is not known when it is numbered again
        changes |= {"papel_proximo": None, "papel_parada": None}
    _change(conn, queue, changes)
    return {"antes": {"papel_numerado": queue.papel_numerado}, "depois": {"papel_numerado": numbered}}


def set_destination(conn: Connection, serventia_id: int, nome: str, destino: str) -> JsonObject:
    """Send what the queue prints to another folder, or another queue of its CUPS.

    Not while an attempt is there: its number in CUPS would be looked up in another place. The test page's proof and
    the offsets were of the printer before: they are forgotten.
    """
    queue = require_queue(conn, serventia_id, nome)
    if attempts_there(conn, serventia_id, nome):
        raise ConfigError("há impressão nesta fila agora. Espere que acabe, ou cancele-a")
    _change(conn, queue, {"destino": destino, "prova": None, "deslocamentos": None})
    return {"antes": queue.destino, "depois": destino}


def set_certificate(conn: Connection, serventia_id: int, nome: str, fingerprint: str) -> JsonObject:
    """Accept the certificate of a queue's CUPS server, for all queues of that server."""
    queue = require_queue(conn, serventia_id, nome)
    if not queue.tls:
        raise ConfigError(f"a fila {nome!r} não fala por TLS")
    same = (_queues.c.serventia_id == serventia_id, _queues.c.servidor == queue.servidor, _queues.c.tls)
    conn.execute(sa.update(_queues).where(*same).values(certificado=fingerprint))
    return {"servidor": queue.servidor, "antes": queue.certificado, "depois": fingerprint}


def kept_certificate(conn: Connection, serventia_id: int, cups_server: str) -> str | None:
    """Return the SHA-256 of a CUPS server's certificate that a person has confirmed; None if none was."""
    query = sa.select(_queues.c.certificado).where(
        _queues.c.serventia_id == serventia_id,
        _queues.c.servidor == cups_server,
        _queues.c.certificado.is_not(None),
    )
    return conn.execute(query.limit(1)).scalar_one_or_none()


def remove(conn: Connection, serventia_id: int, nome: str, named_in: Mapping[str, str]) -> JsonObject:
    """Take a queue away, unless something needs it; nothing changes in CUPS or in the folder.

    `named_in`: settings (`filas.livro`) with the queue that each names.
    """
    queue = require_queue(conn, serventia_id, nome)
    if queue.padrao:
        raise ConfigError("é a fila padrão: faça outra a padrão antes")
    if waiting := prints_on_their_way(conn, serventia_id, nome):
        raise ConfigError(f"a caminho desta fila: {_prints(waiting)}. Espere que acabem, ou mude-os de fila")
    if attempts_there(conn, serventia_id, nome):
        raise ConfigError("há impressão nesta fila agora. Espere que acabe, ou cancele-a")
    if queue.papel_numerado:
        raise ConfigError("o papel dela é numerado: diga antes que não é")
    here = (_queues.c.serventia_id == serventia_id, _queues.c.reserva == nome)
    if of := list(conn.execute(sa.select(_queues.c.nome).where(*here).order_by(_queues.c.nome)).scalars()):
        raise ConfigError(f"é a reserva de: {', '.join(of)}")
    keys = db.chave_api.c
    mine = (keys.serventia_id == serventia_id, keys.fila == nome, keys.revogada_em.is_(None))
    if of := list(conn.execute(sa.select(keys.nome).where(*mine).order_by(keys.nome)).scalars()):
        raise ConfigError(f"é a fila das chaves: {', '.join(of)}")
    if of := [setting for setting, name in named_in.items() if name == nome]:
        raise ConfigError(f"a configuração a nomeia em {', '.join(of)}")
    conn.execute(sa.delete(_queues).where(db.this_row(_queues, queue.serventia_id, queue.id)))
    return {"antes": {"tipo": queue.tipo, "destino": queue.destino, "servidor": queue.servidor}, "depois": None}


def prints_on_their_way(conn: Connection, serventia_id: int, nome: str) -> int:
    """Return how many prints are to come out of the queue and are not over, questions included."""
    jobs = db.job.c
    mine = (jobs.serventia_id == serventia_id, jobs.fila == nome, ~jobs.encerrado)
    return conn.execute(sa.select(sa.func.count()).select_from(db.job).where(*mine)).scalar_one()


def attempts_there(conn: Connection, serventia_id: int, nome: str) -> int:
    """Return how many attempts may still be at the queue."""
    tries = db.tentativa.c
    mine = (tries.serventia_id == serventia_id, tries.fila == nome, tries.fim_em.is_(None))
    return conn.execute(sa.select(sa.func.count()).select_from(db.tentativa).where(*mine)).scalar_one()


def _prints(count: int) -> str:
    return "1 impressão" if count == 1 else f"{count} impressões"


def _no_default(conn: Connection, serventia_id: int) -> None:
    conn.execute(sa.update(_queues).where(_queues.c.serventia_id == serventia_id).values(padrao=False))


def _change(conn: Connection, queue: Queue, values: Mapping[str, object]) -> None:
    conn.execute(sa.update(_queues).where(db.this_row(_queues, queue.serventia_id, queue.id)).values(**values))
