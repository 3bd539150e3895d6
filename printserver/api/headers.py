"""Headers and parameters of the address that decide something: each is given once, or the request is refused (A7).

WSGI joins a header that comes twice by a comma, and a comma may stand in its value. So gunicorn's hook joins it by a
line end, which no header's value can hold, and `refuse_repeated` finds it.
"""

from typing import Any, Final

from flask import Request

from printserver.errors import entrada_invalida

ONCE: Final = ("Authorization", "Idempotency-Key", "Content-Type", "Content-Encoding")
_ONCE: Final = frozenset(name.upper() for name in ONCE)
_MARK: Final = "\n"


def mark_repeated(_worker: Any, request: Any) -> None:
    """Mark, before gunicorn hands a request on, the headers of `ONCE` that come twice or with `_` for `-`.

    Other headers with a `_` are thrown away: nothing here reads one, and WSGI could not tell them from those with `-`.
    """
    kept: list[tuple[str, str]] = []
    found: dict[str, str] = {}
    for name, value in request.headers:
        meant = name.replace("_", "-")
        if meant in _ONCE:
            found[meant] = found[meant] + _MARK + value if meant in found else value
            if name != meant:
                found[meant] += _MARK
        elif "_" not in name:
            kept.append((name, value))
    request.headers = [*kept, *found.items()]


def refuse_repeated(request: Request) -> None:
    """Raise `Recusa` `entrada-invalida` that names a header of `ONCE` or a parameter of the address given twice."""
    for name in ONCE:
        if _MARK in request.headers.get(name, ""):
            raise entrada_invalida(name, "este cabeçalho deve vir uma só vez, escrito com hífen")
    for name, values in request.args.lists():
        if len(values) > 1:
            raise entrada_invalida(name[:80], "este parâmetro aparece mais de uma vez no endereço")
