"""The database: all tables, and the read and write connections. No business rules.

Every table has a `serventia`, and every unique index begins with it. Money is whole centavos, times are UTC.
SQLite (WAL, synchronous=FULL) by default, PostgreSQL by URL; the migrations create the schema.
"""

from printserver.db.columns import Moment, metadata
from printserver.db.engine import Database, as_meant, as_stored, count, insert_or_ignore, lost_a_race
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
from printserver.db.tables.jobs import citacao, idempotencia, job, pagina, pergunta, retirada
from printserver.db.tables.office import cadeia, chave_api, fechamento, log, pessoa, serventia, sessao, tabela_guardada
from printserver.db.tables.queues import fila, papel, papel_lote, tentativa, vigia
from printserver.db.tables.seals import (
    CODE_END,
    NUMBER_END,
    ato_balcao,
    diario,
    pedido_crc,
    selo,
    selo_papel,
    sequencia,
)
from printserver.db.upgrade import open_database
from printserver.db.witness import HEAD

__all__ = [
    "CODE_END",
    "HEAD",
    "NUMBER_END",
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
    "corpo",
    "count",
    "diario",
    "documento",
    "fechamento",
    "fila",
    "folha_lado",
    "formato",
    "formato_versao",
    "idempotencia",
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
    "retirada",
    "selo",
    "selo_papel",
    "sequencia",
    "serventia",
    "sessao",
    "sqlite",
    "tabela_guardada",
    "tentativa",
    "upgrade",
    "vigia",
]
