"""What the tables say of documents, livros and seals, as the rule book's plain data. Decides nothing."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.clock import rfc3339
from printserver.db import insert_or_ignore
from printserver.documents import (
    Contexto,
    Identidade,
    Instrumento,
    LivroVivo,
    Referencia,
    SeloVivo,
    normalizar,
    normalizar_folha,
    rotulo,
)
from printserver.documents.model import Assinaturas
from printserver.errors import Recusa, entrada_invalida
from printserver.office.office import Office
from printserver.selo import Emolumentos, ler_registro

Row = sa.RowMapping


def guardar_corpos(conn: Connection, serventia_id: int, value: Any) -> Any:
    """Return `value` (JSON) with each BODY's text replaced by its SHA-256; texts go to their own table, once each."""
    if isinstance(value, dict):
        if "conteudo" in value and "formato" in value:
            digest = hashlib.sha256(f"{value['formato']}\n{value['conteudo']}".encode()).hexdigest()
            row = {"serventia_id": serventia_id, "sha256": digest, **{k: value[k] for k in ("formato", "conteudo")}}
            insert_or_ignore(conn, db.corpo, row)
            return {"formato": value["formato"], "sha256": digest}
        return {name: guardar_corpos(conn, serventia_id, item) for name, item in value.items()}
    if isinstance(value, list):
        return [guardar_corpos(conn, serventia_id, item) for item in value]
    return value


def devolver_corpos(conn: Connection, serventia_id: int, value: Any) -> Any:
    """Return what `guardar_corpos` was given."""
    if isinstance(value, dict):
        if "sha256" in value and "formato" in value:
            return {
                "formato": value["formato"],
                "conteudo": conn.execute(
                    sa.select(db.corpo.c.conteudo).where(
                        db.corpo.c.serventia_id == serventia_id, db.corpo.c.sha256 == value["sha256"]
                    )
                ).scalar_one(),
            }
        return {name: devolver_corpos(conn, serventia_id, item) for name, item in value.items()}
    if isinstance(value, list):
        return [devolver_corpos(conn, serventia_id, item) for item in value]
    return value


def job_por_id(conn: Connection, serventia_id: int, job_id: str) -> Row:
    """Return a job's row. Raises `Recusa` `nao-encontrado`."""
    table = db.job
    row = conn.execute(sa.select(table).where(table.c.serventia_id == serventia_id, table.c.id == job_id)).mappings()
    found = row.one_or_none()
    if found is None:
        raise Recusa("nao-encontrado", f"Não há trabalho com o identificador {job_id!r}.")
    return found


def job_vivo(conn: Connection, serventia_id: int, documento_id: int, *, travar: bool = False) -> Row | None:
    """Return the document's one job that bears live seals (X1); locked, if nobody may send it to paper meanwhile."""
    table = db.job
    query = sa.select(table).where(
        table.c.serventia_id == serventia_id, table.c.documento_id == documento_id, table.c.viva
    )
    if travar:
        query = query.with_for_update()
    return conn.execute(query).mappings().one_or_none()


def job_do_selo(conn: Connection, serventia_id: int, codigo: str) -> Row:
    """Return the job that a seal was made for, locked until the transaction's end."""
    table, selo = db.job, db.selo
    mine = sa.select(selo.c.job_id).where(selo.c.serventia_id == serventia_id, selo.c.codigo == codigo)
    query = sa.select(table).where(table.c.serventia_id == serventia_id, table.c.id.in_(mine))
    return conn.execute(query.with_for_update()).mappings().one()


def travar_instrumento(conn: Connection, serventia_id: int, chave: str) -> int:
    """Return the id of the instrumento's row, made if need be, locked until the transaction's end."""
    table = db.instrumento
    insert_or_ignore(conn, table, {"serventia_id": serventia_id, "chave": chave})
    query = sa.select(table.c.id).where(table.c.serventia_id == serventia_id, table.c.chave == chave)
    return int(conn.execute(query.with_for_update()).scalar_one())


def travar_documento(
    conn: Connection, serventia_id: int, chave: str, tipo: str, instrumento_id: int | None, numero: int | None
) -> int:
    """Return the id of the document's row (X0), made if need be, locked until the transaction's end."""
    table = db.documento
    row = {
        "serventia_id": serventia_id,
        "chave": chave,
        "tipo": tipo,
        "instrumento_id": instrumento_id,
        "numero": numero,
    }
    insert_or_ignore(conn, table, row)
    query = sa.select(table.c.id).where(table.c.serventia_id == serventia_id, table.c.chave == chave)
    return int(conn.execute(query.with_for_update()).scalar_one())


def documento_id(conn: Connection, serventia_id: int, chave: str) -> int | None:
    """Return the id of the document of that key, if it was ever seen."""
    table = db.documento
    return conn.execute(
        sa.select(table.c.id).where(table.c.serventia_id == serventia_id, table.c.chave == chave)
    ).scalar_one_or_none()


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


def instrumento_id(conn: Connection, serventia_id: int, chave: str) -> int | None:
    """Return the id of the instrumento's row, if it was ever seen."""
    table = db.instrumento
    return conn.execute(
        sa.select(table.c.id).where(table.c.serventia_id == serventia_id, table.c.chave == chave)
    ).scalar_one_or_none()


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


def copias_do_livro(conn: Connection, serventia_id: int, codigos: Sequence[str], *, travar: bool = False) -> list[Row]:
    """Return the live jobs that were made from a livro with one of the seals `codigos` (X6); locked, as `job_vivo`."""
    table = db.job
    shown = sa.select(db.citacao.c.job_id).where(
        db.citacao.c.serventia_id == serventia_id, db.citacao.c.codigo.in_(list(codigos))
    )
    query = (
        sa.select(table)
        .where(table.c.serventia_id == serventia_id, table.c.id.in_(shown), table.c.viva)
        .order_by(table.c.n)
    )
    if travar:
        query = query.with_for_update()
    return list(conn.execute(query).mappings())


def anterior(row: Mapping[Any, Any], campos: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return `anterior` of the contract: the print before, as its job's row tells it.

    With `documento` where the document asked for, of these `campos`, is spelled in another way (X0).
    """
    spelled = {} if campos is None or rotulo(campos) == rotulo(row["campos"]) else {"documento": row["campos"]}
    return {
        "id": row["id"],
        "quando": rfc3339(row["criado_em"]),
        "quem": row["escrevente"],
        "fila": row["fila"],
        "estado": row["estado"],
        **spelled,
    }
