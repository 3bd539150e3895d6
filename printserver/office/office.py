"""The open office of a process: settings, clock, database, tables, certificate, formats, renderer."""

import copy
import threading
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.clock import Clock, system_clock
from printserver.db import Database, upgrade
from printserver.documents import Rules
from printserver.errors import Recusa
from printserver.formats import Format, Formats
from printserver.office import people, proof, registry
from printserver.office.bell import Bell
from printserver.office.create import find_office
from printserver.office.mirror import Mirror
from printserver.office.people import Author, Person
from printserver.office.reload import Files, State
from printserver.office.settings import Settings
from printserver.printing import Capabilities
from printserver.rendering import PageImages, Render
from printserver.selo import AtoTable, Certificate, ServiceTable, align


@dataclass(slots=True)
class Office:
    """The resources of all work of the office. Thread-safe: connections are taken per use.

    Settings, rules, tables and certificate are those of `state`. Each request, act or round works with its own
    `current()`, in which they do not change.
    """

    instance: Path
    settings: Settings
    clock: Clock
    db: Database
    serventia_id: int
    cns: str
    instance_name: str
    rules: Rules
    atos: AtoTable
    servicos: ServiceTable
    certificado: Certificate
    formatos: Formats
    render: Render
    imagens: PageImages
    bell: Bell
    mirror: Mirror
    working_on: set[tuple[int, str]]
    lock: threading.Lock
    listeners: threading.BoundedSemaphore
    files: Files
    state: State
    # by queue: time of the query, and its capabilities or the error
    capabilities: dict[str, tuple[float, Capabilities | Exception]] = field(default_factory=dict)
    kept_formats: dict[str, Format] = field(default_factory=dict)  # from the table, by version

    @classmethod
    def open_folder(
        cls, instance: Path, clock: Clock = system_clock, *, bell: Bell | None = None, waits: bool = False
    ) -> "Office":
        """Open the office in folder `instance`, migrating its database to the current schema.

        `waits`: wait up to `banco.espera_s` for a PostgreSQL that does not answer yet. Raises `ConfigError` that names
        the faulty file and key.
        """
        settings, url = find_office(instance)
        database = Database(url)
        upgrade.open_database(database, settings.banco.espera_s if waits else 0)
        office = registry.serve_office(database, settings)
        with database.write() as conn:
            align(conn, office.id, settings.selo.sequencia)

        def registered(signer: Certificate) -> None:
            with database.write() as conn:
                proof.register(conn, office.id, signer, clock())

        files = Files(instance, office.cns, settings, registered)
        state = files.state

        def in_use() -> set[str]:
            return _layouts_in_use(database, office.id)

        return cls(
            instance=instance,
            settings=state.settings,
            clock=clock,
            db=database,
            serventia_id=office.id,
            cns=office.cns,
            instance_name=office.instancia,
            rules=state.rules,
            atos=state.atos,
            servicos=state.servicos,
            certificado=state.certificado,
            formatos=Formats(instance),
            render=Render(
                instance / "cache",
                processos=settings.render.processos,
                tempo_limite_s=settings.render.tempo_limite_s,
                memoria_mb=settings.render.memoria_mb,
                cache_mb=settings.render.cache_mb,
                in_use=in_use,
            ),
            imagens=PageImages(instance / "imagens", limit_mb=settings.render.imagens_mb),
            bell=bell or Bell(),
            mirror=Mirror(instance, office.id, office.cns, database, clock),
            working_on=set(),
            lock=threading.Lock(),
            listeners=threading.BoundedSemaphore(max(1, settings.http.linhas // 2)),
            files=files,
            state=state,
        )

    def current(self, *, at_once: bool = False) -> "Office":
        """Return the office for one request, act or round, with what its files say now.

        Later changes of the files are not seen in it. `at_once`: after a change of a file by this process.
        """
        found = self.files.look(at_once=at_once)
        with self.files.lock:
            if found.generation > self.state.generation:
                self.state, self.settings, self.rules = found, found.settings, found.rules
                self.atos, self.servicos, self.certificado = found.atos, found.servicos, found.certificado
            return copy.copy(self)

    @property
    def spool(self) -> Path:
        """The folder of finished PDFs, each named by its SHA-256."""
        return self.instance / "spool"

    @property
    def demonstracao(self) -> bool:
        """Whether this is a demonstration office: its prints say SEM VALOR LEGAL."""
        return self.settings.serventia.demonstracao

    def close(self) -> None:
        """Close the renderers and the database."""
        self.render.close()
        self.imagens.close()
        self.db.close()


def _layouts_in_use(database: Database, serventia_id: int) -> set[str]:
    """Return the layouts of open jobs, which must not be removed from the cache."""
    mine = (db.job.c.serventia_id == serventia_id, ~db.job.c.encerrado)
    with database.read() as conn:
        return set(conn.execute(sa.select(db.job.c.layout).where(*mine)).scalars())


def acting_author(conn: Connection, office: Office, author: Author, usuario: str, right: str) -> Author:
    """Return `author` acting on behalf of the person `usuario`, in an act that uses `right` (A2).

    Raises `Recusa` as `acting_person`; `sem-permissao` in a real office if the person's role excludes the act (A5).
    """
    who = people.on_behalf_of(author, acting_person(conn, office, usuario))
    if not office.demonstracao:  # a demonstration office begins with its administrador alone
        people.require_role(who, right)
    return who


def acting_person(conn: Connection, office: Office, usuario: str, field_name: str = "escrevente") -> Person:
    """Return the person of the office who acts (A2). Raises `Recusa` `escrevente-desconhecido`."""
    found = people.find_person(conn, office.serventia_id, usuario)
    if found is None:
        raise Recusa(
            "escrevente-desconhecido",
            f"{field_name}: não há usuário {usuario!r} nesta serventia. Use o nome de usuário de quem age.",
        )
    return found
