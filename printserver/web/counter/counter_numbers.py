"""Paper seals by number: a range typed by a person (H3); numbers that are void or were reported elsewhere (H2, S4)."""

from collections.abc import Callable
from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from printserver.clock import local_date
from printserver.counter import check, load
from printserver.errors import Recusa, invalid_input
from printserver.web import pin, words
from printserver.web.context import author, find_person, now, office
from printserver.web.counter.counter import paper_seal_atos
from printserver.web.forms import Form, check_confirmed, check_fields, key, refused_form, typed_day, typed_text
from printserver.web.seals import fee_input

_RANGE_FIELDS = ("ato", "serie", "de", "ate", "data")
_DESTINATIONS = {"inutilizados": load.spoil, "comunicados": load.mark_reported}


def number_range() -> ResponseReturnValue:
    """Ask for a range of paper seals of one type and value, then make their seals."""
    if request.method == "GET":
        return _render_range(Form())
    try:
        check_fields(*_RANGE_FIELDS, *fee_input.FIELDS)
        check_confirmed()
        data = _range_request() | fee_input.typed_value()
        pin.check(*pin.free(data))
        codes, _ = load.by_range(office(), author(), data, key())
    except Recusa as refusal:
        return _refused(refusal, _render_range)
    day = words.day(_day())
    flash(f"{words.plural(len(codes), 'selo feito', 'selos feitos')}, de {codes[0]} a {codes[-1]}, dia {day}.")
    return redirect(url_for("web.faixa"), 303)


def numbers() -> ResponseReturnValue:
    """Ask for a range of paper seals that this server must not report, and the reason; then record it."""
    if request.method == "GET":
        return _without_selo(Form())
    try:
        check_fields("destino", *_RANGE_FIELDS, "motivo")
        check_confirmed()
        make = _DESTINATIONS.get(typed_text("destino"))
        if make is None:
            raise invalid_input("destino", "diga o que houve com estes números")
        made_key, _ = make(office(), author(), _range_request() | {"motivo": typed_text("motivo")}, key())
    except Recusa as refusal:
        return _refused(refusal, _without_selo)
    day = words.data(made_key["data"])
    flash(
        f"{made_key['ato']}{made_key['serie']}, de {made_key['de']:07} a {made_key['ate']:07}, dia {day}: registrado."
    )
    return redirect(url_for("web.numeros"), 303)


def _range_request() -> dict[str, object]:
    return {
        "ato": typed_text("ato"),
        "serie": typed_text("serie").upper(),
        "de": _integer("de"),
        "ate": _integer("ate") if typed_text("ate") else _integer("de"),
        "data": _day().isoformat(),
        "escrevente": find_person().usuario,
    }


def _day() -> date:
    """Return the day of the form; if blank, today by the clock, even if the page was opened before midnight."""
    return typed_day("data") or local_date(now())


def _integer(nome: str) -> int:
    text = typed_text(nome)
    if not (text.isascii() and text.isdigit() and len(text) <= 7):
        raise invalid_input(nome, "escreva o número do selo de papel, até sete algarismos")
    return int(text)


def _refused(refusal: Recusa, show: Callable[[Form], str]) -> ResponseReturnValue:
    if refusal.word == "sem-permissao":
        raise refusal
    return show(refused_form(refusal)), refusal.kind.status


def _render_range(form: Form) -> str:
    return render_template(
        "screens/balcao_faixa.html",
        forma=form,
        tipos=paper_seal_atos(),
        hoje=local_date(now()),
        limite=load.PER_LOAD,
        **fee_input.template_context(),
    )


def _without_selo(form: Form) -> str:
    return render_template(
        "screens/balcao_numeros.html",
        forma=form,
        tipos=_all_of(),
        hoje=local_date(now()),
        faixas=check.ranges_without_selo(office()),
    )


def _all_of() -> dict[str, object]:
    """Return every type of act with a paper seal. Unconfirmed types are included: void numbers need no value."""
    table = office().atos
    kinds = {codigo: table.get(codigo, fee_input.NOTAS) for codigo in table.codigos(fee_input.NOTAS)}
    return {codigo: kind for codigo, kind in kinds.items() if kind is not None and kind.hibrido}
