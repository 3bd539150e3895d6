"""Live parts of a page: polled by htmx every two seconds by default, sent only when they have changed.

The polled URL carries a hash of the part's content. If the hash is unchanged the answer is 204, and the page keeps its
focus and scroll position. No connection is held open.
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
from printserver.web.context import find_person, is_htmx, now, office

T = TypeVar("T")
_KEEP_S = 3.0  # what is not in the log, such as a queue's own status, is seen at most this much later
_KEEP_PART_S = 10.0  # the same, on a screen that stays open
_MOST = 256  # results kept


@dataclass(frozen=True, slots=True)
class Part:
    """A live part as HTML, and the hash of its content."""

    html: str
    marca: str


def live_part(template: str, endpoint: str, address: Mapping[str, object], **values: object) -> Part:
    """Return a live part. `address` holds the arguments of its polled URL, `cada` is the polling interval.

    `titulo` also becomes the window's title.
    """
    body = render_template(template, **values)
    mark = hashlib.sha256(body.encode()).hexdigest()[:16]
    url = url_for(endpoint, **{**address, "marca": mark})  # type: ignore[arg-type]  # url_for takes any value
    nome = endpoint.rsplit("_", 1)[-1]
    title = values.get("titulo") if is_htmx() else None
    every = values.get("cada", "2s")
    live = render_template("screens/_vivo.html", corpo=body, url=url, nome=nome, titulo=title, cada=every)
    return Part(live, mark)


class Kept(Generic[T]):
    """Cache of one result per key, valid for `seconds` while the office's log has not grown."""

    def __init__(self, seconds: float = _KEEP_S) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._kept: dict[Hashable, tuple[int, float, T]] = {}

    def get(self, office: Office, key: Hashable, make: Callable[[], T]) -> T:
        """Return the result for `key`; call `make` if the cached one may be out of date."""
        head = _log_head(office)
        with self._lock:
            found = self._kept.get(key)
            if found is not None and found[0] == head and time.monotonic() < found[1]:
                return found[2]
        made = make()
        with self._lock:
            if len(self._kept) > _MOST:  # old keys, such as past days
                self._kept.clear()
            self._kept[key] = (head, time.monotonic() + self._seconds, made)
        return made


def _log_head(office: Office) -> int:
    with office.db.read() as conn:
        query = sa.select(db.cadeia.c.n).where(db.cadeia.c.serventia_id == office.serventia_id)
        return int(conn.execute(query).scalar_one())


_parts: Kept[Part] = Kept(_KEEP_PART_S)


def answer(make: Callable[[], Part]) -> ResponseReturnValue:
    """Answer a poll: the part that `make` returns, or 204 if the page already has it.

    `make` is called again for the same person and address when the log has grown, in the next minute (parts show
    terms), or after `_KEEP_PART_S`. So a poll that finds nothing new costs one look at the log.
    """
    here, arguments = office(), request.args.to_dict()
    mark = arguments.pop("marca", None)
    minute = int(now().timestamp() // 60)
    view = (request.path, *sorted(arguments.items()), find_person().usuario, is_htmx(), minute)
    part = _parts.get(here, (here.instance_name, view), make)
    return Response(status=204) if mark == part.marca else Response(part.html)
