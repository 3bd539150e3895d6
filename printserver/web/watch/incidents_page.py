"""*Incidentes*: what went wrong, the terms of the norms, what was reported, and the cause (P213, LGPD)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from printserver import incidents
from printserver.common.data import JsonObject, JsonView
from printserver.errors import Recusa, invalid_input
from printserver.incidents import Incident
from printserver.web import court_page, court_words
from printserver.web.context import author, now, office
from printserver.web.forms import Form, check_fields, refused_form, typed_text


@dataclass(frozen=True, slots=True)
class Clock:
    """A term of an incident as it is shown: its end, the time left in words, and what was noted of it."""

    palavra: str
    termo: incidents.Term
    fim: datetime
    meta: datetime | None
    falta: str
    passou: bool
    nota: JsonView | None


def list_of_incidents() -> ResponseReturnValue:
    """Show the incidents, open ones first, each with the term that ends first."""
    here = office()
    with here.db.read() as conn:
        found = incidents.list_all(conn, here.serventia_id)
    rows = [(each, incidents.first_due(each.aberto_em, each.comunicacoes)) for each in found]
    return render_template("screens/incidentes.html", linhas=rows, termos=incidents.TERMS)


def one_incident(numero: int) -> ResponseReturnValue:
    """Show an incident, or close it by name with its cause."""
    found = _find(numero)
    if request.method == "GET":
        return _show(found, Form())
    try:
        check_fields("causa")
        incidents.close(office(), author(), numero, _typed("causa"))
    except Recusa as refusal:
        return _show(_find(numero), refused_form(refusal)), refusal.kind.status
    court_page.forget_status()  # the strip of every page
    flash(f"O incidente {numero} está fechado, com o seu nome e a causa.")
    return redirect(url_for("web.incidentes"), 303)


def note_report(numero: int) -> ResponseReturnValue:
    """Note that an incident was reported, or why it is not to be."""
    found = _find(numero)
    try:
        check_fields("prazo", "feita", "texto")
        if typed_text("feita") not in ("sim", "nao"):
            raise invalid_input("feita", "escolha uma das opções")
        data = _typed("prazo", "texto") | {"feita": typed_text("feita") == "sim"}
        incidents.note_report(office(), author(), numero, data)
    except Recusa as refusal:
        return _show(found, refused_form(refusal)), refusal.kind.status
    flash("A comunicação está anotada, com o seu nome.")
    return redirect(url_for("web.incidente", numero=numero), 303)


def _typed(*names: str) -> JsonObject:
    """Return the fields that were filled in."""
    return {name: text for name in names if (text := typed_text(name))}


def _find(number: int) -> Incident:
    here = office()
    with here.db.read() as conn:
        found = incidents.find(conn, here.serventia_id, number)
    if found is None:
        raise Recusa("nao-encontrado", "Não há incidente com este número.")
    return found


def _show(found: Incident, form: Form) -> str:
    return render_template(
        "screens/incidente.html",
        incidente=found,
        que_fazer=incidents.REMEDIES[found.tipo],
        relogios=_clocks(found),
        feriados=incidents.UNKNOWN_HOLIDAYS,
        forma=form,
    )


def _clocks(found: Incident) -> Sequence[Clock]:
    """Return the terms, the one that ends first before the others."""
    moment, clocks = now(), []
    for word, term in incidents.TERMS.items():
        end = term.end(found.aberto_em)
        left = (end - moment).total_seconds()
        aim = found.aberto_em + term.aim if term.aim is not None else None
        note = found.comunicacoes.get(word)
        clocks.append(Clock(word, term, end, aim, court_words.time_left(left), left <= 0, note))
    return sorted(clocks, key=lambda each: each.fim)
