"""The columns of an export (T5): their names in CSV, their heads in a workbook, what stands in them.

A comparison reads both names and heads.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from printserver.clock import local
from printserver.search.results import Linha
from printserver.selo import COMPONENTES, ROTULOS, de_centavos, ler_matricula

# A text, a truth value, a day, a time in São Paulo (naive), or a sum of money in reais.
Celula = str | bool | date | datetime | Decimal | None

# The name of each column in CSV, and its head in a workbook, in the order in which a workbook has them.
CABECALHOS: Final[Mapping[str, str]] = {
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
    **{f"emolumentos_{nome}": f"Emolumentos: {ROTULOS[nome]}" for nome in COMPONENTES},
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
# Of a CSV a column keeps its place: a new one goes to the end.
NO_CSV: Final = (*(nome for nome in CABECALHOS if nome != "escrevente_nome"), "escrevente_nome")


def simples(cabecalho: str) -> str:
    """Return the head of a column without capitals, accents and signs: *Data do ato* is `data_do_ato`."""
    partes = unicodedata.normalize("NFD", cabecalho.strip().casefold())
    sem_acentos = "".join(letra for letra in partes if not unicodedata.combining(letra))
    return re.sub(r"[^a-z0-9]+", "_", sem_acentos).strip("_")


# What stands over a column of a workbook that was saved as CSV: `estado` stays the seal's, never a component.
LIDOS_COMO: Final[Mapping[str, str]] = {simples(cabecalho): nome for nome, cabecalho in CABECALHOS.items()}


def _campo(name: str) -> Callable[[Linha], Celula]:
    return lambda row: row[name]


def _quando(name: str) -> Callable[[Linha], Celula]:
    return lambda row: row[name] and local(row[name]).replace(tzinfo=None, microsecond=0)


def _componente(name: str) -> Callable[[Linha], Celula]:
    return lambda row: de_centavos(row["emolumentos"][name])


def _em_grupos(name: str) -> Callable[[Linha], Celula]:
    """Read a matrícula in the groups in which it is written; a spreadsheet would round 32 digits in a row."""

    def read(row: Linha) -> Celula:
        try:
            m = ler_matricula(row[name] or "")
        except ValueError:
            return str(row[name]) if row[name] else None
        return " ".join((m.cns, m.acervo, m.servico, m.ano, m.tipo_do_livro, m.livro, m.folha, m.termo, str(m)[-2:]))

    return read


# What stands in each column for the row of a seal; `escrevente_nome` is a part of the row that the caller adds.
LEITURA: Final[Mapping[str, Callable[[Linha], Celula]]] = {
    **{nome: _campo(nome) for nome in CABECALHOS},
    "natureza": lambda row: str(row["natureza"]),
    "data": _campo("dia"),
    "momento": _quando("momento"),
    "comunicado_em": _quando("comunicado_em"),
    "valido": _campo("vivo"),
    **{f"emolumentos_{nome}": _componente(nome) for nome in COMPONENTES},
    "total": lambda row: de_centavos(row["total_centavos"]),
    "folha": _campo("folha_inicial"),
    "matricula": _em_grupos("matricula"),
    "identificador": _em_grupos("identificador"),
    "trabalho": _campo("job_id"),
}
