"""The public look-up page: where a seal's QR leads. Shows no party and no identifier, for whoever holds the paper."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from printserver.selo import (
    COMPONENTES,
    EXCLUSAO,
    NATUREZAS,
    ROTULOS,
    QrSelo,
    Registro,
    centavos,
    formatar_reais,
    ler,
    ler_qr,
    ler_registro,
)
from printserver.simulator.context import fora, tribunal
from printserver.simulator.rules import Guardado, hora

_COURT: Final = "https://selodigital.tjsp.jus.br/"  # what a QR bears; here the same query comes to us
_CSP: Final = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

consulta = Blueprint(
    "consulta", __name__, template_folder="screens", static_folder="static", static_url_path="/estatico"
)
consulta.before_request(fora)


@dataclass(frozen=True, slots=True)
class Elo:
    """One seal of a chain: its ato, when it was reported, and whether it is the one asked for and the newest."""

    codigo: str
    ato: str
    recebido: str
    pedido: bool
    vale: bool


@dataclass(frozen=True, slots=True)
class Ficha:
    """What the page tells of the newest seal of a chain (R1)."""

    codigo: str
    ato: str
    natureza: str
    cns: str
    momento: str
    recebido: str
    atrasado: bool
    valores: Sequence[tuple[str, str]]
    total: str
    isento: bool
    iss_a_parte: bool
    excluido: bool
    vinculadores: Sequence[str]
    vinculados: Sequence[str]


@dataclass(frozen=True, slots=True)
class Pagina:
    """The answer to a look-up: a `falha` with its `erro`, or the seal.

    `qr` tells of a QR's signature and values: True they hold, False they do not, None no QR was asked for.
    """

    pedido: str
    falha: str | None = None
    erro: str = ""
    qr: bool | None = None
    cadeia: Sequence[Elo] = ()
    ficha: Ficha | None = None


@consulta.get("/")
def pagina() -> ResponseReturnValue:
    """Show the seal of a QR (`?r=`) or of a code typed in (`?selo=`); without either, the form alone."""
    if "r" in request.args:
        found = _do_qr(request.query_string.decode("ascii", "replace"))
    elif typed := "".join(request.args.get("selo", "").split()).upper():
        found = _do_codigo(typed)
    else:
        found = Pagina("")
    return render_template("consulta.html", pagina=found), 404 if found.falha else 200


@consulta.after_request
def _cabecalhos(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = _CSP
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _do_qr(query: str) -> Pagina:
    """Look up what a QR holds (S5): read from the raw query, where a `+` is a plus sign."""
    try:
        qr = ler_qr(f"{_COURT}?{query}")
    except ValueError:
        texto = "O endereço que ele traz está incompleto ou foi mudado. Digite o código que está embaixo do QR."
        return Pagina("", "QR ilegível", texto)
    return _achada(qr.codigo, qr)


def _do_codigo(codigo: str) -> Pagina:
    try:
        ler(codigo)
    except ValueError:
        texto = "Um código de selo tem 25 algarismos e letras, e o último confere os outros. Confira o que digitou."
        return Pagina(codigo[:60], "Código errado", texto)
    return _achada(codigo, None)


def _achada(codigo: str, qr: QrSelo | None) -> Pagina:
    cadeia = tribunal().acervo.cadeia(codigo)
    if not cadeia:
        return Pagina(
            codigo,
            "Selo não encontrado",
            f"O selo {codigo} não consta. Um selo é comunicado em até 24 horas do ato: se o documento é de hoje,"
            " consulte de novo amanhã; se não é, procure a serventia que o emitiu.",
        )
    pedido = next(selo for selo in cadeia if selo.codigo == codigo)
    elos = [
        Elo(
            codigo=selo.codigo,
            ato=_nome_do_ato(selo),
            recebido=hora(selo.recebido_em) if selo.recebido_em else "",
            pedido=selo is pedido,
            vale=selo is cadeia[-1] and selo.ato != EXCLUSAO,
        )
        for selo in cadeia
    ]
    return Pagina(codigo, qr=_confere(qr, pedido) if qr else None, cadeia=elos, ficha=_ficha(cadeia))


def _confere(qr: QrSelo, selo: Guardado) -> bool:
    """Return whether signature, total and ISS of a QR are those of the registro, whose signature held on receipt."""
    registro = _registro(selo)
    dito = selo.registro.split("|")
    return qr.assinatura == registro.assinatura and [str(centavos(qr.total)), str(centavos(qr.iss))] == [
        dito[13],
        str(centavos(registro.emolumentos.iss)),
    ]


def _ficha(cadeia: Sequence[Guardado]) -> Ficha:
    """Return what is told of a chain's newest seal; of an excluded act, what its XA excludes."""
    excluido = cadeia[-1].ato == EXCLUSAO
    selo = cadeia[-2] if excluido and len(cadeia) > 1 else cadeia[-1]
    registro, codigo = _registro(selo), ler(selo.codigo)
    fees = registro.emolumentos
    acima, abaixo = tribunal().acervo.vinculos([each.codigo for each in cadeia])
    a_parte = _iss_a_parte(selo) and bool(fees.iss)
    return Ficha(
        codigo=selo.codigo,
        ato=_nome_do_ato(selo),
        natureza=NATUREZAS[codigo.natureza],
        cns=codigo.cns,
        momento=hora(registro.momento),
        recebido=hora(selo.recebido_em) if selo.recebido_em else "",
        atrasado=selo.atrasado,
        valores=[(ROTULOS[name], formatar_reais(getattr(fees, name))) for name in COMPONENTES],
        total=formatar_reais(fees.total_do_selo(a_parte)),
        isento=fees.isento_total,
        iss_a_parte=a_parte,
        excluido=excluido,
        vinculadores=acima,
        vinculados=abaixo,
    )


def _registro(selo: Guardado) -> Registro:
    return ler_registro(selo.registro, iss_a_parte=_iss_a_parte(selo))


def _iss_a_parte(selo: Guardado) -> bool:
    tipo = tribunal().regras.atos.get(selo.ato or "")
    return tipo is not None and tipo.iss_a_parte


def _nome_do_ato(selo: Guardado) -> str:
    tipo = tribunal().regras.atos.get(selo.ato or "")
    return f"{selo.ato} · {tipo.descricao}" if tipo else str(selo.ato)
