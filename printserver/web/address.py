"""Query parameters of the screens: each is known, given once and valid, or the request is refused (A7)."""

from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Final, TypeVar

from flask import request
from flask_login import current_user

from printserver import closing
from printserver.clock import local_date
from printserver.errors import BadField, Recusa, invalid_input
from printserver.formats import UnfitText, without_invisible
from printserver.web.context import now
from printserver.web.forms import Form, parse_day, refused_form

T = TypeVar("T")

FILTERS: Final = (
    *("codigo", "livro", "folha", "termo", "matricula", "identificador", "de", "ate", "valor_de", "valor_ate"),
    *("ato", "estado", "natureza", "escrevente", "origem", "validos"),
)
"""The search filters of the seals screen."""
MAX_LENGTH: Final = 255
NO_FILTER: Final = Form()
"""The form of the filter of a list that is shown as it was asked for."""
NOTHING_FOUND: Final = "Nada foi procurado. Corrija o que está marcado."
OTHERWISE: Final = "O que aparece aqui não é o que se pediu. Corrija o que está marcado."
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


def requested_month() -> str:
    """Return a month parameter, written `11/2026` or `2026-11`, as `2026-11`; this month if it is blank.

    Raises `Recusa` `entrada-invalida` as `closing.a_month`.
    """
    text = request.args.get("mes", "").strip()
    return f"{closing.a_month(text, now()).first:%Y-%m}" if text else this_month()


def this_month() -> str:
    """Return the present month, as `2026-11`."""
    return f"{local_date(now()):%Y-%m}"


class FilterErrors:
    """Collects what is wrong with the fields of a filter: each is named, not only the first (A7)."""

    def __init__(self) -> None:
        self._wrong: list[BadField] = []

    def read(self, get: Callable[[], T], otherwise: T) -> T:
        """Return what `get` reads, or `otherwise` if that is refused."""
        try:
            return get()
        except Recusa as refusal:
            self._wrong.extend(refusal.errors)
            return otherwise

    def check(self) -> None:
        """Raise `Recusa` `entrada-invalida` if something was refused."""
        if self._wrong:
            raise Recusa("entrada-invalida", "Corrija o filtro.", errors=self._wrong)


def typed_filter(names: Collection[str]) -> dict[str, str]:
    """Return the fields of a filter that are filled in, as typed."""
    return {name: value for name in names if (value := request.args.get(name, "").strip())}


def refused_filter(refusal: Recusa, typed: Mapping[str, str], notice: str = NOTHING_FOUND) -> Form:
    """Return the filter as it was typed, with what is wrong at its fields. Raises any other refusal again."""
    if refusal.word != "entrada-invalida":
        raise refusal
    return Form(typed, refused_form(refusal).erros, notice)


def asked(read: Callable[[], T], otherwise: Callable[[], T], *names: str) -> tuple[T, Form, int]:
    """Return what a screen is asked to show by its fields `names`, with their form, and the status of the answer.

    If they are wrong, it is what the screen shows without them, and the form says what is wrong.
    """
    try:
        return read(), NO_FILTER, 200
    except Recusa as refusal:
        form = refused_filter(refusal, typed_filter(names), OTHERWISE)
        return otherwise(), form, refusal.kind.status


def requested_page(max_page: int = 1_000_000) -> int:
    """Return the page number of the list, 1 by default. Raises `Recusa` `entrada-invalida` for an invalid number."""
    text = request.args.get("pagina", "") or "1"
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= max_page and len(text) <= 9):
        raise invalid_input("pagina", "deve ser o número de uma página da lista")
    return int(text)
