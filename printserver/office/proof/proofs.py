"""Evidence about a row in the log, for later verification (A6).

For constant columns: a SHA-256 of each group of columns, `resumo`. For columns that change: the new value at each
change, `mudou`; the state is that of the log entry itself. Code that writes such a column must log it in the same
transaction.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Final

import sqlalchemy as sa

from printserver import db
from printserver.common.data import JsonObject, JsonView

_encode: Final = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class LogRow:
    """How the rows of a table are compared with the log: groups of constant columns, and changing columns with their
    initial values.

    `chave` is the column that the log's `objeto_id` refers to; `numbered`: several rows share it, and the log has their
    numbers. `nome` is their Portuguese name.

    A group never changes: the log entries of every office hold its digest. A column that a migration adds gets a group
    of its own, named in `later` with the values that the migration gave to the existing rows; those rows are compared
    with these values. A column that changes needs no group: `changes_with` is the value of the migration. A column with
    a part of the key needs none either: `parts`.
    """

    objeto: str
    nome: str
    tabela: sa.Table
    chave: str
    groups: Mapping[str, tuple[str, ...]]
    changes_with: JsonView
    numbered: bool = False
    later: Mapping[str, JsonView] = field(default_factory=dict)
    parts: Mapping[str, slice] = field(default_factory=dict)


SELO: Final = LogRow(
    "selo",
    "o selo",
    db.selo,
    "codigo",
    {
        "ato": (
            *("codigo", "natureza", "ato", "descricao", "identificador", "momento", "dia", "motivo"),
            *("escrevente", "sistema", "criado_em", "origem", "externo"),
        ),
        "valor": ("isento", "motivo_isencao", "fundamento", "emolumentos", "total_centavos", "iss_centavos"),
        "assinatura": ("registro", "assinatura", "qr_url"),
        "lugar": (
            *("job_id", "documento_id", "instrumento_id", "ordem", "principal", "retifica"),
            *("livro", "folha_inicial", "termo", "matricula"),
        ),
    },
    {"vivo": True, "vinculador": None, "retificado_por": None, "comunicado_em": None},
    parts=db.PARTS_OF_CODE,
)

JOB: Final = LogRow(
    "job",
    "o trabalho",
    db.job,
    "id",
    {
        "pedido": (
            *("id", "documento_id", "instrumento_id", "tipo", "imprimir", "pedido", "campos", "instrumento_fixado"),
            *("escrevente", "subscritor", "chave_id", "sistema", "resumo", "substitui", "livro", "folha"),
            *("copias", "faces", "criado_em", "valor"),
        ),
        "página": (*("formato", "formato_versao", "composicao", "carimbo", "layout", "paginas", "qr_selo", "qr_url"),),
        "avisos": ("avisos",),
    },
    {
        "viva": False,
        "desatualizado": False,
        "substituido_por": None,
        "removido_em": None,
        "pdf_sha256": None,
        "fila": None,
        "bandeja": None,
    },
)

QUESTION: Final = LogRow(
    "pergunta",
    "a pergunta do trabalho",
    db.pergunta,
    "job_id",
    {
        "pergunta": (
            *("job_id", "documento_id", "tipo", "texto", "selos", "atinge", "xa_ate", "alternativas"),
            *("aberta_em", "expira_em"),
        ),
        "resposta": ("resposta",),
    },
    {},
    numbered=True,
)


def evidence(linha: LogRow, row: JsonView, *groups: str, **changed: Any) -> JsonObject:
    """Return the evidence for a log entry: the digests of `groups` (default: all), and the values `changed`."""
    return {"resumo": digests(linha, row, *groups)} | (change_proof(**changed) if changed else {})


def change_proof(**changed: Any) -> JsonObject:
    """Return the evidence for changed columns."""
    return {"mudou": {name: canonical_json(value) for name, value in changed.items()}}


def later_digests(linha: LogRow) -> dict[str, str]:
    """Return the SHA-256 of the groups that came `later`, as they are for the rows made before."""
    return {group: digests(linha, values, group)[group] for group, values in linha.later.items()}


def digests(linha: LogRow, row: JsonView, *groups: str) -> dict[str, str]:
    """Return the SHA-256 of each group of columns of a row: of `groups`, or of all."""
    found = {}
    for group in groups or linha.groups:
        values = [[name, _plain(row[name])] for name in linha.groups[group]]
        found[group] = hashlib.sha256(_encode(values).encode()).hexdigest()
    return found


def _plain(value: Any) -> Any:
    """Return `canonical_json` of a value that is encoded at once, in which a tuple and a list are the same."""
    return value if isinstance(value, dict | list | tuple) else canonical_json(value)


def canonical_json(value: Any) -> Any:
    """Return a column's value as JSON, identical before writing and after reading, on every database."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict | list | tuple):
        return json.loads(json.dumps(value))  # keys become str, tuples become lists
    return repr(value) if isinstance(value, bytes) else value
