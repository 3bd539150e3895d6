"""Sessions of people at the screens, stored in the database so that they can be ended (A5)."""

import sqlalchemy as sa
from alembic import op

from printserver.db import Moment, walls

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table of sessions. Sessions that exist only in a cookie end: everyone logs in again."""
    op.create_table(
        "sessao",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("serventia_id", sa.Integer(), nullable=False),
        sa.Column("pessoa_id", sa.BigInteger(), nullable=False),
        sa.Column("endereco", sa.Text(), nullable=True),
        sa.Column("navegador", sa.Text(), nullable=True),
        sa.Column("criada_em", Moment(timezone=True), nullable=False),
        sa.Column("vista_em", Moment(timezone=True), nullable=False),
        sa.Column("fim_em", Moment(timezone=True), nullable=True),
        walls.link(op.get_bind(), op.f("fk_sessao_pessoa_id_pessoa"), "pessoa_id", "pessoa"),
        sa.ForeignKeyConstraint(["serventia_id"], ["serventia.id"], name=op.f("fk_sessao_serventia_id_serventia")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_sessao")),
    )
    op.create_index("ix_sessao_pessoa", "sessao", ["serventia_id", "pessoa_id"])
    walls.raise_walls(op.get_bind())
