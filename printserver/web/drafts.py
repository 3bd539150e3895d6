"""Drafts: the fields of a form whose session or page had expired, kept and put back into the form (A7).

A draft is carried by the login page, signed with the server's key, and restored only to the person whose session it
was. It is never executed: the form is shown again, and the person submits it again.
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

from printserver.web.forms import SECRETS

ARG: Final = "retomar"
_AGE_S: Final = 12 * 60 * 60
_SHOWN_S: Final = 30 * 60.0  # reloading the page within this time shows the same draft
_LONGEST: Final = 60_000  # characters, signed
_MOST: Final = 100
# Never restored: confirmations, previews, secrets, and the page's own fields.
_NOT_TYPED: Final = frozenset({"csrf_token", "chave", "confirmo", "visto", "resposta", "guardado", *SECRETS})
# The page that shows the form, for endpoints without a page.
_PAGES: Final = {
    "web.responder_xa": "web.pergunta",
    "web.responder_selo": "web.pergunta",
    "web.pessoa_saida": "web.pessoa",
}
_BUTTONS: Final = {
    "web.mandar_de_novo": "web.selo",
    "web.comunicar": "web.tribunal",
    "web.pessoa_senha": "web.pessoa",
    "web.pessoa_entradas": "web.pessoa",
    "web.conta_entradas": "web.conta",
    "web.incidente_comunicacao": "web.incidente",
    **dict.fromkeys(("web.copia_agora", "web.copia_ensaio", "web.copia_folha"), "web.copias"),
    **dict.fromkeys(
        (f"web.restauracao_{step}" for step in ("espelho", "tribunal", "papel", "liberar")), "web.restauracao"
    ),
}


@dataclass(frozen=True, slots=True)
class Draft:
    """A form as typed: user name, path, fields in order."""

    usuario: str
    caminho: str
    campos: Sequence[tuple[str, str]]


_lock = threading.Lock()
_slots: dict[str, tuple[float, Draft]] = {}


def kept_draft() -> str:
    """Return the current request's form, signed; empty if it holds nothing typed by a logged-in person.

    A draft that the login page already carries (after a wrong password) is passed on unchanged.
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
    """Return the draft of a signed text; None if the signature is invalid or too old."""
    if not text or len(text) > _LONGEST:
        return None
    try:
        usuario, path, fields = _sealer().loads(text, max_age=_AGE_S)
    except (BadData, ValueError):
        return None
    return Draft(usuario, path, [(name, value) for name, value in fields])


def return_address(draft: Draft, usuario: str) -> str:
    """Return the URL that shows the form again, filled in; the first page if the draft is another person's."""
    if draft.usuario != usuario:
        flash("O que tinha sido digitado era de outra pessoa, e não foi guardado.")
        return url_for("web.hoje")
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
    """Rewrite the request so that its view shows the draft; the view's `check_fields` refuses to execute it."""
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
    """Answer 200 instead of 422 when a draft is shown: the person made no mistake."""
    if g.get("resumed") and response.status_code == 422:
        response.status_code = 200
    return response


def _page() -> str:
    """Return the path of the page that contains the current request's form."""
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
