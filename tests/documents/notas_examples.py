"""Requests, contexts and live livros that the tests of the rules are made of: one deed of two atos, and its fees."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from printserver.documents import (
    Context,
    Document,
    Instrumento,
    LiveLivro,
    LiveSelo,
    Plan,
    Rules,
    make_plan,
    read_request,
)
from printserver.selo import Emolumentos, assemble_code, load_atos, load_services, url_do_qr

CNS = "123456"
NOW = datetime(2026, 11, 20, 17, 30, tzinfo=UTC)  # 14:30 in Sao Paulo
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
SMALLER_FEES = FEES | {"tabeliao": "5.70", "total": "45.12"}
ISENTO = {"isento": True, "motivo_isencao": "beneficiário da justiça gratuita"}
BODY = {"formato": "texto", "conteudo": "SAIBAM quantos esta escritura virem."}
RULES = Rules(cns=CNS, demonstracao=True)
ATOS = load_atos(None)
SERVICES = load_services(None)


def instrumento(**others: Any) -> dict[str, Any]:
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
            {"ato": "ES", "descricao": "Usufruto", "emolumentos": SMALLER_FEES},
            {"ato": "ES", "descricao": "Venda e compra", "principal": True, "emolumentos": FEES},
        ],
        "corpo": BODY,
    } | others


REFERENCE = {"id": "P-2026-001234"}


def request(document: dict[str, Any], **others: Any) -> dict[str, Any]:
    """Return the body of a POST that prints `documento`."""
    return {"documento": document, "escrevente": "maria"} | others


def document(kind: str, **data: Any) -> Document:
    """Return a document as it was read from a request."""
    return read_request(request({"tipo": kind} | data)).documento


def live_livro(**others: Any) -> LiveLivro:
    """Return the deed of `instrumento()` as its live livro fixed it: sealed with the plan's own values."""
    plan = make_plan(document("livro", instrumento=instrumento()), context())
    assert plan.instrumento is not None
    fixed = plan.instrumento.model_copy(update={"folha_final": "046"})
    return replace(LiveLivro("job-do-livro", fixed, live_selos(plan)), **others)


def live_selos(plan: Plan, primeiro: int = 1) -> tuple[LiveSelo, ...]:
    """Return the seals of a plan as if they had been made."""
    live = []
    for n, selo in enumerate(plan.selos, primeiro):
        codigo = str(assemble_code(CNS, 1, selo.new_selo.ato, f"{n:013d}", 26))
        total, iss = selo.new_selo.emolumentos.total, selo.new_selo.emolumentos.iss
        live.append(
            LiveSelo(
                codigo=codigo,
                ato=selo.new_selo.ato,
                descricao=selo.new_selo.descricao,
                principal=selo.principal,
                momento=selo.new_selo.momento,
                qr_url=url_do_qr(codigo, total, iss, "QUJD"),
                emolumentos=selo.new_selo.emolumentos,
                isento=selo.new_selo.isento,
                identificador=selo.new_selo.identificador,
                partes=selo.new_selo.partes,
                motivo_isencao=selo.new_selo.motivo_isencao,
            )
        )
    return tuple(live)


def context(**others: Any) -> Context:
    """Return what a demonstration office knows: its shipped tables, nothing printed."""
    return replace(Context(agora=NOW, rules=RULES, servicos=SERVICES, atos=ATOS), **others)


def emolumentos(values: dict[str, str]) -> Emolumentos:
    """Return FEES of a request as the seal knows them."""
    parsed_selo = read_request(
        request({"tipo": "ficha_abertura", "ficha": "1", "pessoa": {"nome": "A"}, "emolumentos": values})
    )
    requested = parsed_selo.documento.emolumentos  # type: ignore[union-attr]  # a ficha has it
    return requested.emolumentos


def known_minuta() -> Instrumento:
    """Return the deed as a minuta left it."""
    return Instrumento.model_validate(instrumento())
