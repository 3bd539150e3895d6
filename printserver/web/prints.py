"""Impressões: the prints of a day, filtered, updated live."""

from dataclasses import dataclass
from datetime import date

from anyascii import anyascii
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from printserver import jobs
from printserver.clock import local_date
from printserver.common.data import JsonObject, JsonView
from printserver.web import polling, words
from printserver.web.address import requested_day, requested_option, requested_page, requested_text
from printserver.web.context import is_htmx, now, office

_PER_PAGE = 50
_MAX_TEXT = 100  # characters of the search text
_pages: polling.Kept[JsonObject] = polling.Kept()
_days: polling.Kept[list[JsonObject]] = polling.Kept()


@dataclass(frozen=True, slots=True)
class JobFilter:
    """Filter of the list of jobs."""

    dia: date
    estado: str
    tipo: str
    texto: str
    pagina: int

    @property
    def vazio(self) -> bool:
        """Whether no filter is set."""
        return not (self.estado or self.tipo or self.texto)

    def address(self) -> dict[str, object]:
        """Return the query parameters of this filter; defaults are left out."""
        parts: dict[str, object] = {"dia": self.dia.isoformat()} if self.dia != local_date(now()) else {}
        parts |= {name: value for name in ("estado", "tipo", "texto") if (value := getattr(self, name))}
        return parts | ({"pagina": self.pagina} if self.pagina > 1 else {})


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of jobs, the total number of matches, and the number of jobs searched for a text (0: no text search)."""

    itens: list[JsonObject]
    total: int
    procurados: int = 0


def list_prints() -> ResponseReturnValue:
    """Show the prints of a day; htmx requests (a changed filter) get only the list."""
    job_filter = _filter()
    listing = _jobs_part(job_filter).html
    if is_htmx():
        return listing
    return render_template(
        "screens/impressoes.html",
        lista=listing,
        filtro=job_filter,
        hoje=local_date(now()),
        estados=words.STATES,
        tipos=words.KINDS,
    )


def live_prints() -> ResponseReturnValue:
    """Answer the poll of the list."""
    return polling.answer(_jobs_part(_filter()))


def search() -> ResponseReturnValue:
    """Redirect the search at the top of every page to the prints of today."""
    return redirect(url_for("web.impressoes", texto=request.args.get("q", "").strip()[:_MAX_TEXT] or None), 303)


def _jobs_part(job_filter: JobFilter) -> polling.Part:
    listing = _jobs_with_text(job_filter) if job_filter.texto else _jobs_of_day(job_filter)
    return polling.live_part(
        "screens/_lista_de_impressoes.html",
        "web.vivo_impressoes",
        job_filter.address(),
        lista=listing,
        paginas=max(1, -(-listing.total // _PER_PAGE)),
        filtro=job_filter,
        hoje=local_date(now()),
    )


def _jobs_of_day(job_filter: JobFilter) -> Listing:
    """Return a page of the day's jobs, filtered by the database."""
    here, day = office(), job_filter.dia.isoformat()
    names = {"de": day, "ate": day, "estado": job_filter.estado, "tipo": job_filter.tipo}
    filters = {nome: value for nome, value in names.items() if value}
    key = (here.instance_name, job_filter)
    found_row = _pages.get(here, key, lambda: jobs.list_all(here, filters, job_filter.pagina))
    return Listing(found_row["itens"], found_row["total"])


def _jobs_with_text(job_filter: JobFilter) -> Listing:
    """Return a page of the jobs that contain every word of the text, ignoring case and accents."""
    here = office()
    all_jobs = _days.get(here, (here.instance_name, job_filter.dia), lambda: jobs.of_day(here, job_filter.dia))
    matching = [job for job in all_jobs if _matches(job, job_filter)]
    inicio = (job_filter.pagina - 1) * _PER_PAGE
    return Listing(matching[inicio : inicio + _PER_PAGE], len(matching), procurados=len(all_jobs))


def _filter() -> JobFilter:
    """Read the filter from the query parameters. Raises `Recusa` `entrada-invalida` for invalid ones (A7)."""
    return JobFilter(
        dia=requested_day("dia") or local_date(now()),
        estado=requested_option("estado", words.STATES),
        tipo=requested_option("tipo", words.KINDS),
        texto=requested_text("texto", _MAX_TEXT),
        pagina=requested_page(),
    )


def _matches(job: JsonView, job_filter: JobFilter) -> bool:
    if job_filter.estado and job["estado"] != job_filter.estado:
        return False
    if job_filter.tipo and job["documento"]["tipo"] != job_filter.tipo:
        return False
    typed = _plain(job_filter.texto).split()
    if not typed:
        return True
    fields = [
        words.title(job["documento"]),
        words.place(job["documento"]),
        job["escrevente"],
        job["fila"],
        job["id"],
        words.status(job).palavra,
        *(selo["codigo"] for selo in job["selos"]),
        *(selo["descricao"] for selo in job["selos"]),
        *job["nomes"],
    ]
    everything = _plain(" ".join(str(field) for field in fields))
    return all(word in everything for word in typed)


def _plain(text: str) -> str:
    """Return `text` in lower-case Latin letters without accents."""
    return anyascii(text).casefold()
