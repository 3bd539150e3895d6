"""The columns of an export (T5): names in CSV, headings in a workbook, values.

A comparison accepts both names and headings.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from printserver.clock import local
from printserver.common.text import unaccented
from printserver.search.results import SearchRow
from printserver.selo import COMPONENTS, LABELS, from_centavos, group_digits, matricula_digits

# A text, a truth value, a day, a local time in São Paulo (naive), or an amount of money in reais.
Cell = str | bool | date | datetime | Decimal | None

# The name of each column in CSV, and its heading in a workbook, in the workbook's order.
HEADINGS: Final[Mapping[str, str]] = {
    "codigo": "Selo",
    "natureza": "Natureza",
    "ato": "Ato",
    "descricao": "Descrição",
    "data": "Data do ato",
    "momento": "Data e hora",
    "estado": "Situação",
    "comunicado_em": "Comunicado em",
    "valido": "Válido",
    "isento": "Isento",
    "motivo_isencao": "Motivo da isenção",
    **{f"emolumentos_{nome}": f"Emolumentos: {LABELS[nome]}" for nome in COMPONENTS},
    "total": "Total",
    "livro": "Livro",
    "folha": "Folha",
    "termo": "Termo",
    "matricula": "Matrícula",
    "identificador": "Identificador",
    "vinculador": "Selo vinculador",
    "retifica": "Selo retificado",
    "retificado_por": "Retificado por",
    "origem": "Origem",
    "escrevente": "Escrevente",
    "escrevente_nome": "Nome do escrevente",
    "sistema": "Sistema",
    "trabalho": "Trabalho",
}
# The columns that came after the first CSV, in the order in which they came.
_LATER: Final = ("escrevente_nome",)
# In CSV a column keeps its position: those of `_LATER` are at the end.
CSV_ORDER: Final = (*(nome for nome in HEADINGS if nome not in _LATER), *_LATER)


def plain_name(heading: str) -> str:
    """Return the heading of a column without capitals, accents and signs: *Data do ato* is `data_do_ato`."""
    return re.sub(r"[^a-z0-9]+", "_", unaccented(heading)).strip("_")


# The heading of a column in a workbook saved as CSV: `estado` is the seal's, never a component.
READ_AS: Final[Mapping[str, str]] = {plain_name(cabecalho): nome for nome, cabecalho in HEADINGS.items()}


def _field(name: str) -> Callable[[SearchRow], Cell]:
    return lambda row: row[name]


def _local_time(name: str) -> Callable[[SearchRow], Cell]:
    return lambda row: row[name] and local(row[name]).replace(tzinfo=None, microsecond=0)


def _component(name: str) -> Callable[[SearchRow], Cell]:
    return lambda row: from_centavos(row["emolumentos"][name])


def _in_groups(name: str) -> Callable[[SearchRow], Cell]:
    """Return a reader of a matrícula in its written groups; a spreadsheet would round 32 consecutive digits."""

    def read(row: SearchRow) -> Cell:
        try:
            return group_digits(matricula_digits(row[name] or ""))
        except ValueError:
            return str(row[name]) if row[name] else None

    return read


# The reader of each column's value from a seal's row; the caller adds `escrevente_nome` to the row.
READERS: Final[Mapping[str, Callable[[SearchRow], Cell]]] = {
    **{nome: _field(nome) for nome in HEADINGS},
    "natureza": lambda row: str(row["natureza"]),
    "data": _field("dia"),
    "momento": _local_time("momento"),
    "comunicado_em": _local_time("comunicado_em"),
    "valido": _field("vivo"),
    **{f"emolumentos_{nome}": _component(nome) for nome in COMPONENTS},
    "total": lambda row: from_centavos(row["total_centavos"]),
    "folha": _field("folha_inicial"),
    "matricula": _in_groups("matricula"),
    "identificador": _in_groups("identificador"),
    "trabalho": _field("job_id"),
}
