"""The sheet numbers of a queue's paper (P5): received in lots, taken by prints, used or spoiled.

A queue with numbered paper is held by one attempt at a time, and released only when its print is known to be good.
Otherwise it stops until a person reports the printed sheets and the next number (docs/decisions/15).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from printserver import db
from printserver.db import insert_or_ignore
from printserver.delivery import attempts, passes, queues, turns
from printserver.delivery.sheet_numbers import Lot, SheetNumber, lot_of, parse_number, received_lots
from printserver.documents import normalize_sheet
from printserver.errors import Recusa, invalid_input
from printserver.ledger import PRINTED, Attempt, JobRow, Queue, jobs, on_its_way
from printserver.office import RELEASED, Act, Author, LogEntry, Office, acting
from printserver.printing import QueueRefused

USED: Final = "usado"
SPOILED: Final = "inutilizado"
_MAX_SHEETS: Final = 100_000  # maximum sheets of one lot


# -- received ---------------------------------------------------------------------------------------------------------


def receive(
    conn: Connection, serventia_id: int, nome: str, de: str, ate: str, who: Author, now: datetime
) -> tuple[int, list[LogEntry]]:
    """Register the numbers from `de` to `ate` as received for a queue; return their count and the log entries.

    Raises `Recusa` `fila-desconhecida`, `entrada-invalida`, `papel-ja-usado` if some were received before.
    """
    queue = lock_queue(conn, serventia_id, nome)
    if not queue.papel_numerado:
        raise invalid_input("fila", f"a fila {nome!r} não tem papel numerado")
    first, last = parse_number(de, "de"), parse_number(ate, "ate")
    if (first.prefixo, first.algarismos) != (last.prefixo, last.algarismos) or last.n < first.n:
        raise invalid_input("ate", "deve ser da mesma série e não menor que o primeiro número")
    count = last.n - first.n + 1
    if count > _MAX_SHEETS:
        raise invalid_input("ate", f"são {count} folhas: confira os números (no máximo {_MAX_SHEETS} de uma vez)")
    lots = db.papel_lote
    # Lock the office's row for all its lots: overlapping lots cannot be received concurrently.
    conn.execute(sa.select(db.serventia.c.id).where(db.serventia.c.id == serventia_id).with_for_update())
    overlap = sa.select(lots.c.id).where(
        lots.c.serventia_id == serventia_id,
        lots.c.prefixo == first.prefixo,
        lots.c.de <= last.n,
        lots.c.ate >= first.n,
    )
    if conn.execute(overlap).first() is not None:
        raise Recusa("papel-ja-usado", f"Números entre {first} e {last} já foram recebidos antes.")
    row = {
        "serventia_id": serventia_id,
        "fila": nome,
        "prefixo": first.prefixo,
        "algarismos": first.algarismos,
        "de": first.n,
        "ate": last.n,
        "quem": who.pessoa or "",
        "quando": now,
    }
    conn.execute(sa.insert(lots).values(**row))
    # A queue that stopped without paper continues.
    conn.execute(sa.update(db.fila).where(db.this_row(db.fila, queue.serventia_id, queue.id)).values(papel_parada=None))
    return count, [_log(nome, "papel recebido", who, {"de": str(first), "ate": str(last), "folhas": count})]


# -- taken ------------------------------------------------------------------------------------------------------------


def claim(office: Office, row: JobRow, attempt: Attempt, owner: str) -> Queue | None:
    """Take the queue for an attempt before any access to it: its turn and, for numbered paper, its numbers (P5).

    Return the attempt's queue. None: not now; the claim of the job is released, and the job is due again at its turn.
    Raises `QueueRefused`, also for a queue that no longer exists.
    """
    with office.db.read() as conn:
        goes, queue = turns.can_go(conn, row), queues.find(conn, office.serventia_id, row["fila"])
        other = queue if attempt.fila == row["fila"] else queues.find(conn, office.serventia_id, attempt.fila)
    if goes and (queue is None or not queue.papel_numerado):
        return queues.existing(other, attempt.fila)
    count = passes.folhas(office, row, attempt) if goes else 0
    now = office.clock()
    later = {"vence_em": now, **RELEASED}
    try:
        with acting(office, now=now, ring=False) as act:
            goes = goes and take(act, row, attempt, count)
            if not goes:
                attempts.change(act.conn, row, owner, later)
    except IntegrityError:  # a concurrent request inserted one of these numbers: retry later
        with office.db.write() as conn:
            attempts.change(conn, row, owner, later)
        return None
    return queues.existing(other, attempt.fila) if goes else None


def take(act: Act, row: JobRow, attempt: Attempt, count: int) -> bool:
    """Take the queue, and the numbers of `count` sheets, for an attempt; return whether it has them.

    Idempotent per attempt. Raises `QueueRefused` if the print shows other numbers.
    """
    conn, table = act.conn, db.fila
    queue = lock_queue(conn, row["serventia_id"], attempt.fila)
    if not queue.papel_numerado or queue.papel_tentativa == attempt.id:
        return True
    if queue.papel_tentativa is not None or queue.papel_proximo is None or queue.papel_parada is not None:
        return False
    numbers, fault = _next_numbers(conn, queue, parse_number(queue.papel_proximo, "proximo"), count, row)
    if fault is not None:
        conn.execute(
            sa.update(table).where(db.this_row(table, queue.serventia_id, queue.id)).values(papel_parada=fault)
        )
        act.log("fila", queue.nome, "papel parou", {"texto": fault, "job": row["id"]})
        return False
    brought = _brought(conn, row) if attempt.paginas is None else []
    if brought and [number.chave for number in numbers] != brought:
        raise QueueRefused(
            f"o pedido traz o papel {', '.join(brought)}, e na bandeja da fila {queue.nome} o próximo é {numbers[0]}"
        )
    _write(conn, row, attempt, numbers, act.now, brought)
    after = str(numbers[-1].plus(1)) if numbers else queue.papel_proximo
    conn.execute(
        sa.update(table)
        .where(db.this_row(table, queue.serventia_id, queue.id))
        .values(papel_tentativa=attempt.id, papel_proximo=after)
    )
    if numbers:
        what = {"job": row["id"], "tentativa": attempt.numero, "numeros": [str(each) for each in numbers]}
        act.log("fila", queue.nome, "papel usado", what)
    return True


def pass_on(conn: Connection, attempt: Attempt, another: Attempt) -> None:
    """Move the queue and numbers of an attempt to its replacement; the first cannot have printed anything."""
    queue, table = db.fila, db.papel
    took = sa.update(queue).where(queue.c.serventia_id == attempt.serventia_id, queue.c.papel_tentativa == attempt.id)
    if conn.execute(took.values(papel_tentativa=another.id)).rowcount:
        conn.execute(sa.update(table).where(*_of_attempt(attempt)).values(tentativa=another.numero))


def give_back_for_job(conn: Connection, row: JobRow) -> None:
    """Release the queue that the job holds, because a person confirmed the complete print."""
    queue, table = db.fila, db.tentativa
    own = sa.select(table.c.id).where(table.c.serventia_id == row["serventia_id"], table.c.job_id == row["id"])
    took = (queue.c.serventia_id == row["serventia_id"], queue.c.papel_tentativa.in_(own))
    conn.execute(sa.update(queue).where(*took).values(papel_tentativa=None))


def _next_numbers(
    conn: Connection, queue: Queue, number: SheetNumber, count: int, row: JobRow
) -> tuple[list[SheetNumber], str | None]:
    """Return the numbers of the next sheets from `number` on, or the reason why not. Spoiled ones are skipped."""
    lots = received_lots(conn, queue)
    numbers: list[SheetNumber] = []
    while len(numbers) < count:
        if lot_of(number, lots) is None:
            return [], (
                f"o papel recebido acaba antes de {number}. Receba mais papel, ou diga o próximo número na bandeja."
            )
        fate = _fate(conn, queue.serventia_id, number)
        own = fate is not None and fate["job_id"] == row["id"] and fate["fila"] is None
        if fate is not None and fate["estado"] == USED and not own:
            return [], f"o número {number}, o próximo, já está em outra impressão. Informe o próximo número na bandeja."
        if fate is None or own:
            numbers.append(number)
        number = number.plus(1)
    return numbers, None


def _brought(conn: Connection, row: JobRow) -> list[str]:
    """Return the numbers given in the request, in the order of the sheets."""
    table = db.papel
    query = sa.select(table.c.numero).where(
        table.c.serventia_id == row["serventia_id"], table.c.job_id == row["id"], table.c.fila.is_(None)
    )
    return list(conn.execute(query.where(table.c.estado == USED).order_by(table.c.folha)).scalars())


def _write(
    conn: Connection,
    row: JobRow,
    attempt: Attempt,
    numbers: Sequence[SheetNumber],
    now: datetime,
    brought: Sequence[str],
) -> None:
    table = db.papel
    if brought:
        mine = (table.c.serventia_id == row["serventia_id"], table.c.numero.in_(brought))
        conn.execute(sa.update(table).where(*mine).values(fila=attempt.fila, tentativa=attempt.numero))
        return
    if not numbers:
        return
    rows = [
        {
            "serventia_id": row["serventia_id"],
            "numero": number.chave,
            "fila": attempt.fila,
            "job_id": row["id"],
            "tentativa": attempt.numero,
            "folha": sheet,
            "estado": USED,
            "quem": row["escrevente"],
            "quando": now,
            "saiu_em": now,
        }
        for sheet, number in enumerate(numbers, 1)
    ]
    conn.execute(sa.insert(table), rows)


# -- reported by a person ----------------------------------------------------------------------------------------------


def report_next(act: Act, nome: str, proximo: str, inutilizados: Sequence[str], who: Author) -> None:
    """Record the next number in the tray and the spoiled ones; the queue continues.

    The sheets that the last print did not use become free. Raises `Recusa` `impressao-em-andamento`,
    `papel-ja-usado`, and `entrada-invalida` if the fate of a sheet in between is not stated.
    """
    conn, serventia_id = act.conn, act.office.serventia_id
    queue = lock_queue(conn, serventia_id, nome)
    following = parse_number(proximo, "proximo")
    spoiled = [normalize_sheet(number) for number in inutilizados]
    if following.chave in spoiled:
        raise invalid_input("proximo", "é um dos inutilizados: informe o número da folha que está por cima na bandeja")
    lots = received_lots(conn, queue) if queue.papel_numerado else []
    if queue.papel_numerado:
        _check_received(lots, {"proximo": [proximo], "inutilizados": inutilizados}, nome)
    freed = _free(conn, queue, following, spoiled)
    if _fate(conn, serventia_id, following) is not None:
        raise Recusa("papel-ja-usado", f"proximo: {following} já foi usado ou inutilizado. Confira a bandeja.")
    if missing := _without_fate(conn, queue, following, spoiled, lots):
        raise invalid_input(
            "inutilizados",
            f"falta dizer o que houve com {', '.join(missing)}: estão antes do próximo e não foram usados",
        )
    if str(following) == queue.papel_proximo and queue.papel_tentativa is None and not (spoiled or queue.papel_parada):
        return  # a report sent twice
    for number in inutilizados:
        spoil(conn, serventia_id, None, number, "inutilizado na fila", who, act.now, queue=nome)
    table = db.fila
    changes = {"papel_proximo": str(following), "papel_tentativa": None, "papel_parada": None}
    conn.execute(sa.update(table).where(db.this_row(table, queue.serventia_id, queue.id)).values(**changes))
    what = {"proximo": str(following), "inutilizados": list(inutilizados), "devolvidos": freed}
    act.add([_log(nome, "papel", who, what)])


def spoil(
    conn: Connection,
    serventia_id: int,
    job_id: str | None,
    number: str,
    reason: str,
    who: Author,
    now: datetime,
    *,
    queue: str | None = None,
) -> None:
    """Record a sheet of numbered paper as spoiled: it is never used again (P5)."""
    table = db.papel
    key = {"serventia_id": serventia_id, "numero": normalize_sheet(number)}
    spoiled = {"estado": SPOILED, "motivo": reason, "quem": who.pessoa, "quando": now}
    insert_or_ignore(conn, table, key | spoiled | {"job_id": job_id, "fila": queue, "saiu_em": now})
    conn.execute(
        sa.update(table).where(table.c.serventia_id == serventia_id, table.c.numero == key["numero"]).values(**spoiled)
    )


def _free(conn: Connection, queue: Queue, following: SheetNumber, spoiled: Sequence[str]) -> list[str]:
    """Free the unused numbers taken by the print after which the queue stopped."""
    if queue.papel_tentativa is None:
        return []
    tries, table = db.tentativa, db.papel
    found = (
        conn.execute(sa.select(tries).where(db.this_row(tries, queue.serventia_id, queue.papel_tentativa)))
        .mappings()
        .one()
    )
    attempt = Attempt.from_row(found)
    row = jobs.job_by_id(conn, queue.serventia_id, attempt.job_id)
    if on_its_way(row):
        raise Recusa(
            "impressao-em-andamento",
            f"O trabalho {row['id']} ainda está na fila {queue.nome}: espere que termine, ou cancele-o.",
            extra={"anterior": jobs.previous(row)},
            retry_after=2,
        )
    mine = conn.execute(sa.select(table.c.id, table.c.numero).where(*_of_attempt(attempt)).order_by(table.c.folha))
    first = parse_number(following.chave, "proximo")
    unused: dict[str, int] = {}
    for each in mine.all():
        number = parse_number(each.numero, "proximo")
        if number.prefixo == first.prefixo and number.n >= first.n and each.numero not in spoiled:
            unused[each.numero] = each.id
    if unused and row["estado"] == PRINTED:
        raise Recusa("papel-ja-usado", f"proximo: {following} está no trabalho {row['id']}, que saiu bem.")
    conn.execute(sa.delete(table).where(table.c.serventia_id == queue.serventia_id, table.c.id.in_(unused.values())))
    return list(unused)


def _check_received(lots: Sequence[Lot], given: Mapping[str, Sequence[str]], nome: str) -> None:
    for field, numbers in given.items():
        for text in numbers:
            number = parse_number(text, field)
            if lot_of(number, lots) is None:
                raise invalid_input(
                    field, f"{number} não está no papel que a fila {nome} recebeu: confira, ou receba-o"
                )


def _without_fate(
    conn: Connection, queue: Queue, following: SheetNumber, spoiled: Sequence[str], lots: Sequence[Lot]
) -> list[str]:
    """Return the numbers between the expected and the given one that are neither used nor spoiled.

    If the given number is of another lot, the rest of the previous lot stays in stock.
    """
    if queue.papel_proximo is None:
        return []
    expected = parse_number(queue.papel_proximo, "proximo")
    if lot_of(expected, lots) is None or lot_of(expected, lots) != lot_of(following, lots):
        return []
    between = [expected.plus(k) for k in range(max(0, following.n - expected.n))]
    unknown = (each for each in between if each.chave not in spoiled)
    return [str(each) for each in unknown if _fate(conn, queue.serventia_id, each) is None]


# -- rows -------------------------------------------------------------------------------------------------------------


def lock_queue(conn: Connection, serventia_id: int, nome: str) -> Queue:
    """Return the queue with its row locked until the transaction's end. Raises `Recusa` `fila-desconhecida`."""
    table = db.fila
    query = sa.select(table).where(table.c.serventia_id == serventia_id, table.c.nome == nome)
    found = conn.execute(query.with_for_update()).mappings().one_or_none()
    if found is None:
        raise Recusa("fila-desconhecida", f"Não há fila {nome!r}.")
    return Queue.from_row(found)


def _of_attempt(attempt: Attempt) -> tuple[sa.ColumnElement[bool], ...]:
    table = db.papel
    return (
        table.c.serventia_id == attempt.serventia_id,
        table.c.job_id == attempt.job_id,
        table.c.tentativa == attempt.numero,
        table.c.estado == USED,
    )


def _fate(conn: Connection, serventia_id: int, number: SheetNumber) -> sa.RowMapping | None:
    table = db.papel
    query = sa.select(table).where(table.c.serventia_id == serventia_id, table.c.numero == number.chave)
    return conn.execute(query).mappings().one_or_none()


def _log(queue: str, what: str, who: Author, detalhe: Mapping[str, object]) -> LogEntry:
    return LogEntry("fila", queue, what, who.pessoa, who.sistema, who.endereco, detalhe)
