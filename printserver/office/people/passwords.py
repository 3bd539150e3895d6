"""Passwords of people: strength check, and storage as argon2 hashes (A5)."""

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from printserver.errors import invalid_input

_SHORTEST_PASSWORD = 10
_LONGEST_PASSWORD = 1024
# Common passwords: keyboard rows, the alphabet, digits; and office words followed by a year.
_KEY_ROWS = tuple(row * 3 for row in ("qwertyuiopasdfghjklçzxcvbnm", "abcdefghijklmnopqrstuvwxyz", "0123456789"))
_COMMON_WORDS = ("senha", "password", "cartorio", "cartório", "tabeliao", "tabelião", "mudar", "admin", "notas")


def check_strength(password: str, usuario: str) -> None:
    """Raise `Recusa` `entrada-invalida` for a password that is easy to guess (A5)."""
    if not _SHORTEST_PASSWORD <= len(password) <= _LONGEST_PASSWORD:
        raise invalid_input("senha", f"use de {_SHORTEST_PASSWORD} a {_LONGEST_PASSWORD} caracteres")
    if not password.isprintable():
        raise invalid_input("senha", "não use caracteres de controle ou invisíveis")
    bare = "".join(password.casefold().split())
    if len(set(bare)) < 5 or _is_repeated(bare):
        raise invalid_input("senha", "fácil demais: use mais caracteres diferentes, sem repetir um pedaço")
    if any(bare in row or bare[::-1] in row for row in _KEY_ROWS):
        raise invalid_input("senha", "fácil demais: não use uma sequência do teclado, do alfabeto ou de algarismos")
    remainder = bare
    for word in sorted({usuario.casefold(), *_COMMON_WORDS}, key=len, reverse=True):
        remainder = remainder.replace(word, "")
    if sum(letter.isalpha() for letter in remainder) < 4 and remainder != bare:
        raise invalid_input("senha", "fácil demais: não use só o nome de usuário, ou uma palavra como “senha”")


def _is_repeated(text: str) -> bool:
    """Return whether the text is one short piece repeated."""
    return any(text == (text[:n] * (len(text) // n + 1))[: len(text)] for n in range(1, len(text) // 2 + 1))


def hash_password(password: str) -> str:
    """Return the hash of a password, to be stored."""
    return _argon2().hash(password)


def is_password(password: str, kept: str | None) -> bool:
    """Return whether the password matches the hash `kept`. Without a hash it never does, in the same time.

    A password longer than the limit is not hashed.
    """
    if len(password) > _LONGEST_PASSWORD:
        return False
    try:
        _argon2().verify(_unused_hash() if kept is None else kept, password)
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


@cache
def _argon2() -> PasswordHasher:
    """Return the shared hasher, with the library's defaults (RFC 9106, low memory)."""
    return PasswordHasher()


@cache
def _unused_hash() -> str:
    """Return the hash of a random password that is not stored."""
    return _argon2().hash(secrets.token_urlsafe(32))
