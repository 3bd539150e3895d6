"""Query parameters of the screens: each is known, given once and valid, or the request is refused (A7)."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Final

from flask import request
from flask_login import current_user

from printserver.errors import invalid_input
from printserver.formats import UnfitText, without_invisible
from printserver.web.forms import parse_day

FILTERS: Final = (
    *("codigo", "livro", "folha", "termo", "matricula", "identificador", "de", "ate", "valor_de", "valor_ate"),
    *("ato", "estado", "natureza", "escrevente", "origem", "validos"),
)
"""The search filters of the seals screen."""
MAX_LENGTH: Final = 255
_LIST = ("de", "ate", "estado", "tipo", "texto", "depois")
_LOG = ("de", "ate", "autor", "objeto", "nome", "excecoes")
# Query parameters of each screen, in addition to those allowed everywhere.
_KNOWN: Final[Mapping[str, tuple[str, ...]]] = {
    "impressoes": _LIST,
    "vivo_impressoes": _LIST,
    "procurar": ("q",),
    "selos": (*FILTERS, "pagina"),
    "selos_totais": FILTERS,
    "selos_exportar": (*FILTERS, "formato"),
    "pdf": ("baixar", "copia", "original"),  # of the API; a screen returns the marked copy in any case (X9)
    "imagem": ("largura", "v"),
    "balcao": ("ato", "dia", "pagina"),
    "conferencia": ("dia",),
    "controle": ("de", "ate"),
    "diarios": ("dia",),
    "tribunal": ("ver", "pagina"),
    "vivo_tribunal": ("ver", "pagina"),
    "mandar": ("selo",),
    "selo_novo": ("natureza",),
    "vinculos": ("vinculador",),
    "ajuda": ("q",),
    "entrar": ("proximo",),
    "registro": ("id",),
    "central": ("estado",),
    "certidoes": ("situacao", "formato", "pagina"),
    "fechamento": ("dia", "assinatura"),
    "fechamento_reabrir": ("dia",),
    "fechamento_mes": ("mes",),
    "fechamento_exportar": ("dia", "mes", "assinatura", "formato"),
    "papel_mes": ("mes", "formato"),
    "gratuidades": ("mes", "formato"),
    "auditoria": (*_LOG, "depois"),
    "correicao": ("q",),
    "correicao_selo": ("baixar",),
    "correicao_trabalho": ("baixar",),
    "correicao_ato": ("id", "baixar"),
    "auditoria_exportar": _LOG,
    "conformidade_exportar": ("formato",),
    "modelos": ("estado", "q"),
    "modelo_imagem": ("largura",),
    "formato_imagem": ("largura",),
    "formato_versoes": ("de", "a"),
}
_ALWAYS: Final = ("retomar", "marca")


def check_address() -> None:
    """Raise `Recusa` `entrada-invalida` for a parameter that is repeated, or that the screen does not know.

    Requests without a login are not checked: they are redirected to the login.
    """
    screen_name = (request.endpoint or "").removeprefix("web.")
    if screen_name in ("static", "desconhecido") or not current_user.is_authenticated:
        return
    known = (*_KNOWN.get(screen_name, ()), *_ALWAYS)
    for name, values in request.args.lists():
        if name not in known:
            raise invalid_input("Endereço", f"esta tela não conhece “{name[:60]}”: abra-a de novo pelo menu")
        if len(values) > 1:
            raise invalid_input("Endereço", f"“{name}” veio mais de uma vez: abra a tela de novo pelo menu")


def requested_text(nome: str, max_length: int = MAX_LENGTH) -> str:
    """Return a text parameter without invisible characters. Raises `Recusa` `entrada-invalida` for invalid text."""
    try:
        text, _ = without_invisible(request.args.get(nome, ""))
    except UnfitText as error:
        raise invalid_input(nome, str(error)) from None
    if len(text.strip()) > max_length:
        raise invalid_input(nome, f"use até {max_length} caracteres")
    return text.strip()


def requested_day(nome: str) -> date | None:
    """Return a date parameter, written `20/11/2026` or `2026-11-20`; None if it is blank.

    Raises `Recusa` `entrada-invalida` for an invalid date.
    """
    text = request.args.get(nome, "").strip()
    if not text:
        return None
    found = parse_day(text)
    if found is None:
        raise invalid_input(nome, "deve ser uma data do calendário, como 20/11/2026")
    return found


def requested_option(nome: str, options: Collection[str]) -> str:
    """Return an option parameter, empty if absent. Raises `Recusa` `entrada-invalida` for an unknown option."""
    text = request.args.get(nome, "")
    if text and text not in options:
        raise invalid_input(nome, "escolha uma das opções")
    return text


def requested_page(max_page: int = 1_000_000) -> int:
    """Return the page number of the list, 1 by default. Raises `Recusa` `entrada-invalida` for an invalid number."""
    text = request.args.get("pagina", "") or "1"
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= max_page and len(text) <= 9):
        raise invalid_input("pagina", "deve ser o número de uma página da lista")
    return int(text)
