"""Error pages for people, in Portuguese. Problem answers (`application/problem+json`) are the API's, not made here."""

import secrets

import structlog
from flask import render_template
from flask.typing import ResponseReturnValue
from flask_limiter import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from printserver import faults
from printserver.errors import Recusa

log = structlog.get_logger(__name__)

_PAGINAS = {
    400: ("Pedido não entendido", "O navegador enviou algo que o servidor não entendeu. Volte e tente de novo."),
    404: ("Página não encontrada", "Não há nada neste endereço. Confira o endereço ou volte ao painel."),
    405: ("Página não encontrada", "Este endereço não se abre assim. Volte ao painel."),
    413: ("Texto grande demais", "O que foi enviado é grande demais. Encurte o texto e tente de novo."),
}


def pagina_de_erro(error: Exception) -> ResponseReturnValue:
    """Return the page for anything that ended a request of a person; one that nobody foresaw is logged whole."""
    titulo, texto, status = _entender(error)
    return render_template("screens/erro.html", titulo=titulo, texto=texto, status=status), status


def _entender(error: Exception) -> tuple[str, str, int]:
    if isinstance(error, Recusa):
        return error.kind.title, error.detail, error.kind.status
    if isinstance(error, CSRFError):
        return (
            "A página ficou velha",
            "Nada foi feito. A página que você usou foi aberta antes da entrada atual. Abra-a de novo e repita.",
            400,
        )
    if isinstance(error, RateLimitExceeded):
        return "Tentativas demais", "Senha errada muitas vezes seguidas. Espere um minuto e tente de novo.", 429
    if isinstance(error, HTTPException) and error.code is not None and 400 <= error.code < 500:
        return *_PAGINAS.get(error.code, _PAGINAS[400]), error.code
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
