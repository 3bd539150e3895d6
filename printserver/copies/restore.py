"""`printserver restaurar`: an office from its newest whole copy, into a folder that is empty (B3).

It is built beside the folder and renamed when all of it is checked: a restore that fails leaves nothing. The office
that comes out seals and prints nothing until a person releases it (`release`).
"""

import shutil
import time
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import sqlalchemy as sa
import tomlkit

from printserver import db
from printserver.clock import Clock, local
from printserver.common.files import sync_folder
from printserver.copies import build, waiting
from printserver.copies.fetch import Fetched, Source, fetch
from printserver.errors import ConfigError
from printserver.office import Office, acting, copy_key
from printserver.office.settings import SETTINGS_FILE

_TOLERANCE: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did: the copy that was used, what it put to rest, and the seconds of its parts."""

    cns: str
    copia_de: datetime
    registro_n: int
    origem: str
    passed_over: tuple[str, ...]
    at_rest: dict[str, int]
    fetch_s: float
    build_s: float


def restore(
    source: Source,
    folder: Path,
    author: str,
    clock: Clock,
    database_url: str | None = None,
    *,
    clock_is_right: bool = False,
) -> Restored:
    """Restore the office into `folder`, which must be missing or empty. `author` is who does it, for the log.

    Raises ConfigError (Portuguese): an office is there, no whole copy, a wrong key, a full disk; the clock is behind
    the copy, unless a person says that it is right. Nothing is left then.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigError(
            f"{folder} já existe e não está vazia: nada foi mudado. Uma restauração nunca escreve por cima de uma "
            "serventia: escolha outra pasta"
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    work = folder.absolute().parent / f".{folder.name}.{uuid.uuid4().hex}"
    work.mkdir(mode=0o700)
    try:
        began = time.monotonic()
        fetched = fetch(source, work / "copia", work / "restic")
        brought = time.monotonic()
        if not clock_is_right:
            _require_clock(fetched.manifest.quando, clock())
        draft = work / "serventia"
        url = build.build(fetched, draft, database_url)
        try:
            if source.key is not None:
                copy_key.keep(draft, source.key)
            if database_url is not None:
                _set_database(draft, database_url)
            database = build.open_copied(url)
            try:
                build.check(database, fetched, _office_id(database, fetched.manifest.cns))
            finally:
                database.close()
            counts = _mark(draft, folder, fetched, author, clock)
        except BaseException:
            build.unload(url)
            raise
        draft.rename(folder)
        sync_folder(folder.parent)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    made = fetched.manifest
    seconds = brought - began, time.monotonic() - brought
    return Restored(
        made.cns, made.quando, made.registro_n, fetched.origem, fetched.passed_over, counts, seconds[0], seconds[1]
    )


def _require_clock(made: datetime, now: datetime) -> None:
    """Raise ConfigError if the copy would have been made in the future: one of the two clocks is wrong."""
    if now < made - _TOLERANCE:
        here, there = (f"{local(moment):%d/%m/%Y %H:%M}" for moment in (now, made))
        raise ConfigError(
            f"o relógio desta máquina marca {here}, antes da hora da cópia ({there}): acerte-o e repita; nada foi "
            "mudado. Se ele está certo, e errado estava o da cópia, repita com --relogio-certo"
        )


def _office_id(database: db.Database, cns: str) -> int:
    with database.read() as conn:
        return int(conn.execute(sa.select(db.serventia.c.id).where(db.serventia.c.cns == cns)).scalars().one())


def _set_database(draft: Path, url: str) -> None:
    path = draft / SETTINGS_FILE
    document = tomlkit.parse(path.read_text("utf-8"))
    document.setdefault("banco", tomlkit.table())["url"] = url
    path.write_text(tomlkit.dumps(document), "utf-8")


def _mark(draft: Path, folder: Path, fetched: Fetched, author: str, clock: Clock) -> dict[str, int]:
    """Have the restored office wait for its release, in the folder where it will be."""
    made = fetched.manifest
    office = Office.open_folder(draft, clock)
    try:
        with acting(office) as act:
            _move_folders(act.conn, office.serventia_id, made.pasta, draft, folder)
            head = made.registro_n, made.registro_hash
            return waiting.begin(act, made.quando, head, fetched.origem, author, fetched.branch)
    finally:
        office.close()


def _move_folders(conn: sa.Connection, serventia_id: int, before: str, draft: Path, folder: Path) -> None:
    """Have the queues that print into the office's own folder print into the new one."""
    table = db.fila
    rows = conn.execute(sa.select(table).where(table.c.serventia_id == serventia_id, table.c.tipo == "pasta")).all()
    for row in rows:
        if row.destino.startswith(f"{before}/"):
            inside = row.destino.removeprefix(f"{before}/")
            (draft / inside).mkdir(mode=0o700, parents=True, exist_ok=True)
            moved = str(folder.absolute() / inside)
            conn.execute(
                sa.update(table).where(table.c.serventia_id == serventia_id, table.c.id == row.id).values(destino=moved)
            )
