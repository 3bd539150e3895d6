"""Tables of copies, of rehearsals of a restore, and of restores."""

import sqlalchemy as sa

from printserver.db.columns import flag, json_column, metadata, moment, office_id, row_id, text

copia = sa.Table(
    "copia",  # a copy, or an attempt at one, at one place
    metadata,
    row_id(),
    office_id(),
    text("lugar", nullable=False),  # as in the settings; empty: it failed before any place
    text("situacao", nullable=False),  # feita | falhou
    moment("inicio", nullable=False),
    moment("fim", nullable=False),
    text("instantaneo"),  # restic's id of it
    sa.Column("registro_n", sa.BigInteger),  # head of the log in it
    sa.Column("registro_hash", sa.String(64)),
    sa.Column("arquivos", sa.BigInteger),
    sa.Column("bytes", sa.BigInteger),
    text("falha"),
    sa.Index("ix_copia_lugar", "serventia_id", "lugar", "situacao", "fim"),
)


copia_chave = sa.Table(
    "copia_chave",  # the key of the copies: only its hash, and when a person showed that it is kept on paper
    metadata,
    sa.Column("serventia_id", sa.Integer, sa.ForeignKey("serventia.id"), primary_key=True),
    sa.Column("sha256", sa.String(64), nullable=False),
    moment("criada_em", nullable=False),
    moment("conferida_em"),
    text("conferida_por"),
)


ensaio = sa.Table(
    "ensaio",  # a rehearsal of the restore, with its minutes
    metadata,
    row_id(),
    office_id(),
    moment("quando", nullable=False),
    text("lugar", nullable=False),
    text("instantaneo"),
    moment("copia_de"),  # when that copy was made
    flag("certo"),
    json_column("figuras", nullable=False),  # what was measured and compared
    text("falha"),
    text("ata"),  # file of the minutes, in the office's folder; null: it could not be made
    sa.Column("ata_sha256", sa.String(64)),
    text("quem", nullable=False),
    sa.Index("ix_ensaio_quando", "serventia_id", "quando"),
)


restauracao = sa.Table(
    "restauracao",  # the office came from a copy: while a row has no end it seals and prints nothing (B3)
    metadata,
    row_id(),
    office_id(),
    moment("copia_de", nullable=False),  # when the copy was made
    sa.Column("registro_n", sa.BigInteger, nullable=False),  # head of the log in it
    sa.Column("registro_hash", sa.String(64), nullable=False),
    moment("quando"),  # of the restore; null: the copy's file was put in place by hand
    text("origem"),
    json_column("passos", nullable=False),  # espelho, tribunal, papel: what a person brought, and when
    moment("fim"),
    text("quem"),
    sa.Index("ix_restauracao_aberta", "serventia_id", "fim"),
)
