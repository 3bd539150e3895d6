"""Every error of a request as `application/problem+json` (RFC 9457).

`Recusa` has its own error word. Any other error (unknown path, method not allowed, body too large, internal error) gets
the word that fits it best. The answer shows no details of an internal error; they are logged under its number.
"""

import json
import secrets
from collections.abc import Callable, Mapping, Sequence

import structlog
from flask import Flask, Response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, RequestEntityTooLarge

from printserver.common import faults
from printserver.errors import Recusa

TYPE_PREFIX = "https://printserver.invalid/problemas/"
MEDIA_TYPE = "application/problem+json"
CSV_TYPE = "text/csv; charset=utf-8"
_RETRY_AFTER_S = 1
_NOT_HTTP = "O pedido não pôde ser lido como HTTP. Confira cabeçalhos e corpo."

log = structlog.get_logger(__name__)


def json_response(
    data: object, status: int = 200, headers: Mapping[str, str] | None = None, media_type: str = "application/json"
) -> Response:
    """Return `data` as JSON in UTF-8, not escaped to ASCII, with caching forbidden."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    response = Response(text.encode("utf-8", "replace"), status=status, content_type=media_type)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers.update(headers or {})
    return response


def csv_response(text: str, filename: str) -> Response:
    """Return a table as a CSV file in UTF-8, with caching forbidden."""
    response = Response(text, content_type=CSV_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def problem(
    refusal: Recusa, extra: Mapping[str, object] | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """Return the problem answer of `refusal`; `extra` is added to its own extra fields (a held `job`)."""
    kind = refusal.kind
    body: dict[str, object] = {
        "type": TYPE_PREFIX + refusal.word,
        "title": kind.title,
        "status": kind.status,
        "detail": refusal.detail,
        "repetir": kind.repetir,
    }
    if refusal.errors:
        body["errors"] = [{"campo": item.campo, "mensagem": item.mensagem} for item in refusal.errors]
    added = {**refusal.extra, **(extra or {})}
    body.update({name: value for name, value in added.items() if name not in body})
    response = json_response(body, kind.status, headers, MEDIA_TYPE)
    retry_after = refusal.retry_after
    if retry_after is None and (kind.status in (429, 503) or refusal.word == "em-processamento"):
        retry_after = _RETRY_AFTER_S
    if retry_after is not None:
        response.headers["Retry-After"] = str(max(1, retry_after))
    if kind.status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="printserver"'
    return response


def refusal_of(error: Exception) -> Recusa:
    """Return the refusal for any exception; an unexpected one is logged with its traceback."""
    if isinstance(error, Recusa):
        return error
    if isinstance(error, RequestEntityTooLarge):
        limit = (request.max_content_length or 0) // (1024 * 1024)
        return Recusa("corpo-grande-demais", f"O pedido passa de {limit} MB. Diminua o corpo do documento.")
    if isinstance(error, NotFound):
        return Recusa("nao-encontrado", f"Não há nada no endereço {request.path}. Confira o caminho.")
    if isinstance(error, MethodNotAllowed):
        return Recusa("metodo-nao-permitido", f"{request.method} não serve para {request.path}. Confira o método.")
    if isinstance(error, HTTPException) and error.code is not None and 400 <= error.code < 500:
        return Recusa("json-invalido", _NOT_HTTP)
    if (reason := faults.passing(error)) is not None:
        log.warning("cannot_work_now", path=request.path, exc_info=error)
        return Recusa("servidor-ocupado", f"{reason} Envie o mesmo pedido de novo depois.")
    number = secrets.token_hex(6)
    log.error("unforeseen_error", occurrence=number, path=request.path, method=request.method, exc_info=error)
    return Recusa(
        "erro-interno",
        f"Erro inesperado no servidor (ocorrência {number}). Envie o mesmo pedido de novo com a mesma chave; "
        "se continuar, avise o administrador com este número.",
        extra={"ocorrencia": number},
    )


def unread_request(status: int) -> Recusa:
    """Return the refusal of a request that failed before it reached the application, by the HTTP server's status."""
    if status == 413:
        return Recusa("corpo-grande-demais", "O pedido passa do tamanho máximo. Diminua o corpo do documento.")
    if status == 431:
        return Recusa("cabecalho-grande-demais", "O endereço e os cabeçalhos passam de 32 kB. Diminua-os.")
    if status >= 500 and status != 501:  # 501: unknown transfer coding
        return Recusa("erro-interno", "Erro inesperado no servidor. Envie o mesmo pedido de novo com a mesma chave.")
    return Recusa("json-invalido", _NOT_HTTP)


def install(app: Flask, prefixes: tuple[str, ...], refused: Callable[[Recusa], None]) -> None:
    """Answer every error under `prefixes` with a problem; other errors go to the screens' own handlers.

    `refused` is called for each refused access, to log it (A5).
    """

    def handle(error: Exception) -> ResponseReturnValue:
        if not request.path.startswith(prefixes):
            if isinstance(error, HTTPException):
                return error
            raise error
        refusal = refusal_of(error)
        if refusal.word in ("sem-permissao", "chave-invalida"):
            refused(refusal)
        response = problem(refusal)
        if isinstance(error, MethodNotAllowed) and error.valid_methods:
            response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
        return response

    for kind in (Exception, HTTPException):
        app.register_error_handler(kind, handle)


def one_page(items: Sequence[Mapping[str, object]]) -> Response:
    """Return a list that has only one page."""
    return json_response({"itens": items, "pagina": 1, "total": len(items)})
