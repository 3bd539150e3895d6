"""A day of the counter: cash check and load (H2); the printable report of paper seals."""

from datetime import date, timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from printserver.clock import local, local_date
from printserver.counter import acts, check, load
from printserver.court import ESTORNADO
from printserver.errors import Recusa, invalid_input
from printserver.selo import from_centavos
from printserver.web import words
from printserver.web.address import NO_FILTER, FilterErrors, asked, requested_day
from printserver.web.context import author, find_person, now, office
from printserver.web.forms import Form, check_fields, key, refused_form, ticked, typed_day, typed_text


def day_check() -> ResponseReturnValue:
    """Show a day for checking, or make its load."""
    if request.method == "GET":
        today = local_date(now())
        chosen, filtro, status = asked(lambda: requested_day("dia") or today, lambda: today, "dia")
        return _render_check(chosen, Form(), filtro), status
    day = local_date(now())  # shown if the form has no day
    try:
        typed = typed_day("data")
        day = typed or day  # before all else: a refused form is shown on its own day
        check_fields("data", "aguardam", "conferi")
        if typed is None:
            raise invalid_input("data", "falta o dia da carga")
        if not ticked("confirmo") or not ticked("conferi"):
            raise Recusa("entrada-invalida", "Nada foi feito: marque que conferiu e use o botão da carga.")
        codes, _ = load.load(office(), author(), _load_request(day), key())
    except Recusa as refusal:
        if refusal.word == "sem-permissao":
            raise
        return _render_check(day, refused_form(refusal)), refusal.kind.status
    made = words.plural(len(codes), "selo feito, que vai", "selos feitos, que vão")
    flash(f"Carga de {words.day(day)}: {made} ao tribunal.")
    return redirect(url_for("web.conferencia", dia=day.isoformat()), 303)


def paper_seal_control() -> ResponseReturnValue:
    """Show the printable report of paper seals of a period."""
    today = local_date(now())
    (de, ate), filtro, status = asked(lambda: _period(today), lambda: (today, today), "de", "ate")
    page = render_template(
        "screens/balcao_controle.html",
        de=de,
        ate=ate,
        filtro=filtro,
        hoje=today,
        linhas=check.control_report(office(), de, ate),
        impresso_em=f"{local(now()):%d/%m/%Y às %H:%M}",
    )
    return page, status


def _period(today: date) -> tuple[date, date]:
    """Return the days that the report is asked for. Raises `Recusa` `entrada-invalida`."""
    fields = FilterErrors()
    first = fields.read(lambda: requested_day("de"), None)
    last = fields.read(lambda: requested_day("ate"), None)
    fields.check()
    de = first or last or today
    ate = last or max(de, today)
    if ate < de:
        raise invalid_input("ate", "o último dia vem antes do primeiro")
    return de, ate


def _load_request(day: date) -> dict[str, object]:
    """Return the body of the load of what was shown. If the acts have changed since, the load is refused."""
    shown = typed_text("aguardam").split()
    if len(shown) != 2 or not all(each.isascii() and each.isdigit() and len(each) < 12 for each in shown):
        raise Recusa("entrada-invalida", "Nada foi feito: abra a conferência de novo e faça a carga a partir dela.")
    checked = {"quantidade": int(shown[0]), "total": str(from_centavos(int(shown[1])))}
    return {"data": day.isoformat(), "escrevente": find_person().usuario} | checked


def _render_check(day: date, form: Form, filtro: Form = NO_FILTER) -> str:
    here, today = office(), local_date(now())
    return render_template(
        "screens/balcao_conferencia.html",
        dia=day,
        filtro=filtro,
        hoje=today,
        ontem=today - timedelta(days=1),
        forma=form,
        dados=check.day_check(here, day),
        abertos=check.waiting_days(here),
        isentos=acts.list_all(here, day, None, isentos=True)["itens"],
        estornados=acts.list_all(here, day, ESTORNADO)["itens"],
    )
