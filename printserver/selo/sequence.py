"""The numbers of our own seals (S3): taken inside the caller's transaction, so that a rollback leaves no gap.

A sequence is a row of the table `sequencia`. The update locks it until the caller's transaction ends: no other
transaction sees a number before it is sure, and none gets the same one, whatever the number of processes.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Final, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver.db import count, insert_or_ignore, sequencia
from printserver.selo.code import MAX_NUMBER

Mode = Literal["serventia", "ato"]
OF_SERVENTIA: Final = "selo"
_OF_ONE_ATO: Final = "selo:"


def sequence_name(mode: Mode, natureza: int, ato: str, year: int) -> str:
    """Return the name of the sequence of a seal's number: the office's one, or that of (natureza, ato, ano).

    `year` may have two digits or four: a code has two (S1), so the sequences of 2026 and 26 are one.
    """
    return OF_SERVENTIA if mode == "serventia" else f"{_OF_ONE_ATO}{natureza}:{ato}:{year % 100:02d}"


def next_number(conn: Connection, serventia_id: int, name: str) -> int:
    """Return the next number of a sequence, without taking it."""
    found = conn.scalar(sa.select(sequencia.c.proximo).where(*_this_row(serventia_id, name)))
    return _start(conn, serventia_id, name) if found is None else found


def take(conn: Connection, serventia_id: int, name: str, quantity: int) -> int:
    """Take `quantity` numbers that follow one another, in the caller's transaction, and return the first (S3).

    To take from several sequences in one transaction use `take_many`: its order prevents a deadlock between two
    transactions. Raises ValueError if `quantity` is not positive or the 13 digits are used up; `Recusa`
    `servidor-ocupado` where the next number is one that this process gave out before (see `witness`).
    """
    if quantity < 1:
        raise ValueError(f"quantidade de números {quantity}: esperada ao menos 1")
    following = _add(conn, serventia_id, name, quantity)
    if following is None:
        # The first number of a sequence. Two may come here at once: one row is made, and both add to it.
        start = _start(conn, serventia_id, name)
        insert_or_ignore(conn, sequencia, {"serventia_id": serventia_id, "nome": name, "proximo": start})
        following = _add(conn, serventia_id, name, quantity)
    if following is None or following - 1 > MAX_NUMBER:
        raise ValueError(f"a sequência {name} chegou ao fim: um número de selo tem 13 algarismos")
    count(conn, serventia_id, f"sequência {name}", following - quantity, following)
    return following - quantity


def take_many(conn: Connection, serventia_id: int, names: Sequence[str]) -> list[int]:
    """Take one number for each name, and return them in the order of `names` (S3).

    The sequences are locked in alphabetical order: two transactions cannot wait for each other.
    """
    free = {name: take(conn, serventia_id, name, quantity) for name, quantity in sorted(Counter(names).items())}
    numbers = []
    for name in names:
        numbers.append(free[name])
        free[name] += 1
    return numbers


def advance(conn: Connection, serventia_id: int, name: str, proximo: int) -> None:
    """Make `proximo` the next number of a sequence: forward only (S3). The number it has now is no change.

    Raises ValueError (Portuguese) if it would go back, or has more than 13 digits.
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
    """Make the sequences of `mode` begin after what the other mode gave out; to be called when an office is opened.

    The setting may be changed at any time, and a code of the other mode must never come out again (S3). Where nothing
    was changed, nothing is written.
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
    statement = (
        sa.update(sequencia)
        .where(*_this_row(serventia_id, name))
        .values(proximo=sequencia.c.proximo + quantity)
        .returning(sequencia.c.proximo)
    )
    return conn.execute(statement).scalar_one_or_none()


def _start(conn: Connection, serventia_id: int, name: str) -> int:
    """Return where a new sequence begins: at 1, or, if it is an ato's, where the office's own stands."""
    if name == OF_SERVENTIA:
        return 1
    return conn.scalar(sa.select(sequencia.c.proximo).where(*_this_row(serventia_id, OF_SERVENTIA))) or 1


def _this_row(serventia_id: int, name: str) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    return sequencia.c.serventia_id == serventia_id, sequencia.c.nome == name
