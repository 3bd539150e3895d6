"""What a person had typed when their session, or the page, had expired: kept, and put back into its form (A7).

It goes with the login's page, sealed with the server's key, and only to the person whose session it was. Nothing is
done with it: it is shown again in the form it comes from, and the person presses the button again.
"""

import secrets
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from flask import Response, current_app, flash, g, request, session, url_for
from flask_login import current_user
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.datastructures import ImmutableMultiDict

ARG: Final = "retomar"
_AGE_S: Final = 12 * 60 * 60
_SHOWN_S: Final = 30 * 60.0  # a page that is loaded again within it shows the same
_LONGEST: Final = 60_000  # characters, sealed
_MOST: Final = 100
# Never put back: what confirms, what was shown before, and what is the page's own.
_NOT_TYPED: Final = frozenset({"csrf_token", "chave", "confirmo", "visto", "resposta", "senha", "guardado"})
# Where the form stands that goes to an address that shows nothing itself.
_PAGES: Final = {"web.responder_xa": "web.pergunta", "web.responder_selo": "web.pergunta"}
_BUTTONS: Final = {"web.mandar_de_novo": "web.selo", "web.comunicar": "web.tribunal"}


@dataclass(frozen=True, slots=True)
class Draft:
    """A form as it was typed: whose, at which path, its fields in order."""

    usuario: str
    caminho: str
    campos: Sequence[tuple[str, str]]


_lock = threading.Lock()
_slots: dict[str, tuple[float, Draft]] = {}


def kept_draft() -> str:
    """Return the current request's form, sealed; empty if it holds nothing that a person of ours typed.

    A form that came on from one login's page to the next (a wrong password) is handed on as it is.
    """
    if request.endpoint in ("web.entrar", "web.continuar"):
        return request.form.get("guardado", "")[: _LONGEST + 1]
    usuario = session.get("_user_id")
    if request.method != "POST" or not isinstance(usuario, str) or request.url_rule is None:
        return ""
    sealed = _sealer().dumps([usuario, _page(), _typed()])
    text = sealed if isinstance(sealed, str) else sealed.decode("ascii")
    return text if len(text) <= _LONGEST else ""


def read(text: str) -> Draft | None:
    """Return what was sealed; None where it is not ours, or too old."""
    if not text or len(text) > _LONGEST:
        return None
    try:
        usuario, path, fields = _sealer().loads(text, max_age=_AGE_S)
    except (BadData, ValueError):
        return None
    return Draft(usuario, path, [(name, value) for name, value in fields])


def return_address(draft: Draft, usuario: str) -> str:
    """Return the address that shows the form again, filled in; without what was typed if it was another person's."""
    if draft.usuario != usuario:
        flash("O que tinha sido digitado era de outra pessoa, e não foi guardado.")
        return url_for("web.painel")
    if not draft.campos:
        flash("Nada foi feito: a página tinha expirado. Se ainda é o que quer, aperte de novo.")
        return draft.caminho
    number = secrets.token_urlsafe(12)
    with _lock:
        _slots[number] = (time.monotonic() + _SHOWN_S, draft)
        while len(_slots) > _MOST:
            _slots.pop(next(iter(_slots)))
    join = "&" if "?" in draft.caminho else "?"
    return f"{draft.caminho}{join}{urlencode({ARG: number})}"


def resume() -> None:
    """Have the page of a form that expired shown as it was sent: its view sees the form, and is told to do nothing."""
    number = request.args.get(ARG)
    if number is None or request.method != "GET" or not current_user.is_authenticated:
        return
    with _lock:
        until, draft = _slots.get(number, (0.0, None))
    if draft is None or until < time.monotonic() or draft.usuario != current_user.get_id():
        return
    if draft.caminho.partition("?")[0] != request.path:
        return
    g.resumed = True
    request.form = ImmutableMultiDict(draft.campos)
    request.method = "POST"


def shown_again(response: Response) -> Response:
    """The page of a form that expired, shown again, is no mistake of the person."""
    if g.get("resumed") and response.status_code == 422:
        response.status_code = 200
    return response


def _page() -> str:
    """Return the address of the page that the current request's form stands on."""
    endpoint = request.endpoint or ""
    shown = _PAGES.get(endpoint) or _BUTTONS.get(endpoint)
    if shown is not None:
        return url_for(shown, **(request.view_args or {}))
    query = urlencode([(name, value) for name, value in request.args.items(multi=True) if name != ARG])
    return request.path + (f"?{query}" if query else "")


def _typed() -> list[tuple[str, str]]:
    if request.endpoint in _BUTTONS:
        return []
    return [(name, value) for name, value in request.form.items(multi=True) if name not in _NOT_TYPED]


def _sealer() -> URLSafeTimedSerializer:
    assert current_app.secret_key is not None
    return URLSafeTimedSerializer(current_app.secret_key, salt="rascunho")
