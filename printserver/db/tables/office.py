"""Tables of the office: people, keys, sessions, the log."""

import sqlalchemy as sa

from printserver.db.columns import flag, json_column, metadata, moment, office_id, row_id, text

serventia = sa.Table(
    "serventia",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("cns", sa.String(6), nullable=False, unique=True),
    text("instancia", nullable=False),  # unique name of this office, so that programs can tell two servers apart
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
    text("pin_hash"),  # null: this person has no PIN yet
    flag("ativa", "1"),
    moment("criada_em", nullable=False),
    sa.UniqueConstraint("serventia_id", "usuario"),
)


sessao = sa.Table(
    "sessao",  # session of a person at a screen, referred to by the browser's cookie (A5)
    metadata,
    sa.Column("sha256", sa.String(64), primary_key=True),  # of the token in the cookie
    office_id(),
    sa.Column("pessoa_id", sa.BigInteger, sa.ForeignKey("pessoa.id"), nullable=False),
    text("endereco"),
    moment("criada_em", nullable=False),
    moment("vista_em", nullable=False),  # last action of the person; polls of live parts do not count
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
    text("fila"),  # default queue of this station or program
    moment("criada_em", nullable=False),
    moment("revogada_em"),
    sa.UniqueConstraint("serventia_id", "nome"),
    sa.UniqueConstraint("serventia_id", "sha256"),
)


tabela_guardada = sa.Table(
    "tabela_guardada",  # each content that a table's file (servicos.toml, atos.toml) has had, to go back to
    metadata,
    row_id(),
    office_id(),
    text("nome", nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    text("conteudo", nullable=False),
    text("feito", nullable=False),  # what the change was
    text("quem"),  # null: written outside the screens
    moment("quando", nullable=False),
    sa.Index("ix_tabela_guardada_nome", "serventia_id", "nome", "id"),
)


cadeia = sa.Table(
    "cadeia",  # head of the log, locked last and briefly
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
    sa.Column("evento", sa.BigInteger),  # public number, for jobs and seals only
    moment("quando", nullable=False),
    text("objeto", nullable=False),  # job | selo | pergunta | pdf | pessoa …
    text("objeto_id", nullable=False),
    text("estado", nullable=False),
    text("quem"),
    text("sistema"),
    text("endereco"),
    json_column("detalhe", nullable=False),
    json_column("prova"),  # evidence about the row, for verification (A6, see `office.proof.proofs`); not shown
    sa.Column("hash", sa.String(64), nullable=False),
    sa.UniqueConstraint("serventia_id", "evento"),
    sa.Index("ix_log_objeto", "serventia_id", "objeto", "objeto_id"),
)
