"""How the office stands with the court, in plain words: what is left of a term, where a report is. No decisions."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from printserver.selo import ROTULOS
from printserver.web.words import Situacao, plural

_MODOS: Mapping[str, str] = {
    "continuo": "sempre, por si",
    "horarios": "nos horários marcados",
    "manual": "só a pedido",
}


def prazo(falta_s: float) -> str:
    """Return what is left of a term: `faltam 3 h 20 min`, `atrasado há 1 h 05 min`."""
    if falta_s <= 0:
        return f"atrasado há {_duracao(-falta_s)}"
    texto = _duracao(falta_s)
    return f"{'falta' if texto.startswith(('1 min', '1 h', 'menos')) else 'faltam'} {texto}"


def _duracao(segundos: float) -> str:
    minutos = int(segundos) // 60
    if minutos < 1:
        return "menos de 1 min"
    if minutos < 60:
        return f"{minutos} min"
    if minutos >= timedelta(days=3) // timedelta(minutes=1):
        return f"{minutos // (24 * 60)} dias"
    return f"{minutos // 60} h {minutos % 60:02} min"


def com_o_tribunal(como: Mapping[str, Any]) -> Situacao:
    """Return how the office stands: the worst of what there is."""
    late = []
    if como["ligado"] and (n := como["atrasados"]):
        late.append(f"{plural(n, 'selo passou', 'selos passaram')} das 24 horas de prazo.")
    if n := como["sem_carga_atrasados"]:
        late.append(f"{plural(n, 'ato do balcão passou', 'atos do balcão passaram')} das 24 horas sem a carga.")
    if late:
        return Situacao("Atrasado", " ".join(late), "problema")
    if not como["ligado"]:
        return Situacao("Desligado", "Nenhum tribunal está configurado: os selos ficam à espera.", "parado")
    soon = [f"{plural(n, 'selo tem', 'selos têm')} menos de 4 horas de prazo."] if (n := como["urgentes"]) else []
    if n := como["sem_carga_urgentes"]:
        soon.append(f"{plural(n, 'ato do balcão tem', 'atos do balcão têm')} menos de 4 horas para a carga.")
    if soon:
        return Situacao("Urgente", " ".join(soon), "problema")
    if como["parado_ate"]:
        return Situacao("Sem resposta", "O tribunal não responde como deve. O servidor tenta de novo por si.", "espera")
    if n := como["recusados"]:
        return Situacao("Recusas", f"{plural(n, 'recusa espera', 'recusas esperam')} correção.", "espera")
    if n := como["pendentes"]:
        return Situacao("Em dia", f"{plural(n, 'selo espera', 'selos esperam')} a sua vez.", "andamento")
    if n := como["sem_carga"]:
        dito = f"{plural(n, 'ato do balcão espera', 'atos do balcão esperam')} a carga."
        return Situacao("Em dia", dito, "andamento")
    return Situacao("Em dia", "Tudo o que havia foi comunicado.", "feito")


def modo_do_tribunal(modo: str) -> str:
    """Return when the office reports."""
    return _MODOS[modo]


def envio_ao_tribunal(item: Mapping[str, Any]) -> str:
    """Return where the report of something that waits is."""
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


def data_iso(texto: str) -> str:
    """Return a day of the contract as people write it: `20/11/2026`."""
    return f"{date.fromisoformat(texto):%d/%m/%Y}"


def componente(nome: str) -> str:
    """Return the name of a component of the fee as people write it."""
    return ROTULOS[nome]
