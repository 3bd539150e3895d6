"""What the address of a screen asks for: each parameter is known, given once and makes sense, or is refused (A7)."""

import re
from collections.abc import Collection, Mapping
from datetime import date
from typing import Final

from flask import request
from flask_login import current_user

from printserver.errors import invalid_input
from printserver.formats import UnfitText, without_invisible

FILTERS: Final = (
    *("codigo", "livro", "folha", "termo", "matricula", "identificador", "de", "ate", "valor_de", "valor_ate"),
    *("ato", "estado", "natureza", "escrevente", "origem", "validos"),
)
"""What seals are looked up by on the screen."""
MAX_LENGTH: Final = 255
_LIST = ("dia", "estado", "tipo", "texto", "pagina")
# What each screen's address may hold, beside what any may.
_KNOWN: Final[Mapping[str, tuple[str, ...]]] = {
    "painel": _LIST,
    "vivo_trabalhos": _LIST,
    "selos": (*FILTERS, "pagina"),
    "selos_totais": FILTERS,
    "selos_exportar": (*FILTERS, "formato"),
    "pdf": ("baixar", "copia", "original"),  # the API's two: a screen gives the marked copy whatever they say (X9)
    "balcao": ("ato", "dia", "pagina"),
    "conferencia": ("dia",),
    "controle": ("de", "ate"),
    "diarios": ("dia",),
    "tribunal": ("ver", "pagina"),
    "vivo_tribunal": ("ver", "pagina"),
    "mandar": ("selo",),
    "entrar": ("proximo",),
}
_ALWAYS: Final = ("retomar", "marca")
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def check_address() -> None:
    """Raise `Recusa` `entrada-invalida` for a parameter that is given twice, or that the screen does not know.

    Who is not logged in is sent to the login first.
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
    """Return a text of the address without what cannot be seen. Raises `Recusa` `entrada-invalida` for what is none."""
    try:
        text, _ = without_invisible(request.args.get(nome, ""))
    except UnfitText as error:
        raise invalid_input(nome, str(error)) from None
    if len(text.strip()) > max_length:
        raise invalid_input(nome, f"use até {max_length} caracteres")
    return text.strip()


def requested_day(nome: str) -> date | None:
    """Return the day that the address names; None where it names none. Raises `Recusa` `entrada-invalida`."""
    text = request.args.get(nome, "").strip()
    if not text:
        return None
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise invalid_input(nome, "deve ser uma data do calendário, como 20/11/2026")


def requested_option(nome: str, options: Collection[str]) -> str:
    """Return the choice that the address names, empty for none. Raises `Recusa` `entrada-invalida` for another."""
    text = request.args.get(nome, "")
    if text and text not in options:
        raise invalid_input(nome, "escolha uma das opções")
    return text


def requested_page(max_page: int = 1_000_000) -> int:
    """Return the number of the list's page, 1 where none is named. Raises `Recusa` `entrada-invalida`."""
    text = request.args.get("pagina", "") or "1"
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= max_page and len(text) <= 9):
        raise invalid_input("pagina", "deve ser o número de uma página da lista")
    return int(text)
