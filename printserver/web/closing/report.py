"""A closing on paper and as a table: PDF and CSV of a day, of an older signature, or of a month. Each is on record."""

import csv
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Final

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from printserver import closing
from printserver.clock import local
from printserver.closing import FREE, QUANTITY, TOTAL
from printserver.errors import invalid_input
from printserver.search import mark
from printserver.selo import COMPONENTS, format_reais, from_centavos
from printserver.web.address import requested_day, requested_option
from printserver.web.closing import closing_words
from printserver.web.closing.day import DayShown, read_day, requested_signature
from printserver.web.closing.month import MonthShown, read_month
from printserver.web.context import csv_file, find_person, now, office, register

_STYLE: Final = Path(__file__).parents[2] / "templates" / "reports" / "fechamento.css"
_HEADS: Final = (
    *("quadro", "dia", "item", "descricao", "pessoa", "motivo", "quantidade", "isentos", "total"),
    *(f"emolumentos_{name}" for name in COMPONENTS),
)
_TABLES: Final = (
    *("atos", "origens", "sem_carga", "isentos", "impressoes", "excecoes", "papel", "selos_de_papel", "pendencias"),
)


def export_closing() -> ResponseReturnValue:
    """Give the closing of a day (`dia`, `assinatura`) or month (`mes`) as PDF or CSV."""
    kind = requested_option("formato", ("pdf", "csv"))
    if not kind:
        raise invalid_input("formato", "escolha PDF ou CSV")
    day, month = requested_day("dia"), request.args.get("mes", "").strip()
    if (day is None) == (not month):
        raise invalid_input("dia", "escolha um dia ou um mês")
    if day is not None:
        number = requested_signature()
        shown: DayShown | MonthShown = read_day(day, number)
        name = day.isoformat() + (f"-assinatura-{number}" if number else "")
    else:
        shown = read_month(month)
        name = f"{shown.periodo.first:%Y-%m}"
    answer = _pdf(shown, f"fechamento-{name}.pdf") if kind == "pdf" else _csv(shown, f"fechamento-{name}.csv")
    register("exportacao", "fechamento", "pedida", {"formato": kind, "periodo": name})
    return answer


def _pdf(shown: DayShown | MonthShown, filename: str) -> Response:
    here = office()
    html = render_template(
        "reports/fechamento.html",
        mostrado=shown,
        figuras=shown.figuras,
        do_dia=isinstance(shown, DayShown),
        palavras=closing_words,
        parcelas=COMPONENTS,
        cns=here.cns,
        emitido_em=f"{local(now()):%d/%m/%Y às %H:%M}",
        emitido_por=find_person().nome,
    )
    answer = Response(here.render.own_pages(html, _style()), content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{filename}"'
    return answer


@cache
def _style() -> str:
    return _STYLE.read_text("utf-8")


def _csv(shown: DayShown | MonthShown, filename: str) -> Response:
    out = StringIO()
    out.write("\ufeff")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(_HEADS)
    if isinstance(shown, DayShown):
        made = None if shown.antiga else [each for several in shown.excecoes.values() for each in several]
        writer.writerows(_rows(shown.dia, shown.figuras, shown.assinaturas, made))
    else:
        for line in shown.dias:
            writer.writerows(_rows(line.dia, line.figuras, [line.assinatura] if line.assinatura else []))
    return csv_file(out.getvalue(), filename)


def _rows(
    day: date,
    figures: closing.Figures,
    signed: Sequence[closing.Signature],
    made: Sequence[closing.Made] | None = None,
) -> Iterator[list[str]]:
    """Yield the lines of a day; `made` are its exceptions one by one, None: only counted."""
    for table in _TABLES:
        if table == "excecoes" and made is not None:
            yield from map(_exception, made)
            continue
        for row in closing_words.rows(figures, table):
            item, *more = row.rotulos
            who, why = "", ""
            if table == "excecoes":
                who, item, more = item, more[0], []
            if table == "isentos":
                why, more = more[0], []
            yield from _cells(table, day, [item, ", ".join(more), who, why], row)
    for each in signed:
        state = "vale" if each.vale else "reaberta"
        texts = [f"assinatura {each.numero}", state, closing_words.person(each.quem), each.motivo or ""]
        money = ["", "", _money(each.caixa.caixa), *(_money(value) for _, _, value in each.caixa.parcelas)]
        yield _line("caixa", day, texts, money)


def _exception(each: closing.Made) -> list[str]:
    what = [closing_words.exception(each.classe), each.nome, closing_words.person(each.quem), each.motivo]
    return ["excecoes", f"{local(each.quando):%d/%m/%Y %H:%M:%S}", *map(mark, what), "1", *[""] * (len(_HEADS) - 7)]


def _cells(table: str, day: date, texts: list[str], row: closing_words.Row) -> Iterator[list[str]]:
    numbers = row.numeros
    if table in ("papel", "selos_de_papel"):  # a line for each of their counts
        for name, count in sorted(numbers.items()):
            yield _line(table, day, [texts[0], f"{texts[1]} {name}".strip(), *texts[2:]], [str(count)])
        return
    values = [str(numbers[QUANTITY])]
    if table in ("atos", "origens", "sem_carga"):
        values += [str(numbers[FREE]), _money(numbers[TOTAL]), *(_money(numbers[name]) for name in COMPONENTS)]
    yield _line(table, day, texts, values)


def _line(table: str, day: date, texts: Sequence[str], values: Sequence[str]) -> list[str]:
    line = [table, f"{day:%d/%m/%Y}", *map(mark, texts), *values]
    return line + [""] * (len(_HEADS) - len(line))


def _money(centavos: int) -> str:
    return format_reais(from_centavos(centavos)).removeprefix("R$ ").replace(".", "")
