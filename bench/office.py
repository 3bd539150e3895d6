"""A new office for benchmarks, with the livro format of the benchmark and its people; not a demonstration."""

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from unittest.mock import patch

from bench import deed as deeds
from bench import page, postgres
from printserver.clock import Clock, system_clock
from printserver.office import Office, create, people
from printserver.office.settings import SETTINGS_FILE

CLERK, HEAD = "maria", "tereza"
PEOPLE: Final = ((CLERK, "Maria Souza", "escrevente"), (HEAD, "Tereza Lima", "tabeliao"))


@dataclass(frozen=True, slots=True)
class MeasuredOffice:
    """A new office: folder, API key, password of its people, and environment of its server."""

    folder: Path
    key: str
    password: str
    environment: dict[str, str]


def make(folder: Path, database: str = "", cns: str = deeds.CNS, clock: Clock = system_clock) -> MeasuredOffice:
    """Create an office in `folder`; `database` is a URL, empty for SQLite in its folder."""
    environment = {"PRINTSERVER_BANCO_URL": database} if database else {}
    with patch.dict(os.environ, environment):
        made = create.create_office(folder, clock(), cns=cns, person=create.FirstPerson("ana", "Ana Prado"))
    settings = folder / SETTINGS_FILE
    text = settings.read_text("utf-8")
    text = text.replace(f"Serventia {cns}", deeds.OFFICE["nome"])
    text = text.replace("[pessoas]\n", "[pessoas]\nsegundo_fator = []\n")  # no phone reads codes here
    settings.write_text(text, "utf-8")
    page.write_format(folder)
    measured = MeasuredOffice(folder, made.chave, made.password, environment)
    with opened(measured, clock) as office, office.db.write() as conn:
        for usuario, nome, papel in PEOPLE:
            people.create_person(conn, office.serventia_id, usuario, nome, papel, made.password, office.clock())
    return measured


@contextmanager
def opened(measured: MeasuredOffice, clock: Clock = system_clock) -> Iterator[Office]:
    """Open an office in this process."""
    with patch.dict(os.environ, measured.environment):
        found = Office.open_folder(measured.folder, clock)
    try:
        yield found
    finally:
        found.close()


@contextmanager
def filled(database: str, put: Callable[[Office], None]) -> Iterator[tuple[Office, float]]:
    """Open a new office on `database` (`sqlite` or `postgresql`), filled by `put`; give it and the seconds of `put`."""
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        postgres.chosen(database) as url,
        opened(make(Path(folder) / "office", url)) as found,
    ):
        start = time.perf_counter()
        put(found)
        yield found, time.perf_counter() - start
