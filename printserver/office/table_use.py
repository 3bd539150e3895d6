"""What was made with a row of a table: acts that a change of a past day's value would concern (C5), atos in use."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.clock import day_end, day_start
from printserver.common.data import JsonView
from printserver.selo import Service, centavos

_s, _j, _b = db.selo.c, db.job.c, db.ato_balcao.c


def acts_with(conn: Connection, serventia_id: int, service: Service, first: date, last: date) -> int:
    """Return how many acts of the days `first` to `last` were made with a version of a service.

    A seal does not keep the name of its service: those count whose value is that of the version, component by
    component, those whose print names the service, and acts at the counter of that value that wait for their load.
    """
    if service.emolumentos is None or first > last:
        return 0
    value, total = service.emolumentos.to_centavos(), centavos(service.emolumentos.total)
    mine = (_s.serventia_id == serventia_id, _s.dia.between(first, last), ~_s.externo, _s.natureza == service.natureza)
    equal = sa.select(_s.codigo, _s.emolumentos).where(*mine, _s.total_centavos.between(total - value["iss"], total))
    found = {row.codigo for row in conn.execute(equal) if row.emolumentos == value}
    by_name = sa.select(_s.codigo).join(db.job, (_j.serventia_id == _s.serventia_id) & (_j.id == _s.job_id))
    named = sa.cast(_j.pedido, sa.Text).contains(f'"{service.nome}"', autoescape=True)
    period = _j.criado_em.between(day_start(first), day_end(last))
    found |= set(conn.execute(by_name.where(*mine, period, named, ~_s.isento)).scalars())
    waiting = sa.select(_b.emolumentos).where(
        _b.serventia_id == serventia_id, _b.data.between(first, last), _b.estado == "aguardando"
    )
    return len(found) + sum(_same(each, value) for each in conn.execute(waiting).scalars())


def uses_of_ato(conn: Connection, serventia_id: int, natureza: int, codigo: str) -> bool:
    """Return whether a seal of the office has this ato, or an act at the counter or a paper seal that waits (H1)."""
    selo = sa.select(_s.id).where(_s.serventia_id == serventia_id, _s.natureza == natureza, _s.ato == codigo)
    if conn.execute(selo.limit(1)).first() is not None:
        return True
    if natureza != 1:
        return False
    tables = (db.ato_balcao.c, db.selo_papel.c)
    queries = (sa.select(c.numero).where(c.serventia_id == serventia_id, c.ato == codigo).limit(1) for c in tables)
    return any(conn.execute(query).first() is not None for query in queries)


def _same(stored: JsonView, value: JsonView) -> bool:
    return {name: stored.get(name) for name in value} == dict(value)
