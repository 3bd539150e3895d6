"""A million synthetic seals, distributed as in an office after some years."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from printserver import db

COLUMNS: Final = (
    *("serventia_id", "codigo", "natureza", "ato", "descricao", "ordem", "principal", "externo", "vivo"),
    *("retificado_por", "origem", "estado", "comunicado_em", "identificador", "momento", "dia", "isento"),
    *("emolumentos", "total_centavos", "iss_centavos", "registro", "assinatura", "qr_url", "escrevente", "livro"),
    *("folha_inicial", "termo", "matricula", "criado_em", "job_id", *db.PARTS_OF_CODE),
)
FIRST_DAY: Final = date(2022, 1, 3)
PER_DAY: Final = 700
PENDING: Final = 300  # the newest, not yet reported to the court
REFUSED: Final = {517: "aguardando retificação", 518: "falha"}  # of every 5,000
EXCLUDED, RECTIFIED = 10, 23  # of every 1,000, the second with the first
_ATOS: Final = ("CE",) * 40 + ("AU",) * 25 + ("TR",) * 12 + ("ES",) * 9 + ("AF",) * 8 + ("PV",) * 6
_PEOPLE: Final = ("maria", "joao", "ana", "pedro", "rui", "tereza", "luis", "clara", "bia", "caio")
_ENDS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SIGNATURE: Final = "k" * 344  # as long as a real one
_PARTS: Final = ("tabeliao", "estado", "secretaria_fazenda", "santa_casa", "registro_civil", "tribunal_justica")


def _fees(value: int) -> str:
    return json.dumps(dict.fromkeys(_PARTS, value) | {"iss": value // 2, "ministerio_publico": 0})


_VALUES: Final = tuple(map(_fees, range(900)))  # as in a table of fees: few values, many seals


def job_id(n: int) -> str:
    """Return the id of the print number `n`."""
    return f"{n:032x}"


def rows(count: int, jobs: int = 0) -> Iterator[tuple[object, ...]]:
    """Yield `count` seals in the order of `COLUMNS`, oldest first; two of every five belong to one of `jobs` prints."""
    for n in range(count):
        ato = _ATOS[n * 37 % 100]
        code, fate = f"9900112{ato}{n:013}26{_ENDS[n * 7 % 36]}", n % 1000
        civil, deed = ato in ("CE", "PV") and n % 3 == 0, ato in ("ES", "TR")
        livro, folha, termo = n // 400 + 1, n // 2 % 200 + 1, n // 3 + 1
        matricula = f"12345601552020{n % 3 + 1}{livro:05}{folha:03}{termo:07}53" if civil else None
        name = matricula or f"P-2026-{n:07}"
        value = 100 + n * 7919 % 800 if fate >= RECTIFIED and n % 11 else 0
        total, iss = value * 6 + value // 2, value // 2
        day = FIRST_DAY + timedelta(days=n // PER_DAY)
        moment, state = f"{day} 14:30:00.000000", _state(n, count)
        yield (
            *(1, code, 2 if civil else 1, ato, "Certidão de inteiro teor", 0, n % 2 == 0, False, fate >= RECTIFIED),
            *(None if fate >= RECTIFIED else f"{code[:-1]}Z", "hibrido" if ato == "AU" else "documento", state),
            *(None if state == "comunicação pendente" else moment, name, moment, str(day), not value, _VALUES[value]),
            *(total, iss, f"{code}|{name}|0|A.B|202601021430000|{total}|{_SIGNATURE}", _SIGNATURE),
            *(f"https://selodigital.tjsp.jus.br/?r={code}%7C{total}%7C{iss}%7C{_SIGNATURE}", _PEOPLE[n * 13 % 10]),
            *(str(livro) if civil or deed else None, str(folha) if civil or deed else None),
            *(str(termo) if civil else None, matricula, moment),
            job_id(n // 5) if n % 5 < 2 and n // 5 < jobs else None,
            *(code[part] for part in db.PARTS_OF_CODE.values()),
        )


def _state(n: int, count: int) -> str:
    fate = n % 1000
    if fate < RECTIFIED:
        return "excluído" if fate < EXCLUDED else "retificado"
    return "comunicação pendente" if n >= count - PENDING else REFUSED.get(n % 5000, "comunicado")
