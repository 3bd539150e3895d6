"""A new office for measurements, in its own folder, with the measured livro's format; not a demonstration."""

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
    """The folder of a new office, its key, the password of `admin`, and the environment its server needs."""

    folder: Path
    key: str
    password: str
    environment: dict[str, str]


def make(folder: Path, database: str = "") -> MeasuredOffice:
    """Make an office in `folder`; `database` is a URL, empty for SQLite in its folder."""
    environment = {"PRINTSERVER_BANCO_URL": database} if database else {}
    with patch.dict(os.environ, environment):
        made = create.create_office(folder, system_clock(), cns=deeds.CNS)
    settings = folder / SETTINGS_FILE
    text = settings.read_text("utf-8")
    settings.write_text(text.replace(f"Serventia {deeds.CNS}", deeds.OFFICE["nome"]), "utf-8")
    page.write_format(folder)
    return MeasuredOffice(folder, made.chave, made.password, environment)
