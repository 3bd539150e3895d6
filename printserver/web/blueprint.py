"""Registers the screens: one blueprint, all routes in one table.

Every path outside the API belongs to the screens, so a mistyped address gets an error page in Portuguese.
"""

import hashlib
import uuid
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from flask import Blueprint, Flask, abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BaseConverter

from printserver.errors import Recusa
from printserver.jobs import Office
from printserver.web import (
    account,
    address,
    compression,
    context,
    court_page,
    court_words,
    drafts,
    error_pages,
    find,
    forms,
    login,
    names,
    paper,
    pin,
    security,
    shell,
    today,
    words,
)
from printserver.web.civil import collection, records
from printserver.web.counter import counter, counter_day, counter_numbers, daily
from printserver.web.prints import actions, copies, job_page, prints, questions
from printserver.web.seals import by_hand, compare, seal_page, seal_words, search, signatures

_STATIC = Path(__file__).parent.parent / "static"
_MAX_FORM = 256 * 1024  # bytes; forms hold only short texts


class _NotTheApi(BaseConverter):
    """Any path outside the API."""

    regex = r"(?!api/|healthz$|readyz$|metrics$).*?"
    part_isolating = False


_GET, _POST = ["GET"], ["POST"]
# Every screen behind the login: path, endpoint, view, methods.
SCREENS: tuple[tuple[str, str, Callable[..., ResponseReturnValue], list[str]], ...] = (
    ("/", "hoje", today.first_page, _GET),
    ("/vivo/espera", "vivo_espera", today.live_waiting, _GET),
    ("/vivo/ultimas", "vivo_ultimas", today.live_last, _GET),
    ("/vivo/sino", "vivo_sino", shell.live_bell, _GET),
    ("/procurar", "procurar", find.find_anything, _GET),
    ("/impressoes", "impressoes", prints.list_prints, _GET),
    ("/vivo/impressoes", "vivo_impressoes", prints.live_prints, _GET),
    ("/selos", "selos", search.selos, _GET),
    ("/selos/totais", "selos_totais", search.totals, _GET),
    ("/selos/exportar", "selos_exportar", search.export_seals, _GET),
    ("/selos/comparar", "comparar", compare.compare_lists, _GET + _POST),
    ("/selos/novo", "selo_novo", by_hand.new_seal, _GET + _POST),
    ("/selos/vinculos", "vinculos", by_hand.links, _GET + _POST),
    ("/selos/carta-de-sentenca", "carta_de_sentenca", by_hand.judgment_letter, _GET + _POST),
    ("/selos/<codigo>", "selo", seal_page.selo, _GET),
    ("/selos/<codigo>/vivo", "vivo_selo", seal_page.live_selo, _GET),
    ("/selos/<codigo>/qr.svg", "qr", seal_page.qr_image, _GET),
    ("/selos/<codigo>/retificar", "retificar", seal_page.rectify_selo, _GET + _POST),
    ("/selos/<codigo>/excluir", "excluir_selo", seal_page.exclude_selo, _GET + _POST),
    ("/selos/<codigo>/mandar", "mandar_de_novo", seal_page.send_again, _POST),
    ("/papel", "papel", paper.paper_group, _GET + _POST),
    ("/papel/mes", "papel_mes", paper.paper_month, _GET),
    ("/vivo/filas", "vivo_filas", paper.live_queues, _GET),
    ("/trabalhos/<job_id>", "trabalho", job_page.show_job, _GET),
    ("/trabalhos/<job_id>/vivo", "vivo_trabalho", job_page.live_job, _GET),
    ("/trabalhos/<job_id>/copia/vivo", "vivo_copia", job_page.live_copy, _GET),
    ("/trabalhos/<job_id>/pdf", "pdf", job_page.pdf, _GET),
    ("/trabalhos/<job_id>/paginas/<int:pagina>.png", "imagem", job_page.page_image, _GET),
    ("/trabalhos/<job_id>/pergunta", "pergunta", questions.question, _GET),
    ("/trabalhos/<job_id>/pergunta/vivo", "vivo_pergunta", questions.live_question, _GET),
    ("/trabalhos/<job_id>/xa", "responder_xa", questions.answer_xa, _POST),
    ("/trabalhos/<job_id>/selo", "responder_selo", questions.answer_selo, _POST),
    ("/trabalhos/<job_id>/reenviar", "reenviar", actions.resend, _GET + _POST),
    ("/trabalhos/<job_id>/cancelar", "cancelar", actions.cancel, _GET + _POST),
    ("/trabalhos/<job_id>/folhas", "folhas", actions.folhas, _GET + _POST),
    ("/balcao", "balcao", counter.counter_page, _GET + _POST),
    ("/balcao/atos/<number>/estorno", "estorno", counter.reversal, _GET + _POST),
    ("/balcao/conferencia", "conferencia", counter_day.day_check, _GET + _POST),
    ("/balcao/controle", "controle", counter_day.paper_seal_control, _GET),
    ("/balcao/faixa", "faixa", counter_numbers.number_range, _GET + _POST),
    ("/balcao/numeros", "numeros", counter_numbers.numbers, _GET + _POST),
    ("/balcao/diarios", "diarios", daily.diarios_of_day, _GET + _POST),
    ("/trabalhos/<job_id>/substituir", "substituir", copies.replace_print, _GET + _POST),
    ("/trabalhos/<job_id>/copia-judicial", "copia_judicial", copies.copy_by_court_order, _GET + _POST),
    ("/trabalhos/<job_id>/assinaturas", "assinar", signatures.sign_instrumento, _GET + _POST),
    ("/registro", "registro", records.record_seals, _GET + _POST),
    ("/central", "central", records.exchange_requests, _GET),
    ("/central/<codigo_hash>/<nome>", "central_arquivo", records.exchange_file, _GET),
    ("/certidoes", "certidoes", collection.certidoes, _GET),
    ("/certidoes/<job_id>", "certidao", collection.certidao, _GET + _POST),
    ("/gratuidades", "gratuidades", records.free_acts, _GET),
    ("/assinaturas", "assinaturas", signatures.signatures, _GET),
    ("/tribunal", "tribunal", court_page.court_settings, _GET),
    ("/tribunal/vivo", "vivo_tribunal", court_page.live_court, _GET),
    ("/tribunal/faixa", "vivo_faixa", court_page.live_strip, _GET),
    ("/tribunal/comunicar", "comunicar", court_page.report, _POST),
    ("/tribunal/mandar", "mandar", court_page.order_faults, _GET + _POST),
    ("/continuar", "continuar", login.continue_form, _POST),
    ("/conta", "conta", account.own_account, _GET + _POST),
)
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
    "nome_da_pessoa": context.person_name,
    "rotulo": forms.label,
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

    bp.add_url_rule("/entrar", "entrar", login.log_in, methods=_GET + _POST)
    bp.add_url_rule("/sair", "sair", login.log_out, methods=_POST)
    for path, name, view, methods in SCREENS:
        bp.add_url_rule(path, name, login_required(view), methods=methods)
    bp.add_url_rule("/<pessoas:caminho>", "desconhecido", _unknown, methods=_GET + _POST)
    app.register_blueprint(bp)


def _small_bodies() -> None:
    file = request.endpoint == "web.comparar" and request.mimetype == "multipart/form-data"
    request.max_content_length = compare.FILE_MB * 1024 * 1024 if file else _MAX_FORM


def _unknown(**_address: str) -> ResponseReturnValue:
    abort(404)


def _for_templates() -> dict[str, object]:
    here = context.office()
    return {
        "serventia": here.settings.serventia,
        "demonstracao": here.settings.serventia.demonstracao,
        "pessoa": context.find_person() if current_user.is_authenticated else None,
        "papeis": words.ROLES,
        "estatico": _static_url,
        "chave_nova": lambda: uuid.uuid4().hex,
        "pin_pedido": pin.asked,
        "faixa_do_tribunal": court_page.strip,
        "sino": shell.bell,
        "secoes": shell.sections,
        "secao_atual": shell.current_section,
        "quantas_esperam": shell.count,
        "agora_por_extenso": lambda: words.full_time(context.now()),
    }


def _static_url(name: str) -> str:
    """Return the URL of a static file. It changes with the content, so browsers can cache it."""
    return url_for("web.static", filename=name, v=_digest(name))


@cache
def _digest(name: str) -> str:
    return hashlib.sha256((_STATIC / name).read_bytes()).hexdigest()[:12]
