"""Notices: end of a sending, terms about to end, refusals, end of the certificate (T1, T2, T4). Each is made once.

A notice is a row, written under a lock by the first engine that sees its cause. It is shown on the screen, and sent by
e-mail if the office has a mail server (`mail`). No notice names a person (A3).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db, incidents
from printserver.clock import SAO_PAULO, local, local_date, rfc3339
from printserver.common.data import JsonObject, Row
from printserver.court import pending
from printserver.court.sender import send_until
from printserver.db import insert_or_ignore
from printserver.office import Office, proof

PER_KIND: Final = timedelta(hours=1)  # at least, between two notices of terms or refusals
LATENESS: Final = timedelta(minutes=1)  # a row has a time before its commit: newer ones may not be visible yet
CODIGOS: Final = 10  # named in a notice
CERTIFICATE_DAYS: Final = (1, 7, 15, 30)
LOADED_UNTIL: Final = timedelta(days=2)  # later loads are covered by the notices of their terms
TOPIC: Final = {
    "atrasado": "prazos",
    "prazo-4h": "prazos",
    "prazo-12h": "prazos",
    "balcao": "prazos",
    "recusado": "recusas",
    "lote": "envios",
    "carga": "envios",
    "certificado": "certificado",
    "auditoria": "certificado",
    "incidente": "certificado",
}
"""The setting of the section `avisos` that says who gets the notices of a type."""
_DEADLINES: Final = (("atrasado", timedelta(0)), ("prazo-4h", pending.URGENT), ("prazo-12h", pending.WARN))
_SENTENCE: Final = {
    "atrasado": ("com o prazo de 24 horas vencido", "O envio continua; confira a ligação com o tribunal."),
    "prazo-4h": ("com menos de 4 horas de prazo", "Confira na tela Tribunal por que esperam."),
    "prazo-12h": ("com menos de 12 horas de prazo", "Confira na tela Tribunal por que esperam."),
}

_table, _out = db.aviso, db.outbox


@dataclass(frozen=True, slots=True)
class OfficeWarning:
    """A notice to be made. `chave` is permanently unique."""

    chave: str
    tipo: str
    assunto: str
    texto: str


def observe(office: Office) -> int:
    """Make the notices that are due now. Return how many.

    Several engines may run this at once: the causes are read again under a lock.
    """
    with office.db.read() as conn:
        if not _causes(conn, office):
            return 0
    with office.db.write() as conn:
        mine = {"serventia_id": office.serventia_id}
        insert_or_ignore(conn, db.remetente, mine)
        lock = sa.select(db.remetente.c.serventia_id).where(db.remetente.c.serventia_id == office.serventia_id)
        conn.execute(lock.with_for_update())
        causes = _causes(conn, office)
        now = office.clock()
        by_mail = now if office.settings.avisos.servidor else None
        for each in causes:
            row = {"chave": each.chave, "tipo": each.tipo, "assunto": each.assunto, "texto": each.texto}
            insert_or_ignore(conn, _table, mine | row | {"quando": now, "vence_em": by_mail})
    return len(causes)


def list_all(office: Office, page: int) -> JsonObject:
    """Return a page of the notices, newest first."""
    mine = _table.c.serventia_id == office.serventia_id
    query = sa.select(_table).where(mine).order_by(_table.c.quando.desc(), _table.c.chave)
    size = pending.PER_PAGE
    with office.db.read() as conn:
        total = conn.execute(sa.select(sa.func.count()).select_from(_table).where(mine)).scalar_one()
        rows = conn.execute(query.limit(size).offset((page - 1) * size)).mappings()
        return {"itens": [_item(row) for row in rows], "pagina": page, "total": total}


def _item(row: Row) -> JsonObject:
    mail = "enviado" if row["enviado_em"] else "a enviar" if row["vence_em"] else None
    return {
        "quando": rfc3339(row["quando"]),
        "tipo": row["tipo"],
        "assunto": row["assunto"],
        "texto": row["texto"],
        "email": mail,
        "enviado_em": rfc3339(row["enviado_em"]) if row["enviado_em"] else None,
        "tentativas": row["tentativas"],
        "falha": row["falha"] if mail == "a enviar" else None,
    }


# -- causes of notices ------------------------------------------------------------------------------------------------


def _causes(conn: Connection, office: Office) -> list[OfficeWarning]:
    now = office.clock()
    found = [*_from_certificate(conn, office, now), *_from_counter(conn, office, now), *_from_audit(conn, office, now)]
    found += _from_incidents(conn, office)
    if office.settings.tribunal.url:
        found += [*_from_deadlines(conn, office, now), *_from_refusals(conn, office, now)]
        found += [*_from_lot(conn, office, now), *_from_loads(conn, office, now)]
    return found


def _latest(conn: Connection, office: Office, kind: str, now: datetime) -> datetime | None:
    """Return when the newest notice of a kind was made, ignoring future ones (made before the clock was set back)."""
    query = sa.select(sa.func.max(_table.c.quando)).where(
        _table.c.serventia_id == office.serventia_id, _table.c.tipo == kind, _table.c.quando <= now
    )
    found: datetime | None = conn.execute(query).scalar_one()
    return found


def _ha(conn: Connection, office: Office, key: str) -> bool:
    mine = (_table.c.serventia_id == office.serventia_id, _table.c.chave == key)
    return conn.execute(sa.select(sa.exists().where(*mine))).scalar_one()


def _from_deadlines(conn: Connection, office: Office, now: datetime) -> list[OfficeWarning]:
    """Return a notice for each step of the term that seals have newly reached.

    Seals of the last notice of that step are identified by its time: they existed and had reached the step then.
    """
    found = []
    for kind, left in _DEADLINES:
        last = _latest(conn, office, kind, now)
        if last is not None and now - last < PER_KIND:
            continue
        under = [_out.c.serventia_id == office.serventia_id, _out.c.fim_em.is_(None), _out.c.tipo != "vinculo"]
        under += [_out.c.prazo <= now + left, _out.c.criado_em <= now - LATENESS]
        tighter = [step for name, step in _DEADLINES if step < left]
        if tighter:  # the tighter step has its own notice
            under.append(_out.c.prazo > now + max(tighter))
        fresh = [] if last is None else [sa.or_(_out.c.prazo > last + left, _out.c.criado_em > last - LATENESS)]
        codes = _codigos(conn, [*under, *fresh], _out.c.prazo)
        if codes:
            total = conn.execute(sa.select(sa.func.count()).select_from(_out).where(*under)).scalar_one()
            what, hint = _SENTENCE[kind]
            found.append(
                OfficeWarning(
                    f"{kind}:{rfc3339(now)}", kind, f"{_n(total, 'selo')} {what}", _text(total, what, codes, hint)
                )
            )
    return found


def _from_refusals(conn: Connection, office: Office, now: datetime) -> list[OfficeWarning]:
    last = _latest(conn, office, "recusado", now)
    if last is not None and now - last < PER_KIND:
        return []
    refused = [_out.c.serventia_id == office.serventia_id, pending.is_refused(office.serventia_id)]
    refused.append(_out.c.fim_em <= now - LATENESS)
    fresh = [] if last is None else [_out.c.fim_em > last - LATENESS]
    codes = _codigos(conn, [*refused, *fresh], _out.c.fim_em)
    if not codes:
        return []
    total = conn.execute(sa.select(sa.func.count()).select_from(_out).where(*refused)).scalar_one()
    what = "à espera de correção: o tribunal recusou"
    hint = "O que o tribunal disse, e o que fazer, está na tela Tribunal."
    subject = f"{_n(total, 'selo')} {what}"
    return [OfficeWarning(f"recusado:{rfc3339(now)}", "recusado", subject, _text(total, what, codes, hint))]


def _from_lot(conn: Connection, office: Office, now: datetime) -> list[OfficeWarning]:
    """Return the notice of a sending's end: of the last scheduled hour or request, or of the day in continuous mode."""
    if office.settings.tribunal.modo == "continuo":
        end = datetime.combine(local_date(now - LATENESS), clock_time(), SAO_PAULO)
        begin = end - timedelta(days=1)
        key, name = f"dia:{begin:%Y-%m-%d}", f"de {begin:%d/%m/%Y}"
    else:
        asked = sa.select(db.remetente.c.pedido_em).where(db.remetente.c.serventia_id == office.serventia_id)
        begin = send_until(office.settings.tribunal, conn.execute(asked).scalar_one_or_none(), now)
        end = now + LATENESS
        if begin <= now - timedelta(days=2):
            return []
        key, name = f"lote:{rfc3339(begin)}", f"de {local(begin):%d/%m/%Y às %H:%M}"
        going = (_out.c.serventia_id == office.serventia_id, _out.c.fim_em.is_(None), _out.c.criado_em <= begin)
        if conn.execute(sa.select(sa.exists().where(*going))).scalar_one():
            return []
    if _ha(conn, office, key):
        return []
    window = (_out.c.serventia_id == office.serventia_id, _out.c.fim_em >= begin, _out.c.fim_em < end)
    found = _summary(conn, office, key, "lote", f"Envio {name}", window)
    # Outside the database it is evidence that nobody in the office can change (A6).
    head = f"Cabeça da auditoria: {proof.point(conn, office.serventia_id)}"
    return [replace(each, texto=f"{each.texto}\n{head}") for each in found]


def _from_loads(conn: Connection, office: Office, now: datetime) -> list[OfficeWarning]:
    """Return the notices of completed loads of paper seals (H2): seals made at the same time are one load."""
    seals = db.selo
    mine = (seals.c.serventia_id == office.serventia_id, seals.c.origem == "hibrido", seals.c.retifica.is_(None))
    same = (_out.c.serventia_id == seals.c.serventia_id) & (_out.c.codigo == seals.c.codigo) & (_out.c.tipo == "ato")
    query = (
        sa.select(seals.c.criado_em)
        .join(_out, same)
        .where(*mine, seals.c.criado_em > now - LOADED_UNTIL)
        .group_by(seals.c.criado_em)
        .having(sa.func.count() == sa.func.count(_out.c.fim_em))
    )
    found = []
    for made in conn.execute(query).scalars().all():
        key = f"carga:{made.isoformat()}"
        if not _ha(conn, office, key):
            codes = sa.select(seals.c.codigo).where(*mine, seals.c.criado_em == made)
            window = (_out.c.serventia_id == office.serventia_id, _out.c.codigo.in_(codes))
            name = f"Carga de selos de papel de {local(made):%d/%m/%Y às %H:%M}"
            found += _summary(conn, office, key, "carga", name, window)
    return found


def _summary(
    conn: Connection, office: Office, key: str, kind: str, name: str, window: Sequence[sa.ColumnElement[bool]]
) -> list[OfficeWarning]:
    """Return the notice with the counts of a sending's results; none if it had no seals."""
    seal = _out.c.tipo != "vinculo"
    ended = _out.c.estado.in_(("aceito", "objetado", "impossivel"))
    query = sa.select(_out.c.estado, sa.func.count()).where(*window, seal, ended).group_by(_out.c.estado)
    counts: dict[str, int] = {row[0]: row[1] for row in conn.execute(query)}
    taken, refused = counts.get("aceito", 0), counts.get("objetado", 0) + counts.get("impossivel", 0)
    if not taken + refused:
        return []
    mine = (_out.c.serventia_id == office.serventia_id, _out.c.fim_em.is_(None), seal)
    waiting = conn.execute(sa.select(sa.func.count()).select_from(_out).where(*mine)).scalar_one()
    lines = [f"{name}.", f"Aceitos pelo tribunal: {taken}.", f"Recusados: {refused}.", f"Ainda à espera: {waiting}."]
    if refused:
        lines.append("O que o tribunal disse dos recusados está na tela Tribunal.")
    subject = f"{name}: {_n(taken, 'aceito')}, {_n(refused, 'recusado')}"
    return [OfficeWarning(key, kind, subject, "\n".join(lines))]


def _from_counter(conn: Connection, office: Office, now: datetime) -> list[OfficeWarning]:
    """Return the notice of acts at the counter whose 24 hours end soon, or are over, without a load (T1, H2).

    One for each day and step, keyed by the oldest pending day: a load of that day allows the next notice.
    """
    found = pending.without_load(conn, office.serventia_id, now)
    late, soon, since = found["sem_carga_atrasados"], found["sem_carga_urgentes"], found["sem_carga_desde"]
    if not late and not soon:
        return []
    step = "atrasada" if late else "4h"
    key = f"balcao:{since}:{step}:{local_date(now)}"
    if _ha(conn, office, key):
        return []
    n = late or soon
    acts = f"{n} ato do balcão" if n == 1 else f"{n} atos do balcão"
    what = "com as 24 horas vencidas, sem a carga" if late else "com menos de 4 horas para a carga"
    day = f"{date.fromisoformat(since):%d/%m/%Y}"
    hint = f"O mais antigo é de {day}. Confira o dia e faça a carga na tela Balcão, Conferência e carga."
    return [OfficeWarning(key, "balcao", f"{acts} {what}", f"{acts} {what}.\n{hint}")]


def _from_certificate(conn: Connection, office: Office, now: datetime) -> list[OfficeWarning]:
    begin, end = office.certificado.valid_from, office.certificado.valid_until
    if office.certificado.not_yet_valid(now):
        key = f"certificado:{rfc3339(begin)}:futuro"
        subject = "O certificado da serventia ainda não vale"
        hint = "Até lá o tribunal pode recusar os selos: confira o certificado e o relógio deste servidor."
        text = f"{subject}: só a partir de {local(begin):%d/%m/%Y às %H:%M}.\n{hint}"
        return [] if _ha(conn, office, key) else [OfficeWarning(key, "certificado", subject, text)]
    if office.certificado.expired(now):
        step, subject = "vencido", "O certificado da serventia venceu"
    else:
        step = next((str(days) for days in CERTIFICATE_DAYS if end - now <= timedelta(days=days)), "")
        left = (local_date(end) - local_date(now)).days
        when = "hoje" if left == 0 else f"em {left} {'dia' if left == 1 else 'dias'}"
        subject = f"O certificado da serventia vence {when}"
    key = f"certificado:{rfc3339(end)}:{step}"
    if not step or _ha(conn, office, key):
        return []
    hint = "Sem certificado válido o tribunal não aceita os selos: renove-o."
    return [OfficeWarning(key, "certificado", subject, f"{subject} ({local(end):%d/%m/%Y às %H:%M}).\n{hint}")]


def _from_audit(conn: Connection, office: Office, now: datetime) -> list[OfficeWarning]:
    """Return the notice, once a day, that the log does not continue the newest stored head (A6)."""
    key = f"auditoria:{local_date(now):%Y-%m-%d}"
    newest = proof.kept_heads(office.instance)[-1:]
    faults = (proof.difference(conn, office.serventia_id, path) for path in newest)
    found = next((fault for fault in faults if fault is not None), None)
    if found is None or _ha(conn, office, key):
        return []
    subject = "A auditoria não confere com a cabeça guardada"
    hint = "Não apague nem mude nada; siga «Quando a auditoria não confere» no guia do operador."
    return [OfficeWarning(key, "auditoria", subject, f"{subject}: {found}.\n{hint}")]


def _from_incidents(conn: Connection, office: Office) -> list[OfficeWarning]:
    """Return the notice of each open incident: at once, by e-mail too (P213, art. 12 §10)."""
    found = []
    for each in incidents.open_ones(conn, office.serventia_id):
        key = f"incidente:{each.id}"
        if not _ha(conn, office, key):
            subject = f"Incidente {each.id}: {each.nome}"
            hint = "Veja o que fazer, e o prazo de cada comunicação, na tela Ajustes, Incidentes."
            opened = f"Aberto em {local(each.aberto_em):%d/%m/%Y às %H:%M}."
            found.append(OfficeWarning(key, "incidente", subject, f"{each.texto}\n{opened}\n{hint}"))
    return found


def _codigos(conn: Connection, where: Sequence[sa.ColumnElement[bool]], order: sa.ColumnElement[Any]) -> list[str]:
    query = sa.select(_out.c.codigo).where(*where).order_by(order, _out.c.id).limit(CODIGOS + 1)
    return list(dict.fromkeys(conn.execute(query).scalars()))


def _text(total: int, what: str, codes: Sequence[str], hint: str) -> str:
    more = ["…"] if len(codes) > CODIGOS else []
    return "\n".join([f"{_n(total, 'selo')} {what}.", *codes[:CODIGOS], *more, hint])


def _n(n: int, single: str) -> str:
    return f"{n} {single}" if n == 1 else f"{n} {single}s"
