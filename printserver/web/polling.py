"""The live parts of a page: polled by htmx every two seconds, sent again only when they have changed.

A part carries the mark of its own content in the address it polls; the same mark comes back as 204, which leaves the
page, the focus and the reader alone. Nothing is held open: a person's screen costs a short question now and then.
"""

import hashlib
import threading
import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

import sqlalchemy as sa
from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from printserver import db
from printserver.jobs import Office
from printserver.web.context import is_htmx

T = TypeVar("T")
_KEEP_S = 3.0  # what the queue reports of itself is not in the log: seen this much later at most


@dataclass(frozen=True, slots=True)
class Part:
    """A live part as HTML, and the mark of its content."""

    html: str
    marca: str


def live_part(template: str, endpoint: str, address: Mapping[str, object], **values: object) -> Part:
    """Return a live part; `address` is what its polled URL is made from. `titulo` also goes to the window's title.

    `cada` is how often it is polled.
    """
    body = render_template(template, **values)
    mark = hashlib.sha256(body.encode()).hexdigest()[:16]
    url = url_for(endpoint, **{**address, "marca": mark})  # type: ignore[arg-type]  # url_for takes any value
    nome = endpoint.rsplit("_", 1)[-1]
    title = values.get("titulo") if is_htmx() else None
    every = values.get("cada", "2s")
    live = render_template("screens/_vivo.html", corpo=body, url=url, nome=nome, titulo=title, cada=every)
    return Part(live, mark)


def answer(live_part: Part) -> ResponseReturnValue:
    """Answer a poll: the part, or 204 where the page already has it."""
    return Response(status=204) if request.args.get("marca") == live_part.marca else Response(live_part.html)


class Kept(Generic[T]):
    """One result, kept while the office's log has not grown, for a few seconds: many screens ask for the same list."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[Hashable, tuple[int, float, T]] = {}

    def get(self, office: Office, key: Hashable, make: Callable[[], T]) -> T:
        """Return the result for `key`, made anew by `make` if it may have changed."""
        head = _log_head(office)
        with self._lock:
            found = self._kept.get(key)
            if found is not None and found[0] == head and time.monotonic() < found[1]:
                return found[2]
        made = make()
        with self._lock:
            if len(self._kept) > 64:  # days that nobody looks at any more
                self._kept.clear()
            self._kept[key] = (head, time.monotonic() + _KEEP_S, made)
        return made


def _log_head(office: Office) -> int:
    with office.db.read() as conn:
        query = sa.select(db.cadeia.c.n).where(db.cadeia.c.serventia_id == office.serventia_id)
        return int(conn.execute(query).scalar_one())
