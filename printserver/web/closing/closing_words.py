"""The figures of a closing in plain Portuguese: rows with their labels, and what changed since a signature."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from printserver import closing, documents
from printserver.closing import FREE, QUANTITY, TOTAL, Difference, Figures, Table
from printserver.common.text import capitalized
from printserver.selo import COMPONENTS, LABELS
from printserver.web import words
from printserver.web.audit.log_words import EXCEPTIONS
from printserver.web.civil.records import FUNDAMENTOS
from printserver.web.context import office, person_name
from printserver.web.seals import seal_words

PENDING: Final[Mapping[str, str]] = {
    "sem_carga": "Atos do balcão sem carga",
    "pergunta": "Perguntas sem resposta",
    "incerto": "Impressões incertas",
    "pendente": "Selos que o tribunal ainda não confirmou",
    "recusado": "Selos recusados pelo tribunal",
}
_ORIGINS: Final[Mapping[str, str]] = {"hibrido": "Balcão (selos de papel)", "diario": "Selos do dia"}
_NUMBERS: Final[Mapping[str, str]] = {
    QUANTITY: "quantidade",
    FREE: "isentos",
    TOTAL: "total dos selos",
    **LABELS,
    "sairam": "folhas que saíram do estoque",
    "inutilizadas": "folhas inutilizadas",
    "faltam": "números que faltam",
    "usados": "usados",
    "inutilizados": "inutilizados",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table, as shown: its key in words, and its numbers."""

    rotulos: Sequence[str]
    numeros: Counter[str]


@dataclass(frozen=True, slots=True)
class Changed:
    """A difference since the signature, in words."""

    texto: str
    antes: str
    depois: str


def rows(figures: Figures, table: str) -> list[Row]:
    """Return the rows of a table, in the order of their words."""
    found: Table = getattr(figures, table)
    return sorted(
        (Row(_KEYS[table](*key), numbers) for key, numbers in found.items()), key=lambda row: tuple(row.rotulos)
    )


def exception(kind: str) -> str:
    """Return the name of a class of exceptions (A4)."""
    return capitalized(EXCEPTIONS.get(kind, kind))


def person(nome: str) -> str:
    """Return the name of who did something: a person, or a program by its key."""
    if nome.startswith("sistema:"):
        return f"programa {nome.removeprefix('sistema:')}"
    return person_name(nome) or "o servidor"


def signed_money(centavos: int) -> str:
    """Return a difference of money with its sign: `+ R$ 1,00`."""
    sign = "" if centavos == 0 else "+ " if centavos > 0 else "− "
    return sign + words.reais(abs(centavos))


def hints(figures: Figures, missing: int) -> list[str]:
    """Return what the difference between till and sum is equal to: a part of the day that one of them may lack."""
    size = abs(missing)
    parts = [
        ("o ISS das fotocópias, que fica fora do total dos selos", figures.iss_a_parte),
        ("os atos do balcão que esperam a carga", figures.number("sem_carga", TOTAL)),
        *((f"a parcela {LABELS[name]}", value) for name, value in figures.parcelas.items()),
        *((f"o total de {row.rotulos[0]}", row.numeros[TOTAL]) for row in rows(figures, "atos")),
        *((f"o total de {row.rotulos[0]}", row.numeros[TOTAL]) for row in rows(figures, "origens")),
    ]
    return [text for text, value in parts if size and value == size]


def changes(before: Figures, now: Figures) -> tuple[list[Changed], list[Changed]]:
    """Return what differs from the figures that were signed, in words: what changes them, and what only went on."""
    differences = closing.compare(before, now)
    found = [Changed("Soma do dia", words.reais(before.soma), words.reais(now.soma))] if before.soma != now.soma else []
    found += [_changed(each) for each in differences if not each.quiet and _is_told(each)]
    for name, old in before.parcelas.items():
        if old != now.parcelas[name]:
            found.append(Changed(f"Parcela {LABELS[name]}", words.reais(old), words.reais(now.parcelas[name])))
    return found, [_changed(each) for each in differences if each.quiet and _is_told(each)]


def _is_told(each: Difference) -> bool:
    """Return whether a difference is told by itself: not the same acts once more, nor the components of each ato."""
    return each.tabela not in ("origens", "conferencia") and each.nome not in COMPONENTS


def _changed(each: Difference) -> Changed:
    key = _KEYS[each.tabela](*each.chave)
    said = (words.reais(each.antes), words.reais(each.depois)) if each.nome == TOTAL else (each.antes, each.depois)
    return Changed(f"{_TABLES[each.tabela]}, {', '.join(key)}: {_NUMBERS[each.nome]}", *map(str, said))


def _ato(natureza: str, code: str) -> tuple[str, ...]:
    kind = office().atos.get(code, int(natureza))
    return (f"{code} · {kind.descricao}" if kind else code,)


def _free(natureza: str, code: str, fundamento: str, reason: str) -> tuple[str, ...]:
    why = FUNDAMENTOS.get(fundamento, fundamento) if fundamento else reason
    return (*_ato(natureza, code), why or "sem motivo dado")


def _key_of_kind(kind: str, *_state: str) -> tuple[str, ...]:
    return (_kind(kind), *(words.STATES[each].palavra for each in _state if each in words.STATES))


def _kind(word: str) -> str:
    return documents.KINDS[word].name if word in documents.KINDS else word


def _sheets(queue: str, series: str) -> tuple[str, ...]:
    return (f"fila {queue}" if queue else "número dado no pedido", series or "só algarismos")


_KEYS: Final[Mapping[str, Callable[..., tuple[str, ...]]]] = {
    "atos": _ato,
    "sem_carga": _ato,
    "origens": lambda nome: (_ORIGINS.get(nome) or capitalized(seal_words.origin(nome)),),
    "isentos": _free,
    "impressoes": _key_of_kind,
    "excecoes": lambda kind, who: (person(who), exception(kind)),
    "papel": _sheets,
    "selos_de_papel": lambda ato, serie: (f"{ato}{serie}",),
    "pendencias": lambda kind: (PENDING.get(kind, kind),),
    "conferencia": lambda _: ("balcão",),
}
_TABLES: Final[Mapping[str, str]] = {
    "atos": "Selos",
    "sem_carga": "Balcão sem carga",
    "isentos": "Isentos",
    "impressoes": "Impressões",
    "excecoes": "Exceções",
    "papel": "Papel numerado",
    "selos_de_papel": "Selos de papel",
    "pendencias": "Pendências",
}
