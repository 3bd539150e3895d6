"""The key of the copies: made once, kept in the office's folder, printed for people to keep on paper (B1).

Thirty characters in six groups, of an alphabet without characters that people confuse (no I, O, 0, 1): 29 of them are
random (145 bits), the last one is a check. Blanks, hyphens and small letters do not matter when it is typed.
"""

import hashlib
import secrets
from pathlib import Path
from typing import Final

from printserver.common.files import sync_folder, write_whole
from printserver.errors import ConfigError

KEY_FILE: Final = "copias.chave"
_ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_LENGTH: Final = 30
_GROUP: Final = 5


def _check(body: str) -> str:
    """Return the check character: any one wrong character and any two neighbours exchanged change it."""
    total = sum((2 * place + 1) * _ALPHABET.index(each) for place, each in enumerate(body))
    return _ALPHABET[total % len(_ALPHABET)]


def generate() -> str:
    """Return a new key."""
    body = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH - 1))
    return body + _check(body)


def spaced(key: str) -> str:
    """Return the key as it is printed, in groups."""
    return " ".join(key[at : at + _GROUP] for at in range(0, len(key), _GROUP))


def parse(text: str) -> str:
    """Return a typed key without blanks and hyphens. Raises ConfigError that says what is wrong with it."""
    key = "".join(text.upper().split()).replace("-", "")
    if unknown := sorted(set(key) - set(_ALPHABET)):
        raise ConfigError(f"a chave não tem o caractere {unknown[0]!r}: confira-a na folha de emergência")
    if len(key) != _LENGTH:
        raise ConfigError(f"a chave tem {_LENGTH} caracteres, e foram digitados {len(key)}: confira-a na folha")
    if _check(key[:-1]) != key[-1]:
        raise ConfigError("um caractere da chave está errado ou fora do lugar: confira-a na folha de emergência")
    return key


def fingerprint(key: str) -> str:
    """Return the SHA-256 of a key, which the database holds in its place."""
    return hashlib.sha256(f"chave das cópias|{key}".encode()).hexdigest()


def read(instance: Path) -> str | None:
    """Return the office's key; None if it has none yet. Raises ConfigError if the file is not one."""
    path = instance / KEY_FILE
    try:
        text = path.read_text("ascii")
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: não pode ser lido como a chave das cópias ({error})") from error
    try:
        return parse(text)
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from error


def ensure(instance: Path) -> str:
    """Return the office's key; make it if there is none. Raises ConfigError, OSError."""
    found = read(instance)
    if found is None:
        found = generate()
        keep(instance, found)
    return found


def keep(instance: Path, key: str) -> None:
    """Write the key into the office's folder, for its user only. Raises OSError."""
    write_whole(instance / KEY_FILE, f"{key}\n".encode("ascii"))
    sync_folder(instance)
