"""Puts the screens into the application: one blueprint, every address in one table.

Every path that is not the API's belongs to people, so that a mistyped address gets a page in Portuguese.
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
    actions,
    address,
    compare,
    context,
    counter,
    counter_day,
    counter_numbers,
    court_page,
    court_words,
    daily,
    dashboard,
    drafts,
    error_pages,
    forms,
    job_page,
    login,
    paper,
    questions,
    seal_page,
    seal_words,
    search,
    security,
    signatures,
    words,
)

_STATIC = Path(__file__).parent.parent / "static"
_MAX_FORM = 256 * 1024  # bytes: a form is a few short texts


class _NotTheApi(BaseConverter):
    """Any path but the API's."""

    regex = r"(?!api/|healthz$|readyz$|metrics$).*?"
    part_isolating = False


_GET, _POST = ["GET"], ["POST"]
# Every screen behind the login: address, name, view, methods.
_SCREENS: tuple[tuple[str, str, Callable[..., ResponseReturnValue], list[str]], ...] = (
    ("/", "painel", dashboard.painel, _GET),
    ("/vivo/perguntas", "vivo_perguntas", dashboard.vivo_perguntas, _GET),
    ("/vivo/filas", "vivo_filas", dashboard.vivo_filas, _GET),
    ("/vivo/trabalhos", "vivo_trabalhos", dashboard.vivo_trabalhos, _GET),
    ("/selos", "selos", search.selos, _GET),
    ("/selos/totais", "selos_totais", search.totais, _GET),
    ("/selos/exportar", "selos_exportar", search.exportar, _GET),
    ("/selos/comparar", "comparar", compare.comparar, _GET + _POST),
    ("/selos/<codigo>", "selo", seal_page.selo, _GET),
    ("/selos/<codigo>/retificar", "retificar", seal_page.retificar, _GET + _POST),
    ("/selos/<codigo>/excluir", "excluir_selo", seal_page.excluir, _GET + _POST),
    ("/selos/<codigo>/mandar", "mandar_de_novo", seal_page.mandar_de_novo, _POST),
    ("/papel", "papel", paper.papel, _GET + _POST),
    ("/trabalhos/<job_id>", "trabalho", job_page.trabalho, _GET),
    ("/trabalhos/<job_id>/vivo", "vivo_trabalho", job_page.vivo_trabalho, _GET),
    ("/trabalhos/<job_id>/copia/vivo", "vivo_copia", job_page.vivo_copia, _GET),
    ("/trabalhos/<job_id>/pdf", "pdf", job_page.pdf, _GET),
    ("/trabalhos/<job_id>/pergunta", "pergunta", questions.pergunta, _GET),
    ("/trabalhos/<job_id>/pergunta/vivo", "vivo_pergunta", questions.vivo_pergunta, _GET),
    ("/trabalhos/<job_id>/xa", "responder_xa", questions.responder_xa, _POST),
    ("/trabalhos/<job_id>/selo", "responder_selo", questions.responder_selo, _POST),
    ("/trabalhos/<job_id>/reenviar", "reenviar", actions.reenviar, _GET + _POST),
    ("/trabalhos/<job_id>/cancelar", "cancelar", actions.cancelar, _GET + _POST),
    ("/trabalhos/<job_id>/folhas", "folhas", actions.folhas, _GET + _POST),
    ("/balcao", "balcao", counter.balcao, _GET + _POST),
    ("/balcao/atos/<number>/estorno", "estorno", counter.estorno, _GET + _POST),
    ("/balcao/conferencia", "conferencia", counter_day.conferencia, _GET + _POST),
    ("/balcao/controle", "controle", counter_day.controle_dos_selos, _GET),
    ("/balcao/faixa", "faixa", counter_numbers.faixa, _GET + _POST),
    ("/balcao/numeros", "numeros", counter_numbers.numeros, _GET + _POST),
    ("/balcao/diarios", "diarios", daily.diarios_do_dia, _GET + _POST),
    ("/trabalhos/<job_id>/assinaturas", "assinar", signatures.assinar, _GET + _POST),
    ("/assinaturas", "assinaturas", signatures.assinaturas, _GET),
    ("/tribunal", "tribunal", court_page.tribunal, _GET),
    ("/tribunal/vivo", "vivo_tribunal", court_page.vivo_tribunal, _GET),
    ("/tribunal/faixa", "vivo_faixa", court_page.vivo_faixa, _GET),
    ("/tribunal/comunicar", "comunicar", court_page.comunicar, _POST),
    ("/tribunal/mandar", "mandar", court_page.mandar, _GET + _POST),
    ("/continuar", "continuar", login.continuar, _POST),
)
# What templates call them: their words are Portuguese, as the screens are.
_FILTERS: Mapping[str, Callable[..., object]] = {
    "no_tribunal": seal_words.no_tribunal,
    "dito_ao_tribunal": seal_words.dito_ao_tribunal,
    "resposta_do_tribunal": seal_words.resposta_do_tribunal,
    "origem": seal_words.origem,
    "andamento": seal_words.andamento,
    "campo": seal_words.campo,
    "do_campo": seal_words.do_campo,
    "titulo": words.titulo,
    "lugar": words.lugar,
    "reais": words.reais,
    "total": words.total,
    "dia": words.dia,
    "data": words.data,
    "hora": words.hora,
    "passo": words.passo,
    "detalhe": words.detalhe,
    "situacao": words.situacao,
    "veredito": words.veredito,
    "validade": words.validade,
    "motivo": words.motivo,
    "por_quem": words.por_quem,
    "plural": words.plural,
    "numeros": words.numeros,
    "prazo": court_words.prazo,
    "com_o_tribunal": court_words.com_o_tribunal,
    "modo_do_tribunal": court_words.modo_do_tribunal,
    "envio_ao_tribunal": court_words.envio_ao_tribunal,
    "data_iso": court_words.data_iso,
    "componente": court_words.componente,
    "nome_da_pessoa": context.nome_da_pessoa,
    "rotulo": forms.rotulo,
}


def registrar(app: Flask, office: Office) -> None:
    """Add the screens to `app`, which already has its `secret_key`."""
    csrf = security.preparar(app, office, login.mandar_entrar)
    app.url_map.converters["pessoas"] = _NotTheApi
    app.extensions[context.EXTENSION] = office
    bp = Blueprint(
        "web", __name__, template_folder="../templates", static_folder=str(_STATIC), static_url_path="/estatico"
    )
    bp.before_request(_small_bodies)
    bp.before_request(csrf.protect)
    bp.before_request(address.conferir_endereco)
    bp.before_request(drafts.retomar)
    bp.after_request(drafts.shown_again)
    bp.after_request(security.cabecalhos)
    for kind in (Recusa, HTTPException, Exception):
        bp.register_error_handler(kind, error_pages.pagina_de_erro)
    bp.context_processor(_for_templates)
    for name, spoken in _FILTERS.items():
        bp.add_app_template_filter(spoken, name)
    bp.add_app_template_filter(lambda valor: words.momento(valor, context.agora()), "momento")
    bp.add_app_template_filter(lambda valor: words.passou(valor, context.agora()), "passou")

    bp.add_url_rule("/entrar", "entrar", login.entrar, methods=_GET + _POST)
    bp.add_url_rule("/sair", "sair", login.sair, methods=_POST)
    for path, name, view, methods in _SCREENS:
        bp.add_url_rule(path, name, login_required(view), methods=methods)
    bp.add_url_rule("/<pessoas:caminho>", "desconhecido", _unknown, methods=_GET + _POST)
    app.register_blueprint(bp)


def _small_bodies() -> None:
    file = request.endpoint == "web.comparar" and request.mimetype == "multipart/form-data"
    request.max_content_length = compare.ARQUIVO_MB * 1024 * 1024 if file else _MAX_FORM


def _unknown(**_address: str) -> ResponseReturnValue:
    abort(404)


def _for_templates() -> dict[str, object]:
    here = context.office()
    return {
        "serventia": here.settings.serventia,
        "demonstracao": here.settings.serventia.demonstracao,
        "pessoa": context.pessoa() if current_user.is_authenticated else None,
        "papeis": words.PAPEIS,
        "estatico": _static_url,
        "chave_nova": lambda: uuid.uuid4().hex,
        "faixa_do_tribunal": court_page.strip,
    }


def _static_url(name: str) -> str:
    """Return the address of a file of ours; it changes with the content, so that a browser may keep it."""
    return url_for("web.static", filename=name, v=_digest(name))


@cache
def _digest(name: str) -> str:
    return hashlib.sha256((_STATIC / name).read_bytes()).hexdigest()[:12]
