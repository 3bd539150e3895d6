"""Synthetic prints of some years, with their documents, names and words, distributed as in an office."""

import json
import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Final

from printserver.common.text import search_words

FIRST_DAY: Final = date(2022, 1, 3)
PER_DAY: Final = 160
_KINDS: Final = (
    "livro",
    "traslado",
    "traslado",
    "certidao",
    "certidao",
    "certidao",
    "ficha_abertura",
    "ficha_abertura",
)
_COMMON: Final = ("silva", "santos", "souza", "oliveira", "pereira", "lima", "costa", "rodrigues", "almeida", "araujo")
_GIVEN: Final = ("maria", "jose", "ana", "joao", "antonio", "francisca", "carlos", "paulo", "adriana", "marcia")
_TITLES: Final = ("Escritura de venda e compra", "Escritura de doação", "Procuração", "Escritura de inventário")
_SYLLABLES: Final = ("ba", "co", "du", "fe", "gi", "lo", "mu", "na", "pe", "qui", "ri", "so", "ta", "ve", "xa", "ze")
_BODY: Final = json.dumps({"dados": {"texto": "x" * 2500}})
_REQUEST: Final = json.dumps({"tipo": "livro", "partes": ["x" * 60] * 12})

_Table = tuple[str, Sequence[str], Iterable[Sequence[object]]]


def tables(count: int) -> Iterator[_Table]:
    """Yield tables in the order in which they are filled: name, columns, rows."""
    made = [(n, *_document(n)) for n in range(1, count + 1)]
    yield "instrumento", ("id", "serventia_id", "chave"), [(n, 1, f"P-2024-{n:07}") for n in range(1, count + 1)]
    yield (
        "documento",
        ("id", "serventia_id", "instrumento_id", "tipo", "chave"),
        [(n, 1, n, kind, f"{kind}:{n}") for n, kind, _, _ in made],
    )
    yield (
        "job",
        (
            *("n", "id", "serventia_id", "documento_id", "instrumento_id", "tipo", "estado", "encerrado", "viva"),
            *("pedido", "campos", "escrevente", "resumo", "formato", "formato_versao", "composicao", "layout"),
            *("paginas", "avisos", "livro", "folha", "fila", "copias", "criado_em"),
        ),
        (_job(n, kind) for n, kind, _, _ in made),
    )
    yield (
        "nome",
        ("serventia_id", "documento_id", "titulo", "partes", "desde"),
        (
            (1, n, title, json.dumps([{"nome": nome, "qualidade": None} for nome in persons]), _moment(n))
            for n, _, title, persons in made
        ),
    )
    yield ("palavra", ("serventia_id", "palavra", "documento_id", "pessoal"), _words(made))


def _document(n: int) -> tuple[str, str | None, list[str]]:
    source = random.Random(n)
    kind = source.choice(_KINDS)
    title = None if kind == "ficha_abertura" else source.choice(_TITLES)
    return kind, title, [_person(source) for _ in range(1 if kind == "ficha_abertura" else source.choice((2, 2, 4)))]


def _person(source: random.Random) -> str:
    rare = "".join(source.choices(_SYLLABLES, k=3))
    last = source.choice(_COMMON) if source.random() < 0.6 else rare
    return f"{source.choice(_GIVEN)} {rare if source.random() < 0.5 else source.choice(_COMMON)} {last}".title()


def _words(made: Iterable[tuple[int, str, str | None, list[str]]]) -> Iterator[Sequence[object]]:
    for n, kind, title, persons in made:
        kept = search_words(f"{kind.replace('_', ' ')} P-2024-{n:07} {n // 400 + 1}")
        personal = search_words(" ".join((title or "", *persons))) - kept
        yield from ((1, word, n, False) for word in sorted(kept))
        yield from ((1, word, n, True) for word in sorted(personal))


def _job(n: int, kind: str) -> Sequence[object]:
    fields = {
        "tipo": kind,
        "instrumento": f"P-2024-{n:07}",
        "livro": str(n // 400 + 1),
        "folha_inicial": str(n // 2 % 200 + 1),
        "natureza": 1,
    }
    state = "falhou" if n % 977 == 0 else "incerto" if n % 1511 == 0 else "impresso"
    return (
        *(n, f"{n:032x}", 1, n, n, kind, state, True, kind != "ficha_abertura", _REQUEST, json.dumps(fields), "maria"),
        *("0" * 64, "padrao", "1", _BODY, "0" * 64, 2, "[]", fields["livro"], fields["folha_inicial"], "notas", 1),
        _moment(n),
    )


def _moment(n: int) -> str:
    return f"{FIRST_DAY + timedelta(days=n // PER_DAY)} 14:30:{n % PER_DAY % 60:02}.000000"
