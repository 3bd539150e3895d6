"""HTML error pages, in Portuguese. The API makes its own problem answers (`application/problem+json`)."""

import secrets

import structlog
from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from printserver.common import faults
from printserver.errors import Recusa
from printserver.web import drafts, login
from printserver.web.context import register
from printserver.web.forms import label

log = structlog.get_logger(__name__)

_PAGES = {
    400: ("Pedido não entendido", "O navegador enviou algo que o servidor não entendeu. Volte e tente de novo."),
    404: ("Página não encontrada", "Não há nada neste endereço. Confira o endereço ou volte a Hoje."),
    405: ("Página não encontrada", "Este endereço não se abre assim. Volte a Hoje."),
    413: ("Texto grande demais", "O que foi enviado é grande demais. Encurte o texto e tente de novo."),
}


def error_page(error: Exception) -> ResponseReturnValue:
    """Return the page for an exception of a screen; an unforeseen exception is logged with its traceback."""
    if isinstance(error, CSRFError):
        return _expired()
    if isinstance(error, Recusa) and error.word == "sem-permissao":
        register("acesso", request.path, "recusado", {"texto": error.detail})
    title, text, status = _explain(error)
    return render_template("screens/erro.html", titulo=title, texto=text, status=status), status


def _expired() -> ResponseReturnValue:
    """Answer a form with an invalid CSRF token, e.g. from before the last login: do nothing, keep what was typed."""
    if request.endpoint == "web.entrar":
        return login.render_page(
            request.form.get("proximo"), notice="Esta página expirou. Nada foi feito: entre de novo."
        ), 400
    guardado = drafts.kept_draft() if current_user.is_authenticated else ""
    if not guardado:
        text = "Nada foi feito. A página foi aberta antes da entrada atual: abra-a de novo e repita."
    else:
        text = "Nada foi feito. O que você digitou está guardado."
    title = "Esta página expirou"
    return render_template("screens/erro.html", titulo=title, texto=text, status=400, guardado=guardado), 400


def _explain(error: Exception) -> tuple[str, str, int]:
    if isinstance(error, Recusa):
        return error.kind.title, _by_label(error), error.kind.status
    if isinstance(error, HTTPException) and error.code is not None and 400 <= error.code < 500:
        return *_PAGES.get(error.code, _PAGES[400]), error.code
    if (reason := faults.passing(error)) is not None:
        log.warning("cannot_work_now", exc_info=error)
        return "Servidor ocupado", f"Nada foi feito. {reason} Tente de novo depois.", 503
    number = secrets.token_hex(4)
    log.error("unforeseen_error", occurrence=number, exc_info=error)
    return (
        "Erro no servidor",
        f"Algo inesperado aconteceu. Tente de novo; se continuar, avise o administrador: ocorrência {number}.",
        500,
    )


def _by_label(refusal: Recusa) -> str:
    """Return the detail with the field that it begins with named by its label on this screen (A7)."""
    field, colon, rest = refusal.detail.partition(": ")
    named = colon and any(each.campo == field for each in refusal.errors) and label(field)
    return f"{named}: {rest}" if named else refusal.detail
