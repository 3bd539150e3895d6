"""The life of a print: what happened to it, to its seals and at the court, in order. Read-only."""

import sqlalchemy as sa

from printserver import db
from printserver.common.data import JsonObject
from printserver.ledger import history_step
from printserver.office import Office


def life(office: Office, job_id: str) -> list[JsonObject]:
    """Return the steps of the job's history, of its seals and of their retificadores, in order.

    Each is as in the contract's `historico`, with `selo`: the code, None for a step of the job. A step that follows a
    question has, in `resposta`, the answer that closed it.
    """
    log, seals, asked, sid = db.log, db.selo, db.pergunta, office.serventia_id
    printed = sa.select(seals.c.codigo).where(seals.c.serventia_id == sid, seals.c.job_id == job_id)
    chain = printed.cte(recursive=True)
    later = sa.select(seals.c.codigo).join(chain, seals.c.retifica == chain.c.codigo).where(seals.c.serventia_id == sid)
    codes = sa.select(chain.union(later).c.codigo)
    mine = sa.or_(
        sa.and_(log.c.objeto == "job", log.c.objeto_id == job_id),
        sa.and_(log.c.objeto == "selo", log.c.objeto_id.in_(codes)),
    )
    answers = (
        sa.select(asked.c.resposta)
        .where(asked.c.serventia_id == sid, asked.c.job_id == job_id, asked.c.tipo != "folhas")
        .order_by(asked.c.id)
    )
    with office.db.read() as conn:
        rows = conn.execute(sa.select(log).where(log.c.serventia_id == sid, mine).order_by(log.c.n)).mappings().all()
        given = iter(conn.execute(answers).scalars().all())
    steps: list[JsonObject] = []
    held = False
    for row in rows:
        of_seal = row["objeto"] == "selo"
        answered = held and not of_seal and not row["estado"].startswith("aguardando")
        steps.append(
            history_step(row)
            | {"selo": row["objeto_id"] if of_seal else None, "resposta": next(given, None) if answered else None}
        )
        if not of_seal:
            held = row["estado"].startswith("aguardando")
    return steps
