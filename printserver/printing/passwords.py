"""The passwords of CUPS servers that ask for one: a file of the office's folder, for the server's user alone.

They stand in no table and no log.
"""

import json
import os
import secrets
from pathlib import Path
from typing import Final

FILE_NAME: Final = "cups-senhas.json"


def read_password(pasta: Path, cups_server: str | None, usuario: str) -> str | None:
    """Return the password of `usuario` at the CUPS server `cups_server`; None if none is kept."""
    return _read(pasta / FILE_NAME).get(_key(cups_server, usuario))


def keep_password(pasta: Path, cups_server: str | None, usuario: str, text: str) -> None:
    """Keep a password in the office's folder `pasta`, in place of the one before."""
    path = pasta / FILE_NAME
    passwords = _read(path) | {_key(cups_server, usuario): text}
    new = path.with_name(f".{FILE_NAME}.{secrets.token_hex(6)}")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(passwords, file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    new.rename(path)


def _key(cups_server: str | None, usuario: str) -> str:
    return f"{usuario}@{cups_server or ''}"


def _read(path: Path) -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    return found
