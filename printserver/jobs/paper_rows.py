"""Rows of a job at rest that its paper changes: locked, checked, sent again, closed."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.delivery import (
    printout,
    queues,
)
from printserver.documents import parse_pages
from printserver.errors import Recusa
from printserver.ledger import jobs, on_its_way, questions
from printserver.office import Author, LogEntry, Office, change_proof


def destination(
    office: Office, row: Mapping[Any, Any], queue: str | None, bandeja: str | None
) -> tuple[str, str | None]:
    """Return the queue and tray to which a print is sent again. Where they are others, they are checked as at first.

    The tray stays the one that was asked for: a print does not move to other paper without a word. It is forgotten on a
    CUPS queue that names no trays. Raises `Recusa` `fila-desconhecida`, `bandeja-desconhecida`, `papel-incompativel`,
    `servidor-ocupado`.
    """
    with office.db.read() as conn:
        there = queues.choose(conn, office, queue or row["fila"], row["tipo"])
    tray = bandeja or row["bandeja"]
    folder = there.tipo == "pasta"
    if tray is not None and bandeja is None and not folder and not queues.has_trays(office, there):
        tray = None
    if (there.nome, tray) != (row["fila"], row["bandeja"]):
        page = printout.job_format(office, row).pagina
        asked = bandeja if folder else tray  # a folder has no trays to be wrong about
        queues.check(office, there, asked, row["faces"], (float(page.largura), float(page.altura)))
    return there.nome, tray


def require_live(row: Mapping[Any, Any]) -> None:
    """Refuse to send to paper again what bears or shows seals that were excluded, or was replaced (X2, X6, X8)."""
    sealed = row["carimbo"] is not None and row["carimbo"]["valores"] is not None
    if (sealed and not row["viva"]) or row["substituido_por"] is not None:
        raise Recusa(
            "estado-nao-permite",
            "Os selos desta impressão foram excluídos, ou ela foi substituída: imprima o documento de novo.",
        )
    if row["desatualizado"]:
        raise Recusa(
            "estado-nao-permite",
            "Esta impressão mostra o selo de um livro que foi excluído: exclua o selo dela e imprima-a de novo.",
        )


def said_pages(conn: Connection, row: Mapping[Any, Any]) -> dict[int, tuple[str, int]]:
    """Return what was last said of each page, and of which try at paper."""
    table = db.pagina
    query = (
        sa.select(table.c.pagina, table.c.estado, table.c.tentativa)
        .where(table.c.serventia_id == row["serventia_id"], table.c.job_id == row["id"])
        .order_by(table.c.id)
    )
    return {each.pagina: (each.estado, each.tentativa) for each in conn.execute(query)}


def newest_attempts(conn: Connection, row: Mapping[Any, Any]) -> dict[int, int]:
    """Return the number of the newest try at paper of each page."""
    table = db.tentativa
    query = (
        sa.select(table.c.numero, table.c.paginas)
        .where(table.c.serventia_id == row["serventia_id"], table.c.job_id == row["id"])
        .order_by(table.c.numero)
    )
    every = range(1, row["paginas"] + 1)
    return {
        page: each.numero
        for each in conn.execute(query)
        for page in (every if each.paginas is None else _selected_pages(each.paginas, row["paginas"]))
    }


def _selected_pages(paginas: str, total: int) -> tuple[int, ...]:
    return (parse_pages(paginas, total) or ()) if paginas else ()


def locked(conn: Connection, office: Office, job_id: str) -> sa.RowMapping:
    """Return the job's row, locked; raises `Recusa` `impressao-em-andamento` if something of it may still come out."""
    table = db.job
    conn.execute(
        sa.select(table.c.n).where(table.c.serventia_id == office.serventia_id, table.c.id == job_id).with_for_update()
    )
    row = jobs.job_by_id(conn, office.serventia_id, job_id)
    if on_its_way(row):
        raise Recusa(
            "impressao-em-andamento",
            "O trabalho está a caminho do papel: espere que termine, ou cancele-o.",
            extra={"anterior": jobs.previous(row)},
            retry_after=2,
        )
    return row


def send_again(conn: Connection, row: sa.RowMapping, now: Any, changes: dict[str, Any]) -> None:
    table = db.job
    moving = {"encerrado": False, "vence_em": now, "dono": None, "posse_ate": None, "falhas": 0, "cups": None}
    conn.execute(sa.update(table).where(table.c.n == row["n"]).values(**moving | changes))


def close_question(conn: Connection, office: Office, job_id: str, answer: Any, who: Author) -> list[LogEntry]:
    question = questions.do_job(conn, office, job_id)
    if question is None or question["estado"] != "aberta":
        return []
    return questions.end(conn, question, "respondida", answer, who)


def log_entry(job_id: str, state: str, who: Author, detalhe: Mapping[str, Any], **changed: Any) -> LogEntry:
    kept = change_proof(**changed) if changed else None
    return LogEntry("job", job_id, state, who.pessoa, who.sistema, who.endereco, detalhe, kept)
