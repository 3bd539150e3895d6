"""The mirror: every committed entry of the log, appended and synced to a second medium as JSON Lines (B2).

It is written after each commit and before the answer, by whichever process comes first: under a lock on the file it
appends all that the log has and the file has not. So a medium that was away is caught up by the next act. The file is
chained as the log is. A medium that is gone never leads to a new file elsewhere: the office's folder remembers the
file, and a missing one is a fault.
"""

import fcntl
import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Final

import sqlalchemy as sa
import structlog
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy.engine import Connection

from printserver import db
from printserver.clock import SAO_PAULO, Clock, local, rfc3339
from printserver.common import faults
from printserver.common.data import JsonObject
from printserver.common.files import sync_folder, write_whole
from printserver.db import Database
from printserver.errors import ConfigError
from printserver.office import audit, copy_key, folders, mirror_lines
from printserver.office.settings import MirrorSettings

_log = structlog.get_logger()

AT_ONCE: Final = 500
AGAIN_S: Final = 2.0  # after a fault
_TAIL: Final = 64 * 1024
_BRANCH: Final = "%Y%m%d%H%M%S"


class _Gone(Exception):
    """Why the mirror cannot be written (Portuguese)."""


@dataclass(frozen=True, slots=True)
class MirrorState:
    """The state of the mirror: its file, the last entry in it, and why it cannot be written (Portuguese) or None."""

    arquivo: str
    n: int
    falha: str | None


class Mirror:
    """The mirror of one office, as one process writes it. Thread-safe."""

    def __init__(self, instance: Path, serventia_id: int, cns: str, database: Database, clock: Clock) -> None:
        self._instance = instance
        self._sid = serventia_id
        self._cns = cns
        self._db = database
        self._clock = clock
        self._lock = threading.Lock()
        self._secret: AESGCM | None = None
        self._fault: str | None = None
        self._not_before = 0.0
        self._end: tuple[int, int, str] | None = None  # size of the file, and the entry that ends it

    def blocks(self, settings: MirrorSettings) -> str | None:
        """Return why nothing may be sealed or printed (Portuguese): the mirror is away, and the setting says so."""
        if not settings.pasta or settings.sem_ele == "segue":
            return None
        self.follow(settings)
        return None if self._fault is None else f"{self._fault} Pela configuração (espelho.sem_ele), nada sai sem ele."

    def follow(self, settings: MirrorSettings) -> None:
        """Append what the log has and the mirror has not. A fault is kept for `fault`, and tried again later."""
        if not settings.pasta or time.monotonic() < self._not_before:
            return
        with self._lock:
            if time.monotonic() < self._not_before:
                return
            fault = self._try(Path(settings.pasta))
            if fault != self._fault:
                (_log.info if fault is None else _log.error)("mirror", why=fault)
            self._fault = fault
            self._not_before = 0.0 if fault is None else time.monotonic() + AGAIN_S

    def fault(self, settings: MirrorSettings) -> str | None:
        """Return why the mirror is not written now (Portuguese), after a try; None: it is, or the option is off."""
        self.follow(settings)
        return self._fault if settings.pasta else None

    def state(self, settings: MirrorSettings) -> MirrorState | None:
        """Return the state of the mirror; None if the option is off."""
        fault = self.fault(settings)
        known = _known(self._instance)
        if not settings.pasta:
            return None
        return MirrorState(str(known.get("arquivo", "")), self._end[1] if self._end else 0, fault)

    def _try(self, folder: Path) -> str | None:
        try:
            self._append(folder)
        except _Gone as reason:
            return str(reason)
        except (OSError, ConfigError) as error:
            why = faults.of_os(error) if isinstance(error, OSError) else str(error)
            return f"O espelho em {folder} não pode ser escrito: {why}."
        except sa.exc.SQLAlchemyError as error:
            _log.warning("mirror: the database cannot be read", why=str(error))
            return "O espelho não foi escrito: o banco de dados não pôde ser lido."
        return None

    def _append(self, folder: Path) -> None:
        if self._secret is None:
            self._secret = mirror_lines.cipher(copy_key.ensure(self._instance))
        with self._db.snapshot() as conn:
            path = self._path(conn, folder)
        with _locked(path) as file:
            n, digest = self._last(file, path)
            while True:
                with self._db.snapshot() as conn:  # begun under the lock: it is newer than the end of the file
                    _require_same(conn, self._sid, n, digest, path)
                    batch = list(mirror_lines.lines(conn, self._sid, n, AT_ONCE, self._secret))
                if not batch:
                    return
                file.write("".join(f"{line}\n" for _n, _hash, line in batch).encode())
                file.flush()
                os.fsync(file.fileno())
                n, digest, _ = batch[-1]
                self._end = (os.fstat(file.fileno()).st_size, n, digest)

    def _path(self, conn: Connection, folder: Path) -> Path:
        """Return the mirror's file; make it if this folder never had the mirror of this branch of the log."""
        of_log = branch(conn, self._sid)
        path, known = folder / file_name(self._cns, of_log), _known(self._instance)
        if known.get("arquivo") == str(path):
            return path
        if not folder.is_dir():
            raise _Gone(f"O espelho não está no lugar: a pasta {folder} não existe. Ligue o disco do espelho.")
        if not path.exists():
            _create(path, self._header(conn, of_log))
        write_whole(_state_path(self._instance), json.dumps({"arquivo": str(path)}).encode())
        self._end = None
        return path

    def _header(self, conn: Connection, of_log: str) -> bytes:
        n, digest = _start(conn, self._sid)
        office = conn.execute(sa.select(db.serventia).where(db.serventia.c.id == self._sid)).one()
        first: JsonObject = {"espelho": 1, "cns": self._cns, "instancia": office.instancia, "ramo": of_log}
        first |= {"n": n, "hash": digest, "quando": rfc3339(self._clock())}
        first["sequencias"] = mirror_lines.sequences(conn, self._sid)
        return (json.dumps(first, ensure_ascii=False) + "\n").encode()

    def _last(self, file: IO[bytes], path: Path) -> tuple[int, str]:
        """Return number and hash of the last entry in the file; a torn last line is cut off."""
        size = os.fstat(file.fileno()).st_size
        if self._end is not None and self._end[0] == size:
            return self._end[1], self._end[2]
        at = size
        tail = b""
        while at > 0 and tail.count(b"\n") < 2:
            step = min(_TAIL, at)
            at -= step
            file.seek(at)
            tail = file.read(step) + tail
        whole = tail.rpartition(b"\n")[0]
        if len(whole) + 1 < len(tail):
            file.truncate(size - len(tail) + len(whole) + 1)
        try:
            line = json.loads(whole.rpartition(b"\n")[2])
            found = int(line["n"]), str(line["hash"])
        except (ValueError, TypeError, KeyError) as error:
            raise _Gone(f"O espelho {path} está estragado: guarde esse arquivo e siga «O espelho» no guia.") from error
        self._end = (os.fstat(file.fileno()).st_size, *found)
        return found


def file_name(cns: str, of_log: str) -> str:
    """Return the name of the mirror's file of a `branch`."""
    return f"espelho-{cns}{'-' if of_log else ''}{of_log}.jsonl"


def branch(conn: Connection, serventia_id: int) -> str:
    """Return the branch of the log: empty, or the time of the office's newest restore; a later one sorts after."""
    table = db.restauracao
    query = sa.select(table.c.quando, table.c.copia_de).where(table.c.serventia_id == serventia_id)
    row = conn.execute(query.order_by(table.c.id.desc()).limit(1)).one_or_none()
    return "" if row is None else f"{local(row.quando or row.copia_de):{_BRANCH}}"


def moment_of(name: str) -> datetime:
    """Return the time that a branch is named by, in UTC. Raises ValueError."""
    return datetime.strptime(name, _BRANCH).replace(tzinfo=SAO_PAULO).astimezone(UTC)


def _start(conn: Connection, serventia_id: int) -> tuple[int, str]:
    """Return the entry after which a new mirror begins: the one that the newest copy ends with, or none."""
    table = db.copia
    copied = (table.c.serventia_id == serventia_id, table.c.registro_n.is_not(None))
    n = conn.execute(sa.select(sa.func.max(table.c.registro_n)).where(*copied)).scalar_one() or 0
    log = (db.log.c.serventia_id == serventia_id, db.log.c.n == n)
    digest = conn.execute(sa.select(db.log.c.hash).where(*log)).scalar_one_or_none()
    return (0, audit.GENESIS) if digest is None else (n, digest)


def forget(instance: Path) -> None:
    """Forget the mirror's file, so that a new one may be made: the medium was replaced."""
    _state_path(instance).unlink(missing_ok=True)


def _state_path(instance: Path) -> Path:
    return instance / folders.MIRROR_STATE


def _known(instance: Path) -> dict[str, str]:
    try:
        found = json.loads(_state_path(instance).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _create(path: Path, header: bytes) -> None:
    write_whole(path, header)
    sync_folder(path.parent)


@contextmanager
def _locked(path: Path) -> Iterator[IO[bytes]]:
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC)
    except FileNotFoundError:
        raise _Gone(
            f"O espelho não está no lugar: {path} não existe. Ligue o disco do espelho; se foi trocado por outro, "
            "diga-o com `printserver copias espelho-novo`."
        ) from None
    with os.fdopen(descriptor, "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file


def _require_same(conn: Connection, serventia_id: int, n: int, digest: str, path: Path) -> None:
    """Raise unless the log goes on from the last entry of the mirror."""
    mine = (db.log.c.serventia_id == serventia_id, db.log.c.n == n)
    there = conn.execute(sa.select(db.log.c.hash).where(*mine)).scalar_one_or_none()
    if n and there != digest:
        raise _Gone(
            f"O espelho {path} tem o registro {n}, que o banco não tem ou tem diferente: o banco voltou no tempo. "
            "Pare o servidor e siga «Recuperar» no guia do operador."
        )
