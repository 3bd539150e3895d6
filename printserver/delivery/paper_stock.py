"""Stock of numbered paper (P5), reported and shown: received lots, next sheet in the tray, counts."""

from collections.abc import Sequence
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.clock import rfc3339
from printserver.common.data import JsonObject
from printserver.delivery import numbered_paper, queues, sheet_numbers, turns
from printserver.delivery.requests import LoteDePapel, PapelDaFila
from printserver.delivery.sheet_numbers import SheetNumber
from printserver.documents import read
from printserver.ledger import Queue
from printserver.office import Author, Office, acting, acting_author, people


def report_queue_paper(office: Office, author: Author, nome: str, data: object) -> JsonObject:
    """Record the next sheet number in a queue's tray and the spoiled ones. Return the queue.

    Raises `Recusa` as `numbered_paper.report_next`.
    """
    people.require_paper(author)
    answer = read(PapelDaFila, data)
    with acting(office) as act:
        who = acting_author(act.conn, office, author, answer.escrevente, "imprimir")
        numbered_paper.report_next(act, nome, answer.proximo, answer.inutilizados, who)
    return _queue_with_paper(office, nome)


def receive_paper(office: Office, author: Author, nome: str, data: object) -> JsonObject:
    """Record a lot of numbered paper as received for a queue. Return the queue.

    Raises `Recusa` as `numbered_paper.receive`.
    """
    people.require_paper(author)
    answer = read(LoteDePapel, data)
    with acting(office) as act:
        who = acting_author(act.conn, office, author, answer.escrevente, "imprimir")
        sid = office.serventia_id
        _count, entries = numbered_paper.receive(act.conn, sid, nome, answer.de, answer.ate, who, act.now)
        act.add(entries)
    return _queue_with_paper(office, nome)


def paper_group(office: Office) -> list[JsonObject]:
    """Return the queues with numbered paper as in `GET /filas`, with their lots and the print they wait for.

    `lotes`: newest first; `parou_em`: the job after which the queue stopped, with its numbers.
    """
    shown = [each for each in with_paper(office, queues.list_all(office)) if each["papel_numerado"]]
    with office.db.read() as conn:
        return [
            each | {"lotes": _batches(conn, office, each["nome"]), "parou_em": _stopped_at(conn, office, each["nome"])}
            for each in shown
        ]


def tally(conn: Connection, queue: Queue) -> dict[str, int]:
    """Return the numbers of sheets that a queue received, used, spoiled and has in stock."""
    table = db.papel
    query = (
        sa.select(table.c.estado, sa.func.count())
        .where(table.c.serventia_id == queue.serventia_id, table.c.fila == queue.nome)
        .group_by(table.c.estado)
    )
    known = {state: int(count) for state, count in conn.execute(query).all()}
    received = sum(lot.ate - lot.de + 1 for lot in sheet_numbers.received_lots(conn, queue))
    used, spoiled = known.get(numbered_paper.USED, 0), known.get(numbered_paper.SPOILED, 0)
    return {"recebidos": received, "usados": used, "inutilizados": spoiled, "estoque": received - used - spoiled}


def as_printed(conn: Connection, serventia_id: int, key: str) -> str:
    """Return a normalized number as printed on the sheet, with the leading zeros of its lot."""
    number, lots = sheet_numbers.parse_number(key, "numero"), db.papel_lote
    query = sa.select(lots.c.algarismos).where(
        lots.c.serventia_id == serventia_id,
        lots.c.prefixo == number.prefixo,
        lots.c.de <= number.n,
        lots.c.ate >= number.n,
    )
    return str(replace(number, algarismos=conn.execute(query).scalar() or number.algarismos))


def with_paper(office: Office, queue_rows: Sequence[JsonObject]) -> list[JsonObject]:
    """Return queues as in `GET /filas`, with the numbers of their paper and why they are stopped."""
    table = db.fila
    shown = []
    with office.db.read() as conn:
        for item in queue_rows:
            query = sa.select(table).where(table.c.serventia_id == office.serventia_id, table.c.nome == item["nome"])
            queue = Queue.from_row(conn.execute(query).mappings().one())
            paper: dict[str, object] = {"papel_proximo": None, "papel": None, "espera_por": None}
            if queue.papel_numerado:
                paper = {
                    "papel_proximo": queue.papel_proximo,
                    "papel": tally(conn, queue),
                    "espera_por": turns.why_stopped(conn, queue),
                }
            shown.append(item | paper)
    return shown


def _queue_with_paper(office: Office, nome: str) -> JsonObject:
    return next(each for each in with_paper(office, queues.list_all(office)) if each["nome"] == nome)


def _batches(conn: Connection, office: Office, nome: str) -> list[dict[str, object]]:
    table = db.papel_lote
    mine = (table.c.serventia_id == office.serventia_id, table.c.fila == nome)
    return [
        {
            "de": str(SheetNumber(lot["prefixo"], lot["de"], lot["algarismos"])),
            "ate": str(SheetNumber(lot["prefixo"], lot["ate"], lot["algarismos"])),
            "folhas": lot["ate"] - lot["de"] + 1,
            "quem": lot["quem"],
            "quando": rfc3339(lot["quando"]),
        }
        for lot in conn.execute(sa.select(table).where(*mine).order_by(table.c.id.desc())).mappings()
    ]


def _stopped_at(conn: Connection, office: Office, nome: str) -> dict[str, object] | None:
    queue, tries, sheets = db.fila, db.tentativa, db.papel
    sid = office.serventia_id
    mine = (queue.c.serventia_id == sid, queue.c.nome == nome, tries.c.serventia_id == sid)
    query = sa.select(tries.c.job_id, tries.c.numero).join(queue, queue.c.papel_tentativa == tries.c.id).where(*mine)
    found = conn.execute(query).one_or_none()
    if found is None:
        return None
    taken = sa.select(sheets.c.numero).where(
        sheets.c.serventia_id == office.serventia_id,
        sheets.c.job_id == found.job_id,
        sheets.c.tentativa == found.numero,
    )
    numbers = conn.execute(taken.order_by(sheets.c.folha)).scalars()
    return {"job": found.job_id, "numeros": [as_printed(conn, office.serventia_id, each) for each in numbers]}
