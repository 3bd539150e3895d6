"""The month: the sum of its days, which of them are closed, and its charts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import render_template, request
from flask.typing import ResponseReturnValue

from printserver import closing
from printserver.clock import local_date
from printserver.common.text import MONTHS
from printserver.selo import LABELS
from printserver.web import words
from printserver.web.address import asked
from printserver.web.closing import charts, closing_words
from printserver.web.context import now, office


@dataclass(frozen=True, slots=True)
class DayLine:
    """A day of the month: its figures, and the signature that holds. `mudou`: something did since it was signed."""

    dia: date
    figuras: closing.Figures
    assinatura: closing.Signature | None
    mudou: bool
    acabou: bool


@dataclass(frozen=True, slots=True)
class MonthShown:
    """All that a page of a month shows: the sum of its days, and each day until today."""

    periodo: closing.Period
    figuras: closing.Figures
    dias: Sequence[DayLine]
    graficos: Sequence[charts.Chart]

    @property
    def nome(self) -> str:
        """The month in words: `novembro de 2026`."""
        return f"{MONTHS[self.periodo.first.month - 1]} de {self.periodo.first.year}"

    @property
    def fechados(self) -> int:
        """How many days are closed."""
        return sum(line.assinatura is not None for line in self.dias)

    @property
    def abertos(self) -> list[DayLine]:
        """The days that are over, on which something was done, and that nobody closed."""
        return [line for line in self.dias if line.acabou and line.assinatura is None and not line.figuras.vazias]


def closing_of_month() -> ResponseReturnValue:
    """Show a month."""
    shown, filtro, status = asked(
        lambda: read_month(request.args.get("mes", "").strip()), lambda: read_month(""), "mes"
    )
    values = {"mostrado": shown, "figuras": shown.figuras, "filtro": filtro, "palavras": closing_words}
    return render_template("screens/fechamento_mes.html", **values), status


def read_month(text: str) -> MonthShown:
    """Return what is shown of a month (`2026-11`; empty: this month). Raises `Recusa` `entrada-invalida`."""
    here, today = office(), local_date(now())
    period = closing.a_month(text or f"{today:%Y-%m}", now())
    with here.db.read() as conn:
        days = closing.compute(conn, here, period)
        signed = closing.holding(conn, here, period)
    lines = [_line(day, figures, signed.get(day)) for day, figures in days.items() if day <= today]
    total = closing.Figures.sum(days.values())
    return MonthShown(period, total, lines, _charts(lines, total))


def _line(day: date, figures: closing.Figures, signature: closing.Signature | None) -> DayLine:
    differences = closing.compare(signature.figuras, figures) if signature is not None else []
    changed = any(not each.quiet for each in differences)
    return DayLine(day, figures, signature, changed, closing.Period(day, day).is_over(now()))


def _charts(lines: Sequence[DayLine], total: closing.Figures) -> list[charts.Chart]:
    prints = [(str(line.dia.day), line.figuras.number("impressoes")) for line in lines]
    seals = [(str(line.dia.day), line.figuras.selos) for line in lines]
    parts = [(LABELS[name], value, words.reais(value)) for name, value in total.parcelas.items()]
    return [
        charts.upright("impressoes", "Impressões por dia", _said(prints, "impressão", "impressões", "Nenhuma"), prints),
        charts.upright("selos", "Selos por dia", _said(seals, "selo", "selos", "Nenhum"), seals),
        charts.lying("parcelas", "Valor por parcela", f"Soma: {words.reais(total.soma)}.", parts),
    ]


def _said(values: Sequence[tuple[str, int]], one: str, many: str, no: str) -> str:
    """Return a chart's numbers in a sentence: the sum, and the day with most."""
    total = sum(value for _, value in values)
    if not total:
        return f"{no} {one} no mês."
    day, most = max(values, key=lambda each: each[1])
    return f"{words.plural(total, one, many)} no mês. O dia com mais: {day}, com {most}."
