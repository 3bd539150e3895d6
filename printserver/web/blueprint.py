"""Registers the screens: one blueprint, all routes in one table.

Every path outside the API belongs to the screens, so a mistyped address gets an error page in Portuguese.
"""

import hashlib
import uuid
from collections.abc import Callable, Mapping
from functools import cache, wraps
from pathlib import Path

from flask import Blueprint, Flask, abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BaseConverter

from printserver.errors import Recusa
from printserver.jobs import Office
from printserver.web import (
    access,
    account,
    address,
    compression,
    context,
    court_page,
    court_words,
    drafts,
    error_pages,
    forms,
    login,
    names,
    pin,
    security,
    shell,
    words,
)
from printserver.web.audit import log_words
from printserver.web.civil import records
from printserver.web.help import topics
from printserver.web.screens import SCREENS
from printserver.web.seals import compare, seal_words
from printserver.web.settings import keys_page, service_import

_STATIC = Path(__file__).parent.parent / "static"
_BOTH = ["GET", "POST"]
_MAX_FORM = 256 * 1024  # bytes; forms hold only short texts
_MAX_TEMPLATES = 1024 * 1024  # where a form holds the texts of a format's files, percent-encoded


class _NotTheApi(BaseConverter):
    """Any path outside the API."""

    regex = r"(?!api/|healthz$|readyz$|metrics$).*?"
    part_isolating = False


# Template filters by name. The names are Portuguese, as the templates are.
_FILTERS: Mapping[str, Callable[..., object]] = {
    "no_tribunal": seal_words.court_state,
    "dito_ao_tribunal": seal_words.told_to_court,
    "resposta_do_tribunal": seal_words.court_answer,
    "origem": seal_words.origin,
    "andamento": seal_words.change_detail,
    "campo": seal_words.field,
    "do_campo": seal_words.field_text,
    "nome": names.name,
    "ato": names.title,
    "de_quem": names.whose,
    "onde": names.place,
    "numero": names.number,
    "titulo": words.title,
    "reais": words.reais,
    "total": words.total,
    "dia": words.day,
    "data_escrita": words.written_day,
    "data": words.data,
    "hora": words.time_of_day,
    "por_extenso": words.full_time,
    "passo": words.step,
    "detalhe": words.detail,
    "situacao": words.status,
    "veredito": words.verdict,
    "validade": words.validity,
    "motivo": words.reason,
    "por_quem": words.by_whom,
    "plural": words.plural,
    "numeros": words.numbers,
    "prazo": court_words.time_left,
    "com_o_tribunal": court_words.court_standing,
    "modo_do_tribunal": court_words.court_mode,
    "envio_ao_tribunal": court_words.court_sending,
    "data_iso": court_words.data_iso,
    "componente": court_words.component,
    "registro_de": records.record_of,
    "autor_do_registro": log_words.author,
    "nome_da_pessoa": context.person_name,
    "rotulo": forms.label,
    "direitos_da_chave": keys_page.rights_in_words,
}


def register(app: Flask, office: Office) -> None:
    """Add the screens to `app`, which already has its `secret_key`."""
    csrf = security.prepare(app, office, login.send_to_login)
    app.url_map.converters["pessoas"] = _NotTheApi
    app.extensions[context.EXTENSION] = office
    bp = Blueprint(
        "web", __name__, template_folder="../templates", static_folder=str(_STATIC), static_url_path="/estatico"
    )
    bp.before_request(_small_bodies)
    bp.before_request(csrf.protect)
    bp.before_request(address.check_address)
    bp.before_request(drafts.resume)
    bp.after_request(compression.compress)  # runs last: Flask calls them in reverse
    bp.after_request(drafts.shown_again)
    bp.after_request(security.headers)
    for kind in (Recusa, HTTPException, Exception):
        bp.register_error_handler(kind, error_pages.error_page)
    bp.context_processor(_for_templates)
    for name, spoken in _FILTERS.items():
        bp.add_app_template_filter(spoken, name)
    bp.add_app_template_filter(context.shown_time, "momento")
    bp.add_app_template_filter(context.exact_time, "momento_exato")
    bp.add_app_template_filter(lambda value: words.short_time(value, context.now()), "hora_curta")
    bp.add_app_template_filter(lambda value: court_words.until(value, context.now()), "falta")
    bp.add_app_template_filter(lambda value: words.is_past(value, context.now()), "passou")

    bp.add_url_rule("/entrar", "entrar", login.log_in, methods=_BOTH)
    bp.add_url_rule("/sair", "sair", login.log_out, methods=["POST"])
    for screen in SCREENS:
        bp.add_url_rule(screen.path, screen.endpoint, login_required(_checked(screen)), methods=screen.methods)
    bp.add_url_rule("/<pessoas:caminho>", "desconhecido", _unknown, methods=_BOTH)
    app.register_blueprint(bp)


def _checked(screen: access.Screen) -> Callable[..., ResponseReturnValue]:
    """Return the view of a screen behind the check of who may see it or act on it."""

    @wraps(screen.view)
    def view(**arguments: object) -> ResponseReturnValue:
        if (first := account.required_first(screen.endpoint)) is not None:
            return first
        screen.check()
        return screen.view(**arguments)

    return view


def _may_use(endpoint: str) -> bool:
    """Return whether the person may use a screen, for templates that link to it or show its button."""
    screen = next(each for each in SCREENS if each.endpoint == endpoint)
    ability = screen.act or screen.see
    return ability is not None and access.may(ability)


def _small_bodies() -> None:
    file = request.endpoint == "web.comparar" and request.mimetype == "multipart/form-data"
    request.max_content_length = compare.FILE_MB * 1024 * 1024 if file else _MAX_FORM
    if request.endpoint == "web.servicos_importar":  # its second step carries the file
        request.max_content_length = request.max_form_memory_size = service_import.FORM_BYTES
    if request.endpoint in ("web.formato_importar", "web.formato_modelo", "web.formato_pagina"):
        request.max_content_length = _MAX_TEMPLATES


def _unknown(**_address: str) -> ResponseReturnValue:
    abort(404)


def _for_templates() -> dict[str, object]:
    here = context.office()
    return {
        "serventia": here.settings.serventia,
        "demonstracao": here.settings.serventia.demonstracao,
        "pessoa": context.find_person() if current_user.is_authenticated else None,
        "papeis": words.ROLES,
        "ociosa_s": 60 * here.settings.pessoas.sessao_ociosa_minutos,
        "estatico": _static_url,
        "chave_nova": lambda: uuid.uuid4().hex,
        "pin_pedido": pin.asked,
        "faixa_do_tribunal": court_page.strip,
        "sino": shell.bell,
        "secoes": shell.sections,
        "secao_atual": shell.current_section,
        "quantas_esperam": shell.count,
        "pode_usar": _may_use,
        "ajuda_daqui": lambda: topics.topic((request.endpoint or "").removeprefix("web.")),
        "agora_por_extenso": lambda: words.full_time(context.now()),
    }


def _static_url(name: str) -> str:
    """Return the URL of a static file. It changes with the content, so browsers can cache it."""
    return url_for("web.static", filename=name, v=_digest(name))


@cache
def _digest(name: str) -> str:
    return hashlib.sha256((_STATIC / name).read_bytes()).hexdigest()[:12]
