"""The numbers of digital seals (S3): allocated in the caller's transaction, so that a rollback leaves no gap.

A sequence is a row of the table `sequencia`. The update locks it until the caller's transaction ends: no other
transaction sees a number before the commit or gets the same one, in any number of processes.
"""

from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Final, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver.db import count, insert_or_ignore, sequencia
from printserver.selo.code import MAX_NUMBER

Mode = Literal["serventia", "ato"]
OF_SERVENTIA: Final = "selo"
_OF_ONE_ATO: Final = "selo:"


def sequence_name(mode: Mode, natureza: int, ato: str, year: int) -> str:
    """Return the name of the sequence for a seal: the office's, or that of (natureza, ato, ano).

    `year` may have two or four digits: a code has two (S1), so 2026 and 26 give the same sequence.
    """
    return OF_SERVENTIA if mode == "serventia" else f"{_OF_ONE_ATO}{natureza}:{ato}:{year % 100:02d}"


def next_number(conn: Connection, serventia_id: int, name: str) -> int:
    """Return the next number of a sequence, without allocating it."""
    found = conn.scalar(sa.select(sequencia.c.proximo).where(*_this_row(serventia_id, name)))
    return _start(conn, serventia_id, name) if found is None else found


def take(conn: Connection, serventia_id: int, name: str, quantity: int) -> int:
    """Allocate `quantity` consecutive numbers in the caller's transaction, and return the first (S3).

    For several sequences in one transaction use `take_many`, whose order prevents deadlocks. Raises ValueError if
    `quantity` is not positive or the 13 digits are exhausted; `Recusa` `servidor-ocupado` if this process already
    allocated the next number before (see `witness`).
    """
    if quantity < 1:
        raise ValueError(f"quantidade de números {quantity}: esperada ao menos 1")
    following = _add(conn, serventia_id, name, quantity)
    if following is None:
        # The first number of a sequence. With two concurrent transactions, one row is inserted and both add to it.
        start = _start(conn, serventia_id, name)
        insert_or_ignore(conn, sequencia, {"serventia_id": serventia_id, "nome": name, "proximo": start})
        following = _add(conn, serventia_id, name, quantity)
    if following is None or following - 1 > MAX_NUMBER:
        raise ValueError(f"a sequência {name} chegou ao fim: um número de selo tem 13 algarismos")
    count(conn, serventia_id, f"sequência {name}", following - quantity, following)
    return following - quantity


def take_many(conn: Connection, serventia_id: int, names: Sequence[str]) -> list[int]:
    """Allocate one number for each name, and return them in the order of `names` (S3).

    The sequences are locked in alphabetical order, to prevent deadlocks.
    """
    free = {name: take(conn, serventia_id, name, quantity) for name, quantity in sorted(Counter(names).items())}
    numbers = []
    for name in names:
        numbers.append(free[name])
        free[name] += 1
    return numbers


def advance(conn: Connection, serventia_id: int, name: str, proximo: int) -> None:
    """Set the next number of a sequence to `proximo`, forward only (S3). The current number is allowed.

    Raises ValueError (Portuguese) if it is lower than the current one, or has more than 13 digits.
    """
    if not 1 <= proximo <= MAX_NUMBER:
        raise ValueError(f"próximo número {proximo} fora de 1 a {MAX_NUMBER}")
    start = min(proximo, _start(conn, serventia_id, name))
    insert_or_ignore(conn, sequencia, {"serventia_id": serventia_id, "nome": name, "proximo": start})
    ahead = (*_this_row(serventia_id, name), sequencia.c.proximo <= proximo)
    if not conn.execute(sa.update(sequencia).where(*ahead).values(proximo=proximo)).rowcount:
        current = conn.scalar(sa.select(sequencia.c.proximo).where(*_this_row(serventia_id, name)))
        raise ValueError(
            f"a sequência só anda para a frente: o próximo número já é {current}, não pode voltar a {proximo}"
        )


def align(conn: Connection, serventia_id: int, mode: Mode) -> None:
    """Advance the sequences of `mode` past all numbers of the other mode; called when an office is opened.

    The setting may change at any time, and a code of the other mode must never be issued again (S3). Writes nothing if
    the setting has not changed.
    """
    of_ato = sequencia.c.nome.startswith(_OF_ONE_ATO, autoescape=True)
    of_serventia = sequencia.c.serventia_id == serventia_id
    if mode == "serventia":
        highest = conn.scalar(sa.select(sa.func.max(sequencia.c.proximo)).where(of_serventia, of_ato))
        if highest is not None and highest > next_number(conn, serventia_id, OF_SERVENTIA):
            advance(conn, serventia_id, OF_SERVENTIA, highest)
    else:
        lowest = next_number(conn, serventia_id, OF_SERVENTIA)
        conn.execute(
            sa.update(sequencia).where(of_serventia, of_ato, sequencia.c.proximo < lowest).values(proximo=lowest)
        )


def _add(conn: Connection, serventia_id: int, name: str, quantity: int) -> int | None:
    here = {"serventia": serventia_id, "sequencia": name, "quantidade": quantity}
    return conn.execute(_adding(), here).scalar_one_or_none()


@cache
def _adding() -> sa.UpdateBase:
    table = sequencia
    more = table.c.proximo + sa.bindparam("quantidade", type_=sa.BigInteger)
    this = (table.c.serventia_id == sa.bindparam("serventia"), table.c.nome == sa.bindparam("sequencia"))
    return sa.update(table).where(*this).values(proximo=more).returning(table.c.proximo)


def _start(conn: Connection, serventia_id: int, name: str) -> int:
    """Return the first number of a new sequence: 1, or for an ato's the next number of the office's sequence."""
    if name == OF_SERVENTIA:
        return 1
    return conn.scalar(sa.select(sequencia.c.proximo).where(*_this_row(serventia_id, OF_SERVENTIA))) or 1


def _this_row(serventia_id: int, name: str) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    return sequencia.c.serventia_id == serventia_id, sequencia.c.nome == name
