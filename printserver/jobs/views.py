"""Jobs and events in the contract's form. Read-only."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.clock import day_end, day_start, rfc3339
from printserver.common.data import JsonObject
from printserver.delivery import turns
from printserver.documents import kind_word, normalize, normalize_folha, shown_fields
from printserver.errors import invalid_input
from printserver.ledger import (
    ACCEPTED,
    HANDED_OFF,
    MOVING,
    PAGE,
    RENDERED,
    UNCERTAIN,
    Job,
    Seal,
    history_step,
    jobs,
    printed_selo,
)
from printserver.office import Office
from printserver.printing import DISK, OFFLINE, PASTA, diagnose_job, diagnose_queue

_CUPS = ("servidor", "id", "estado", "motivos", "folhas")


def job_dict(conn: Connection, office: Office, job: Job) -> JsonObject:
    """Return the job of the contract, with its seals, question and history."""
    job_id = job.id
    base = f"/api/v1/jobs/{job_id}"
    cups = job.cups
    selos = _selos_do_job(conn, office, job_id)
    wait = turns.waits_for(conn, job.as_row())
    return {
        "id": job_id,
        "estado": job.estado,
        "encerrado": job.encerrado,
        "demonstracao": office.demonstracao,
        "instancia": office.instance_name,
        "documento": shown_fields(job.campos),
        "formato": job.formato,
        "fila": job.fila,
        "copias": job.copias,
        "escrevente": job.escrevente,
        "subscritor": job.subscritor,
        "selos": [printed_selo(conn, office.serventia_id, selo) for selo in selos],
        "qr": {"selo": job.qr_selo, "url": job.qr_url} if job.qr_url else None,
        "paginas": job.paginas,
        "sha256": job.pdf_sha256,
        "cups": {name: cups.get(name) for name in _CUPS} if cups else None,
        "avisos": job.avisos,
        "valor": job.valor,
        "pergunta": _question(conn, office.serventia_id, job_id),
        "historico": _history(conn, office.serventia_id, job_id),
        "links": {"self": base, "pdf": f"{base}/pdf"},
        # in addition to the contract
        "substitui": job.substitui,
        "substituido_por": job.substituido_por,
        "desatualizado": job.desatualizado,
        **_validity(conn, job, sealed=bool(selos)),
        "faltam": _missing(conn, job),
        "espera_por": wait.texto,
        "espera_pelo_trabalho": wait.job_id,
        "fila_parada": wait.parada,
        **_status(conn, job),
        "criado_em": rfc3339(job.criado_em),
        "removido_em": rfc3339(job.removido_em) if job.removido_em else None,
    }


def _validity(conn: Connection, job: Job, *, sealed: bool) -> JsonObject:
    """Return whether a sealed print is the valid one of its document, and otherwise which one is (X1)."""
    if not sealed:
        return {"vale": None, "vale_o_trabalho": None}
    vale, table = job.viva and job.substituido_por is None, db.job
    query = sa.select(table.c.id).where(
        table.c.serventia_id == job.serventia_id, table.c.documento_id == job.documento_id, table.c.viva
    )
    other = job.substituido_por or (None if vale else conn.execute(query).scalar_one_or_none())
    return {"vale": vale, "vale_o_trabalho": other}


def previous(office: Office, job_id: str) -> str | None:
    """Return the previous, no longer valid, sealed print of the document (X2); None if there is none."""
    table, seals = db.job, db.selo
    with office.db.read() as conn:
        job = jobs.get_job(conn, office.serventia_id, job_id)
        query = (
            sa.select(table.c.id)
            .where(
                table.c.serventia_id == job.serventia_id,
                table.c.documento_id == job.documento_id,
                table.c.n < job.n,
                ~table.c.viva,
                sa.exists().where(seals.c.serventia_id == table.c.serventia_id, seals.c.job_id == table.c.id),
            )
            .order_by(table.c.n.desc())
            .limit(1)
        )
        return conn.execute(query).scalar_one_or_none()


def _missing(conn: Connection, job: Job) -> str | None:
    """Return the pages reported as not good and not reprinted since, once all pages were reported (X5)."""
    if job.estado != UNCERTAIN or not job.paginas:
        return None
    table, tries = db.pagina, db.tentativa
    mine = (table.c.serventia_id == job.serventia_id, table.c.job_id == job.id)
    said = {each.pagina: each for each in conn.execute(sa.select(table).where(*mine).order_by(table.c.id))}
    if said.keys() != set(range(1, job.paginas + 1)):
        return None
    newest = conn.execute(
        sa.select(sa.func.max(tries.c.numero)).where(tries.c.serventia_id == job.serventia_id, tries.c.job_id == job.id)
    ).scalar()
    bad = [page for page, each in sorted(said.items()) if each.estado != "boa"]
    if any(said[page].tentativa < (newest or 0) for page in bad):
        return None  # reprinted since: not reported yet
    return page_ranges(bad)


def page_ranges(paginas: Sequence[int]) -> str:
    """Return page numbers (ascending) as the contract writes them: `2-3,5`."""
    runs: list[list[int]] = []
    for page in paginas:
        if runs and runs[-1][1] == page - 1:
            runs[-1][1] = page
        else:
            runs.append([page, page])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)


def _status(conn: Connection, job: Job) -> dict[str, str | None]:
    """Return the diagnosis of a blocked print and the remedy, in plain Portuguese; nulls without a problem."""
    found, cups = None, job.queue_state
    if job.estado == HANDED_OFF and not job.encerrado:
        found = diagnose_job(cups.get("estado"), cups.get("motivos") or (), cups.get("mensagem"))
        if found is None and (queue := cups.get("fila")):
            of_queue = diagnose_queue(queue["estado"], queue["motivos"], queue["mensagem"])
            found = of_queue if of_queue.stops else None
    elif job.estado == RENDERED and job.falhas:  # the hand-off is being retried
        queue = db.fila
        query = sa.select(queue.c.tipo).where(queue.c.serventia_id == job.serventia_id, queue.c.nome == job.fila)
        found = PASTA if conn.scalar(query) == "pasta" else OFFLINE
    elif job.estado == ACCEPTED and job.falhas:
        found = DISK
    return {
        "situacao": found.situacao if found else None,
        "o_que_fazer": found.o_que_fazer if found else None,
    }


def show(office: Office, job_id: str) -> JsonObject:
    """Return the job of the contract. Raises `Recusa` `nao-encontrado`."""
    with office.db.read() as conn:
        return job_dict(conn, office, jobs.get_job(conn, office.serventia_id, job_id))


def _selos_do_job(conn: Connection, office: Office, job_id: str) -> list[Seal]:
    mine = {"serventia_id": office.serventia_id, "job_id": job_id}
    rows = db.find_rows(conn, db.selo, mine, "ordem")
    return [Seal.from_row(row) for row in rows if row["retifica"] is None]


def _question(conn: Connection, serventia_id: int, job_id: str) -> JsonObject | None:
    row = db.find_row(conn, db.pergunta, {"serventia_id": serventia_id, "job_id": job_id, "estado": "aberta"})
    if row is None:
        return None
    return {
        "tipo": row["tipo"],
        "texto": row["texto"],
        "selos": row["selos"],
        "atinge": row["atinge"],
        "xa_ate": rfc3339(row["xa_ate"]) if row["xa_ate"] else None,
        "alternativas": row["alternativas"],
        "aberta_em": rfc3339(row["aberta_em"]),
        "expira_em": rfc3339(row["expira_em"]) if row["expira_em"] else None,
    }


def _history(conn: Connection, serventia_id: int, job_id: str) -> list[JsonObject]:
    mine = {"serventia_id": serventia_id, "objeto": "job", "objeto_id": job_id}
    return [history_step(row) for row in db.find_rows(conn, db.log, mine, "n")]


def list_jobs(office: Office, filters: Mapping[str, str], page: int, chave_id: int | None = None) -> JsonObject:
    """Return a page of the jobs that match `filters` (the contract's names), newest first.

    Idempotency keys belong to the API key `chave_id`; None searches all.
    Raises `Recusa` `entrada-invalida` for an unknown filter or a malformed date.
    """
    table = db.job
    where: list[sa.ColumnElement[bool]] = [table.c.serventia_id == office.serventia_id]
    for name, value in filters.items():
        where.append(condition(name, value, chave_id))
    with office.db.read() as conn:
        total = conn.execute(sa.select(sa.func.count()).select_from(table).where(*where)).scalar_one()
        rows = conn.execute(
            sa.select(table).where(*where).order_by(table.c.n.desc()).limit(PAGE).offset((page - 1) * PAGE)
        ).mappings()
        return {
            "itens": [job_dict(conn, office, Job.from_row(row)) for row in rows.all()],
            "pagina": page,
            "total": total,
        }


def condition(name: str, value: str, chave_id: int | None = None) -> sa.ColumnElement[bool]:
    """Return a filter of a list of jobs as a condition. Raises `Recusa` `entrada-invalida`."""
    table = db.job
    match name:
        case "chave":
            keys = db.idempotencia.c
            made = sa.select(keys.job_id).where(keys.serventia_id == table.c.serventia_id, keys.chave == value)
            return table.c.id.in_(made if chave_id is None else made.where(keys.chave_id == chave_id))
        case "estado":
            return table.c.estado == value
        case "tipo":  # certidões of both naturezas
            return table.c.tipo.in_({value, kind_word(value, 2)})
        case "fila":
            return table.c.fila == value
        case "instrumento":
            deeds = db.instrumento.c
            named = sa.select(deeds.id).where(
                deeds.serventia_id == table.c.serventia_id, deeds.chave == normalize(value)
            )
            return table.c.instrumento_id.in_(named)
        case "livro":
            return table.c.livro == normalize(value)
        case "folha":
            return table.c.folha == str(normalize_folha(value))
        case "de":
            return table.c.criado_em >= day_start(_day(name, value))
        case "ate":
            return table.c.criado_em < day_end(_day(name, value))
        case _:
            raise invalid_input(name, "este filtro não existe")


def _day(field: str, value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise invalid_input(field, 'deve ser uma data, escrita como "2026-11-20"') from None


def open_questions(office: Office) -> list[JsonObject]:
    """Return the jobs that wait for a person's answer, oldest first."""
    table = db.job
    query = (
        sa.select(table)
        .join(
            db.pergunta,
            (db.pergunta.c.serventia_id == table.c.serventia_id) & (db.pergunta.c.job_id == table.c.id),
        )
        .where(table.c.serventia_id == office.serventia_id, db.pergunta.c.estado == "aberta")
        .order_by(db.pergunta.c.id)
    )
    with office.db.read() as conn:
        return [job_dict(conn, office, Job.from_row(row)) for row in conn.execute(query).mappings().all()]


def events(office: Office, depois: int) -> list[JsonObject]:
    """Return the events after number `depois`, in order and without gaps, at most 500."""
    table = db.log
    query = (
        sa.select(table.c.evento, table.c.quando, table.c.objeto, table.c.objeto_id, table.c.estado)
        .where(table.c.serventia_id == office.serventia_id, table.c.evento > depois)
        .order_by(table.c.evento)
        .limit(500)
    )
    with office.db.read() as conn:
        return [
            {
                "n": row.evento,
                "quando": rfc3339(row.quando),
                "tipo": row.objeto,
                "id": row.objeto_id,
                "estado": row.estado,
            }
            for row in conn.execute(query)
        ]


def in_progress(conn: Connection, office: Office) -> int:
    """Return the number of jobs in progress."""
    return int(conn.execute(_in_progress(), {"serventia": office.serventia_id}).scalar_one())


@cache
def _in_progress() -> sa.Select[Any]:
    table = db.job
    here = (table.c.serventia_id == sa.bindparam("serventia"), ~table.c.encerrado, table.c.estado.in_(MOVING))
    return sa.select(sa.func.count()).where(*here)
