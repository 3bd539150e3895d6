"""Critical headers and all query parameters may occur once; otherwise the request is refused (A7)."""

from typing import Final

from flask import Request

from printserver.errors import invalid_input

REPEATED: Final = "printserver.repeated_headers"
"""WSGI environ: the repeated headers, which WSGI cannot tell apart; set by the HTTP server."""

ONCE: Final = ("Authorization", "Idempotency-Key", "Content-Type", "Content-Encoding")


def refuse_repeated(request: Request) -> None:
    """Raise `Recusa` `entrada-invalida` for a repeated header of `ONCE` or a repeated query parameter."""
    repeated = request.environ.get(REPEATED, frozenset())
    for name in ONCE:
        if name.upper() in repeated:
            raise invalid_input(name, "este cabeçalho deve vir uma só vez, escrito com hífen")
    for name, values in request.args.lists():
        if len(values) > 1:
            raise invalid_input(name[:80], "este parâmetro aparece mais de uma vez no endereço")
