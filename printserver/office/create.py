"""Creates an office on disk: folder, settings, database, test certificate, the first person, key and queue.

It never changes an existing office. All files are readable by the server's user only.
"""

import json
import os
import secrets
import shutil
import uuid
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from printserver import db
from printserver.db import Database, upgrade
from printserver.errors import ConfigError
from printserver.office import audit, people, registry
from printserver.office.settings import SETTINGS_FILE, Settings, load_settings, read_settings
from printserver.selo import Certificate, advance, generate_test_certificate, sequence_name

DEMO_CNS = "123456"
SECRET_FILE = "segredo"  # noqa: S105  # the session's signing key
PASSWORD_FILE = "certificado.senha"  # noqa: S105
FIRST_QUEUE = "notas"
# A5: names that no single person bears.
_SHARED_NAMES = frozenset(
    {
        "admin",
        "administrador",
        "administrator",
        "cartorio",
        "escrevente",
        "geral",
        "root",
        "suporte",
        "tabeliao",
        "teste",
    }
    | {"usuario", "user"}
)

_SETTINGS = """\
# Configuração desta serventia. Cada opção está no guia do operador.
# Uma variável de ambiente PRINTSERVER_SECAO_NOME vale mais que este arquivo.

[serventia]
nome = "{nome}"
cidade = "São Paulo"
uf = "SP"
demonstracao = {demonstracao}

[livro]
folhas_novas = {folhas_novas}
"""
_SUBSCRITOR = """
[pessoas]
subscritor = "{subscritor}"
"""


@dataclass(frozen=True, slots=True)
class FirstPerson:
    """The first person of an office, who administers it: user name, and full name as documents print it."""

    usuario: str
    nome: str


_OF_DEMONSTRATION = FirstPerson("admin", "Administrador")


@dataclass(frozen=True, slots=True)
class NewInstance:
    """Values that `init` shows once and stores only as hashes: the password and the key."""

    usuario: str
    password: str
    chave: str
    cns: str
    instancia: str


def database_url(instance: Path, settings: Settings) -> str:
    """Return the database's URL: the setting, else SQLite in the office's folder."""
    return settings.banco.url or f"sqlite:///{instance / 'printserver.db'}"


def find_office(instance: Path) -> tuple[Settings, str]:
    """Return settings and URL of the database of the office in a folder; nothing is made where there is none.

    Raises `ConfigError` that says what is there instead.
    """
    if not instance.exists():
        raise ConfigError(f"{instance} não existe: crie a serventia com `printserver init --instance {instance}`")
    if not instance.is_dir():
        raise ConfigError(f"{instance} é um arquivo: diga a pasta da serventia")
    settings = load_settings(instance)
    url = sa.make_url(database_url(instance, settings))
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        raise ConfigError(
            f"{instance} não tem serventia: falta o banco {url.database}. Confira a pasta; crie a serventia com "
            "`printserver init`, ou, se o banco se perdeu, recupere uma cópia com `printserver restaurar`"
        )
    return settings, database_url(instance, settings)


def certificate(instance: Path, settings: Settings) -> Certificate:
    """Return the office's certificate, opened with its password. Raises `ConfigError` that names the faulty file."""
    return Certificate.load(instance / settings.selo.certificado, certificate_password(instance, settings))


def certificate_password(instance: Path, settings: Settings) -> str:
    """Return the password of the office's certificate: the setting, else its file. Raises `ConfigError`."""
    password = settings.selo.senha_do_certificado
    if not password:
        path = instance / PASSWORD_FILE
        if not path.exists():
            raise ConfigError(f"{path} não existe: ponha nele a senha do certificado, ou em selo.senha_do_certificado")
        password = path.read_text("utf-8").strip()
    return password


def create_office(
    instance: Path,
    now: datetime,
    *,
    cns: str | None = None,
    proximo: int = 1,
    person: FirstPerson | None = None,
    nome: str | None = None,
    banco: str = "",
) -> NewInstance:
    """Create the office in folder `instance`; without a CNS, a demonstration office.

    `proximo` is the first number of its seals (S3). `person` is required in a real office: nobody shares a login (A5);
    a demonstration office has `admin`. `nome`: the office's name on documents. `banco` is the URL of a PostgreSQL,
    which may hold other offices. Raises `ConfigError` if the folder is not empty, if the CNS is not six digits, if the
    person is missing or generic, or if the database already holds an office of this CNS (a SQLite file holds one
    office); `Recusa` `entrada-invalida` for a bad user name. Creation is atomic.
    """
    person = _first_person(person, real=cns is not None)
    if cns is not None and not (len(cns) == 6 and cns.isascii() and cns.isdigit()):
        raise ConfigError(f"CNS {cns!r}: são 6 algarismos")
    if proximo < 1:
        raise ConfigError("o próximo número de selo é 1 ou mais")
    if instance.exists() and (not instance.is_dir() or any(instance.iterdir())):
        raise ConfigError(f"{instance} já existe e não está vazia: nada foi mudado; escolha outra pasta")
    instance.parent.mkdir(parents=True, exist_ok=True)
    draft = instance.parent / f".{instance.name}.{uuid.uuid4().hex}"
    draft.mkdir(mode=0o700)
    try:
        _write_settings(draft, cns, person, nome, banco)
        made = _fill(draft, instance, cns or DEMO_CNS, now, person, proximo=proximo)
        draft.rename(instance)  # replaces an empty folder of that name
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return made


def _first_person(person: FirstPerson | None, *, real: bool) -> FirstPerson:
    """Return the first person as stored. Raises `ConfigError` if a real office has none, or a shared name (A5)."""
    if person is None and real:
        raise ConfigError(
            "diga quem administra a serventia: --pessoa NOME-COMPLETO e --usuario NOME-DE-USUARIO. Cada pessoa entra "
            "com o próprio nome, e ninguém divide uma senha"
        )
    found = person or _OF_DEMONSTRATION
    usuario = found.usuario.strip().lower()
    if real and (usuario in _SHARED_NAMES or " " not in found.nome.strip()):
        raise ConfigError(
            f"{found.nome} ({usuario}): diga o nome completo e o nome de usuário de uma pessoa; um usuário de todos "
            "não serve numa serventia de verdade"
        )
    return FirstPerson(usuario, found.nome)


def _fill(draft: Path, instance: Path, cns: str, now: datetime, person: FirstPerson, *, proximo: int) -> NewInstance:
    for folder in ("formatos", "spool", "cache", "run", "saida", "saida/notas"):
        (draft / folder).mkdir(mode=0o700)
    write_private(draft / SECRET_FILE, secrets.token_hex(32))
    password = secrets.token_urlsafe(18)
    write_private(draft / PASSWORD_FILE, password)
    settings = load_settings(draft)
    name = f"{settings.serventia.nome} (TESTE)"
    generate_test_certificate(draft / settings.selo.certificado, password, nome=name, now=now)

    database = Database(database_url(draft, settings))
    try:
        upgrade.open_database(database)
        with database.write() as conn:
            return _first_rows(conn, cns, now, person, proximo=proximo, folder=instance / "saida" / "notas")
    finally:
        database.close()


def _in_toml(text: str) -> str:
    """Return `text` escaped for a basic string of TOML: its escapes are those of JSON."""
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _write_settings(draft: Path, cns: str | None, person: FirstPerson, nome: str | None, banco: str) -> None:
    """Write the first settings. An office on PostgreSQL is named in them: the database may come to hold others."""
    text = _SETTINGS.format(
        nome=_in_toml(nome or (f"Serventia {cns}" if cns else "Cartório de Demonstração")),
        demonstracao=str(cns is None).lower(),
        folhas_novas=str(cns is not None).lower(),
    )
    if person != _OF_DEMONSTRATION:
        text += _SUBSCRITOR.format(subscritor=_in_toml(person.usuario))
    if banco or not database_url(draft, read_settings(b"", draft / SETTINGS_FILE)).startswith("sqlite"):
        url = f"url = {json.dumps(banco)}\n" if banco else ""  # else it comes from the environment
        text += f'\n[banco]\n{url}cns = "{cns or DEMO_CNS}"\n'
    write_private(draft / SETTINGS_FILE, text)


def _first_rows(
    conn: sa.Connection, cns: str, now: datetime, person: FirstPerson, *, proximo: int, folder: Path
) -> NewInstance:
    name = uuid.uuid4().hex
    sid = registry.new_office(conn, cns, name, now)
    conn.execute(sa.insert(db.cadeia).values(serventia_id=sid, n=0, evento=0, hash=audit.GENESIS))
    if proximo > 1:
        advance(conn, sid, sequence_name("serventia", 1, "ES", now.year), proximo)
    password = secrets.token_urlsafe(12)
    who = people.create_person(conn, sid, person.usuario, person.nome, "administrador", password, now)
    key = people.create_key(conn, sid, "inicial", people.RIGHTS, now)
    conn.execute(
        sa.insert(db.fila).values(
            serventia_id=sid, nome=FIRST_QUEUE, tipo="pasta", destino=str(folder.absolute()), padrao=True, criada_em=now
        )
    )
    audit.write(
        conn,
        sid,
        now,
        [
            audit.LogEntry("serventia", cns, "criada", detalhe={"proximo": proximo}),
            audit.LogEntry("pessoa", who.usuario, "criada", detalhe={"papel": "administrador"}),
            audit.LogEntry("chave", "inicial", "criada", detalhe={"direitos": list(people.RIGHTS)}),
            audit.LogEntry("fila", FIRST_QUEUE, "criada", detalhe={"tipo": "pasta"}),
        ],
    )
    return NewInstance(who.usuario, password, key, cns, name)


def write_private(path: Path, text: str) -> None:
    """Write a new file that only this user can read. Raises FileExistsError if it is there."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
