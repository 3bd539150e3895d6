"""What a person says of the paper (X5): what came out, was spoiled, is printed again; cancelling.

Printed again are the same bytes with the same seals, and only on a person's word. A page called good never is.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.clock import rfc3339
from printserver.delivery import (
    AttemptContent,
    current_attempt,
    new_attempt,
    numbered_paper,
    passes,
    sheets,
    withdraw_from_queue,
)
from printserver.documents import parse_pages, read
from printserver.errors import Recusa, invalid_input
from printserver.jobs.accept import Acceptance
from printserver.jobs.once import do_once
from printserver.jobs.paper_rows import (
    close_question,
    destination,
    locked,
    log_entry,
    newest_attempts,
    require_live,
    said_pages,
    send_again,
)
from printserver.jobs.requests import FolhaDita, Folhas
from printserver.jobs.resend import _require_resendable
from printserver.ledger import (
    CANCELLED,
    FAILED,
    HANDED_OFF,
    HELD,
    PRINTED,
    RENDERED,
    UNCERTAIN,
    Outcome,
    idempotency,
    jobs,
    on_its_way,
    questions,
)
from printserver.office import Act, Author, LogEntry, Office, acting_person, audit, people


def report_pages(office: Office, author: Author, job_id: str, data: object, key: str | None = None) -> Acceptance:
    """Record what a person says of each page, and print again those that are named (X5).

    Raises `Recusa` `estado-nao-permite`, `entrada-invalida` (no such page, or a page called good), or as `destination`.
    """
    people.require_right(author, "responder")

    def do(digest: str) -> None:
        answer = read(Folhas, data)
        with office.db.read() as conn:
            who = people.on_behalf_of(author, acting_person(conn, office, answer.escrevente))
            before = jobs.job_by_id(conn, office.serventia_id, job_id)
            again = _to_print(answer, before)
            _check_said(conn, before, answer, again)
            _check_sheets(conn, before, answer)
        known = sheets.numbers(office, before)
        queue, bandeja = destination(office, before, answer.fila, answer.bandeja)
        backs = _backs(office, before, answer)
        withdraw_from_queue(office, before, who, "uma pessoa diz o que saiu")
        sent = _to_send(office, before, answer, again, backs)
        now = office.clock()
        with office.db.write() as conn:
            row = locked(conn, office, job_id)
            said = _check_said(conn, row, answer, again)
            turned = _fronts(conn, row, said) if answer.versos else ()
            spoiled = _say(conn, office, row, answer, known, who, now, turned)
            if sent is not None:
                new_attempt(conn, row, now, sent, queue=queue)
                state = RENDERED
                send_again(conn, row, now, {"estado": state, "fila": queue, "bandeja": bandeja})
            else:
                state = _verdict(said, row, conn if backs is not None else None)
                table = db.job
                conn.execute(sa.update(table).where(table.c.n == row["n"]).values(estado=state))
            entries: list[LogEntry] = []
            if sent is not None or state != UNCERTAIN or said.keys() >= set(range(1, row["paginas"] + 1)):
                entries += close_question(conn, office, job_id, answer.model_dump(mode="json"), who)
            if sent is None and backs is not None and state != UNCERTAIN:
                act = Act(office, conn, now)
                passes.ask_about_backs(act, row, backs)
                entries += act.entries
            if state == PRINTED:
                numbered_paper.give_back_for_job(conn, row)
            idempotency.register(conn, office, author, key, digest, Outcome(job_id, None), now)
            what: dict[str, Any] = {
                "paginas": {str(page): verdict for page, verdict in sorted(said.items())},
                "imprimir": answer.imprimir,
                "motivo": answer.motivo,
            } | ({"versos": True} if answer.versos else {})
            what |= {"papeis_inutilizados": spoiled} if spoiled else {}
            moved = {"fila": queue, "bandeja": bandeja} if sent is not None else {}
            what |= moved
            audit.write(conn, office.serventia_id, now, [log_entry(job_id, state, who, what, **moved), *entries])
        office.bell.ring()

    return do_once(office, author, f"POST /api/v1/jobs/{job_id}/folhas", job_id, data, key, do)


def _to_print(answer: Folhas, row: Mapping[Any, Any]) -> tuple[int, ...]:
    """Return the pages that are to be printed again. Raises `Recusa` `entrada-invalida` for one that is not there."""
    try:
        return parse_pages(answer.imprimir, row["paginas"]) or ()
    except Recusa as refusal:
        raise invalid_input(
            "imprimir", f"as páginas {answer.imprimir} não existem todas: o documento tem {row['paginas']}"
        ) from refusal


def _backs(office: Office, row: Mapping[Any, Any], answer: Folhas) -> passes.Pass | None:
    """Return the pass of backs that waits for the sheets to be turned. Raises where `versos` is said and none waits."""
    with office.db.read() as conn:
        attempt = current_attempt(conn, row)
    following = passes.next_pass(office, row, attempt) if attempt is not None else None
    backs = following if following is not None and following.versos else None
    if answer.versos and (backs is None or answer.imprimir is not None):
        raise Recusa("estado-nao-permite", "Não há versos à espera de que as folhas sejam viradas.")
    return backs


def _to_send(
    office: Office,
    row: Mapping[Any, Any],
    answer: Folhas,
    again: tuple[int, ...],
    backs: passes.Pass | None,
) -> AttemptContent | None:
    """Return what the next attempt prints: the backs, or the pages that are printed again; None: nothing is printed."""
    if answer.versos and backs is not None:
        return passes.content(office, row, backs)
    if not again:
        return None
    digest = passes.store_extract(office, row, passes.positions(office, row, again))
    return AttemptContent(None, answer.imprimir, digest)


def _fronts(conn: Connection, row: Mapping[Any, Any], said: Mapping[int, str]) -> tuple[int, ...]:
    """Return the fronts that, by turning their sheets, a person calls good; raises if one is known not to be."""
    fronts = tuple(sorted(newest_attempts(conn, row)))
    bad = [str(page) for page in fronts if said.get(page, "boa") != "boa"]
    came_out = row["estado"] == HANDED_OFF and (row["cups"] or {}).get("estado") == "completed"
    if bad or not (came_out or all(said.get(page) == "boa" for page in fronts)):
        raise Recusa(
            "estado-nao-permite",
            "Antes dos versos, diga que todas as frentes saíram boas, ou imprima-as de novo"
            + (f" (páginas {', '.join(bad)})." if bad else "."),
        )
    return tuple(page for page in fronts if page not in said)


def _check_said(conn: Connection, row: Mapping[Any, Any], answer: Folhas, again: tuple[int, ...]) -> dict[int, str]:
    """Return what is said of each page now. Raises where it cannot be said, or does not allow what is to be printed.

    A word is about the paper that came out before it: a page that was sent again needs a new one to be sent once more.
    """
    if row["pdf_sha256"] is None or row["estado"] in HELD or row["estado"] == CANCELLED:
        raise Recusa("estado-nao-permite", f"O trabalho está {row['estado']}: ainda não há páginas a julgar.")
    if again:
        require_live(row)
    newest = newest_attempts(conn, row)
    said = {
        page: verdict
        for page, (verdict, attempt) in said_pages(conn, row).items()
        if verdict == "boa" or attempt >= newest.get(page, 0)
    }
    for index, page in enumerate(answer.paginas):
        where = f"paginas.{index}"
        if page.pagina > row["paginas"]:
            raise invalid_input(f"{where}.pagina", f"o documento tem {row['paginas']} páginas")
        if newest and page.pagina not in newest:
            raise invalid_input(f"{where}.pagina", f"a página {page.pagina} ainda não foi à impressora")
        if said.get(page.pagina) == "boa" and page.estado != "boa":
            raise invalid_input(f"{where}.estado", f"a página {page.pagina} já foi dita boa, e está no registro")
        said[page.pagina] = page.estado
    for page_number in again:
        if said.get(page_number) not in ("inutilizada", "nao_saiu"):
            raise invalid_input(
                "imprimir",
                f"da página {page_number} não se disse, depois da última impressão, que foi inutilizada ou não saiu: "
                "não se imprime de novo",
            )
    return said


def _check_sheets(conn: Connection, row: Mapping[Any, Any], answer: Folhas) -> None:
    """Raise `Recusa` `entrada-invalida` where a spoiled sheet's number is known to be on another print."""
    for index, page in enumerate(answer.paginas):
        if (
            page.estado == "inutilizada"
            and page.papel is not None
            and sheets.is_on_another_print(conn, row, page.papel)
        ):
            raise invalid_input(f"paginas.{index}.papel", f"o papel {page.papel} está em outra impressão: confira-o")


def _say(
    conn: Connection,
    office: Office,
    row: Mapping[Any, Any],
    answer: Folhas,
    known: Mapping[int, str],
    who: Author,
    now: datetime,
    turned_fronts: tuple[int, ...] = (),
) -> list[str]:
    """Write the new verdicts, and the spoiled sheets; fronts whose sheets a person turned (`turned_fronts`) are good.

    Return the numbers of the spoiled sheets.

    Of a spoiled sheet whose number was not said, it is the one that the server knows (`known`, by page).
    """
    attempt = max(newest_attempts(conn, row).values(), default=0)
    turned = [FolhaDita(pagina=page, estado="boa") for page in turned_fronts]
    spoiled: list[str] = []
    for page in (*answer.paginas, *turned):
        papel = page.papel
        if page.estado == "inutilizada":
            papel = papel or known.get(page.pagina)
            if papel is not None:
                numbered_paper.spoil(conn, office.serventia_id, row["id"], papel, answer.motivo, who, now)
                spoiled.append(papel)
        values = {
            "serventia_id": office.serventia_id,
            "job_id": row["id"],
            "pagina": page.pagina,
            "tentativa": attempt,
            "estado": page.estado,
            "papel": papel,
            "motivo": answer.motivo,
            "quem": who.pessoa,
            "quando": now,
        }
        conn.execute(sa.insert(db.pagina).values(**values))
    return spoiled


def _verdict(said: Mapping[int, str], row: Mapping[Any, Any], pending: Connection | None) -> str:
    """Return the job's state when nothing is printed again: all good, none came out, or still not known.

    Good words alone put nothing in doubt. `pending`: where backs are still to come, to look which pages came out.
    """
    if pending is not None and {said.get(page) for page in newest_attempts(pending, row)} == {"boa"}:
        return HANDED_OFF
    verdicts = {said.get(page) for page in range(1, row["paginas"] + 1)}
    if verdicts == {"boa"}:
        return PRINTED
    if verdicts == {"nao_saiu"}:
        return FAILED
    return str(row["estado"]) if verdicts <= {"boa", None} else UNCERTAIN


def reported(office: Office, job_id: str) -> dict[int, dict[str, Any]]:
    """Return by page what was last said of it, with who and when, and the number of its sheet (X5).

    `vale`: the word is about the paper that came out last. `papel`: as said, else as the server knows it.
    """
    with office.db.read() as conn:
        row = jobs.job_by_id(conn, office.serventia_id, job_id)
        newest = newest_attempts(conn, row) if row["pdf_sha256"] else {}
        table = db.pagina
        query = sa.select(table).where(table.c.serventia_id == office.serventia_id, table.c.job_id == job_id)
        said = {each["pagina"]: each for each in conn.execute(query.order_by(table.c.id)).mappings()}
    known = sheets.numbers(office, row)
    return {
        page: {
            "estado": said[page]["estado"] if page in said else None,
            "vale": page in said and (said[page]["estado"] == "boa" or said[page]["tentativa"] >= newest.get(page, 0)),
            "papel": known.get(page) or (said[page]["papel"] if page in said else None),
            "quem": said[page]["quem"] if page in said else None,
            "quando": rfc3339(said[page]["quando"]) if page in said else None,
        }
        for page in range(1, row["paginas"] + 1)
    }


def allowed(office: Office, job_id: str) -> dict[str, bool]:
    """Return what a person may ask of a job as it stands, and would not be refused.

    `folhas`: to say what came out; `imprimir`: to have pages printed again with it.
    """
    with office.db.read() as conn:
        row = jobs.job_by_id(conn, office.serventia_id, job_id)
        question = questions.do_job(conn, office, job_id)
        asked = question is not None and question["estado"] == "aberta" and question["tipo"] == "folhas"
        vale = _accepts(lambda: require_live(row))
        came_out = row["pdf_sha256"] is not None and row["estado"] in (UNCERTAIN, HANDED_OFF, PRINTED, FAILED)
        return {
            "reenviar": _accepts(lambda: _require_resendable(conn, row)) and not on_its_way(row),
            "cancelar": row["estado"] in HELD or on_its_way(row),
            "folhas": came_out and (vale or asked),
            "imprimir": came_out and vale,
        }


def _accepts(check: Callable[[], None]) -> bool:
    try:
        check()
    except Recusa:
        return False
    return True
