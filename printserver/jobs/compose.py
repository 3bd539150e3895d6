"""Between a planned document and its pages: what is laid out, and what is stamped on it. Keeps no rule."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.db import insert_or_ignore
from printserver.documents import (
    LadoDaFolha,
    Pedido,
    Plano,
    dados_do_modelo,
    marcas,
    nome_da_copia,
    paginas_do_extrato,
    rotulos,
    valores_do_bloco,
)
from printserver.errors import entrada_invalida
from printserver.formats import Faces, Formato, ValoresBloco, ValorSelo
from printserver.ledger import documents
from printserver.office.office import Office
from printserver.office.people import Pessoa
from printserver.rendering import (
    BaseDanificada,
    Carimbo,
    Lado,
    LadoImpresso,
    Layout,
    PedidoLayout,
    TextoImproprio,
    carimbar,
    lados,
)
from printserver.rendering import ensaiar as rehearse
from printserver.selo import SeloEmitido

MINUTA = "MINUTA"
SEM_VALOR = "SEM VALOR LEGAL"
COPIA_SEM_VALOR = "CÓPIA SEM VALOR"

# Where the request says what the stamp writes in a header or footer, by its variable.
_CAMPOS = {"folha": "documento.instrumento.livro", "papel": "papel_seguranca"}

_NOMES = {
    "minuta": "Minuta",
    "livro": "Livro",
    "traslado": "Traslado",
    "certidao": "Certidão",
    "ficha_abertura": "Ficha de abertura",
}


@dataclass(frozen=True, slots=True)
class Composicao:
    """What is laid out, and the plan as the format prints it (`plano.qr` is whose QR is really drawn)."""

    pedido: PedidoLayout
    plano: Plano


def compor(
    office: Office, pedido: Pedido, plano: Plano, formato: Formato, faces: str, subscritor: Pessoa
) -> Composicao:
    """Return what is laid out for a planned document, the seal's values still stand-ins (S12)."""
    plano = _com_o_qr_do_formato(plano, formato)
    settings = office.settings.serventia
    dados = dados_do_modelo(
        plano,
        serventia={"nome": settings.nome, "cns": office.cns, "cidade": settings.cidade, "uf": settings.uf},
        subscritor={"nome": subscritor.nome, "papel": subscritor.papel},
        agora=office.clock(),
    )
    valores = valores_do_bloco(plano, None, demonstracao=office.demonstracao)
    return Composicao(
        PedidoLayout(
            formato=formato,
            dados=dados,
            corpo=(plano.corpo.formato, plano.corpo.conteudo),
            marcas=marcas(plano, pedido.papel_seguranca),
            valores=valores,
            lado_inicial=pedido.lado_inicial,
            faces=cast("Faces", faces),
        ),
        plano,
    )


def _com_o_qr_do_formato(plano: Plano, formato: Formato) -> Plano:
    """Return the plan with the QR that is drawn: the rules', unless the format has none (N7)."""
    return dataclasses.replace(plano, qr="nenhum") if formato.bloco.qr == "nenhum" else plano


def carimbo(
    office: Office,
    pedido: Pedido,
    composicao: Composicao,
    emitidos: Sequence[SeloEmitido],
    tomados: Sequence[LadoDaFolha],
    paginas: int,
) -> Carimbo:
    """Return what is stamped on the laid-out pages, now that the seals are made."""
    plano = composicao.plano
    minuta = plano.identidade.tipo == "minuta"
    faixas = ((MINUTA,) if minuta else ()) + ((SEM_VALOR,) if office.demonstracao else ())
    valores = None if minuta or not emitidos else valores_do_bloco(plano, emitidos, demonstracao=office.demonstracao)
    extrato = paginas_do_extrato(getattr(pedido.documento, "paginas", None), paginas)
    return Carimbo(
        valores=valores,
        faixas=faixas,
        folhas=rotulos(plano.instrumento, tomados) if tomados and plano.instrumento else None,
        copia=nome_da_copia(plano),
        papeis=tuple(pedido.papel_seguranca),
        paginas=extrato,
        qr_riscado=False,
        titulo=titulo(plano.identidade.campos),
        lado_inicial=pedido.lado_inicial,
        faces=composicao.pedido.faces,
    )


def ensaiar(
    office: Office, pedido: Pedido, composicao: Composicao, tomados: Sequence[LadoDaFolha], layout: Layout
) -> None:
    """Draw the print with stand-ins for codes and QR: what could not be stamped is refused before the seal (S12).

    Raises `Recusa` `entrada-invalida` that names the field of the request.
    """
    plano = composicao.plano
    stamp = carimbo(office, pedido, composicao, (), tomados, layout.paginas)
    values = composicao.pedido.valores if plano.selos else None
    if values is not None:  # a QR of ours is always of a size that is drawn; another program's may not be
        book = plano.selo_livro if plano.qr == "principal" else None
        values = dataclasses.replace(values, qr_url=book.qr_url if book is not None and book.externo else None)
    try:
        rehearse(layout, composicao.pedido.formato, dataclasses.replace(stamp, valores=values))
    except TextoImproprio as error:
        field = next((_CAMPOS[name] for name in error.variaveis if name in _CAMPOS), "documento")
        raise entrada_invalida(_onde(field, plano.identidade.campos), str(error)) from error


def _onde(campo: str, campos: Mapping[str, Any]) -> str:
    """Return the dotted path of a stamped text: that of a copy or a title is what names the document."""
    if campo != "documento":
        return campo
    for name in ("pedido", "ficha"):
        if campos.get(name):
            return f"documento.{name}"
    return "documento.instrumento.livro" if campos.get("livro") else "documento.instrumento.id"


def titulo(campos: Mapping[str, Any]) -> str:
    """Return a document's short name, for the PDF's title and the queue's list: no person's name is in it."""
    name = _NOMES[campos["tipo"]]
    if campos.get("numero"):
        name = f"{campos['numero']}º {name.lower()}"
    if campos.get("livro") and campos.get("folha_inicial"):
        return f"{name}, livro {campos['livro']}, folha {campos['folha_inicial']}"
    which = campos.get("pedido") or campos.get("ficha") or campos.get("instrumento")
    return f"{name} {which}" if which else name


# -- as rows ----------------------------------------------------------------------------------------------------------


def guardar(conn: Connection, office: Office, pedido: PedidoLayout) -> dict[str, Any]:
    """Return the layout's request as JSON for the job's row, its text by hash; the format's definition is kept too."""
    formato = pedido.formato
    if formato.versao not in office.formatos_guardados:
        row = {
            "serventia_id": office.serventia_id,
            "versao": formato.versao,
            "nome": formato.nome,
            "definicao": formato.model_dump(mode="json"),
        }
        insert_or_ignore(conn, db.formato, row)
    body = {"formato": pedido.corpo[0], "conteudo": pedido.corpo[1]}
    return {
        "dados": dict(pedido.dados),
        "corpo": documents.guardar_corpos(conn, office.serventia_id, body),
        "marcas": dict(pedido.marcas),
        "valores": dataclasses.asdict(pedido.valores) if pedido.valores else None,
        "lado_inicial": pedido.lado_inicial,
        "faces": pedido.faces,
    }


def formato_do_job(office: Office, row: Mapping[Any, Any]) -> Formato:
    """Return the very version of the format that the job was laid out with."""
    known = office.formatos_guardados.get(row["formato_versao"])
    if known is not None:
        return known
    table = db.formato
    query = sa.select(table.c.definicao).where(
        table.c.serventia_id == office.serventia_id, table.c.versao == row["formato_versao"]
    )
    with office.db.read() as conn:
        formato = Formato.model_validate(conn.execute(query).scalar_one(), strict=False)
    office.formatos_guardados[row["formato_versao"]] = formato
    return formato


def pedido_do_job(office: Office, row: Mapping[Any, Any], formato: Formato) -> PedidoLayout:
    """Return what the job was laid out from."""
    kept = row["composicao"]
    with office.db.read() as conn:
        body = documents.devolver_corpos(conn, office.serventia_id, kept["corpo"])
    return PedidoLayout(
        formato=formato,
        dados=kept["dados"],
        corpo=(body["formato"], body["conteudo"]),
        marcas=kept["marcas"],
        valores=_valores(kept["valores"]),
        lado_inicial=cast("Lado", kept["lado_inicial"]),
        faces=cast("Faces", kept["faces"]),
    )


def carimbar_job(office: Office, row: Mapping[Any, Any], *, copia_sem_valor: bool = False) -> bytes:
    """Return the job's finished PDF, from its kept layout; or the marked copy that anyone may see (X9)."""
    formato = formato_do_job(office, row)
    layout = _layout_do_job(office, row, formato)
    stamp = _carimbo(row["carimbo"])
    if copia_sem_valor:
        stamp = dataclasses.replace(stamp, faixas=(*stamp.faixas, COPIA_SEM_VALOR), qr_riscado=True)
    try:
        return carimbar(layout, office.render.pdf(layout.hash), formato, stamp)
    except BaseDanificada:
        office.render.descartar(layout.hash)
        layout = _layout_do_job(office, row, formato)
        return carimbar(layout, office.render.pdf(layout.hash), formato, stamp)


def _layout_do_job(office: Office, row: Mapping[Any, Any], formato: Formato) -> Layout:
    """Return the job's kept layout, or make it anew. Raises ValueError if it came out otherwise than it was sealed."""
    layout = office.render.kept(row["layout"]) or office.render.layout(pedido_do_job(office, row, formato))
    if layout.paginas != row["paginas"]:
        raise ValueError(f"the layout has {layout.paginas} pages, and was sealed with {row['paginas']}")
    return layout


def posicoes_no_arquivo(office: Office, row: Mapping[Any, Any], paginas: Sequence[int]) -> list[int]:
    """Return where the document's pages (from 1) stand in its printed file (from 0): empty sides may lie between."""
    order = lados_do_job(office, row)
    return [place for page in paginas for place, side in enumerate(order) if side.pagina == page]


def lados_do_job(office: Office, row: Mapping[Any, Any]) -> tuple[LadoImpresso, ...]:
    """Return the sides of the job's printed file in order: the document's pages, and empty sides between them."""
    formato = formato_do_job(office, row)
    return lados(_layout_do_job(office, row, formato), formato, _carimbo(row["carimbo"]))


def _carimbo(kept: Mapping[str, Any]) -> Carimbo:
    values = dict(kept)
    for name in ("faixas", "folhas", "papeis", "paginas"):
        values[name] = tuple(values[name]) if values[name] is not None else None
    return Carimbo(**values | {"valores": _valores(kept["valores"])})


def _valores(kept: Mapping[str, Any] | None) -> ValoresBloco | None:
    if kept is None:
        return None
    values = dict(kept)
    return ValoresBloco(
        **values | {"selos": tuple(ValorSelo(**each) for each in values["selos"]), "custas": tuple(values["custas"])}
    )


def contar_paginas(paginas: str | None, total: int) -> int:
    """Return how many pages an extract (`2-3`, `1,4`) holds; of None, all `total`; of an empty side alone, none."""
    if paginas == "":
        return 0
    chosen = paginas_do_extrato(paginas, total)
    return total if chosen is None else len(chosen)
