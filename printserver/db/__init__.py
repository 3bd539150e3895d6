"""The database: every table of the house, and the two doors to it (reading, writing). Knows no rule of the book.

Every table bears its `serventia`, and every unique index begins with it. Money is whole centavos, times are UTC.
SQLite (WAL, synchronous=FULL) by default, PostgreSQL by URL; the schema itself is made by the migrations.
"""

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from printserver.db import sqlite
from printserver.db.witness import Testimony, Witness
from printserver.db.writer import Holder, WriterNote
from printserver.errors import Recusa

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Moment(sa.types.TypeDecorator[datetime]):
    """An aware datetime, stored in UTC."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Refuse a naive time; SQLite keeps no offset, so it gets the UTC time bare."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002
        """Give the time back aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


_BigId = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _id() -> sa.Column[int]:
    return sa.Column("id", _BigId, primary_key=True, autoincrement=True)


def _office() -> sa.Column[int]:
    return sa.Column("serventia_id", sa.Integer, sa.ForeignKey("serventia.id"), nullable=False)


def _text(name: str, *, nullable: bool = True) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=nullable)


def _json(name: str, *, nullable: bool = True) -> sa.Column[Any]:
    return sa.Column(name, sa.JSON(none_as_null=True), nullable=nullable)


def _moment(name: str, *, nullable: bool = True) -> sa.Column[datetime]:
    return sa.Column(name, Moment, nullable=nullable)


def _flag(name: str, default: str = "0") -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean, nullable=False, server_default=sa.false() if default == "0" else sa.true())


def _unique_where(name: str, *columns: str, where: str) -> sa.Index:
    return sa.Index(name, *columns, unique=True, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


serventia = sa.Table(
    "serventia",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("cns", sa.String(6), nullable=False, unique=True),
    _text("instancia", nullable=False),  # a name of this office's own, for programs to tell two servers apart
    _moment("criada_em", nullable=False),
)

pessoa = sa.Table(
    "pessoa",
    metadata,
    _id(),
    _office(),
    _text("usuario", nullable=False),
    _text("nome", nullable=False),
    _text("papel", nullable=False),
    _text("senha_hash", nullable=False),
    _flag("ativa", "1"),
    _moment("criada_em", nullable=False),
    sa.UniqueConstraint("serventia_id", "usuario"),
)

sessao = sa.Table(
    "sessao",  # a person who logged in at a screen: what the browser's cookie stands for (A5)
    metadata,
    sa.Column("sha256", sa.String(64), primary_key=True),  # of the token that the cookie holds
    _office(),
    sa.Column("pessoa_id", sa.BigInteger, sa.ForeignKey("pessoa.id"), nullable=False),
    _text("endereco"),
    _moment("criada_em", nullable=False),
    _moment("vista_em", nullable=False),  # when the person last did something; a live part of a page does nothing
    _moment("fim_em"),
    sa.Index("ix_sessao_pessoa", "serventia_id", "pessoa_id"),
)

chave_api = sa.Table(
    "chave_api",
    metadata,
    _id(),
    _office(),
    _text("nome", nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False, index=True),
    _json("direitos", nullable=False),
    _text("fila"),  # of what this station or program prints without naming one
    _moment("criada_em", nullable=False),
    _moment("revogada_em"),
    sa.UniqueConstraint("serventia_id", "nome"),
    sa.UniqueConstraint("serventia_id", "sha256"),
)

sequencia = sa.Table(
    "sequencia",
    metadata,
    sa.Column("serventia_id", sa.Integer, sa.ForeignKey("serventia.id"), primary_key=True),
    sa.Column("nome", sa.String(40), primary_key=True),
    sa.Column("proximo", sa.BigInteger, nullable=False),
)

fila = sa.Table(
    "fila",
    metadata,
    _id(),
    _office(),
    _text("nome", nullable=False),
    _text("tipo", nullable=False),  # pasta | cups
    _text("destino", nullable=False),  # the folder, or the queue's name in CUPS
    _text("servidor"),  # socket path or HOST:PORT; null: the machine's own
    _text("usuario"),  # who logs in at the server; the password is in the instance's folder, never here
    _flag("tls"),
    sa.Column("certificado", sa.String(64)),  # with TLS: the SHA-256 of the certificate that the server must show
    _flag("padrao"),
    _flag("papel_numerado"),
    _text("papel_proximo"),  # the number of the next sheet in the tray, as it is written on it (P5)
    sa.Column("papel_tentativa", sa.BigInteger),  # the try that took the queue last; null: what came out is known
    _text("papel_parada"),  # why no number can be given to the next sheet
    _text("reserva"),  # the queue a person may move a print to
    _json("deslocamentos"),  # tray ("": any) → [x, y] in mm (P7)
    _json("prova"),  # what its test page showed that it can prove (see jobs/queues.py)
    _moment("criada_em", nullable=False),
    sa.UniqueConstraint("serventia_id", "nome"),
)

instrumento = sa.Table(
    "instrumento",
    metadata,
    _id(),
    _office(),
    _text("chave", nullable=False),  # X0: the legacy program's id, normalised
    _json("minuta"),  # the newest minuta's INSTRUMENTO, its body by hash
    _moment("minuta_em"),
    _text("assinaturas"),  # N11: completas | pendentes | desistencia, as last said; null: as the livro was printed with
    sa.Column("primeira_assinatura", sa.Date),  # the 30 days of N11 count from it
    sa.UniqueConstraint("serventia_id", "chave"),
)

documento = sa.Table(
    "documento",
    metadata,
    _id(),
    _office(),
    sa.Column("instrumento_id", sa.BigInteger, sa.ForeignKey("instrumento.id")),
    _text("tipo", nullable=False),
    _text("chave", nullable=False),  # X0: what "the same document" is
    sa.Column("numero", sa.Integer),  # of a traslado
    sa.UniqueConstraint("serventia_id", "chave"),
    sa.Index("ix_documento_instrumento", "serventia_id", "instrumento_id"),
)

corpo = sa.Table(
    "corpo",
    metadata,
    sa.Column("serventia_id", sa.Integer, sa.ForeignKey("serventia.id"), primary_key=True),
    sa.Column("sha256", sa.String(64), primary_key=True),
    _text("formato", nullable=False),
    _text("conteudo", nullable=False),
)

formato = sa.Table(
    "formato",
    metadata,
    sa.Column("serventia_id", sa.Integer, sa.ForeignKey("serventia.id"), primary_key=True),
    sa.Column("versao", sa.String(64), primary_key=True),
    _text("nome", nullable=False),
    _json("definicao", nullable=False),
)

job = sa.Table(
    "job",
    metadata,
    sa.Column("n", _BigId, primary_key=True, autoincrement=True),  # the order of acceptance
    sa.Column("id", sa.String(32), nullable=False),
    _office(),
    sa.Column("documento_id", sa.BigInteger, sa.ForeignKey("documento.id"), nullable=False),
    sa.Column("instrumento_id", sa.BigInteger, sa.ForeignKey("instrumento.id")),
    _text("tipo", nullable=False),
    _text("estado", nullable=False),
    _flag("encerrado"),
    _flag("viva"),  # it bears live seals: at most one such print a document (X1)
    _flag("imprimir", "1"),
    _flag("desatualizado"),  # it shows a seal of the livro that is no longer live (X6)
    # what was asked, and by whom
    _json("pedido", nullable=False),  # the request, its body by hash
    _json("campos", nullable=False),  # `documento` as the contract's job shows it
    _text("escrevente", nullable=False),
    _text("subscritor"),
    sa.Column("chave_id", sa.BigInteger, sa.ForeignKey("chave_api.id")),
    _text("sistema"),
    sa.Column("resumo", sa.String(64), nullable=False),  # of the request: the same body finds the same question (X1)
    # what is laid out and stamped
    _text("formato", nullable=False),
    _text("formato_versao", nullable=False),
    _json("composicao", nullable=False),
    _json("carimbo"),
    sa.Column("layout", sa.String(64), nullable=False),
    sa.Column("paginas", sa.Integer, nullable=False),
    sa.Column("pdf_sha256", sa.String(64)),
    _json("instrumento_fixado"),  # of a livro: what copies are made from (N8)
    _text("qr_selo"),
    _text("qr_url"),
    _json("avisos", nullable=False),
    _text("substitui"),
    sa.Column("substituido_por", sa.String(32)),  # the job that replaced this print (X8)
    _text("livro"),  # normalised, to be found by
    _text("folha"),
    # where it goes
    _text("fila", nullable=False),
    sa.Column("copias", sa.Integer, nullable=False),
    _text("bandeja"),
    _text("faces"),
    _json("cups"),
    # the engine's
    _moment("vence_em"),  # due: null where only a person or nothing moves it
    _text("dono"),
    _moment("posse_ate"),
    sa.Column("falhas", sa.Integer, nullable=False, server_default="0"),
    _moment("criado_em", nullable=False),
    sa.UniqueConstraint("serventia_id", "id"),
    _unique_where("uq_job_viva", "serventia_id", "documento_id", where="viva"),
    sa.Index(
        "ix_job_vence",
        "serventia_id",
        "vence_em",
        sqlite_where=sa.text("vence_em IS NOT NULL"),
        postgresql_where=sa.text("vence_em IS NOT NULL"),
    ),
    sa.Index("ix_job_criado", "serventia_id", "criado_em"),
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
        sqlite_where=sa.text("encerrado = 0"),  # as the queries are written there: else the index is not seen
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
    _text("palavra"),  # the word of the first answer; null: it was a success
    _json("feito"),  # of a call that made no job: what it made, by code or id
    _moment("criada_em", nullable=False),
)

citacao = sa.Table(
    "citacao",  # a print that shows a livro's seal: stale when that seal is no longer live (N3, N6, X6)
    metadata,
    sa.Column("serventia_id", sa.Integer, sa.ForeignKey("serventia.id"), primary_key=True),
    sa.Column("codigo", sa.String(25), primary_key=True),
    sa.Column("job_id", sa.String(32), primary_key=True),
)

# T5: what a search asks for, in the order of its answer (`consulta.lista`).
_PROCURADOS = (
    *("dia", "id", "ato", "estado", "total_centavos", "escrevente", "externo", "vivo", "natureza", "origem"),
    *("iss_centavos", "isento"),  # what is added up
)


def _search(name: str, *first: str) -> sa.Index:
    """An index that begins with what is looked for and holds all else that may be: the table need not be read."""
    return sa.Index(name, "serventia_id", *first, *(each for each in _PROCURADOS if each not in first))


selo = sa.Table(
    "selo",
    metadata,
    _id(),
    _office(),
    sa.Column("codigo", sa.String(25), nullable=False),
    sa.Column("natureza", sa.Integer, nullable=False),
    sa.Column("ato", sa.String(2), nullable=False),
    _text("descricao", nullable=False),
    sa.Column("job_id", sa.String(32)),
    sa.Column("documento_id", sa.BigInteger, sa.ForeignKey("documento.id")),
    sa.Column("instrumento_id", sa.BigInteger, sa.ForeignKey("instrumento.id")),
    sa.Column("ordem", sa.Integer, nullable=False, server_default="0"),
    _flag("principal"),
    _flag("externo"),  # of another program (N13)
    _flag("vivo", "1"),  # S11
    sa.Column("vinculador", sa.String(25)),
    sa.Column("retifica", sa.String(25)),
    sa.Column("retificado_por", sa.String(25)),
    _text("origem", nullable=False),  # documento | avulso | hibrido | diario | carta
    _text("estado", nullable=False),  # T3, towards the court
    _moment("comunicado_em"),  # when the court said that it has it
    _text("identificador", nullable=False),
    _moment("momento", nullable=False),  # of the act (S7)
    sa.Column("dia", sa.Date, nullable=False),  # the office's day of it
    _flag("isento"),
    _text("motivo_isencao"),
    _json("emolumentos", nullable=False),  # the eight components, in centavos
    sa.Column("total_centavos", sa.BigInteger, nullable=False),
    sa.Column("iss_centavos", sa.BigInteger, nullable=False),
    _text("registro", nullable=False),
    _text("assinatura", nullable=False),
    _text("qr_url", nullable=False),
    _text("escrevente", nullable=False),
    _text("sistema"),
    _text("motivo"),
    _text("livro"),
    _text("folha_inicial"),
    _text("termo"),
    sa.Column("matricula", sa.String(32)),  # of a civil registry's assento (C10)
    _moment("criado_em", nullable=False),
    sa.UniqueConstraint("serventia_id", "codigo"),
    sa.Index("ix_selo_job", "serventia_id", "job_id"),
    sa.Index("ix_selo_documento", "serventia_id", "documento_id"),
    sa.Index("ix_selo_livro", "serventia_id", "livro", "folha_inicial"),
    _search("ix_selo_dia"),
    _search("ix_selo_ato", "ato"),
    _search("ix_selo_estado", "estado"),
    _search("ix_selo_total", "total_centavos"),
    _search("ix_selo_escrevente", "escrevente"),
    sa.Index("ix_selo_folha", "serventia_id", "folha_inicial"),
    sa.Index("ix_selo_termo", "serventia_id", "termo"),
    sa.Index("ix_selo_matricula", "serventia_id", "matricula"),
    sa.Index("ix_selo_identificador", "serventia_id", "identificador"),
    sa.Index("ix_selo_vinculador", "serventia_id", "vinculador"),
    # a seal has one retificador at most: the chain is a line (S11)
    _unique_where("uq_selo_retifica", "serventia_id", "retifica", where="retifica IS NOT NULL"),
)

outbox = sa.Table(
    "outbox",  # what the court is to be told, written in the transaction that makes the seal (T1, T2)
    metadata,
    _id(),
    _office(),
    sa.Column("codigo", sa.String(25), nullable=False),
    _text("tipo", nullable=False),  # ato | retificacao | xa | vinculo
    sa.Column("alvo", sa.String(25)),  # what goes before it: the seal rectified, of a vinculo its vinculador
    _json("carga", nullable=False),
    _text("estado", nullable=False),  # pendente | enviando | duvida | aceito | objetado | impossivel
    _moment("prazo", nullable=False),  # 24 hours from the act (T1)
    _moment("vence_em"),  # due; null where only a person or nothing moves it
    sa.Column("tentativas", sa.Integer, nullable=False, server_default="0"),
    _text("dono"),
    _moment("posse_ate"),
    _json("erros"),  # what the court objected to, in its words
    sa.Column("comunicacao_id", sa.BigInteger),  # the exchange that said so
    _moment("fim_em"),
    _moment("criado_em", nullable=False),
    sa.Index(
        "ix_outbox_vence",
        "serventia_id",
        "vence_em",
        sqlite_where=sa.text("vence_em IS NOT NULL"),
        postgresql_where=sa.text("vence_em IS NOT NULL"),
    ),
    sa.Index(
        "ix_outbox_aberto",
        "serventia_id",
        "prazo",
        sqlite_where=sa.text("fim_em IS NULL"),
        postgresql_where=sa.text("fim_em IS NULL"),
    ),
    sa.Index("ix_outbox_codigo", "serventia_id", "codigo"),
    sa.Index("ix_outbox_alvo", "serventia_id", "alvo"),
    sa.Index("ix_outbox_fim", "serventia_id", "estado", "fim_em"),
)

comunicacao = sa.Table(
    "comunicacao",  # an exchange with the court, as it went over the wire
    metadata,
    _id(),
    _office(),
    _text("operacao", nullable=False),  # enviar | consultar | vincular | listar
    _text("pedido", nullable=False),
    sa.Column("status", sa.Integer),  # of HTTP; null: no answer came
    _text("resposta"),
    _text("falha"),  # why no answer came
    _moment("inicio", nullable=False),
    _moment("fim"),  # null: begun, and not known how it ended
    sa.Index("ix_comunicacao_inicio", "serventia_id", "inicio"),
)

remetente = sa.Table(
    "remetente",  # the one that sends to the court for an office, and its circuit breaker
    metadata,
    sa.Column("serventia_id", sa.Integer, sa.ForeignKey("serventia.id"), primary_key=True),
    _text("dono"),
    _moment("posse_ate"),
    sa.Column("falhas", sa.Integer, nullable=False, server_default="0"),  # openings of the breaker in a row
    _moment("aberto_ate"),  # nothing is sent before; null: closed
    _text("ultima_falha"),
    _moment("ultimo_sucesso"),
    _moment("pedido_em"),  # a person asked that what is pending go now
)

aviso = sa.Table(
    "aviso",  # a notice, shown and sent by e-mail: each once
    metadata,
    sa.Column("serventia_id", sa.Integer, sa.ForeignKey("serventia.id"), primary_key=True),
    sa.Column("chave", sa.String(120), primary_key=True),
    _text("tipo", nullable=False),  # what it is of: lote, recusado, prazo-12h …
    _text("assunto", nullable=False),
    _text("texto", nullable=False),
    _moment("quando", nullable=False),
    _moment("vence_em"),  # to go by e-mail; null: it went, or does not go
    sa.Column("tentativas", sa.Integer, nullable=False, server_default="0"),
    _moment("enviado_em"),
    _text("falha"),  # why the last try did not go
    sa.Index("ix_aviso_quando", "serventia_id", "quando"),
)

ato_balcao = sa.Table(
    "ato_balcao",  # an act at the counter, with a paper seal, that waits for the day's check (H1, H2)
    metadata,
    _id(),
    _office(),
    sa.Column("ato", sa.String(2), nullable=False),
    sa.Column("serie", sa.String(6), nullable=False),
    sa.Column("numero", sa.Integer, nullable=False),
    sa.Column("data", sa.Date, nullable=False),
    _flag("isento"),
    _text("motivo_isencao"),
    _json("emolumentos", nullable=False),
    sa.Column("total_centavos", sa.BigInteger, nullable=False),
    _text("estado", nullable=False),  # aguardando | carregado | estornado
    sa.Column("codigo", sa.String(25)),
    _text("escrevente", nullable=False),
    _text("sistema"),
    _moment("criado_em", nullable=False),
    _json("estorno"),  # motivo, quem, quando
    sa.Index("ix_ato_balcao_data", "serventia_id", "data"),
    sa.Index("ix_ato_balcao_estado", "serventia_id", "estado", "data"),
)

selo_papel = sa.Table(
    "selo_papel",  # a numbered paper seal whose fate is known: each number once for ever (S4, R3)
    metadata,
    sa.Column("serventia_id", sa.Integer, sa.ForeignKey("serventia.id"), primary_key=True),
    sa.Column("ato", sa.String(2), primary_key=True),
    sa.Column("serie", sa.String(6), primary_key=True),
    sa.Column("numero", sa.Integer, primary_key=True, autoincrement=False),
    _text("estado", nullable=False),  # aguardando | comunicado | inutilizado
    sa.Column("codigo", sa.String(25)),  # null: waits, void, or reported by another program
    sa.Column("data", sa.Date, nullable=False),
    _text("motivo"),
    _text("quem", nullable=False),
    _moment("quando", nullable=False),
    sa.Index("ix_selo_papel_data", "serventia_id", "data"),
)

diario = sa.Table(
    "diario",  # the one seal of a day (D1, D2)
    metadata,
    sa.Column("serventia_id", sa.Integer, sa.ForeignKey("serventia.id"), primary_key=True),
    sa.Column("tipo", sa.String(20), primary_key=True),  # fotocopia | cenad
    sa.Column("dia", sa.Date, primary_key=True),
    sa.Column("codigo", sa.String(25), nullable=False),  # its first: the chain leads to the newest
)

pergunta = sa.Table(
    "pergunta",
    metadata,
    _id(),
    _office(),
    sa.Column("job_id", sa.String(32), nullable=False),
    sa.Column("documento_id", sa.BigInteger, sa.ForeignKey("documento.id"), nullable=False),
    _text("tipo", nullable=False),  # xa | selo | folhas
    _text("texto", nullable=False),
    _json("selos", nullable=False),
    _json("atinge", nullable=False),
    _moment("xa_ate"),
    _json("alternativas", nullable=False),
    _text("estado", nullable=False),  # aberta | respondida | substituida | expirada
    _moment("aberta_em", nullable=False),
    _moment("expira_em"),  # null: it waits for ever (folhas)
    _json("resposta"),
    sa.Index("ix_pergunta_job", "serventia_id", "job_id"),
    _unique_where("uq_pergunta_aberta", "serventia_id", "documento_id", where="estado = 'aberta' AND tipo <> 'folhas'"),
)

tentativa = sa.Table(
    "tentativa",
    metadata,
    _id(),
    _office(),
    sa.Column("job_id", sa.String(32), nullable=False),
    sa.Column("numero", sa.Integer, nullable=False),
    _text("fila", nullable=False),
    _text("paginas"),  # "2-3": an extract; null: all
    sa.Column("passada", sa.Integer),  # which pass of the print (fronts and backs, copies); null: pages sent again
    sa.Column("pdf_sha256", sa.String(64), nullable=False),
    sa.Column("enviado_sha256", sa.String(64)),  # what was sent, where the queue moves it (P7); null: pdf_sha256 itself
    _text("dono"),
    _moment("posse_ate"),
    sa.Column("cups_id", sa.Integer),
    _moment("criada_em", nullable=False),
    _text("vida"),  # of the print server at the release: another one now means that it died since
    _moment("liberada_em"),
    _moment("fim_em"),  # nothing of it is at the queue any more
    _text("resultado"),
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
    _text("dono", nullable=False),
    _moment("posse_ate", nullable=False),
)

papel = sa.Table(
    "papel",
    metadata,
    _id(),
    _office(),
    _text("numero", nullable=False),  # normalised (X0's manner)
    _text("fila"),  # the queue that gave the number; null: it came with the request
    sa.Column("job_id", sa.String(32)),
    sa.Column("tentativa", sa.Integer),  # the try at paper that took it
    sa.Column("folha", sa.Integer),
    _text("estado", nullable=False),  # usado | inutilizado
    _text("motivo"),
    _text("quem"),
    _moment("quando", nullable=False),
    sa.UniqueConstraint("serventia_id", "numero"),
    sa.Index("ix_papel_job", "serventia_id", "job_id"),
)

papel_lote = sa.Table(
    "papel_lote",  # a run of numbered paper that a queue received (P5)
    metadata,
    _id(),
    _office(),
    _text("fila", nullable=False),
    _text("prefixo", nullable=False),  # what stands before the last digits, without blanks
    sa.Column("algarismos", sa.Integer, nullable=False),  # how many they are, zeros included
    sa.Column("de", sa.BigInteger, nullable=False),
    sa.Column("ate", sa.BigInteger, nullable=False),
    _text("quem", nullable=False),
    _moment("quando", nullable=False),
    sa.UniqueConstraint("serventia_id", "prefixo", "de"),
)

folha_lado = sa.Table(
    "folha_lado",
    metadata,
    _id(),
    _office(),
    _text("livro", nullable=False),
    sa.Column("folha", sa.Integer, nullable=False),
    _text("lado", nullable=False),  # frente | verso
    sa.Column("documento_id", sa.BigInteger, sa.ForeignKey("documento.id"), nullable=False),
    sa.Column("job_id", sa.String(32), nullable=False),
    _text("estado", nullable=False),  # ocupada | livre | inutilizada
    sa.Index("ix_folha_lado_documento", "serventia_id", "documento_id"),
    _unique_where("uq_folha_lado", "serventia_id", "livro", "folha", "lado", where="estado <> 'livre'"),
)

pagina = sa.Table(
    "pagina",
    metadata,
    _id(),
    _office(),
    sa.Column("job_id", sa.String(32), nullable=False),
    sa.Column("pagina", sa.Integer, nullable=False),
    sa.Column("tentativa", sa.Integer, nullable=False),  # the try at paper that was judged; 0: before the first
    _text("estado", nullable=False),  # boa | inutilizada | nao_saiu; the newest row speaks
    _text("papel"),
    _text("motivo", nullable=False),
    _text("quem", nullable=False),
    _moment("quando", nullable=False),
    sa.Index("ix_pagina_job", "serventia_id", "job_id"),
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
    _moment("quando", nullable=False),
    _text("objeto", nullable=False),  # job | selo | pergunta | pdf | pessoa …
    _text("objeto_id", nullable=False),
    _text("estado", nullable=False),
    _text("quem"),
    _text("sistema"),
    _text("endereco"),
    _json("detalhe", nullable=False),
    _json("prova"),  # what the row that it speaks of is held against (A6, see `auditoria.provas`); not shown
    sa.Column("hash", sa.String(64), nullable=False),
    sa.UniqueConstraint("serventia_id", "evento"),
    sa.Index("ix_log_objeto", "serventia_id", "objeto", "objeto_id"),
)


# A session that is silent amid a transaction is a machine that froze or is gone (TCP tells so after two hours): the
# rows that it locked must not hold the office up. And no query here is worth compiling: to do so takes up to 60 ms.
_SESSION = "-c idle_in_transaction_session_timeout=30s -c jit=off"


WAIT_S: Final = 30.0  # for another writer of SQLite, in this process and in others
_TESTIMONY: Final = "testimony"


class Database:
    """The two doors: `read()` for looking, `write()` for one transaction that commits whole or not at all."""

    def __init__(self, url: str) -> None:
        """Open `url` (SQLAlchemy form); nothing is connected until the first use.

        Raises `ConfigError` where SQLite is wanted and the installed one can lose a commit.
        """
        self.url = url
        self.sqlite = url.startswith("sqlite")
        self._write_lock = threading.Lock()
        file = sa.make_url(url).database if self.sqlite else None
        self.witness = Witness(Path(file) if file else None)
        self._writer_note = WriterNote(Path(file) if file else None)
        self.observe_write: Callable[[float], None] = lambda _seconds: None  # is told how long each transaction took
        if self.sqlite:
            sqlite.check_version()
            # A pooled connection per thread at work; waiting happens at our lock and at busy_timeout, not at the pool.
            options: dict[str, Any] = {"module": sqlite.dbapi, "connect_args": {"check_same_thread": False}}
            self._reader = sa.create_engine(url, pool_size=20, max_overflow=40, **options)
            self._writer = sa.create_engine(url, pool_size=1, max_overflow=1, **options)
            _tune_sqlite(self._reader, "BEGIN", self.witness)
            _tune_sqlite(self._writer, "BEGIN IMMEDIATE", self.witness)
        else:
            asked = sa.make_url(url).query
            self._reader = self._writer = sa.create_engine(
                url,
                pool_size=20,
                max_overflow=20,
                pool_pre_ping=True,
                connect_args={} if "options" in asked else {"options": _SESSION},
            )

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection for reading, one consistent view on SQLite."""
        with self._reader.connect() as conn:
            yield conn

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Give a connection for reading that sees one state of the whole database however long it reads."""
        with self._reader.connect() as conn:
            yield conn if self.sqlite else conn.execution_options(isolation_level="REPEATABLE READ")

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a connection inside a writing transaction: committed at the end, rolled back on any exception.

        Raises `Recusa` `servidor-ocupado` where another writer does not end, or the database is not the one that was
        opened. Nothing but the database may be waited for inside: all others wait meanwhile.
        """
        with self._turn() as conn:
            began = monotonic()
            self._writer_note.begun()
            kept = conn.info  # of the connection itself: it may be lost inside
            testimony = kept[_TESTIMONY] = Testimony(self.witness)
            try:
                self.witness.check()
                yield conn
                self.witness.check()  # a file that was taken away meanwhile would take this with it
                conn.commit()
            finally:
                kept.pop(_TESTIMONY, None)
        testimony.committed()
        self.observe_write(monotonic() - began)

    @contextmanager
    def _turn(self) -> Iterator[Connection]:
        """Give a connection whose transaction has begun.

        SQLite has one writer: a lock in the process stands before BEGIN IMMEDIATE, else many threads wait unfairly at
        its busy handler.
        """
        if not self.sqlite:
            with self._writer.connect() as conn:
                conn.begin()
                yield conn
            return
        end = monotonic() + WAIT_S
        if not self._write_lock.acquire(timeout=WAIT_S):
            raise self._busy()
        try:
            with self._writer.connect() as conn:
                try:
                    left = max(0.0, end - monotonic())
                    conn.connection.cursor().execute(f"PRAGMA busy_timeout={int(left * 1000)}")
                    conn.begin()
                except OperationalError as error:
                    if "locked" in str(error.orig):
                        raise self._busy() from error
                    raise
                yield conn
        finally:
            self._write_lock.release()

    def _busy(self) -> Recusa:
        holder = self.holder()
        who = f" {holder.text()}" if holder else " O banco de dados está ocupado por outra gravação que não termina."
        return Recusa(
            "servidor-ocupado", f"Nada foi gravado.{who} Envie o mesmo pedido de novo daqui a pouco.", retry_after=5
        )

    def holder(self) -> Holder | None:
        """Return who holds SQLite's write lock right now; None where none does, or it cannot be told."""
        return self._writer_note.holder()

    @property
    def versao(self) -> str:
        """Name and version of what keeps the office's records, as far as it is known without asking a server."""
        return f"SQLite {sqlite.VERSION_TEXT}" if self.sqlite else "PostgreSQL"

    @property
    def engine(self) -> Engine:
        """The writing engine, for migrations."""
        return self._writer

    def close(self) -> None:
        """Close every connection."""
        self._reader.dispose()
        self._writer.dispose()
        self._writer_note.close()


def count(conn: Connection, serventia_id: int, name: str, found: int, left: int) -> None:
    """Tell this process's witness that an office's count was `found`, under its lock, and will be `left`.

    Raises `Recusa` `servidor-ocupado` where this process committed it further on.
    """
    testimony: Testimony | None = conn.info.get(_TESTIMONY)
    if testimony is not None:
        testimony.count((serventia_id, name), found, left)


def as_stored(columns: Iterable[sa.ColumnElement[Any]]) -> list[sa.ColumnElement[Any]]:
    """Return columns to be selected as the database keeps them: a value that somebody spoiled breaks no reading."""
    return [sa.type_coerce(column, sa.types.NullType()).label(column.name) for column in columns]


def as_meant(column: sa.ColumnElement[Any]) -> Callable[[Any], Any]:
    """Return what makes a value that was read `as_stored` the one that was written; a spoiled one stays as it is."""
    if isinstance(column.type, sa.JSON):
        return _json_meant
    if isinstance(column.type, sa.Boolean):
        return lambda value: bool(value) if value in (0, 1) else value
    if isinstance(column.type, Moment):
        return lambda value: _time_meant(value, "%Y-%m-%d %H:%M:%S.%f")
    if isinstance(column.type, sa.Date):
        return lambda value: _time_meant(value, "%Y-%m-%d")
    return lambda value: value


def _json_meant(value: Any) -> Any:
    try:
        return json.loads(value) if isinstance(value, str | bytes) else value
    except ValueError:
        return value


def _time_meant(value: Any, form: str) -> Any:
    if not isinstance(value, str):
        return value
    try:
        found = datetime.strptime(value, form).replace(tzinfo=UTC)
    except ValueError:
        return value
    return found if "%H" in form else found.date()


def _tune_sqlite(engine: Engine, begin: str, witness: Witness) -> None:
    def on_connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        cursor = connection.cursor()
        for pragma in (
            f"busy_timeout={int(WAIT_S * 1000)}",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "temp_store=MEMORY",
            "cache_size=-512",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()
        witness.opened()

    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    def before_connect(*_: object) -> None:
        witness.check()  # a file that is gone would be made, empty

    event.listen(engine, "do_connect", before_connect)
    event.listen(engine, "connect", on_connect)
    event.listen(engine, "begin", on_begin)


def lost_a_race(error: DBAPIError) -> bool:
    """Return whether another transaction was quicker (unique index, deadlock): done again, the same may go through."""
    return isinstance(error, IntegrityError) or getattr(error.orig, "sqlstate", None) in ("40001", "40P01")


def insert_or_ignore(conn: Connection, table: sa.Table, values: dict[str, Any]) -> None:
    """Insert a row unless one with the same key is there."""
    if conn.dialect.name == "sqlite":
        from sqlalchemy.dialects.sqlite import insert as sqlite_insert

        conn.execute(sqlite_insert(table).values(values).on_conflict_do_nothing())
    else:
        from sqlalchemy.dialects.postgresql import insert as postgres_insert

        conn.execute(postgres_insert(table).values(values).on_conflict_do_nothing())
