"""Public look-up page, the target of a seal's QR. It shows no parties and no identifiers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from printserver.selo import (
    COMPONENTS,
    EXCLUSION,
    LABELS,
    NATUREZAS,
    AtoType,
    QrSelo,
    Registro,
    centavos,
    format_reais,
    parse_qr,
    parse_registro,
    read,
)
from printserver.simulator.context import court_settings, outage
from printserver.simulator.rules import StoredSelo, moment_text

_COURT: Final = "https://selodigital.tjsp.jus.br/"  # host of real QR URLs; here the same query arrives
_CSP: Final = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

lookup = Blueprint("consulta", __name__, template_folder="screens", static_folder="static", static_url_path="/estatico")
lookup.before_request(outage)


@dataclass(frozen=True, slots=True)
class Link:
    """One seal of a chain: ato, time of report, whether it was asked for, whether it is valid."""

    codigo: str
    ato: str
    recebido: str
    pedido: bool
    vale: bool


@dataclass(frozen=True, slots=True)
class Ficha:
    """The data shown of the newest seal of a chain (R1)."""

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
class Page:
    """The answer to a look-up: a `falha` with its `erro`, or the seal.

    `qr`: whether a QR's signature and values match (None: no QR).
    """

    pedido: str
    falha: str | None = None
    erro: str = ""
    qr: bool | None = None
    cadeia: Sequence[Link] = ()
    ficha: Ficha | None = None


@lookup.get("/", endpoint="pagina")
def page() -> ResponseReturnValue:
    """Show the seal of a QR (`?r=`) or of a typed code (`?selo=`); without either, only the form."""
    if "r" in request.args:
        found = _do_qr(request.query_string.decode("ascii", "replace"))
    elif typed := "".join(request.args.get("selo", "").split()).upper():
        found = _do_codigo(typed)
    else:
        found = Page("")
    return render_template("consulta.html", pagina=found), 404 if found.falha else 200


@lookup.after_request
def _headers(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = _CSP
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _do_qr(query: str) -> Page:
    """Look up a QR (S5), parsed from the raw query, where `+` is a plus sign."""
    try:
        qr = parse_qr(f"{_COURT}?{query}")
    except ValueError:
        text = "O endereço que ele traz está incompleto ou foi mudado. Digite o código que está embaixo do QR."
        return Page("", "QR ilegível", text)
    return _found_page(qr.codigo, qr)


def _do_codigo(codigo: str) -> Page:
    try:
        read(codigo)
    except ValueError:
        text = "Um código de selo tem 25 algarismos e letras, e o último confere os outros. Confira o que digitou."
        return Page(codigo[:60], "Código errado", text)
    return _found_page(codigo, None)


def _found_page(codigo: str, qr: QrSelo | None) -> Page:
    cadeia = court_settings().records.chain(codigo)
    if not cadeia:
        return Page(
            codigo,
            "Selo não encontrado",
            f"O selo {codigo} não consta. Um selo é comunicado em até 24 horas do ato: se o documento é de hoje,"
            " consulte de novo amanhã; se não é, procure a serventia que o emitiu.",
        )
    asked = next(selo for selo in cadeia if selo.codigo == codigo)
    links = [
        Link(
            codigo=selo.codigo,
            ato=_ato_name(selo),
            recebido=moment_text(selo.recebido_em) if selo.recebido_em else "",
            pedido=selo is asked,
            vale=selo is cadeia[-1] and selo.ato != EXCLUSION,
        )
        for selo in cadeia
    ]
    return Page(codigo, qr=_holds(qr, asked) if qr else None, cadeia=links, ficha=_ficha(cadeia))


def _holds(qr: QrSelo, selo: StoredSelo) -> bool:
    """Return whether signature, total and ISS of a QR match the registro, whose signature was checked on receipt."""
    registro = _registro(selo)
    said = selo.registro.split("|")
    return qr.assinatura == registro.assinatura and [str(centavos(qr.total)), str(centavos(qr.iss))] == [
        said[13],
        str(centavos(registro.emolumentos.iss)),
    ]


def _ficha(cadeia: Sequence[StoredSelo]) -> Ficha:
    """Return the data of a chain's newest seal; of an excluded act, the seal before the XA."""
    excluido = cadeia[-1].ato == EXCLUSION
    selo = cadeia[-2] if excluido and len(cadeia) > 1 else cadeia[-1]
    registro, codigo = _registro(selo), read(selo.codigo)
    fees = registro.emolumentos
    above, below = court_settings().records.vinculos([each.codigo for each in cadeia])
    separate = _separate_iss(selo) and bool(fees.iss)
    return Ficha(
        codigo=selo.codigo,
        ato=_ato_name(selo),
        natureza=NATUREZAS[codigo.natureza],
        cns=codigo.cns,
        momento=moment_text(registro.momento),
        recebido=moment_text(selo.recebido_em) if selo.recebido_em else "",
        atrasado=selo.atrasado,
        valores=[(LABELS[name], format_reais(getattr(fees, name))) for name in COMPONENTS],
        total=format_reais(fees.total_do_selo(separate)),
        isento=fees.isento_total,
        iss_a_parte=separate,
        excluido=excluido,
        vinculadores=above,
        vinculados=below,
    )


def _registro(selo: StoredSelo) -> Registro:
    return parse_registro(selo.registro, iss_a_parte=_separate_iss(selo))


def _separate_iss(selo: StoredSelo) -> bool:
    kind = _kind(selo)
    return kind is not None and kind.iss_a_parte


def _ato_name(selo: StoredSelo) -> str:
    kind = _kind(selo)
    return f"{selo.ato} · {kind.descricao}" if kind else str(selo.ato)


def _kind(selo: StoredSelo) -> AtoType | None:
    return court_settings().rules.atos.get(selo.ato or "", read(selo.codigo).natureza)
