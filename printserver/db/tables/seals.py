"""Tables of seals and of the counter."""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine.default import DefaultExecutionContext

from printserver.db.columns import flag, json_column, metadata, moment, office_id, row_id, text, unique_where

sequencia = sa.Table(
    "sequencia",
    metadata,
    sa.Column("serventia_id", sa.Integer, sa.ForeignKey("serventia.id"), primary_key=True),
    sa.Column("nome", sa.String(40), primary_key=True),
    sa.Column("proximo", sa.BigInteger, nullable=False),
)


# T5: columns that a search reads, in the order of its result (`search`).
_SEARCHED = (
    *("dia", "id", "ato", "estado", "total_centavos", "escrevente", "externo", "vivo", "natureza", "origem"),
    *("iss_centavos", "isento"),  # columns that are summed
)


def _search(name: str, *first: str) -> sa.Index:
    """Return a covering index that begins with the search column: searches need not read the table."""
    return sa.Index(name, "serventia_id", *first, *(each for each in _SEARCHED if each not in first))


PARTS_OF_CODE: Final = {"numero_fim": slice(18, 22), "codigo_fim": slice(21, 25)}
"""Columns with a part of the row's code: the end of the number before the year, and the end of the whole."""


def _part_of_code(name: str) -> sa.Column[str]:
    """Return a column of `PARTS_OF_CODE`.

    Not an index over an expression: under row-level security PostgreSQL uses none whose function could tell a row.
    """
    part = PARTS_OF_CODE[name]

    def value(context: DefaultExecutionContext) -> str:
        code: str = context.get_current_parameters()["codigo"]  # type: ignore[no-untyped-call]
        return code[part]

    return sa.Column(name, sa.String(part.stop - part.start), nullable=False, default=value)


selo = sa.Table(
    "selo",
    metadata,
    row_id(),
    office_id(),
    sa.Column("codigo", sa.String(25), nullable=False),
    _part_of_code("numero_fim"),
    _part_of_code("codigo_fim"),
    sa.Column("natureza", sa.Integer, nullable=False),
    sa.Column("ato", sa.String(2), nullable=False),
    text("descricao", nullable=False),
    sa.Column("job_id", sa.String(32)),
    sa.Column("documento_id", sa.BigInteger, sa.ForeignKey("documento.id")),
    sa.Column("instrumento_id", sa.BigInteger, sa.ForeignKey("instrumento.id")),
    sa.Column("ordem", sa.Integer, nullable=False, server_default="0"),
    flag("principal"),
    flag("externo"),  # of another program (N13)
    flag("vivo", "1"),  # S11
    sa.Column("vinculador", sa.String(25)),
    sa.Column("retifica", sa.String(25)),
    sa.Column("retificado_por", sa.String(25)),
    text("origem", nullable=False),  # documento | avulso | hibrido | diario | carta | crc
    text("estado", nullable=False),  # T3, towards the court
    moment("comunicado_em"),  # when the court confirmed receipt
    text("identificador", nullable=False),
    moment("momento", nullable=False),  # of the act (S7)
    sa.Column("dia", sa.Date, nullable=False),  # date of `momento`, in the office's time zone
    flag("isento"),
    text("motivo_isencao"),
    text("fundamento"),  # of an isento of Registro Civil (C13, C24)
    json_column("emolumentos", nullable=False),  # the eight components, in centavos
    sa.Column("total_centavos", sa.BigInteger, nullable=False),
    sa.Column("iss_centavos", sa.BigInteger, nullable=False),
    text("registro", nullable=False),
    text("assinatura", nullable=False),
    text("qr_url", nullable=False),
    text("escrevente", nullable=False),
    text("sistema"),
    text("motivo"),
    text("livro"),
    text("folha_inicial"),
    text("termo"),
    sa.Column("matricula", sa.String(32)),  # of a civil registry's assento (C10)
    moment("criado_em", nullable=False),
    sa.UniqueConstraint("serventia_id", "codigo"),
    sa.Index("ix_selo_ordem", "serventia_id", "id"),  # the newest seal, at every print: S7
    sa.Index("ix_selo_job", "serventia_id", "job_id"),
    sa.Index("ix_selo_documento", "serventia_id", "documento_id"),
    sa.Index("ix_selo_livro", "serventia_id", "livro", "folha_inicial"),
    _search("ix_selo_dia"),
    _search("ix_selo_ato", "ato"),
    _search("ix_selo_estado", "estado"),
    _search("ix_selo_total", "total_centavos"),
    _search("ix_selo_escrevente", "escrevente"),
    sa.Index("ix_selo_folha", "serventia_id", "folha_inicial"),
    sa.Index("ix_selo_termo", "serventia_id", "termo"),
    sa.Index("ix_selo_matricula", "serventia_id", "matricula"),
    sa.Index("ix_selo_identificador", "serventia_id", "identificador"),
    sa.Index("ix_selo_vinculador", "serventia_id", "vinculador"),
    sa.Index("ix_selo_fim", "serventia_id", "codigo_fim"),
    sa.Index("ix_selo_numero", "serventia_id", "numero_fim"),
    # an assento has at most one live PV (C12), a seal at most one retificador: the chain is linear (S11)
    unique_where("uq_selo_pv", "serventia_id", "instrumento_id", where="vivo AND ato = 'PV' AND retifica IS NULL"),
    unique_where("uq_selo_retifica", "serventia_id", "retifica", where="retifica IS NOT NULL"),
)


ato_balcao = sa.Table(
    "ato_balcao",  # an act at the counter, with a paper seal, that waits for the day's check (H1, H2)
    metadata,
    row_id(),
    office_id(),
    sa.Column("ato", sa.String(2), nullable=False),
    sa.Column("serie", sa.String(6), nullable=False),
    sa.Column("numero", sa.Integer, nullable=False),
    sa.Column("data", sa.Date, nullable=False),
    flag("isento"),
    text("motivo_isencao"),
    json_column("emolumentos", nullable=False),
    sa.Column("total_centavos", sa.BigInteger, nullable=False),
    text("estado", nullable=False),  # aguardando | carregado | estornado
    sa.Column("codigo", sa.String(25)),
    text("escrevente", nullable=False),
    text("sistema"),
    moment("criado_em", nullable=False),
    json_column("estorno"),  # motivo, quem, quando
    sa.Index("ix_ato_balcao_data", "serventia_id", "data"),
    sa.Index("ix_ato_balcao_estado", "serventia_id", "estado", "data"),
)


selo_papel = sa.Table(
    "selo_papel",  # a numbered paper seal whose use is known: each number only once (S4, R3)
    metadata,
    sa.Column("serventia_id", sa.Integer, sa.ForeignKey("serventia.id"), primary_key=True),
    sa.Column("ato", sa.String(2), primary_key=True),
    sa.Column("serie", sa.String(6), primary_key=True),
    sa.Column("numero", sa.Integer, primary_key=True, autoincrement=False),
    text("estado", nullable=False),  # aguardando | comunicado | inutilizado
    sa.Column("codigo", sa.String(25)),  # null: pending, void, or reported by another program
    sa.Column("data", sa.Date, nullable=False),
    text("motivo"),
    text("quem", nullable=False),
    moment("quando", nullable=False),
    sa.Index("ix_selo_papel_data", "serventia_id", "data"),
)


diario = sa.Table(
    "diario",  # the one seal of a day (D1, D2)
    metadata,
    sa.Column("serventia_id", sa.Integer, sa.ForeignKey("serventia.id"), primary_key=True),
    sa.Column("tipo", sa.String(20), primary_key=True),  # fotocopia | cenad
    sa.Column("dia", sa.Date, primary_key=True),
    sa.Column("codigo", sa.String(25), nullable=False),  # the first seal; the chain leads to the newest
)


pedido_crc = sa.Table(
    "pedido_crc",  # a certidão sent to the national exchange, and its one seal (C9, C22)
    metadata,
    row_id(),
    office_id(),
    text("codigo_hash", nullable=False),
    text("canal", nullable=False),
    text("num_pedido"),
    text("solicitante"),
    sa.Column("resumo", sa.String(64), nullable=False),  # of what was sealed: another body is refused
    json_column("pedido", nullable=False),
    sa.Column("codigo", sa.String(25), nullable=False),  # of the seal
    sa.Column("adicional_centavos", sa.BigInteger, nullable=False),
    text("estado", nullable=False),  # selada | enviada | falhou | recusada
    text("retorno"),
    text("xml"),  # the files as first written: given again byte for byte
    text("texto"),
    text("escrevente", nullable=False),
    moment("criado_em", nullable=False),
    moment("mudou_em", nullable=False),
    sa.UniqueConstraint("serventia_id", "codigo_hash"),
    sa.Index("ix_pedido_crc_estado", "serventia_id", "estado"),
)
