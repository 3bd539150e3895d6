"""Which numbered sheet each page of a print stands on, as far as the server knows (P5). Reads only."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.delivery import numbered_paper, paper_stock, passes, printout
from printserver.documents import normalize_sheet, parse_pages
from printserver.office import Office


def numbers(office: Office, row: Mapping[Any, Any]) -> dict[int, str]:
    """Return by page the number of the sheet that it was printed on last, as its maker wrote it, where one is known."""
    with office.db.read() as conn:
        known = _known(conn, row)
        tries = _attempts(conn, row)
        if not known or row["pdf_sha256"] is None:
            return {}
        where = _where(office, row, tries)
        sid = row["serventia_id"]
        return {
            page: paper_stock.as_printed(conn, sid, known[place])
            for page, taken in sorted(where.items())
            if (place := _as_requested(taken, known)) in known
        }


def is_on_another_print(conn: Connection, row: Mapping[Any, Any], numero: str) -> bool:
    """Return whether that number is known to be on another print: it cannot be a sheet of this one."""
    table = db.papel
    query = sa.select(table.c.job_id).where(
        table.c.serventia_id == row["serventia_id"],
        table.c.numero == normalize_sheet(numero),
        table.c.estado == numbered_paper.USED,
    )
    found = conn.execute(query).one_or_none()
    return found is not None and found.job_id != row["id"]


def _known(conn: Connection, row: Mapping[Any, Any]) -> dict[tuple[int | None, int], str]:
    """Return by try (None: they came with the request) and place in it the numbers of the sheets not spoiled yet."""
    table = db.papel
    query = sa.select(table.c.tentativa, table.c.folha, table.c.numero).where(
        table.c.serventia_id == row["serventia_id"],
        table.c.job_id == row["id"],
        table.c.folha.is_not(None),
        table.c.estado == numbered_paper.USED,
    )
    return {(each.tentativa, each.folha): each.numero for each in conn.execute(query)}


def _attempts(conn: Connection, row: Mapping[Any, Any]) -> list[Mapping[Any, Any]]:
    table = db.tentativa
    query = sa.select(table).where(table.c.serventia_id == row["serventia_id"], table.c.job_id == row["id"])
    return [dict(each) for each in conn.execute(query.order_by(table.c.numero)).mappings()]


def _where(
    office: Office, row: Mapping[Any, Any], tries: Sequence[Mapping[Any, Any]]
) -> dict[int, tuple[int | None, int]]:
    """Return by page the newest try that took a sheet for it, and which of its sheets (counted as `passes.folhas`)."""
    sides = printout.job_sides(office, row)
    where: dict[int, tuple[int | None, int]] = {}
    sheets: dict[int, tuple[int | None, int]] = {}  # by sheet of the printed file: a back stands where its front does
    for attempt in tries:
        places = _places(office, row, attempt, [side.pagina for side in sides])
        turned = row["faces"] == passes.FRENTE_THEN_VERSO
        one_side = row["faces"] in (None, passes.FRENTE)
        new = [place if one_side else place // 2 for place in places if not turned or place % 2 == 0]
        sheets |= {sheet: (attempt["numero"], n) for n, sheet in enumerate(dict.fromkeys(new), 1)}
        for place in places:
            page, sheet = sides[place].pagina, place if one_side else place // 2
            if page is not None and sheet in sheets:
                where[page] = sheets[sheet]
    return where


def _places(
    office: Office, row: Mapping[Any, Any], attempt: Mapping[Any, Any], pages: Sequence[int | None]
) -> list[int]:
    """Return the places in the printed file that a try put on paper, in order."""
    if attempt["passada"] is not None and attempt["paginas"] is not None:
        return list(passes.plan(office, row, attempt["fila"])[attempt["passada"]].positions or ())
    chosen = parse_pages(attempt["paginas"], row["paginas"])
    return [place for place, page in enumerate(pages) if chosen is None or page in chosen]


def _as_requested(place: tuple[int | None, int], known: Mapping[tuple[int | None, int], str]) -> tuple[int | None, int]:
    """Return a first sheet's place as the request's numbers have it, where no queue has taken them since."""
    return place if place in known or place[0] != 1 else (None, place[1])
