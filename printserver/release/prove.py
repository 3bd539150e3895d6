"""The proof of a release that was just started: it answers, and it lays out a page without a seal into a folder."""

import http.client
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import pikepdf

from printserver import __version__
from printserver.common.files import write_whole
from printserver.errors import ConfigError
from printserver.formats import Formats
from printserver.rendering import previsualizar
from printserver.server import Door

_ANSWER_S: Final = 60.0
_UNSEALED: Final = "avulso"
FILE: Final = "prova.pdf"


def prove(instance: Path, folder: Path, door: Door) -> Path:
    """Lay out an avulso, which is never sealed, with example data into `folder`; return the file.

    Raises `ConfigError` if the server does not answer as this version and ready, or if the page is none.
    """
    answer = _ask(door, "/healthz")
    if answer.get("versao") != __version__:
        raise ConfigError(f"quem atende é a versão {answer.get('versao')}, não a {__version__}")
    if fault := readiness(door):
        raise ConfigError(fault)
    page = previsualizar(Formats(instance).get(_UNSEALED))
    with pikepdf.open(BytesIO(page)) as pdf:
        if not pdf.pages:
            raise ConfigError("a página de prova saiu vazia")
    folder.mkdir(mode=0o700, exist_ok=True)
    write_whole(folder / FILE, page)
    if (folder / FILE).read_bytes() != page:
        raise ConfigError("a página de prova não se lê como foi gravada: confira o disco")
    return folder / FILE


def readiness(door: Door) -> str | None:
    """Return why the server on that address cannot work (Portuguese, a sentence), or None."""
    try:
        answer = _ask(door, "/readyz")
    except ConfigError as error:
        return f"{error}."
    return None if answer.get("pronto") else str(answer.get("detail", "O servidor não está pronto."))


def _ask(door: Door, path: str) -> dict[str, Any]:
    try:
        return door.ask(path, _ANSWER_S)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise ConfigError(f"o servidor não responde em {door.host}, porta {door.port}") from error
