"""A real office for tests: its tables, its certificate, its engine and its HTTP face, and a clock that tests move.

The office is made once and copied for each test; the processes that lay out, and what they laid out, are shared.
"""

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pikepdf
import sqlalchemy as sa
import structlog
import zxingcpp
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from printserver import db
from printserver.api import answer_for, new_app, register
from printserver.cli import base, main
from printserver.db import Database, upgrade
from printserver.office import Office, Report, create, people
from printserver.office import office as opening
from printserver.office import proof as auditoria
from printserver.office.settings import SETTINGS_FILE
from printserver.rendering import Render
from printserver.selo import Certificate, generate_test_certificate
from printserver.server.engine import Engine
from support import bound
from support.postgres import PrivatePostgres

NOW = datetime(2026, 11, 20, 17, 30, tzinfo=UTC)  # 14:30 in Sao Paulo
PEOPLE = {"maria": "escrevente", "rui": "substituto", "tereza": "tabeliao"}
PASSWORD = "correta cavalo bateria"
FEES = {
    "tabeliao": "55.70",
    "estado": "15.83",
    "secretaria_fazenda": "10.83",
    "santa_casa": "0.56",
    "registro_civil": "2.93",
    "tribunal_justica": "3.82",
    "iss": "2.78",
    "ministerio_publico": "2.67",
}
TOTAL = 9512  # of FEES, in centavos
ISENTO = {"isento": True, "motivo_isencao": "beneficiário da justiça gratuita"}
SHORT = {"formato": "texto", "conteudo": "SAIBAM quantos esta escritura virem, que assim o disseram."}
LONG = {
    "formato": "texto",
    "conteudo": "\n\n".join(f"Cláusula {n}. " + "Assim o disseram e outorgaram. " * 25 for n in range(9)),
}
IMPOSSIBLE = {"formato": "pdf", "conteudo": "bmFvIGUgdW0gcGRm"}


class Clock:
    """A clock that stands still until a test moves it."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **much: float) -> None:
        """Put the clock forward by that many `hours`, `minutes`, `seconds` …"""
        self.now += timedelta(**much)


@dataclass(frozen=True)
class Answer:
    """What the HTTP face answered."""

    status: int
    headers: Mapping[str, str]
    json: Any

    @property
    def word(self) -> str | None:
        """The problem's word; None for a success."""
        kind = self.json.get("type") if isinstance(self.json, dict) else None
        return str(kind).rpartition("/")[2] if self.status >= 400 else None

    @property
    def job(self) -> dict[str, Any]:
        """The job that was made or held."""
        found: dict[str, Any] = self.json["job"] if self.status >= 400 else self.json
        return found

    @property
    def replay(self) -> bool:
        return self.headers.get("Idempotent-Replay") == "true"


@dataclass
class Rig:
    """The office as a legacy program and its people use it."""

    office: Office
    clock: Clock
    key: str
    app: Flask
    engine: Engine = field(init=False)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.engine = Engine(self.office)

    @property
    def folder(self) -> Path:
        return self.office.instance

    @property
    def out(self) -> Path:
        """Where the queue `notas` writes its prints."""
        return self.folder / "saida" / "notas"

    # -- the HTTP face ------------------------------------------------------------------------------------------------

    def call(
        self, method: str, path: str, data: Any = None, *, idempotency_key: str | None = None, key: str | None = None
    ) -> Answer:
        """Call `/api/v1` + `path`. `chave` is the Idempotency-Key, `key` the API key (default: all rights)."""
        client: FlaskClient = self.app.test_client()
        headers = {"Authorization": f"Bearer {key or self.key}"}
        if idempotency_key is not None:
            headers["Idempotency-Key"] = idempotency_key
        found = client.open(f"/api/v1{path}", method=method, json=data, headers=headers)
        body = found.get_json() if found.is_json else found.get_data()
        return Answer(found.status_code, dict(found.headers), body)

    def post(
        self,
        document: dict[str, Any],
        *,
        idempotency_key: str | None = None,
        key: str | None = None,
        escrevente: str = "maria",
        **more: Any,
    ) -> Answer:
        """Send a document; nothing is printed until the engine runs."""
        return self.call(
            "POST",
            "/jobs",
            {"documento": document, "escrevente": escrevente, **more},
            idempotency_key=idempotency_key,
            key=key,
        )

    def act(self, job_id: str, action: str, *, idempotency_key: str | None = None, **data: Any) -> Answer:
        """Answer a question of a job or act on it: `xa`, `selo`, `folhas`, `reenviar`, `cancelar`, `excluir`."""
        body = {"escrevente": "maria"} | ({} if action == "selo" else {"motivo": "erro de digitação"}) | data
        return self.call("POST", f"/jobs/{job_id}/{action}", body, idempotency_key=idempotency_key)

    def yes(self, job_id: str, **data: Any) -> Answer:
        return self.act(job_id, "xa", **{"confirma": True, "papel_em_maos": True, **data})

    def no(self, job_id: str, **data: Any) -> Answer:
        return self.act(job_id, "xa", **{"confirma": False, **data})

    def job(self, job_id: str) -> dict[str, Any]:
        found = self.call("GET", f"/jobs/{job_id}")
        assert found.status == 200, found
        return dict(found.json)

    def selo(self, codigo: str) -> dict[str, Any]:
        found = self.call("GET", f"/selos/{codigo}")
        assert found.status == 200, found
        return dict(found.json)

    def pdf(self, job_id: str, query: str = "", key: str | None = None) -> bytes:
        found = self.call("GET", f"/jobs/{job_id}/pdf{query}", key=key)
        assert found.status == 200, found
        return bytes(found.json)

    def taken(self, document: dict[str, Any], **more: Any) -> dict[str, Any]:
        """Send a document that must be taken; return its job, not yet printed."""
        found = self.post(document, **more)
        assert found.status == 202, found
        return found.job

    def printed(self, document: dict[str, Any], **more: Any) -> dict[str, Any]:
        """Send a document that must be taken and print it; return its job."""
        job = self.taken(document, **more)
        self.engine.run_once()
        return self.job(job["id"])

    def question(self, document: dict[str, Any], **more: Any) -> dict[str, Any]:
        """Send a document that must be held by the XA question; return its job."""
        found = self.post(document, **more)
        assert (found.status, found.word) == (409, "reimpressao-exige-xa"), found
        return found.job

    # -- documents ----------------------------------------------------------------------------------------------------

    def instrumento(self, **more: Any) -> dict[str, Any]:
        """Return an INSTRUMENTO of two atos that no other has, on folhas of its own."""
        n = next(self.numbers)
        return {
            "id": f"P-2026-{n:06}",
            "livro": "0123",
            "folha_inicial": f"{10 * n:03}",
            "titulo": "Escritura de venda e compra",
            "partes": [{"qualidade": "Outorgante", "nome": "Ana de Assunção"}],
            "atos": [
                {"ato": "ES", "descricao": "Usufruto", **ISENTO},
                {"ato": "ES", "descricao": "Venda e compra", "principal": True, "emolumentos": FEES},
            ],
            "corpo": SHORT,
        } | more

    def livro(self, **more: Any) -> dict[str, Any]:
        return {"tipo": "livro", "instrumento": self.instrumento(**more)}

    @staticmethod
    def traslado(of: str, numero: int | str = 1, **more: Any) -> dict[str, Any]:
        """Return traslado `numero` of the instrumento of that id."""
        return {"tipo": "traslado", "numero": numero, "instrumento": {"id": of}, **more}

    def certidao(self, **more: Any) -> dict[str, Any]:
        """Return a certidão of an act that is not in this server, free of charge."""
        return {"tipo": "certidao", "pedido": f"2026/{next(self.numbers):06}", "corpo": SHORT} | ISENTO | more

    def ficha(self, **more: Any) -> dict[str, Any]:
        return {"tipo": "ficha_abertura", "ficha": f"{next(self.numbers):06}", "pessoa": {"nome": "Ana Souza"}} | more

    # -- the tables ---------------------------------------------------------------------------------------------------

    def rows(self, table: sa.Table, *where: sa.ColumnElement[bool]) -> list[dict[str, Any]]:
        """Return the rows of a table, in the order of their first key."""
        with self.office.db.read() as conn:
            query = sa.select(table).where(*where).order_by(*table.primary_key.columns)
            return [dict(row) for row in conn.execute(query).mappings()]

    def proof(self, *points: tuple[int, str]) -> Report:
        """Verify all that is on record, as `auditoria verificar` does (A6)."""
        kept = auditoria.read_all(self.folder)
        with self.office.db.snapshot() as conn:
            return auditoria.verify(conn, self.office.serventia_id, kept, points)

    def codes(self) -> list[str]:
        """Return every seal ever made, in the order of making."""
        return [row["codigo"] for row in self.rows(db.selo)]

    def numbers_taken(self) -> list[int]:
        """Return the sequential number of every seal ever made (S3), sorted."""
        return sorted(int(code[9:22]) for code in self.codes())

    def assert_gapless(self) -> None:
        """S3: the numbers are 1, 2, 3 … and the next one is not lost either."""
        taken = self.numbers_taken()
        assert taken == list(range(1, len(taken) + 1))
        with self.office.db.read() as conn:
            following = conn.execute(sa.select(db.sequencia.c.proximo)).scalar_one_or_none() or 1
        assert following == len(taken) + 1

    def state(self) -> tuple[Any, ...]:
        """Return what a refusal must leave as it is: seals, next number, jobs, questions, folhas, papers, log."""
        with self.office.db.read() as conn:
            counts = [conn.execute(sa.select(sa.func.count()).select_from(table)).scalar_one() for table in _WATCHED]
            told = sa.select(sa.func.count()).where(db.log.c.objeto == "acesso")  # a refused access is on record (A5)
            counts.append(-conn.execute(told).scalar_one() + counts.pop(_WATCHED.index(db.log)))
            return (*counts, *conn.execute(sa.select(db.sequencia.c.proximo)).scalars())


_WATCHED = (db.selo, db.job, db.outbox, db.pergunta, db.folha_lado, db.papel, db.log, db.idempotencia)


@contextmanager
def open_rig(
    folder: Path,
    *,
    postgres: PrivatePostgres | None = None,
    settings: Mapping[str, Mapping[str, Any]] | None = None,
    clock: Clock | None = None,
) -> Iterator[Rig]:
    """Give a fresh demonstration office in `folder`, on SQLite or on a database of its own in `postgres`.

    `settings` are put into its configuration, by section and name.
    """
    made = _on_postgres(postgres) if postgres is not None else _on_sqlite()
    shutil.copytree(made.folder, folder)
    _share_layouts(folder)
    sections: dict[str, dict[str, Any]] = tomllib.loads((folder / SETTINGS_FILE).read_text("utf-8"))
    for name, values in (settings or {}).items():
        sections.setdefault(name, {}).update(values)
    url = postgres.create(template=made.database) if postgres is not None else None
    if url is not None:
        sections["banco"] = {"url": url}
    (folder / SETTINGS_FILE).write_text(_toml(sections), "utf-8")
    rig = reopen(folder, clock or Clock(), made.key)
    with rig.office.db.write() as conn:
        conn.execute(sa.update(db.fila).values(destino=str(folder / "saida" / "notas")))
    try:
        yield rig
    finally:
        rig.office.db.close()
        _free_applications.append(rig.app)
        if url is not None and postgres is not None:
            postgres.drop(url)


def reopen(folder: Path, clock: Clock, key: str) -> Rig:
    """Open the office of `folder` (once more, as another process would); its owner closes `office.db`."""
    with patch.object(Certificate, "load", _certificate), patch.object(upgrade, "upgrade"):  # the copy is migrated
        office = Office.open_folder(folder, clock)
    bound.watch(office.db)
    _share_statements(office.db)
    office.render = _render()
    return Rig(office, clock, key, _application(office))


def edited_by_hand(path: Path, text: str) -> None:
    """Write a file of an open office in its place, as an editor does, a minute ago: nobody is writing it any more."""
    path.write_text(text, "utf-8")
    ago = time.time_ns() - 60 * 10**9
    os.utime(path, ns=(ago, ago))


def put_certificate(rig: Rig, begins: timedelta) -> Certificate:
    """Give the office a test certificate of ten years that is good from so long after now."""
    path = rig.folder / f"{uuid.uuid4().hex}.p12"
    generate_test_certificate(path, "senha", nome="Renovada", now=rig.clock() + begins)
    rig.office.certificado = Certificate.load(path, "senha")
    return rig.office.certificado


def command_line(*arguments: object) -> int:
    """Run `printserver` with these arguments in this process, at the tests' time; return its exit status."""
    mask = os.umask(0o022)
    words = ["printserver", *map(str, arguments)]
    try:
        with (
            patch.object(sys, "argv", words),
            patch.object(base, "system_clock", lambda: NOW),
            patch.object(opening, "Render", lambda *_, **__: _Lent()),
        ):
            main()
    except SystemExit as ended:
        return int(ended.code or 0)
    finally:  # what the program sets for a process of its own
        os.umask(mask)
        structlog.reset_defaults()
    return 0


def disarm(conn: sa.Connection) -> None:
    """Take the triggers away, as somebody with the database's password could."""
    if conn.dialect.name == "sqlite":
        for name in conn.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all():
            conn.exec_driver_sql(f"DROP TRIGGER {name}")
    else:
        for table in ("log", "selo", "cadeia", "fechamento"):
            conn.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")


# -- what is on paper -------------------------------------------------------------------------------------------------


def text(pdf: bytes) -> str:
    """Return the text of a PDF."""
    return subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()


def qr_codes(pdf: bytes) -> list[str]:
    """Return what a reader finds in the QR codes of a PDF, page by page."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        command = ["pdftoppm", "-r", "200", "-gray", "-png", "-", f"{folder}/p"]
        subprocess.run(command, input=pdf, check=True)
        for page in sorted(Path(folder).iterdir()):
            with Image.open(page) as image:
                found += [each.text for each in zxingcpp.read_barcodes(image)]
    return found


def pages(pdf: bytes) -> int:
    """Return how many pages a PDF has."""
    with pikepdf.open(BytesIO(pdf)) as opened:
        return len(opened.pages)


_certificates: dict[bytes, Certificate] = {}
_open_certificate = Certificate.load


def _certificate(path: Path, password: str) -> Certificate:
    """Return an office's certificate, opened once for all its copies: opening is slow on purpose."""
    content = path.read_bytes()
    if content not in _certificates:
        _certificates[content] = _open_certificate(path, password)
    return _certificates[content]


# -- what is made once ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Made:
    folder: Path
    key: str
    database: str = ""


@cache
def _workshop() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="serventia-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def _render() -> Render:
    """Return the renderer that all offices of the run share, with what it laid out so far."""
    limits = {"tempo_limite_s": 60, "memoria_mb": 1024, "cache_mb": 500}
    shared = Render(_workshop() / "cache", processos=2, in_use=set, **limits)
    atexit.register(shared.close)
    return shared


_free_applications: list[Flask] = []


def _application(office: Office) -> Flask:
    """Return an application of the API of `office`, taken over from a closed office if there is one: it is faster."""
    if _free_applications:
        app = _free_applications.pop()
        answer_for(app, office)
        return app
    app = new_app("office-under-test")
    register(app, office)
    return app


_compiled: dict[tuple[str, str], tuple[sa.Dialect, Any]] = {}


def _share_statements(database: Database) -> None:
    """Compile each statement once for all offices: SQLAlchemy keeps compiled statements by engine and dialect."""
    for name in ("_reader", "_writer"):
        engine = getattr(database, name)
        kept = _compiled.setdefault((engine.dialect.name, name), (engine.dialect, engine._compiled_cache))
        engine.dialect, engine._compiled_cache = kept


class _Lent:
    """The shared renderer, for a command that closes what it opened: to start one takes longer than most commands."""

    def __getattr__(self, name: str) -> Any:
        return getattr(_render(), name)

    def close(self) -> None:
        """Leave it running."""


def _share_layouts(folder: Path) -> None:
    """Let other processes that open the office of `folder` find what was laid out in this run."""
    shared = _workshop() / "cache"
    shared.mkdir(mode=0o700, exist_ok=True)
    shutil.rmtree(folder / "cache", ignore_errors=True)
    (folder / "cache").symlink_to(shared)


@cache
def _on_sqlite() -> _Made:
    return _make(_workshop() / "sqlite")


@cache
def _on_postgres(server: PrivatePostgres) -> _Made:
    folder, keys = _workshop() / f"postgres-{id(server)}", []

    def prepare(url: str) -> None:
        os.environ["PRINTSERVER_BANCO_URL"] = url
        try:
            keys.append(_make(folder).key)
        finally:
            del os.environ["PRINTSERVER_BANCO_URL"]

    database = server.template("serventia_de_teste", prepare)
    return _Made(folder, keys[0], database)


def _make(folder: Path) -> _Made:
    made = create.create_office(folder, NOW)
    url = os.environ.get("PRINTSERVER_BANCO_URL") or f"sqlite:///{folder / 'printserver.db'}"
    database = Database(url)
    with database.write() as conn:
        for usuario, papel in PEOPLE.items():
            people.create_person(conn, 1, usuario, usuario.title(), papel, PASSWORD, NOW)
    with database.read() as conn:
        if database.sqlite:
            conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return _Made(folder, made.chave)


def _toml(sections: Mapping[str, Mapping[str, Any]]) -> str:
    lines: list[str] = []
    for section, values in sections.items():
        lines.append(f"[{section}]")
        lines += [f"{name} = {_value(value)}" for name, value in values.items()]
    return "\n".join(lines) + "\n"


def _value(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else json.dumps(value, ensure_ascii=False)
