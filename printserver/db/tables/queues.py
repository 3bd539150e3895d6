"""Tables of queues, attempts at paper, and numbered paper."""

import sqlalchemy as sa

from printserver.db.columns import flag, json_column, metadata, moment, office_id, row_id, text

fila = sa.Table(
    "fila",
    metadata,
    row_id(),
    office_id(),
    text("nome", nullable=False),
    text("tipo", nullable=False),  # pasta | cups
    text("destino", nullable=False),  # the folder, or the queue's name in CUPS
    text("servidor"),  # socket path or HOST:PORT; null: the machine's own
    text("usuario"),  # who logs in at the server; the password is in the instance's folder, never here
    flag("tls"),
    sa.Column("certificado", sa.String(64)),  # with TLS: the SHA-256 of the certificate that the server must show
    flag("padrao"),
    flag("papel_numerado"),
    text("papel_proximo"),  # the number of the next sheet in the tray, as it is written on it (P5)
    sa.Column("papel_tentativa", sa.BigInteger),  # the try that took the queue last; null: what came out is known
    text("papel_parada"),  # why no number can be given to the next sheet
    text("reserva"),  # the queue a person may move a print to
    json_column("deslocamentos"),  # tray ("": any) → [x, y] in mm (P7)
    json_column("prova"),  # what its test page showed that it can prove (see ledger/rows.py)
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
    text("paginas"),  # "2-3": an extract; null: all
    sa.Column("passada", sa.Integer),  # which pass of the print (fronts and backs, copies); null: pages sent again
    sa.Column("pdf_sha256", sa.String(64), nullable=False),
    sa.Column("enviado_sha256", sa.String(64)),  # what was sent, where the queue moves it (P7); null: pdf_sha256 itself
    text("dono"),
    moment("posse_ate"),
    sa.Column("cups_id", sa.Integer),
    moment("criada_em", nullable=False),
    text("vida"),  # of the print server at the release: another one now means that it died since
    moment("liberada_em"),
    moment("fim_em"),  # nothing of it is at the queue any more
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
    "vigia",  # who follows the jobs at a print server
    metadata,
    sa.Column("serventia_id", sa.Integer, sa.ForeignKey("serventia.id"), primary_key=True),
    sa.Column("servidor", sa.Text, primary_key=True),  # empty: the machine's own
    text("dono", nullable=False),
    moment("posse_ate", nullable=False),
)


papel = sa.Table(
    "papel",
    metadata,
    row_id(),
    office_id(),
    text("numero", nullable=False),  # normalised (X0's manner)
    text("fila"),  # the queue that gave the number; null: it came with the request
    sa.Column("job_id", sa.String(32)),
    sa.Column("tentativa", sa.Integer),  # the try at paper that took it
    sa.Column("folha", sa.Integer),
    text("estado", nullable=False),  # usado | inutilizado
    text("motivo"),
    text("quem"),
    moment("quando", nullable=False),
    sa.UniqueConstraint("serventia_id", "numero"),
    sa.Index("ix_papel_job", "serventia_id", "job_id"),
)


papel_lote = sa.Table(
    "papel_lote",  # a run of numbered paper that a queue received (P5)
    metadata,
    row_id(),
    office_id(),
    text("fila", nullable=False),
    text("prefixo", nullable=False),  # what stands before the last digits, without blanks
    sa.Column("algarismos", sa.Integer, nullable=False),  # how many they are, zeros included
    sa.Column("de", sa.BigInteger, nullable=False),
    sa.Column("ate", sa.BigInteger, nullable=False),
    text("quem", nullable=False),
    moment("quando", nullable=False),
    sa.UniqueConstraint("serventia_id", "prefixo", "de"),
)
