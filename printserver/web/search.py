"""The screen that looks through the seals (T5): the form, what it finds, what that comes to, and the table to take."""

from collections.abc import Mapping

import sqlalchemy as sa
from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from printserver import db, search
from printserver.errors import Recusa
from printserver.ledger.seal_view import PAGE
from printserver.web import seal_words
from printserver.web.address import FILTROS, pagina_pedida
from printserver.web.context import autor, is_htmx, office
from printserver.web.fee_input import COMO_SE_ESCREVE, em_reais
from printserver.web.forms import Forma, recusada

# Those that are always to be seen; the others open when one of them is in use.
_A_VISTA = ("codigo", "livro", "folha", "de", "ate")


def selos() -> ResponseReturnValue:
    """Show the form and a page of what it finds; what is wrong in it is said beside it."""
    typed = _digitados()
    page = pagina_pedida()
    forma, found, status = Forma(typed), None, 200
    try:
        found = search.listar(office(), _filtros(typed), page)
    except Recusa as recusa:
        forma, status = _com_erros(recusa, typed), recusa.kind.status
    here = office()
    return (
        render_template(
            "screens/selos.html",
            forma=forma,
            filtros=typed,
            mais=any(name not in _A_VISTA for name in typed),
            achados=found,
            pagina=page,
            ha_mais=found is not None and (not found["total_exato"] or page * PAGE < found["total"]),
            atos=[(code, kind.descricao) for code in here.atos.codigos() if (kind := here.atos.get(code))],
            estados=[(name, name) for name in seal_words.ESTADOS],
            naturezas=seal_words.NATUREZAS,
            origens=seal_words.ORIGENS,
            pessoas=_pessoas(),
        ),
        status,
    )


def totais() -> ResponseReturnValue:
    """Show what a search comes to; the page of the search (htmx) gets the two sums alone."""
    typed = _digitados()
    filters = _filtros(typed)
    if is_htmx():
        return render_template("screens/_somas.html", **search.somar(office(), filters), filtros=typed)
    valid = typed.pop("validos", "1") != "0"
    found = search.totalizar(office(), filters | {"validos": "1" if valid else "0"})
    return render_template("screens/selos_totais.html", totais=found, filtros=typed, validos=valid)


def exportar() -> ResponseReturnValue:
    """Give all that a search found as a file; who took it goes on record (A3)."""
    made = search.exportar(office(), autor(), _filtros(_digitados()), request.args.get("formato", "csv"))
    response = Response(made.pedacos, content_type=made.tipo)
    response.headers["Content-Disposition"] = f'attachment; filename="{made.arquivo}"'
    return response


def _digitados() -> dict[str, str]:
    """Return the filters that were filled in, as they were typed."""
    return {name: value for name in FILTROS if (value := request.args.get(name, "").strip())}


def _filtros(typed: Mapping[str, str]) -> dict[str, str]:
    return {name: (em_reais(value) or value) if name.startswith("valor_") else value for name, value in typed.items()}


def _com_erros(recusa: Recusa, typed: Mapping[str, str]) -> Forma:
    erros = {
        name: COMO_SE_ESCREVE if name.startswith("valor_") else text for name, text in recusada(recusa).erros.items()
    }
    return Forma(typed, erros, "Nada foi procurado. Corrija o que está marcado.")


def _pessoas() -> list[tuple[str, str]]:
    """Return user name and name of everyone of the office, also of who left: their seals stay."""
    here, table = office(), db.pessoa
    query = sa.select(table.c.usuario, table.c.nome).where(table.c.serventia_id == here.serventia_id)
    with here.db.read() as conn:
        return [(row.usuario, row.nome) for row in conn.execute(query.order_by(table.c.nome))]
