"""What the address of a screen asks for: each parameter is known, given once and makes sense, or is refused (A7)."""

import re
from collections.abc import Collection, Mapping
from datetime import date
from typing import Final

from flask import request
from flask_login import current_user

from printserver.errors import entrada_invalida
from printserver.formats.text import UnfitText, without_invisible

FILTROS: Final = (
    *("codigo", "livro", "folha", "termo", "matricula", "identificador", "de", "ate", "valor_de", "valor_ate"),
    *("ato", "estado", "natureza", "escrevente", "origem", "validos"),
)
"""What seals are looked up by on the screen."""
MAIS_LONGO: Final = 255
_LISTA = ("dia", "estado", "tipo", "texto", "pagina")
# What each screen's address may hold, beside what any may.
_CONHECIDOS: Final[Mapping[str, tuple[str, ...]]] = {
    "painel": _LISTA,
    "vivo_trabalhos": _LISTA,
    "selos": (*FILTROS, "pagina"),
    "selos_totais": FILTROS,
    "selos_exportar": (*FILTROS, "formato"),
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
_SEMPRE: Final = ("retomar", "marca")
_DIA: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def conferir_endereco() -> None:
    """Raise `Recusa` `entrada-invalida` for a parameter that is given twice, or that the screen does not know.

    Who is not logged in is sent to the login first.
    """
    nome_da_tela = (request.endpoint or "").removeprefix("web.")
    if nome_da_tela in ("static", "desconhecido") or not current_user.is_authenticated:
        return
    conhecidos = (*_CONHECIDOS.get(nome_da_tela, ()), *_SEMPRE)
    for name, values in request.args.lists():
        if name not in conhecidos:
            raise entrada_invalida("Endereço", f"esta tela não conhece “{name[:60]}”: abra-a de novo pelo menu")
        if len(values) > 1:
            raise entrada_invalida("Endereço", f"“{name}” veio mais de uma vez: abra a tela de novo pelo menu")


def texto_pedido(nome: str, mais_longo: int = MAIS_LONGO) -> str:
    """Return a text of the address without what cannot be seen. Raises `Recusa` `entrada-invalida` for what is none."""
    try:
        texto, _ = without_invisible(request.args.get(nome, ""))
    except UnfitText as error:
        raise entrada_invalida(nome, str(error)) from None
    if len(texto.strip()) > mais_longo:
        raise entrada_invalida(nome, f"use até {mais_longo} caracteres")
    return texto.strip()


def dia_pedido(nome: str) -> date | None:
    """Return the day that the address names; None where it names none. Raises `Recusa` `entrada-invalida`."""
    texto = request.args.get(nome, "").strip()
    if not texto:
        return None
    try:
        if _DIA.fullmatch(texto):
            return date.fromisoformat(texto)
    except ValueError:
        pass
    raise entrada_invalida(nome, "deve ser uma data do calendário, como 20/11/2026")


def opcao_pedida(nome: str, opcoes: Collection[str]) -> str:
    """Return the choice that the address names, empty for none. Raises `Recusa` `entrada-invalida` for another."""
    texto = request.args.get(nome, "")
    if texto and texto not in opcoes:
        raise entrada_invalida(nome, "escolha uma das opções")
    return texto


def pagina_pedida(mais_longe: int = 1_000_000) -> int:
    """Return the number of the list's page, 1 where none is named. Raises `Recusa` `entrada-invalida`."""
    texto = request.args.get("pagina", "") or "1"
    if not (texto.isascii() and texto.isdigit() and 1 <= int(texto[:9]) <= mais_longe and len(texto) <= 9):
        raise entrada_invalida("pagina", "deve ser o número de uma página da lista")
    return int(texto)
