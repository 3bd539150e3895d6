"""What an upgrade does inside an office's folder, as the office's user: look, keep the database aside, bring it back.

Each is a process of its own of the conducting release (`python -c "… run()" WORD …`), whose answer is JSON on standard
output; an error is a sentence on standard error and status 1.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import click
import sqlalchemy as sa
import tomlkit
from alembic.runtime.migration import MigrationContext

from printserver.clock import system_clock
from printserver.common import faults
from printserver.common.files import sync_folder, write_whole
from printserver.db import Database, sqlite, walls
from printserver.errors import ConfigError, Recusa
from printserver.office import audit, create, load_settings, settings

_DATABASE: Final = "printserver.db"
_BESIDE: Final = ("-wal", "-shm", "-journal")
_DUMP: Final = "banco.dump"
# Every table of the schema and every function, also those that the dump does not name; not what an extension owns.
_EMPTY: Final = """
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '1min';
DO $$
DECLARE
  one text;
BEGIN
  FOREACH one IN ARRAY ARRAY(
    SELECT format('DROP TABLE IF EXISTS %s CASCADE', oid::regclass) FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') AND NOT EXISTS (
      SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype = 'e')
    UNION ALL
    SELECT format('DROP ROUTINE IF EXISTS %s CASCADE', oid::regprocedure) FROM pg_proc
    WHERE pronamespace = current_schema()::regnamespace AND NOT EXISTS (
      SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = pg_proc.oid AND deptype = 'e')
  ) LOOP
    EXECUTE one;
  END LOOP;
END $$;
"""
_MARKS: Final = {
    "seals": "SELECT count(*) FROM selo WHERE serventia_id = {office}",
    "events": "SELECT coalesce(max(evento), 0) FROM cadeia WHERE serventia_id = {office}",
    "open": "SELECT count(*) FROM tentativa WHERE serventia_id = {office} AND fim_em IS NULL",
}


def mark(folder: Path) -> dict[str, Any]:
    """Return what the offices of the database have done: schema, seals, events of jobs and seals, open attempts.

    It reads no more than every released schema has. Each office is announced: row-level security hides it else.
    """
    url = create.database_url(folder, load_settings(folder))
    database = Database(url)
    try:
        with database.snapshot() as conn:
            found: dict[str, Any] = dict.fromkeys(_MARKS, 0)
            for office in _offices(conn):
                walls.announce(conn, office)
                for name, text in _MARKS.items():
                    found[name] += conn.exec_driver_sql(text.format(office=office)).scalar_one()
            found["schema"] = MigrationContext.configure(conn).get_current_revision()
            return found | {"bytes": _file(url).stat().st_size if database.sqlite else 0}
    finally:
        database.close()


def keep(folder: Path, aside: Path) -> None:
    """Keep the database aside, whole and checked, in folder `aside`; what was there is replaced."""
    url = create.database_url(folder, load_settings(folder))
    _require_all_rows(url)
    draft = _draft(aside)
    clear(aside)
    draft.mkdir(mode=0o700, parents=True)
    if sa.make_url(url).get_backend_name() == "sqlite":
        _copy_sqlite(_file(url), draft / _DATABASE)
    else:
        where, environment = _connection(url)
        words = [_program("pg_dump"), where, "--format=custom", f"--file={draft / _DUMP}"]
        done = subprocess.run(words, capture_output=True, text=True, env=environment, check=False)
        if done.returncode != 0:
            raise _said("pg_dump", done.stderr)
    sync_folder(draft)
    draft.rename(aside)
    sync_folder(aside.parent)


def bring_back(folder: Path, aside: Path) -> None:
    """Put the database that was kept aside in the place of the office's. Its server must be stopped.

    A file's write-ahead log belongs to that file alone: left beside another it would ruin it, so it goes first.
    """
    url = create.database_url(folder, load_settings(folder))
    if sa.make_url(url).get_backend_name() != "sqlite":
        _restore(url, aside / _DUMP)
        return
    place = _file(url)
    draft = place.with_name(f".{place.name}.volta")
    draft.unlink(missing_ok=True)
    _copy_sqlite(aside / _DATABASE, draft)
    for suffix in _BESIDE:
        place.with_name(f"{place.name}{suffix}").unlink(missing_ok=True)
    sync_folder(place.parent)
    draft.replace(place)
    sync_folder(place.parent)


def clear(*folders: Path) -> None:
    """Remove folders of the upgrade, and their drafts. Raises OSError."""
    for folder in folders:
        for each in (folder, _draft(folder)):
            if each.exists():
                shutil.rmtree(each)


def note(folder: Path, state: str, old: str, new: str, why: str) -> None:
    """Write into the office's log that it was upgraded, or went back."""
    database = Database(create.database_url(folder, load_settings(folder)))
    try:
        with database.write() as conn:
            for serventia_id in _offices(conn):
                walls.announce(conn, serventia_id)
                what = {"antes": old, "depois": new} | ({"motivo": why} if why else {})
                entry = audit.LogEntry("programa", new, state, "linha de comando: atualização", detalhe=what)
                audit.write(conn, serventia_id, system_clock(), [entry])
    finally:
        database.close()


def _draft(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}")


def _offices(conn: sa.Connection) -> list[int]:
    return list(conn.exec_driver_sql("SELECT id FROM serventia ORDER BY id").scalars())


def _require_all_rows(url: str) -> None:
    """Raise ConfigError if row-level security would hide rows from a dump of the whole database."""
    database = Database(url)
    try:
        with database.read() as conn:
            if database.sqlite or walls.bypassing(conn):
                return
            role = conn.exec_driver_sql("SELECT current_user").scalar_one()
    finally:
        database.close()
    raise ConfigError(
        f"a atualização guarda antes o banco inteiro, e o usuário {role} do PostgreSQL só lê uma serventia de cada "
        f"vez: nada foi mudado. Peça a quem cuida do banco: ALTER ROLE {role} BYPASSRLS; atualize; e depois "
        f"ALTER ROLE {role} NOBYPASSRLS"
    )


def places(folder: Path, where: str) -> None:
    """Add a place to the settings of the office's copies. Raises `ConfigError` if it is none."""
    path = folder / settings.SETTINGS_FILE
    document = tomlkit.parse(path.read_text("utf-8"))
    section = document.setdefault("copias", tomlkit.table())
    section["lugares"] = [*section.get("lugares", []), where]
    content = tomlkit.dumps(document).encode()
    settings.read_settings(content, path)
    write_whole(path, content)


def _file(url: str) -> Path:
    return Path(str(sa.make_url(url).database))


def _copy_sqlite(source: Path, target: Path) -> None:
    """Copy a database into a new file, in one step, with its write-ahead log; check and sync it."""
    reader = sqlite.dbapi.connect(f"file:{source}?mode=ro", uri=True)
    writer = sqlite.dbapi.connect(str(target))
    try:
        reader.backup(writer)
        found = [row[0] for row in writer.execute("PRAGMA quick_check(3)")]
        if found != ["ok"]:
            raise ConfigError(f"o banco de dados está estragado ({'; '.join(map(str, found))[:200]})")
        writer.execute("PRAGMA journal_mode=DELETE")
    finally:
        writer.close()
        reader.close()
    with target.open("rb") as file:
        os.fsync(file.fileno())


def _restore(url: str, dump: Path) -> None:
    """Put a dump in the place of all that the schema holds, in one transaction. Raises ConfigError; nothing is changed.

    `pg_restore --clean` drops only what the dump names: a newer table that refers to one of those would be in its way.
    """
    database = Database(url)
    try:
        with database.read() as conn:
            schema = conn.exec_driver_sql("SELECT current_schema()").scalar_one()
    finally:
        database.close()
    where, environment = _connection(url)
    psql = [_program("psql"), where, "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"]
    script = [_program("pg_restore"), f"--schema={schema}", "--no-owner", "--file=-", str(dump)]
    with subprocess.Popen(
        psql, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environment
    ) as filled:
        assert filled.stdin is not None
        with suppress(BrokenPipeError):  # it ended already, and says why
            filled.stdin.write(_EMPTY)
            filled.stdin.flush()
        made = subprocess.run(script, stdout=filled.stdin, stderr=subprocess.PIPE, text=True, check=False)
        whole = made.returncode == 0
        _nothing, told = filled.communicate("COMMIT;\n" if whole else None)  # without it the session ends undone
    if filled.returncode != 0:
        raise _said("psql", told)
    if not whole:
        raise _said("pg_restore", made.stderr)


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise ConfigError(f"falta o programa {name}: instale-o (apt install postgresql-client) e repita")
    return found


def _connection(url: str) -> tuple[str, dict[str, str]]:
    """Return argument and environment of PostgreSQL's programs; the password is not among their arguments."""
    found = sa.make_url(url)
    environment = os.environ | ({"PGPASSWORD": str(found.password)} if found.password else {})
    address = found.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    return f"--dbname={address}", environment


def _said(name: str, told: str) -> ConfigError:
    return ConfigError(f"{name}: {(told.strip().splitlines() or ['não deu certo'])[0]}")


_WORDS: Final[dict[str, Callable[..., Any]]] = {
    "mark": lambda folder: mark(Path(folder)),
    "keep": lambda folder, aside: keep(Path(folder), Path(aside)),
    "bring-back": lambda folder, aside: bring_back(Path(folder), Path(aside)),
    "places": lambda folder, where: places(Path(folder), where),
    "clear": lambda *folders: clear(*map(Path, folders)),
    "note": lambda folder, *rest: note(Path(folder), *rest),
}


def run() -> None:
    """Do what the arguments say."""
    word, *arguments = sys.argv[1:]
    try:
        click.echo(json.dumps(_WORDS[word](*arguments)))
    except (ConfigError, Recusa) as error:
        click.echo(error.detail if isinstance(error, Recusa) else str(error), err=True)
        sys.exit(1)
    except Exception as error:
        click.echo(faults.passing(error) or f"{type(error).__name__}: {error}", err=True)
        sys.exit(1)
