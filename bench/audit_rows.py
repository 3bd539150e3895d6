"""Synthetic entries of some years of the log, distributed as in an office. Their chain is not that of real ones."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

FIRST: Final = datetime(2022, 1, 3, 11, tzinfo=UTC)
PER_DAY: Final = 3_000
COLUMNS: Final = (
    *("serventia_id", "n", "evento", "quando", "objeto", "objeto_id", "estado", "quem", "sistema", "endereco"),
    *("detalhe", "prova", "excecao", "hash"),
)
_PEOPLE: Final = tuple(f"pessoa{n:02}" for n in range(40))
PERSON: Final = _PEOPLE[7]
_PROOF: Final = json.dumps({"resumo": dict.fromkeys(("ato", "valor", "assinatura", "lugar"), "0" * 64)})
_KINDS: Final = (
    # weight, objeto, estado, a person acts, detalhe
    (30, "job", "aceito", True, {"documento": "livro:P-1", "paginas": 3}),
    (30, "job", "renderizado", False, {}),
    (30, "job", "entregue", False, {"fila": "notas", "cups_id": 7}),
    (30, "job", "impresso", False, {}),
    (40, "selo", "comunicação pendente", True, {"ato": "ES", "total_centavos": 9512, "job": "0" * 32}),
    (40, "selo", "comunicado", None, {"comunicacao": 1}),
    (6, "balcao", "aguardando", True, {"papel": "AU0371AJ 0979007", "total_centavos": 500}),
    (3, "pessoa", "entrou", True, {}),
    (0.2, "pessoa", "entrada recusada", False, {"texto": "usuário ou senha"}),
    (0.1, "acesso", "recusado", True, {"texto": "Isto cabe a tabelião: peça a quem pode."}),
    (0.2, "fila", "mudada", True, {"antes": "a", "depois": "b"}),
    (0.01, "exportacao", "pedida", True, {"formato": "csv"}),
)
_WEIGHTS: Final = tuple(each[0] for each in _KINDS)


def rows(count: int) -> Iterator[tuple[object, ...]]:
    """Yield `count` entries from number 1001 on: the office has written some of its own."""
    source = random.Random(7)
    for number, (_, objeto, estado, acts, what) in enumerate(source.choices(_KINDS, _WEIGHTS, k=count), 1001):
        who = source.choice(_PEOPLE) if acts else None
        system = "tribunal" if acts is None else "legado" if acts and source.random() < 0.6 else None
        odd = "xa" if objeto == "selo" and acts and source.random() < 0.004 else None
        quando = FIRST + timedelta(days=number // PER_DAY, seconds=number % PER_DAY * 10, microseconds=number % 999)
        yield (
            *(1, number, number if objeto in ("job", "selo") else None, quando, objeto, _id(objeto, number)),
            *(estado, who, system, "10.0.0.7" if acts else None, json.dumps(what)),
            *(_PROOF if estado == "aceito" else None, odd, f"{number:064x}"),
        )


def _id(objeto: str, number: int) -> str:
    if objeto == "job":
        return f"{number // 7:032x}"
    if objeto == "selo":
        return f"9900111ES{number // 2:013}260"
    return _PEOPLE[number % len(_PEOPLE)] if objeto == "pessoa" else "notas" if objeto == "fila" else str(number)
