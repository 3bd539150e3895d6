"""The first page: the open questions, the jobs of a day and the queues, all updated live."""

from dataclasses import dataclass
from datetime import date

from anyascii import anyascii
from flask import render_template
from flask.typing import ResponseReturnValue

from printserver import jobs
from printserver.clock import local_date
from printserver.common.data import JsonObject, JsonView
from printserver.web import polling, words
from printserver.web.address import requested_day, requested_option, requested_page, requested_text
from printserver.web.context import is_htmx, now, office

_PER_PAGE = 50
_MAX_TEXT = 100  # characters of the search text
_LAST = "9999"  # sorts after every time: a question that never expires
_pages: polling.Kept[JsonObject] = polling.Kept()
_questions: polling.Kept[list[JsonObject]] = polling.Kept()
_queues: polling.Kept[list[JsonObject]] = polling.Kept()
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


def dashboard_page() -> ResponseReturnValue:
    """Show the first page; htmx requests (a changed filter) get only the list."""
    job_filter = _filter()
    listing = _jobs_part(job_filter).html
    if is_htmx():
        return listing
    open_jobs = _open_jobs()
    return render_template(
        "screens/painel.html",
        titulo=_title(open_jobs),
        perguntas=_questions_part(open_jobs).html,
        lista=listing,
        filas=_queues_part().html,
        filtro=job_filter,
        hoje=local_date(now()),
        estados=words.STATES,
        tipos=words.KINDS,
    )


def live_questions() -> ResponseReturnValue:
    """Answer the poll of the open questions."""
    return polling.answer(_questions_part(_open_jobs()))


def live_jobs() -> ResponseReturnValue:
    """Answer the poll of the day's jobs."""
    return polling.answer(_jobs_part(_filter()))


def live_queues() -> ResponseReturnValue:
    """Answer the poll of the queues."""
    return polling.answer(_queues_part())


def _queues_part() -> polling.Part:
    here = office()
    all_queues = _queues.get(here, here.instance_name, lambda: jobs.all_queues(here))
    return polling.live_part("screens/_filas.html", "web.vivo_filas", {}, filas=all_queues)


def _open_jobs() -> list[JsonObject]:
    """Return the jobs with an open question, the most urgent first."""
    here = office()
    open_jobs = _questions.get(here, here.instance_name, lambda: jobs.open_questions(here))
    return sorted(open_jobs, key=lambda job: job["pergunta"]["expira_em"] or _LAST)


def _title(open_jobs: list[JsonObject]) -> str:
    return f"({len(open_jobs)}) Painel" if open_jobs else "Painel"


def _questions_part(open_jobs: list[JsonObject]) -> polling.Part:
    title = f"{_title(open_jobs)} · {office().settings.serventia.nome}"
    return polling.live_part("screens/_perguntas.html", "web.vivo_perguntas", {}, perguntas=open_jobs, titulo=title)


def _jobs_part(job_filter: JobFilter) -> polling.Part:
    listing = _jobs_with_text(job_filter) if job_filter.texto else _jobs_of_day(job_filter)
    return polling.live_part(
        "screens/_trabalhos.html",
        "web.vivo_trabalhos",
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
