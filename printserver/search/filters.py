"""Filters of a search for seals (T5) as SQL conditions. A filter is a name and a text."""

import re
from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Any, Final

import sqlalchemy as sa

from printserver import db
from printserver.documents import normalize, normalize_folha
from printserver.errors import invalid_input
from printserver.formats import UnfitText, without_invisible
from printserver.office import Office
from printserver.search import parts
from printserver.selo import centavos, matricula_digits, parse_reais

Filters = Mapping[str, str]
Condition = sa.ColumnElement[bool]

PLACE: Final = ("livro", "folha")
_MATRICULA, _UP_TO_LIVRO = 32, 20
_MAX_CHARS = 255
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_ATO = re.compile(r"[0-9A-Z]{2}")
_STATES = ("comunicação pendente", "comunicado", "aguardando retificação", "falha", "retificado", "excluído")
_ORIGINS = ("documento", "avulso", "hibrido", "diario", "carta", "crc")
_s = db.selo.c


def read_by_id(filters: Filters) -> bool:
    """Return whether the ids of the seals are found first, by small indexes, and no list's order helps."""
    return "parte" in filters or all(each in filters for each in PLACE)


def conditions(office: Office, filters: Filters, *, in_order: bool = False) -> list[Condition]:
    """Return the conditions of `filters` (the contract's names), among the seals made by this office.

    `in_order` is for a page of many: a range of values does not lead to the index by value, whose rows would be sorted.
    Raises `Recusa` `entrada-invalida` for an unknown filter or an invalid value, date or amount.
    """
    named = read_by_id(filters)  # never along the office's seals
    found = [(_s.serventia_id + 0 if named else _s.serventia_id) == office.serventia_id, ~_s.externo]
    for name, value in filters.items():
        if name not in _BY_NAME and name != "parte":
            raise invalid_input(name, "este filtro não existe")
        _check_visible(name, value)
        if name == "parte":
            condition: Condition | None = parts.with_part(office, value)
        elif name in PLACE and all(each in filters for each in PLACE):
            condition = parts.on_folha(office, *(filters[each] for each in PLACE)) if name == "folha" else None
        else:
            condition = (_IN_ORDER if in_order and name in _IN_ORDER else _BY_NAME)[name](name, value)
        if condition is not None:
            found.append(condition)
    _check_order(filters, "de", "ate", _day, "o último dia vem antes do primeiro")
    _check_order(filters, "valor_de", "valor_ate", _centavos, "o maior valor é menor que o primeiro")
    return found


def _check_visible(name: str, value: str) -> None:
    """Raise for invisible characters, which would match nothing."""
    try:
        _, taken = without_invisible(value)
    except UnfitText as error:
        raise invalid_input(name, str(error)) from None
    if taken:
        raise invalid_input(name, f"contém o caractere invisível {taken[0]}: retire-o")
    if len(value) > _MAX_CHARS:
        raise invalid_input(name, f"use até {_MAX_CHARS} caracteres")


def _check_order(filters: Filters, first: str, last: str, read: Callable[[str, str], Any], why: str) -> None:
    if first in filters and last in filters and read(last, filters[last]) < read(first, filters[first]):
        raise invalid_input(last, why)


def _one_of(known: Collection[str], column: sa.Column[str]) -> Callable[[str, str], Condition]:
    def condition(name: str, value: str) -> Condition:
        if value.strip() not in known:
            raise invalid_input(name, f"use um destes: {', '.join(known)}")
        return column == value.strip()

    return condition


def _ato(name: str, value: str) -> Condition:
    code = value.strip().upper()
    if not _ATO.fullmatch(code):
        raise invalid_input(name, "o código do ato tem dois caracteres de 0-9 e A-Z, como ES")
    return _s.ato == code


def _equals(column: sa.Column[str]) -> Callable[[str, str], Condition]:
    return lambda _name, value: column == value.strip()


def _strip_zeros(name: str, value: str) -> str:
    """Return a number as it is stored: its digits, without leading zeros."""
    digits = value.strip()
    if not (digits.isascii() and digits.isdigit()):
        raise invalid_input(name, "só algarismos")
    return digits.lstrip("0") or "0"


def _matricula(name: str, value: str) -> Condition:
    """Match a complete matrícula (C10) or its prefix, at least up to the livro; a shorter one would match too much."""
    digits = "".join(letter for letter in value if letter not in " .-")
    if not (digits.isascii() and digits.isdigit() and _UP_TO_LIVRO <= len(digits) <= _MATRICULA):
        text = f"os {_MATRICULA} algarismos da matrícula, ou os primeiros deles, {_UP_TO_LIVRO} ao menos (até o livro)"
        raise invalid_input(name, f"{text}; de menos, procure por livro, folha ou termo")
    if len(digits) < _MATRICULA:
        # as a range, which uses an index on both databases; ":" sorts after every digit
        return sa.and_(_s.matricula >= digits, _s.matricula < digits + ":")
    try:
        return _s.matricula == matricula_digits(digits)
    except ValueError as error:
        raise invalid_input(name, str(error)) from None


def _day(name: str, value: str) -> date:
    try:
        if _DAY.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise invalid_input(name, 'deve ser uma data, escrita como "2026-11-20"')


def _centavos(name: str, value: str) -> int:
    try:
        return centavos(parse_reais(value))
    except ValueError as error:
        raise invalid_input(name, str(error)) from None


def _natureza(name: str, value: str) -> Condition:
    if value not in ("1", "2"):
        raise invalid_input(name, "1 (Notas) ou 2 (Registro Civil)")
    return _s.natureza == int(value)


def _valid(name: str, value: str) -> Condition | None:
    if value not in ("0", "1"):
        raise invalid_input(name, "1: só os válidos; 0: todos")
    return _s.vivo if value == "1" else None


_BY_NAME: Final[Mapping[str, Callable[[str, str], Condition | None]]] = {
    "codigo": lambda _name, value: _s.codigo == "".join(value.split()).upper(),
    "natureza": _natureza,
    "ato": _ato,
    "estado": _one_of(_STATES, _s.estado),
    "origem": _one_of(_ORIGINS, _s.origem),
    "escrevente": lambda _name, value: _s.escrevente == value.strip().lower(),
    "livro": lambda _name, value: _s.livro == normalize(value),
    "folha": lambda _name, value: _s.folha_inicial == str(normalize_folha(value)),
    "termo": lambda name, value: _s.termo == _strip_zeros(name, value),
    "matricula": _matricula,
    "identificador": _equals(_s.identificador),
    "de": lambda name, value: _s.dia >= _day(name, value),
    "ate": lambda name, value: _s.dia <= _day(name, value),
    "valor_de": lambda name, value: _s.total_centavos >= _centavos(name, value),
    "valor_ate": lambda name, value: _s.total_centavos <= _centavos(name, value),
    "validos": _valid,
}
_IN_ORDER: Final[Mapping[str, Callable[[str, str], Condition]]] = {
    "valor_de": lambda name, value: _s.total_centavos + 0 >= _centavos(name, value),
    "valor_ate": lambda name, value: _s.total_centavos + 0 <= _centavos(name, value),
}
"""No index is by a sum."""
