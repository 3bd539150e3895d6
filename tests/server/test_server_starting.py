"""A start that cannot be is one plain Portuguese sentence and an exit status; a late PostgreSQL is waited for."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from printserver.db import Database, sqlite, upgrade
from printserver.errors import ConfigError
from printserver.office import Office, create
from printserver.office.settings import SETTINGS_FILE
from support import process
from support.office import NOW, command_line
from support.postgres import PrivatePostgres
from support.server import PrintServer, alive
from support.warm import Warm

COMMANDS = (
    ("serve", "--port", "1"),
    ("worker",),
    ("auditoria", "verificar"),
    ("usuario", "maria", "--papel", "escrevente"),
    ("chave", "balcao", "--direitos", "imprimir"),
    ("sequencia", "--proximo", "9"),
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("feita") / "serventia"
    create.create_office(folder, NOW)
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """The folder of an office of this test alone."""
    return shutil.copytree(made, tmp_path / "serventia")


def told(capsys: pytest.CaptureFixture[str], *command: str, folder: Path) -> str:
    """Run a command that must fail, and return what it says: one sentence, and no trace."""
    capsys.readouterr()
    assert command_line(*command, "--instance", folder) == 1
    said = capsys.readouterr().err
    lines = [line for line in said.splitlines() if not line.startswith("{")]  # the log, of who waits
    assert len(lines) == 1, said
    assert lines[0].startswith("printserver: ")
    assert "Traceback" not in said
    for english in ("error", "denied", "failed", "locked", "refused", "such file", "database disk", "not a database"):
        assert english not in lines[0], lines[0]
    return lines[0]


def damaged(folder: Path) -> str:
    (folder / "printserver.db").write_bytes(b"isto nao e um banco" * 1000)
    return "danificado"


def torn(folder: Path) -> str:
    """Overwrite what lies after the first page."""
    path = folder / "printserver.db"
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
    return "danificado"


def no_file(folder: Path) -> str:
    (folder / "printserver.db").unlink()
    (folder / "printserver.db").mkdir()
    return "não pode ser aberto"


def no_server(folder: Path) -> str:
    settings = folder / SETTINGS_FILE
    url = "postgresql+psycopg://alguem@127.0.0.1:1/serventia"
    settings.write_text(settings.read_text("utf-8") + f'\n[banco]\nurl = "{url}"\nespera_s = 0\n', "utf-8")
    return "o PostgreSQL não atende"


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
@pytest.mark.parametrize("fault", [damaged, torn, no_file, no_server], ids=lambda fault: fault.__name__)
def test_a_database_that_cannot_be_opened_is_told_in_one_sentence(
    folder: Path, capsys: pytest.CaptureFixture[str], fault: Callable[[Path], str], command: tuple[str, ...]
) -> None:
    expected = fault(folder)
    assert expected in told(capsys, *command, folder=folder)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    code = "import sys; from printserver.db.sqlite import dbapi; c = dbapi.connect(sys.argv[1], isolation_level=None); "
    code += "c.execute('BEGIN IMMEDIATE'); print('held', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", code, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdin is not None
        assert holder.stdout.readline() == "held\n"
        yield
        holder.stdin.close()


@pytest.mark.parametrize("command", [("auditoria", "verificar"), ("usuario", "m", "--papel", "escrevente")])
def test_a_locked_database_is_told_with_who_holds_it(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.setattr("printserver.db.engine.WAIT_S", 0.2)
    with locked(folder / "printserver.db"):
        said = told(capsys, *command, folder=folder)
    assert "Quem está gravando no banco de dados desde " in said
    assert "outro programa" in said


@pytest.fixture(scope="module")
def read_only(
    made: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., subprocess.CompletedProcess[str]]]:
    """Run a command over an office whose file system is read-only for that command alone."""
    folder = shutil.copytree(made, tmp_path_factory.mktemp("so-leitura") / "serventia")
    script = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" "$0" && exec "$@"'
    within = Warm(["unshare", "--map-root-user", "--mount", "sh", "-c", script, str(folder)])
    yield lambda *command: within.run([*command, "--instance", str(folder)], os.environ, check=False)
    within.close()


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_a_file_system_that_is_read_only_is_told_in_one_sentence(
    read_only: Callable[..., subprocess.CompletedProcess[str]], command: tuple[str, ...]
) -> None:
    said = read_only(*command)
    (line,) = [line for line in said.stderr.splitlines() if not line.startswith("{")]
    assert (said.returncode, "o banco de dados não pode ser aberto" in line) == (1, True)
    assert "o disco" in line


def test_serve_and_worker_wait_for_a_postgresql_that_is_not_up_yet(tmp_path: Path) -> None:
    with PrivatePostgres() as cluster:
        server = PrintServer(tmp_path, {"PRINTSERVER_BANCO_URL": cluster.create()})
        try:
            door = cluster.base / ".s.PGSQL.5432"
            aside = door.rename(cluster.base / "aside")  # for who connects, there is no PostgreSQL
            started = server.launch()
            worker = server.worker()
            waits = "does not answer yet"
            process.wait_until(lambda: server.log.read_text().count(waits) > 4, "both to wait", started)
            assert (started.poll(), alive(worker)) == (None, True)
            aside.rename(door)
            process.wait_until(server.ready, f"the server, see {server.log}", started)
            assert alive(worker)
            assert "Traceback" not in server.log.read_text()
        finally:
            server.destroy()


def test_a_postgresql_that_comes_up_late_is_waited_for(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    late = PrivatePostgres()
    waited: list[float] = []

    def start(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 2:
            late.start()

    monkeypatch.setattr(upgrade, "sleep", start)
    database = Database(late.url("postgres"))
    try:
        with pytest.raises(ConfigError, match="o PostgreSQL não atende"):
            upgrade.open_database(database)
        assert waited == []
        upgrade.open_database(database, wait_s=600)
        assert len(waited) == 2
    finally:
        database.close()
        late.destroy()


def test_a_wrong_password_or_name_is_not_waited_for(
    postgres_server: PrivatePostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upgrade, "sleep", lambda _seconds: pytest.fail("waited"))
    database = Database(postgres_server.url("nao_ha"))
    with pytest.raises(ConfigError, match="não existe no PostgreSQL"):
        upgrade.open_database(database, wait_s=600)
    database.close()


@pytest.mark.parametrize(
    ("version", "affected"),
    [
        ((3, 6, 23), False),
        ((3, 7, 0), True),
        ((3, 40, 1), True),  # Debian 12
        ((3, 44, 5), True),
        ((3, 44, 6), False),
        ((3, 45, 1), True),  # Ubuntu 24.04
        ((3, 50, 6), True),
        ((3, 50, 7), False),
        ((3, 51, 2), True),
        ((3, 51, 3), False),
        ((3, 53, 4), False),
        ((4, 0, 0), False),
    ],
)
def test_a_sqlite_that_can_lose_a_commit_stops_the_start(
    version: tuple[int, ...], affected: bool, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sqlite.loses_commits(version) is affected
    monkeypatch.setattr(sqlite.check_version, "__defaults__", (version,))
    if affected:
        with pytest.raises(ConfigError, match=f"SQLite {'.'.join(map(str, version))} .* pode perder"):
            Office.open_folder(folder)
    else:
        Database(f"sqlite:///{folder / 'printserver.db'}").close()


def test_what_all_processes_share_is_without_screens_layout_libraries_and_migrations(folder: Path) -> None:
    """Each is loaded by the process that needs it, beside the others: the start waits for none of them."""
    code = "import sys; from pathlib import Path; import printserver.cli.serve; from printserver.office import Office; "
    code += "Office.open_folder(Path(sys.argv[1])).close(); "
    code += "print({'alembic', 'flask', 'weasyprint', 'printserver.api'} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=True)
    assert found.stdout == "set()\n"


def test_the_sqlite_in_use_is_a_mended_one_and_no_other_is_loaded() -> None:
    """Two copies of SQLite in one process drop each other's locks."""
    code = (
        "import sys, printserver.cli.serve, printserver.server.http, printserver.server.engine, printserver.demo.run\n"
    )
    code += "from printserver.db import sqlite; sqlite.check_version()\n"
    code += "print(sqlite.VERSION_TEXT, 'sqlite3' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert tuple(map(int, said[0].split("."))) >= (3, 51, 3)
    assert said[1] == "False"


def test_every_connection_of_ours_is_of_that_sqlite(folder: Path) -> None:
    database = Database(f"sqlite:///{folder / 'printserver.db'}")
    for door in (database.read, database.write):
        with door() as conn:
            assert conn.exec_driver_sql("SELECT sqlite_version()").scalar() == sqlite.VERSION_TEXT
    database.close()
