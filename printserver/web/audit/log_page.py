"""Auditoria: everything in the log, newest first, filtered, and as CSV (A3, A4, A5)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from flask import Response, render_template, request, stream_with_context
from flask.typing import ResponseReturnValue

from printserver import search
from printserver.clock import local, local_date
from printserver.common.data import JsonView
from printserver.errors import Recusa, invalid_input
from printserver.search import LogFilter
from printserver.web import names, words
from printserver.web.address import (
    FilterErrors,
    refused_filter,
    requested_day,
    requested_option,
    requested_text,
    typed_filter,
)
from printserver.web.audit import log_words
from printserver.web.context import author, is_htmx, now, office, person_name
from printserver.web.forms import Form

MAX_NAME: Final = 200
_FIELDS: Final = ("de", "ate", "nome", "autor", "objeto", "excecoes")
HEADINGS: Final = (
    *("registro", "quando", "quem", "sistema", "endereco", "sobre", "qual", "o_que", "detalhes", "excecao", "hash"),
)


def show_log() -> ResponseReturnValue:
    """Show a page of the log; htmx requests (a changed filter) get only the list. Errors are shown at their fields."""
    people = search.log_authors(office())
    kinds = search.log_kinds(office())
    typed = typed_filter(_FIELDS)
    form, asked, found, status = Form(typed), LogFilter(), None, 200
    after = _after()
    try:
        asked = _filter(people, kinds)
        found = search.read_log(office(), asked, after)
    except Recusa as refusal:
        form, status = refused_filter(refusal, typed), refusal.kind.status
    values = {
        "achados": None if found is None else _told(found.itens),
        "mais": found is not None and found.mais,
        "depois": after,
        "endereco": _address(asked),
        "filtrado": search.log_filter_text(asked),
        "ditos": _said(asked, people),
    }
    if is_htmx():
        if status == 200:
            return render_template("screens/_auditoria.html", **values)
        return Response(headers={"HX-Redirect": request.full_path})  # the page shows what is wrong at its field
    page = render_template(
        "screens/auditoria.html",
        **values,
        forma=form,
        periodos=_periods(asked),
        pessoas=_choices(people),
        tipos=sorted(((kind, log_words.kind_name(kind)) for kind in kinds), key=lambda each: each[1]),
    )
    return page, status


def export_log() -> ResponseReturnValue:
    """Give all that the filter finds as CSV; the export is on record with the person (A3)."""
    asked = _filter(search.log_authors(office()), search.log_kinds(office()))
    made = search.export_log(office(), author(), asked, HEADINGS, _cells)
    response = Response(stream_with_context(made.pieces), content_type=made.tipo)
    response.headers["Content-Disposition"] = f'attachment; filename="{made.file}"'
    response.call_on_close(made.pieces.close)  # an answer that nobody reads (HEAD) never begins them
    return response


def _cells(entry: JsonView) -> tuple[str | datetime | None, ...]:
    told = log_words.tell(entry)
    when = local(datetime.fromisoformat(told.quando)) if told.quando else None
    what = (told.objeto, told.nome, told.texto, "; ".join(told.detalhes), told.excecao, told.hash)
    return (str(told.n), when, told.quem, told.sistema, told.endereco, *what)


def _told(entries: Sequence[JsonView]) -> list[log_words.Told]:
    """Return the entries of a page in words, with the prints by the names that people know."""
    ids = {str(each["objeto_id"]) for each in entries if each["objeto"] in log_words.OF_PRINTS}
    prints = {job_id: said for job_id, said in names.short(ids).items() if said}
    return [log_words.tell(each, prints) for each in entries]


def _filter(people: list[tuple[str, str]], kinds: list[str]) -> LogFilter:
    """Read the filter from the query parameters. Raises `Recusa` `entrada-invalida` for invalid ones (A7)."""
    fields = FilterErrors()
    found = LogFilter(
        de=fields.read(lambda: requested_day("de"), None),
        ate=fields.read(lambda: requested_day("ate"), None),
        autor=fields.read(lambda: requested_option("autor", {search.THE_SERVER, *(value for value, _ in people)}), ""),
        objeto=fields.read(lambda: requested_option("objeto", {*kinds, *log_words.KINDS}), ""),
        nome=_name(fields.read(lambda: requested_text("nome", MAX_NAME), "")),
        excecoes=fields.read(lambda: requested_option("excecoes", ("sim",)), "") == "sim",
    )
    fields.check()
    found.check()
    return found


def _name(text: str) -> str:
    """Return the id that was typed or scanned: a seal's code also with blanks, in lower case or out of a QR."""
    terms = search.parse_terms(text)
    return terms.codigo or terms.job_id or text


def _after() -> int | None:
    text = request.args.get("depois", "")
    if text and not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise invalid_input("depois", "deve ser o número de um registro da lista")
    return int(text) if text else None


def _address(asked: LogFilter) -> Mapping[str, str]:
    """Return the query parameters of a filter, without its page."""
    return search.log_filter_text(asked)


def _periods(asked: LogFilter) -> list[tuple[str, dict[str, str]]]:
    """Return the periods that one click chooses: name, and query parameters with the rest of the filter."""
    today = local_date(now())
    yesterday, week = today - timedelta(days=1), today - timedelta(days=6)
    rest = {name: value for name, value in _address(asked).items() if name not in ("de", "ate")}
    spans = (("hoje", today, today), ("ontem", yesterday, yesterday), ("7 dias", week, today))
    return [(name, rest | {"de": de.isoformat(), "ate": ate.isoformat()}) for name, de, ate in spans]


def _choices(people: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return who can be chosen: persons, also former staff, by name, then systems, then the server (A1, A2)."""
    persons = [(value, _with_user(name)) for value, name in people if value.startswith("pessoa:")]
    systems = [(value, name) for value, name in people if not value.startswith("pessoa:")]
    named = [(value, "Tribunal" if name == "tribunal" else f"sistema {name}") for value, name in systems]
    by_name = sorted(persons, key=lambda each: each[1].casefold())
    return [*by_name, *named, (search.THE_SERVER, "o servidor, por si")]


def _with_user(usuario: str) -> str:
    found = person_name(usuario)
    return found if found == usuario else f"{found} ({usuario})"


def _said(asked: LogFilter, people: list[tuple[str, str]]) -> str:
    """Return the filter in words, for paper."""
    parts = []
    if asked.de or asked.ate:
        parts.append(f"{_day(asked.de, 'desde o primeiro dia')} a {_day(asked.ate, 'hoje')}")
    if asked.autor:
        parts.append(dict(_choices(people)).get(asked.autor, asked.autor))
    if asked.objeto:
        parts.append(log_words.kind_name(asked.objeto))
    parts += [asked.nome] if asked.nome else []
    parts += ["só exceções"] if asked.excecoes else []
    return " · ".join(parts) or "tudo"


def _day(day: date | None, otherwise: str) -> str:
    return words.day(day) if day else otherwise
