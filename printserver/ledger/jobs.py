"""Jobs: their rows, read and put in."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.clock import local, rfc3339
from printserver.common.data import Columns, JsonView, Row
from printserver.documents import label
from printserver.errors import Recusa
from printserver.ledger.rows import Job
from printserver.office import JOB, Act, change_proof, evidence


def job_by_id(conn: Connection, serventia_id: int, job_id: str) -> sa.RowMapping:
    """Return a job's row. Raises `Recusa` `nao-encontrado`."""
    found = db.find_row(conn, db.job, {"serventia_id": serventia_id, "id": job_id})
    if found is None:
        raise Recusa("nao-encontrado", f"Não há trabalho com o identificador {job_id!r}.")
    return found


def get_job(conn: Connection, serventia_id: int, job_id: str) -> Job:
    """Return a job. Raises `Recusa` `nao-encontrado`."""
    return Job.from_row(job_by_id(conn, serventia_id, job_id))


def require_kept(row: Job | Row) -> None:
    """Raise `Recusa` `removido` if text and PDF of a job were removed after their term (A3)."""
    moment = row.removido_em if isinstance(row, Job) else row["removido_em"]
    if moment is not None:
        raise Recusa(
            "removido",
            f"Texto e PDF deste documento foram removidos em {local(moment):%d/%m/%Y}, pelo prazo de guarda. Os selos "
            "e o registro do que foi feito continuam.",
        )


def live_job(conn: Connection, serventia_id: int, document_id: int, *, lock: bool = False) -> Job | None:
    """Return the document's one job with live seals (X1); `lock`: lock it, so it cannot be handed off meanwhile."""
    row = db.find_row(
        conn, db.job, {"serventia_id": serventia_id, "documento_id": document_id, "viva": True}, lock=lock
    )
    return None if row is None else Job.from_row(row)


def job_do_selo(conn: Connection, serventia_id: int, codigo: str) -> Job:
    """Return the job that a seal was made for, locked until the transaction's end."""
    table, selo = db.job, db.selo
    mine = sa.select(selo.c.job_id).where(selo.c.serventia_id == serventia_id, selo.c.codigo == codigo)
    query = sa.select(table).where(table.c.serventia_id == serventia_id, table.c.id.in_(mine))
    return Job.from_row(conn.execute(query.with_for_update()).mappings().one())


def copies_of_livro(conn: Connection, serventia_id: int, codigos: Sequence[str], *, lock: bool = False) -> list[Job]:
    """Return the live jobs that show one of the seals `codigos` of a livro (X6); `lock` as `live_job`."""
    table = db.job
    shown = sa.select(db.citacao.c.job_id).where(
        db.citacao.c.serventia_id == serventia_id, db.citacao.c.codigo.in_(list(codigos))
    )
    query = (
        sa.select(table)
        .where(table.c.serventia_id == serventia_id, table.c.id.in_(shown), table.c.viva)
        .order_by(table.c.n)
    )
    return [Job.from_row(row) for row in conn.execute(query.with_for_update() if lock else query).mappings()]


def previous(job: Job | Row, fields: JsonView | None = None) -> Columns:
    """Return `anterior` of the contract: the previous print, from its job or its row.

    It includes `documento` if that document is spelled differently from the requested `fields` (X0).
    """
    job = job if isinstance(job, Job) else Job.from_row(job)
    spelled = {} if fields is None or label(fields) == label(job.campos) else {"documento": job.campos}
    return {
        "id": job.id,
        "quando": rfc3339(job.criado_em),
        "quem": job.escrevente,
        "fila": job.fila,
        "estado": job.estado,
        **spelled,
    }


def insert_job(conn: Connection, row: Columns) -> None:
    """Put a job in; the caller logs it, with `stored_proof`, in the same transaction (A6)."""
    db.insert(conn, db.job, row)


def stored_proof(row: Columns) -> Columns:
    """Return the proof that the log keeps of a job as it was stored (A6); columns not in `row` are null."""
    whole = dict.fromkeys(db.job.c.keys()) | row
    return evidence(JOB, whole, viva=bool(whole["viva"]), fila=whole["fila"], bandeja=whole["bandeja"])


def log_job(act: Act, job_id: str, state: str, detalhe: Mapping[str, object], **changed: object) -> None:
    """Log an entry about a job; `changed`: the changed columns with their new values (A6)."""
    act.log("job", job_id, state, detalhe, change_proof(**changed) if changed else None)
