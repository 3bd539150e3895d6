"""The verification of the record, asked for by a person at a screen (A6): in a process of its own, one at a time.

It reads the whole log and every seal, which takes minutes in a large office: the process leaves the threads of the
screens alone, and ends with the server. Who asked, and the result, are in the log.
"""

import os
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

import sqlalchemy as sa
import structlog

from printserver import db
from printserver.common.data import JsonObject, JsonView
from printserver.db import Database
from printserver.office import audit, proof
from printserver.office.office import Office
from printserver.office.people import Author

OBJECT: Final = ("auditoria", "verificacao")
"""Object and id of the entries in the log."""
ASKED, GOOD, BAD, BROKEN = "pedida", "confere", "não confere", "interrompida"
_EVERY_S: Final = 0.5  # between two reports of progress
_NICE: Final = 10
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a verification is: entries of the log that were read, of how many, and rows compared with them."""

    registros: int = 0
    total: int = 0
    selos: int = 0
    trabalhos: int = 0


@dataclass(slots=True)
class Verifier:
    """The verification of one office: at most one at a time runs in this server. Thread-safe."""

    office: Office
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _progress: Progress | None = None
    _thread: threading.Thread | None = None
    _last_key: str | None = None

    def start(self, author: Author, key: str | None = None) -> bool:
        """Start a verification by `author` and return True; False if one is running, or `key` has started one."""
        with self._lock:
            if self._progress is not None or (key is not None and key == self._last_key):
                return False
            self._progress, self._last_key = Progress(), key
        try:
            _record(self.office, author, ASKED, {})
            self._thread = threading.Thread(target=self._run, args=(author,), name="verification", daemon=True)
            self._thread.start()
        except BaseException:
            self._end()
            raise
        return True

    def progress(self) -> Progress | None:
        """Return how far the running verification is; None if none is running."""
        return self._progress

    def wait(self, seconds: float) -> bool:
        """Wait until the running verification has ended; return whether it has."""
        if self._thread is not None:
            self._thread.join(seconds)
        return self._progress is None

    def _run(self, author: Author) -> None:
        began = time.monotonic()
        try:
            found = self._verified()
            found["segundos"] = round(time.monotonic() - began, 1)
            _record(self.office, author, BAD if found["total_de_falhas"] else GOOD, found)
        except Exception as error:
            _log.warning("the verification of the record broke off", exc_info=True)
            _record(self.office, author, BROKEN, {"texto": str(error)[:500]})
        finally:
            self._end()
            self.office.bell.ring()

    def _verified(self) -> JsonObject:
        """Run the verification in a process of its own and return its result. Raises RuntimeError if it broke off."""
        spawn = get_context("spawn")
        ours, theirs = spawn.Pipe(duplex=False)
        what = (self.office.db.url, self.office.serventia_id, str(self.office.instance), theirs)
        process = spawn.Process(target=_verify, args=what, daemon=True)
        process.start()
        theirs.close()
        try:
            while True:
                told = ours.recv()
                if not isinstance(told, Progress):
                    break
                self._progress = told
        except EOFError:
            told = None
        finally:
            ours.close()
            process.join()
        if not isinstance(told, dict):
            raise RuntimeError(told or f"o processo da conferência terminou antes do fim ({process.exitcode})")
        return told

    def _end(self) -> None:
        with self._lock:
            self._progress = None


def last_result(office: Office, *, conclusive: bool = False) -> tuple[datetime, str, str | None, JsonView] | None:
    """Return the newest entry about a verification: its time, state, who asked, and its details; None: never asked.

    `conclusive`: only one that went to its end, good or bad.
    """
    log = db.log.c
    kind, name = OBJECT
    query = sa.select(log.quando, log.estado, log.quem, log.detalhe).where(
        log.serventia_id == office.serventia_id, log.objeto == kind, log.objeto_id == name
    )
    if conclusive:
        query = query.where(log.estado.in_((GOOD, BAD)))
    with office.db.read() as conn:
        row = conn.execute(query.order_by(log.quando.desc(), log.n.desc()).limit(1)).one_or_none()
    return None if row is None else (row.quando, row.estado, row.quem, row.detalhe)


def _record(office: Office, author: Author, state: str, detalhe: Mapping[str, object]) -> None:
    with office.db.write() as conn:
        audit.write(conn, office.serventia_id, office.clock(), [author.record(*OBJECT, state, detalhe)])


# -- in the process ----------------------------------------------------------------------------------------------------


def _verify(url: str, serventia_id: int, instance: str, told: Connection) -> None:
    """Verify the record and send progress, then the result, or the text of what broke."""
    os.nice(_NICE)
    threading.Thread(target=_die_with_owner, daemon=True).start()
    database, report, done = Database(url), proof.Report(), threading.Event()
    database.serve(serventia_id)
    telling: threading.Thread | None = None
    try:
        kept = proof.read_all(Path(instance))
        with database.snapshot() as conn:
            point = proof.point(conn, serventia_id)
            telling = threading.Thread(target=_tell, args=(told, report, int(point.partition(":")[0]), done))
            telling.start()
            proof.verify(conn, serventia_id, kept, report=report)
        outcome: object = _result(report, point)
    except Exception as error:
        outcome = f"{type(error).__name__}: {error}"
    finally:
        done.set()
        if telling is not None:
            telling.join()  # a connection is for one thread at a time
        database.close()
    told.send(outcome)


def _result(report: proof.Report, point: str) -> JsonObject:
    days = report.heads
    return {
        "registros": report.registros,
        "cabeca": point,
        "selos": report.selos,
        "externos": report.external,
        "trabalhos": report.job_count,
        "perguntas": report.question_count,
        "certificados": report.certificates,
        "dias": len(days),
        "primeiro_dia": days[0] if days else None,
        "ultimo_dia": days[-1] if days else None,
        "falhas": list(report.gaps),
        "total_de_falhas": report.total,
    }


def _tell(told: Connection, report: proof.Report, total: int, done: threading.Event) -> None:
    """Send progress until the verification is done."""
    while not done.wait(_EVERY_S):
        told.send(Progress(report.registros, total, report.selos, report.job_count))


def _die_with_owner() -> None:
    owner = parent_process()
    if owner is not None:
        owner.join()
        os._exit(1)
