"""Undoes a print: its seals are excluded, its folhas and papers freed or spoiled, what shows its seals marked stale.

Runs in the caller's transaction, once nothing of the print is on its way to paper (X2, X6, X7).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.documents import Identidade, SeloVivo
from printserver.documents.titles import titulo
from printserver.jobs.guard import em_andamento
from printserver.ledger import documents, jobs, seals
from printserver.ledger.states import on_its_way
from printserver.office.audit import Registro
from printserver.office.office import Office
from printserver.office.people import Autor
from printserver.office.proof import mudanca


def desfazer(
    conn: Connection,
    office: Office,
    documento_id: int,
    before: sa.RowMapping | None,
    vivos: Any,
    motivo: str,
    quem: Autor,
    agora: Any,
) -> list[Registro]:
    """Exclude the document's live seals; free or spoil its folhas (X7) and papers; mark what shows them stale (X6)."""
    sid, job = office.serventia_id, db.job
    codes = [selo.codigo for selo in vivos]
    copies = jobs.copias_do_livro(conn, sid, codes)
    entries = seals.excluir(conn, office, vivos, motivo, quem, agora)
    if before is not None:
        here = (job.c.serventia_id == sid, job.c.id == before["id"])
        conn.execute(sa.update(job).where(*here).values(viva=False))
        _soltar_papel(conn, office, before["id"], motivo)
        what = {"selos_excluidos": codes, "motivo": motivo}
        entries.append(registro(before["id"], before["estado"], quem, what, viva=False))
    sides = db.folha_lado
    conn.execute(
        sa.update(sides)
        .where(sides.c.serventia_id == sid, sides.c.documento_id == documento_id, sides.c.estado == "ocupada")
        .values(estado="inutilizada" if office.regras.folhas_novas else "livre")
    )
    return entries + desatualizar(conn, copies, codes, quem)


def desatualizar(
    conn: Connection, copies: Sequence[sa.RowMapping], codes: Sequence[str], quem: Autor
) -> list[Registro]:
    """Mark prints stale that show excluded seals (X6). Return what the log is to say."""
    job = db.job
    for copy in copies:
        conn.execute(sa.update(job).where(job.c.n == copy["n"]).values(desatualizado=True))
    what = {"desatualizado": True, "selos_excluidos": list(codes)}
    return [registro(copy["id"], copy["estado"], quem, what, desatualizado=True) for copy in copies]


def devolver_substituida(conn: Connection, before: sa.RowMapping | None, quem: Autor) -> list[Registro]:
    """Make a print that the excluded one had replaced (X8) what it was: its seal never stopped being live."""
    if before is None or before["substitui"] is None:
        return []
    old = jobs.job_do_selo(conn, before["serventia_id"], before["substitui"])
    if old["substituido_por"] != before["id"]:
        return []
    table = db.job
    changes: dict[str, Any] = {"substituido_por": None}
    if old["documento_id"] == before["documento_id"]:
        changes["viva"] = True
    conn.execute(sa.update(table).where(table.c.n == old["n"]).values(**changes))
    return [registro(old["id"], old["estado"], quem, {"substituicao_excluida": before["id"]}, **changes)]


def _soltar_papel(conn: Connection, office: Office, job_id: str, motivo: str) -> None:
    """The sheets of an excluded print are spoiled: their numbers are never used again (P5)."""
    table = db.papel
    conn.execute(
        sa.update(table)
        .where(table.c.serventia_id == office.serventia_id, table.c.job_id == job_id)
        .values(estado="inutilizado", motivo=motivo)
    )


def nada_a_caminho(
    conn: Connection, office: Office, documento_id: int, identidade: Identidade
) -> tuple[sa.RowMapping | None, tuple[SeloVivo, ...]]:
    """Return the document's live print and seals. Raises unless nothing of it, or of a copy, may still come out (X2).

    The race: a person sends one of them to paper again in this moment. The rows are locked: it waits, and is refused.
    """
    sid = office.serventia_id
    before = jobs.job_vivo(conn, sid, documento_id, travar=True)
    vivos = documents.selos_vivos(conn, sid, documento_id)
    for each in [before, *jobs.copias_do_livro(conn, sid, [selo.codigo for selo in vivos], travar=True)]:
        if each is not None and on_its_way(each):
            raise em_andamento(identidade, each)
    return before, vivos


def travar_documento(conn: Connection, row: Mapping[Any, Any]) -> int:
    """Lock the instrumento's and the document's rows, in that order."""
    for table, key in ((db.instrumento, row["instrumento_id"]), (db.documento, row["documento_id"])):
        if key is not None:
            conn.execute(sa.select(table.c.id).where(table.c.id == key).with_for_update())
    return int(row["documento_id"])


def identidade(conn: Connection, row: sa.RowMapping) -> Identidade:
    table = db.documento
    chave = conn.execute(sa.select(table.c.chave).where(table.c.id == row["documento_id"])).scalar_one()
    return Identidade(row["tipo"], chave, titulo(row["campos"]), row["campos"])


def registro(job_id: str, state: str, quem: Autor, detalhe: Mapping[str, Any], **mudou: Any) -> Registro:
    """Return what the log is to say of a job; `mudou`: the columns that moved, with their new values (A6)."""
    kept = mudanca(**mudou) if mudou else None
    return Registro("job", job_id, state, quem.pessoa, quem.sistema, quem.endereco, detalhe, kept)
