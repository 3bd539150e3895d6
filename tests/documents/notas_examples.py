"""Requests, contexts and live livros that the tests of the rules are made of: one deed of two atos, and its fees."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from printserver.documents import (
    Contexto,
    Documento,
    Instrumento,
    LivroVivo,
    Plano,
    Regras,
    SeloVivo,
    ler_pedido,
    planejar,
)
from printserver.selo import Emolumentos, carregar_atos, carregar_servicos, montar, url_do_qr

CNS = "123456"
AGORA = datetime(2026, 11, 20, 17, 30, tzinfo=UTC)  # 14:30 in Sao Paulo
FEES = {
    "tabeliao": "55.70",
    "estado": "15.83",
    "secretaria_fazenda": "10.83",
    "santa_casa": "0.56",
    "registro_civil": "2.93",
    "tribunal_justica": "3.82",
    "iss": "2.78",
    "ministerio_publico": "2.67",
    "total": "95.12",
}
MENORES = FEES | {"tabeliao": "5.70", "total": "45.12"}
ISENTO = {"isento": True, "motivo_isencao": "beneficiário da justiça gratuita"}
CORPO = {"formato": "texto", "conteudo": "SAIBAM quantos esta escritura virem."}
REGRAS = Regras(cns=CNS, demonstracao=True)
ATOS = carregar_atos(None)
SERVICOS = carregar_servicos(None)


def instrumento(**outros: Any) -> dict[str, Any]:
    """Return a deed of two atos, the second the principal."""
    return {
        "id": "P-2026-001234",
        "livro": "0123",
        "folha_inicial": "045",
        "titulo": "Escritura de venda e compra",
        "partes": [
            {"qualidade": "Outorgante", "nome": "João da Silva", "documento": "CPF 111.111.111-11"},
            {"qualidade": "Outorgada", "nome": "Maria Alves", "documento": "CPF 222.222.222-22"},
        ],
        "atos": [
            {"ato": "ES", "descricao": "Usufruto", "emolumentos": MENORES},
            {"ato": "ES", "descricao": "Venda e compra", "principal": True, "emolumentos": FEES},
        ],
        "corpo": CORPO,
    } | outros


REFERENCIA = {"id": "P-2026-001234"}


def pedido(documento: dict[str, Any], **outros: Any) -> dict[str, Any]:
    """Return the body of a POST that prints `documento`."""
    return {"documento": documento, "escrevente": "maria"} | outros


def documento(tipo: str, **dados: Any) -> Documento:
    """Return a document as it was read from a request."""
    return ler_pedido(pedido({"tipo": tipo} | dados)).documento


def livro_vivo(**outros: Any) -> LivroVivo:
    """Return the deed of `instrumento()` as its live livro fixed it: sealed with the plan's own values."""
    plano = planejar(documento("livro", instrumento=instrumento()), contexto())
    assert plano.instrumento is not None
    fixado = plano.instrumento.model_copy(update={"folha_final": "046"})
    return replace(LivroVivo("job-do-livro", fixado, selos_vivos(plano)), **outros)


def selos_vivos(plano: Plano, primeiro: int = 1) -> tuple[SeloVivo, ...]:
    """Return the seals of a plan as if they had been made."""
    vivos = []
    for n, selo in enumerate(plano.selos, primeiro):
        codigo = str(montar(CNS, 1, selo.novo.ato, f"{n:013d}", 26))
        total, iss = selo.novo.emolumentos.total, selo.novo.emolumentos.iss
        vivos.append(
            SeloVivo(
                codigo=codigo,
                ato=selo.novo.ato,
                descricao=selo.novo.descricao,
                principal=selo.principal,
                momento=selo.novo.momento,
                qr_url=url_do_qr(codigo, total, iss, "QUJD"),
                emolumentos=selo.novo.emolumentos,
                isento=selo.novo.isento,
                identificador=selo.novo.identificador,
                partes=selo.novo.partes,
                motivo_isencao=selo.novo.motivo_isencao,
            )
        )
    return tuple(vivos)


def contexto(**outros: Any) -> Contexto:
    """Return what a demonstration office knows: its shipped tables, nothing printed."""
    return replace(Contexto(agora=AGORA, regras=REGRAS, servicos=SERVICOS, atos=ATOS), **outros)


def emolumentos(valores: dict[str, str]) -> Emolumentos:
    """Return FEES of a request as the seal knows them."""
    lido = ler_pedido(pedido({"tipo": "ficha_abertura", "ficha": "1", "pessoa": {"nome": "A"}, "emolumentos": valores}))
    pedidos = lido.documento.emolumentos  # type: ignore[union-attr]  # a ficha has it
    return pedidos.emolumentos


def minuta_conhecida() -> Instrumento:
    """Return the deed as a minuta left it."""
    return Instrumento.model_validate(instrumento())
