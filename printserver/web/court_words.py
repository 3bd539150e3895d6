"""Status with the court in plain Portuguese: time left, state of a report. No decisions."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from printserver.common.data import JsonView
from printserver.selo import LABELS
from printserver.web.words import Status, plural

_MODES: Mapping[str, str] = {
    "continuo": "automático",
    "horarios": "nos horários marcados",
    "manual": "só a pedido",
}


def time_left(falta_s: float) -> str:
    """Return the time left of a term: `faltam 3 h 20 min`, `atrasado há 1 h 05 min`."""
    if falta_s <= 0:
        return f"atrasado há {_duration(-falta_s)}"
    text = _duration(falta_s)
    return f"{'falta' if text.startswith(('1 min', '1 h', 'menos')) else 'faltam'} {text}"


def until(value: str, now: datetime) -> str:
    """Return the time left until an RFC 3339 text: `faltam 3 h 20 min`, `o prazo passou`."""
    left = (datetime.fromisoformat(value) - now).total_seconds()
    return time_left(left) if left > 0 else "o prazo passou"


def _duration(seconds: float) -> str:
    minutes = int(seconds) // 60
    if minutes < 1:
        return "menos de 1 min"
    if minutes < 60:
        return f"{minutes} min"
    if minutes >= timedelta(days=3) // timedelta(minutes=1):
        return f"{minutes // (24 * 60)} dias"
    return f"{minutes // 60} h {minutes % 60:02} min"


def court_standing(court_status: JsonView) -> Status:
    """Return the office's status with the court: the most serious condition."""
    late = []
    if court_status["ligado"] and (n := court_status["atrasados"]):
        late.append(f"{plural(n, 'selo passou', 'selos passaram')} das 24 horas de prazo.")
    if n := court_status["sem_carga_atrasados"]:
        late.append(f"{plural(n, 'ato do balcão passou', 'atos do balcão passaram')} das 24 horas sem a carga.")
    if late:
        return Status("Atrasado", " ".join(late), "problema")
    if not court_status["ligado"]:
        return Status("Desligado", "Nenhum tribunal está configurado: os selos ficam à espera.", "parado")
    soon = (
        [f"{plural(n, 'selo tem', 'selos têm')} menos de 4 horas de prazo."] if (n := court_status["urgentes"]) else []
    )
    if n := court_status["sem_carga_urgentes"]:
        soon.append(f"{plural(n, 'ato do balcão tem', 'atos do balcão têm')} menos de 4 horas para a carga.")
    if soon:
        return Status("Urgente", " ".join(soon), "problema")
    if court_status["parado_ate"]:
        return Status("Sem resposta", "O tribunal não responde como deve. O servidor tenta de novo por si.", "espera")
    if n := court_status["recusados"]:
        return Status("Recusas", f"{plural(n, 'recusa espera', 'recusas esperam')} correção.", "espera")
    if n := court_status["pendentes"]:
        return Status("Em dia", f"{plural(n, 'selo espera', 'selos esperam')} a sua vez.", "andamento")
    if n := court_status["sem_carga"]:
        said = f"{plural(n, 'ato do balcão espera', 'atos do balcão esperam')} a carga."
        return Status("Em dia", said, "andamento")
    return Status("Em dia", "Tudo o que havia foi comunicado.", "feito")


def short(court_status: JsonView, standing: Status) -> str:
    """Return the status with the court in a word or two, for the top of every page."""
    if standing.palavra == "Urgente" and (left := court_status["falta_s"]) is not None and left > 0:
        return _duration(left)
    return standing.palavra.lower()


def court_mode(modo: str) -> str:
    """Return when the office reports, in words."""
    return _MODES[modo]


def court_sending(item: JsonView) -> str:
    """Return the state of a pending report, in words."""
    vezes = item["tentativas"]
    match item["envio"]:
        case "enviando":
            return "a caminho"
        case "duvida":
            return "enviado, sem resposta: o tribunal vai ser consultado antes de novo envio"
        case _ if vezes:
            return f"{vezes} tentativa{'' if vezes == 1 else 's'}, sem êxito: vai de novo"
        case _:
            return "espera a vez"


def data_iso(text: str) -> str:
    """Return an ISO date as people write it: `20/11/2026`."""
    return f"{date.fromisoformat(text):%d/%m/%Y}"


def component(nome: str) -> str:
    """Return the display name of a fee component."""
    return LABELS[nome]
