"""The closing of a day: its figures, what is still open, the till, the signature and the reopening (A4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from printserver import closing
from printserver.clock import local_date
from printserver.common.data import JsonView
from printserver.errors import Recusa, invalid_input
from printserver.selo import COMPONENTS
from printserver.web import pin, words
from printserver.web.address import NO_FILTER, asked, requested_day
from printserver.web.closing import closing_words
from printserver.web.context import author, now, office
from printserver.web.forms import Form, check_confirmed, check_fields, key, refused_form, typed_day, typed_text
from printserver.web.seals import change, fee_input

_TILL: tuple[str, ...] = ("total", *COMPONENTS)


@dataclass(frozen=True, slots=True)
class DayShown:
    """All that a page of a day shows. `documentos`: of the prints that are named, by id.

    `assinatura` is the one that holds, or the older one that is looked at; then `figuras` are those that it signed.
    """

    dia: date
    figuras: closing.Figures
    assinaturas: Sequence[closing.Signature]
    assinatura: closing.Signature | None
    antiga: bool
    mudou: Sequence[closing_words.Changed]
    resolvido: Sequence[closing_words.Changed]
    excecoes: Mapping[str, Sequence[closing.Made]]
    abertas: Sequence[tuple[str, str]]
    faltam: Sequence[tuple[str, str]]
    documentos: Mapping[str, JsonView]
    acabou: bool

    @property
    def fechado(self) -> bool:
        """Whether the day is closed."""
        return self.assinatura is not None and self.assinatura.vale


def closing_of_day() -> ResponseReturnValue:
    """Show a day, or sign it."""
    if request.method == "GET":
        shown, filtro, status = asked(_asked_day, lambda: read_day(_next_day()), "dia")
        return _render(shown, Form(), filtro), status
    day = _next_day()  # shown if the form has no day
    try:
        typed = typed_day("data")
        day = typed or day  # before all else: a refused form is shown on its own day
        check_fields("data", "visto", *_TILL, "motivo")
        if typed is None:
            raise invalid_input("data", "falta o dia")
        check_confirmed()
        data = _till()
        if not change.repeated():
            closing.check(office(), day, data)
        pin.check("fechamento")
        number, again = closing.sign(office(), author(), day, data, key())
    except Recusa as refusal:
        if refusal.word == "sem-permissao" or not _may_be_shown(day):
            raise
        return _show(day, refused_form(refusal)), refusal.kind.status
    fault = None if again else closing.keep_head(office())
    once_more = f" É a {number}ª assinatura deste dia." if number > 1 else ""
    flash(f"O dia {words.day(day)} está fechado.{once_more}")
    if fault:
        flash(f"A cabeça da auditoria não pôde ser guardada, e a assinatura vale assim mesmo. Avise o suporte: {fault}")
    return redirect(url_for("web.fechamento", dia=day.isoformat()), 303)


def reopening() -> ResponseReturnValue:
    """Ask why a closed day is to be reopened, and reopen it."""
    if request.method == "GET":
        return _ask(requested_day("dia") or _next_day(), Form())
    day = _next_day()
    try:
        typed = typed_day("data")
        day = typed or day
        check_fields("data", "numero", "motivo")
        if typed is None:
            raise invalid_input("data", "falta o dia")
        check_confirmed()
        number = typed_text("numero")
        if not (number.isascii() and number.isdigit() and len(number) < 6):
            raise Recusa("entrada-invalida", "Nada foi feito: abra esta página de novo a partir do dia.")
        closing.reopen(office(), author(), day, {"motivo": typed_text("motivo"), "numero": int(number)})
    except Recusa as refusal:
        if refusal.word == "sem-permissao" or not _may_be_shown(day):
            raise
        return _ask(day, refused_form(refusal)), refusal.kind.status
    flash(f"O dia {words.day(day)} está reaberto. A assinatura anterior fica no registro: assine de novo ao terminar.")
    return redirect(url_for("web.fechamento", dia=day.isoformat()), 303)


def read_day(day: date, number: int | None = None) -> DayShown:
    """Return what is shown of a day; with `number`, as that signature has it.

    Raises `Recusa` `entrada-invalida` for a day to come, `nao-encontrado` for an unknown signature.
    """
    here = office()
    period = closing.a_day(day, now())
    with here.db.read() as conn:
        today = closing.compute(conn, here, period)[day]
        signed = closing.signatures(conn, here, day)
        made = list(closing.exceptions_of(conn, here, period))
        still_open = list(closing.open_things(conn, here, period))
        missing = [(each.fila, each.numeros) for each in closing.sheets_of(conn, here, period) if each.numeros]
        named = [each.nome for each in made if each.objeto == "job"]
        named += [nome for kind, nome in still_open if kind in ("pergunta", "incerto")]
        known = closing.documents_of(conn, here, named)
    holding = next((each for each in signed if each.vale), None)
    if number is not None:
        holding = next((each for each in signed if each.numero == number), None)
        if holding is None:
            raise Recusa("nao-encontrado", f"O dia {day:%d/%m/%Y} não tem a assinatura {number}.")
    changed, resolved = closing_words.changes(holding.figuras, today) if holding is not None else ([], [])
    by_person: dict[str, list[closing.Made]] = {}
    for each in made:
        by_person.setdefault(closing_words.person(each.quem), []).append(each)
    return DayShown(
        dia=day,
        figuras=holding.figuras if number is not None and holding is not None else today,
        assinaturas=signed,
        assinatura=holding,
        antiga=number is not None,
        mudou=changed,
        resolvido=resolved,
        excecoes=dict(sorted(by_person.items())),
        abertas=still_open,
        faltam=missing,
        documentos=known,
        acabou=period.is_over(now()),
    )


def requested_signature() -> int | None:
    """Return the number of the signature that the address asks for. Raises `Recusa` `entrada-invalida`."""
    text = request.args.get("assinatura", "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise invalid_input("assinatura", "deve ser o número de uma assinatura do dia")
    return int(text)


def _next_day() -> date:
    """Return the day to be closed next: the oldest of the last week that nobody closed, else yesterday."""
    with office().db.read() as conn:
        days = closing.unsigned_days(conn, office(), now())
    return days[0] if days else local_date(now()) - timedelta(days=1)


def _may_be_shown(day: date) -> bool:
    try:
        closing.a_day(day, now())
    except Recusa:
        return False
    return True


def _till() -> dict[str, object]:
    """Return the till as typed: its total, and its components if any of them was typed; then a blank one is zero."""
    if not typed_text("total"):
        raise invalid_input("total", "escreva o total do caixa; se nada entrou, 0")
    parts = {name: fee_input.typed_money(name) for name in COMPONENTS if typed_text(name)}
    return {
        "total": fee_input.typed_money("total"),
        "parcelas": dict.fromkeys(COMPONENTS, "0.00") | parts if parts else None,
        "motivo": typed_text("motivo") or None,
        "visto": typed_text("visto"),
    }


def _asked_day() -> DayShown:
    """Return the day, or its signature, that the address asks for. Raises `Recusa` as `read_day`."""
    return read_day(requested_day("dia") or _next_day(), requested_signature())


def _show(day: date, form: Form) -> str:
    return _render(read_day(day), form, NO_FILTER)


def _render(shown: DayShown, form: Form, filtro: Form) -> str:
    return render_template(
        "screens/fechamento.html",
        mostrado=shown,
        figuras=shown.figuras,
        marca=shown.figuras.mark(),
        forma=form,
        filtro=filtro,
        comparado=_compared(shown.figuras, form),
        por_parcela=any(form.value_of(name) or form.error_of(name) for name in COMPONENTS),
        palavras=closing_words,
        hoje=local_date(now()),
        ontem=local_date(now()) - timedelta(days=1),
        parcelas=COMPONENTS,
    )


def _compared(figures: closing.Figures, form: Form) -> closing.Compared | None:
    """Return the day's sum beside what was typed, for a form that came back with readable money."""
    typed = {name: fee_input.as_reais(form.value_of(name)) for name in _TILL if form.value_of(name)}
    if "total" not in typed or None in typed.values():
        return None
    values = {name: int(text.replace(".", "")) for name, text in typed.items() if text is not None}
    total = values.pop("total")
    return closing.compare_till(figures, total, values or None)


def _ask(day: date, form: Form) -> str:
    shown = read_day(day)
    return render_template("screens/fechamento_reabrir.html", mostrado=shown, forma=form)
