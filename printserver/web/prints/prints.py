"""Impressões: the prints of any period, filtered and searched, updated live."""

from dataclasses import dataclass
from datetime import date, timedelta

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from printserver import jobs
from printserver.clock import local_date
from printserver.common.data import JsonObject
from printserver.errors import Recusa, invalid_input
from printserver.web import names, polling, words
from printserver.web.address import (
    FilterErrors,
    refused_filter,
    requested_day,
    requested_option,
    requested_text,
    typed_filter,
)
from printserver.web.context import is_htmx, now, office
from printserver.web.forms import Form

MAX_TEXT = 100  # characters of the search text
_FIELDS = ("de", "ate", "estado", "tipo", "texto")
_MAX_ID = 32
_pages: polling.Kept[JsonObject] = polling.Kept()


@dataclass(frozen=True, slots=True)
class JobFilter:
    """Filter of the list of jobs; `depois` is the id of the last print of the page before, empty on the first."""

    de: date | None = None
    ate: date | None = None
    estado: str = ""
    tipo: str = ""
    texto: str = ""
    depois: str = ""

    @property
    def vazio(self) -> bool:
        """Whether no filter is set."""
        return not self.address()

    def address(self) -> dict[str, str]:
        """Return the query parameters of this filter without its page; defaults are left out."""
        days = {name: day.isoformat() for name in ("de", "ate") if (day := getattr(self, name))}
        return days | {name: value for name in ("estado", "tipo", "texto") if (value := getattr(self, name))}

    def periods(self, today: date) -> list[tuple[str, dict[str, str]]]:
        """Return the periods that one click chooses: name, and query parameters with the rest of this filter."""
        rest = {name: value for name, value in self.address().items() if name not in ("de", "ate")}
        yesterday, week = today - timedelta(days=1), today - timedelta(days=6)
        spans = (("hoje", today, today), ("ontem", yesterday, yesterday), ("7 dias", week, today))
        return [(name, rest | {"de": de.isoformat(), "ate": ate.isoformat()}) for name, de, ate in spans]


def list_prints() -> ResponseReturnValue:
    """Show the prints, newest first; htmx requests (a changed filter) get only the list.

    Errors are shown at their fields.
    """
    typed = typed_filter(_FIELDS)
    form, job_filter, listing, status = Form(typed), JobFilter(), "", 200
    try:
        job_filter = _filter()
        listing = _jobs_part(job_filter).html
    except Recusa as refusal:
        form, status = refused_filter(refusal, typed), refusal.kind.status
    if is_htmx():
        # what is wrong is shown by the page, at its field
        return listing if status == 200 else Response(headers={"HX-Redirect": request.full_path})
    page = render_template(
        "screens/impressoes.html",
        lista=listing,
        filtro=job_filter,
        forma=form,
        periodos=job_filter.periods(local_date(now())),
        estados=words.STATES,
        tipos=words.KINDS,
    )
    return page, status


def live_prints() -> ResponseReturnValue:
    """Answer the poll of the list."""
    return polling.answer(lambda: _jobs_part(_filter()))


def _jobs_part(job_filter: JobFilter) -> polling.Part:
    here, address = office(), job_filter.address()
    filters = {name: value for name, value in address.items() if name != "texto"}
    found = _pages.get(
        here,
        (here.instance_name, job_filter),
        lambda: jobs.find(here, filters, job_filter.texto, job_filter.depois or None),
    )
    names.load(found["itens"])
    page = {"depois": job_filter.depois} if job_filter.depois else {}
    return polling.live_part(
        "screens/_lista_de_impressoes.html", "web.vivo_impressoes", address | page, filtro=job_filter, **found
    )


def _filter() -> JobFilter:
    """Read the filter from the query parameters. Raises `Recusa` `entrada-invalida` for invalid ones (A7)."""
    fields = FilterErrors()
    found = JobFilter(
        de=fields.read(lambda: requested_day("de"), None),
        ate=fields.read(lambda: requested_day("ate"), None),
        estado=fields.read(lambda: requested_option("estado", words.STATES), ""),
        tipo=fields.read(lambda: requested_option("tipo", words.KINDS), ""),
        texto=fields.read(lambda: requested_text("texto", MAX_TEXT), ""),
        depois=fields.read(lambda: requested_text("depois", _MAX_ID), ""),
    )
    fields.check()
    if found.de and found.ate and found.ate < found.de:
        raise invalid_input("ate", "o último dia vem antes do primeiro")
    return found
