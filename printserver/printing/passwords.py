"""The passwords of CUPS servers that ask for one: a file of the office's folder, for the server's user alone.

They stand in no table and no log.
"""

import json
import os
import secrets
from pathlib import Path
from typing import Final

ARQUIVO: Final = "cups-senhas.json"


def senha(pasta: Path, servidor: str | None, usuario: str) -> str | None:
    """Return the password of `usuario` at the CUPS server `servidor`; None if none is kept."""
    return _ler(pasta / ARQUIVO).get(_chave(servidor, usuario))


def guardar_senha(pasta: Path, servidor: str | None, usuario: str, texto: str) -> None:
    """Keep a password in the office's folder `pasta`, in place of the one before."""
    arquivo = pasta / ARQUIVO
    senhas = _ler(arquivo) | {_chave(servidor, usuario): texto}
    novo = arquivo.with_name(f".{ARQUIVO}.{secrets.token_hex(6)}")
    descriptor = os.open(novo, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(senhas, file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    novo.rename(arquivo)


def _chave(servidor: str | None, usuario: str) -> str:
    return f"{usuario}@{servidor or ''}"


def _ler(arquivo: Path) -> dict[str, str]:
    try:
        lido: dict[str, str] = json.loads(arquivo.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    return lido
