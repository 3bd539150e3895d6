"""What a restored office may not go on with: it began before the copy, and may have ended after it (B3).

A print on its way becomes *incerto* with its question about the sheets. A question that waited is closed: it may have
been answered. Each report to the court that waited is looked up there before it is sent. Numbered paper stops.
"""

from typing import Final

import sqlalchemy as sa

from printserver import db
from printserver.ledger import MOVING, UNCERTAIN, ask_about_sheets, questions
from printserver.office import RELEASED, Act

_WHY: Final = "a serventia foi recuperada de uma cópia, feita quando a impressão estava a caminho"
_PAPER: Final = "a serventia foi recuperada de uma cópia: diga o número da próxima folha."


def put_to_rest(act: Act) -> dict[str, int]:
    """Put all of it to rest, with log entries; return how many prints, questions and reports were concerned."""
    counts = {
        "perguntas": _close_questions(act),
        "impressoes": hold_prints(act),
        "comunicacoes": ask_before_sending(act),
    }
    sid = act.office.serventia_id
    numbered = (db.fila.c.serventia_id == sid, db.fila.c.papel_numerado)
    act.conn.execute(sa.update(db.fila).where(*numbered).values(papel_parada=_PAPER, papel_tentativa=None))
    open_sessions = (db.sessao.c.serventia_id == sid, db.sessao.c.fim_em.is_(None))
    act.conn.execute(sa.update(db.sessao).where(*open_sessions).values(fim_em=act.now))
    act.conn.execute(sa.update(db.remetente).where(db.remetente.c.serventia_id == sid).values(**RELEASED))
    return counts


def hold_prints(act: Act) -> int:
    """Make the prints that are on their way *incerto*, and ask about their sheets; return how many."""
    conn, sid, job = act.conn, act.office.serventia_id, db.job
    moving = sa.select(job).where(job.c.serventia_id == sid, job.c.estado.in_(MOVING), ~job.c.encerrado)
    rows = conn.execute(moving.order_by(job.c.n)).mappings().all()
    for row in rows:
        over = {"estado": UNCERTAIN, "encerrado": True, "vence_em": None, **RELEASED}
        conn.execute(sa.update(job).where(db.this_row(job, sid, row["n"])).values(**over))
        act.log("job", row["id"], UNCERTAIN, {"texto": _WHY})
        act.add(ask_about_sheets(conn, act.office, row, _WHY, act.now))
    attempts = db.tentativa
    still = (attempts.c.serventia_id == sid, attempts.c.fim_em.is_(None))
    conn.execute(sa.update(attempts).where(*still).values(fim_em=act.now, resultado=UNCERTAIN, dono=None))
    return len(rows)


def ask_before_sending(act: Act) -> int:
    """Have each report that waits looked up at the court before it is sent; return how many."""
    out = db.outbox
    waiting = (out.c.serventia_id == act.office.serventia_id, out.c.fim_em.is_(None))
    values = {"estado": "duvida", "vence_em": out.c.criado_em, "dono": None}
    return int(act.conn.execute(sa.update(out).where(*waiting).values(**values)).rowcount)


def _close_questions(act: Act) -> int:
    table = db.pergunta
    waiting = (table.c.serventia_id == act.office.serventia_id, table.c.estado == "aberta", table.c.tipo != "folhas")
    rows = act.conn.execute(sa.select(table).where(*waiting)).mappings().all()
    text = "a serventia foi recuperada de uma cópia, e a pergunta pode ter sido respondida depois dela"
    for row in rows:
        questions.withdraw(act, row, text)
    return len(rows)
