"""Tables of what is sent to the court, and of notices."""

import sqlalchemy as sa

from printserver.db.columns import json_column, metadata, moment, office_id, row_id, text

outbox = sa.Table(
    "outbox",  # what the court is to be told, written in the transaction that makes the seal (T1, T2)
    metadata,
    row_id(),
    office_id(),
    sa.Column("codigo", sa.String(25), nullable=False),
    text("tipo", nullable=False),  # ato | retificacao | xa | vinculo
    sa.Column("alvo", sa.String(25)),  # what goes before it: the seal rectified, of a vinculo its vinculador
    json_column("carga", nullable=False),
    text("estado", nullable=False),  # pendente | enviando | duvida | aceito | objetado | impossivel
    moment("prazo", nullable=False),  # 24 hours from the act (T1)
    moment("vence_em"),  # due; null where only a person or nothing moves it
    sa.Column("tentativas", sa.Integer, nullable=False, server_default="0"),
    text("dono"),
    moment("posse_ate"),
    json_column("erros"),  # what the court objected to, in its words
    sa.Column("comunicacao_id", sa.BigInteger),  # the exchange that said so
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
    "comunicacao",  # an exchange with the court, as it went over the wire
    metadata,
    row_id(),
    office_id(),
    text("operacao", nullable=False),  # enviar | consultar | vincular | listar
    text("pedido", nullable=False),
    sa.Column("status", sa.Integer),  # of HTTP; null: no answer came
    text("resposta"),
    text("falha"),  # why no answer came
    moment("inicio", nullable=False),
    moment("fim"),  # null: begun, and not known how it ended
    sa.Index("ix_comunicacao_inicio", "serventia_id", "inicio"),
)


remetente = sa.Table(
    "remetente",  # the one that sends to the court for an office, and its circuit breaker
    metadata,
    sa.Column("serventia_id", sa.Integer, sa.ForeignKey("serventia.id"), primary_key=True),
    text("dono"),
    moment("posse_ate"),
    sa.Column("falhas", sa.Integer, nullable=False, server_default="0"),  # openings of the breaker in a row
    moment("aberto_ate"),  # nothing is sent before; null: closed
    text("ultima_falha"),
    moment("ultimo_sucesso"),
    moment("pedido_em"),  # a person asked that what is pending go now
)


aviso = sa.Table(
    "aviso",  # a notice, shown and sent by e-mail: each once
    metadata,
    sa.Column("serventia_id", sa.Integer, sa.ForeignKey("serventia.id"), primary_key=True),
    sa.Column("chave", sa.String(120), primary_key=True),
    text("tipo", nullable=False),  # what it is of: lote, recusado, prazo-12h …
    text("assunto", nullable=False),
    text("texto", nullable=False),
    moment("quando", nullable=False),
    moment("vence_em"),  # to go by e-mail; null: it went, or does not go
    sa.Column("tentativas", sa.Integer, nullable=False, server_default="0"),
    moment("enviado_em"),
    text("falha"),  # why the last try did not go
    sa.Index("ix_aviso_quando", "serventia_id", "quando"),
)
