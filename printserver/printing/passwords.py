"""Passwords of CUPS servers: a file in the office's folder, readable by the server's user only.

They are in no table and no log.
"""

import json
from pathlib import Path
from typing import Final

from printserver.common.files import write_whole

FILE_NAME: Final = "cups-senhas.json"


def read_password(pasta: Path, cups_server: str | None, usuario: str) -> str | None:
    """Return the password of `usuario` at the CUPS server `cups_server`; None if none is stored."""
    return _read(pasta / FILE_NAME).get(_key(cups_server, usuario))


def keep_password(pasta: Path, cups_server: str | None, usuario: str, text: str) -> None:
    """Store a password in the office's folder `pasta`, replacing an older one."""
    path = pasta / FILE_NAME
    passwords = _read(path) | {_key(cups_server, usuario): text}
    write_whole(path, json.dumps(passwords, ensure_ascii=False).encode())


def _key(cups_server: str | None, usuario: str) -> str:
    return f"{usuario}@{cups_server or ''}"


def _read(path: Path) -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    return found
