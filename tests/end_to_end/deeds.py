"""The documents of a small office, as a legacy program writes them: every call gives new ones, never printed before."""

import itertools
from typing import Any

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
TYPES = ("livro", "traslado", "certidao", "ficha_abertura", "avulso")  # of formats; a minuta has its livro's
TEXT = (
    "SAIBAM quantos esta pública escritura virem que, nesta cidade de São Paulo, compareceram as partes entre si "
    "justas e contratadas, as quais declararam que são senhoras e legítimas possuidoras do imóvel. "
) * 3

_number = itertools.count(1)


def name() -> str:
    """Return a protocol's name that was not given before."""
    return f"P-2026-{next(_number):06d}"


def ato(description: str = "Venda e compra", *, principal: bool = False) -> dict[str, Any]:
    return {"ato": "ES", "descricao": description, "principal": principal, "emolumentos": FEES}


def instrumento(body: str | dict[str, str] = TEXT, *, atos: int = 1, **more: Any) -> dict[str, Any]:
    """Return an instrumento on folhas of its own; `body`: its text, or the whole BODY."""
    here = name()
    return {
        "id": here,
        "livro": str(int(here[-6:]) + 100),
        "folha_inicial": "1",
        "titulo": "Escritura de venda e compra",
        "partes": [
            {"qualidade": "Outorgante vendedor", "nome": "João da Silva", "documento": "CPF 111.111.111-11"},
            {"qualidade": "Outorgada compradora", "nome": "Conceição Gonçalves"},
        ],
        "atos": [ato(principal=True), *(ato(f"Ato {number}") for number in range(2, atos + 1))],
        "corpo": {"formato": "texto", "conteudo": body} if isinstance(body, str) else body,
        **more,
    }


def post(document: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return the whole body of a post."""
    return {"documento": document, "escrevente": "admin", **more}


def livro(deed: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return post({"tipo": "livro", "instrumento": deed or instrumento()}, **more)


def minuta(deed: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return post({"tipo": "minuta", "instrumento": deed or instrumento()}, **more)


def traslado(deed_id: str, numero: int | str = 1, **more: Any) -> dict[str, Any]:
    values = {"emolumentos": FEES} if numero != 1 else {}
    return post({"tipo": "traslado", "numero": numero, "instrumento": {"id": deed_id}, **values}, **more)


def certidao(body: str | dict[str, str] = "CERTIFICO que nada consta neste livro.", **more: Any) -> dict[str, Any]:
    text_body = {"formato": "texto", "conteudo": body} if isinstance(body, str) else body
    return post({"tipo": "certidao", "pedido": name(), "corpo": text_body, "emolumentos": FEES}, **more)


def certidao_for(deed_id: str, **more: Any) -> dict[str, Any]:
    return post({"tipo": "certidao", "pedido": name(), "instrumento": {"id": deed_id}, "emolumentos": FEES}, **more)


def avulso(**more: Any) -> dict[str, Any]:
    return post({"tipo": "avulso", "id": name(), "corpo": {"formato": "texto", "conteudo": TEXT}}, **more)


def ficha(*, selo: bool | None = True, nome: str = "João da Silva", **more: Any) -> dict[str, Any]:
    person = {"nome": nome, "documento": "RG 1"}
    return post({"tipo": "ficha_abertura", "ficha": name(), "pessoa": person, "gerar_selo": selo}, **more)
