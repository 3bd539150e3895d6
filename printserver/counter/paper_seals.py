"""Paper seals by number (S4, R3): each number has one state, across years and imports.

One row per number: of concurrent inserts the primary key lets one commit. A number is pending at the counter, reported
(by this program with a code, by another without one) or void.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

import sqlalchemy as sa

from printserver import db
from printserver.clock import local_date
from printserver.documents import refuse_empty_date
from printserver.errors import BadField, Recusa
from printserver.office import Act, Office
from printserver.selo import PaperSeal

WAITING: Final = "aguardando"
REPORTED: Final = "comunicado"
SPOILED: Final = "inutilizado"


def refuse_seen(act: Act, ato: str, serie: str, de: int, ate: int) -> None:
    """Raise `Recusa` `hibrido-ja-comunicado`, with the numbers, if one of the range is already recorded (R3)."""
    seen = db.selo_papel
    query = sa.select(seen.c.numero).where(
        seen.c.serventia_id == act.office.serventia_id,
        seen.c.ato == ato,
        seen.c.serie == serie,
        seen.c.numero.between(de, ate),
    )
    numbers = sorted(act.conn.execute(query).scalars())
    if not numbers:
        return
    some = ", ".join(str(PaperSeal(ato, serie, number)) for number in numbers[:10])
    more = f" e mais {len(numbers) - 10}" if len(numbers) > 10 else ""
    raise Recusa(
        "hibrido-ja-comunicado",
        f"Já registrados, comunicados ou inutilizados: {some}{more}. Nada foi feito.",
        extra={"numeros": numbers},
    )


def write(
    act: Act,
    papeis: Sequence[PaperSeal],
    state: str,
    day: date,
    *,
    codigos: Sequence[str | None] | None = None,
    reason: str | None = None,
) -> None:
    """Insert new paper seals with their state; of two inserts of a number the primary key lets one commit.

    `codigos` are the codes of their digital seals, in order.
    """
    common = _fate(act, state) | {"serventia_id": act.office.serventia_id, "data": day, "motivo": reason}
    rows = [
        common | {"ato": papel.ato, "serie": papel.serie, "numero": papel.numero, "codigo": codigo}
        for papel, codigo in zip(papeis, codigos or [None] * len(papeis), strict=True)
    ]
    act.conn.execute(sa.insert(db.selo_papel), rows)


def report(act: Act, papeis: Sequence[PaperSeal], codigos: Sequence[str]) -> None:
    """Record pending paper seals as reported by these codes (H2)."""
    act.conn.execute(
        _waiting_update(act.office).values(**_fate(act, REPORTED), codigo=sa.bindparam("b_codigo")),
        [_number(papel) | {"b_codigo": codigo} for papel, codigo in zip(papeis, codigos, strict=True)],
    )


def void(act: Act, papel: PaperSeal, reason: str) -> None:
    """Record a pending paper seal as void: it is never reported (H2)."""
    act.conn.execute(_waiting_update(act.office).values(**_fate(act, SPOILED), motivo=reason), [_number(papel)])


def release(act: Act, papel: PaperSeal) -> None:
    """Delete the record of a number that was recorded incorrectly at the counter."""
    table = db.selo_papel
    act.conn.execute(
        sa.delete(table).where(
            table.c.serventia_id == act.office.serventia_id,
            table.c.ato == papel.ato,
            table.c.serie == papel.serie,
            table.c.numero == papel.numero,
            table.c.estado == WAITING,
        )
    )


def require_until_today(day: date, now: datetime) -> date:
    """Return the day. Raises `Recusa` `data-do-ato` if it is in the future (S7) or represents an empty date (S7a)."""
    refuse_empty_date(day, None, field="data")
    if day > local_date(now):
        text = f"o dia {day:%d/%m/%Y} ainda não chegou"
        raise Recusa("data-do-ato", f"data: {text}.", errors=[BadField("data", text)])
    return day


def _waiting_update(office: Office) -> sa.Update:
    table = db.selo_papel
    return sa.update(table).where(
        table.c.serventia_id == office.serventia_id,
        table.c.ato == sa.bindparam("b_ato"),
        table.c.serie == sa.bindparam("b_serie"),
        table.c.numero == sa.bindparam("b_numero"),
        table.c.estado == WAITING,
    )


def _number(papel: PaperSeal) -> dict[str, str | int]:
    return {"b_ato": papel.ato, "b_serie": papel.serie, "b_numero": papel.numero}


def _fate(act: Act, state: str) -> dict[str, str | datetime]:
    return {"estado": state, "quem": act.author.pessoa or "", "quando": act.now}
