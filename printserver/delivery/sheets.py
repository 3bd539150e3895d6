"""The numbered sheet of each printed page, if known (P5). Read-only."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.delivery import attempts, numbered_paper, paper_stock, passes, printout
from printserver.documents import normalize_sheet, parse_pages
from printserver.ledger import Attempt, JobRow
from printserver.office import Office


def numbers(office: Office, row: JobRow) -> dict[int, str]:
    """Return for each page the printed number of the sheet of its last print, if known."""
    with office.db.read() as conn:
        known = _known(conn, row)
        tries = attempts.all_of(conn, row)
        if not known or row["pdf_sha256"] is None:
            return {}
        where = _where(office, row, tries)
        sid = row["serventia_id"]
        return {
            page: paper_stock.as_printed(conn, sid, known[place])
            for page, taken in sorted(where.items())
            if (place := _as_requested(taken, known)) in known
        }


def of_pages(office: Office, row: JobRow) -> dict[int, int]:
    """Return for each page the number of its sheet (from 0); a back has the sheet of its front."""
    one_side = row["faces"] in (None, passes.FRENTE)
    sides = printout.job_sides(office, row)
    return {side.pagina: place if one_side else place // 2 for place, side in enumerate(sides) if side.pagina}


def is_on_another_print(conn: Connection, row: JobRow, numero: str) -> bool:
    """Return whether that number is known to be on another print."""
    table = db.papel
    query = sa.select(table.c.job_id).where(
        table.c.serventia_id == row["serventia_id"],
        table.c.numero == normalize_sheet(numero),
        table.c.estado == numbered_paper.USED,
    )
    found = conn.execute(query).one_or_none()
    return found is not None and found.job_id != row["id"]


def _known(conn: Connection, row: JobRow) -> dict[tuple[int | None, int], str]:
    """Return the numbers of the unspoiled sheets, by attempt (None: from the request) and position in it."""
    table = db.papel
    query = sa.select(table.c.tentativa, table.c.folha, table.c.numero).where(
        table.c.serventia_id == row["serventia_id"],
        table.c.job_id == row["id"],
        table.c.folha.is_not(None),
        table.c.estado == numbered_paper.USED,
    )
    return {(each.tentativa, each.folha): each.numero for each in conn.execute(query)}


def _where(office: Office, row: JobRow, tries: Sequence[Attempt]) -> dict[int, tuple[int | None, int]]:
    """Return for each page the newest attempt that took a sheet for it, and the sheet's index (see `passes.folhas`)."""
    sides = printout.job_sides(office, row)
    where: dict[int, tuple[int | None, int]] = {}
    sheets: dict[int, tuple[int | None, int]] = {}  # by sheet of the printed file: a back has the sheet of its front
    for attempt in tries:
        places = _places(office, row, attempt, [side.pagina for side in sides])
        turned = row["faces"] == passes.FRENTE_THEN_VERSO
        one_side = row["faces"] in (None, passes.FRENTE)
        new = [place if one_side else place // 2 for place in places if not turned or place % 2 == 0]
        sheets |= {sheet: (attempt.numero, n) for n, sheet in enumerate(dict.fromkeys(new), 1)}
        for place in places:
            page, sheet = sides[place].pagina, place if one_side else place // 2
            if page is not None and sheet in sheets:
                where[page] = sheets[sheet]
    return where


def _places(office: Office, row: JobRow, attempt: Attempt, pages: Sequence[int | None]) -> list[int]:
    """Return the positions in the printed file of an attempt, in order."""
    if attempt.passada is not None and attempt.paginas is not None:
        return list(passes.plan(office, row, attempt.fila)[attempt.passada].positions or ())
    chosen = parse_pages(attempt.paginas, row["paginas"])
    return [place for place, page in enumerate(pages) if chosen is None or page in chosen]


def _as_requested(place: tuple[int | None, int], known: Mapping[tuple[int | None, int], str]) -> tuple[int | None, int]:
    """Return the request's position of a sheet of the first attempt, if no queue has taken its number since."""
    return place if place in known or place[0] != 1 else (None, place[1])
