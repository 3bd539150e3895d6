"""Documents, livros and seals as plain data for the rules of `documents`. No rules."""

from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.documents import (
    Assinaturas,
    Context,
    Identity,
    Instrumento,
    LiveLivro,
    LiveSelo,
    Referencia,
    normalize,
    normalize_folha,
)
from printserver.errors import invalid_input
from printserver.ledger.bodies import restore_bodies
from printserver.ledger.jobs import live_job
from printserver.ledger.keys import document_id, instrumento_id
from printserver.ledger.rows import Seal
from printserver.office import Office


def live_selos(conn: Connection, serventia_id: int, document: int) -> tuple[LiveSelo, ...]:
    """Return the live seals of the document's live print, the principal first (S11).

    The live seal of a replaced print (X8) is not among them.
    """
    rows = conn.execute(_live_selos(), {"serventia": serventia_id, "documento": document}).mappings()
    return tuple(live_selo(Seal.from_row(row)) for row in rows)


@cache
def _live_selos() -> sa.Select[Any]:
    table, job = db.selo, db.job
    same = (job.c.serventia_id == table.c.serventia_id) & (job.c.id == table.c.job_id) & job.c.viva
    here = (table.c.serventia_id == sa.bindparam("serventia"), table.c.documento_id == sa.bindparam("documento"))
    return sa.select(table).join(job, same).where(*here, table.c.vivo).order_by(table.c.ordem)


def live_selo(seal: Seal) -> LiveSelo:
    """Return a seal in the form of the rules of `documents`."""
    return LiveSelo(
        codigo=seal.codigo,
        ato=seal.ato,
        descricao=seal.descricao,
        principal=seal.principal,
        momento=seal.momento,
        qr_url=seal.qr_url,
        emolumentos=seal.fees,
        isento=seal.isento,
        externo=seal.externo,
        identificador=seal.identificador,
        partes=seal.parties,
        motivo_isencao=seal.motivo_isencao,
    )


def live_codes(conn: Connection, serventia_id: int, instrumento_key: str) -> tuple[str, tuple[str, ...]] | None:
    """Return the job and the live seals of the `live_livro`; None if it is not printed."""
    found = conn.execute(_live_codes(), {"serventia": serventia_id, "livro": f"livro:{instrumento_key}"}).all()
    return (found[0].id, tuple(row.codigo for row in found if row.codigo is not None)) if found else None


@cache
def _live_codes() -> sa.Select[Any]:
    document, job, seal = db.documento.c, db.job.c, db.selo.c
    of_document = (job.serventia_id == document.serventia_id) & (job.documento_id == document.id) & job.viva
    of_job = (seal.serventia_id == job.serventia_id) & (seal.job_id == job.id) & seal.vivo
    return (
        sa.select(job.id, seal.codigo)
        .select_from(db.documento)
        .join(db.job, of_document)
        .outerjoin(db.selo, of_job & (seal.documento_id == document.id))
        .where(document.serventia_id == sa.bindparam("serventia"), document.chave == sa.bindparam("livro"))
        .order_by(seal.ordem)
    )


def live_livro(conn: Connection, serventia_id: int, instrumento_key: str, *, text: bool = True) -> LiveLivro | None:
    """Return the livro of its live print, with or without its text; None if it is not printed."""
    document = document_id(conn, serventia_id, f"livro:{instrumento_key}")
    job = live_job(conn, serventia_id, document) if document is not None else None
    if job is None:
        return None
    kept = job.instrumento_fixado or {}
    whole = restore_bodies(conn, serventia_id, kept) if text else {n: v for n, v in kept.items() if n != "corpo"}
    fixed = Instrumento.model_validate(whole)
    return LiveLivro(
        job_id=job.id,
        instrumento=fixed,
        selos=live_selos(conn, serventia_id, job.documento_id),
        assinaturas=_signatures(conn, serventia_id, instrumento_key) or fixed.assinaturas,
    )


def _signatures(conn: Connection, serventia_id: int, key: str) -> Assinaturas | None:
    """Return the state of the signatures as last reported (N11); None: as in the printed livro.

    After a withdrawal (`desistencia`) they are pending as before.
    """
    table = db.instrumento
    said = conn.execute(
        sa.select(table.c.assinaturas).where(table.c.serventia_id == serventia_id, table.c.chave == key)
    ).scalar_one_or_none()
    return None if said is None else "completas" if said == "completas" else "pendentes"


def newest_minuta(conn: Connection, serventia_id: int, instrumento_key: str) -> Instrumento | None:
    """Return the instrumento of the newest minuta (N8)."""
    table = db.instrumento
    minuta = conn.execute(
        sa.select(table.c.minuta).where(table.c.serventia_id == serventia_id, table.c.chave == instrumento_key)
    ).scalar_one_or_none()
    return Instrumento.model_validate(restore_bodies(conn, serventia_id, minuta)) if minuta is not None else None


def instrumento_key(
    conn: Connection, serventia_id: int, instrumento: Instrumento | Referencia | None, field: str
) -> str | None:
    """Return the normalised id (X0) of the instrumento that a document names, by id or by livro and folha.

    None if it names none, or if no live livro begins at that livro and folha. Raises `Recusa` if two instrumentos begin
    on that folha.
    """
    if instrumento is None:
        return None
    if instrumento.id is not None:
        return normalize(instrumento.id)
    assert instrumento.livro is not None
    assert instrumento.folha_inicial is not None
    table = db.job
    found = conn.execute(
        sa.select(db.instrumento.c.chave)
        .join(
            table,
            (table.c.serventia_id == db.instrumento.c.serventia_id) & (table.c.instrumento_id == db.instrumento.c.id),
        )
        .where(
            table.c.serventia_id == serventia_id,
            table.c.livro == normalize(instrumento.livro),
            table.c.folha == str(normalize_folha(instrumento.folha_inicial)),
            table.c.tipo == "livro",
            table.c.viva,
        )
    ).scalars()
    keys = sorted(set(found))
    if len(keys) > 1:
        raise invalid_input(
            field, "mais de um instrumento começa nesta folha (frente e verso): diga o instrumento pelo id"
        )
    return keys[0] if keys else None


def next_traslado(conn: Connection, serventia_id: int, instrumento_id: int | None) -> int:
    """Return the number after the highest sealed traslado of the instrumento (N4)."""
    if instrumento_id is None:
        return 1
    highest = conn.execute(
        sa.select(sa.func.max(db.documento.c.numero))
        .join(
            db.selo,
            (db.selo.c.serventia_id == db.documento.c.serventia_id) & (db.selo.c.documento_id == db.documento.c.id),
        )
        .where(
            db.documento.c.serventia_id == serventia_id,
            db.documento.c.instrumento_id == instrumento_id,
            db.documento.c.tipo == "traslado",
        )
    ).scalar()
    return int(highest or 0) + 1


def context(conn: Connection, office: Office, document: Any, now: datetime) -> tuple[Context, str | None]:
    """Return the context that the rules need to plan `document`, and the instrumento's key (X0)."""
    sid = office.serventia_id
    named = getattr(document, "instrumento", None)
    key = instrumento_key(conn, sid, named, "documento.instrumento")
    number = 1
    if key is not None and document.tipo == "traslado" and document.numero == "proximo":
        number = next_traslado(conn, sid, instrumento_id(conn, sid, key))
    of_copy = key if document.tipo in ("traslado", "certidao") else None
    livro = live_livro(conn, sid, of_copy) if of_copy is not None else None
    unprinted = of_copy if livro is None else None
    replaced = getattr(document, "substitui", None)
    return (
        Context(
            agora=now,
            rules=office.rules,
            servicos=office.servicos,
            atos=office.atos,
            livro=livro,
            minuta=newest_minuta(conn, sid, unprinted) if unprinted is not None else None,
            next_traslado=number,
            known=livro is not None
            or (unprinted is not None and document_id(conn, sid, f"livro:{unprinted}") is not None),
            replaced=document_of_selo(conn, sid, replaced) if replaced is not None else None,
        ),
        key,
    )


def document_of_selo(conn: Connection, serventia_id: int, codigo: str) -> Identity | None:
    """Return the document of the live seal with that code (X8); None if there is none."""
    job = db.job
    row = (
        conn.execute(
            sa.select(db.documento.c.tipo, db.documento.c.chave, job.c.campos)
            .join(
                db.selo,
                (db.selo.c.serventia_id == db.documento.c.serventia_id) & (db.selo.c.documento_id == db.documento.c.id),
            )
            .join(job, (job.c.serventia_id == db.selo.c.serventia_id) & (job.c.id == db.selo.c.job_id))
            .where(db.selo.c.serventia_id == serventia_id, db.selo.c.codigo == codigo, db.selo.c.vivo)
        )
        .mappings()
        .one_or_none()
    )
    return None if row is None else Identity(row["tipo"], row["chave"], row["chave"], row["campos"])
