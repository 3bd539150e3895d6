"""What seals are looked up by (T5), as conditions on their table. Each filter is a name and what was given, as text."""

import re
from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Any, Final

import sqlalchemy as sa

from printserver import db
from printserver.documents import normalizar, normalizar_folha
from printserver.errors import entrada_invalida
from printserver.formats.text import UnfitText, without_invisible
from printserver.office.office import Office
from printserver.selo import centavos, ler_matricula, parse_reais

Filtros = Mapping[str, str]
Condicao = sa.ColumnElement[bool]

_MATRICULA, _ATE_O_LIVRO = 32, 20
_MAIS_LONGO = 255
_DIA = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_ATO = re.compile(r"[0-9A-Z]{2}")
_ESTADOS = ("comunicação pendente", "comunicado", "aguardando retificação", "falha", "retificado", "excluído")
_ORIGENS = ("documento", "avulso", "hibrido", "diario", "carta")
_s = db.selo.c


def condicoes(office: Office, filtros: Filtros) -> list[Condicao]:
    """Return the conditions that `filtros` (the contract's names) stand for, among the seals of this office's making.

    Raises `Recusa` `entrada-invalida` for an unknown filter, a value that is none, a date or sum that is none.
    """
    found = [_s.serventia_id == office.serventia_id, ~_s.externo]
    for name, value in filtros.items():
        if name not in _POR_NOME:
            raise entrada_invalida(name, "este filtro não existe")
        condition = _POR_NOME[name](name, _visivel(name, value))
        if condition is not None:
            found.append(condition)
    _em_ordem(filtros, "de", "ate", _dia, "o último dia vem antes do primeiro")
    _em_ordem(filtros, "valor_de", "valor_ate", _centavos, "o maior valor é menor que o primeiro")
    return found


def _visivel(name: str, value: str) -> str:
    """Return what was given; what it holds that cannot be seen would find nothing, and is refused."""
    try:
        _, taken = without_invisible(value)
    except UnfitText as error:
        raise entrada_invalida(name, str(error)) from None
    if taken:
        raise entrada_invalida(name, f"contém o caractere invisível {taken[0]}: retire-o")
    if len(value) > _MAIS_LONGO:
        raise entrada_invalida(name, f"use até {_MAIS_LONGO} caracteres")
    return value


def _em_ordem(filtros: Filtros, first: str, last: str, read: Callable[[str, str], Any], why: str) -> None:
    if first in filtros and last in filtros and read(last, filtros[last]) < read(first, filtros[first]):
        raise entrada_invalida(last, why)


def _um_de(known: Collection[str], column: sa.Column[str]) -> Callable[[str, str], Condicao]:
    def condition(name: str, value: str) -> Condicao:
        if value.strip() not in known:
            raise entrada_invalida(name, f"use um destes: {', '.join(known)}")
        return column == value.strip()

    return condition


def _ato(name: str, value: str) -> Condicao:
    code = value.strip().upper()
    if not _ATO.fullmatch(code):
        raise entrada_invalida(name, "o código do ato tem dois caracteres de 0-9 e A-Z, como ES")
    return _s.ato == code


def _igual(column: sa.Column[str]) -> Callable[[str, str], Condicao]:
    return lambda _name, value: column == value.strip()


def _sem_zeros(name: str, value: str) -> str:
    """Return a number as it is kept: its digits, without leading zeros."""
    digits = value.strip()
    if not (digits.isascii() and digits.isdigit()):
        raise entrada_invalida(name, "só algarismos")
    return digits.lstrip("0") or "0"


def _matricula(name: str, value: str) -> Condicao:
    """A whole matrícula (C10), or what it begins with, down to the livro at least; less would be most of an office."""
    digits = "".join(letter for letter in value if letter not in " .-")
    if not (digits.isascii() and digits.isdigit() and _ATE_O_LIVRO <= len(digits) <= _MATRICULA):
        text = f"os {_MATRICULA} algarismos da matrícula, ou os primeiros deles, {_ATE_O_LIVRO} ao menos (até o livro)"
        raise entrada_invalida(name, f"{text}; de menos, procure por livro, folha ou termo")
    if len(digits) < _MATRICULA:
        # as a range, which an index serves on both databases; ":" comes after every digit
        return sa.and_(_s.matricula >= digits, _s.matricula < digits + ":")
    try:
        return _s.matricula == str(ler_matricula(digits))
    except ValueError as error:
        raise entrada_invalida(name, str(error)) from None


def _dia(name: str, value: str) -> date:
    try:
        if _DIA.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise entrada_invalida(name, 'deve ser uma data, escrita como "2026-11-20"')


def _centavos(name: str, value: str) -> int:
    try:
        return centavos(parse_reais(value))
    except ValueError as error:
        raise entrada_invalida(name, str(error)) from None


def _natureza(name: str, value: str) -> Condicao:
    if value not in ("1", "2"):
        raise entrada_invalida(name, "1 (Notas) ou 2 (Registro Civil)")
    return _s.natureza == int(value)


def _validos(name: str, value: str) -> Condicao | None:
    if value not in ("0", "1"):
        raise entrada_invalida(name, "1: só os válidos; 0: todos")
    return _s.vivo if value == "1" else None


_POR_NOME: Final[Mapping[str, Callable[[str, str], Condicao | None]]] = {
    "codigo": lambda _name, value: _s.codigo == "".join(value.split()).upper(),
    "natureza": _natureza,
    "ato": _ato,
    "estado": _um_de(_ESTADOS, _s.estado),
    "origem": _um_de(_ORIGENS, _s.origem),
    "escrevente": lambda _name, value: _s.escrevente == value.strip().lower(),
    "livro": lambda _name, value: _s.livro == normalizar(value),
    "folha": lambda _name, value: _s.folha_inicial == str(normalizar_folha(value)),
    "termo": lambda name, value: _s.termo == _sem_zeros(name, value),
    "matricula": _matricula,
    "identificador": _igual(_s.identificador),
    "de": lambda name, value: _s.dia >= _dia(name, value),
    "ate": lambda name, value: _s.dia <= _dia(name, value),
    "valor_de": lambda name, value: _s.total_centavos >= _centavos(name, value),
    "valor_ate": lambda name, value: _s.total_centavos <= _centavos(name, value),
    "validos": _validos,
}
