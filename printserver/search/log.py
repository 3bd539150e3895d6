"""The log for people (A3, A5): pages by filter, newest first, and its export. Fast among millions of entries.

A page begins after an entry, not after a count. Its entries are found in an index that holds all that the filters ask
(`db.log`), and only they are read. A row that somebody changed behind the program is shown as it stands.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.clock import day_end, day_start, local
from printserver.common.data import JsonObject, JsonView
from printserver.errors import Recusa, invalid_input
from printserver.office import EXCEPTIONS, Author, Office, acting
from printserver.search.columns import Cell
from printserver.search.streams import Export, Until, as_cell, write_csv

PAGE: Final = 50
PIECE_ROWS: Final = 1_000  # read at once for an export
THE_SERVER: Final = "servidor"
"""The author `servidor`: what the program did by itself."""
_PERSON, _SYSTEM = "pessoa:", "sistema:"
_COLUMNS: Final = (
    *("n", "quando", "objeto", "objeto_id", "estado", "quem", "sistema", "endereco", "detalhe", "excecao", "hash"),
)
_l = db.log.c
_meant = {name: db.as_meant(_l[name]) for name in _COLUMNS}

Condition = sa.ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class LogFilter:
    """What is asked of the log: days of the office's time zone, an author, a kind of object, its id, exceptions alone.

    `autor` is one of `authors`, `objeto` one of `kinds`; empty texts ask for nothing. `nome` is the whole id: a seal's
    code, a print's number, a user name, a queue …
    """

    de: date | None = None
    ate: date | None = None
    autor: str = ""
    objeto: str = ""
    nome: str = ""
    excecoes: bool = False

    def check(self) -> None:
        """Raise `Recusa` `entrada-invalida` for a period that ends before it begins."""
        if self.de and self.ate and self.ate < self.de:
            raise invalid_input("ate", "o último dia vem antes do primeiro")


@dataclass(frozen=True, slots=True)
class LogPage:
    """Entries, newest first, and whether there are older ones.

    Each has the columns of `log` but `prova`, with `antes` and `resposta`: of a print, its state before this entry and
    the answer to its question, where the entry accepts it or cancels it.
    """

    itens: Sequence[JsonObject]
    mais: bool


def read_log(office: Office, asked: LogFilter, after: int | None = None, limit: int = PAGE) -> LogPage:
    """Return up to `limit` entries older than the entry `after` (None: from the newest).

    Raises `Recusa` `entrada-invalida`; `nao-encontrado` for an unknown `after`.
    """
    asked.check()
    with office.db.read() as conn:
        where = [_l.serventia_id == office.serventia_id, *_conditions(asked)]
        if after is not None:
            where.append(_older(conn, office.serventia_id, after))
        keys = _keys(conn, office.serventia_id, asked, where, limit + 1)
        return LogPage(rows_of(conn, office.serventia_id, keys[:limit]), len(keys) > limit)


def authors(office: Office) -> list[tuple[str, str]]:
    """Return every author in the log: the value of the filter, and the user name or the system's name (A2)."""
    with office.db.read() as conn:
        persons = _distinct(conn, office.serventia_id, _l.quem)
        systems = _distinct(conn, office.serventia_id, _l.sistema)
    return [(f"{_PERSON}{name}", name) for name in persons] + [(f"{_SYSTEM}{name}", name) for name in systems]


def kinds(office: Office) -> list[str]:
    """Return every kind of object in the log."""
    with office.db.read() as conn:
        return _distinct(conn, office.serventia_id, _l.objeto)


def export_log(
    office: Office,
    author: Author,
    asked: LogFilter,
    headings: Sequence[str],
    cells: Callable[[JsonView], Sequence[Cell]],
) -> Export:
    """Return all entries that match as CSV, newest first, in pieces; `cells` writes an entry. The export is logged.

    It ends with the entries of before the export. Raises `Recusa` `entrada-invalida`, and `servidor-ocupado` if too
    many exports and waits are in progress.
    """
    asked.check()
    if not office.listeners.acquire(blocking=False):
        raise Recusa("servidor-ocupado", "Já há muitas exportações e esperas em andamento: tente de novo.")
    try:
        now = office.clock()
        with office.db.read() as conn:
            head = conn.execute(sa.select(db.cadeia.c.n).where(db.cadeia.c.serventia_id == office.serventia_id))
            last = int(head.scalar_one())
        what = {"formato": "csv", "filtros": as_text(asked)}
        with acting(office, author, now) as act:
            act.log("exportacao", "auditoria", "pedida", what)
    except BaseException:
        office.listeners.release()
        raise
    rows = ([as_cell(cell) for cell in cells(entry)] for entry in _all(office, asked, last))
    name = f"auditoria-{office.cns}-{local(now):%Y%m%d-%H%M}.csv"
    return Export(name, "text/csv; charset=utf-8", Until(write_csv(headings, rows), office.listeners.release))


def as_text(asked: LogFilter) -> dict[str, str]:
    """Return the filters that are set, as texts."""
    days = {name: day.isoformat() for name in ("de", "ate") if (day := getattr(asked, name))}
    words = {name: value for name in ("autor", "objeto", "nome") if (value := getattr(asked, name))}
    return days | words | ({"excecoes": "sim"} if asked.excecoes else {})


def _all(office: Office, asked: LogFilter, last: int) -> Iterator[JsonObject]:
    """Yield the entries in pieces, each in a transaction of its own: a slow reader keeps none open."""
    where = [_l.serventia_id == office.serventia_id, _l.n <= last, *_conditions(asked)]
    older: list[Condition] = []
    while True:
        with office.db.read() as conn:
            keys: Sequence[int] = _keys(conn, office.serventia_id, asked, [*where, *older], PIECE_ROWS)
            rows = rows_of(conn, office.serventia_id, keys)
            older = [_older(conn, office.serventia_id, keys[-1])] if keys else []
        yield from rows
        if len(keys) < PIECE_ROWS:
            return


def _conditions(asked: LogFilter) -> list[Condition]:
    found: list[Condition] = []
    if asked.de:
        found.append(_l.quando >= day_start(asked.de))
    if asked.ate:
        found.append(_l.quando < day_end(asked.ate))
    if asked.autor == THE_SERVER:
        found += [_l.quem.is_(None), _l.sistema.is_(None)]
    elif asked.autor.startswith(_PERSON):
        found.append(_l.quem == asked.autor.removeprefix(_PERSON))
    elif asked.autor:
        found.append(_l.sistema == asked.autor.removeprefix(_SYSTEM))
    if asked.objeto:
        found.append(_l.objeto == asked.objeto)
    if asked.nome:
        found.append(_l.objeto_id == asked.nome)
    if asked.excecoes:
        found.append(_l.excecao.is_not(None))
    return found


def _older(conn: Connection, serventia_id: int, n: int) -> Condition:
    """Return the condition that an entry comes after entry `n` in the list."""
    query = sa.select(*db.as_stored([_l.quando])).where(_l.serventia_id == serventia_id, _l.n == n)
    at = conn.execute(query).scalar_one_or_none()
    if at is None:
        raise Recusa("nao-encontrado", f"A auditoria não tem o registro {n}.")
    return sa.tuple_(_l.quando, _l.n) < sa.tuple_(sa.literal(at, sa.types.NullType()), sa.literal(n))


def _keys(
    conn: Connection, serventia_id: int, asked: LogFilter, where: Sequence[Condition], limit: int
) -> Sequence[int]:
    """Return the numbers of the first `limit` entries that match, in the list's order."""

    def newest(*more: Condition) -> Any:
        query = sa.select(*db.as_stored([_l.quando, _l.n])).where(*where, *more)
        return conn.execute(query.order_by(_l.quando.desc(), _l.n.desc()).limit(limit)).all()

    # A part of an index is in order, several parts together are not: of an id, each kind's; of the exceptions, each
    # class's. A few parts are looked up one by one, and put in order here.
    parts: list[Sequence[Condition]] = [()]
    if asked.nome and not asked.objeto:
        parts = [(_l.objeto == kind,) for kind in _distinct(conn, serventia_id, _l.objeto)]
    elif asked.excecoes:
        parts = [(_l.excecao == each,) for each in EXCEPTIONS]
    found = [row for part in parts for row in newest(*part)]
    return [row.n for row in (sorted(found, reverse=True) if len(parts) > 1 else found)[:limit]]


def rows_of(conn: Connection, serventia_id: int, keys: Sequence[int]) -> list[JsonObject]:
    """Return the entries of these numbers, in their order (see `LogPage`)."""
    query = sa.select(*db.as_stored([_l[name] for name in _COLUMNS]))
    found = {
        row["n"]: {name: read(row[name]) for name, read in _meant.items()}
        for row in conn.execute(query.where(_l.serventia_id == serventia_id, _l.n.in_(keys))).mappings()
    }
    rows = [found[n] | {"antes": None, "resposta": None} for n in keys if n in found]
    _add_answers(conn, serventia_id, rows)
    return rows


def _add_answers(conn: Connection, serventia_id: int, rows: Sequence[JsonObject]) -> None:
    """Add `antes` and `resposta` to the entries that accept or cancel a print, which may have been held."""
    ends = [row for row in rows if row["objeto"] == "job" and row["estado"] in ("aceito", "cancelado")]
    ids = sorted({row["objeto_id"] for row in ends})
    if not ids:
        return
    before: dict[str, list[tuple[int, str]]] = {}
    history = sa.select(_l.objeto_id, _l.n, _l.estado).where(
        _l.serventia_id == serventia_id, _l.objeto == "job", _l.objeto_id.in_(ids)
    )
    for row in conn.execute(history):  # sorted below: by the database, it would read the log in order
        before.setdefault(row.objeto_id, []).append((row.n, row.estado))
    asked = db.pergunta.c
    given = sa.select(asked.job_id, asked.resposta).where(
        asked.serventia_id == serventia_id, asked.job_id.in_(ids), asked.tipo != "folhas", asked.resposta.is_not(None)
    )
    answers = {row.job_id: row.resposta for row in conn.execute(given.order_by(asked.id))}
    for end in ends:
        earlier = [each for each in before[end["objeto_id"]] if each[0] < end["n"]]
        end["antes"] = max(earlier)[1] if earlier else None
        if str(end["antes"]).startswith("aguardando"):
            end["resposta"] = answers.get(end["objeto_id"])


def _distinct(conn: Connection, serventia_id: int, column: sa.ColumnElement[Any]) -> list[str]:
    """Return the values of an indexed column, by one look into the index for each."""
    found: list[str] = []
    while True:
        more = [column > found[-1]] if found else [column.is_not(None)]
        query = sa.select(sa.func.min(column)).where(_l.serventia_id == serventia_id, *more)
        following = conn.execute(query).scalar_one_or_none()
        if following is None:
            return found
        found.append(following)
