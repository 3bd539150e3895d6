"""Search screen of the seals (T5): form, results, totals and export."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import sqlalchemy as sa
from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from printserver import db, search
from printserver.errors import Recusa, invalid_input
from printserver.ledger import PAGE
from printserver.web.address import FILTERS, refused_filter, requested_page, typed_filter
from printserver.web.context import author, is_htmx, office
from printserver.web.forms import Form, parse_day
from printserver.web.seals import seal_words
from printserver.web.seals.fee_input import MONEY_HINT, as_reais

# Filters that are always shown; the others open when one of them is in use.
_ALWAYS_SHOWN = ("codigo", "livro", "folha", "de", "ate")
WRONG_DIGIT: Final = "o dígito verificador (o último caractere) não confere: confira cada caractere"


def selos() -> ResponseReturnValue:
    """Show the form and a page of results; errors are shown at their fields."""
    typed = typed_filter(FILTERS)
    page = requested_page()
    form, found, status = Form(typed), None, 200
    try:
        found = search.list_all(office(), _filters(typed), page, by_place="livro" in typed)
    except Recusa as refusal:
        form, status = _with_errors(refusal, typed), refusal.kind.status
    here = office()
    return (
        render_template(
            "screens/selos.html",
            forma=form,
            filtros=typed,
            mais=any(name not in _ALWAYS_SHOWN for name in typed),
            achados=found,
            pagina=page,
            ha_mais=found is not None and (not found["total_exato"] or page * PAGE < found["total"]),
            atos=list(here.atos.descriptions().items()),
            estados=[(name, name) for name in seal_words.STATES],
            naturezas=seal_words.NATUREZAS,
            origens=seal_words.ORIGINS,
            pessoas=_people(),
        ),
        status,
    )


def totals() -> ResponseReturnValue:
    """Show the totals of a search; htmx requests (the search page) get only the two sums."""
    typed = typed_filter(FILTERS)
    filters = _filters(typed)
    if is_htmx():
        return render_template("screens/_somas.html", **search.add_up(office(), filters), filtros=typed)
    valid = typed.pop("validos", "1") != "0"
    found = search.compute_totals(office(), filters | {"validos": "1" if valid else "0"})
    return render_template("screens/selos_totais.html", totais=found, filtros=typed, validos=valid)


def export_seals() -> ResponseReturnValue:
    """Return all results of a search as a file; the export is logged with the person (A3)."""
    made = search.export_seals(office(), author(), _filters(typed_filter(FILTERS)), request.args.get("formato", "csv"))
    response = Response(made.pieces, content_type=made.tipo)
    response.headers["Content-Disposition"] = f'attachment; filename="{made.file}"'
    return response


def _filters(typed: Mapping[str, str]) -> dict[str, str]:
    """Return the filters of `search`. Raises `Recusa` `entrada-invalida` for a code whose check digit is wrong."""
    filters = {
        name: (as_reais(value) or value) if name.startswith("valor_") else value for name, value in typed.items()
    }
    for name in ("de", "ate"):
        if (day := parse_day(filters.get(name, ""))) is not None:
            filters[name] = day.isoformat()
    return filters | _seal_filter(filters.pop("codigo")) if "codigo" in filters else filters


def _seal_filter(text: str) -> dict[str, str]:
    """Return the filter of what stands in the field of the seal: a whole code, also out of a QR, or a part."""
    terms = search.parse_terms(text)
    if terms.wrong_codigo:
        raise invalid_input("codigo", WRONG_DIGIT)
    return {"codigo": terms.codigo} if terms.codigo else {"parte": text}


def _with_errors(refusal: Recusa, typed: Mapping[str, str]) -> Form:
    form = refused_filter(refusal, typed)
    erros = {name: MONEY_HINT if name.startswith("valor_") else text for name, text in form.erros.items()}
    return replace(form, erros=erros)


def _people() -> list[tuple[str, str]]:
    """Return user name and name of all staff, including former staff: their seals remain."""
    here, table = office(), db.pessoa
    query = sa.select(table.c.usuario, table.c.nome).where(table.c.serventia_id == here.serventia_id)
    with here.db.read() as conn:
        return [(row.usuario, row.nome) for row in conn.execute(query.order_by(table.c.nome))]
