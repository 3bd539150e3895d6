"""Request bodies of `POST /api/v1/jobs` for one deed."""

from typing import Any

from bench import deed as deeds
from bench import office, page
from bench.deed import Deed
from printserver.clock import local_date, system_clock
from printserver.selo import COMPONENTS, Emolumentos


def minuta(deed: Deed) -> dict[str, Any]:
    """A minuta, with the layout of the livro."""
    return _body({"tipo": "minuta", "instrumento": instrumento(deed)}, formato=page.NAME)


def livro(deed: Deed) -> dict[str, Any]:
    """A livro with two atos and the QR of the principal."""
    return _body({"tipo": "livro", "instrumento": instrumento(deed)}, formato=page.NAME)


def traslado(deed: Deed, numero: int) -> dict[str, Any]:
    """A traslado for the parties."""
    value = {} if numero == 1 else {"emolumentos": _fees(deeds.ATOS[1].fees)}
    return _body({"tipo": "traslado", "numero": numero, "instrumento": {"id": deed.id}, **value})


def certidao(deed: Deed) -> dict[str, Any]:
    """A certidão of the whole deed."""
    value = {"emolumentos": _fees(deeds.ATOS[1].fees)}
    return _body({"tipo": "certidao", "pedido": f"2026/{deed.number:07d}", "instrumento": {"id": deed.id}, **value})


def instrumento(deed: Deed) -> dict[str, Any]:
    """INSTRUMENTO of the contract."""
    livro, folha = deed.place
    return {
        "id": deed.id,
        "livro": livro,
        "folha_inicial": folha,
        "data": local_date(system_clock()).isoformat(),
        "titulo": deeds.TITLE,
        "partes": [{"qualidade": p.quality, "nome": p.name, "documento": p.document} for p in deed.parties],
        "atos": [
            {"ato": "ES", "descricao": ato.description, "principal": ato.principal, "emolumentos": _fees(ato.fees)}
            for ato in deeds.ATOS
        ],
        "corpo": {"formato": "texto", "conteudo": deed.text},
    }


def _fees(fees: Emolumentos) -> dict[str, str]:
    return {name: f"{getattr(fees, name):.2f}" for name in COMPONENTS}


def _body(document: dict[str, Any], **more: str) -> dict[str, Any]:
    return {"documento": document, "escrevente": office.CLERK, **more}
