"""Passes: a print of several copies, or of fronts and later backs, is sent in several attempts.

One job, one sealing, one stored PDF: each pass is an extract of its bytes with a separate hash (X5). Backs are printed
only after a person confirms that the turned sheets are in the tray.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.delivery import attempts, original, printout, spool
from printserver.delivery.attempts import AttemptContent
from printserver.documents import parse_pages
from printserver.ledger import HANDED_OFF, PRINTED, RENDERED, Attempt, JobRow, questions
from printserver.office import RELEASED, Act, Office, acting
from printserver.rendering import PrintedSide, extract_pages

FRENTE: Final = "frente"
FRENTE_THEN_VERSO: Final = "frente-depois-verso"
NO_PAGES: Final = ""  # pages of a pass with only an empty side


@dataclass(frozen=True, slots=True)
class Pass:
    """One pass: its index and its positions in the printed file (None: all)."""

    index: int
    positions: tuple[int, ...] | None
    paginas: str | None
    versos: bool = False


def plan(office: Office, row: JobRow, queue: str) -> tuple[Pass, ...]:
    """Return the passes of the job in a queue; a folder needs no separate backs."""
    each: list[tuple[tuple[int, ...] | None, str | None, bool]] = [(None, None, False)]
    if row["faces"] == FRENTE_THEN_VERSO and _kind(office, queue) != "pasta":
        sides = printout.job_sides(office, row)
        used = [place for place, side in enumerate(sides) if side.pagina is not None or side.em_branco]
        halves = [(tuple(place for place in used if place % 2 == back), bool(back)) for back in (0, 1)]
        each = [(places, _pages(sides, places), back) for places, back in halves if places]
    passes = [part for _ in range(row["copias"]) for part in each]
    first_is_backs = each[0][2]  # an act of one page that begins on the back: there are no printed fronts to turn
    return tuple(
        Pass(n, places, pages, versos=back and not first_is_backs) for n, (places, pages, back) in enumerate(passes)
    )


def first(office: Office, row: JobRow, queue: str) -> AttemptContent:
    """Return the content of the first attempt of a print; its bytes are stored."""
    return content(office, row, plan(office, row, queue)[0]) if _is_in_parts(row) else AttemptContent(0)


def again(office: Office, row: JobRow, queue: str) -> AttemptContent:
    """Return the content of the newest pass, to resend it because nothing came out; its bytes are stored."""
    if not _is_in_parts(row):
        return AttemptContent(0)
    with office.db.read() as conn:
        newest = max(last_pass(conn, row), 0)
    passes = plan(office, row, queue)
    return content(office, row, passes[min(newest, len(passes) - 1)])


def content(office: Office, row: JobRow, passada: Pass) -> AttemptContent:
    """Return the content of an attempt for this pass; its bytes are stored."""
    digest = None if passada.positions is None else store_extract(office, row, passada.positions)
    return AttemptContent(passada.index, passada.paginas, digest)


def store_extract(office: Office, row: JobRow, positions: Sequence[int | None]) -> str:
    """Store the extract of a job's PDF with these positions (None: an empty side); return its SHA-256.

    Raises `LostPdf`, OSError (see `original`).
    """
    return spool.store(office.spool, extract_pages(original.intact_pdf(office, row), positions))


def attempt_bytes(office: Office, row: JobRow, attempt: Attempt) -> bytes:
    """Return the bytes of an attempt's `pdf_sha256`, read or reproduced; they are in the spool on return.

    Raises `LostPdf`, OSError (see `original`).
    """
    digest = attempt.pdf_sha256
    if digest == row["pdf_sha256"]:
        return original.intact_pdf(office, row)
    try:
        return spool.read(office.spool, digest)
    except spool.Altered:
        pdf = extract_pages(original.intact_pdf(office, row), _attempt_positions(office, row, attempt))
    original.check(office, pdf, digest)
    spool.store(office.spool, pdf)
    return pdf


def _attempt_positions(office: Office, row: JobRow, attempt: Attempt) -> Sequence[int | None]:
    if attempt.passada is not None:
        return plan(office, row, attempt.fila)[attempt.passada].positions or ()
    return positions(office, row, parse_pages(attempt.paginas, row["paginas"]) or ())


def positions(office: Office, row: JobRow, paginas: Sequence[int]) -> list[int | None]:
    """Return the positions in the printed file of reprinted pages, each on its side of the sheet."""
    places: list[int | None] = list(printout.positions_in_file(office, row, paginas))
    if row["faces"] != "frente-verso":
        return places
    ordered: list[int | None] = []
    for place in places:
        if place is not None and place % 2 != len(ordered) % 2:
            ordered.append(None)
        ordered.append(place)
    return ordered


def folhas(office: Office, row: JobRow, attempt: Attempt) -> int:
    """Return the number of new sheets of an attempt: none for the backs of sheets with printed fronts."""
    if attempt.passada is not None and attempt.paginas is not None:
        passes = plan(office, row, attempt.fila)
        passada = passes[attempt.passada]
        return 0 if passada.versos else len(passada.positions or ())
    sides = printout.job_sides(office, row)
    chosen = parse_pages(attempt.paginas, row["paginas"])
    used = [place for place, side in enumerate(sides) if chosen is None or side.pagina in chosen]
    if row["faces"] in (None, FRENTE):
        return len(used)
    if row["faces"] == FRENTE_THEN_VERSO and chosen is not None:
        return sum(place % 2 == 0 for place in used)
    return len({place // 2 for place in used})


def end_values(copias: int, faces: str | None, state: str, now: datetime) -> dict[str, object]:
    """Return the changes of a job whose newest attempt ended; with several passes the next one becomes due."""
    if _has_parts(copias, faces) and state in (HANDED_OFF, PRINTED):
        return attempts.end_values(HANDED_OFF) | {"encerrado": False, "vence_em": now}
    return attempts.end_values(state)


def advance(office: Office, row: JobRow, attempt: Attempt, owner: str) -> None:
    """Continue after the newest attempt came out: print another copy, ask for the backs, or end the job.

    Idempotent. Raises `LostClaim`.
    """
    counted = _is_counted(row, attempt)
    passada = next_pass(office, row, attempt) if _came_out(row, attempt) else None
    what = content(office, row, passada) if passada is not None and not passada.versos else None
    with acting(office) as act:
        if what is not None:
            changes: dict[str, object] = {"estado": RENDERED, "encerrado": False, "vence_em": act.now, **RELEASED}
        else:
            changes = attempts.end_values(PRINTED if passada is None and counted else HANDED_OFF)
        if not attempts.change(act.conn, row, owner, changes):
            raise attempts.LostClaim(row["id"])
        if counted:
            give_back(act.conn, attempt)
        if passada is None:
            if counted:
                act.log("job", row["id"], PRINTED)
        elif what is None:
            ask_about_backs(act, row, passada)
        else:
            attempts.new_attempt(act.conn, row, act.now, what, queue=attempt.fila)
            act.log("job", row["id"], RENDERED, {"texto": f"passada {passada.index + 1} da impressão"})


def next_pass(office: Office, row: JobRow, attempt: Attempt) -> Pass | None:
    """Return the pass that follows this attempt; None for most prints."""
    if not _is_in_parts(row):
        return None
    with office.db.read() as conn:
        done = last_pass(conn, row)
    passes = plan(office, row, attempt.fila)
    return passes[done + 1] if done + 1 < len(passes) else None


def last_pass(conn: Connection, row: JobRow) -> int:
    """Return the index of the newest pass that has an attempt; -1: none."""
    table = db.tentativa
    newest = sa.select(sa.func.max(table.c.passada)).where(
        table.c.serventia_id == row["serventia_id"], table.c.job_id == row["id"]
    )
    found = conn.execute(newest).scalar()
    return -1 if found is None else int(found)


def _came_out(row: JobRow, attempt: Attempt) -> bool:
    """Return whether the queue completed the attempt; a cancelled attempt is not continued."""
    return attempt.cups_id is None or (row["cups"] or {}).get("estado") == "completed"


def _is_counted(row: JobRow, attempt: Attempt) -> bool:
    """Return whether the attempt is known to be good: the folder has its file, or the sides were counted."""
    if attempt.cups_id is None:
        return True
    counted = (row["cups"] or {}).get("impressoes")
    expected = attempts.expected_pages(attempt, row["paginas"])
    return _came_out(row, attempt) and counted is not None and counted >= expected


def give_back(conn: Connection, attempt: Attempt) -> None:
    """Release the queue with numbered paper that this attempt holds: its print is known to be good (P5)."""
    took = {"serventia_id": attempt.serventia_id, "papel_tentativa": attempt.id}
    db.update(conn, db.fila, took, {"papel_tentativa": None})


def ask_about_backs(act: Act, row: JobRow, passada: Pass) -> None:
    """Ask a person to turn the sheets; a job has at most one such open question."""
    conn, office = act.conn, act.office
    before = questions.do_job(conn, office, row["id"])
    if before is not None and before["estado"] == "aberta":
        act.add(questions.end(conn, before, "substituida"))
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
    asked = questions.ask(conn, office, row["id"], row["documento_id"], question_text, act.now)
    act.add([replace(asked, detalhe={**asked.detalhe, "versos": passada.paginas})])


def _is_in_parts(row: JobRow) -> bool:
    return _has_parts(row["copias"], row["faces"])


def _has_parts(copias: int, faces: str | None) -> bool:
    return copias > 1 or faces == FRENTE_THEN_VERSO


def _pages(sides: Sequence[PrintedSide], places: Sequence[int]) -> str:
    return ",".join(str(sides[place].pagina) for place in places if sides[place].pagina is not None) or NO_PAGES


def _kind(office: Office, queue: str) -> str | None:
    table = db.fila
    with office.db.read() as conn:
        return conn.execute(
            sa.select(table.c.tipo).where(table.c.serventia_id == office.serventia_id, table.c.nome == queue)
        ).scalar_one_or_none()
