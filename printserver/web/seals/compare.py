"""Screen that compares the seals of a period with the court's list, fetched from the court or uploaded as a file."""

from datetime import timedelta

from flask import render_template, request
from flask.typing import ResponseReturnValue

from printserver import search
from printserver.clock import local_date
from printserver.errors import Recusa, invalid_input
from printserver.web.context import author, now, office
from printserver.web.forms import Form, check_fields, refused_form, typed_choice, typed_day, typed_text
from printserver.web.seals.seal_words import RESULTS

FILE_MB = 20
_MAX_SHOWN = 500
_UNREADABLE = "A lista não pôde ser lida. Corrija o arquivo e carregue-o de novo."


def compare_lists() -> ResponseReturnValue:
    """Ask for the period and the list, then show the differences."""
    yesterday = local_date(now()) - timedelta(days=1)
    form = Form({"de": yesterday.isoformat(), "ate": yesterday.isoformat(), "fonte": _default()})
    found, status = None, 200
    if request.method == "POST":
        try:
            check_fields("de", "ate", "fonte", "arquivo")
            found = search.compare_lists(office(), author(), _request()).as_json()
            form = Form({name: typed_text(name) for name in ("de", "ate", "fonte")})
        except Recusa as refusal:
            if refusal.word == "sem-permissao":
                raise
            shown = refused_form(refusal)
            unread = any(name.startswith("linha") for name in shown.erros)
            form = Form(shown.valores, shown.erros, _UNREADABLE if unread else shown.aviso)
            status = refusal.kind.status
    return (
        render_template(
            "screens/comparar.html",
            forma=form,
            achados=found,
            itens=found["itens"][:_MAX_SHOWN] if found else [],
            resultados=RESULTS,
            tribunal=bool(office().settings.tribunal.url),
            hoje=local_date(now()),
            mb=FILE_MB,
        ),
        status,
    )


def _default() -> str:
    return "tribunal" if office().settings.tribunal.url else "arquivo"


def _request() -> dict[str, object]:
    """Return the body of `POST /selos/comparacao`."""
    days = {name: typed_day(name) for name in ("de", "ate")}
    asked: dict[str, object] = {name: day.isoformat() if day else "" for name, day in days.items()}
    file = request.files.get("arquivo")
    if typed_text("fonte") and typed_choice("fonte", ("tribunal", "arquivo")) == "tribunal":
        if file is not None and file.filename:
            raise invalid_input("arquivo", "há um arquivo escolhido: marque “Carregar de um arquivo”, ou retire-o")
        return asked
    if file is None or not file.filename:
        raise invalid_input("arquivo", "escolha o arquivo com a lista")
    kind = "json" if file.filename.lower().endswith(".json") else "csv"
    return asked | {"lista": {"formato": kind, "conteudo": file.read()}}
