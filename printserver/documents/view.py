"""What a plan looks like on paper: plain data for templates, for the seal block and for the marks in a body.

What differs between two prints of one text (codes, folhas of the livro itself, numbers of copies and papers) is not in
the templates' data: so a minuta, its livro and its reprint share a layout, and so do traslados 1 and 2.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from printserver.clock import local_date
from printserver.documents.model import Instrumento
from printserver.documents.plan import Custas, Plano
from printserver.formats.block import ValoresBloco, ValorSelo
from printserver.selo import SeloEmitido, formatar_reais

# Of the size of the real ones: the block is laid out with them before any number is taken (S12).
CODIGO_RESERVADO = "0" * 25
QR_RESERVADO = "https://selodigital.tjsp.jus.br/?r=" + "0" * 395

CARGOS = {
    "tabeliao": "Tabelião",
    "substituto": "Tabelião Substituto",
    "escrevente": "Escrevente",
    "administrador": "Responsável",
}

_MESES = (
    "janeiro",
    "fevereiro",
    "março",
    "abril",
    "maio",
    "junho",
    "julho",
    "agosto",
    "setembro",
    "outubro",
    "novembro",
    "dezembro",
)
_ROTULOS = {
    "minuta": ("selo deste ato", "selos destes atos"),
    "livro": ("selo deste ato", "selos destes atos"),
    "traslado": ("selo deste traslado", ""),
    "certidao": ("selo desta certidão", ""),
    "ficha_abertura": ("selo desta ficha", ""),
}
_ROTULO_DO_PRINCIPAL = "selo do ato principal"
_A_DEFINIR = "emolumentos a definir"
_SEM_PAPEL = "—"


def dados_do_modelo(
    plano: Plano, *, serventia: Mapping[str, str], subscritor: Mapping[str, str] | None, agora: datetime
) -> dict[str, Any]:
    """Return the data that the templates get (`formats.dados` lists them), all plain JSON.

    `serventia` has `nome`, `cns`, `cidade`, `uf`; `subscritor` has `nome` and `papel`, the role by its word, None where
    nobody is named (P3). A minuta gets the very data of its livro (N8).
    """
    tipo = plano.identidade.tipo
    do_livro = tipo in ("minuta", "livro")
    quem = subscritor and {"nome": subscritor["nome"], "papel": CARGOS.get(subscritor["papel"], subscritor["papel"])}
    instrumento = plano.instrumento
    data = instrumento.data if do_livro and instrumento and instrumento.data else local_date(plano.momento or agora)
    campos = plano.identidade.campos
    return {
        "tipo": "livro" if do_livro else tipo,
        "titulo": _titulo(plano),
        "serventia": dict(serventia),
        "instrumento": _instrumento(instrumento, com_folhas=not do_livro) if instrumento else None,
        "partes": [parte.model_dump() for parte in instrumento.partes] if instrumento else [],
        "data": por_extenso(data),
        "subscritor": quem or None,
        "assinaturas": _assinaturas(plano, quem or None),
        "pedido": campos["pedido"],
        "via": campos["via"],
        "substitui": plano.substitui,
        "ordem_judicial": plano.ordem_judicial,
        "ficha": campos["ficha"],
        "pessoa": [{"rotulo": _rotulo(nome), "valor": valor} for nome, valor in plano.pessoa.items()],
    }


def valores_do_bloco(
    plano: Plano, emitidos: Sequence[SeloEmitido] | None, *, demonstracao: bool
) -> ValoresBloco | None:
    """Return what the seal block shows, None for a document that gets no seal.

    `emitidos` are the seals made for `plano.selos`, in that order; None before that: codes and QR are then stand-ins of
    the same size, and a minuta has those of its livro. The QR is whose the plan says (N3, N4, N5); a format may still
    leave it out (N7). Raises ValueError if there are not as many seals as planned.
    """
    selos = _selos(plano, emitidos)
    if not selos:
        return None
    url, codigo = _qr(plano, emitidos)
    um, varios = _ROTULOS[plano.identidade.tipo]
    livro = plano.selo_livro
    return ValoresBloco(
        selos=selos,
        rotulo=varios if len(selos) > 1 else um,
        qr_url=url,
        qr_codigo=codigo,
        qr_rotulo=_rotulo_do_qr(plano, um),
        selo_livro=None if livro is None else livro.codigo if emitidos is not None else CODIGO_RESERVADO,
        custas=linhas_de_custas(plano.custas),
        demonstracao=demonstracao,
        externo=livro is not None and livro.externo,
    )


def marcas(plano: Plano, papeis: Sequence[str] = ()) -> dict[str, str]:
    """Return what the marks `[[…]]` of a body become, by name; `SELO_LIVRO` is none in the livro itself (N6)."""
    total = sum((linha.emolumentos.total for linha in plano.custas), Decimal("0.00"))
    textos = {
        "CUSTAS": " ".join(linhas_de_custas(plano.custas)),
        "TOTAL": formatar_reais(total),
        "PAPEL": ", ".join(papeis) or _SEM_PAPEL,
    }
    if plano.identidade.tipo in ("traslado", "certidao"):
        textos["SELO_LIVRO"] = plano.selo_livro.codigo if plano.selo_livro else "—"
    return textos


def linhas_de_custas(custas: Sequence[Custas]) -> tuple[str, ...]:
    """Return the fee lines as printed, each with its ato's name where there is more than one (P4)."""
    if len(custas) == 1:
        return (_linha(custas[0]),)
    return tuple(f"{linha.descricao}: {_linha(linha)}" for linha in custas)


def por_extenso(dia: date) -> str:
    """Return a date as it is written in an act: `20 de novembro de 2026`, `1º de dezembro de 2026`."""
    return f"{'1º' if dia.day == 1 else dia.day} de {_MESES[dia.month - 1]} de {dia.year}"


def nome_da_copia(plano: Plano) -> str | None:
    """Return what the stamp writes of a copy's number: `1º traslado`, `certidão 2026/000123, via 2`; else None."""
    campos = plano.identidade.campos
    if plano.identidade.tipo == "traslado":
        return f"{campos['numero']}º traslado"
    if plano.identidade.tipo == "certidao":
        return f"certidão {campos['pedido']}, via {campos['via']}"
    return None


def _selos(plano: Plano, emitidos: Sequence[SeloEmitido] | None) -> tuple[ValorSelo, ...]:
    if plano.identidade.tipo == "minuta":
        return tuple(_valor(CODIGO_RESERVADO, linha) for linha in plano.custas)
    linhas = [
        Custas(
            descricao=selo.novo.descricao,
            emolumentos=selo.novo.emolumentos,
            isento=selo.novo.isento,
            motivo=selo.novo.motivo_isencao,
            ato=selo.novo.ato,
            principal=selo.principal,
        )
        for selo in plano.selos
    ]
    codigos = [CODIGO_RESERVADO] * len(linhas) if emitidos is None else [selo.codigo for selo in emitidos]
    return tuple(_valor(codigo, linha) for codigo, linha in zip(codigos, linhas, strict=True))


def _valor(codigo: str, linha: Custas) -> ValorSelo:
    return ValorSelo(
        codigo=codigo,
        ato=linha.ato,
        descricao=linha.descricao,
        principal=linha.principal,
        custas=_linha(linha),
        total=formatar_reais(linha.emolumentos.total),
        isento=linha.isento,
        motivo=linha.motivo,
    )


def _qr(plano: Plano, emitidos: Sequence[SeloEmitido] | None) -> tuple[str | None, str | None]:
    if plano.qr == "nenhum":
        return None, None
    if emitidos is None:
        return QR_RESERVADO, CODIGO_RESERVADO
    if plano.qr == "principal" and plano.selo_livro is not None:
        return plano.selo_livro.qr_url, plano.selo_livro.codigo
    return emitidos[0].qr_url, emitidos[0].codigo


def _rotulo_do_qr(plano: Plano, rotulo: str) -> str:
    if plano.qr == "nenhum":
        return ""
    do_livro = plano.identidade.tipo in ("minuta", "livro")
    return _ROTULO_DO_PRINCIPAL if do_livro or plano.qr == "principal" else rotulo


def _linha(linha: Custas) -> str:
    if linha.isento:
        return f"Isento de emolumentos: {linha.motivo}" if linha.motivo else "Isento de emolumentos"
    return _A_DEFINIR if linha.emolumentos.isento_total else linha.emolumentos.linha()


def _titulo(plano: Plano) -> str:
    fixos = {"certidao": "Certidão", "ficha_abertura": "Ficha de abertura de firma"}
    if plano.identidade.tipo in fixos:
        return fixos[plano.identidade.tipo]
    do_instrumento = plano.instrumento.titulo if plano.instrumento else None
    return do_instrumento or (plano.custas[0].descricao if plano.custas else "")


def _instrumento(instrumento: Instrumento, *, com_folhas: bool) -> dict[str, str | None]:
    """Return the instrument's own data; the livro itself has its place in the book drawn by the stamp."""
    return {
        "id": instrumento.id,
        "titulo": instrumento.titulo,
        "data": por_extenso(instrumento.data) if instrumento.data else None,
        "livro": instrumento.livro if com_folhas else None,
        "folha_inicial": instrumento.folha_inicial if com_folhas else None,
        "folha_final": instrumento.folha_final if com_folhas else None,
    }


def _assinaturas(plano: Plano, subscritor: Mapping[str, str] | None) -> list[dict[str, str | None]]:
    """Return who signs: in the livro the parties and who subscribes it, elsewhere only the latter (P3)."""
    do_livro = plano.identidade.tipo in ("minuta", "livro")
    partes = plano.instrumento.partes if do_livro and plano.instrumento else ()
    linhas: list[dict[str, str | None]] = [{"nome": parte.nome, "legenda": parte.qualidade} for parte in partes]
    if subscritor is not None:
        linhas.append({"nome": subscritor["nome"], "legenda": subscritor["papel"]})
    return linhas


def _rotulo(nome: str) -> str:
    texto = nome.replace("_", " ").strip()
    return texto[:1].upper() + texto[1:]
