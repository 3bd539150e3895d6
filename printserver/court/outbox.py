"""The outbox: which rows may be sent now, their state while they are sent, and retries (T1, T2). Sends nothing.

A row is `pendente`; `enviando` from before its bytes leave; `duvida` while it is unknown whether they arrived; finally
`aceito`, `objetado` (the court's errors are stored, a person corrects it) or `impossivel`, with `fim_em` set. A row
left `enviando` by a dead sender is treated as `duvida`. The court's answers: see `outcome`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.common.data import JsonObject, JsonView, Row
from printserver.court.client import encode_body
from printserver.db import insert_or_ignore

REPORT_PENDING: Final = "comunicação pendente"  # of a seal (T3)
PENDING, SENDING, IN_DOUBT = "pendente", "enviando", "duvida"
ACCEPTED, OBJETADO, IMPOSSIBLE = "aceito", "objetado", "impossivel"
REFUSED: Final = (OBJETADO, IMPOSSIBLE)

LONGEST_PAUSE: Final = timedelta(minutes=5)

_out, _seals = db.outbox, db.selo


@dataclass(frozen=True, slots=True)
class OutboxEntry:
    """A row of the outbox with its seal's data. `alvo`: the seal that it rectifies; of a vínculo its vinculador."""

    id: int
    codigo: str
    tipo: str
    alvo: str | None
    tentativas: int
    registro: str
    item: JsonView


def ready_entries(
    conn: Connection, serventia_id: int, now: datetime, ate: datetime, deadline_by: datetime, how_many: int
) -> list[OutboxEntry]:
    """Return up to `how_many` rows to send now, most urgent first: made until `ate` or due by `deadline_by`.

    The rows of a seal go in order: a row waits for earlier rows of its seal, a retificador for the seal it rectifies, a
    vínculo for both of its seals (R4). Rows made in the future (the clock was set back) are due (T1).
    """
    asked = {"sid": serventia_id, "agora": now, "tarde": now + LONGEST_PAUSE, "quantas": how_many}
    asked |= {"ate": ate, "prazo_ate": deadline_by}
    return [_entry(row) for row in conn.execute(_ready_entries(), asked).mappings()]


def doubtful_entries(conn: Connection, serventia_id: int, now: datetime, how_many: int) -> list[OutboxEntry]:
    """Return rows in doubt: unanswered, or left by a dead sender.

    Call it as the holder of the lease, while no request of this sender is in flight.
    """
    asked = {"sid": serventia_id, "agora": now, "tarde": now + LONGEST_PAUSE, "quantas": how_many}
    return [_entry(row) for row in conn.execute(_doubtful(), asked).mappings()]


# Every engine runs both statements twice a second, and building one takes four times as long as running it.
_SID: Final[sa.BindParameter[Any]] = sa.bindparam("sid")
_NOW: Final[sa.BindParameter[Any]] = sa.bindparam("agora")
_LATE: Final[sa.BindParameter[Any]] = sa.bindparam("tarde")


@cache
def _ready_entries() -> sa.Select[Any]:
    due = sa.or_(
        _out.c.vence_em <= _NOW,
        sa.and_(_out.c.vence_em.is_not(None), _out.c.criado_em > _NOW),
        sa.and_(_out.c.tentativas > 0, _out.c.vence_em > _LATE),
    )
    made = sa.or_(_out.c.criado_em <= sa.bindparam("ate"), _out.c.prazo <= sa.bindparam("prazo_ate"))
    return _entries().where(_out.c.estado == PENDING, due, made, ~_waits())


@cache
def _doubtful() -> sa.Select[Any]:
    left = _out.c.estado == SENDING
    asked_later = sa.and_(_out.c.estado == IN_DOUBT, sa.or_(_out.c.vence_em <= _NOW, _out.c.vence_em > _LATE))
    return _entries().where(sa.or_(left, asked_later))


def _entries() -> sa.Select[Any]:
    same = (_seals.c.serventia_id == _out.c.serventia_id) & (_seals.c.codigo == _out.c.codigo)
    of_seal = (
        _seals.c.natureza,
        _seals.c.ato,
        _seals.c.isento,
        _seals.c.motivo_isencao,
        _seals.c.vinculador,
        _seals.c.escrevente,
        _seals.c.registro,
    )
    columns = (_out.c.id, _out.c.codigo, _out.c.tipo, _out.c.alvo, _out.c.tentativas, *of_seal)
    # The condition on `fim_em` matches the index on open rows, which is ordered by deadline.
    mine = (_out.c.serventia_id == _SID, _out.c.fim_em.is_(None))
    query = sa.select(*columns).select_from(_out).join(_seals, same).where(*mine)
    return query.order_by(_out.c.prazo).limit(sa.bindparam("quantas"))


def _entry(row: Row) -> OutboxEntry:
    item: JsonObject = (
        {"vinculador": row["alvo"], "vinculado": row["codigo"]}
        if row["tipo"] == "vinculo"
        else {
            "selo": row["codigo"],
            "registro": row["registro"],
            "natureza": row["natureza"],
            "ato": row["ato"],
            "isento": row["isento"],
            "motivoIsencao": row["motivo_isencao"],
            "vinculador": row["vinculador"],
            "autor": row["escrevente"],
        }
    )
    return OutboxEntry(row["id"], row["codigo"], row["tipo"], row["alvo"], row["tentativas"], row["registro"], item)


def _waits() -> sa.ColumnElement[bool]:
    """Return the condition that another row must be settled before a row may be sent.

    Both subqueries depend on more than a key of the row: otherwise PostgreSQL would read all pending rows to find one.
    """
    other = _out.alias("antes")
    is_seal, is_open = other.c.tipo != "vinculo", other.c.fim_em.is_(None)
    no_end = sa.and_(_out.c.tipo == "vinculo", is_seal, other.c.estado != ACCEPTED)

    def there_is(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
        return sa.exists().where(other.c.serventia_id == _SID, *conditions)

    before = there_is(other.c.codigo == _out.c.codigo, sa.or_(sa.and_(other.c.id < _out.c.id, is_open), no_end))
    target = there_is(other.c.codigo == _out.c.alvo, is_seal, sa.or_(is_open, no_end))
    return sa.or_(before, target)


def begin(
    conn: Connection,
    serventia_id: int,
    linhas: Sequence[OutboxEntry],
    dono: str,
    operacao: str,
    request: str,
    now: datetime,
) -> tuple[int, list[OutboxEntry]]:
    """Mark these rows as `enviando` before they are sent. Return the exchange's id and the rows still to be sent.

    Another sender may have settled a row since it was read; then the stored body is reduced to the remaining rows.
    """
    number = open_exchange(conn, serventia_id, operacao, request, now)
    taken = conn.execute(
        sa.update(_out)
        .where(
            _out.c.serventia_id == serventia_id, _out.c.id.in_([linha.id for linha in linhas]), _out.c.estado == PENDING
        )
        .values(estado=SENDING, dono=dono, tentativas=_out.c.tentativas + 1, comunicacao_id=number)
        .returning(_out.c.id)
    )
    ids = set(taken.scalars())
    still = [linha for linha in linhas if linha.id in ids]
    mine = db.this_row(db.comunicacao, serventia_id, number)
    if not still:
        conn.execute(sa.delete(db.comunicacao).where(mine))
    elif len(still) < len(linhas):
        conn.execute(sa.update(db.comunicacao).where(mine).values(pedido=encode_body([linha.item for linha in still])))
    return number, still


def adopt(conn: Connection, serventia_id: int, linha: OutboxEntry, dono: str) -> None:
    """Take over a row in doubt, before looking it up at the court."""
    conn.execute(
        sa.update(_out)
        .where(db.this_row(_out, serventia_id, linha.id), _out.c.estado.in_((SENDING, IN_DOUBT)))
        .values(estado=IN_DOUBT, dono=dono)
    )


def resume(conn: Connection, serventia_id: int, codigos: Sequence[str]) -> tuple[set[str], list[str]]:
    """Make the refused rows of these seals pending again, unchanged.

    Return the codes with such a row, and those whose state is `comunicação pendente` again. A rectified seal stays
    refused: its retificador is reported instead.
    """
    _lock(conn, serventia_id)
    refused = (_out.c.serventia_id == serventia_id, _out.c.codigo.in_(codigos), _out.c.estado.in_(REFUSED))
    mended = sa.select(_seals.c.codigo).where(
        _seals.c.serventia_id == serventia_id, _seals.c.retificado_por.is_not(None)
    )
    again = (
        sa.update(_out)
        .where(*refused, _out.c.codigo.not_in(mended), ~sa.and_(_out.c.tipo == "vinculo", _lost(serventia_id)))
        .values(estado=PENDING, fim_em=None, vence_em=_out.c.criado_em, tentativas=0)  # due whatever the clock does
        .returning(_out.c.codigo, _out.c.tipo)
    )
    rows = conn.execute(again).all()
    seals = sorted({row.codigo for row in rows if row.tipo != "vinculo"})
    conn.execute(
        sa.update(_seals)
        .where(_seals.c.serventia_id == serventia_id, _seals.c.codigo.in_(seals))
        .values(estado=REPORT_PENDING)
    )
    return {row.codigo for row in rows}, seals


def _lost(serventia_id: int) -> sa.ColumnElement[bool]:
    """Return the condition that a seal of a link was refused and then rectified or excluded: it cannot be linked."""
    end = _out.alias("ponta")
    there = sa.select(end.c.id).join(
        _seals, (_seals.c.serventia_id == end.c.serventia_id) & (_seals.c.codigo == end.c.codigo)
    )
    return there.where(
        end.c.serventia_id == serventia_id,
        end.c.tipo != "vinculo",
        end.c.codigo.in_((_out.c.codigo, _out.c.alvo)),
        end.c.estado.in_(REFUSED),
        _seals.c.retificado_por.is_not(None),
    ).exists()


def hurry(conn: Connection, serventia_id: int, now: datetime) -> int:
    """Make all pending rows due now, close the breaker, and record the request for the mode that sends on request.

    Return how many rows are pending.
    """
    _lock(conn, serventia_id)
    waiting = (_out.c.serventia_id == serventia_id, _out.c.fim_em.is_(None))
    conn.execute(sa.update(_out).where(*waiting, _out.c.estado != SENDING).values(vence_em=_out.c.criado_em))
    conn.execute(
        sa.update(db.remetente)
        .where(db.remetente.c.serventia_id == serventia_id)
        .values(pedido_em=now, aberto_ate=None, falhas=0)
    )
    return int(conn.execute(sa.select(sa.func.count()).select_from(_out).where(*waiting)).scalar_one())


def _lock(conn: Connection, serventia_id: int) -> None:
    """Lock the sender's row before any row of the outbox, in the order of the sender, to avoid deadlocks."""
    insert_or_ignore(conn, db.remetente, {"serventia_id": serventia_id})
    mine = db.remetente.c.serventia_id == serventia_id
    conn.execute(sa.select(db.remetente.c.serventia_id).where(mine).with_for_update())


def open_exchange(conn: Connection, serventia_id: int, operacao: str, request: str, now: datetime) -> int:
    """Write the start of an exchange, with the request as sent. Return its id."""
    values = {"serventia_id": serventia_id, "operacao": operacao, "pedido": request, "inicio": now}
    return int(conn.execute(sa.insert(db.comunicacao).values(**values).returning(db.comunicacao.c.id)).scalar_one())


def close_exchange(
    conn: Connection,
    serventia_id: int,
    number: int,
    status: int | None,
    resposta: str | None,
    falha: str | None,
    now: datetime,
) -> None:
    """Write the end of an exchange, with the answer as received."""
    conn.execute(
        sa.update(db.comunicacao)
        .where(db.this_row(db.comunicacao, serventia_id, number))
        .values(status=status, resposta=resposta, falha=falha, fim=now)
    )
