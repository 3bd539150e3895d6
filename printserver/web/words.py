"""Contract values in plain Portuguese: states, documents, dates, money. No HTML, no decisions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import get_args

from printserver import documents
from printserver.clock import local, local_date
from printserver.common.data import JsonView
from printserver.jobs import page_ranges
from printserver.selo import EXCLUSION, format_reais, from_centavos, read

Job = JsonView

KINDS: Mapping[str, str] = {
    word: kind.name for word, kind in documents.KINDS.items() if word in get_args(documents.DocumentType)
}
PAGE_STATES: Mapping[str, str] = {"boa": "boa", "inutilizada": "inutilizada", "nao_saiu": "não saiu"}
ROLES: Mapping[str, str] = {
    "escrevente": "escrevente",
    "substituto": "substituto",
    "tabeliao": "tabelião",
    "administrador": "administrador",
}


@dataclass(frozen=True, slots=True)
class Status:
    """A state in plain Portuguese. `tom` selects icon and colour: espera, andamento, feito, problema or parado."""

    palavra: str
    explicacao: str
    tom: str


STATES: Mapping[str, Status] = {
    "aguardando_xa": Status(
        "Esperando resposta", "O documento já foi impresso. Nada sai até que alguém responda à pergunta.", "espera"
    ),
    "aguardando_selo": Status("Esperando resposta", "A ficha só sai depois que alguém disser se leva selo.", "espera"),
    "aceito": Status("Aceito", "Recebido. O PDF está sendo preparado.", "andamento"),
    "renderizado": Status("PDF pronto", "O PDF está pronto e vai para a fila da impressora.", "andamento"),
    "entregue": Status("Na fila", "A fila da impressora recebeu o documento.", "andamento"),
    "impresso": Status("Impresso", "Todas as folhas saíram.", "feito"),
    "incerto": Status(
        "Conferir o papel",
        "Não se sabe o que saiu no papel. Confira a impressora e informe folha por folha.",
        "problema",
    ),
    "falhou": Status("Falhou", "A impressão não aconteceu. Os selos, se há, continuam valendo.", "problema"),
    "cancelado": Status("Cancelado", "Nada foi impresso por este pedido.", "parado"),
}

_IN_FOLDER = Status("Impresso", "O arquivo foi gravado na pasta da fila.", "feito")
_WORSE: Mapping[str, str] = {"feito": "parado"}

# IPP job states of a job that is `entregue`.
QUEUE_STATES: Mapping[str, Status] = {
    "pending": Status("Na fila", "Espera a vez na fila da impressora.", "andamento"),
    "pending-held": Status("Retido na fila", "A fila da impressora segura o documento.", "andamento"),
    "processing": Status("Imprimindo", "A impressora está trabalhando.", "andamento"),
    "processing-stopped": Status("Impressora parada", "Veja a impressora: papel, tampa ou toner.", "problema"),
    "canceled": Status("Cancelado na fila", "A fila cancelou a impressão. Confira se alguma folha saiu.", "problema"),
    "aborted": Status("Abortado na fila", "A fila desistiu da impressão. Confira se alguma folha saiu.", "problema"),
    "completed": Status("Terminado na fila", "A fila diz que terminou; ela não conta as folhas.", "feito"),
}

# IPP printer-state-reasons and job-state-reasons, without the suffixes -error, -warning and -report.
REASONS: Mapping[str, str] = {
    "media-empty": "falta papel",
    "media-needed": "falta papel",
    "media-low": "pouco papel",
    "media-jam": "papel atolado",
    "toner-empty": "toner vazio",
    "toner-low": "pouco toner",
    "marker-supply-empty": "toner ou tinta vazios",
    "marker-supply-low": "pouco toner ou tinta",
    "cover-open": "tampa aberta",
    "door-open": "porta aberta",
    "input-tray-missing": "falta a bandeja",
    "output-area-full": "saída cheia",
    "offline": "impressora desligada ou fora da rede",
    "connecting-to-device": "procurando a impressora",
    "timed-out": "a impressora não responde",
    "paused": "fila em pausa",
    "moving-to-paused": "fila em pausa",
    "printer-stopped": "impressora parada",
    "job-hold-until-specified": "retido na fila",
    "job-canceled-by-user": "cancelado por alguém na fila",
    "job-canceled-at-device": "cancelado na impressora",
    "aborted-by-system": "a fila desistiu",
}

_MISSING = "Todas as folhas foram informadas. Falta imprimir"
_UNKNOWN = Status("Situação desconhecida", "", "parado")


def status(job: Job) -> Status:
    """Return the job's state in plain Portuguese; of a job in a queue, the queue's state."""
    cups = job.get("cups")
    if job["estado"] == "incerto" and (faltam := job.get("faltam")):
        return Status("Faltam páginas", f"{_MISSING} {the_pages(faltam)}.", "problema")
    if job["estado"] in ("aceito", "renderizado") and job.get("espera_por"):
        if job["fila_parada"]:
            return Status(f"Esperando a fila {job['fila']}, parada", "Sai quando a fila voltar a andar.", "espera")
        if job["espera_pelo_trabalho"]:
            return Status("Esperando a vez", f"Sai depois do que foi mandado antes à fila {job['fila']}.", "andamento")
    if job["estado"] == "entregue" and cups and cups.get("estado") in QUEUE_STATES:
        return QUEUE_STATES[cups["estado"]]
    if job["estado"] == "impresso" and not cups:
        return _IN_FOLDER
    return STATES.get(job["estado"], _UNKNOWN)


def verdict(job: Job) -> Status:
    """Return the job's state including its seals: `feito` only if print, seals and court are all in order."""
    state, vale = status(job), validity(job)
    return state if vale is None or vale.tom == "feito" else replace(state, tom=_WORSE.get(state.tom, state.tom))


def validity(job: Job) -> Status | None:
    """Return whether a sealed print is valid, by its seals and the court; None for one without a seal (S11, X6)."""
    if job.get("vale") is None:
        return None
    if job["substituido_por"]:
        return Status("substituído: não vale", "Outro documento tomou o lugar deste.", "parado")
    excluded = [selo for selo in job["selos"] if selo["excluido_por"]]
    if not job["vale"]:
        asked = any(selo["estado"] != "excluído" for selo in excluded)
        text = "Os selos desta impressão foram excluídos (XA)."
        waits = "Exclusão (XA) pedida; o tribunal ainda não respondeu."
        return Status("selos excluídos: não vale", waits if asked else text, "parado")
    if excluded:
        text = plural(len(excluded), "selo foi excluído (XA)", "selos foram excluídos (XA)")
        return Status(plural(len(excluded), "selo excluído", "selos excluídos"), f"{text}; os outros valem.", "espera")
    if any(selo["estado"] in ("aguardando retificação", "falha") for selo in job["selos"] if selo["vivo"]):
        return Status("o tribunal recusou", "O tribunal recusou um selo desta impressão: veja o selo.", "problema")
    if job["desatualizado"]:
        return Status("Desatualizado", "Mostra um selo do livro que já não vale.", "problema")
    if any(selo["atual"] != selo["codigo"] for selo in job["selos"]):
        return Status("vale, retificado", "Um selo desta impressão foi retificado: vale o mais novo.", "feito")
    return Status("vale", "", "feito")


def pages(paginas: Sequence[int]) -> str:
    """Return page numbers (ascending) as people read them: `2`, `2 a 4`, `1, 3 a 5`."""
    return pages_text(page_ranges(paginas))


def pages_text(ranges: str) -> str:
    """Return page numbers of the contract (`1,3-5`) as people read them: `1, 3 a 5`."""
    return ranges.replace("-", " a ").replace(",", ", ")


def the_pages(ranges: str) -> str:
    """Return page numbers of the contract with their noun: `a página 2`, `as páginas 1, 3 a 5`."""
    return f"{'a página' if ranges.isdigit() else 'as páginas'} {pages_text(ranges)}"


def said_of_pages(state: str, n: int) -> str:
    """Return what was said of `n` pages, in agreement: `inutilizada`, `inutilizadas`."""
    if state == "nao_saiu":
        return "não saiu" if n == 1 else "não saíram"
    return PAGE_STATES.get(state, state) + ("" if n == 1 else "s")


def reason(word: str) -> str:
    """Return a queue's reason in plain Portuguese; an unknown one unchanged."""
    base = word.removesuffix("-error").removesuffix("-warning").removesuffix("-report")
    return REASONS.get(base, word)


def title(document: JsonView | str) -> str:
    """Return the document's title: `2º traslado de P-2026-001234`."""
    if isinstance(document, str):
        return document
    word = documents.kind_word(document["tipo"], document.get("natureza"))
    kind, instrumento = documents.KINDS.get(word), document.get("instrumento")
    if kind is None:
        name = str(document["tipo"])
    else:
        name = kind.heading.format_map({field: value or "?" for field, value in document.items()})
    return f"{name} de {instrumento}" if instrumento else name


def reais(centavos: int) -> str:
    """Return whole centavos as formatted money: `R$ 1.234,56`."""
    return format_reais(from_centavos(centavos))


def by_whom(retificador: str) -> str:
    """Return whether the seal `retificador` excluded or rectified the one before it, in words (X2, R1)."""
    return "excluído por" if read(retificador).ato == EXCLUSION else "retificado por"


def total(selos: Sequence[JsonView]) -> str:
    """Return the sum of the seals' current totals: rectified seals count by the newest, excluded ones not at all."""
    return reais(sum(selo.get("atual_centavos", selo["total_centavos"]) or 0 for selo in selos))


def written_day(text: str) -> str:
    """Return the day of a field as people write it; what is no day stays as it was typed."""
    try:
        return day(date.fromisoformat(text))
    except ValueError:
        return text


def day(quando: date) -> str:
    """Return a date as people write it: `20/11/2026`."""
    return quando.strftime("%d/%m/%Y")


def data(text: str) -> str:
    """Return an ISO date as people write it: `20/11/2026`."""
    return day(date.fromisoformat(text))


def moment(value: str | datetime, now: datetime) -> str:
    """Return a time (RFC 3339 text or aware datetime) relative to `now`: `hoje às 14:32`, `20/11/2026 às 09:05`."""
    quando = local(datetime.fromisoformat(value) if isinstance(value, str) else value)
    today = local_date(now)
    near = {today: "hoje", today - timedelta(days=1): "ontem", today + timedelta(days=1): "amanhã"}
    return f"{near.get(quando.date()) or day(quando.date())} às {quando:%H:%M}"


def is_past(value: str, now: datetime) -> bool:
    """Return whether the time (RFC 3339 text) is before `now`."""
    return datetime.fromisoformat(value) < now


def time_of_day(value: str) -> str:
    """Return the time of day of an RFC 3339 text, with seconds: `14:32:07`."""
    return f"{local(datetime.fromisoformat(value)):%H:%M:%S}"


def short_time(value: str, now: datetime) -> str:
    """Return the time of day of an RFC 3339 text of today (`14:32`); of another day, with it (`20/11, 14:32`)."""
    quando = local(datetime.fromisoformat(value))
    if quando.date() == local_date(now):
        return f"{quando:%H:%M}"
    return f"{quando:%d/%m, %H:%M}" if quando.year == local_date(now).year else f"{quando:%d/%m/%y, %H:%M}"


def moment_to_the_second(value: str, now: datetime) -> str:
    """Return a time (RFC 3339 text) relative to `now`, with seconds: `hoje às 14:32:07`."""
    return f"{moment(value, now)}:{local(datetime.fromisoformat(value)):%S}"


def full_time(quando: datetime) -> str:
    """Return an aware time with its day and seconds, as it stands on paper: `20/11/2026 às 14:32:07`."""
    return f"{local(quando):%d/%m/%Y às %H:%M:%S}"


def step(state: str) -> str:
    """Return the name of a step in a job's history."""
    if state in STATES:
        return {"aguardando_xa": "Pergunta: já foi impresso", "aguardando_selo": "Pergunta: com ou sem selo"}.get(
            state, STATES[state].palavra
        )
    return state.replace("_", " ").replace("-", " ").capitalize()


DETAILS: Mapping[str, str] = {
    "pagina": "página",
    "paginas": "páginas",
    "copia": "cópia",
    "codigo": "código",
    "selos_excluidos": "selos excluídos",
    "certidao": "certidão",
    "papeis_inutilizados": "papéis inutilizados",
}


def detail(value: object) -> str:
    """Return the detail of a step, of any type, as one line."""
    if value is None or value == "" or value == [] or value == {}:
        return ""
    if isinstance(value, bool):
        return "sim" if value else "não"
    if isinstance(value, Mapping):
        parts = [(DETAILS.get(nome, str(nome).replace("_", " ")), detail(item)) for nome, item in value.items()]
        return "; ".join(f"{nome}: {text}" for nome, text in parts if text)
    if isinstance(value, list | tuple):
        return ", ".join(filter(None, map(detail, value)))
    return str(value)


def plural(n: int, single: str, many: str) -> str:
    """Return `1 selo`, `2 selos`."""
    return f"{n} {single if n == 1 else many}"


def numbers(listing: Sequence[int]) -> str:
    """Return the numbers of paper seals (ascending) as people read them: `0000004, 0000007 a 0000012`."""
    runs: list[list[int]] = []
    for numero in listing:
        if runs and runs[-1][1] == numero - 1:
            runs[-1][1] = numero
        else:
            runs.append([numero, numero])
    return ", ".join(f"{a:07}" if a == b else f"{a:07} a {b:07}" for a, b in runs)
