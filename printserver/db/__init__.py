"""The database: all tables, and the read and write connections. No business rules.

Every table has a `serventia`, and every unique index begins with it. Money is whole centavos, times are UTC.
SQLite (WAL, synchronous=FULL) by default, PostgreSQL by URL; the migrations create the schema.
"""

from printserver.db.columns import Moment, metadata, this_row
from printserver.db.engine import Database, as_meant, as_stored, count, lost_a_race
from printserver.db.statements import delete, find_row, find_rows, insert, insert_or_ignore, update
from printserver.db.tables.copies import copia, copia_chave, ensaio, restauracao
from printserver.db.tables.court import aviso, comunicacao, outbox, remetente
from printserver.db.tables.documents import (
    corpo,
    documento,
    folha_lado,
    formato,
    formato_versao,
    instrumento,
    modelo,
    modelo_arquivo,
    nome,
    palavra,
)
from printserver.db.tables.incidents import incidente
from printserver.db.tables.jobs import citacao, idempotencia, job, pagina, pergunta, retirada
from printserver.db.tables.office import cadeia, chave_api, fechamento, log, pessoa, serventia, sessao, tabela_guardada
from printserver.db.tables.queues import fila, papel, papel_lote, tentativa, vigia
from printserver.db.tables.seals import (
    PARTS_OF_CODE,
    ato_balcao,
    diario,
    pedido_crc,
    selo,
    selo_papel,
    sequencia,
)
from printserver.db.upgrade import open_database, schema_of
from printserver.db.witness import HEAD

__all__ = [
    "HEAD",
    "PARTS_OF_CODE",
    "Database",
    "Moment",
    "as_meant",
    "as_stored",
    "ato_balcao",
    "aviso",
    "cadeia",
    "chave_api",
    "citacao",
    "comunicacao",
    "copia",
    "copia_chave",
    "corpo",
    "count",
    "delete",
    "diario",
    "documento",
    "ensaio",
    "fechamento",
    "fila",
    "find_row",
    "find_rows",
    "folha_lado",
    "formato",
    "formato_versao",
    "idempotencia",
    "incidente",
    "insert",
    "insert_or_ignore",
    "instrumento",
    "job",
    "log",
    "lost_a_race",
    "metadata",
    "modelo",
    "modelo_arquivo",
    "nome",
    "open_database",
    "outbox",
    "pagina",
    "palavra",
    "papel",
    "papel_lote",
    "pedido_crc",
    "pergunta",
    "pessoa",
    "remetente",
    "restauracao",
    "retirada",
    "schema_of",
    "selo",
    "selo_papel",
    "sequencia",
    "serventia",
    "sessao",
    "sqlite",
    "tabela_guardada",
    "tentativa",
    "this_row",
    "update",
    "upgrade",
    "vigia",
    "walls",
]
