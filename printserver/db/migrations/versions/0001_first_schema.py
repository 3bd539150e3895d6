"""First schema: every table, and the triggers that protect log and seals from changes (A3)."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from printserver.db import Moment, walls

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


# Columns of a seal that never change (A6): all but `estado`, which follows the court, and those that change once.
_SEAL_FIXED = (
    "id",
    "serventia_id",
    "codigo",
    "numero_fim",
    "codigo_fim",
    "natureza",
    "ato",
    "descricao",
    "job_id",
    "documento_id",
    "instrumento_id",
    "ordem",
    "principal",
    "externo",
    "retifica",
    "origem",
    "identificador",
    "momento",
    "dia",
    "isento",
    "motivo_isencao",
    "fundamento",
    "emolumentos",
    "total_centavos",
    "iss_centavos",
    "registro",
    "assinatura",
    "qr_url",
    "escrevente",
    "sistema",
    "motivo",
    "livro",
    "folha_inicial",
    "termo",
    "matricula",
    "criado_em",
)
_SEAL_WRITTEN_ONCE = ("vinculador", "retificado_por", "comunicado_em")

_SQLITE_BACKWARD = " OR ".join(
    [
        *(f"(OLD.{name} IS NOT NULL AND NEW.{name} IS NOT OLD.{name})" for name in _SEAL_WRITTEN_ONCE),
        "(NEW.vivo AND NOT OLD.vivo)",
    ]
)
_POSTGRES_BACKWARD = _SQLITE_BACKWARD.replace("IS NOT OLD", "IS DISTINCT FROM OLD")
# Columns of a day closed by name: what was signed stays; the reopening is written once, and not taken back.
_CLOSING_FIXED = (
    *("id", "serventia_id", "dia", "numero", "figuras", "sha256", "soma_centavos", "caixa_centavos", "caixa"),
    *("motivo", "quem", "quando"),
)
_CLOSING_REOPENED = "OLD.reaberto_em IS NOT NULL"
# Columns of an incident: what happened stays. Once a person has closed it, only the end of the condition is noted.
_INCIDENT_FIXED = ("id", "serventia_id", "tipo", "texto", "aberto_em")
_INCIDENT_CLOSED = (
    "OLD.fechado_em IS NOT NULL AND (OLD.cessou_em IS NOT NULL OR NEW.cessou_em IS NULL "
    "OR NEW.causa <> OLD.causa OR NEW.fechado_por <> OLD.fechado_por OR NEW.fechado_em <> OLD.fechado_em)"
)
_INCIDENT_KEPT = "o incidente nao se altera nem se apaga"
_HEAD_BACKWARD = (
    "NEW.serventia_id <> OLD.serventia_id OR NEW.n < OLD.n OR NEW.evento < OLD.evento "
    "OR (NEW.n = OLD.n AND NEW.hash <> OLD.hash)"
)


def _sqlite_refusal(name: str, before: str, table: str, text: str, when: str = "") -> str:
    condition = f"WHEN {when} " if when else ""
    return f"CREATE TRIGGER {name} BEFORE {before} ON {table} {condition}BEGIN SELECT RAISE(ABORT, '{text}'); END"


# INSERT OR REPLACE deletes the conflicting row without firing the DELETE triggers; these triggers catch it. A missing
# id is -1 or null there.
_SQLITE_TRIGGERS = (
    _sqlite_refusal("log_sem_update", "UPDATE", "log", "o log nao se altera"),
    _sqlite_refusal("log_sem_delete", "DELETE", "log", "o log nao se apaga"),
    _sqlite_refusal(
        "log_sem_replace",
        "INSERT",
        "log",
        "o log nao se altera",
        "EXISTS (SELECT 1 FROM log WHERE serventia_id = NEW.serventia_id AND n = NEW.n) "
        "OR EXISTS (SELECT 1 FROM log WHERE serventia_id = NEW.serventia_id AND evento = NEW.evento) "
        "OR EXISTS (SELECT 1 FROM log WHERE rowid = NEW.rowid)",
    ),
    _sqlite_refusal("selo_sem_update", f"UPDATE OF {', '.join(_SEAL_FIXED)}", "selo", "o selo nao se altera"),
    _sqlite_refusal("selo_sem_volta", "UPDATE", "selo", "o selo nao se altera de volta", _SQLITE_BACKWARD),
    _sqlite_refusal("selo_sem_delete", "DELETE", "selo", "o selo nao se apaga"),
    _sqlite_refusal(
        "selo_sem_replace",
        "INSERT",
        "selo",
        "o selo nao se altera",
        "EXISTS (SELECT 1 FROM selo WHERE serventia_id = NEW.serventia_id AND codigo = NEW.codigo) "
        "OR EXISTS (SELECT 1 FROM selo WHERE serventia_id = NEW.serventia_id AND retifica = NEW.retifica) "
        "OR EXISTS (SELECT 1 FROM selo WHERE id = NEW.id)",
    ),
    _sqlite_refusal("cadeia_sem_volta", "UPDATE", "cadeia", "a cadeia nao se altera de volta", _HEAD_BACKWARD),
    _sqlite_refusal("cadeia_sem_delete", "DELETE", "cadeia", "a cadeia nao se apaga"),
    _sqlite_refusal(
        "cadeia_sem_replace",
        "INSERT",
        "cadeia",
        "a cadeia nao se altera",
        "EXISTS (SELECT 1 FROM cadeia WHERE serventia_id = NEW.serventia_id)",
    ),
    _sqlite_refusal(
        "fechamento_sem_update",
        f"UPDATE OF {', '.join(_CLOSING_FIXED)}",
        "fechamento",
        "o fechamento nao se altera",
    ),
    _sqlite_refusal("fechamento_sem_volta", "UPDATE", "fechamento", "o fechamento nao se altera", _CLOSING_REOPENED),
    _sqlite_refusal("fechamento_sem_delete", "DELETE", "fechamento", "o fechamento nao se apaga"),
    _sqlite_refusal(
        "fechamento_sem_replace",
        "INSERT",
        "fechamento",
        "o fechamento nao se altera",
        "EXISTS (SELECT 1 FROM fechamento WHERE id = NEW.id) "
        "OR EXISTS (SELECT 1 FROM fechamento WHERE serventia_id = NEW.serventia_id AND dia = NEW.dia "
        "AND (numero = NEW.numero OR reaberto_em IS NULL))",
    ),
    _sqlite_refusal("incidente_sem_update", f"UPDATE OF {', '.join(_INCIDENT_FIXED)}", "incidente", _INCIDENT_KEPT),
    _sqlite_refusal("incidente_sem_volta", "UPDATE", "incidente", _INCIDENT_KEPT, _INCIDENT_CLOSED),
    _sqlite_refusal("incidente_sem_delete", "DELETE", "incidente", _INCIDENT_KEPT),
    _sqlite_refusal(
        *("incidente_sem_replace", "INSERT", "incidente", _INCIDENT_KEPT),
        "EXISTS (SELECT 1 FROM incidente WHERE id = NEW.id)",
    ),
)


def _postgres_refusal(name: str, before: str, table: str, when: str = "") -> str:
    condition = f"WHEN ({when}) " if when else ""
    return f"CREATE TRIGGER {name} BEFORE {before} ON {table} FOR EACH ROW {condition}EXECUTE FUNCTION recusa_mudanca()"


_POSTGRES_TRIGGERS = (
    "CREATE FUNCTION recusa_mudanca() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'o registro nao se altera nem se apaga (%)', TG_TABLE_NAME; END $$",
    _postgres_refusal("log_sem_update", "UPDATE OR DELETE", "log"),
    _postgres_refusal("selo_sem_update", f"UPDATE OF {', '.join(_SEAL_FIXED)}", "selo"),
    _postgres_refusal("selo_sem_volta", "UPDATE", "selo", _POSTGRES_BACKWARD),
    _postgres_refusal("selo_sem_delete", "DELETE", "selo"),
    _postgres_refusal("cadeia_sem_volta", "UPDATE", "cadeia", _HEAD_BACKWARD),
    _postgres_refusal("cadeia_sem_delete", "DELETE", "cadeia"),
    _postgres_refusal("fechamento_sem_update", f"UPDATE OF {', '.join(_CLOSING_FIXED)}", "fechamento"),
    _postgres_refusal("fechamento_sem_volta", "UPDATE", "fechamento", _CLOSING_REOPENED),
    _postgres_refusal("fechamento_sem_delete", "DELETE", "fechamento"),
    _postgres_refusal("incidente_sem_update", f"UPDATE OF {', '.join(_INCIDENT_FIXED)}", "incidente"),
    _postgres_refusal("incidente_sem_volta", "UPDATE", "incidente", _INCIDENT_CLOSED),
    _postgres_refusal("incidente_sem_delete", "DELETE", "incidente"),
    *(
        f"CREATE TRIGGER {table}_sem_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION recusa_mudanca()"
        for table in ("log", "selo", "cadeia", "fechamento", "incidente")
    ),
)


def upgrade() -> None:
    """Create every table, then the triggers."""
    op.create_table(
        "serventia",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cns", sa.String(length=6), nullable=False),
        sa.Column("instancia", sa.Text(), nullable=False),
        sa.Column("criada_em", Moment(timezone=True), nullable=False),
        sa.Column("mudou_em", Moment(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_serventia")),
        sa.UniqueConstraint("cns", name=op.f("uq_serventia_cns")),
    )
    op.create_table(
        "ato_balcao",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("serventia_id", sa.Integer(), nullable=False),
        sa.Column("ato", sa.String(length=2), nullable=False),
        sa.Column("serie", sa.String(length=6), nullable=False),
        sa.Column("numero", sa.Integer(), nullable=False),
        sa.Column("data", sa.Date(), nullable=False),
        sa.Column("isento", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("motivo_isencao", sa.Text(), nullable=True),
        sa.Column("emolumentos", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("total_centavos", sa.BigInteger(), nullable=False),
        sa.Column("estado", sa.Text(), nullable=False),
        sa.Column("codigo", sa.String(length=25), nullable=True),
        sa.Column("escrevente", sa.Text(), nullable=False),
        sa.Column("sistema", sa.Text(), nullable=True),
        sa.Column("criado_em", Moment(timezone=True), nullable=False),
        sa.Column("estorno", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(["serventia_id"], ["serventia.id"], name=op.f("fk_ato_balcao_serventia_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ato_balcao")),
    )
    with op.batch_alter_table("ato_balcao", schema=None) as batch_op:
        batch_op.create_index("ix_ato_balcao_data", ["serventia_id", "data"], unique=False)
        batch_op.create_index("ix_ato_balcao_estado", ["serventia_id", "estado", "data"], unique=False)

    op.create_table(
        "aviso",
        sa.Column("serventia_id", sa.Integer(), nullable=False),
        sa.Column("chave", sa.String(length=120), nullable=False),
        sa.Column("tipo", sa.Text(), nullable=False),
        sa.Column("assunto", sa.Text(), nullable=False),
        sa.Column("texto", sa.Text(), nullable=False),
        sa.Column("quando", Moment(timezone=True), nullable=False),
        sa.Column("vence_em", Moment(timezone=True), nullable=True),
        sa.Column("tentativas", sa.Integer(), server_default="0", nullable=False),
        sa.Column("enviado_em", Moment(timezone=True), nullable=True),
        sa.Column("falha", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["serventia_id"], ["serventia.id"], name=op.f("fk_aviso_serventia_id")),
        sa.PrimaryKeyConstraint("serventia_id", "chave", name=op.f("pk_aviso")),
    )
    with op.batch_alter_table("aviso", schema=None) as batch_op:
        batch_op.create_index("ix_aviso_quando", ["serventia_id", "quando"], unique=False)

    op.create_table(
        "cadeia",
        sa.Column("serventia_id", sa.Integer(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("evento", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["serventia_id"], ["serventia.id"], name=op.f("fk_cadeia_serventia_id")),
        sa.PrimaryKeyConstraint("serventia_id", name=op.f("pk_cadeia")),
    )
    op.create_table(
        "chave_api",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("serventia_id", sa.Integer(), nullable=False),
        sa.Column("nome", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("direitos", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("fila", sa.Text(), nullable=True),
        sa.Column("criada_em", Moment(timezone=True), nullable=False),
        sa.Column("usada_em", Moment(timezone=True), nullable=True),
        sa.Column("revogada_em", Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["serventia_id"], ["serventia.id"], name=op.f("fk_chave_api_serventia_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chave_api")),
        sa.UniqueConstraint("serventia_id", "nome", name=op.f("uq_chave_api_serventia_id_nome")),
        sa.UniqueConstraint("serventia_id", "sha256", name=op.f("uq_chave_api_serventia_id_sha256")),
    )
    with op.batch_alter_table("chave_api", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_chave_api_sha256"), ["sha256"], unique=False)

    op.create_table(
        "citacao",
        sa.Column("serventia_id", sa.Integer(), nullable=False),
        sa.Column("codigo", sa.String(length=25), nullable=False),
        sa.Column("job_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["serventia_id"], ["serventia.id"], name=op.f("fk_citacao_serventia_id")),
        sa.PrimaryKeyConstraint("serventia_id", "codigo", "job_id", name=op.f("pk_citacao")),
    )
    op.create_table(
        "comunicacao",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("serventia_id", sa.Integer(), nullable=False),
        sa.Column("operacao", sa.Text(), nullable=False),
        sa.Column("pedido", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("resposta", sa.Text(), nullable=True),
        sa.Column("falha", sa.Text(), nullable=True),
        sa.Column("inicio", Moment(timezone=True), nullable=False),
        sa.Column("fim", Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["serventia_id"], ["serventia.id"], name=op.f("fk_comunicacao_serventia_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comunicacao")),
    )
    with op.batch_alter_table("comunicacao", schema=None) as batch_op:
        batch_op.create_index("ix_comunicacao_inicio", ["serventia_id", "inicio"], unique=False)

    op.create_table(
        "corpo",
        sa.Column("serventia_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("formato", sa.Text(), nullable=False),
        sa.Column("conteudo", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["serventia_id"], ["serventia.id"], name=op.f("fk_corpo_serventia_id")),
        sa.PrimaryKeyConstraint("serventia_id", "sha256", name=op.f("pk_corpo")),
    )
    op.create_table(
        "diario",
        sa.Column("serventia_id", sa.Integer(), nullable=False),
        sa.Column("tipo", sa.String(length=20), nullable=False),
        sa.Column("dia", sa.Date(), nullable=False),
        sa.Column("codigo", sa.String(length=25), nullable=False),
        sa.ForeignKeyConstraint(["serventia_id"], ["serventia.id"], name=op.f("fk_diario_serventia_id")),
        sa.PrimaryKeyConstraint("serventia_id", "tipo", "dia", name=op.f("pk_diario")),
    )
    op.create_table(
        "fechamento",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("serventia_id", sa.Integer(), nullable=False),
        sa.Column("dia", sa.Date(), nullable=False),
        sa.Column("numero", sa.Integer(), nullable=False),
        sa.Column("figuras", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("soma_centavos", sa.BigInteger(), nullable=False),
        sa.Column("caixa_centavos", sa.BigInteger(), nullable=False),
        sa.Column("caixa", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("motivo", sa.Text(), nullable=True),
        sa.Column("quem", sa.Text(), nullable=False),
        sa.Column("quando", Moment(timezone=True), nullable=False),
        sa.Column("reaberto_por", sa.Text(), nullable=True),
        sa.Column("reaberto_em", Moment(timezone=True), nullable=True),
        sa.Column("reaberto_motivo", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["serventia_id"], ["serventia.id"], name=op.f("fk_fechamento_serventia_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fechamento")),
        sa.UniqueConstraint("serventia_id", "dia", "numero", name=op.f("uq_fechamento_serventia_id_dia_numero")),
    )
    with op.batch_alter_table("fechamento", schema=None) as batch_op:
        batch_op.create_index(
            "uq_fechamento_dia",
            ["serventia_id", "dia"],
            unique=True,
            sqlite_where=sa.text("reaberto_em IS NULL"),
            postgresql_where=sa.text("reaberto_em IS NULL"),
        )
        batch_op.create_index("ix_fechamento_quando", ["serventia_id", "quando"], unique=False)

    op.create_table(
        "fila",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("serventia_id", sa.Integer(), nullable=False),
        sa.Column("nome", sa.Text(), nullable=False),
        sa.Column("tipo", sa.Text(), nullable=False),
        sa.Column("destino", sa.Text(), nullable=False),
        sa.Column("servidor", sa.Text(), nullable=True),
        sa.Column("usuario", sa.Text(), nullable=True),
        sa.Column("tls", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("certificado", sa.String(length=64), nullable=True),
        sa.Column("padrao", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("papel_numerado", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("papel_proximo", sa.Text(), nullable=True),
        sa.Column("papel_tentativa", sa.BigInteger(), nullable=True),
        sa.Column("papel_parada", sa.Text(), nullable=True),
        sa.Column("reserva", sa.Text(), nullable=True),
        sa.Column("deslocamentos", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("prova", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("criada_em", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["serventia_id"], ["serventia.id"], name=op.f("fk_fila_serventia_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fila")),
        sa.UniqueConstraint("serventia_id", "nome", name=op.f("uq_fila_serventia_id_nome")),
    )
    op.create_table(
        "formato",
        sa.Column("serventia_id", sa.Integer(), nullable=False),
        sa.Column("versao", sa.String(length=64), nullable=False),
        sa.Column("nome", sa.Text(), nullable=False),
        sa.Column("definicao", sa.JSON(none_as_null=True), nullable=False),
        sa.ForeignKeyConstraint(["serventia_id"], ["serventia.id"], name=op.f("fk_formato_serventia_id")),
        sa.PrimaryKeyConstraint("serventia_id", "versao", name=op.f("pk_formato")),
    )
    op.create_table(
        "formato_versao",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("serventia_id", sa.Integer(), nullable=False),
        sa.Column("nome", sa.Text(), nullable=False),
        sa.Column("numero", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("arquivos", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("origem", sa.Text(), nullable=False),
        sa.Column("quem", sa.Text(), nullable=True),
        sa.Column("motivo", sa.Text(), nullable=True),
        sa.Column("criada_em", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["serventia_id"], ["serventia.id"], name=op.f("fk_formato_versao_serventia_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_formato_versao")),
        sa.UniqueConstraint("serventia_id", "nome", "numero", name=op.f("uq_formato_versao_serventia_id_nome_numero")),
    )
    op.create_table(
        "modelo",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("serventia_id", sa.Integer(), nullable=False),
        sa.Column("nome", sa.Text(), nullable=False),
        sa.Column("chave", sa.Text(), nullable=False),
        sa.Column("numero", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("arquivo", sa.Text(), nullable=False),
        sa.Column("tipo", sa.Text(), nullable=False),
        sa.Column("formato", sa.Text(), nullable=True),
        sa.Column("estado", sa.Text(), nullable=False),
        sa.Column("exame", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("escolha", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("conferido", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("origem", sa.Text(), nullable=False),
        sa.Column("quem", sa.Text(), nullable=True),
        sa.Column("motivo", sa.Text(), nullable=True),
        sa.Column("criada_em", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["serventia_id"], ["serventia.id"], name=op.f("fk_modelo_serventia_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_modelo")),
        sa.UniqueConstraint("serventia_id", "chave", "numero", name=op.f("uq_modelo_serventia_id_chave_numero")),
    )
    op.create_table(
        "modelo_arquivo",
        sa.Column("serventia_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("conteudo", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["serventia_id"], ["serventia.id"], name=op.f("fk_modelo_arquivo_serventia_id")),
        sa.PrimaryKeyConstraint("serventia_id", "sha256", name=op.f("pk_modelo_arquivo")),
    )
    op.create_table(
        "idempotencia",
        sa.Column("serventia_id", sa.Integer(), nullable=False),
        sa.Column("chave_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("chave", sa.String(length=255), nullable=False),
        sa.Column("resumo", sa.String(length=64), nullable=False),
        sa.Column("job_id", sa.String(length=32), nullable=False),
        sa.Column("palavra", sa.Text(), nullable=True),
        sa.Column("feito", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("criada_em", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["serventia_id"], ["serventia.id"], name=op.f("fk_idempotencia_serventia_id")),
        sa.PrimaryKeyConstraint("serventia_id", "chave_id", "chave", name=op.f("pk_idempotencia")),
    )
    op.create_table(
        "incidente",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("serventia_id", sa.Integer(), nullable=False),
        sa.Column("tipo", sa.Text(), nullable=False),
        sa.Column("texto", sa.Text(), nullable=False),
        sa.Column("aberto_em", Moment(timezone=True), nullable=False),
        sa.Column("cessou_em", Moment(timezone=True), nullable=True),
        sa.Column("comunicacoes", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("causa", sa.Text(), nullable=True),
        sa.Column("fechado_por", sa.Text(), nullable=True),
        sa.Column("fechado_em", Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["serventia_id"], ["serventia.id"], name=op.f("fk_incidente_serventia_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incidente")),
    )
    with op.batch_alter_table("incidente", schema=None) as batch_op:
        batch_op.create_index("ix_incidente_tipo", ["serventia_id", "tipo", "id"], unique=False)
        batch_op.create_index(
            "ix_incidente_aberto",
            ["serventia_id", "id"],
            unique=False,
            sqlite_where=sa.text("fechado_em IS NULL"),
            postgresql_where=sa.text("fechado_em IS NULL"),
        )

    op.create_table(
        "instrumento",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("serventia_id", sa.Integer(), nullable=False),
        sa.Column("chave", sa.Text(), nullable=False),
        sa.Column("minuta", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("minuta_em", Moment(timezone=True), nullable=True),
        sa.Column("assinaturas", sa.Text(), nullable=True),
        sa.Column("primeira_assinatura", sa.Date(), nullable=True),
        sa.Column("registro", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("matricula", sa.String(length=32), nullable=True),
        sa.Column("processo", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["serventia_id"], ["serventia.id"], name=op.f("fk_instrumento_serventia_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instrumento")),
        sa.UniqueConstraint("serventia_id", "chave", name=op.f("uq_instrumento_serventia_id_chave")),
    )
    with op.batch_alter_table("instrumento", schema=None) as batch_op:
        batch_op.create_index("ix_instrumento_matricula", ["serventia_id", "matricula"], unique=False)
        batch_op.create_index("ix_instrumento_processo", ["serventia_id", "processo"], unique=False)
        batch_op.create_index("ix_instrumento_assinaturas", ["serventia_id", "assinaturas"], unique=False)

    op.create_table(
        "log",
        sa.Column("serventia_id", sa.Integer(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("evento", sa.BigInteger(), nullable=True),
        sa.Column("quando", Moment(timezone=True), nullable=False),
        sa.Column("objeto", sa.Text(), nullable=False),
        sa.Column("objeto_id", sa.Text(), nullable=False),
        sa.Column("estado", sa.Text(), nullable=False),
        sa.Column("quem", sa.Text(), nullable=True),
        sa.Column("sistema", sa.Text(), nullable=True),
        sa.Column("endereco", sa.Text(), nullable=True),
        sa.Column("detalhe", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("prova", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("excecao", sa.Text(), nullable=True),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["serventia_id"], ["serventia.id"], name=op.f("fk_log_serventia_id")),
        sa.PrimaryKeyConstraint("serventia_id", "n", name=op.f("pk_log")),
        sa.UniqueConstraint("serventia_id", "evento", name=op.f("uq_log_serventia_id_evento")),
    )
    with op.batch_alter_table("log", schema=None) as batch_op:
        batch_op.create_index("ix_log_objeto", ["serventia_id", "objeto", "objeto_id", "quando", "n"], unique=False)
        batch_op.create_index("ix_log_quando", ["serventia_id", "quando", "n"], unique=False)
        batch_op.create_index("ix_log_tipo", ["serventia_id", "objeto", "quando", "n", "quem", "sistema"], unique=False)
        batch_op.create_index(
            "ix_log_quem",
            ["serventia_id", "quem", "quando", "n", "objeto"],
            unique=False,
            sqlite_where=sa.text("quem IS NOT NULL"),
            postgresql_where=sa.text("quem IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_log_sistema",
            ["serventia_id", "sistema", "quando", "n", "objeto"],
            unique=False,
            sqlite_where=sa.text("sistema IS NOT NULL"),
            postgresql_where=sa.text("sistema IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_log_excecao",
            ["serventia_id", "excecao", "quando", "n", "quem", "sistema", "objeto"],
            unique=False,
            sqlite_where=sa.text("excecao IS NOT NULL"),
            postgresql_where=sa.text("excecao IS NOT NULL"),
        )

    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("serventia_id", sa.Integer(), nullable=False),
        sa.Column("codigo", sa.String(length=25), nullable=False),
        sa.Column("tipo", sa.Text(), nullable=False),
        sa.Column("alvo", sa.String(length=25), nullable=True),
        sa.Column("carga", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("estado", sa.Text(), nullable=False),
        sa.Column("prazo", Moment(timezone=True), nullable=False),
        sa.Column("vence_em", Moment(timezone=True), nullable=True),
        sa.Column("tentativas", sa.Integer(), server_default="0", nullable=False),
        sa.Column("dono", sa.Text(), nullable=True),
        sa.Column("posse_ate", Moment(timezone=True), nullable=True),
        sa.Column("erros", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("comunicacao_id", sa.BigInteger(), nullable=True),
        sa.Column("fim_em", Moment(timezone=True), nullable=True),
        sa.Column("criado_em", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["serventia_id"], ["serventia.id"], name=op.f("fk_outbox_serventia_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(
            "ix_outbox_aberto",
            ["serventia_id", "prazo"],
            unique=False,
            sqlite_where=sa.text("fim_em IS NULL"),
            postgresql_where=sa.text("fim_em IS NULL"),
        )
        batch_op.create_index("ix_outbox_alvo", ["serventia_id", "alvo"], unique=False)
        batch_op.create_index("ix_outbox_codigo", ["serventia_id", "codigo"], unique=False)
        batch_op.create_index("ix_outbox_fim", ["serventia_id", "estado", "fim_em"], unique=False)
        batch_op.create_index(
            "ix_outbox_vence",
            ["serventia_id", "vence_em"],
            unique=False,
            sqlite_where=sa.text("vence_em IS NOT NULL"),
            postgresql_where=sa.text("vence_em IS NOT NULL"),
        )

    op.create_table(
        "pagina",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("serventia_id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.String(length=32), nullable=False),
        sa.Column("pagina", sa.Integer(), nullable=False),
        sa.Column("tentativa", sa.Integer(), nullable=False),
        sa.Column("estado", sa.Text(), nullable=False),
        sa.Column("papel", sa.Text(), nullable=True),
        sa.Column("motivo", sa.Text(), nullable=False),
        sa.Column("quem", sa.Text(), nullable=False),
        sa.Column("quando", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["serventia_id"], ["serventia.id"], name=op.f("fk_pagina_serventia_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pagina")),
    )
    with op.batch_alter_table("pagina", schema=None) as batch_op:
        batch_op.create_index("ix_pagina_job", ["serventia_id", "job_id"], unique=False)

    op.create_table(
        "papel",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("serventia_id", sa.Integer(), nullable=False),
        sa.Column("numero", sa.Text(), nullable=False),
        sa.Column("fila", sa.Text(), nullable=True),
        sa.Column("job_id", sa.String(length=32), nullable=True),
        sa.Column("tentativa", sa.Integer(), nullable=True),
        sa.Column("folha", sa.Integer(), nullable=True),
        sa.Column("estado", sa.Text(), nullable=False),
        sa.Column("motivo", sa.Text(), nullable=True),
        sa.Column("quem", sa.Text(), nullable=True),
        sa.Column("quando", Moment(timezone=True), nullable=False),
        sa.Column("saiu_em", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["serventia_id"], ["serventia.id"], name=op.f("fk_papel_serventia_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_papel")),
        sa.UniqueConstraint("serventia_id", "numero", name=op.f("uq_papel_serventia_id_numero")),
    )
    with op.batch_alter_table("papel", schema=None) as batch_op:
        batch_op.create_index("ix_papel_job", ["serventia_id", "job_id"], unique=False)
        batch_op.create_index(
            "ix_papel_saiu",
            ["serventia_id", "saiu_em", "estado", "quando", "fila", "numero"],
            unique=False,
        )
        batch_op.create_index(
            "ix_papel_inutilizado",
            ["serventia_id", "quando"],
            unique=False,
            sqlite_where=sa.text("estado = 'inutilizado'"),
            postgresql_where=sa.text("estado = 'inutilizado'"),
        )

    op.create_table(
        "papel_lote",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("serventia_id", sa.Integer(), nullable=False),
        sa.Column("fila", sa.Text(), nullable=False),
        sa.Column("prefixo", sa.Text(), nullable=False),
        sa.Column("algarismos", sa.Integer(), nullable=False),
        sa.Column("de", sa.BigInteger(), nullable=False),
        sa.Column("ate", sa.BigInteger(), nullable=False),
        sa.Column("quem", sa.Text(), nullable=False),
        sa.Column("quando", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["serventia_id"], ["serventia.id"], name=op.f("fk_papel_lote_serventia_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_papel_lote")),
        sa.UniqueConstraint("serventia_id", "prefixo", "de", name=op.f("uq_papel_lote_serventia_id_prefixo_de")),
    )
    op.create_table(
        "pessoa",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("serventia_id", sa.Integer(), nullable=False),
        sa.Column("usuario", sa.Text(), nullable=False),
        sa.Column("nome", sa.Text(), nullable=False),
        sa.Column("papel", sa.Text(), nullable=False),
        sa.Column("senha_hash", sa.Text(), nullable=False),
        sa.Column("pin_hash", sa.Text(), nullable=True),
        sa.Column("senha_provisoria", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("fator_segredo", sa.Text(), nullable=True),
        sa.Column("fator_passo", sa.BigInteger(), nullable=True),
        sa.Column("fator_reserva", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("ativa", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("criada_em", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["serventia_id"], ["serventia.id"], name=op.f("fk_pessoa_serventia_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pessoa")),
        sa.UniqueConstraint("serventia_id", "usuario", name=op.f("uq_pessoa_serventia_id_usuario")),
    )
    op.create_table(
        "remetente",
        sa.Column("serventia_id", sa.Integer(), nullable=False),
        sa.Column("dono", sa.Text(), nullable=True),
        sa.Column("posse_ate", Moment(timezone=True), nullable=True),
        sa.Column("falhas", sa.Integer(), server_default="0", nullable=False),
        sa.Column("aberto_ate", Moment(timezone=True), nullable=True),
        sa.Column("ultima_falha", sa.Text(), nullable=True),
        sa.Column("ultimo_sucesso", Moment(timezone=True), nullable=True),
        sa.Column("pedido_em", Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["serventia_id"], ["serventia.id"], name=op.f("fk_remetente_serventia_id")),
        sa.PrimaryKeyConstraint("serventia_id", name=op.f("pk_remetente")),
    )
    op.create_table(
        "retirada",
        sa.Column("serventia_id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.String(length=32), nullable=False),
        sa.Column("destino", sa.Text(), nullable=False),
        sa.Column("dia", sa.Date(), nullable=False),
        sa.Column("por", sa.Text(), nullable=True),
        sa.Column("motivo", sa.Text(), nullable=True),
        sa.Column("quem", sa.Text(), nullable=False),
        sa.Column("quando", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["serventia_id"], ["serventia.id"], name=op.f("fk_retirada_serventia_id")),
        sa.PrimaryKeyConstraint("serventia_id", "job_id", name=op.f("pk_retirada")),
    )
    with op.batch_alter_table("retirada", schema=None) as batch_op:
        batch_op.create_index("ix_retirada_quando", ["serventia_id", "destino", "quando"], unique=False)

    op.create_table(
        "selo_papel",
        sa.Column("serventia_id", sa.Integer(), nullable=False),
        sa.Column("ato", sa.String(length=2), nullable=False),
        sa.Column("serie", sa.String(length=6), nullable=False),
        sa.Column("numero", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("estado", sa.Text(), nullable=False),
        sa.Column("codigo", sa.String(length=25), nullable=True),
        sa.Column("data", sa.Date(), nullable=False),
        sa.Column("motivo", sa.Text(), nullable=True),
        sa.Column("quem", sa.Text(), nullable=False),
        sa.Column("quando", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["serventia_id"], ["serventia.id"], name=op.f("fk_selo_papel_serventia_id")),
        sa.PrimaryKeyConstraint("serventia_id", "ato", "serie", "numero", name=op.f("pk_selo_papel")),
    )
    with op.batch_alter_table("selo_papel", schema=None) as batch_op:
        batch_op.create_index("ix_selo_papel_data", ["serventia_id", "data"], unique=False)

    op.create_table(
        "sequencia",
        sa.Column("serventia_id", sa.Integer(), nullable=False),
        sa.Column("nome", sa.String(length=40), nullable=False),
        sa.Column("proximo", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["serventia_id"], ["serventia.id"], name=op.f("fk_sequencia_serventia_id")),
        sa.PrimaryKeyConstraint("serventia_id", "nome", name=op.f("pk_sequencia")),
    )
    op.create_table(
        "tabela_guardada",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("serventia_id", sa.Integer(), nullable=False),
        sa.Column("nome", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("conteudo", sa.Text(), nullable=False),
        sa.Column("feito", sa.Text(), nullable=False),
        sa.Column("quem", sa.Text(), nullable=True),
        sa.Column("quando", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["serventia_id"], ["serventia.id"], name=op.f("fk_tabela_guardada_serventia_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tabela_guardada")),
    )
    with op.batch_alter_table("tabela_guardada", schema=None) as batch_op:
        batch_op.create_index("ix_tabela_guardada_nome", ["serventia_id", "nome", "id"], unique=False)

    op.create_table(
        "tentativa",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("serventia_id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.String(length=32), nullable=False),
        sa.Column("numero", sa.Integer(), nullable=False),
        sa.Column("fila", sa.Text(), nullable=False),
        sa.Column("paginas", sa.Text(), nullable=True),
        sa.Column("passada", sa.Integer(), nullable=True),
        sa.Column("pdf_sha256", sa.String(length=64), nullable=False),
        sa.Column("enviado_sha256", sa.String(length=64), nullable=True),
        sa.Column("dono", sa.Text(), nullable=True),
        sa.Column("posse_ate", Moment(timezone=True), nullable=True),
        sa.Column("cups_id", sa.Integer(), nullable=True),
        sa.Column("criada_em", Moment(timezone=True), nullable=False),
        sa.Column("vida", sa.Text(), nullable=True),
        sa.Column("liberada_em", Moment(timezone=True), nullable=True),
        sa.Column("fim_em", Moment(timezone=True), nullable=True),
        sa.Column("resultado", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["serventia_id"], ["serventia.id"], name=op.f("fk_tentativa_serventia_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tentativa")),
        sa.UniqueConstraint("serventia_id", "job_id", "numero", name=op.f("uq_tentativa_serventia_id_job_id_numero")),
    )
    with op.batch_alter_table("tentativa", schema=None) as batch_op:
        batch_op.create_index(
            "ix_tentativa_aberta",
            ["serventia_id"],
            unique=False,
            sqlite_where=sa.text("fim_em IS NULL"),
            postgresql_where=sa.text("fim_em IS NULL"),
        )

    op.create_table(
        "vigia",
        sa.Column("serventia_id", sa.Integer(), nullable=False),
        sa.Column("servidor", sa.Text(), nullable=False),
        sa.Column("dono", sa.Text(), nullable=False),
        sa.Column("posse_ate", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["serventia_id"], ["serventia.id"], name=op.f("fk_vigia_serventia_id")),
        sa.PrimaryKeyConstraint("serventia_id", "servidor", name=op.f("pk_vigia")),
    )
    op.create_table(
        "documento",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("serventia_id", sa.Integer(), nullable=False),
        sa.Column("instrumento_id", sa.BigInteger(), nullable=True),
        sa.Column("tipo", sa.Text(), nullable=False),
        sa.Column("chave", sa.Text(), nullable=False),
        sa.Column("numero", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["instrumento_id"], ["instrumento.id"], name=op.f("fk_documento_instrumento_id")),
        sa.ForeignKeyConstraint(["serventia_id"], ["serventia.id"], name=op.f("fk_documento_serventia_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documento")),
        sa.UniqueConstraint("serventia_id", "chave", name=op.f("uq_documento_serventia_id_chave")),
    )
    with op.batch_alter_table("documento", schema=None) as batch_op:
        batch_op.create_index("ix_documento_instrumento", ["serventia_id", "instrumento_id"], unique=False)

    op.create_table(
        "nome",
        sa.Column("serventia_id", sa.Integer(), nullable=False),
        sa.Column("documento_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("titulo", sa.Text(), nullable=True),
        sa.Column("partes", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("iniciais", sa.Text(), nullable=True),
        sa.Column("desde", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["documento_id"], ["documento.id"], name=op.f("fk_nome_documento_id")),
        sa.ForeignKeyConstraint(["serventia_id"], ["serventia.id"], name=op.f("fk_nome_serventia_id")),
        sa.PrimaryKeyConstraint("serventia_id", "documento_id", name=op.f("pk_nome")),
    )
    with op.batch_alter_table("nome", schema=None) as batch_op:
        batch_op.create_index("ix_nome_desde", ["serventia_id", "desde"], unique=False)

    op.create_table(
        "palavra",
        sa.Column("serventia_id", sa.Integer(), nullable=False),
        sa.Column("palavra", sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql"), nullable=False),
        sa.Column("documento_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("pessoal", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["documento_id"], ["documento.id"], name=op.f("fk_palavra_documento_id")),
        sa.ForeignKeyConstraint(["serventia_id"], ["serventia.id"], name=op.f("fk_palavra_serventia_id")),
        sa.PrimaryKeyConstraint("serventia_id", "palavra", "documento_id", name=op.f("pk_palavra")),
    )
    with op.batch_alter_table("palavra", schema=None) as batch_op:
        batch_op.create_index("ix_palavra_documento", ["serventia_id", "documento_id", "palavra"], unique=False)

    op.create_table(
        "folha_lado",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("serventia_id", sa.Integer(), nullable=False),
        sa.Column("livro", sa.Text(), nullable=False),
        sa.Column("folha", sa.Integer(), nullable=False),
        sa.Column("lado", sa.Text(), nullable=False),
        sa.Column("documento_id", sa.BigInteger(), nullable=False),
        sa.Column("job_id", sa.String(length=32), nullable=False),
        sa.Column("estado", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["documento_id"], ["documento.id"], name=op.f("fk_folha_lado_documento_id")),
        sa.ForeignKeyConstraint(["serventia_id"], ["serventia.id"], name=op.f("fk_folha_lado_serventia_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_folha_lado")),
    )
    with op.batch_alter_table("folha_lado", schema=None) as batch_op:
        batch_op.create_index("ix_folha_lado_documento", ["serventia_id", "documento_id"], unique=False)
        batch_op.create_index(
            "uq_folha_lado",
            ["serventia_id", "livro", "folha", "lado"],
            unique=True,
            sqlite_where=sa.text("estado <> 'livre'"),
            postgresql_where=sa.text("estado <> 'livre'"),
        )

    op.create_table(
        "job",
        sa.Column("n", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("serventia_id", sa.Integer(), nullable=False),
        sa.Column("documento_id", sa.BigInteger(), nullable=False),
        sa.Column("instrumento_id", sa.BigInteger(), nullable=True),
        sa.Column("tipo", sa.Text(), nullable=False),
        sa.Column("estado", sa.Text(), nullable=False),
        sa.Column("encerrado", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("viva", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("imprimir", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("desatualizado", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("pedido", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("campos", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("escrevente", sa.Text(), nullable=False),
        sa.Column("subscritor", sa.Text(), nullable=True),
        sa.Column("chave_id", sa.BigInteger(), nullable=True),
        sa.Column("sistema", sa.Text(), nullable=True),
        sa.Column("resumo", sa.String(length=64), nullable=False),
        sa.Column("formato", sa.Text(), nullable=False),
        sa.Column("formato_versao", sa.Text(), nullable=False),
        sa.Column("composicao", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("carimbo", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("layout", sa.String(length=64), nullable=False),
        sa.Column("paginas", sa.Integer(), nullable=False),
        sa.Column("pdf_sha256", sa.String(length=64), nullable=True),
        sa.Column("instrumento_fixado", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("valor", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("qr_selo", sa.Text(), nullable=True),
        sa.Column("qr_url", sa.Text(), nullable=True),
        sa.Column("avisos", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("substitui", sa.Text(), nullable=True),
        sa.Column("substituido_por", sa.String(length=32), nullable=True),
        sa.Column("livro", sa.Text(), nullable=True),
        sa.Column("folha", sa.Text(), nullable=True),
        sa.Column("fila", sa.Text(), nullable=False),
        sa.Column("copias", sa.Integer(), nullable=False),
        sa.Column("bandeja", sa.Text(), nullable=True),
        sa.Column("faces", sa.Text(), nullable=True),
        sa.Column("cups", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("vence_em", Moment(timezone=True), nullable=True),
        sa.Column("dono", sa.Text(), nullable=True),
        sa.Column("posse_ate", Moment(timezone=True), nullable=True),
        sa.Column("falhas", sa.Integer(), server_default="0", nullable=False),
        sa.Column("criado_em", Moment(timezone=True), nullable=False),
        sa.Column("removido_em", Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["chave_id"], ["chave_api.id"], name=op.f("fk_job_chave_id")),
        sa.ForeignKeyConstraint(["documento_id"], ["documento.id"], name=op.f("fk_job_documento_id")),
        sa.ForeignKeyConstraint(["instrumento_id"], ["instrumento.id"], name=op.f("fk_job_instrumento_id")),
        sa.ForeignKeyConstraint(["serventia_id"], ["serventia.id"], name=op.f("fk_job_serventia_id")),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_job")),
        sa.UniqueConstraint("serventia_id", "id", name=op.f("uq_job_serventia_id_id")),
    )
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.create_index(
            "ix_job_aberto",
            ["serventia_id", "estado"],
            unique=False,
            sqlite_where=sa.text("encerrado = 0"),
            postgresql_where=sa.text("NOT encerrado"),
        )
        batch_op.create_index("ix_job_n", ["serventia_id", "n"], unique=False)
        batch_op.create_index(
            "ix_job_criado",
            ["serventia_id", "criado_em", "n", "estado", "tipo", "documento_id"],
            unique=False,
        )
        batch_op.create_index("ix_job_documento", ["serventia_id", "documento_id"], unique=False)
        batch_op.create_index("ix_job_instrumento", ["serventia_id", "instrumento_id"], unique=False)
        batch_op.create_index("ix_job_livro", ["serventia_id", "livro", "folha"], unique=False)
        batch_op.create_index(
            "ix_job_ordem",
            ["serventia_id", "fila", "n"],
            unique=False,
            sqlite_where=sa.text("NOT encerrado"),
            postgresql_where=sa.text("NOT encerrado"),
        )
        batch_op.create_index("ix_job_tipo", ["serventia_id", "tipo", "criado_em"], unique=False)
        batch_op.create_index(
            "ix_job_vence",
            ["serventia_id", "vence_em"],
            unique=False,
            sqlite_where=sa.text("vence_em IS NOT NULL"),
            postgresql_where=sa.text("vence_em IS NOT NULL"),
        )
        batch_op.create_index(
            "uq_job_viva",
            ["serventia_id", "documento_id"],
            unique=True,
            sqlite_where=sa.text("viva"),
            postgresql_where=sa.text("viva"),
        )

    op.create_table(
        "pedido_crc",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("serventia_id", sa.Integer(), nullable=False),
        sa.Column("codigo_hash", sa.Text(), nullable=False),
        sa.Column("canal", sa.Text(), nullable=False),
        sa.Column("num_pedido", sa.Text(), nullable=True),
        sa.Column("solicitante", sa.Text(), nullable=True),
        sa.Column("resumo", sa.String(length=64), nullable=False),
        sa.Column("pedido", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("codigo", sa.String(length=25), nullable=False),
        sa.Column("adicional_centavos", sa.BigInteger(), nullable=False),
        sa.Column("estado", sa.Text(), nullable=False),
        sa.Column("retorno", sa.Text(), nullable=True),
        sa.Column("xml", sa.Text(), nullable=True),
        sa.Column("texto", sa.Text(), nullable=True),
        sa.Column("escrevente", sa.Text(), nullable=False),
        sa.Column("criado_em", Moment(timezone=True), nullable=False),
        sa.Column("mudou_em", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["serventia_id"], ["serventia.id"], name=op.f("fk_pedido_crc_serventia_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pedido_crc")),
        sa.UniqueConstraint("serventia_id", "codigo_hash", name=op.f("uq_pedido_crc_serventia_id_codigo_hash")),
    )
    with op.batch_alter_table("pedido_crc", schema=None) as batch_op:
        batch_op.create_index("ix_pedido_crc_estado", ["serventia_id", "estado"], unique=False)

    op.create_table(
        "pergunta",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("serventia_id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.String(length=32), nullable=False),
        sa.Column("documento_id", sa.BigInteger(), nullable=False),
        sa.Column("tipo", sa.Text(), nullable=False),
        sa.Column("texto", sa.Text(), nullable=False),
        sa.Column("selos", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("atinge", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("xa_ate", Moment(timezone=True), nullable=True),
        sa.Column("alternativas", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("estado", sa.Text(), nullable=False),
        sa.Column("aberta_em", Moment(timezone=True), nullable=False),
        sa.Column("expira_em", Moment(timezone=True), nullable=True),
        sa.Column("resposta", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(["documento_id"], ["documento.id"], name=op.f("fk_pergunta_documento_id")),
        sa.ForeignKeyConstraint(["serventia_id"], ["serventia.id"], name=op.f("fk_pergunta_serventia_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pergunta")),
    )
    with op.batch_alter_table("pergunta", schema=None) as batch_op:
        batch_op.create_index("ix_pergunta_job", ["serventia_id", "job_id"], unique=False)
        batch_op.create_index(
            "uq_pergunta_aberta",
            ["serventia_id", "documento_id"],
            unique=True,
            sqlite_where=sa.text("estado = 'aberta' AND tipo <> 'folhas'"),
            postgresql_where=sa.text("estado = 'aberta' AND tipo <> 'folhas'"),
        )

    op.create_table(
        "selo",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("serventia_id", sa.Integer(), nullable=False),
        sa.Column("codigo", sa.String(length=25), nullable=False),
        sa.Column("numero_fim", sa.String(length=4), nullable=False),
        sa.Column("codigo_fim", sa.String(length=4), nullable=False),
        sa.Column("natureza", sa.Integer(), nullable=False),
        sa.Column("ato", sa.String(length=2), nullable=False),
        sa.Column("descricao", sa.Text(), nullable=False),
        sa.Column("job_id", sa.String(length=32), nullable=True),
        sa.Column("documento_id", sa.BigInteger(), nullable=True),
        sa.Column("instrumento_id", sa.BigInteger(), nullable=True),
        sa.Column("ordem", sa.Integer(), server_default="0", nullable=False),
        sa.Column("principal", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("externo", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("vivo", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("vinculador", sa.String(length=25), nullable=True),
        sa.Column("retifica", sa.String(length=25), nullable=True),
        sa.Column("retificado_por", sa.String(length=25), nullable=True),
        sa.Column("origem", sa.Text(), nullable=False),
        sa.Column("estado", sa.Text(), nullable=False),
        sa.Column("comunicado_em", Moment(timezone=True), nullable=True),
        sa.Column("identificador", sa.Text(), nullable=False),
        sa.Column("momento", Moment(timezone=True), nullable=False),
        sa.Column("dia", sa.Date(), nullable=False),
        sa.Column("isento", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("motivo_isencao", sa.Text(), nullable=True),
        sa.Column("fundamento", sa.Text(), nullable=True),
        sa.Column("emolumentos", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("total_centavos", sa.BigInteger(), nullable=False),
        sa.Column("iss_centavos", sa.BigInteger(), nullable=False),
        sa.Column("registro", sa.Text(), nullable=False),
        sa.Column("assinatura", sa.Text(), nullable=False),
        sa.Column("qr_url", sa.Text(), nullable=False),
        sa.Column("escrevente", sa.Text(), nullable=False),
        sa.Column("sistema", sa.Text(), nullable=True),
        sa.Column("motivo", sa.Text(), nullable=True),
        sa.Column("livro", sa.Text(), nullable=True),
        sa.Column("folha_inicial", sa.Text(), nullable=True),
        sa.Column("termo", sa.Text(), nullable=True),
        sa.Column("matricula", sa.String(length=32), nullable=True),
        sa.Column("criado_em", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["documento_id"], ["documento.id"], name=op.f("fk_selo_documento_id")),
        sa.ForeignKeyConstraint(["instrumento_id"], ["instrumento.id"], name=op.f("fk_selo_instrumento_id")),
        sa.ForeignKeyConstraint(["serventia_id"], ["serventia.id"], name=op.f("fk_selo_serventia_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_selo")),
        sa.UniqueConstraint("serventia_id", "codigo", name=op.f("uq_selo_serventia_id_codigo")),
    )
    with op.batch_alter_table("selo", schema=None) as batch_op:
        batch_op.create_index(
            "ix_selo_ato",
            [
                "serventia_id",
                "ato",
                "dia",
                "id",
                "estado",
                "total_centavos",
                "escrevente",
                "externo",
                "vivo",
                "natureza",
                "origem",
                "iss_centavos",
                "isento",
            ],
            unique=False,
        )
        batch_op.create_index(
            "ix_selo_dia",
            [
                "serventia_id",
                "dia",
                "id",
                "ato",
                "estado",
                "total_centavos",
                "escrevente",
                "externo",
                "vivo",
                "natureza",
                "origem",
                "iss_centavos",
                "isento",
            ],
            unique=False,
        )
        batch_op.create_index("ix_selo_documento", ["serventia_id", "documento_id"], unique=False)
        batch_op.create_index(
            "ix_selo_escrevente",
            [
                "serventia_id",
                "escrevente",
                "dia",
                "id",
                "ato",
                "estado",
                "total_centavos",
                "externo",
                "vivo",
                "natureza",
                "origem",
                "iss_centavos",
                "isento",
            ],
            unique=False,
        )
        batch_op.create_index(
            "ix_selo_estado",
            [
                "serventia_id",
                "estado",
                "dia",
                "id",
                "ato",
                "total_centavos",
                "escrevente",
                "externo",
                "vivo",
                "natureza",
                "origem",
                "iss_centavos",
                "isento",
            ],
            unique=False,
        )
        batch_op.create_index("ix_selo_ordem", ["serventia_id", "id"], unique=False)
        batch_op.create_index("ix_selo_fim", ["serventia_id", "codigo_fim"], unique=False)
        batch_op.create_index("ix_selo_folha", ["serventia_id", "folha_inicial"], unique=False)
        batch_op.create_index("ix_selo_identificador", ["serventia_id", "identificador"], unique=False)
        batch_op.create_index("ix_selo_job", ["serventia_id", "job_id"], unique=False)
        batch_op.create_index("ix_selo_livro", ["serventia_id", "livro", "folha_inicial"], unique=False)
        batch_op.create_index("ix_selo_matricula", ["serventia_id", "matricula"], unique=False)
        batch_op.create_index(
            "ix_selo_total",
            [
                "serventia_id",
                "total_centavos",
                "dia",
                "id",
                "ato",
                "estado",
                "escrevente",
                "externo",
                "vivo",
                "natureza",
                "origem",
                "iss_centavos",
                "isento",
            ],
            unique=False,
        )
        batch_op.create_index("ix_selo_numero", ["serventia_id", "numero_fim"], unique=False)
        batch_op.create_index("ix_selo_termo", ["serventia_id", "termo"], unique=False)
        batch_op.create_index("ix_selo_vinculador", ["serventia_id", "vinculador"], unique=False)
        batch_op.create_index(
            "uq_selo_pv",
            ["serventia_id", "instrumento_id"],
            unique=True,
            sqlite_where=sa.text("vivo AND ato = 'PV' AND retifica IS NULL"),
            postgresql_where=sa.text("vivo AND ato = 'PV' AND retifica IS NULL"),
        )
        batch_op.create_index(
            "uq_selo_retifica",
            ["serventia_id", "retifica"],
            unique=True,
            sqlite_where=sa.text("retifica IS NOT NULL"),
            postgresql_where=sa.text("retifica IS NOT NULL"),
        )
    _copies()
    triggers = _SQLITE_TRIGGERS if op.get_bind().dialect.name == "sqlite" else _POSTGRES_TRIGGERS
    for trigger in triggers:
        op.execute(trigger)
    walls.raise_walls(op.get_bind())


def _copies() -> None:
    """Create the tables of copies, rehearsals and restores."""
    op.create_table(
        "copia",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("serventia_id", sa.Integer(), nullable=False),
        sa.Column("lugar", sa.Text(), nullable=False),
        sa.Column("situacao", sa.Text(), nullable=False),
        sa.Column("inicio", Moment(timezone=True), nullable=False),
        sa.Column("fim", Moment(timezone=True), nullable=False),
        sa.Column("instantaneo", sa.Text(), nullable=True),
        sa.Column("registro_n", sa.BigInteger(), nullable=True),
        sa.Column("registro_hash", sa.String(length=64), nullable=True),
        sa.Column("arquivos", sa.BigInteger(), nullable=True),
        sa.Column("bytes", sa.BigInteger(), nullable=True),
        sa.Column("falha", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["serventia_id"], ["serventia.id"], name=op.f("fk_copia_serventia_id_serventia")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_copia")),
    )
    op.create_index("ix_copia_lugar", "copia", ["serventia_id", "lugar", "situacao", "fim"])
    op.create_table(
        "copia_chave",
        sa.Column("serventia_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("criada_em", Moment(timezone=True), nullable=False),
        sa.Column("conferida_em", Moment(timezone=True), nullable=True),
        sa.Column("conferida_por", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["serventia_id"], ["serventia.id"], name=op.f("fk_copia_chave_serventia_id_serventia")),
        sa.PrimaryKeyConstraint("serventia_id", name=op.f("pk_copia_chave")),
    )
    op.create_table(
        "ensaio",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("serventia_id", sa.Integer(), nullable=False),
        sa.Column("quando", Moment(timezone=True), nullable=False),
        sa.Column("lugar", sa.Text(), nullable=False),
        sa.Column("instantaneo", sa.Text(), nullable=True),
        sa.Column("copia_de", Moment(timezone=True), nullable=True),
        sa.Column("certo", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("figuras", sa.JSON(), nullable=False),
        sa.Column("falha", sa.Text(), nullable=True),
        sa.Column("ata", sa.Text(), nullable=True),
        sa.Column("ata_sha256", sa.String(length=64), nullable=True),
        sa.Column("quem", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["serventia_id"], ["serventia.id"], name=op.f("fk_ensaio_serventia_id_serventia")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ensaio")),
    )
    op.create_index("ix_ensaio_quando", "ensaio", ["serventia_id", "quando"])
    op.create_table(
        "restauracao",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("serventia_id", sa.Integer(), nullable=False),
        sa.Column("copia_de", Moment(timezone=True), nullable=False),
        sa.Column("registro_n", sa.BigInteger(), nullable=False),
        sa.Column("registro_hash", sa.String(length=64), nullable=False),
        sa.Column("quando", Moment(timezone=True), nullable=True),
        sa.Column("origem", sa.Text(), nullable=True),
        sa.Column("passos", sa.JSON(), nullable=False),
        sa.Column("fim", Moment(timezone=True), nullable=True),
        sa.Column("quem", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["serventia_id"], ["serventia.id"], name=op.f("fk_restauracao_serventia_id_serventia")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restauracao")),
    )
    op.create_index("ix_restauracao_aberta", "restauracao", ["serventia_id", "fim"])
