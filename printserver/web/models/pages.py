"""The list of the office's models, and one beside its page: state, reasons, variables, versions, proof, corrections."""

import hashlib
from collections.abc import Mapping
from typing import Final

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from printserver import models
from printserver.errors import ConfigError, Recusa
from printserver.formats import FORMAT_KINDS, FormatType
from printserver.models import Choice, Model
from printserver.rendering import WIDTHS, Undrawable
from printserver.web.address import requested_option
from printserver.web.context import author, office
from printserver.web.forms import Form, check_fields, refused_form, typed_choice, typed_text

_LONGEST: Final = 500  # characters of a reason
_STATES: Final = ("pronto", "conferir", "recusado")
_ORDER: Final = {"recusado": 0, "conferir": 1, "pronto": 2}


def list_models() -> ResponseReturnValue:
    """Show all models: those that a person must look at first; `estado` and `q` choose among them."""
    state, words = requested_option("estado", _STATES), request.args.get("q", "").strip()[:200]
    with office().db.read() as conn:
        every = models.newest(conn, office())
    counts = {each: sum(model.estado == each for model in every) for each in _STATES}
    shown = [m for m in every if state in ("", None, m.estado) and words.casefold() in m.nome.casefold()]
    shown.sort(key=lambda model: (_ORDER[model.estado], model.nome.casefold()))
    return render_template(
        "screens/modelos.html",
        modelos=shown,
        contagem=counts,
        total=len(every),
        estado=state or "",
        q=words,
        tipos=models.LABELS,
    )


def model(numero: int) -> ResponseReturnValue:
    """Show one version of a model beside its pages; clear it."""
    found = _of_id(numero)
    if request.method == "GET":
        return _show(found, Form())
    try:
        check_fields("motivo")
        models.clear(office(), author(), found, typed_text("motivo")[:_LONGEST])
    except Recusa as refusal:
        return _show(found, refused_form(refusal)), refusal.kind.status
    flash(f"Modelo {found.nome} conferido: está pronto.")
    return _to_newest(found)


def correct(numero: int) -> ResponseReturnValue:
    """Ask for the kind and format of a model, and examine it again with them."""
    found = _of_id(numero)
    if request.method == "GET":
        chosen = {"tipo": found.escolha.tipo or "", "formato": found.escolha.formato or ""}
        return _ask(found, Form(chosen))
    try:
        check_fields("tipo", "formato", "motivo")
        kind = typed_choice("tipo", ("", *models.LABELS))
        page_format = typed_choice("formato", ("", *(name for names in _formats().values() for name in names)))
        choice = Choice(next((each for each in models.LABELS if each == kind), None), page_format or None)
        models.correct(office(), author(), found, choice, typed_text("motivo")[:_LONGEST])
    except Recusa as refusal:
        return _ask(found, refused_form(refusal)), refusal.kind.status
    flash(f"Modelo {found.nome} corrigido.")
    return _to_newest(found)


def _of_id(numero: int) -> Model:
    with office().db.read() as conn:
        return models.of_id(conn, office(), numero)


def _to_newest(found: Model) -> ResponseReturnValue:
    with office().db.read() as conn:
        newest = models.require(conn, office(), found.nome)
    return redirect(url_for("web.modelo", numero=newest.id), 303)


def _ask(found: Model, form: Form) -> str:
    return render_template(
        "screens/modelo_corrigir.html", modelo=found, tipos=models.LABELS, formatos=_formats(), forma=form
    )


def _show(found: Model, form: Form) -> str:
    with office().db.read() as conn:
        every = models.versions(conn, office(), found.nome)
        next_one = next((each for each in models.newest(conn, office()) if _is_next(each, found)), None)
    sides = range(1, found.exame.paginas + 1)
    return render_template(
        "screens/modelo.html",
        modelo=found,
        versoes=every,
        variaveis=models.variables_of(office(), found.exame),
        tipos=models.LABELS,
        forma=form,
        proximo=next_one,
        paginas=[url_for("web.modelo_imagem", numero=found.id, pagina=side) for side in sides[:6]],
        largura=WIDTHS[0],
    )


def _is_next(each: Model, found: Model) -> bool:
    return each.estado == "conferir" and each.nome.casefold() != found.nome.casefold()


def _formats() -> Mapping[FormatType, list[str]]:
    """Return the names of the formats that can print a text, by the kind of their documents."""
    found: dict[FormatType, list[str]] = {kind: [] for kind in models.LABELS}
    for name in office().formatos.names():
        try:
            page_format = office().formatos.get(name)
        except ConfigError:
            continue  # Ajustes › Formatos shows what is wrong with it
        if FORMAT_KINDS[page_format.tipo].has_body:
            found[page_format.tipo].append(name)
    return found


def proof(numero: int) -> ResponseReturnValue:
    """Return the PDF of a model with examples and a seal of no office."""
    with office().db.read() as conn:
        pdf = models.prove(conn, office(), models.of_id(conn, office(), numero))
    response = Response(pdf, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="prova-{numero}.pdf"'
    return response


def image(numero: int, pagina: int) -> ResponseReturnValue:
    """Return a page of a model's proof as PNG."""
    width = int(requested_option("largura", [str(each) for each in WIDTHS]) or WIDTHS[0])
    with office().db.read() as conn:
        model = models.of_id(conn, office(), numero)
        try:
            png = office().imagens.get(_mark(model), pagina, width, lambda: models.prove(conn, office(), model))
        except (ValueError, Undrawable):
            raise Recusa("nao-encontrado", "Não há esta página.") from None
    answer = Response(png, content_type="image/png")
    answer.set_etag(hashlib.sha256(png).hexdigest()[:32])
    answer.headers["Cache-Control"] = "private, max-age=3600"
    answer.headers["Vary"] = "Cookie"
    return answer.make_conditional(request)


def _mark(model: Model) -> str:
    """Return the hash of what a proof is made of."""
    version = office().formatos.get(model.exame.formato).versao if model.exame.formato is not None else ""
    variables = models.variables_of(office(), model.exame)
    return hashlib.sha256(f"modelo:{model.sha256}:{version}:{variables}".encode()).hexdigest()
