"""Notices: the end of a sending, terms that run out, refusals, the certificate's end (T1, T2, T4). Each is made once.

A notice is a row, written by whichever engine sees its cause first, under a lock; it is shown on the screen, and goes
by e-mail where the office has a server for it (`correio`). No person is ever named in one (A3).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import auditoria, db
from printserver.atos import pendencias
from printserver.clock import SAO_PAULO, local, local_date, rfc3339
from printserver.court.remetente import mandar_ate
from printserver.db import insert_or_ignore
from printserver.jobs.office import Office

DE_CADA_TIPO: Final = timedelta(hours=1)  # at least, between two notices of terms or refusals
ATRASO: Final = timedelta(minutes=1)  # a row bears the time from before its commit: what is younger may not be seen yet
CODIGOS: Final = 10  # named in a notice
CERTIFICADO_DIAS: Final = (1, 7, 15, 30)
CARGA_ATE: Final = timedelta(days=2)  # a load that has not ended by then is told of by its terms
_PRAZOS: Final = (("atrasado", timedelta(0)), ("prazo-4h", pendencias.URGENTE), ("prazo-12h", pendencias.AVISAR))
_FRASE: Final = {
    "atrasado": ("com o prazo de 24 horas vencido", "O envio continua; confira a ligação com o tribunal."),
    "prazo-4h": ("com menos de 4 horas de prazo", "Confira na tela Tribunal por que esperam."),
    "prazo-12h": ("com menos de 12 horas de prazo", "Confira na tela Tribunal por que esperam."),
}

_table, _out = db.aviso, db.outbox


@dataclass(frozen=True, slots=True)
class Aviso:
    """A notice to be made. `chave` is its own for ever."""

    chave: str
    tipo: str
    assunto: str
    texto: str


def observar(office: Office) -> int:
    """Make the notices for which there is cause now. Return how many.

    Any number of engines may look at once: what is to be made is judged again under a lock.
    """
    with office.db.read() as conn:
        if not _causas(conn, office):
            return 0
    with office.db.write() as conn:
        mine = {"serventia_id": office.serventia_id}
        insert_or_ignore(conn, db.remetente, mine)
        lock = sa.select(db.remetente.c.serventia_id).where(db.remetente.c.serventia_id == office.serventia_id)
        conn.execute(lock.with_for_update())
        causes = _causas(conn, office)
        now = office.clock()
        by_mail = now if office.settings.avisos.servidor else None
        for each in causes:
            row = {"chave": each.chave, "tipo": each.tipo, "assunto": each.assunto, "texto": each.texto}
            insert_or_ignore(conn, _table, mine | row | {"quando": now, "vence_em": by_mail})
    return len(causes)


def listar(office: Office, pagina: int) -> dict[str, Any]:
    """Return a page of the notices, the newest first."""
    mine = _table.c.serventia_id == office.serventia_id
    query = sa.select(_table).where(mine).order_by(_table.c.quando.desc(), _table.c.chave)
    size = pendencias.POR_PAGINA
    with office.db.read() as conn:
        total = conn.execute(sa.select(sa.func.count()).select_from(_table).where(mine)).scalar_one()
        rows = conn.execute(query.limit(size).offset((pagina - 1) * size)).mappings()
        return {"itens": [_item(row) for row in rows], "pagina": pagina, "total": total}


def _item(row: Mapping[Any, Any]) -> dict[str, Any]:
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


# -- what there is cause for -----------------------------------------------------------------------------------------


def _causas(conn: Connection, office: Office) -> list[Aviso]:
    now = office.clock()
    found = [*_do_certificado(conn, office, now), *_do_balcao(conn, office, now), *_da_auditoria(conn, office, now)]
    if office.settings.tribunal.url:
        found += [*_dos_prazos(conn, office, now), *_das_recusas(conn, office, now)]
        found += [*_do_lote(conn, office, now), *_das_cargas(conn, office, now)]
    return found


def _ultimo(conn: Connection, office: Office, tipo: str, now: datetime) -> datetime | None:
    """Return when the newest notice of a kind was made; one of the future was made before the clock went back."""
    query = sa.select(sa.func.max(_table.c.quando)).where(
        _table.c.serventia_id == office.serventia_id, _table.c.tipo == tipo, _table.c.quando <= now
    )
    found: datetime | None = conn.execute(query).scalar_one()
    return found


def _ha(conn: Connection, office: Office, chave: str) -> bool:
    mine = (_table.c.serventia_id == office.serventia_id, _table.c.chave == chave)
    return conn.execute(sa.select(sa.exists().where(*mine))).scalar_one()


def _dos_prazos(conn: Connection, office: Office, now: datetime) -> list[Aviso]:
    """Return a notice for each step of the term that a seal has newly come under.

    What the last notice of that step told of is known by its time: it lay under the step then, and was there.
    """
    found = []
    for tipo, left in _PRAZOS:
        last = _ultimo(conn, office, tipo, now)
        if last is not None and now - last < DE_CADA_TIPO:
            continue
        under = [_out.c.serventia_id == office.serventia_id, _out.c.fim_em.is_(None), _out.c.tipo != "vinculo"]
        under += [_out.c.prazo <= now + left, _out.c.criado_em <= now - ATRASO]
        tighter = [step for name, step in _PRAZOS if step < left]
        if tighter:  # it has a notice of its own
            under.append(_out.c.prazo > now + max(tighter))
        fresh = [] if last is None else [sa.or_(_out.c.prazo > last + left, _out.c.criado_em > last - ATRASO)]
        codes = _codigos(conn, [*under, *fresh], _out.c.prazo)
        if codes:
            total = conn.execute(sa.select(sa.func.count()).select_from(_out).where(*under)).scalar_one()
            what, hint = _FRASE[tipo]
            found.append(
                Aviso(f"{tipo}:{rfc3339(now)}", tipo, f"{_n(total, 'selo')} {what}", _texto(total, what, codes, hint))
            )
    return found


def _das_recusas(conn: Connection, office: Office, now: datetime) -> list[Aviso]:
    last = _ultimo(conn, office, "recusado", now)
    if last is not None and now - last < DE_CADA_TIPO:
        return []
    refused = [_out.c.serventia_id == office.serventia_id, pendencias.recusado(office.serventia_id)]
    refused.append(_out.c.fim_em <= now - ATRASO)
    fresh = [] if last is None else [_out.c.fim_em > last - ATRASO]
    codes = _codigos(conn, [*refused, *fresh], _out.c.fim_em)
    if not codes:
        return []
    total = conn.execute(sa.select(sa.func.count()).select_from(_out).where(*refused)).scalar_one()
    what = "à espera de correção: o tribunal recusou"
    hint = "O que o tribunal disse, e o que fazer, está na tela Tribunal."
    subject = f"{_n(total, 'selo')} {what}"
    return [Aviso(f"recusado:{rfc3339(now)}", "recusado", subject, _texto(total, what, codes, hint))]


def _do_lote(conn: Connection, office: Office, now: datetime) -> list[Aviso]:
    """Return the notice of a sending's end: of the last set hour or wish, or of the day where it goes all the time."""
    if office.settings.tribunal.modo == "continuo":
        end = datetime.combine(local_date(now - ATRASO), clock_time(), SAO_PAULO)
        begin = end - timedelta(days=1)
        chave, name = f"dia:{begin:%Y-%m-%d}", f"de {begin:%d/%m/%Y}"
    else:
        asked = sa.select(db.remetente.c.pedido_em).where(db.remetente.c.serventia_id == office.serventia_id)
        begin = mandar_ate(office.settings.tribunal, conn.execute(asked).scalar_one_or_none(), now)
        end = now + ATRASO
        if begin <= now - timedelta(days=2):
            return []
        chave, name = f"lote:{rfc3339(begin)}", f"de {local(begin):%d/%m/%Y às %H:%M}"
        going = (_out.c.serventia_id == office.serventia_id, _out.c.fim_em.is_(None), _out.c.criado_em <= begin)
        if conn.execute(sa.select(sa.exists().where(*going))).scalar_one():
            return []
    if _ha(conn, office, chave):
        return []
    window = (_out.c.serventia_id == office.serventia_id, _out.c.fim_em >= begin, _out.c.fim_em < end)
    found = _resumo(conn, office, chave, "lote", f"Envio {name}", window)
    # In a mailbox it is a witness that nobody in the office can change (A6).
    head = f"Cabeça da auditoria: {auditoria.ponto(conn, office.serventia_id)}"
    return [replace(each, texto=f"{each.texto}\n{head}") for each in found]


def _das_cargas(conn: Connection, office: Office, now: datetime) -> list[Aviso]:
    """Return the notices of loads of paper seals that are through (H2): those made at one time are one load."""
    seals = db.selo
    mine = (seals.c.serventia_id == office.serventia_id, seals.c.origem == "hibrido", seals.c.retifica.is_(None))
    same = (_out.c.serventia_id == seals.c.serventia_id) & (_out.c.codigo == seals.c.codigo) & (_out.c.tipo == "ato")
    query = (
        sa.select(seals.c.criado_em)
        .join(_out, same)
        .where(*mine, seals.c.criado_em > now - CARGA_ATE)
        .group_by(seals.c.criado_em)
        .having(sa.func.count() == sa.func.count(_out.c.fim_em))
    )
    found = []
    for made in conn.execute(query).scalars().all():
        chave = f"carga:{made.isoformat()}"
        if not _ha(conn, office, chave):
            codes = sa.select(seals.c.codigo).where(*mine, seals.c.criado_em == made)
            window = (_out.c.serventia_id == office.serventia_id, _out.c.codigo.in_(codes))
            name = f"Carga de selos de papel de {local(made):%d/%m/%Y às %H:%M}"
            found += _resumo(conn, office, chave, "carga", name, window)
    return found


def _resumo(
    conn: Connection, office: Office, chave: str, tipo: str, name: str, window: Sequence[sa.ColumnElement[bool]]
) -> list[Aviso]:
    """Return the notice that counts what became of the seals of a sending; none where there were none."""
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
    return [Aviso(chave, tipo, subject, "\n".join(lines))]


def _do_balcao(conn: Connection, office: Office, now: datetime) -> list[Aviso]:
    """Return the notice of acts at the counter whose 24 hours end soon, or are over, without a load (T1, H2).

    One a day and step, named by the oldest day that waits: a load of that day makes room for the next.
    """
    found = pendencias.sem_carga(conn, office.serventia_id, now)
    late, soon, since = found["sem_carga_atrasados"], found["sem_carga_urgentes"], found["sem_carga_desde"]
    if not late and not soon:
        return []
    step = "atrasada" if late else "4h"
    chave = f"balcao:{since}:{step}:{local_date(now)}"
    if _ha(conn, office, chave):
        return []
    n = late or soon
    acts = f"{n} ato do balcão" if n == 1 else f"{n} atos do balcão"
    what = "com as 24 horas vencidas, sem a carga" if late else "com menos de 4 horas para a carga"
    day = f"{date.fromisoformat(since):%d/%m/%Y}"
    hint = f"O mais antigo é de {day}. Confira o dia e faça a carga na tela Balcão, Conferência e carga."
    return [Aviso(chave, "balcao", f"{acts} {what}", f"{acts} {what}.\n{hint}")]


def _do_certificado(conn: Connection, office: Office, now: datetime) -> list[Aviso]:
    begin, end = office.certificado.valido_de, office.certificado.valido_ate
    if office.certificado.ainda_nao_vale(now):
        chave = f"certificado:{rfc3339(begin)}:futuro"
        subject = "O certificado da serventia ainda não vale"
        hint = "Até lá o tribunal pode recusar os selos: confira o certificado e o relógio deste servidor."
        text = f"{subject}: só a partir de {local(begin):%d/%m/%Y às %H:%M}.\n{hint}"
        return [] if _ha(conn, office, chave) else [Aviso(chave, "certificado", subject, text)]
    if office.certificado.venceu(now):
        step, subject = "vencido", "O certificado da serventia venceu"
    else:
        step = next((str(days) for days in CERTIFICADO_DIAS if end - now <= timedelta(days=days)), "")
        left = -(-(end - now) // timedelta(days=1))
        subject = f"O certificado da serventia vence em {left} {'dia' if left == 1 else 'dias'}"
    chave = f"certificado:{rfc3339(end)}:{step}"
    if not step or _ha(conn, office, chave):
        return []
    hint = "Sem certificado válido o tribunal não aceita os selos: renove-o."
    return [Aviso(chave, "certificado", subject, f"{subject} ({local(end):%d/%m/%Y às %H:%M}).\n{hint}")]


def _da_auditoria(conn: Connection, office: Office, now: datetime) -> list[Aviso]:
    """Return the notice, once a day, that the log does not lead on from the newest head kept (A6)."""
    chave = f"auditoria:{local_date(now):%Y-%m-%d}"
    newest = auditoria.guardadas(office.instance)[-1:]
    faults = (auditoria.divergencia(conn, office.serventia_id, path) for path in newest)
    found = next((fault for fault in faults if fault is not None), None)
    if found is None or _ha(conn, office, chave):
        return []
    subject = "A auditoria não confere com a cabeça guardada"
    hint = "Não apague nem mude nada; siga «Quando a auditoria não confere» no guia do operador."
    return [Aviso(chave, "auditoria", subject, f"{subject}: {found}.\n{hint}")]


def _codigos(conn: Connection, where: Sequence[sa.ColumnElement[bool]], order: sa.ColumnElement[Any]) -> list[str]:
    query = sa.select(_out.c.codigo).where(*where).order_by(order, _out.c.id).limit(CODIGOS + 1)
    return list(dict.fromkeys(conn.execute(query).scalars()))


def _texto(total: int, what: str, codes: Sequence[str], hint: str) -> str:
    more = ["…"] if len(codes) > CODIGOS else []
    return "\n".join([f"{_n(total, 'selo')} {what}.", *codes[:CODIGOS], *more, hint])


def _n(n: int, um: str) -> str:
    return f"{n} {um}" if n == 1 else f"{n} {um}s"
