"""What the tables say of documents, livros and seals, as the rule book's plain data. Decides nothing."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.documents import (
    Contexto,
    Identidade,
    Instrumento,
    LivroVivo,
    Referencia,
    SeloVivo,
    normalizar,
    normalizar_folha,
)
from printserver.documents.model import Assinaturas
from printserver.errors import entrada_invalida
from printserver.ledger.bodies import devolver_corpos
from printserver.ledger.jobs import Row, job_vivo
from printserver.ledger.keys import documento_id, instrumento_id
from printserver.office.office import Office
from printserver.selo import Emolumentos, ler_registro


def selos_vivos(conn: Connection, serventia_id: int, documento: int) -> tuple[SeloVivo, ...]:
    """Return the live seals of the document's live print, the principal first (S11).

    The live seal of a print that was replaced (X8) is not among them: its paper is another's business.
    """
    table, job = db.selo, db.job
    rows = conn.execute(
        sa.select(table)
        .join(job, (job.c.serventia_id == table.c.serventia_id) & (job.c.id == table.c.job_id) & job.c.viva)
        .where(table.c.serventia_id == serventia_id, table.c.documento_id == documento, table.c.vivo)
        .order_by(table.c.ordem)
    ).mappings()
    return tuple(selo_vivo(row) for row in rows)


def selo_vivo(row: Row) -> SeloVivo:
    """Return a seal's row as the rule book sees it."""
    return SeloVivo(
        codigo=row["codigo"],
        ato=row["ato"],
        descricao=row["descricao"],
        principal=row["principal"],
        momento=row["momento"],
        qr_url=row["qr_url"],
        emolumentos=Emolumentos.from_centavos(row["emolumentos"]),
        isento=row["isento"],
        externo=row["externo"],
        identificador=row["identificador"],
        partes=_partes(row["registro"]),
        motivo_isencao=row["motivo_isencao"],
    )


def _partes(registro: str) -> tuple[str, ...]:
    """Return stand-ins for the parties' names, of the same initials: the names themselves are not in the seal (A3).

    Each stand-in word has two letters: a lone E would be taken for the particle.
    """
    if not registro:
        return ()
    parties = ler_registro(registro).iniciais.split(";")
    return tuple(" ".join(f"{letter}x" for letter in each.split(".")) for each in parties if each)


def livro_vivo(
    conn: Connection, serventia_id: int, chave_do_instrumento: str, *, texto: bool = True
) -> LivroVivo | None:
    """Return the livro as its live print fixed it, with its text or without; None where it is not printed."""
    documento = documento_id(conn, serventia_id, f"livro:{chave_do_instrumento}")
    row = job_vivo(conn, serventia_id, documento) if documento is not None else None
    if row is None:
        return None
    kept = row["instrumento_fixado"]
    whole = devolver_corpos(conn, serventia_id, kept) if texto else {n: v for n, v in kept.items() if n != "corpo"}
    fixado = Instrumento.model_validate(whole)
    return LivroVivo(
        job_id=row["id"],
        instrumento=fixado,
        selos=selos_vivos(conn, serventia_id, row["documento_id"]),
        assinaturas=_assinaturas(conn, serventia_id, chave_do_instrumento) or fixado.assinaturas,
    )


def _assinaturas(conn: Connection, serventia_id: int, chave: str) -> Assinaturas | None:
    """Return how the signatures stand as last said (N11); None: as the livro was printed with.

    After a withdrawal the act is as incomplete as before.
    """
    table = db.instrumento
    said = conn.execute(
        sa.select(table.c.assinaturas).where(table.c.serventia_id == serventia_id, table.c.chave == chave)
    ).scalar_one_or_none()
    return None if said is None else "completas" if said == "completas" else "pendentes"


def minuta_mais_nova(conn: Connection, serventia_id: int, chave_do_instrumento: str) -> Instrumento | None:
    """Return the instrumento as its newest minuta had it (N8)."""
    table = db.instrumento
    minuta = conn.execute(
        sa.select(table.c.minuta).where(table.c.serventia_id == serventia_id, table.c.chave == chave_do_instrumento)
    ).scalar_one_or_none()
    return Instrumento.model_validate(devolver_corpos(conn, serventia_id, minuta)) if minuta is not None else None


def chave_do_instrumento(
    conn: Connection, serventia_id: int, instrumento: Instrumento | Referencia | None, campo: str
) -> str | None:
    """Return the normalised id (X0) of the instrumento that a document names, by id or by livro and folha.

    None where it names none, or one by a livro and folha that no live livro here begins at. Raises `Recusa` where two
    instrumentos begin on that folha.
    """
    if instrumento is None:
        return None
    if instrumento.id is not None:
        return normalizar(instrumento.id)
    assert instrumento.livro is not None
    assert instrumento.folha_inicial is not None
    table = db.job
    found = conn.execute(
        sa.select(db.instrumento.c.chave)
        .join(table, table.c.instrumento_id == db.instrumento.c.id)
        .where(
            table.c.serventia_id == serventia_id,
            table.c.livro == normalizar(instrumento.livro),
            table.c.folha == str(normalizar_folha(instrumento.folha_inicial)),
            table.c.tipo == "livro",
            table.c.viva,
        )
    ).scalars()
    chaves = sorted(set(found))
    if len(chaves) > 1:
        raise entrada_invalida(
            campo, "mais de um instrumento começa nesta folha (frente e verso): diga o instrumento pelo id"
        )
    return chaves[0] if chaves else None


def proximo_traslado(conn: Connection, serventia_id: int, instrumento_id: int | None) -> int:
    """Return the number after the highest traslado that was ever sealed of the instrumento (N4)."""
    if instrumento_id is None:
        return 1
    highest = conn.execute(
        sa.select(sa.func.max(db.documento.c.numero))
        .join(db.selo, db.selo.c.documento_id == db.documento.c.id)
        .where(
            db.documento.c.serventia_id == serventia_id,
            db.documento.c.instrumento_id == instrumento_id,
            db.documento.c.tipo == "traslado",
        )
    ).scalar()
    return int(highest or 0) + 1


def contexto(conn: Connection, office: Office, documento: Any, agora: datetime) -> tuple[Contexto, str | None]:
    """Return what the rule book needs to know of the office to plan `documento`, and the instrumento's key (X0)."""
    sid = office.serventia_id
    named = getattr(documento, "instrumento", None)
    chave = chave_do_instrumento(conn, sid, named, "documento.instrumento")
    number = 1
    if chave is not None and documento.tipo == "traslado" and documento.numero == "proximo":
        number = proximo_traslado(conn, sid, instrumento_id(conn, sid, chave))
    is_copy = documento.tipo in ("traslado", "certidao")
    replaced = getattr(documento, "substitui", None)
    return (
        Contexto(
            agora=agora,
            regras=office.regras,
            servicos=office.servicos,
            atos=office.atos,
            livro=livro_vivo(conn, sid, chave) if chave is not None and is_copy else None,
            minuta=minuta_mais_nova(conn, sid, chave) if chave is not None and is_copy else None,
            proximo_traslado=number,
            conhecido=chave is not None and is_copy and documento_id(conn, sid, f"livro:{chave}") is not None,
            substituido=documento_do_selo(conn, sid, replaced) if replaced is not None else None,
        ),
        chave,
    )


def documento_do_selo(conn: Connection, serventia_id: int, codigo: str) -> Identidade | None:
    """Return the document that bears the live seal of that code (X8); None where no live seal has it."""
    job = db.job
    row = (
        conn.execute(
            sa.select(db.documento.c.tipo, db.documento.c.chave, job.c.campos)
            .join(db.selo, db.selo.c.documento_id == db.documento.c.id)
            .join(job, (job.c.serventia_id == db.selo.c.serventia_id) & (job.c.id == db.selo.c.job_id))
            .where(db.selo.c.serventia_id == serventia_id, db.selo.c.codigo == codigo, db.selo.c.vivo)
        )
        .mappings()
        .one_or_none()
    )
    return None if row is None else Identidade(row["tipo"], row["chave"], row["chave"], row["campos"])
