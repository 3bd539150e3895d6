"""Tables of queues, attempts at paper, and numbered paper."""

import sqlalchemy as sa

from printserver.db.columns import flag, index_where, json_column, metadata, moment, office_id, row_id, text

fila = sa.Table(
    "fila",
    metadata,
    row_id(),
    office_id(),
    text("nome", nullable=False),
    text("tipo", nullable=False),  # pasta | cups
    text("destino", nullable=False),  # the folder, or the queue's name in CUPS
    text("servidor"),  # socket path or HOST:PORT; null: CUPS of this machine
    text("usuario"),  # login at the server; the password is in the instance's folder, never here
    flag("tls"),
    sa.Column("certificado", sa.String(64)),  # with TLS: SHA-256 of the server's certificate
    flag("padrao"),
    flag("papel_numerado"),
    text("papel_proximo"),  # number of the next sheet in the tray, as printed on it (P5)
    sa.Column("papel_tentativa", sa.BigInteger),  # last attempt on this queue's paper; null: its outcome is known
    text("papel_parada"),  # why the next sheet cannot be numbered
    text("reserva"),  # queue to which a person may move a print
    json_column("deslocamentos"),  # tray ("": any) → [x, y] in mm (P7)
    json_column("prova"),  # capabilities proved by its test page (see ledger/rows.py)
    moment("criada_em", nullable=False),
    sa.UniqueConstraint("serventia_id", "nome"),
)


tentativa = sa.Table(
    "tentativa",
    metadata,
    row_id(),
    office_id(),
    sa.Column("job_id", sa.String(32), nullable=False),
    sa.Column("numero", sa.Integer, nullable=False),
    text("fila", nullable=False),
    text("paginas"),  # "2-3": a part; null: all
    sa.Column("passada", sa.Integer),  # pass of the print (fronts and backs, copies); null: pages sent again
    sa.Column("pdf_sha256", sa.String(64), nullable=False),
    sa.Column("enviado_sha256", sa.String(64)),  # the PDF sent, if the queue shifts it (P7); null: pdf_sha256 itself
    text("dono"),
    moment("posse_ate"),
    sa.Column("cups_id", sa.Integer),
    moment("criada_em", nullable=False),
    text("vida"),  # start of the print server at the release; if it changes, the server has restarted
    moment("liberada_em"),
    moment("fim_em"),  # no job of it is at the queue any more
    text("resultado"),
    sa.UniqueConstraint("serventia_id", "job_id", "numero"),
    sa.Index(
        "ix_tentativa_aberta",
        "serventia_id",
        sqlite_where=sa.text("fim_em IS NULL"),
        postgresql_where=sa.text("fim_em IS NULL"),
    ),
)


vigia = sa.Table(
    "vigia",  # the process that follows the jobs of a print server
    metadata,
    sa.Column("serventia_id", sa.Integer, sa.ForeignKey("serventia.id"), primary_key=True),
    sa.Column("servidor", sa.Text, primary_key=True),  # empty: CUPS of this machine
    text("dono", nullable=False),
    moment("posse_ate", nullable=False),
)


papel = sa.Table(
    "papel",
    metadata,
    row_id(),
    office_id(),
    text("numero", nullable=False),  # normalised as in X0
    text("fila"),  # queue that assigned the number; null: given in the request
    sa.Column("job_id", sa.String(32)),
    sa.Column("tentativa", sa.Integer),  # the attempt that used it
    sa.Column("folha", sa.Integer),
    text("estado", nullable=False),  # usado | inutilizado
    text("motivo"),
    text("quem"),
    moment("quando", nullable=False),  # of its newest state
    moment("saiu_em", nullable=False),  # when it left the stock; never changed (C24)
    sa.UniqueConstraint("serventia_id", "numero"),
    sa.Index("ix_papel_job", "serventia_id", "job_id"),
    # the sheets of a period, without the rows
    sa.Index("ix_papel_saiu", "serventia_id", "saiu_em", "estado", "quando", "fila", "numero"),
    index_where("ix_papel_inutilizado", "serventia_id", "quando", where="estado = 'inutilizado'"),
)


papel_lote = sa.Table(
    "papel_lote",  # a range of numbered paper received for a queue (P5)
    metadata,
    row_id(),
    office_id(),
    text("fila", nullable=False),
    text("prefixo", nullable=False),  # text before the last digits, without blanks
    sa.Column("algarismos", sa.Integer, nullable=False),  # number of those digits, including zeros
    sa.Column("de", sa.BigInteger, nullable=False),
    sa.Column("ate", sa.BigInteger, nullable=False),
    text("quem", nullable=False),
    moment("quando", nullable=False),
    sa.UniqueConstraint("serventia_id", "prefixo", "de"),
)
