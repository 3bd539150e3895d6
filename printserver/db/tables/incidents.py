"""The table of incidents."""

import sqlalchemy as sa

from printserver.db.columns import index_where, json_column, metadata, moment, office_id, row_id, text

incidente = sa.Table(
    "incidente",  # what went wrong for a time: opened by the program, closed by a person (see `incidents`)
    metadata,
    row_id(),
    office_id(),
    text("tipo", nullable=False),  # copia-falhou | copia-velha | cadeia-quebrada | ensaio-errado | tribunal-calado
    text("texto", nullable=False),
    moment("aberto_em", nullable=False),
    moment("cessou_em"),  # the condition went away; null: it lasts
    json_column("comunicacoes"),  # by term of the norms: who noted when that it was reported, or is not to be
    text("causa"),
    text("fechado_por"),
    moment("fechado_em"),
    sa.Index("ix_incidente_tipo", "serventia_id", "tipo", "id"),
    index_where("ix_incidente_aberto", "serventia_id", "id", where="fechado_em IS NULL"),
)
