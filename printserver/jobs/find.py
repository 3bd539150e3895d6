"""Prints found by period, kind, state and text, newest first, in pages that begin after a print. Read-only.

Fast among hundreds of thousands (`bench/prints.py`): a filter is read from an index; of several words the rarest is
looked up, and the others are tested on what it finds. Few prints are read and sorted here; of many, an index is
scanned in order, until a page is full.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db, search
from printserver.common.data import JsonObject
from printserver.common.text import numbers_in, typed_words
from printserver.documents import normalize, normalize_folha, normalize_sheet
from printserver.jobs import views
from printserver.ledger import PAGE, Job, jobs
from printserver.office import Office

COUNT_LIMIT: Final = 1_000
_FEW: Final = 2_000  # documents of a word that are looked up at once

Condition = sa.ColumnElement[bool]
_j, _w = db.job.c, db.palavra.c


def find(
    office: Office, filters: Mapping[str, str], text: str = "", after: str | None = None, limit: int = PAGE
) -> JsonObject:
    """Return up to `limit` prints that match `filters` (as `views.list_jobs`) and every word of `text`, newest first.

    `text` is read as `search.parse_terms` does: a livro and folha, a seal's code, a sheet's number, an id, words of
    title, names and numbers, each as a prefix. `after` is the id of the last print of the page before.
    The answer has `itens`, `mais` (there are more), `total`: exact up to `COUNT_LIMIT`, None above.
    Raises `Recusa` `entrada-invalida` as `views.list_jobs`, `nao-encontrado` for an unknown `after`.
    """
    sid = office.serventia_id
    with office.db.read() as conn:
        where = [_j.serventia_id == sid, *(views.condition(name, value) for name, value in filters.items())]
        where += _said(conn, sid, search.parse_terms(text)) if text.strip() else []
        last = jobs.get_job(conn, sid, after) if after is not None else None
        few = [tuple(row) for row in conn.execute(sa.select(_j.criado_em, _j.n).where(*where).limit(COUNT_LIMIT + 1))]
        if len(few) <= COUNT_LIMIT:
            ordered = sorted(few, reverse=True)
            found = [n for at, n in ordered if last is None or (at, n) < (last.criado_em, last.n)][: limit + 1]
        else:
            query = sa.select(_j.n).where(*where).order_by(_j.criado_em.desc(), _j.n.desc()).limit(limit + 1)
            if last is not None:
                query = query.where(sa.tuple_(_j.criado_em, _j.n) < sa.tuple_(last.criado_em, last.n))
            found = list(conn.execute(query).scalars())
        shown = sa.select(db.job).where(_j.serventia_id == sid, _j.n.in_(found[:limit]))
        rows = {row["n"]: row for row in conn.execute(shown).mappings()}
        return {
            "itens": [views.job_dict(conn, office, Job.from_row(rows[n])) for n in found[:limit]],
            "mais": len(found) > limit,
            "total": len(few) if len(few) <= COUNT_LIMIT else None,
        }


def _said(conn: Connection, serventia_id: int, terms: search.Terms) -> list[Condition]:
    """Return the conditions of what was typed."""
    if terms.job_id is not None:
        return [_j.id == terms.job_id]
    if terms.codigo is not None:
        return [_j.id.in_(_jobs_of(db.selo, serventia_id, db.selo.c.codigo == terms.codigo))]
    if terms.matricula is not None:
        return [_j.documento_id.in_(_with_words(serventia_id, [_exactly(*typed_words(terms.matricula))]))]
    found = []
    if terms.livro is not None:
        found.append(_in_livro(serventia_id, terms))
    if terms.words:
        found.append(_words(conn, serventia_id, terms))
    if terms.number is not None:
        sheet = _jobs_of(db.papel, serventia_id, db.papel.c.numero == normalize_sheet(terms.number))
        if conn.execute(sheet.limit(1)).first() is not None:
            found = [_either(serventia_id, sa.and_(*found), _j.id.in_(sheet))]
    return found or [sa.false()]


def _in_livro(serventia_id: int, terms: search.Terms) -> Condition:
    """Return the condition that a print is of a livro, or of one of its deeds that stands on the folha, or its copy."""
    livro, sides = normalize(terms.livro or ""), db.folha_lado.c
    if terms.folha is None:
        return _j.livro == livro
    folha = normalize_folha(terms.folha)
    there = [
        *(db.documento.c.serventia_id == serventia_id, sides.serventia_id == serventia_id),
        *(sides.livro == livro, sides.folha == folha),
    ]
    if terms.side is not None:
        there.append(sides.lado == terms.side)
    deeds = sa.select(db.documento.c.instrumento_id).join(db.folha_lado, sides.documento_id == db.documento.c.id)
    begins = (_j.livro == livro) & (_j.folha == str(folha)) & (_j.tipo != "livro")
    return _either(serventia_id, _j.instrumento_id.in_(deeds.where(*there)), begins)


def _either(serventia_id: int, *conditions: Condition) -> Condition:
    """Return the condition that one of these holds; each is read from its own index, which an OR would not be."""
    return _j.n.in_(sa.union(*(sa.select(_j.n).where(_j.serventia_id == serventia_id, each) for each in conditions)))


def _jobs_of(table: sa.Table, serventia_id: int, condition: Condition) -> sa.Select[tuple[str]]:
    return sa.select(table.c.job_id).where(table.c.serventia_id == serventia_id, condition)


@dataclass(frozen=True, slots=True)
class _Range:
    """The words from `first` to before `end`: those that begin with a word, or that word alone."""

    first: str
    end: str

    def has(self, table: sa.FromClause) -> tuple[Condition, Condition]:
        return table.c.palavra >= self.first, table.c.palavra < self.end


def _beginning(word: str) -> _Range:
    return _Range(word, word + "{")  # sorts after every letter


def _exactly(word: str) -> _Range:
    return _Range(word, word + " ")  # sorts before every letter and digit


def _words(conn: Connection, serventia_id: int, terms: search.Terms) -> Condition:
    """Return the condition that a print's document has every word that was typed."""
    counted = {each: _frequency(conn, serventia_id, each) for each in map(_beginning, terms.words)}
    for whole, parts in numbers_in(terms.text).items():  # a number of several parts stands for them, where it is known
        known = ((each, _frequency(conn, serventia_id, each)) for each in (_exactly(whole), _beginning(whole)))
        if best := next(((each, n) for each, n in known if n), None):
            counted = {each: n for each, n in counted.items() if each.first not in parts} | dict([best])
    ordered = sorted(counted, key=lambda each: (counted[each], -len(each.first)))
    if counted[ordered[0]] > _FEW:
        return sa.and_(*(_has(serventia_id, _j.documento_id, each) for each in ordered))
    return _j.documento_id.in_(_with_words(serventia_id, ordered))


def _with_words(serventia_id: int, words: Sequence[_Range]) -> sa.Select[tuple[int]]:
    """Return the documents that have all the words, read from the first one's."""
    rare, *others = words
    query = sa.select(_w.documento_id).where(_w.serventia_id == serventia_id, *rare.has(db.palavra))
    return query.where(*(_has(serventia_id, _w.documento_id, each) for each in others))


def _has(serventia_id: int, document: sa.ColumnElement[int], word: _Range) -> Condition:
    other = db.palavra.alias()
    there = (other.c.serventia_id == serventia_id, other.c.documento_id == document)
    return sa.exists().where(*there, *word.has(other))


def _frequency(conn: Connection, serventia_id: int, word: _Range) -> int:
    """Return how many words are in the range, up to one more than a few."""
    some = sa.select(sa.literal(1)).where(_w.serventia_id == serventia_id, *word.has(db.palavra)).limit(_FEW + 1)
    return int(conn.execute(sa.select(sa.func.count()).select_from(some.subquery())).scalar_one())
