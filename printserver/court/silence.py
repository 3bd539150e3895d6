"""The incident of a court that does not answer while seals are near the end of their term (T1)."""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.clock import local
from printserver.court import pending
from printserver.incidents import lasts, open_incident, settled
from printserver.office import Office

KIND: Final = "tribunal-calado"


def observe_court(office: Office) -> None:
    """Open the incident while the court fails and a seal has `pending.URGENT` or less left; note its end after."""
    with office.db.read() as conn:
        found = _silence(conn, office)
        if found is None and not lasts(conn, office, KIND):
            return
    with office.db.write() as conn:
        found = _silence(conn, office)
        if found is None:
            settled(conn, office, KIND, office.clock())
        else:
            open_incident(conn, office, KIND, found, office.clock())


def _silence(conn: Connection, office: Office) -> str | None:
    """Return since when the court is silent (Portuguese); None if it is not, or no seal is near its term."""
    sid = office.serventia_id
    line = conn.execute(sa.select(db.remetente).where(db.remetente.c.serventia_id == sid)).mappings().one_or_none()
    if not office.settings.tribunal.url or line is None or not line["falhas"]:
        return None
    due = db.outbox.c
    waiting = (due.serventia_id == sid, due.fim_em.is_(None), due.tipo != "vinculo")
    near = (*waiting, due.prazo <= office.clock() + pending.URGENT)
    if not conn.execute(sa.select(sa.exists().where(*near))).scalar_one():
        return None
    last = line["ultimo_sucesso"]
    since = f"desde {local(last):%d/%m/%Y às %H:%M}" if last else "desde o começo"
    return f"O tribunal não responde {since}, e há selos com menos de 4 horas de prazo, ou já sem prazo."
