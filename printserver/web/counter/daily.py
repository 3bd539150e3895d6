"""The daily seals: the day's total so far, the new total, and the chain of its seal (D1, D2).

A total needs confirmation if it rises sharply, is lower than before, or comes from a page opened on another day.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from printserver import jobs
from printserver.clock import local_date
from printserver.common.data import JsonObject, JsonView
from printserver.counter import daily
from printserver.errors import Recusa, invalid_input
from printserver.selo import EXCLUSION, centavos, parse_reais
from printserver.web import words
from printserver.web.address import NO_FILTER, asked, requested_day
from printserver.web.context import author, find_person, now, office
from printserver.web.forms import (
    Form,
    check_fields,
    field_errors,
    key,
    refused_form,
    typed_choice,
    typed_day,
    typed_text,
)
from printserver.web.seals import fee_input

NAMES = {"fotocopia": "Fotocópias", "cenad": "Autenticações digitais (CENAD)"}
LEAP: Final = 3  # times the earlier or usual total; from there on a person confirms


@dataclass(frozen=True, slots=True)
class Check:
    """Confirmation of an unusual total: the reasons, the amounts before and after, and a mark of its content."""

    porques: list[str]
    antes: tuple[int, int] | None
    depois: tuple[int, int]
    marca: str


def diarios_of_day() -> ResponseReturnValue:
    """Show a day's seals with a form for each, or take a new total."""
    if request.method == "GET":
        today = local_date(now())
        chosen, filtro, status = asked(lambda: requested_day("dia") or today, lambda: today, "dia")
        return _show(chosen, "", Form(), filtro=filtro), status
    day, kind = local_date(now()), typed_text("tipo")  # shown if the form has no day
    try:
        typed = typed_day("data")
        day = typed or day  # before all else: a refused form is shown on its own day
        check_fields("tipo", "data", "aberta", "total", "iss", "servico", "quantidade", "motivo", "visto")
        typed_choice("tipo", NAMES)
        if typed is None:
            raise invalid_input("data", "falta o dia")
        data = {"tipo": kind, "data": day.isoformat(), "escrevente": find_person().usuario}
        data |= {"motivo": typed_text("motivo")} if typed_text("motivo") else {}
        earlier = _selos_of_day(day)[kind]
        value = _value(earlier)
        preview = _check(day, kind, earlier, value)
        if preview is not None and typed_text("visto") != preview.marca:
            return _show(day, kind, refused_form(Recusa("entrada-invalida", "")), preview)
        codigo, _ = daily.enter_total(office(), author(), data | value, key())
    except Recusa as refusal:
        if refusal.word == "sem-permissao":
            raise
        return _show(day, kind, refused_form(refusal)), refusal.kind.status
    selo = jobs.selo(office(), codigo)
    iss = f" e ISS de {words.reais(selo['iss_centavos'])}" if selo["iss_centavos"] else ""
    flash(f"{NAMES[kind]} de {words.day(day)}: {words.reais(selo['total_centavos'])}{iss}, selo {codigo}.")
    return redirect(url_for("web.diarios", dia=None if day == local_date(now()) else day.isoformat()), 303)


def _value(earlier: JsonView | None) -> JsonObject:
    """Return the day's total as typed, or a service with its quantity, which also determines the components (D3).

    Total and ISS are prefilled. Unchanged, they do not count as a second value beside a service. A blank ISS keeps the
    day's. Raises `Recusa` `entrada-invalida` if nothing changes, or if two values were typed.
    """
    shown = _shown_fields(earlier)
    typed = {nome: fee_input.typed_money(nome) if typed_text(nome) else "" for nome in ("total", "iss")}
    changed = [
        nome for nome, value in typed.items() if value and value != (fee_input.as_reais(shown.get(nome, "")) or "")
    ]
    if not typed_text("servico"):
        if typed_text("quantidade"):
            raise invalid_input("quantidade", "vale só com um serviço: escolha-o, ou deixe em branco")
        if not typed["total"]:
            raise invalid_input("total", "escreva o total do dia")
        if shown and not changed:
            raise invalid_input("total", "o total e o ISS do dia já são estes: nada muda")
        return {nome: value for nome, value in typed.items() if value}
    if changed:
        text = "há dois valores: deixe só o total, ou só o serviço"
        raise field_errors(dict.fromkeys([*changed, "servico"], text), text)
    vezes = typed_text("quantidade")
    if not (vezes.isascii() and vezes.isdigit() and len(vezes) <= 4):
        raise invalid_input("quantidade", "escreva quantos foram no dia, só algarismos")
    return {"servicos": [{"servico": typed_text("servico"), "quantidade": int(vezes)}]}


def _check(day: date, kind: str, earlier: JsonView | None, value: JsonView) -> Check | None:
    """Return the confirmation that this total needs; None if it needs none."""
    before = _current_amounts(earlier)
    after = _later(value, before)
    if after is None:
        return None
    usual = before[0] if before else daily.usual(office(), kind, day)  # type: ignore[arg-type]
    why = []
    if usual and after[0] >= LEAP * usual:
        what = "o total do dia até agora" if before else "o que é habitual num dia"
        why.append(f"O total é {_times(after[0], usual)} {what} ({words.reais(usual)}).")
    if before and after[0] < before[0] and not typed_text("motivo"):
        return None  # refused because the reason is missing
    if before and after[0] < before[0]:
        why.append(f"O total é menor que o do dia até agora ({words.reais(before[0])}).")
    if before and before[1] and after[1] >= LEAP * before[1] and after[0] < LEAP * before[0]:
        why.append(f"O ISS é {_times(after[1], before[1])} o do dia até agora ({words.reais(before[1])}).")
    if typed_text("aberta") == day.isoformat() and day != local_date(now()):
        why.append(f"Esta página foi aberta em {words.day(day)}, e esse dia já acabou: confira se o total é dele.")
    return Check(why, before, after, f"{day};{kind};{before};{after}") if why else None


def _later(value: JsonView, before: tuple[int, int] | None) -> tuple[int, int] | None:
    """Return total and ISS after the change, in centavos; None if the table of services does not give the value."""
    if "total" in value:
        kept = before[1] if before else 0
        return _centavos(value["total"]), _centavos(value["iss"]) if "iss" in value else kept
    asked = value["servicos"][0]
    each = office().servicos.get(asked["servico"], local_date(now()))
    if each is None or each.emolumentos is None:
        return None
    costs = each.emolumentos.times(asked["quantidade"])
    return centavos(costs.total_do_selo(True)), centavos(costs.iss)


def _centavos(text: str) -> int:
    return centavos(parse_reais(text))


def _times(now: int, earlier: int) -> str:
    return f"{now / earlier:.1f}".removesuffix(".0").replace(".", ",") + " vezes"


def _shown_fields(selo: JsonView | None) -> dict[str, str]:
    """Return the prefilled fields of a day's form: the current total and ISS."""
    amounts = dict(zip(("total", "iss"), _current_amounts(selo) or (), strict=False))
    return fee_input.as_fields(amounts)


def _current_amounts(selo: JsonView | None) -> tuple[int, int] | None:
    """Return a day's total without ISS, and its ISS, in centavos; None if the day has no seal, or it was excluded."""
    if selo is None or selo["ato"] == EXCLUSION:
        return None
    fees = selo["emolumentos_centavos"]
    return sum(fees.values()) - fees["iss"], int(fees["iss"])


def _selos_of_day(day: date) -> JsonObject:
    here = office()
    return {name: code and jobs.selo(here, code) for name, code in daily.of_day(here, day).items()}


def _show(day: date, kind: str, form: Form, preview: Check | None = None, *, filtro: Form = NO_FILTER) -> str:
    here, found = office(), _selos_of_day(day)
    return render_template(
        "screens/diarios.html",
        dia=day,
        filtro=filtro,
        hoje=local_date(now()),
        nomes=NAMES,
        selos=found,
        cadeias={
            name: [jobs.selo(here, code) for code in seal["cadeia"]] if seal else [] for name, seal in found.items()
        },
        digitadas={name: form if name == kind else Form(_shown_fields(found[name])) for name in NAMES},
        vistos={kind: preview},
        servicos=fee_input.services(),
    )
