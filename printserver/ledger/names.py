"""Titles and names of documents: kept at the printing, searched by their words, taken away after a term (LGPD)."""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.common.data import JsonObject
from printserver.common.text import search_words
from printserver.documents import Named, Names
from printserver.ledger.keys import document_id
from printserver.office import Act, Office, acting
from printserver.selo import party_initials

_AT_ONCE: Final = 500  # documents of one transaction


def keep(act: Act, document: int, names: Names, *, new: bool = False) -> None:
    """Keep title and names of a document that is printed, in the place of those it had; a `new` one had none.

    With a term of no days, only the words that name no person are kept.
    """
    conn, sid, table = act.conn, act.office.serventia_id, db.palavra
    kept = act.office.settings.guarda.nomes_dias > 0
    persons = [asdict(each) for each in names.partes]
    row = {
        "titulo": names.titulo if kept else None,
        "partes": persons if kept and persons else None,
        "iniciais": None if kept else _initials(persons),
        "desde": act.now,
    }
    here = {"serventia_id": sid, "documento_id": document}
    if new or not db.update(conn, db.nome, here, row):
        db.insert(conn, db.nome, here | row)
    words = dict.fromkeys(search_words(names.texto), False)
    if kept:
        personal = search_words(" ".join((names.titulo or "", *(each.nome for each in names.partes))))
        words = dict.fromkeys(personal, True) | words
    if not new:
        db.delete(conn, table, here)
    rows = [
        {"serventia_id": sid, "palavra": word, "documento_id": document, "pessoal": personal}
        for word, personal in sorted(words.items())
    ]
    if rows:
        db.insert(conn, table, rows)


def of_habilitacao(conn: Connection, serventia_id: int, processo: str) -> tuple[Named, ...]:
    """Return the nubentes of a habilitação that was printed here; `processo` as compared (X0)."""
    document, table = document_id(conn, serventia_id, f"habilitacao:{processo}"), db.nome
    query = sa.select(table.c.partes).where(table.c.serventia_id == serventia_id, table.c.documento_id == document)
    return tuple(Named(**each) for each in conn.scalar(query) or ())


def of_jobs(conn: Connection, serventia_id: int, job_ids: Collection[str]) -> Mapping[str, JsonObject]:
    """Return `titulo`, `partes`, `iniciais`, and the `lados` of its folhas, of each of these jobs that has names.

    `lados` are the first and the last side of a livro's folhas, each as (folha, lado); None for another document.
    """
    job, table, sides = db.job, db.nome, db.folha_lado
    here = (job.c.serventia_id == serventia_id, job.c.id.in_(job_ids))
    query = (
        sa.select(job.c.id, table.c.titulo, table.c.partes, table.c.iniciais)
        .join(table, (table.c.serventia_id == job.c.serventia_id) & (table.c.documento_id == job.c.documento_id))
        .where(*here)
    )
    found = {
        row["id"]: {"titulo": row["titulo"], "partes": row["partes"], "iniciais": row["iniciais"], "lados": None}
        for row in conn.execute(query).mappings()
    }
    occupied = (
        sa.select(sides.c.job_id, sides.c.folha, sides.c.lado)
        .join(job, (job.c.serventia_id == sides.c.serventia_id) & (job.c.documento_id == sides.c.documento_id))
        .where(*here, sides.c.job_id == job.c.id)
        .order_by(sides.c.folha, sides.c.lado)
    )
    for job_id, folha, lado in conn.execute(occupied):
        if job_id in found:
            first, _ = found[job_id]["lados"] or ((folha, lado), None)
            found[job_id]["lados"] = (first, (folha, lado))
    return found


def forget(office: Office) -> int:
    """Take away title and names of the documents whose term is over; return how many. Their initials stay.

    The log gets their number (A3).
    """
    before = office.clock() - timedelta(days=office.settings.guarda.nomes_dias)
    total = 0
    while found := _forget_some(office, before):
        total += found
    return total


def _forget_some(office: Office, before: datetime) -> int:
    sid, table, words = office.serventia_id, db.nome, db.palavra
    over = sa.select(table.c.documento_id, table.c.partes).where(
        table.c.serventia_id == sid,
        table.c.desde < before,
        table.c.titulo.is_not(None) | table.c.partes.is_not(None),
    )
    with office.db.read() as conn:
        if conn.execute(over.limit(1)).first() is None:
            return 0
    with acting(office) as act:
        found = act.conn.execute(over.limit(_AT_ONCE)).all()
        for row in found:
            here = (table.c.serventia_id == sid, table.c.documento_id == row.documento_id)
            left = {"titulo": None, "partes": None, "iniciais": _initials(row.partes or ())}
            act.conn.execute(sa.update(table).where(*here).values(**left))
        ids = [row.documento_id for row in found]
        act.conn.execute(
            sa.delete(words).where(words.c.serventia_id == sid, words.c.documento_id.in_(ids), words.c.pessoal)
        )
        act.log("guarda", "nomes", "apagados", {"documentos": len(found)})
    return len(found)


def _initials(persons: Collection[JsonObject]) -> str | None:
    return party_initials([each["nome"] for each in persons]) or None
