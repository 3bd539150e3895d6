"""What the screens of seals say: states, what the court was told, results of a comparison; and reads money typed."""

import re
from collections.abc import Mapping

from printserver.selo import ROTULOS
from printserver.web.words import Situacao, data, reais
from printserver.web.words import detalhe as em_uma_linha

NATUREZAS: Mapping[str, str] = {"1": "Notas", "2": "Registro Civil"}
ORIGENS: Mapping[str, str] = {
    "documento": "impressão",
    "avulso": "sem impressão",
    "hibrido": "selo de papel",
    "diario": "selo do dia",
    "carta": "carta de sentença",
}
# T3, in the words that users know.
ESTADOS: Mapping[str, Situacao] = {
    "comunicação pendente": Situacao("comunicação pendente", "O tribunal ainda não recebeu este selo.", "andamento"),
    "comunicado": Situacao("comunicado", "O tribunal recebeu este selo.", "feito"),
    "aguardando retificação": Situacao(
        "aguardando retificação",
        "O tribunal recusou este selo. Leia o que ele disse e retifique o selo, ou mande-o de novo.",
        "problema",
    ),
    "falha": Situacao("falha", "O tribunal não aceita este selo como está, e uma retificação não basta.", "problema"),
    "retificado": Situacao("retificado", "Outro selo tomou o lugar deste.", "parado"),
    "excluído": Situacao("excluído", "O ato deste selo foi excluído (XA).", "parado"),
}
_DITO: Mapping[str, Situacao] = {
    "pendente": Situacao("à espera", "", "andamento"),
    "enviando": Situacao("a caminho", "", "andamento"),
    "duvida": Situacao("sem resposta", "O tribunal será consultado antes de qualquer novo envio.", "andamento"),
    "aceito": Situacao("aceito", "", "feito"),
    "objetado": Situacao("recusado", "", "problema"),
    "impossivel": Situacao("recusado sem conserto", "", "problema"),
}
_O_QUE: Mapping[str, str] = {
    "ato": "O selo",
    "retificacao": "A retificação do selo",
    "xa": "A exclusão do selo",
    "vinculo": "O vínculo com o selo",
}
RESULTADOS: Mapping[str, Situacao] = {
    "conforme": Situacao("Conforme", "O mesmo nos dois lados.", "feito"),
    "difere": Situacao("Difere", "Está nos dois lados, com dados diferentes.", "problema"),
    "nao-consta-la": Situacao("Não consta no tribunal", "Foi comunicado e não está na lista.", "problema"),
    "nao-consta-aqui": Situacao("Não consta aqui", "Está na lista, e este servidor não o conhece.", "problema"),
    "pendente": Situacao("Comunicação pendente", "Ainda não foi comunicado: não devia estar na lista.", "andamento"),
    "recusado": Situacao("Recusado", "O tribunal o recusou: espera conserto, ou foi retificado.", "espera"),
}
_CAMPOS: Mapping[str, str] = {
    **ROTULOS,
    "registro": "registro do ato",
    "retifica": "selo retificado",
    "iniciais": "iniciais das partes",
    "momento": "data e hora",
    "total": "valor",
    "codigo": "código",
    "iss": "ISS",
}
_MOMENTO = re.compile(r"(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})\d")


def no_tribunal(estado: str) -> Situacao:
    """Return a seal's state towards the court as it is shown."""
    return ESTADOS.get(estado, Situacao(estado, "", "parado"))


def dito_ao_tribunal(tipo: str) -> str:
    """Return what the court was told, as the subject of a sentence."""
    return _O_QUE.get(tipo, tipo)


def resposta_do_tribunal(estado: str) -> Situacao:
    """Return what became of it."""
    return _DITO.get(estado, Situacao(estado, "", "parado"))


def origem(nome: str) -> str:
    """Return where a seal comes from."""
    return ORIGENS.get(nome, nome)


def andamento(detalhe: object) -> str:
    """Return the detail of a change of a seal as one line; money as money, and without what only programs need."""
    if not isinstance(detalhe, Mapping):
        return em_uma_linha(detalhe)
    shown = {name: value for name, value in detalhe.items() if name not in ("job", "comunicacao")}
    if isinstance(total := shown.pop("total_centavos", None), int):
        shown["valor"] = reais(total)
    return em_uma_linha(shown)


def campo(nome: str) -> str:
    """Return what a field is called that differs in a comparison."""
    base = nome.removesuffix("_centavos").removeprefix("emolumentos_")
    return _CAMPOS.get(base, base.replace("_", " "))


def do_campo(valor: str, nome: str) -> str:
    """Return what stands in such a field as people read it: money, days and times; a dash where there is nothing."""
    if not valor:
        return "—"
    if nome.endswith("_centavos") and valor.isdigit():
        return reais(int(valor))
    if nome == "momento" and (found := _MOMENTO.fullmatch(valor)):
        return "{2}/{1}/{0} {3}:{4}:{5}".format(*found.groups())
    return data(valor) if nome == "data" else valor
