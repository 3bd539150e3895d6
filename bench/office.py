"""A new office for benchmarks, with the livro format of the benchmark; not a demonstration."""

import os
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from bench import deed as deeds
from bench import page
from printserver.clock import system_clock
from printserver.office import create
from printserver.office.settings import SETTINGS_FILE


@dataclass(frozen=True, slots=True)
class MeasuredOffice:
    """A new office: folder, API key, password of `admin`, and environment of its server."""

    folder: Path
    key: str
    password: str
    environment: dict[str, str]


def make(folder: Path, database: str = "") -> MeasuredOffice:
    """Create an office in `folder`; `database` is a URL, empty for SQLite in its folder."""
    environment = {"PRINTSERVER_BANCO_URL": database} if database else {}
    with patch.dict(os.environ, environment):
        made = create.create_office(folder, system_clock(), cns=deeds.CNS)
    settings = folder / SETTINGS_FILE
    text = settings.read_text("utf-8")
    settings.write_text(text.replace(f"Serventia {deeds.CNS}", deeds.OFFICE["nome"]), "utf-8")
    page.write_format(folder)
    return MeasuredOffice(folder, made.chave, made.password, environment)
