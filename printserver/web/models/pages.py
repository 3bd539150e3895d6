"""The list of the office's models, and one of them beside its page: state, reasons, variables, versions, proof."""

import hashlib
from typing import Final

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from printserver import models
from printserver.errors import Recusa
from printserver.models import Model
from printserver.rendering import WIDTHS, Undrawable
from printserver.web.address import requested_option
from printserver.web.context import office

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


def show_model(numero: int) -> ResponseReturnValue:
    """Show one version of a model beside its pages."""
    with office().db.read() as conn:
        model = models.of_id(conn, office(), numero)
        every = models.versions(conn, office(), model.nome)
    sides = range(1, model.exame.paginas + 1)
    return render_template(
        "screens/modelo.html",
        modelo=model,
        versoes=every,
        tipos=models.LABELS,
        paginas=[url_for("web.modelo_imagem", numero=numero, pagina=side) for side in sides[:6]],
        largura=WIDTHS[0],
    )


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
    return hashlib.sha256(f"modelo:{model.sha256}:{version}".encode()).hexdigest()
