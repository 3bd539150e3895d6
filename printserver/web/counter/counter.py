"""The counter: record acts with their paper seals, using the keyboard only, and reverse them (H1, H2)."""

import re
from dataclasses import replace
from datetime import date
from urllib.parse import parse_qsl, urlencode

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from printserver.clock import local_date
from printserver.common.data import JsonObject, JsonView
from printserver.counter import acts, check
from printserver.errors import Recusa, invalid_input
from printserver.selo import AtoType, PaperSeal, parse_paper_seal
from printserver.web import pin, words
from printserver.web.address import NO_FILTER, asked, requested_day, requested_option, requested_page
from printserver.web.context import author, find_person, now, office
from printserver.web.forms import Form, check_confirmed, check_fields, key, refused_form, typed_day, typed_text
from printserver.web.seals import change, fee_input

_WITHOUT_ATO = re.compile(r"[0-9A-Z]{6}[0-9]{7}")


def counter_page() -> ResponseReturnValue:
    """Show a day's acts and the form for the next one, or record it.

    The day is today by the clock, even if the page was opened before midnight. Another day is a separate mode: the form
    carries the date and the page shows it.
    """
    kinds = paper_seal_atos()
    chosen = (request.form if request.method == "POST" else request.args).get("ato", "")
    ato = chosen if chosen in kinds else next(iter(kinds), "")
    if request.method == "GET":
        requested_option("ato", kinds)
        day, chosen_day, status = asked(lambda: requested_day("dia") or _today(), _today, "dia")
        return _render_counter(ato, day, _proposed_form(ato), chosen_day=chosen_day), status
    day, doubts = _today(), None
    try:
        check_fields("ato", "papel", "data", "proposto", *fee_input.FIELDS, *change.FIELDS)
        day = typed_day("data") or day
        if chosen not in kinds:
            raise invalid_input("ato", "este tipo de ato não se registra aqui")
        papel, scanned = _paper_seal(ato)
        if scanned in kinds and scanned != ato:
            # The scanned seal determines the type: the form switches to it, and the person checks the value first.
            said = f"O selo de papel é de {scanned}, {kinds[scanned].descricao}."
            notice = f"{said} Nada foi gravado: confira o valor e grave."
            return _render_counter(
                scanned, day, Form({**_proposed_form(scanned).valores, "papel": papel}, {}, notice)
            ), 422
        notas = office().atos.get(scanned, fee_input.NOTAS)
        known = scanned if notas is not None else ato  # so that the refusal names the scanned type
        data = {"ato": known, "papel": papel, "data": day.isoformat(), "escrevente": find_person().usuario}
        value = fee_input.typed_value(dict(parse_qsl(typed_text("proposto"))))
        doubts = _doubts(known, papel, value, day)
        if doubts is None:
            pin.check(*pin.free(value))
        elif not change.confirmed(doubts := replace(doubts, pin=pin.free(value))):
            return _render_counter(ato, day, change.shown_form(), doubts)
        made, _ = acts.register(office(), author(), data | value, key())
    except Recusa as refusal:
        if refusal.word == "sem-permissao":
            raise
        again = doubts if change.unconfirmed(refusal) else None
        return _render_counter(ato, day, refused_form(refusal), again), refusal.kind.status
    cost = "isento" if made["isento"] else words.reais(made["total_centavos"])
    flash(f"{made['papel']} gravado em {words.data(made['data'])}: {cost}.")
    return redirect(url_for("web.balcao", ato=ato, dia=None if day == _today() else day.isoformat()), 303)


def reversal(number: str) -> ResponseReturnValue:
    """Ask for the reason and the state of the paper seal, then reverse an act that waits."""
    ato = acts.look_up(office(), number)
    if request.method == "GET":
        return _render_reversal(ato, Form())
    try:
        check_fields("papel", "motivo")
        check_confirmed()
        if typed_text("papel") not in ("inutilizado", "bom"):
            raise invalid_input("papel", "diga o que houve com o selo de papel")
        data = {
            "motivo": typed_text("motivo"),
            "papel_inutilizado": typed_text("papel") == "inutilizado",
            "escrevente": find_person().usuario,
        }
        acts.reverse(office(), author(), number, data, key())
    except Recusa as refusal:
        if refusal.word in ("sem-permissao", "nao-encontrado"):
            raise
        return _render_reversal(acts.look_up(office(), number), refused_form(refusal)), refusal.kind.status
    flash(f"{ato['papel']} estornado.")
    return redirect(url_for("web.balcao", ato=ato["ato"], dia=ato["data"]), 303)


def paper_seal_atos() -> dict[str, AtoType]:
    """Return the paper seal types of act by code; unconfirmed ones only in demonstration mode (S9)."""
    here = office()
    kinds = [here.atos.get(codigo, fee_input.NOTAS) for codigo in here.atos.codigos(fee_input.NOTAS)]
    return {
        kind.codigo: kind
        for kind in kinds
        if kind is not None and kind.hibrido and (here.settings.serventia.demonstracao or not kind.a_confirmar)
    }


def _today() -> date:
    return local_date(now())


def _paper_seal(ato: str) -> tuple[str, str]:
    """Return the paper seal as typed or scanned, and its ato; without an ato it is of the type that is shown."""
    text = typed_text("papel")
    clean = text.upper().translate(acts.SEPARATORS)
    if _WITHOUT_ATO.fullmatch(clean):
        return f"{ato}{clean}", ato
    return text, clean[:2]


def _proposed_form(ato: str) -> Form:
    """Return the form for the next act: the next number and the value of the person's last act."""
    before = acts.last(office(), find_person().usuario, ato)
    if before is None:
        return Form()
    papel = parse_paper_seal(before["papel"])
    fields: dict[str, str] = {}
    if papel.numero < 9_999_999:
        fields["papel"] = str(PaperSeal(papel.ato, papel.serie, papel.numero + 1))
    if not before["isento"]:
        fields |= fee_input.as_typed(before["emolumentos_centavos"])
    return Form(fields)


def _proposed_value(ato: str) -> str:
    """Return the proposed value, which the form carries: fields that differ from it are the person's choice."""
    if request.method == "POST" and ato == typed_text("ato"):
        return typed_text("proposto")
    return urlencode([(nome, value) for nome, value in _proposed_form(ato).valores.items() if nome != "papel"])


def _doubts(ato: str, paper: str, value: JsonView, day: date) -> change.Change | None:
    """Return the act, to be confirmed, if its value or the number of its paper seal is unusual; else None."""
    try:
        seal = parse_paper_seal(paper.upper().translate(acts.SEPARATORS))
        total = change.total_of(value, fee_input.NOTAS, day)
    except (ValueError, Recusa):
        return None  # refused below, at its field
    why = change.unusual(fee_input.NOTAS, ato, total, counter=True) + change.jumps(seal)
    rows = [("Dia", None, words.day(day)), ("Selo de papel", None, str(seal))]
    return change.Change(rows, (None, total), why) if why else None


def _render_counter(
    ato: str, day: date, form: Form, shown: change.Change | None = None, chosen_day: Form = NO_FILTER
) -> str:
    page = requested_page()
    open_days = check.waiting_days(office())
    return render_template(
        "screens/balcao.html",
        visto=shown,
        proposto=_proposed_value(ato),
        tipos=paper_seal_atos(),
        a_confirmar=[codigo for codigo in office().atos.codigos(fee_input.NOTAS) if _is_unconfirmed(codigo)],
        ato=ato,
        dia=day,
        filtro=chosen_day,
        hoje=_today(),
        forma=form,
        lista=acts.list_all(office(), day, None, page),
        por_pagina=acts.PAGE,
        deste_dia=next((each for each in open_days if each["data"] == day.isoformat()), None),
        outros_dias=[each for each in open_days if each["data"] != day.isoformat()],
        **fee_input.template_context(),
    )


def _is_unconfirmed(codigo: str) -> bool:
    kind = office().atos.get(codigo, fee_input.NOTAS)
    return kind is not None and kind.hibrido and codigo not in paper_seal_atos()


def _render_reversal(ato: JsonObject, form: Form) -> str:
    return render_template("screens/balcao_estorno.html", ato=ato, forma=form)
