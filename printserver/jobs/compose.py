"""Between a planned document and its pages: what is laid out, and what is stamped on it. Keeps no rule."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

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
from printserver.documents.titles import titulo
from printserver.errors import entrada_invalida
from printserver.formats import Faces, Formato
from printserver.ledger import bodies
from printserver.office.office import Office
from printserver.office.people import Pessoa
from printserver.rendering import (
    Carimbo,
    Layout,
    PedidoLayout,
    TextoImproprio,
)
from printserver.rendering import ensaiar as rehearse
from printserver.selo import SeloEmitido

MINUTA = "MINUTA"
SEM_VALOR = "SEM VALOR LEGAL"

# Where the request says what the stamp writes in a header or footer, by its variable.
_CAMPOS = {"folha": "documento.instrumento.livro", "papel": "papel_seguranca"}


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
        "corpo": bodies.guardar_corpos(conn, office.serventia_id, body),
        "marcas": dict(pedido.marcas),
        "valores": dataclasses.asdict(pedido.valores) if pedido.valores else None,
        "lado_inicial": pedido.lado_inicial,
        "faces": pedido.faces,
    }
