"""A print that reaches its paper in more than one try: copies one by one; fronts and, when they are turned, backs.

One job, one sealing, one stored PDF: each pass is an extract of its bytes with a hash of its own (X5). Backs go out
only on a person's word that the sheets lie turned in the tray.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.delivery import attempts, original, printout, spool
from printserver.documents import parse_pages
from printserver.ledger import HANDED_OFF, PRINTED, RENDERED, questions
from printserver.office import LogEntry, Office, audit
from printserver.rendering import PrintedSide, extract_pages

FRENTE: Final = "frente"
FRENTE_THEN_VERSO: Final = "frente-depois-verso"
NO_PAGES: Final = ""  # the pages of a pass that is but a side left empty


@dataclass(frozen=True, slots=True)
class Pass:
    """One pass: its place among the passes, and the places in the printed file that it shows (None: all)."""

    index: int
    positions: tuple[int, ...] | None
    paginas: str | None
    versos: bool = False


def plan(office: Office, row: Mapping[Any, Any], queue: str) -> tuple[Pass, ...]:
    """Return the passes in which a queue prints the job: on a folder nobody turns sheets."""
    each: list[tuple[tuple[int, ...] | None, str | None, bool]] = [(None, None, False)]
    if row["faces"] == FRENTE_THEN_VERSO and _kind(office, queue) != "pasta":
        sides = printout.job_sides(office, row)
        used = [place for place, side in enumerate(sides) if side.pagina is not None or side.em_branco]
        halves = [(tuple(place for place in used if place % 2 == back), bool(back)) for back in (0, 1)]
        each = [(places, _pages(sides, places), back) for places, back in halves if places]
    passes = [part for _ in range(row["copias"]) for part in each]
    first_is_backs = each[0][2]  # an act of one page that begins on the back: nothing was printed to be turned
    return tuple(
        Pass(n, places, pages, versos=back and not first_is_backs) for n, (places, pages, back) in enumerate(passes)
    )


def first(office: Office, row: Mapping[Any, Any], queue: str) -> dict[str, Any]:
    """Return what `new_attempt` is told of the first pass of a print."""
    if not _is_in_parts(row):
        return {"passada": 0}
    return as_attempt(office, row, plan(office, row, queue)[0])


def again(office: Office, row: Mapping[Any, Any], queue: str) -> dict[str, Any]:
    """Return what `new_attempt` is told of the newest pass, of which nothing came out."""
    if not _is_in_parts(row):
        return {"passada": 0}
    with office.db.read() as conn:
        newest = max(last_pass(conn, row), 0)
    passes = plan(office, row, queue)
    return as_attempt(office, row, passes[min(newest, len(passes) - 1)])


def as_attempt(office: Office, row: Mapping[Any, Any], passada: Pass) -> dict[str, Any]:
    """Return what `new_attempt` is told of a pass; its bytes are made and kept."""
    digest = None if passada.positions is None else store_extract(office, row, passada.positions)
    return {"passada": passada.index, "paginas": passada.paginas, "pdf_sha256": digest}


def store_extract(office: Office, row: Mapping[Any, Any], positions: Sequence[int | None]) -> str:
    """Keep the extract of a job's PDF with these places of it (None: an empty side); return its SHA-256.

    Raises `LostPdf`, OSError (see `original`).
    """
    return spool.store(office.spool, extract_pages(original.intact_pdf(office, row), positions))


def attempt_bytes(office: Office, row: Mapping[Any, Any], attempt: Mapping[Any, Any]) -> bytes:
    """Return the very bytes of a try's `pdf_sha256`, read or made again; they are in the spool on return.

    Raises `LostPdf`, OSError (see `original`).
    """
    digest = attempt["pdf_sha256"]
    if digest == row["pdf_sha256"]:
        return original.intact_pdf(office, row)
    try:
        return spool.read(office.spool, digest)
    except spool.Altered:
        content = extract_pages(original.intact_pdf(office, row), _attempt_positions(office, row, attempt))
    original.check(office, content, digest)
    spool.store(office.spool, content)
    return content


def _attempt_positions(office: Office, row: Mapping[Any, Any], attempt: Mapping[Any, Any]) -> Sequence[int | None]:
    if attempt["passada"] is not None:
        return plan(office, row, attempt["fila"])[attempt["passada"]].positions or ()
    return positions(office, row, parse_pages(attempt["paginas"], row["paginas"]) or ())


def positions(office: Office, row: Mapping[Any, Any], paginas: Sequence[int]) -> list[int | None]:
    """Return the places in the printed file of pages that are printed again, each on the side where it belongs."""
    places: list[int | None] = list(printout.positions_in_file(office, row, paginas))
    if row["faces"] != "frente-verso":
        return places
    ordered: list[int | None] = []
    for place in places:
        if place is not None and place % 2 != len(ordered) % 2:
            ordered.append(None)
        ordered.append(place)
    return ordered


def folhas(office: Office, row: Mapping[Any, Any], attempt: Mapping[Any, Any]) -> int:
    """Return how many new sheets of paper a try takes: none, where it prints the backs of sheets that have fronts."""
    if attempt["passada"] is not None and attempt["paginas"] is not None:
        passes = plan(office, row, attempt["fila"])
        passada = passes[attempt["passada"]]
        return 0 if passada.versos else len(passada.positions or ())
    sides = printout.job_sides(office, row)
    chosen = parse_pages(attempt["paginas"], row["paginas"])
    used = [place for place, side in enumerate(sides) if chosen is None or side.pagina in chosen]
    if row["faces"] in (None, FRENTE):
        return len(used)
    if row["faces"] == FRENTE_THEN_VERSO and chosen is not None:
        return sum(place % 2 == 0 for place in used)
    return len({place // 2 for place in used})


def end_values(row: Mapping[Any, Any], state: str, now: datetime) -> dict[str, Any]:
    """Return the changes of a job whose newest try came to an end; one of several passes is due for the next step."""
    if _is_in_parts(row) and state in (HANDED_OFF, PRINTED):
        return attempts.end_values(HANDED_OFF) | {"encerrado": False, "vence_em": now}
    return attempts.end_values(state)


def advance(office: Office, row: dict[str, Any], owner: str) -> None:
    """Go on after a pass that came out: another copy by itself, backs by a question; or the job is at its end.

    Does nothing the second time. Raises LostClaim.
    """
    with office.db.read() as conn:
        attempt = attempts.current_attempt(conn, row)
    assert attempt is not None
    counted = _is_counted(row, attempt)
    passada = next_pass(office, row, attempt) if _came_out(row, attempt) else None
    what = as_attempt(office, row, passada) if passada is not None and not passada.versos else {}
    now = office.clock()
    with office.db.write() as conn:
        if passada is None:
            changes = attempts.end_values(PRINTED if counted else HANDED_OFF)
        elif passada.versos:
            changes = attempts.end_values(HANDED_OFF)
        else:
            changes = {"estado": RENDERED, "encerrado": False, "vence_em": now, "dono": None, "posse_ate": None}
        if not attempts.change(conn, row, owner, changes):
            raise attempts.LostClaim(row["id"])
        if counted:
            give_back(conn, attempt)
        entries = []
        if passada is None and counted:
            entries = [LogEntry("job", row["id"], PRINTED)]
        elif passada is not None and passada.versos:
            entries = ask_about_backs(conn, office, row, passada, now)
        elif passada is not None:
            attempts.new_attempt(conn, row, now, queue=attempt["fila"], **what)
            text = {"texto": f"passada {passada.index + 1} da impressão"}
            entries = [LogEntry("job", row["id"], RENDERED, detalhe=text)]
        audit.write(conn, office.serventia_id, now, entries)
    office.bell.ring()


def next_pass(office: Office, row: Mapping[Any, Any], attempt: Mapping[Any, Any]) -> Pass | None:
    """Return the pass that is still to come once this try came out; None, of almost every print."""
    if not _is_in_parts(row):
        return None
    with office.db.read() as conn:
        done = last_pass(conn, row)
    passes = plan(office, row, attempt["fila"])
    return passes[done + 1] if done + 1 < len(passes) else None


def last_pass(conn: Connection, row: Mapping[Any, Any]) -> int:
    """Return the newest pass that went to paper; -1: none did."""
    table = db.tentativa
    newest = sa.select(sa.func.max(table.c.passada)).where(
        table.c.serventia_id == row["serventia_id"], table.c.job_id == row["id"]
    )
    found = conn.execute(newest).scalar()
    return -1 if found is None else int(found)


def _came_out(row: Mapping[Any, Any], attempt: Mapping[Any, Any]) -> bool:
    """Whether the try came out as far as its queue can tell: what was cancelled there leads to nothing more."""
    return attempt["cups_id"] is None or (row["cups"] or {}).get("estado") == "completed"


def _is_counted(row: Mapping[Any, Any], attempt: Mapping[Any, Any]) -> bool:
    """Whether the try is known to be good: a folder has its file, or the sides were counted."""
    if attempt["cups_id"] is None:
        return True
    counted = (row["cups"] or {}).get("impressoes")
    return _came_out(row, attempt) and counted is not None and counted >= attempts.expected_pages(row, attempt)


def give_back(conn: Connection, attempt: Mapping[Any, Any]) -> None:
    """A try is known to be good: the queue with numbered paper that it had taken takes the next print (P5)."""
    queue = db.fila
    took = (queue.c.serventia_id == attempt["serventia_id"], queue.c.papel_tentativa == attempt["id"])
    conn.execute(sa.update(queue).where(*took).values(papel_tentativa=None))


def ask_about_backs(
    conn: Connection, office: Office, row: Mapping[Any, Any], passada: Pass, now: datetime
) -> list[LogEntry]:
    """Ask a person to turn the sheets (one open question of it a job). Return the log's line."""
    before = questions.do_job(conn, office, row["id"])
    entries = []
    if before is not None and before["estado"] == "aberta":
        entries = questions.end(conn, before, "substituida")
    which = f"das páginas {passada.paginas}" if passada.paginas else "em branco"
    count = len(passada.positions or ())
    sheets = "a folha" if count == 1 else f"as {count} folhas"
    text = (
        f"As frentes saíram. Confira-as, vire {sheets} que levam o verso {which}, ponha-as na bandeja na mesma ordem "
        "e, com a fila livre, confirme: só então os versos são impressos."
    )
    choices = (
        {"acao": "versos", "texto": "As folhas estão viradas na bandeja: imprimir os versos."},
        {"acao": "folhas", "texto": "Alguma frente não saiu bem: dizer qual, e imprimi-la de novo antes."},
    )
    question_text = questions.Text("folhas", text, alternativas=choices)
    asked = questions.ask(conn, office, row["id"], row["documento_id"], question_text, now)
    return [*entries, replace(asked, detalhe={**asked.detalhe, "versos": passada.paginas})]


def _is_in_parts(row: Mapping[Any, Any]) -> bool:
    return bool(row["copias"] > 1 or row["faces"] == FRENTE_THEN_VERSO)


def _pages(sides: Sequence[PrintedSide], places: Sequence[int]) -> str:
    return ",".join(str(sides[place].pagina) for place in places if sides[place].pagina is not None) or NO_PAGES


def _kind(office: Office, queue: str) -> str | None:
    table = db.fila
    with office.db.read() as conn:
        return conn.execute(
            sa.select(table.c.tipo).where(table.c.serventia_id == office.serventia_id, table.c.nome == queue)
        ).scalar_one_or_none()
