"""Words of the seal screens: states, reports to the court, results of a comparison."""

import re
from collections.abc import Mapping

from printserver.common.data import JsonView
from printserver.selo import EXCLUSION, LABELS
from printserver.web.words import Status, data, reais
from printserver.web.words import detail as as_one_line

NATUREZAS: Mapping[str, str] = {"1": "Notas", "2": "Registro Civil"}
ORIGINS: Mapping[str, str] = {
    "documento": "impressão",
    "avulso": "sem impressão",
    "hibrido": "selo de papel",
    "diario": "selo do dia",
    "carta": "carta de sentença",
    "crc": "central do Registro Civil",
}
# T3, in words for people.
STATES: Mapping[str, Status] = {
    "comunicação pendente": Status("comunicação pendente", "O tribunal ainda não recebeu este selo.", "andamento"),
    "comunicado": Status("comunicado", "O tribunal recebeu este selo.", "feito"),
    "aguardando retificação": Status(
        "aguardando retificação",
        "O tribunal recusou este selo. Leia o que ele disse e retifique o selo, ou mande-o de novo.",
        "problema",
    ),
    "falha": Status("falha", "O tribunal não aceita este selo como está, e uma retificação não basta.", "problema"),
    "retificado": Status("retificado", "Outro selo tomou o lugar deste.", "parado"),
    "excluído": Status("excluído", "O ato deste selo foi excluído (XA).", "parado"),
}
_REPORT_STATES: Mapping[str, Status] = {
    "pendente": Status("à espera", "", "andamento"),
    "enviando": Status("a caminho", "", "andamento"),
    "duvida": Status("sem resposta", "O tribunal será consultado antes de qualquer novo envio.", "andamento"),
    "aceito": Status("aceito", "", "feito"),
    "objetado": Status("recusado", "", "problema"),
    "impossivel": Status("recusado sem conserto", "", "problema"),
}
_REPORT_SUBJECTS: Mapping[str, str] = {
    "ato": "O selo",
    "retificacao": "A retificação do selo",
    "xa": "A exclusão do selo",
    "vinculo": "O vínculo com o selo",
}
RESULTS: Mapping[str, Status] = {
    "conforme": Status("Conforme", "O mesmo nos dois lados.", "feito"),
    "difere": Status("Difere", "Está nos dois lados, com dados diferentes.", "problema"),
    "nao-consta-la": Status("Não consta no tribunal", "Foi comunicado e não está na lista.", "problema"),
    "nao-consta-aqui": Status("Não consta aqui", "Está na lista, e este servidor não o conhece.", "problema"),
    "pendente": Status("Comunicação pendente", "Ainda não foi comunicado: não devia estar na lista.", "andamento"),
    "recusado": Status("Recusado", "O tribunal o recusou: espera conserto, ou foi retificado.", "espera"),
}
_FIELDS: Mapping[str, str] = {
    **LABELS,
    "registro": "registro do ato",
    "retifica": "selo retificado",
    "iniciais": "iniciais das partes",
    "momento": "data e hora",
    "total": "valor",
    "codigo": "código",
    "iss": "ISS",
}
_MOMENT = re.compile(r"(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})\d")


def court_state(state: str) -> Status:
    """Return a seal's state towards the court, for display."""
    return STATES.get(state, Status(state, "", "parado"))


def seal_state(state: str, newer: JsonView | None) -> Status:
    """Return a seal's state, given its retificador or XA, if it has one.

    Until the court has answered for that one, the seal was not yet excluded or rectified there (T3).
    """
    if newer is None or state in ("retificado", "excluído"):
        return court_state(state)
    excluded = newer["ato"] == EXCLUSION
    what, done = ("Exclusão", "exclusão pedida") if excluded else ("Retificação", "retificação pedida")
    if newer["estado"] in ("aguardando retificação", "falha"):
        asked = "exclusão" if excluded else "retificação"
        return Status(f"{asked} recusada", f"O tribunal recusou a {asked}: veja o que ele disse.", "problema")
    return Status(done, f"{what} pedida; o tribunal ainda não respondeu.", "andamento")


def told_to_court(kind: str) -> str:
    """Return the kind of a report to the court as the subject of a sentence."""
    return _REPORT_SUBJECTS.get(kind, kind)


def court_answer(state: str) -> Status:
    """Return the state of a report, for display."""
    return _REPORT_STATES.get(state, Status(state, "", "parado"))


def origin(nome: str) -> str:
    """Return the origin of a seal, in words."""
    return ORIGINS.get(nome, nome)


def change_detail(detalhe: object) -> str:
    """Return the detail of a change of a seal as one line: formatted amounts, no internal ids."""
    if not isinstance(detalhe, Mapping):
        return as_one_line(detalhe)
    shown = {name: value for name, value in detalhe.items() if name not in ("job", "comunicacao")}
    if isinstance(total := shown.pop("total_centavos", None), int):
        shown["valor"] = reais(total)
    return as_one_line(shown)


def field(nome: str) -> str:
    """Return the name of a field that differs in a comparison."""
    base = nome.removesuffix("_centavos").removeprefix("emolumentos_")
    return _FIELDS.get(base, base.replace("_", " "))


def field_text(value: str, nome: str) -> str:
    """Return a compared field's value for display: formatted money, dates and times; a dash if empty."""
    if not value:
        return "—"
    if nome.endswith("_centavos") and value.isdigit():
        return reais(int(value))
    if nome == "momento" and (found := _MOMENT.fullmatch(value)):
        return "{2}/{1}/{0} {3}:{4}:{5}".format(*found.groups())
    return data(value) if nome == "data" else value
