"""Tables of jobs, idempotency keys and questions."""

import sqlalchemy as sa

from printserver.db.columns import BigId, flag, json_column, metadata, moment, office_id, row_id, text, unique_where

job = sa.Table(
    "job",
    metadata,
    sa.Column("n", BigId, primary_key=True, autoincrement=True),  # order of acceptance
    sa.Column("id", sa.String(32), nullable=False),
    office_id(),
    sa.Column("documento_id", sa.BigInteger, sa.ForeignKey("documento.id"), nullable=False),
    sa.Column("instrumento_id", sa.BigInteger, sa.ForeignKey("instrumento.id")),
    text("tipo", nullable=False),
    text("estado", nullable=False),
    flag("encerrado"),
    flag("viva"),  # has live seals: at most one such print per document (X1)
    flag("imprimir", "1"),
    flag("desatualizado"),  # shows a seal of the livro that is no longer live (X6)
    # the request and its author
    json_column("pedido", nullable=False),  # the request, its body by hash
    json_column("campos", nullable=False),  # `documento` as the contract's job shows it
    text("escrevente", nullable=False),
    text("subscritor"),
    sa.Column("chave_id", sa.BigInteger, sa.ForeignKey("chave_api.id")),
    text("sistema"),
    sa.Column("resumo", sa.String(64), nullable=False),  # of the request: the same body returns the same question (X1)
    # layout and stamp
    text("formato", nullable=False),
    text("formato_versao", nullable=False),
    json_column("composicao", nullable=False),
    json_column("carimbo"),
    sa.Column("layout", sa.String(64), nullable=False),
    sa.Column("paginas", sa.Integer, nullable=False),
    sa.Column("pdf_sha256", sa.String(64)),
    json_column("instrumento_fixado"),  # of a livro: the source of its copies (N8)
    json_column("valor"),  # of Registro Civil: how the value was made up (C4)
    text("qr_selo"),
    text("qr_url"),
    json_column("avisos", nullable=False),
    text("substitui"),
    sa.Column("substituido_por", sa.String(32)),  # the job that replaced this print (X8)
    text("livro"),  # normalised, for searching
    text("folha"),
    # destination
    text("fila", nullable=False),
    sa.Column("copias", sa.Integer, nullable=False),
    text("bandeja"),
    text("faces"),
    json_column("cups"),
    # for the engine
    moment("vence_em"),  # due time; null: no automatic step
    text("dono"),
    moment("posse_ate"),
    sa.Column("falhas", sa.Integer, nullable=False, server_default="0"),
    moment("criado_em", nullable=False),
    moment("removido_em"),  # its text and PDF were removed after their term (A3); null: they are kept
    sa.UniqueConstraint("serventia_id", "id"),
    unique_where("uq_job_viva", "serventia_id", "documento_id", where="viva"),
    sa.Index(
        "ix_job_vence",
        "serventia_id",
        "vence_em",
        sqlite_where=sa.text("vence_em IS NOT NULL"),
        postgresql_where=sa.text("vence_em IS NOT NULL"),
    ),
    sa.Index("ix_job_n", "serventia_id", "n"),
    # covering: a list of any period is filtered without the rows
    sa.Index("ix_job_criado", "serventia_id", "criado_em", "n", "estado", "tipo", "documento_id"),
    sa.Index("ix_job_tipo", "serventia_id", "tipo", "criado_em"),
    sa.Index("ix_job_documento", "serventia_id", "documento_id"),
    sa.Index("ix_job_instrumento", "serventia_id", "instrumento_id"),
    sa.Index("ix_job_livro", "serventia_id", "livro", "folha"),
    sa.Index(
        "ix_job_ordem",
        "serventia_id",
        "fila",
        "n",
        sqlite_where=sa.text("NOT encerrado"),
        postgresql_where=sa.text("NOT encerrado"),
    ),
    sa.Index(
        "ix_job_aberto",
        "serventia_id",
        "estado",
        sqlite_where=sa.text("encerrado = 0"),  # must match the queries, or SQLite does not use the index
        postgresql_where=sa.text("NOT encerrado"),
    ),
)


idempotencia = sa.Table(
    "idempotencia",
    metadata,
    sa.Column("serventia_id", sa.Integer, sa.ForeignKey("serventia.id"), primary_key=True),
    sa.Column("chave_id", sa.BigInteger, primary_key=True, autoincrement=False),  # 0: a person at a screen
    sa.Column("chave", sa.String(255), primary_key=True),
    sa.Column("resumo", sa.String(64), nullable=False),  # of route and body
    sa.Column("job_id", sa.String(32), nullable=False),  # empty: the call made no job
    text("palavra"),  # error word of the first answer; null: success
    json_column("feito"),  # of a call without a job: codes or ids of what it made
    moment("criada_em", nullable=False),
)


citacao = sa.Table(
    "citacao",  # a print that shows a livro's seal: outdated when that seal is no longer live (N3, N6, X6)
    metadata,
    sa.Column("serventia_id", sa.Integer, sa.ForeignKey("serventia.id"), primary_key=True),
    sa.Column("codigo", sa.String(25), primary_key=True),
    sa.Column("job_id", sa.String(32), primary_key=True),
)


pergunta = sa.Table(
    "pergunta",
    metadata,
    row_id(),
    office_id(),
    sa.Column("job_id", sa.String(32), nullable=False),
    sa.Column("documento_id", sa.BigInteger, sa.ForeignKey("documento.id"), nullable=False),
    text("tipo", nullable=False),  # xa | selo | folhas
    text("texto", nullable=False),
    json_column("selos", nullable=False),
    json_column("atinge", nullable=False),
    moment("xa_ate"),
    json_column("alternativas", nullable=False),
    text("estado", nullable=False),  # aberta | respondida | substituida | expirada
    moment("aberta_em", nullable=False),
    moment("expira_em"),  # null: never (folhas)
    json_column("resposta"),
    sa.Index("ix_pergunta_job", "serventia_id", "job_id"),
    unique_where("uq_pergunta_aberta", "serventia_id", "documento_id", where="estado = 'aberta' AND tipo <> 'folhas'"),
)


retirada = sa.Table(
    "retirada",  # what became of a certidão of Registro Civil; without a row it waits to be collected (C24)
    metadata,
    sa.Column("serventia_id", sa.Integer, sa.ForeignKey("serventia.id"), primary_key=True),
    sa.Column("job_id", sa.String(32), primary_key=True),
    text("destino", nullable=False),  # retirada | descartada
    sa.Column("dia", sa.Date, nullable=False),
    text("por"),  # who took it
    text("motivo"),
    text("quem", nullable=False),  # who recorded it
    moment("quando", nullable=False),
    sa.Index("ix_retirada_quando", "serventia_id", "destino", "quando"),
)


pagina = sa.Table(
    "pagina",
    metadata,
    row_id(),
    office_id(),
    sa.Column("job_id", sa.String(32), nullable=False),
    sa.Column("pagina", sa.Integer, nullable=False),
    sa.Column("tentativa", sa.Integer, nullable=False),  # the attempt it is about; 0: before the first
    text("estado", nullable=False),  # boa | inutilizada | nao_saiu; the newest row counts
    text("papel"),
    text("motivo", nullable=False),
    text("quem", nullable=False),
    moment("quando", nullable=False),
    sa.Index("ix_pagina_job", "serventia_id", "job_id"),
)
