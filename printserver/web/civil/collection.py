"""The screens of certidões on paper: which wait, which nobody collected in time, and what became of one (C24)."""

from typing import Final

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from printserver import jobs, search
from printserver.clock import local_date
from printserver.errors import Recusa
from printserver.ledger import PAGE
from printserver.web.address import requested_option, requested_page
from printserver.web.context import author, csv_file, find_person, now, office
from printserver.web.forms import (
    Form,
    check_confirmed,
    check_fields,
    key,
    refused_form,
    typed_choice,
    typed_day,
    typed_text,
)

CHOICES: Final = {
    "vencidas": "Não retiradas no prazo",
    "a_retirar": "Todas à espera",
    "retiradas": "Retiradas",
    "descartadas": "Descartadas",
}
_DONE: Final = {
    "retirada": "Registrado: a certidão foi retirada.",
    "descartada": "Registrado: a certidão foi descartada. O selo dela continua valendo.",
    "a_retirar": "Registrado: a certidão volta a esperar.",
}


def certidoes() -> ResponseReturnValue:
    """Show a page of the certidões of one choice, or give them all as CSV."""
    which = requested_option("situacao", CHOICES) or "vencidas"
    if requested_option("formato", ("csv",)):
        found = search.list_certidoes(office(), which, None)
        return csv_file(search.certidoes_csv(found), f"certidoes-{which}.csv")
    found = search.list_certidoes(office(), which, requested_page())
    pages = -(-found["total"] // PAGE)
    return render_template("screens/certidoes.html", lista=found, situacao=which, situacoes=CHOICES, paginas=pages)


def certidao(job_id: str) -> ResponseReturnValue:
    """Ask what became of a certidão, and record it."""
    found = jobs.certidao(office(), job_id)
    if request.method == "GET":
        return render_template("screens/certidao.html", certidao=found, forma=Form(), hoje=local_date(now()))
    try:
        check_fields("destino", "dia", "por", "motivo")
        data = {"destino": typed_choice("destino", tuple(_DONE)), "escrevente": find_person().usuario}
        data |= {nome: typed_text(nome) for nome in ("por", "motivo") if typed_text(nome)}
        data |= {"dia": day.isoformat()} if (day := typed_day("dia")) else {}
        check_confirmed()
        jobs.record_destination(office(), author(), job_id, data, key())
    except Recusa as refusal:
        form = refused_form(refusal)
        page = render_template("screens/certidao.html", certidao=found, forma=form, hoje=local_date(now()))
        return page, refusal.kind.status
    flash(_DONE[str(data["destino"])])
    return redirect(url_for("web.certidao", job_id=job_id), 303)
