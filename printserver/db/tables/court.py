"""Tables of reports to the court, and of notices."""

import sqlalchemy as sa

from printserver.db.columns import json_column, metadata, moment, office_id, row_id, text

outbox = sa.Table(
    "outbox",  # reports to the court, written in the transaction that makes the seal (T1, T2)
    metadata,
    row_id(),
    office_id(),
    sa.Column("codigo", sa.String(25), nullable=False),
    text("tipo", nullable=False),  # ato | retificacao | xa | vinculo
    sa.Column("alvo", sa.String(25)),  # reported before it: the rectified seal, or a vinculo's vinculador
    json_column("carga", nullable=False),
    text("estado", nullable=False),  # pendente | enviando | duvida | aceito | objetado | impossivel
    moment("prazo", nullable=False),  # 24 hours from the act (T1)
    moment("vence_em"),  # due time; null: no automatic step
    sa.Column("tentativas", sa.Integer, nullable=False, server_default="0"),
    text("dono"),
    moment("posse_ate"),
    json_column("erros"),  # the court's objections, in its own words
    sa.Column("comunicacao_id", sa.BigInteger),  # the exchange that returned them
    moment("fim_em"),
    moment("criado_em", nullable=False),
    sa.Index(
        "ix_outbox_vence",
        "serventia_id",
        "vence_em",
        sqlite_where=sa.text("vence_em IS NOT NULL"),
        postgresql_where=sa.text("vence_em IS NOT NULL"),
    ),
    sa.Index(
        "ix_outbox_aberto",
        "serventia_id",
        "prazo",
        sqlite_where=sa.text("fim_em IS NULL"),
        postgresql_where=sa.text("fim_em IS NULL"),
    ),
    sa.Index("ix_outbox_codigo", "serventia_id", "codigo"),
    sa.Index("ix_outbox_alvo", "serventia_id", "alvo"),
    sa.Index("ix_outbox_fim", "serventia_id", "estado", "fim_em"),
)


comunicacao = sa.Table(
    "comunicacao",  # an exchange with the court, as sent and received
    metadata,
    row_id(),
    office_id(),
    text("operacao", nullable=False),  # enviar | consultar | vincular | listar
    text("pedido", nullable=False),
    sa.Column("status", sa.Integer),  # HTTP status; null: no answer
    text("resposta"),
    text("falha"),  # reason for the missing answer
    moment("inicio", nullable=False),
    moment("fim"),  # null: begun, outcome unknown
    sa.Index("ix_comunicacao_inicio", "serventia_id", "inicio"),
)


remetente = sa.Table(
    "remetente",  # the sender of an office, and its circuit breaker
    metadata,
    sa.Column("serventia_id", sa.Integer, sa.ForeignKey("serventia.id"), primary_key=True),
    text("dono"),
    moment("posse_ate"),
    sa.Column("falhas", sa.Integer, nullable=False, server_default="0"),  # consecutive openings of the breaker
    moment("aberto_ate"),  # nothing is sent before it; null: closed
    text("ultima_falha"),
    moment("ultimo_sucesso"),
    moment("pedido_em"),  # a person requested to send the pending reports now
)


aviso = sa.Table(
    "aviso",  # a notice, shown and sent by e-mail, each once
    metadata,
    sa.Column("serventia_id", sa.Integer, sa.ForeignKey("serventia.id"), primary_key=True),
    sa.Column("chave", sa.String(120), primary_key=True),
    text("tipo", nullable=False),  # topic: lote, recusado, prazo-12h …
    text("assunto", nullable=False),
    text("texto", nullable=False),
    moment("quando", nullable=False),
    moment("vence_em"),  # next e-mail attempt; null: sent, or never to be sent
    sa.Column("tentativas", sa.Integer, nullable=False, server_default="0"),
    moment("enviado_em"),
    text("falha"),  # error of the last attempt
    sa.Index("ix_aviso_quando", "serventia_id", "quando"),
)
