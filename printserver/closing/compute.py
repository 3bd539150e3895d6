"""Reads the figures of the days of a period, in one pass over each table (S9, S11, H2, C24).

A month of 20,000 prints is read in well under two seconds (`bench/closing.py`): each query follows an index by day.
"""

import json
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.clock import day_end, day_start
from printserver.closing import exceptions, sheets
from printserver.closing.figures import FREE, QUANTITY, TOTAL, Figures
from printserver.closing.periods import Period
from printserver.common.data import JsonObject
from printserver.counter import check
from printserver.court import WAITING
from printserver.documents import shown_fields
from printserver.ledger import UNCERTAIN
from printserver.office import Office
from printserver.selo import COMPONENTS

COUNTER: Final = "hibrido"
_NOTAS: Final = "1"
PENDING: Final = "comunicação pendente"
REFUSED: Final = ("aguardando retificação", "falha")
_s, _acts = db.selo.c, db.ato_balcao.c

Days = Mapping[date, Figures]


class Calendar:
    """The days of a period, to find that of a moment quickly."""

    def __init__(self, period: Period) -> None:
        self._days = period.days
        self._starts = [day_start(day) for day in self._days]

    def day_of(self, moment: datetime) -> date:
        """Return the day of a moment of the period."""
        return self._days[bisect_right(self._starts, moment) - 1]


def compute(conn: Connection, office: Office, period: Period) -> Days:
    """Return the figures of every day of the period."""
    found = {day: Figures() for day in period.days}
    _seals(conn, office, period, found)
    _waiting_acts(conn, office, period, found)
    _free(conn, office, period, found)
    for day, (count, total) in check.checked_totals(conn, office, period.first, period.last).items():
        found[day].add("conferencia", ("balcao",), {QUANTITY: count, TOTAL: total})
    _prints(conn, office, found)
    calendar = Calendar(period)
    for each in exceptions.read(conn, office, period):
        found[calendar.day_of(each.quando)].add("excecoes", (each.classe, each.quem), {QUANTITY: 1})
    for moved in sheets.read(conn, office, period):
        found[calendar.day_of(moved.quando)].add("papel", (moved.fila, moved.serie), {moved.nome: moved.quantidade})
    for line in check.control_lines(conn, office, period.first, period.last):
        numbers = {
            "usados": line["usados"] + line["aguardando"],  # a load changes nothing
            "inutilizados": len(line["inutilizados"]),
            "faltam": line["faltam_total"],
        }
        found[date.fromisoformat(line["data"])].add("selos_de_papel", (line["ato"], line["serie"]), numbers)
    _open(conn, office, period, found, calendar)
    return found


def _seals(conn: Connection, office: Office, period: Period, found: Days) -> None:
    """Add the live seals. There are many seals but few different fees: each is parsed once."""
    fees = sa.cast(_s.emolumentos, sa.Text)
    columns = (_s.dia, _s.natureza, _s.ato, _s.origem, _s.isento, _s.total_centavos, fees)
    query = sa.select(*columns, sa.func.count()).where(*_live(office, period)).group_by(*columns)
    parsed: dict[str, dict[str, int]] = {}
    for day, natureza, ato, origin, free, total, text, count in conn.execute(query):
        parts = parsed.setdefault(text, json.loads(text) if text not in parsed else {})
        numbers = _values(count, free, total, parts)
        found[day].add("atos", (str(natureza), ato), numbers)
        found[day].add("origens", (origin,), numbers)


def _live(office: Office, period: Period) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        _s.serventia_id == office.serventia_id,
        _s.dia.between(period.first, period.last),
        _s.vivo,
        ~_s.externo,
    )


def _values(count: int, free: bool, total: int, parts: Mapping[str, int]) -> dict[str, int]:
    values = {QUANTITY: count, FREE: count if free else 0, TOTAL: count * total}
    return values | {name: count * parts[name] for name in COMPONENTS}


def _waiting_acts(conn: Connection, office: Office, period: Period, found: Days) -> None:
    """Add the acts at the counter that wait for their load: they are of the day, their seals are made later (H2)."""
    for row in conn.execute(_of_counter(office, period, _acts.emolumentos, _acts.total_centavos)):
        numbers = _values(1, row.isento, row.total_centavos, row.emolumentos)
        found[row.data].add("atos", (_NOTAS, row.ato), numbers)
        found[row.data].add("origens", (COUNTER,), numbers)
        found[row.data].add("sem_carga", (_NOTAS, row.ato), numbers)


def _of_counter(office: Office, period: Period, *columns: sa.ColumnElement[Any]) -> sa.Select[Any]:
    return sa.select(_acts.data, _acts.ato, _acts.isento, *columns).where(
        _acts.serventia_id == office.serventia_id,
        _acts.estado == WAITING,
        _acts.data.between(period.first, period.last),
    )


def _free(conn: Connection, office: Office, period: Period, found: Days) -> None:
    """Add the isentos. Of Registro Civil the fundamento stands for the reason (C13)."""
    columns = (_s.dia, _s.natureza, _s.ato, _s.fundamento, _s.motivo_isencao)
    query = sa.select(*columns, sa.func.count()).where(*_live(office, period), _s.isento).group_by(*columns)
    for day, natureza, ato, fundamento, reason, count in conn.execute(query):
        key = (str(natureza), ato, fundamento or "", "" if fundamento else reason or "")
        found[day].add("isentos", key, {QUANTITY: count})
    for row in conn.execute(_of_counter(office, period, _acts.motivo_isencao).where(_acts.isento)):
        found[row.data].add("isentos", (_NOTAS, row.ato, "", row.motivo_isencao or ""), {QUANTITY: 1})


def _prints(conn: Connection, office: Office, found: Days) -> None:
    """Add the prints by kind and state: a look at the index for each day, which holds all that is read."""
    job = db.job.c
    for day, figures in found.items():
        query = sa.select(job.tipo, job.estado, sa.func.count()).where(
            job.serventia_id == office.serventia_id, job.criado_em >= day_start(day), job.criado_em < day_end(day)
        )
        for kind, state, count in conn.execute(query.group_by(job.tipo, job.estado)):
            figures.add("impressoes", (kind, state), {QUANTITY: count})


def _open(conn: Connection, office: Office, period: Period, found: Days, calendar: Calendar) -> None:
    """Add what is still open of each day."""
    for day, figures in found.items():
        if n := figures.number("sem_carga"):
            found[day].add("pendencias", ("sem_carga",), {QUANTITY: n})
        if n := sum(numbers[QUANTITY] for (_, state), numbers in figures.impressoes.items() if state == UNCERTAIN):
            found[day].add("pendencias", (UNCERTAIN,), {QUANTITY: n})
    for row in conn.execute(_open_questions(office, period)):
        found[calendar.day_of(row.aberta_em)].add("pendencias", ("pergunta",), {QUANTITY: 1})
    query = sa.select(_s.dia, _s.estado, sa.func.count()).where(*_at_court(office, period, (PENDING, *REFUSED)))
    for day, state, count in conn.execute(query.group_by(_s.dia, _s.estado)):
        kind = "pendente" if state == PENDING else "recusado"
        found[day].add("pendencias", (kind,), {QUANTITY: count})


def _at_court(office: Office, period: Period, states: Sequence[str]) -> tuple[sa.ColumnElement[bool], ...]:
    """Return the conditions of seals that the court does not have, or refused, and that no other one stands for."""
    return (
        _s.serventia_id == office.serventia_id,
        _s.estado.in_(states),
        _s.dia.between(period.first, period.last),
        _s.retificado_por.is_(None),
    )


def _open_questions(office: Office, period: Period) -> sa.Select[Any]:
    asked = db.pergunta.c
    return sa.select(asked.job_id, asked.tipo, asked.aberta_em).where(
        asked.serventia_id == office.serventia_id,
        asked.estado == "aberta",
        asked.aberta_em >= period.start,
        asked.aberta_em < period.end,
    )


def open_things(conn: Connection, office: Office, period: Period) -> Iterator[tuple[str, str]]:
    """Yield what is open of the period, kind and id: questions and uncertain prints by job, refused seals by code."""
    for row in conn.execute(_open_questions(office, period).order_by(db.pergunta.c.id)):
        yield "pergunta", row.job_id
    job = db.job.c
    uncertain = sa.select(job.id).where(
        job.serventia_id == office.serventia_id,
        job.criado_em >= period.start,
        job.criado_em < period.end,
        job.estado == UNCERTAIN,
    )
    for row in conn.execute(uncertain.order_by(job.n)):
        yield UNCERTAIN, row.id
    # Sorted here: an ORDER BY would have SQLite read all seals in that order.
    refused = sa.select(_s.id, _s.codigo).where(*_at_court(office, period, REFUSED))
    for _, code in sorted(tuple(row) for row in conn.execute(refused)):
        yield "recusado", code


def documents_of(conn: Connection, office: Office, job_ids: Sequence[str]) -> dict[str, JsonObject]:
    """Return the `documento` of prints, by id, as the contract's job has it."""
    job = db.job.c
    found: dict[str, JsonObject] = {}
    for start in range(0, len(job_ids), 500):
        query = sa.select(job.id, job.campos).where(
            job.serventia_id == office.serventia_id, job.id.in_(job_ids[start : start + 500])
        )
        found |= {row.id: shown_fields(row.campos) for row in conn.execute(query)}
    return found


def moved_days(conn: Connection, office: Office, period: Period) -> set[date]:
    """Return the days on which there was a print, a seal or an act at the counter: one look at an index for each."""
    job, sid = db.job.c, office.serventia_id
    found = set()
    for day in period.days:
        queries = (
            sa.select(_s.id).where(_s.serventia_id == sid, _s.dia == day, ~_s.externo),
            sa.select(job.n).where(
                job.serventia_id == sid, job.criado_em >= day_start(day), job.criado_em < day_end(day)
            ),
            sa.select(_acts.id).where(_acts.serventia_id == sid, _acts.data == day),
        )
        if any(conn.execute(query.limit(1)).first() is not None for query in queries):
            found.add(day)
    return found
