"""The first half of an acceptance: all that can be said of a document before its one transaction. Writes nothing (S12).

What was read to say it is kept as `Vista`; the transaction reads it again and, where it changed, all is prepared anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver.delivery import queues
from printserver.documents import (
    Contexto,
    LadoDaFolha,
    Pedido,
    Plano,
    conferir_copias,
    conferir_papeis,
    folhas_de_papel,
    lados,
    planejar,
)
from printserver.errors import Campo, Recusa, entrada_invalida
from printserver.formats import Formato
from printserver.jobs import compose
from printserver.ledger import documents, keys
from printserver.office import people, ready
from printserver.office.office import Office, quem_age
from printserver.office.people import Pessoa
from printserver.rendering import Layout


@dataclass(frozen=True, slots=True)
class Vista:
    """What an acceptance was based on: the document's live seals, the livro's, the number `proximo` stood for."""

    vivos: tuple[str, ...]
    livro: str | None
    selos_do_livro: tuple[str, ...]
    proximo: int


@dataclass(frozen=True, slots=True)
class Preparado:
    """A document laid out and ready to be sealed."""

    pedido: Pedido
    contexto: Contexto
    plano: Plano
    vista: Vista
    chave_do_instrumento: str | None
    formato: Formato
    fila: sa.RowMapping
    faces: str
    subscritor: Pessoa
    composicao: compose.Composicao
    layout: Layout
    tomados: Sequence[LadoDaFolha]
    papeis: tuple[str, ...]


def preparar(office: Office, pedido: Pedido, agora: datetime) -> Preparado:
    """Plan, lay out and check a document. Raises `Recusa` with whatever keeps it from being sealed or taken."""
    ready.require(office)
    with office.db.read() as conn:
        quem = quem_age(conn, office, pedido.escrevente)
        subscritor = _subscritor(conn, office, pedido)
        fila = queues.escolher(conn, office, pedido.fila, pedido.documento.tipo)
        contexto, chave = documents.contexto(conn, office, pedido.documento, agora)
        plano = planejar(pedido.documento, contexto)
        vista = ver(conn, office, plano, contexto, chave)
    if plano.substitui:
        people.exigir_chefia(quem.papel, "a substituição de um documento já entregue")
    conferir_copias(plano, pedido.copias)
    formato = _formato(office, pedido)
    faces = pedido.faces or formato.faces
    tamanho = (float(formato.pagina.largura), float(formato.pagina.altura))
    queues.conferir(office, fila, pedido.bandeja, faces, tamanho)
    composicao = compose.compor(office, pedido, plano, formato, faces, subscritor)
    layout = _paginas(office, composicao, pedido)
    tomados = _folhas(office, pedido, plano, layout.paginas, faces)
    papeis = conferir_papeis(
        pedido.documento.tipo,
        pedido.papel_seguranca,
        folhas_de_papel(layout.paginas, faces, pedido.lado_inicial),
        # a queue that counts its own paper gives the numbers when its turn comes
        replace(office.regras, papel_obrigatorio=office.regras.papel_obrigatorio and not fila["papel_numerado"]),
    )
    compose.ensaiar(office, pedido, composicao, tomados, layout)
    return Preparado(
        pedido=pedido,
        contexto=contexto,
        plano=plano,
        vista=vista,
        chave_do_instrumento=chave,
        formato=formato,
        fila=fila,
        faces=faces,
        subscritor=subscritor,
        composicao=composicao,
        layout=layout,
        tomados=tomados,
        papeis=papeis,
    )


def ver(conn: Connection, office: Office, plano: Plano, contexto: Contexto, chave: str | None) -> Vista:
    """Read what the acceptance rests on; read again inside the transaction, it must be the same."""
    sid = office.serventia_id
    documento = keys.documento_id(conn, sid, plano.identidade.chave)
    vivos = documents.selos_vivos(conn, sid, documento) if documento is not None else ()
    livro = (
        documents.livro_vivo(conn, sid, chave, texto=False)
        if chave is not None and contexto.livro is not None
        else None
    )
    return Vista(
        vivos=tuple(selo.codigo for selo in vivos),
        livro=livro.job_id if livro else None,
        selos_do_livro=tuple(selo.codigo for selo in livro.selos) if livro else (),
        proximo=contexto.proximo_traslado,
    )


def _subscritor(conn: Connection, office: Office, pedido: Pedido) -> Pessoa:
    """Return who subscribes a copy (P3): the one named, else the office's."""
    name = pedido.subscritor or office.settings.pessoas.subscritor
    found = quem_age(conn, office, name, "subscritor")
    people.exigir_subscritor(found.papel)
    return found


def _formato(office: Office, pedido: Pedido) -> Formato:
    tipo = pedido.documento.tipo
    name = pedido.formato or office.settings.formatos.de(tipo)
    if not name and tipo == "minuta":
        name = office.settings.formatos.livro  # a minuta is its livro's own layout
    formato = office.formatos.get(name or office.formatos.padrao(tipo))
    if formato.tipo != ("livro" if tipo == "minuta" else tipo):
        raise entrada_invalida("formato", f"o formato {formato.nome!r} é de {formato.tipo}, e não serve para {tipo}")
    return formato


def _paginas(office: Office, composicao: compose.Composicao, pedido: Pedido) -> Layout:
    """Lay out; what the renderer says of the body is said by its place in the request."""
    where = campo_do_corpo(pedido)
    try:
        layout = office.render.layout(composicao.pedido)
    except Recusa as recusa:
        if recusa.word == "corpo-invalido" and not recusa.errors:
            recusa.errors = (Campo(where, recusa.detail),)
        raise
    avisos = tuple(
        replace(aviso, campo=f"{where}{aviso.campo.removeprefix('corpo')}")
        if aviso.campo.startswith("corpo")
        else aviso
        for aviso in layout.avisos
    )
    return replace(layout, avisos=avisos)


def campo_do_corpo(pedido: Pedido) -> str:
    """Return the dotted path of the text that is printed: the document's own, or its instrumento's."""
    own = getattr(pedido.documento, "corpo", None) is not None
    return "documento.corpo" if own else "documento.instrumento.corpo"


def _folhas(office: Office, pedido: Pedido, plano: Plano, paginas: int, faces: str) -> Sequence[LadoDaFolha]:
    """Return the sides of the livro's folhas that the pages take; none where there is no livro or place yet (N8)."""
    instrumento: Any = plano.instrumento
    if pedido.documento.tipo not in ("livro", "minuta") or instrumento is None or instrumento.folha_inicial is None:
        return ()
    final = instrumento.folha_final if pedido.documento.tipo == "livro" else None
    return lados(
        instrumento.folha_inicial,
        pedido.lado_inicial,
        paginas,
        faces,  # type: ignore[arg-type]
        office.regras.lados_da_folha,
        final,
    )
