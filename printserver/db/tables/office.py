"""Tables of the office: people, keys, sessions, the log."""

import sqlalchemy as sa

from printserver.db.columns import flag, json_column, metadata, moment, office_id, row_id, text

serventia = sa.Table(
    "serventia",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("cns", sa.String(6), nullable=False, unique=True),
    text("instancia", nullable=False),  # a name of this office's own, for programs to tell two servers apart
    moment("criada_em", nullable=False),
)


pessoa = sa.Table(
    "pessoa",
    metadata,
    row_id(),
    office_id(),
    text("usuario", nullable=False),
    text("nome", nullable=False),
    text("papel", nullable=False),
    text("senha_hash", nullable=False),
    flag("ativa", "1"),
    moment("criada_em", nullable=False),
    sa.UniqueConstraint("serventia_id", "usuario"),
)


sessao = sa.Table(
    "sessao",  # a person who logged in at a screen: what the browser's cookie stands for (A5)
    metadata,
    sa.Column("sha256", sa.String(64), primary_key=True),  # of the token that the cookie holds
    office_id(),
    sa.Column("pessoa_id", sa.BigInteger, sa.ForeignKey("pessoa.id"), nullable=False),
    text("endereco"),
    moment("criada_em", nullable=False),
    moment("vista_em", nullable=False),  # when the person last did something; a live part of a page does nothing
    moment("fim_em"),
    sa.Index("ix_sessao_pessoa", "serventia_id", "pessoa_id"),
)


chave_api = sa.Table(
    "chave_api",
    metadata,
    row_id(),
    office_id(),
    text("nome", nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False, index=True),
    json_column("direitos", nullable=False),
    text("fila"),  # of what this station or program prints without naming one
    moment("criada_em", nullable=False),
    moment("revogada_em"),
    sa.UniqueConstraint("serventia_id", "nome"),
    sa.UniqueConstraint("serventia_id", "sha256"),
)


cadeia = sa.Table(
    "cadeia",  # the log's head: locked last and briefly
    metadata,
    sa.Column("serventia_id", sa.Integer, sa.ForeignKey("serventia.id"), primary_key=True),
    sa.Column("n", sa.BigInteger, nullable=False),
    sa.Column("evento", sa.BigInteger, nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
)


log = sa.Table(
    "log",  # append-only: triggers refuse UPDATE and DELETE
    metadata,
    sa.Column("serventia_id", sa.Integer, sa.ForeignKey("serventia.id"), primary_key=True),
    sa.Column("n", sa.BigInteger, primary_key=True),
    sa.Column("evento", sa.BigInteger),  # the public number, of jobs and seals only
    moment("quando", nullable=False),
    text("objeto", nullable=False),  # job | selo | pergunta | pdf | pessoa …
    text("objeto_id", nullable=False),
    text("estado", nullable=False),
    text("quem"),
    text("sistema"),
    text("endereco"),
    json_column("detalhe", nullable=False),
    json_column("prova"),  # what the row that it speaks of is held against (A6, see `auditoria.provas`); not shown
    sa.Column("hash", sa.String(64), nullable=False),
    sa.UniqueConstraint("serventia_id", "evento"),
    sa.Index("ix_log_objeto", "serventia_id", "objeto", "objeto_id"),
)
