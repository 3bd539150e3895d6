"""Screen of queues and numbered paper (P5): state of each queue; sheets received, used, spoiled and left.

A lot or the next sheet is recorded here.
"""

import re
from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from printserver import jobs, search
from printserver.common.data import JsonObject
from printserver.errors import Recusa
from printserver.web import polling
from printserver.web.address import asked, requested_month, requested_option, this_month
from printserver.web.context import author, csv_file, find_person, office
from printserver.web.forms import Form, check_fields, refused_form, typed_text

RECEIVE, CONTINUE = "receber", "seguir"
_queues: polling.Kept[list[JsonObject]] = polling.Kept()


def paper_group() -> ResponseReturnValue:
    """Show the paper of all queues; record a lot or the next sheet; show errors at the fields."""
    if request.method == "GET":
        return _render_page()
    queue, acao = typed_text("fila"), typed_text("acao")
    try:
        if acao == RECEIVE:
            check_fields("fila", "acao", "de", "ate")
            lote = {"de": typed_text("de"), "ate": typed_text("ate"), "escrevente": find_person().usuario}
            jobs.receive_paper(office(), author(), queue, lote)
            flash(f"Papel de {lote['de']} a {lote['ate']} recebido para a fila {queue}.")
        else:
            check_fields("fila", "acao", "proximo", "inutilizados")
            if acao != CONTINUE:
                raise Recusa("entrada-invalida", "Nada foi feito: use um dos botões.")
            jobs.report_queue_paper(office(), author(), queue, _next_sheet())
            flash(f"A fila {queue} continua em {typed_text('proximo')}.")
    except Recusa as refusal:
        if refusal.word in ("sem-permissao", "fila-desconhecida"):
            raise
        return _render_page({(queue, acao): refused_form(refusal)}), refusal.kind.status
    return redirect(url_for("web.papel"), 303)


def paper_month() -> ResponseReturnValue:
    """Show the numbered paper of a month, or give it as CSV (C24)."""
    if requested_option("formato", ("csv",)):
        month = requested_month()
        return csv_file(search.paper_month_csv(search.paper_month(office(), month)), f"papel-{month}.csv")
    month, filtro, status = asked(requested_month, this_month, "mes")
    found = search.paper_month(office(), month)
    return render_template("screens/papel_mes.html", achado=found, mes=month, filtro=filtro), status


def live_queues() -> ResponseReturnValue:
    """Answer the poll of the queues."""
    return polling.answer(_queues_part)


def _queues_part() -> polling.Part:
    here = office()
    all_queues = _queues.get(here, here.instance_name, lambda: jobs.all_queues(here))
    return polling.live_part("screens/_filas.html", "web.vivo_filas", {}, filas=all_queues)


def _next_sheet() -> dict[str, object]:
    """Return the typed report of the next sheet; the spoiled numbers are split at blanks, commas and semicolons."""
    spoiled = [number for number in re.split(r"[\s,;]+", typed_text("inutilizados")) if number]
    return {"proximo": typed_text("proximo"), "inutilizados": spoiled, "escrevente": find_person().usuario}


def _render_page(forms: Mapping[tuple[str, str], Form] | None = None) -> str:
    return render_template(
        "screens/papel.html",
        estado_das_filas=_queues_part().html,
        filas=jobs.paper_group(office()),
        enviadas=forms or {},
        vazia=Form(),
    )
