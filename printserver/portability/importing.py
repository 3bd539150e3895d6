"""Puts the archive of an office into an empty place: a new folder, and a database that does not have the office.

Everything is checked against the manifest on the way, and the audit after it; then the folder gets its name and the
rows are committed. Until then nothing is changed, and a fault leaves nothing.
"""

import shutil
import uuid
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import REGCLASS
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DataError, IntegrityError

from printserver import db
from printserver.common.data import Columns
from printserver.db import Database
from printserver.errors import ConfigError
from printserver.office import create, proof, registry
from printserver.office.settings import SETTINGS_FILE, load_settings
from printserver.portability import archive, folder, moving, values
from printserver.portability.archive import Manifest

_ROWS: Final = 1000  # of one INSERT
_BYTES: Final = 4 << 20
_FOLDERS: Final = ("formatos", "spool", "cache", "run", "saida")


def import_office(source: Path, instance: Path, banco: str, now: datetime) -> tuple[Manifest, str | None]:
    """Put the archive in folder `source` into the new folder `instance`, and its rows into the database `banco`.

    `banco` is the URL of a PostgreSQL; empty: SQLite in the folder. Return the manifest, and why the office is closed
    in the new place (Portuguese); None: it works there from now on (see `moving.claim`). Raises `ConfigError` if the
    archive is not whole, has no secrets, or is of another schema; if the folder is not empty or the database has the
    office; OSError.
    """
    manifest = archive.read_manifest(source)
    if not manifest.segredos:
        raise ConfigError(
            f"{source} foi exportada sem segredos: serve para ler, não para importar. Exporte de novo, com eles."
        )
    if instance.exists() and (not instance.is_dir() or any(instance.iterdir())):
        raise ConfigError(f"{instance} já existe e não está vazia: nada foi mudado; escolha outra pasta")
    instance.absolute().parent.mkdir(parents=True, exist_ok=True)
    draft = instance.absolute().parent / f".{instance.name}.{uuid.uuid4().hex}"
    draft.mkdir(mode=0o700)
    try:
        _check_parts(source, manifest)
        _copy_files(source, draft, manifest)
        _set_place(draft, banco, manifest.serventia["cns"])
        closed = moving.claim(source, manifest, instance, now)
        try:
            _fill(source, draft, instance, manifest, closed=closed is not None)
        except BaseException:
            if closed is None:
                moving.unclaim(source)
            raise
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return manifest, closed


def _check_parts(source: Path, manifest: Manifest) -> None:
    names = {table.name for table in values.tables()}
    if set(manifest.tabelas) != names:
        raise ConfigError(f"{source / archive.MANIFEST}: as tabelas não são as deste programa")
    archive.check_part(source / archive.FILES, manifest.arquivos)
    archive.check_part(source / archive.SEALS, manifest.selos)
    for name, part in manifest.tabelas.items():
        archive.check_part(source / archive.TABLES / f"{name}.jsonl", part)


def _copy_files(source: Path, draft: Path, manifest: Manifest) -> None:
    for name in _FOLDERS:
        (draft / name).mkdir(mode=0o700)
    count = size = 0
    for entry in archive.file_entries(source):
        path = source / archive.FOLDER / entry.caminho
        try:
            found = archive.copy_hashed(path, draft / entry.caminho)
        except FileNotFoundError as error:
            raise ConfigError(f"{path}: falta na exportação; traga-a inteira de novo") from error
        if found != (entry.tamanho, entry.sha256):
            raise ConfigError(
                f"{path}: não é o que {archive.FILES} diz (tamanho ou SHA-256); traga a exportação de novo"
            )
        count, size = count + 1, size + entry.tamanho
    if (count, size) != (manifest.arquivos.linhas, manifest.bytes_dos_arquivos):
        raise ConfigError(f"{source}: são {count} arquivos com {size} bytes, e o manifesto diz outra coisa")


def _set_place(draft: Path, banco: str, cns: str) -> None:
    path = draft / SETTINGS_FILE
    path.write_bytes(folder.settings_here(path.read_bytes(), banco, cns))


def _fill(source: Path, draft: Path, instance: Path, manifest: Manifest, *, closed: bool) -> None:
    """Write the rows and check them; then the folder gets its name and they are committed."""
    url = create.database_url(draft, load_settings(draft))
    database = Database(url)
    try:
        db.open_database(database)
        with database.write() as conn:
            _require_schema(conn, manifest)
            office = manifest.serventia
            created = datetime.fromisoformat(office["criada_em"])
            sid = registry.new_office(conn, office["cns"], office["instancia"], created)
            for table in values.tables():
                _insert(conn, sid, table, source / archive.TABLES / f"{table.name}.jsonl", instance, manifest)
            _check_audit(conn, sid, draft, manifest)
            _make_queue_folders(conn, sid, draft, instance)
            if closed:  # it may work, or have worked, elsewhere
                made = datetime.fromisoformat(manifest.feita_em)
                conn.execute(sa.update(db.serventia).where(db.serventia.c.id == sid).values(mudou_em=made))
            if not database.sqlite:
                draft.rename(instance)
    except BaseException:
        if not database.sqlite and not draft.exists():
            instance.rename(draft)  # the rows were not committed
        raise
    finally:
        database.close()
    if database.sqlite:
        draft.rename(instance)


def _make_queue_folders(conn: Connection, sid: int, draft: Path, instance: Path) -> None:
    """Make the folders of queues that lie in the office's folder; prints are not in the archive."""
    queue = db.fila.c
    for found in conn.execute(
        sa.select(queue.destino).where(queue.serventia_id == sid, queue.tipo == "pasta")
    ).scalars():
        if Path(found).is_relative_to(instance.absolute()):
            (draft / Path(found).relative_to(instance.absolute())).mkdir(mode=0o700, parents=True, exist_ok=True)


def _require_schema(conn: Connection, manifest: Manifest) -> None:
    here = db.schema_of(conn)
    if manifest.esquema != here:
        raise ConfigError(
            f"a exportação é do esquema {manifest.esquema} (programa {manifest.programa}), e o banco daqui, do {here}: "
            "atualize o programa mais antigo dos dois, exporte de novo e importe"
        )


def _insert(conn: Connection, sid: int, table: sa.Table, path: Path, instance: Path, manifest: Manifest) -> None:
    count, highest = 0, 0
    number = next((column.name for column in table.primary_key.columns if column.autoincrement is True), None)
    for rows in _batches(table, path):
        if table is db.fila:
            rows = [folder.queue_here(instance, row) for row in rows]
        try:
            conn.execute(sa.insert(table), [row | {values.OFFICE: sid} for row in rows])
        except (IntegrityError, DataError) as error:
            said = str(error.orig).splitlines()[0]
            raise ConfigError(f"{path}: uma linha não entra no banco ({said}); nada foi mudado") from error
        count += len(rows)
        highest = max(highest, *(row[number] for row in rows)) if number else 0
    if count != manifest.tabelas[table.name].linhas:
        raise ConfigError(f"{path}: entraram {count} linhas, e o manifesto diz {manifest.tabelas[table.name].linhas}")
    if number and highest:
        _go_on_after(conn, table, number, highest)


def _batches(table: sa.Table, path: Path) -> Iterator[list[Columns]]:
    rows: list[Columns] = []
    size = 0
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                rows.append(values.read_line(table, line))
            except (ValueError, TypeError, AttributeError) as error:
                raise ConfigError(f"{path}, linha {number}: não se lê ({error}); nada foi mudado") from error
            size += len(line)
            if len(rows) >= _ROWS or size >= _BYTES:
                yield rows
                rows, size = [], 0
    if rows:
        yield rows


def _go_on_after(conn: Connection, table: sa.Table, column: str, highest: int) -> None:
    """Let the next row of any office get a higher number (PostgreSQL; SQLite counts from the rows themselves)."""
    if conn.dialect.name == "postgresql":
        sequence = conn.execute(sa.select(sa.func.pg_get_serial_sequence(table.name, column))).scalar_one()
        counted = conn.execute(sa.select(sa.func.pg_sequence_last_value(sa.cast(sequence, REGCLASS)))).scalar_one()
        conn.execute(sa.select(sa.func.setval(sequence, max(counted or 0, highest))))


def _check_audit(conn: Connection, sid: int, draft: Path, manifest: Manifest) -> None:
    """Raise `ConfigError` unless the log ends as it did, and its verification finds what it found."""
    head = conn.execute(sa.select(db.cadeia).where(db.cadeia.c.serventia_id == sid)).one_or_none()
    found = proof.verify(conn, sid, proof.read_all(draft)) if head is not None else None
    here = None if head is None or found is None else archive.Audit(head.n, head.hash, found.total)
    if here != manifest.auditoria:
        raise ConfigError(
            "a auditoria do que foi importado não é a da exportação: nada foi mudado; traga a exportação de novo"
        )
