"""Passwords of people: strength by zxcvbn with the office's own words, and storage as argon2 hashes (A5)."""

import secrets
from collections.abc import Iterable
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from printserver.errors import invalid_input

SHORTEST_PASSWORD: Final = 12
_LONGEST_PASSWORD: Final = 1024
_JUDGED: Final = 72  # characters that are judged; what follows makes a password no easier
_FEWEST_LETTERS: Final = 4  # besides the words that are known
_KNOWN_WORDS: Final = "não use só o seu nome, o da serventia ou palavras como “senha”"
_STRONG: Final = 3  # of 4: out of reach of whoever has the file of hashes and a day
# What is tried first at an office. The English dictionaries of zxcvbn do not have it.
_OFFICE_WORDS: Final = (
    *("senha", "cartorio", "cartório", "tabeliao", "tabelião", "tabelionato", "notas", "escrevente", "substituto"),
    *("escritura", "registro", "certidao", "certidão", "mudar", "trocar", "brasil", "paulo", "printserver", "admin"),
    *(
        "administrador",
        "serventia",
        "civil",
        "selo",
        "firma",
        "qwertyuiopasdfghjklçzxcvbnm",
        "abcdefghijklmnopqrstuvwxyz",
    ),
)


def check_strength(password: str, usuario: str, own_words: Iterable[str] = (), field: str = "senha") -> None:
    """Raise `Recusa` `entrada-invalida` at `field` for a password that is easy to guess (A5).

    `own_words` are what is known of the person and the office, such as names.
    """
    if not SHORTEST_PASSWORD <= len(password) <= _LONGEST_PASSWORD:
        raise invalid_input(field, f"use de {SHORTEST_PASSWORD} a {_LONGEST_PASSWORD} caracteres: três palavras servem")
    if not password.isprintable():
        raise invalid_input(field, "não use caracteres de controle ou invisíveis")
    if (why := _weakness(password, usuario, own_words)) is not None:
        raise invalid_input(field, f"fácil demais: {why}")


def _weakness(password: str, usuario: str, own_words: Iterable[str]) -> str | None:
    """Return why a password is weak, in words; None if it is not."""
    from zxcvbn import zxcvbn  # its dictionaries take a fifth of a second, which most processes never need

    known = [word.casefold() for each in (usuario, *own_words) for word in (each, *each.split()) if len(word) > 2]
    found = zxcvbn(password[:_JUDGED], user_inputs=[*_OFFICE_WORDS, *known])
    if _is_only(password, (*_OFFICE_WORDS, *known)):
        return _KNOWN_WORDS
    if found["score"] >= _STRONG:
        return None
    patterns = {each["pattern"] for each in found["sequence"]}
    if "repeat" in patterns:
        return "não repita um pedaço"
    if patterns & {"sequence", "spatial"}:
        return "não use uma sequência do teclado, do alfabeto ou de algarismos"
    if any(each.get("dictionary_name") == "user_inputs" for each in found["sequence"]):
        return _KNOWN_WORDS
    return "não use uma data" if "date" in patterns else "junte mais palavras, que não venham sempre juntas"


def _is_only(password: str, words: Iterable[str]) -> bool:
    """Return whether known words are all that a password has, but for a few letters and what is no letter."""
    left = "".join(password.casefold().split())
    before = left
    for word in sorted(words, key=len, reverse=True):
        left = left.replace("".join(word.split()), "")
    return left != before and sum(letter.isalpha() for letter in left) < _FEWEST_LETTERS


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
