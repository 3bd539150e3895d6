"""The guard: whether a document is free to be printed, asked under its lock; else the question that stops it (X1)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Connection

from printserver.documents import Atingido, Identidade, como_se_escreveu, decidir, rotulo, titles
from printserver.errors import Recusa
from printserver.jobs.prepare import Preparado, ver
from printserver.ledger import documents, jobs, keys, questions
from printserver.ledger.states import on_its_way
from printserver.office.office import Office


class Mudou(Exception):
    """Between layout and transaction, what the layout rests on changed: prepare again."""


def travar(conn: Connection, office: Office, p: Preparado) -> tuple[int, int | None]:
    """Lock the instrumento's and the document's rows, and look again: raises `Mudou` if the ground of `p` moved."""
    sid = office.serventia_id
    identidade = p.plano.identidade
    instrumento_id = None
    if p.chave_do_instrumento is not None:
        instrumento_id = keys.travar_instrumento(conn, sid, p.chave_do_instrumento)
    documento_id = keys.travar_documento(
        conn, sid, identidade.chave, identidade.tipo, instrumento_id, identidade.campos.get("numero")
    )
    contexto = p.contexto
    numero = getattr(p.pedido.documento, "numero", None)
    proximo = (
        documents.proximo_traslado(conn, sid, instrumento_id) if numero == "proximo" else contexto.proximo_traslado
    )
    agora = ver(conn, office, p.plano, contexto, p.chave_do_instrumento)
    if agora != p.vista or proximo != p.vista.proximo:
        raise Mudou
    return documento_id, instrumento_id


def barrar(
    conn: Connection, office: Office, p: Preparado, documento_id: int, agora: datetime
) -> questions.Texto | None:
    """Return the question that stops a second print of a document with live seals (X1); None: it is free.

    Raises `Recusa` `impressao-em-andamento`, `prazo-xa-encerrado`.
    """
    sid = office.serventia_id
    vivos = documents.selos_vivos(conn, sid, documento_id)
    before = jobs.job_vivo(conn, sid, documento_id, travar=True)
    if not vivos or before is None:
        return None
    if on_its_way(before):
        raise em_andamento(p.plano.identidade, before, impresso_como=rotulo(before["campos"]))
    if p.plano.substitui in {selo.codigo for selo in vivos}:
        return None
    tipo = p.plano.identidade.tipo
    numero = documents.proximo_traslado(conn, sid, before["instrumento_id"]) if tipo in ("livro", "traslado") else None
    try:
        pergunta = decidir(
            p.plano.identidade,
            vivos,
            agora,
            office.regras,
            atinge=atingidos(conn, office, [selo.codigo for selo in vivos]),
            proximo_traslado=numero,
            impresso_como=rotulo(before["campos"]),
        )
    except Recusa as recusa:
        recusa.extra["anterior"] = jobs.anterior(before, p.plano.identidade.campos)
        raise
    assert pergunta is not None
    dito = pergunta.como_json()
    return questions.Texto("xa", dito["texto"], dito["selos"], dito["atinge"], pergunta.xa_ate, dito["alternativas"])


def em_andamento(identidade: Identidade, before: Mapping[Any, Any], *, impresso_como: str | None = None) -> Recusa:
    """Return the refusal of what must wait until a print of the document, or of another that it hits, is over.

    `impresso_como`: the `rotulo` of that print, where it is of the same document.
    """
    return Recusa(
        "impressao-em-andamento",
        f"{identidade.rotulo[:1].upper()}{identidade.rotulo[1:]}{como_se_escreveu(identidade, impresso_como)}: "
        "está a caminho do papel agora. Espere que termine, ou cancele-o.",
        extra={"anterior": jobs.anterior(before, identidade.campos if impresso_como is not None else None)},
        retry_after=2,
    )


def atingidos(conn: Connection, office: Office, codigos: list[str]) -> list[Atingido]:
    """Return the prints that show one of these seals of a livro, and would be stale without it (X6)."""
    rows = jobs.copias_do_livro(conn, office.serventia_id, codigos)
    return [Atingido(row["id"], titles.titulo(row["campos"]), row["campos"]) for row in rows]
