"""Authentication by the key in `Authorization: Bearer`, and rate limits. `office.people` defines a key's rights."""

import time
from contextlib import suppress
from datetime import timedelta
from typing import Final

import sqlalchemy as sa
from flask import Request, g, request
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from printserver.errors import Recusa
from printserver.office import Http, Office, audit, people

_NOTED_EVERY: Final = timedelta(minutes=1)
_WRONG = "chave-errada"
_VALID = "chave"


class Gate:
    """Admits a request by its key; limits wrong keys by address and, if configured, requests by key.

    The counters are in memory: one process serves HTTP. They use `limits`, the library below Flask-Limiter, because the
    decorators of Flask-Limiter limit an endpoint, and here the outcome is limited.
    """

    def __init__(self, office: Office) -> None:
        self._office = office
        self._limiter = FixedWindowRateLimiter(MemoryStorage())
        http: Http = office.settings.http
        self._wrong = RateLimitItemPerMinute(http.chaves_erradas_por_minuto)
        self._valid = RateLimitItemPerMinute(http.pedidos_por_minuto) if http.pedidos_por_minuto else None

    def admit(self) -> None:
        """Put the author of the current request in `g.autor`.

        Raises `Recusa` `chave-invalida`, or `muitos-pedidos` for too many wrong keys from one address or too many
        requests with one key. Wrong keys from the same address do not block a valid key.
        """
        address = request.remote_addr
        found = self._key(request)
        if found is None:
            self._count(self._wrong, _WRONG, address or "", "Chaves inválidas demais deste endereço")
            raise Recusa(
                "chave-invalida", "Envie o cabeçalho Authorization: Bearer CHAVE com uma chave válida desta serventia."
            )
        if self._valid is not None:
            self._count(self._valid, _VALID, str(found.id), "Pedidos demais com esta chave")
        self._note_use(found)
        g.autor = people.author_of_key(found, address)

    def record(self, refusal: Recusa) -> None:
        """Log a refused access with its address, its path and, if known, its key (A5)."""
        author: people.Author | None = g.get("autor")
        access = ("acesso", request.path[:200], "recusado")
        what = {"texto": refusal.kind.title, "metodo": request.method}
        unknown = audit.LogEntry(*access, endereco=request.remote_addr, detalhe=what)
        entry = author.record(*access, what) if author is not None else unknown
        with self._office.db.write() as conn:
            audit.write(conn, self._office.serventia_id, self._office.clock(), [entry])

    def _key(self, request: Request) -> people.ApiKey | None:
        scheme, _, text = request.headers.get("Authorization", "").strip().partition(" ")
        if scheme.lower() != "bearer" or not text.strip():
            return None
        with self._office.db.read() as conn:
            return people.api_key(conn, self._office.serventia_id, text.strip())

    def _note_use(self, key: people.ApiKey) -> None:
        """Record the use of a key, at most once a minute; where nothing can be written the request goes on."""
        now = self._office.clock()
        if key.usada_em is not None and timedelta(0) <= now - key.usada_em < _NOTED_EVERY:
            return
        with suppress(sa.exc.OperationalError), self._office.db.write() as conn:
            people.note_use(conn, key, now)

    def _count(self, limit: RateLimitItemPerMinute, kind: str, who: str, message: str) -> None:
        if self._limiter.hit(limit, kind, who):
            return
        reset = self._limiter.get_window_stats(limit, kind, who).reset_time
        seconds = max(1, round(reset - time.time()))
        raise Recusa("muitos-pedidos", f"{message}. Tente de novo em {seconds} s.", retry_after=seconds)


def author() -> people.Author:
    """Return the author of the current request, as set by `Gate.admit`."""
    found: people.Author = g.autor
    return found
