"""Pages reported by a person (X5): good, spoiled, not printed; and their reprint.

A reprint has the same bytes and seals, and happens only on a person's request. A page reported good is never reprinted.
"""

from collections.abc import Callable, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.clock import rfc3339
from printserver.common.data import JsonObject
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
from printserver.jobs.accept import Acceptance, acted
from printserver.jobs.paper_rows import (
    BUSY,
    close_question,
    destination,
    locked,
    newest_attempts,
    require_live,
    said_pages,
    send_again,
)
from printserver.jobs.requests import FolhaDita, Folhas
from printserver.jobs.resend import require_resendable
from printserver.ledger import (
    CANCELLED,
    FAILED,
    HANDED_OFF,
    PRINTED,
    RENDERED,
    UNCERTAIN,
    Call,
    Job,
    Outcome,
    change_state,
    do_once,
    jobs,
    questions,
)
from printserver.office import Act, Author, Office, acting, acting_author, people


def report_pages(office: Office, author: Author, job_id: str, data: object, key: str | None = None) -> Acceptance:
    """Record a person's verdict on each page, and reprint the named pages (X5).

    Raises `Recusa` `estado-nao-permite`, `entrada-invalida` (an unknown page, or one reported good), and as
    `destination`.
    """
    people.require_right(author, "responder")

    def do(call: Call) -> Outcome:
        answer = read(Folhas, data)
        with office.db.read() as conn:
            who = acting_author(conn, office, author, answer.escrevente, "responder")
            before = jobs.get_job(conn, office.serventia_id, job_id)
            again = _to_print(answer, before)
            _check_said(conn, before, answer, again)
            _check_sheets(conn, before, answer)
        known = sheets.numbers(office, before.as_row())
        queue, bandeja = destination(office, before, answer.fila, answer.bandeja)
        backs = _backs(office, before, answer)
        withdraw_from_queue(office, before.as_row(), who, "uma pessoa diz o que saiu")
        sent = _to_send(office, before, answer, again, backs)
        with acting(office, who, office.clock()) as act:
            job = locked(act, job_id)
            said = _check_said(act.conn, job, answer, again)
            spoiled = _say(act, job, answer, known, _fronts(act.conn, job, said) if answer.versos else ())
            what = _detail(answer, said, spoiled)
            if sent is not None:
                new_attempt(act.conn, job.as_row(), act.now, sent, queue=queue)
                send_again(act, job, RENDERED, queue, bandeja)
                moved = {"fila": queue, "bandeja": bandeja}
                jobs.log_job(act, job_id, RENDERED, what | moved, **moved)
                close_question(act, job_id, answer)
            else:
                _rest(act, job, answer, said, what, backs)
            return call.done(act, job_id)

    _, repeated = do_once(office, author, f"POST /api/v1/jobs/{job_id}/folhas", data, key, do, BUSY)
    return acted(office, job_id, repeated=repeated)


def _detail(answer: Folhas, said: Mapping[int, str], spoiled: Sequence[str]) -> dict[str, object]:
    """Return the log details of a person's report."""
    return {
        "paginas": {str(page): verdict for page, verdict in sorted(said.items())},
        "imprimir": answer.imprimir,
        "motivo": answer.motivo,
        **({"versos": True} if answer.versos else {}),
        **({"papeis_inutilizados": list(spoiled)} if spoiled else {}),
    }


def _rest(
    act: Act,
    job: Job,
    answer: Folhas,
    said: Mapping[int, str],
    what: Mapping[str, object],
    backs: passes.Pass | None,
) -> None:
    """Write the job's state after a report without reprint."""
    state = _verdict(said, job, act.conn if backs is not None else None)
    change_state(act.conn, job.serventia_id, job.n, job.estado, state)
    jobs.log_job(act, job.id, state, what)
    if state != UNCERTAIN or said.keys() >= set(range(1, job.paginas + 1)):
        close_question(act, job.id, answer)
    if backs is not None and state != UNCERTAIN:
        passes.ask_about_backs(act, job.as_row(), backs)
    if state == PRINTED:
        numbered_paper.give_back_for_job(act.conn, job.as_row())


def _to_print(answer: Folhas, job: Job) -> tuple[int, ...]:
    """Return the pages to reprint. Raises `Recusa` `entrada-invalida` for one that does not exist."""
    try:
        return parse_pages(answer.imprimir, job.paginas) or ()
    except Recusa as refusal:
        raise invalid_input(
            "imprimir", f"as páginas {answer.imprimir} não existem todas: o documento tem {job.paginas}"
        ) from refusal


def _backs(office: Office, job: Job, answer: Folhas) -> passes.Pass | None:
    """Return the pass of backs that waits for turned sheets. Raises if `versos` is requested and none waits."""
    with office.db.read() as conn:
        attempt = current_attempt(conn, job.as_row())
    following = passes.next_pass(office, job.as_row(), attempt) if attempt is not None else None
    backs = following if following is not None and following.versos else None
    if answer.versos and (backs is None or answer.imprimir is not None):
        raise Recusa("estado-nao-permite", "Não há versos à espera de que as folhas sejam viradas.")
    return backs


def _to_send(
    office: Office,
    job: Job,
    answer: Folhas,
    again: tuple[int, ...],
    backs: passes.Pass | None,
) -> AttemptContent | None:
    """Return the content of the next attempt (backs, or reprinted pages); None: nothing is printed."""
    if answer.versos and backs is not None:
        return passes.content(office, job.as_row(), backs)
    if not again:
        return None
    digest = passes.store_extract(office, job.as_row(), passes.positions(office, job.as_row(), again))
    return AttemptContent(None, answer.imprimir, digest)


def _fronts(conn: Connection, job: Job, said: Mapping[int, str]) -> tuple[int, ...]:
    """Return the fronts that are implicitly reported good because their sheets were turned. Raises if one is bad."""
    fronts = tuple(sorted(newest_attempts(conn, job)))
    bad = [str(page) for page in fronts if said.get(page, "boa") != "boa"]
    came_out = job.estado == HANDED_OFF and job.queue_state.get("estado") == "completed"
    if bad or not (came_out or all(said.get(page) == "boa" for page in fronts)):
        raise Recusa(
            "estado-nao-permite",
            "Antes dos versos, informe que todas as frentes saíram boas, ou imprima-as de novo"
            + (f" (páginas {', '.join(bad)})." if bad else "."),
        )
    return tuple(page for page in fronts if page not in said)


def _check_said(conn: Connection, job: Job, answer: Folhas, again: tuple[int, ...]) -> dict[int, str]:
    """Return the verdict on each page after this report. Raises if it is impossible or does not allow the reprint.

    A verdict applies to earlier paper: a reprinted page needs a new verdict before another reprint.
    """
    if job.pdf_sha256 is None or job.held or job.estado == CANCELLED:
        raise Recusa("estado-nao-permite", f"O trabalho está {job.estado}: ainda não há páginas a julgar.")
    if again:
        require_live(job)
    newest = newest_attempts(conn, job)
    said = {
        page: verdict
        for page, (verdict, attempt) in said_pages(conn, job).items()
        if verdict == "boa" or attempt >= newest.get(page, 0)
    }
    for index, page in enumerate(answer.paginas):
        where = f"paginas.{index}"
        if page.pagina > job.paginas:
            raise invalid_input(f"{where}.pagina", f"o documento tem {job.paginas} páginas")
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


def _check_sheets(conn: Connection, job: Job, answer: Folhas) -> None:
    """Raise `Recusa` `entrada-invalida` if a spoiled sheet's number is known to be on another print."""
    for index, page in enumerate(answer.paginas):
        if (
            page.estado == "inutilizada"
            and page.papel is not None
            and sheets.is_on_another_print(conn, job.as_row(), page.papel)
        ):
            raise invalid_input(f"paginas.{index}.papel", f"o papel {page.papel} está em outra impressão: confira-o")


def _say(
    act: Act, job: Job, answer: Folhas, known: Mapping[int, str], turned_fronts: tuple[int, ...] = ()
) -> list[str]:
    """Write the new verdicts and the spoiled sheets; fronts of turned sheets (`turned_fronts`) are good.

    The number of a spoiled sheet is the reported one, else the known one (`known`, by page). Return
    the numbers of the spoiled sheets.
    """
    conn, sid, who = act.conn, act.office.serventia_id, act.author
    attempt = max(newest_attempts(conn, job).values(), default=0)
    turned = [FolhaDita(pagina=page, estado="boa") for page in turned_fronts]
    spoiled: list[str] = []
    for page in (*answer.paginas, *turned):
        papel = page.papel
        if page.estado == "inutilizada":
            papel = papel or known.get(page.pagina)
            if papel is not None:
                numbered_paper.spoil(conn, sid, job.id, papel, answer.motivo, who, act.now)
                spoiled.append(papel)
        values = {
            "serventia_id": sid,
            "job_id": job.id,
            "pagina": page.pagina,
            "tentativa": attempt,
            "estado": page.estado,
            "papel": papel,
            "motivo": answer.motivo,
            "quem": who.pessoa,
            "quando": act.now,
        }
        conn.execute(sa.insert(db.pagina).values(**values))
    return spoiled


def _verdict(said: Mapping[int, str], job: Job, pending: Connection | None) -> str:
    """Return the job's state without reprint: all good, nothing printed, or unknown.

    Good verdicts on only some pages do not change the state. `pending`: connection to read the printed pages, if backs
    are still pending.
    """
    if pending is not None and {said.get(page) for page in newest_attempts(pending, job)} == {"boa"}:
        return HANDED_OFF
    verdicts = {said.get(page) for page in range(1, job.paginas + 1)}
    if verdicts == {"boa"}:
        return PRINTED
    if verdicts == {"nao_saiu"}:
        return FAILED
    return job.estado if verdicts <= {"boa", None} else UNCERTAIN


def reported(office: Office, job_id: str) -> dict[int, JsonObject]:
    """Return for each page its last verdict with author and time, and the number of its sheet (X5).

    `vale`: the verdict applies to the newest paper. `papel`: the known number, else the reported one. `folha`: the
    sheet, from 0; pages of one sheet have the same. Empty of a job without a PDF.
    """
    with office.db.read() as conn:
        job = jobs.get_job(conn, office.serventia_id, job_id)
        if job.pdf_sha256 is None:
            return {}
        newest = newest_attempts(conn, job)
        table = db.pagina
        query = sa.select(table).where(table.c.serventia_id == office.serventia_id, table.c.job_id == job_id)
        said = {each["pagina"]: each for each in conn.execute(query.order_by(table.c.id)).mappings()}
    known: Mapping[int, str] = {}
    of_pages: Mapping[int, int] = {}
    if job.removido_em is None:  # which page was on which sheet stands in the layout
        known, of_pages = sheets.numbers(office, job.as_row()), sheets.of_pages(office, job.as_row())
    return {
        page: {
            "folha": of_pages.get(page, page),
            "estado": said[page]["estado"] if page in said else None,
            "vale": page in said and (said[page]["estado"] == "boa" or said[page]["tentativa"] >= newest.get(page, 0)),
            "papel": known.get(page) or (said[page]["papel"] if page in said else None),
            "quem": said[page]["quem"] if page in said else None,
            "quando": rfc3339(said[page]["quando"]) if page in said else None,
        }
        for page in range(1, job.paginas + 1)
    }


def allowed(office: Office, job_id: str) -> dict[str, bool]:
    """Return the acts allowed on the job: `reenviar`, `cancelar`, `folhas`, `imprimir`.

    `folhas`: to report pages; `imprimir`: to reprint pages with the report.
    """
    with office.db.read() as conn:
        job = jobs.get_job(conn, office.serventia_id, job_id)
        question = questions.do_job(conn, office, job_id)
        asked = question is not None and question["estado"] == "aberta" and question["tipo"] == "folhas"
        vale = _accepts(lambda: require_live(job))
        kept = job.removido_em is None
        came_out = kept and job.pdf_sha256 is not None and job.estado in (UNCERTAIN, HANDED_OFF, PRINTED, FAILED)
        return {
            "reenviar": kept and _accepts(lambda: require_resendable(conn, job)) and not job.on_its_way,
            "cancelar": job.held or job.on_its_way,
            "folhas": came_out and (vale or asked),
            "imprimir": came_out and vale,
        }


def _accepts(check: Callable[[], None]) -> bool:
    try:
        check()
    except Recusa:
        return False
    return True
