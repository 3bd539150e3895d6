"""Tables of the office: people, keys, sessions, the log."""

import sqlalchemy as sa

from printserver.db.columns import (
    flag,
    index_where,
    json_column,
    metadata,
    moment,
    office_id,
    row_id,
    text,
    unique_where,
)

serventia = sa.Table(
    "serventia",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("cns", sa.String(6), nullable=False, unique=True),
    text("instancia", nullable=False),  # unique name of this office, so that programs can tell two servers apart
    moment("criada_em", nullable=False),
    moment("mudou_em"),  # exported to go on elsewhere: nothing is written here any more; null: it works here
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
    flag("senha_provisoria", "0"),  # given by somebody else: its person sets another before anything else
    text("fator_segredo"),  # secret of the second factor, encrypted with the office's key; null: none
    sa.Column("fator_passo", sa.BigInteger),  # last time step of a code that was used: none is used twice
    json_column("fator_reserva"),  # SHA-256 of the recovery codes that are left
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
    text("navegador"),  # browser and system, in words
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
    moment("usada_em"),  # last use, by the minute
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


fechamento = sa.Table(
    "fechamento",  # a day closed by name, as it was signed; of a row only the reopening is written later, once (A4)
    metadata,
    row_id(),
    office_id(),
    sa.Column("dia", sa.Date, nullable=False),
    sa.Column("numero", sa.Integer, nullable=False),  # of the signature among those of the day, from 1
    json_column("figuras", nullable=False),  # see `closing.figures`
    sa.Column("sha256", sa.String(64), nullable=False),  # of all that was signed; the log has it too
    sa.Column("soma_centavos", sa.BigInteger, nullable=False),
    sa.Column("caixa_centavos", sa.BigInteger, nullable=False),  # the till's own total, as typed
    json_column("caixa"),  # its components in centavos; null: only the total was typed
    text("motivo"),  # of a difference
    text("quem", nullable=False),
    moment("quando", nullable=False),
    text("reaberto_por"),
    moment("reaberto_em"),
    text("reaberto_motivo"),
    sa.UniqueConstraint("serventia_id", "dia", "numero"),
    unique_where("uq_fechamento_dia", "serventia_id", "dia", where="reaberto_em IS NULL"),
    sa.Index("ix_fechamento_quando", "serventia_id", "quando"),
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
    text("excecao"),  # of the tabelião's list (A4, see `office.exceptions`); null: none
    sa.Column("hash", sa.String(64), nullable=False),
    sa.UniqueConstraint("serventia_id", "evento"),
    sa.Index("ix_log_objeto", "serventia_id", "objeto", "objeto_id", "quando", "n"),
    # a page of the audit, newest first, by each filter: covering, so that filters together read no rows in between
    sa.Index("ix_log_quando", "serventia_id", "quando", "n"),
    sa.Index("ix_log_tipo", "serventia_id", "objeto", "quando", "n", "quem", "sistema"),
    index_where("ix_log_quem", "serventia_id", "quem", "quando", "n", "objeto", where="quem IS NOT NULL"),
    index_where("ix_log_sistema", "serventia_id", "sistema", "quando", "n", "objeto", where="sistema IS NOT NULL"),
    index_where(
        "ix_log_excecao",
        *("serventia_id", "excecao", "quando", "n", "quem", "sistema", "objeto"),
        where="excecao IS NOT NULL",
    ),
)
