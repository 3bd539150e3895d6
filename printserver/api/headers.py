"""Headers and parameters of the address that decide something: each is given once, or the request is refused (A7)."""

from typing import Final

from flask import Request

from printserver.errors import invalid_input

REPEATED: Final = "printserver.repeated_headers"
"""WSGI environ: the headers that WSGI cannot tell apart; set by the HTTP server."""

ONCE: Final = ("Authorization", "Idempotency-Key", "Content-Type", "Content-Encoding")


def refuse_repeated(request: Request) -> None:
    """Raise `Recusa` `entrada-invalida` that names a header of `ONCE` or a parameter of the address given twice."""
    repeated = request.environ.get(REPEATED, frozenset())
    for name in ONCE:
        if name.upper() in repeated:
            raise invalid_input(name, "este cabeçalho deve vir uma só vez, escrito com hífen")
    for name, values in request.args.lists():
        if len(values) > 1:
            raise invalid_input(name[:80], "este parâmetro aparece mais de uma vez no endereço")
