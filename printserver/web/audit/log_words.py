"""An entry of the log in plain Portuguese: what was done, to what, and its details with before and after (A3, A5).

Every state that the program writes has its sentence in `_TOLD`; prints and seals have theirs in `prints.event_words`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final

from printserver.clock import rfc3339
from printserver.common.data import JsonView
from printserver.common.text import capitalized
from printserver.ledger import history_step
from printserver.web import words
from printserver.web.context import person_name
from printserver.web.prints import event_words
from printserver.web.seals import seal_words

KINDS: Final[Mapping[str, str]] = {
    "acesso": "Acesso recusado",
    "ajustes": "Ajustes",
    "auditoria": "Auditoria",
    "balcao": "Ato do balcão",
    "certificado": "Certificado",
    "chave": "Chave de programa",
    "conformidade": "Conformidade",
    "correicao": "Correição",
    "crc": "Certidão para a central",
    "exportacao": "Exportação",
    "formato": "Formato",
    "fechamento": "Fechamento",
    "fila": "Fila",
    "guarda": "Guarda de nomes",
    "hibridos": "Selos de papel",
    "incidente": "Incidente",
    "copias": "Cópias",
    "restauracao": "Restauração",
    "instrumento": "Assinaturas",
    "job": "Impressão",
    "modelo": "Modelo em RTF",
    "pdf": "PDF original",
    "pergunta": "Pergunta",
    "pessoa": "Pessoa",
    "programa": "Programa",
    "selo": "Selo",
    "sequencia": "Numeração dos selos",
    "serventia": "Serventia",
    "titular": "Pedido de titular (LGPD)",
    "servico": "Serviço",
    "ato": "Ato da tabela",
    "tabela": "Tabela de serviços e atos",
    "tribunal": "Tribunal",
}
"""What an entry is about."""
OF_PRINTS: Final = frozenset({"job", "pergunta", "pdf"})
"""Kinds whose id is that of a print."""
EXCEPTIONS: Final[Mapping[str, str]] = {
    "xa": "exclusão (XA)",
    "isento": "isento",
    "substituicao": "substituição",
    "nao-saiu": "não saiu",
    "inutilizada": "inutilizada",
    "data-passada": "data passada",
}
"""The exceptions of A4."""
# What was done, by object and state; `{nome}` is what it was done to.
_TOLD: Final[Mapping[str, Mapping[str, str]]] = {
    "acesso": {"recusado": "Acesso recusado a {nome}"},
    "ajustes": {
        "mudada": "Mudou ajustes em {nome}",
        "senha trocada": "Trocou a senha do servidor de e-mail",
        "certificado trocado": "Pôs outro certificado em uso",
    },
    "auditoria": {
        "pedida": "Pediu a conferência da auditoria",
        "confere": "A auditoria foi conferida: tudo confere",
        "não confere": "A auditoria foi conferida: NÃO confere",
        "interrompida": "A conferência da auditoria parou antes do fim",
    },
    "balcao": {
        "aguardando": "Registrou o ato {nome} do balcão",
        "estornado": "Estornou o ato {nome} do balcão",
    },
    "certificado": {"em uso": "Certificado em uso"},
    "chave": {
        "criada": "Criou a chave {nome}",
        "revogada": "Revogou a chave {nome}",
        "fila": "Mudou a fila da chave {nome}",
    },
    "conformidade": {"feito": "Fez o relatório de conformidade"},
    "correicao": {"feita": "Fez a correição de {nome}"},
    "crc": {
        "selada": "Selou a certidão {nome} para a central",
        "enviada": "A certidão {nome} chegou à central",
        "falhou": "O envio da certidão {nome} à central falhou",
        "recusada": "A central recusou a certidão {nome}",
    },
    "exportacao": {"pedida": "Exportou {nome}"},
    "fechamento": {
        "assinado": "Assinou o fechamento de {nome}",
        "reaberto": "Reabriu o fechamento de {nome}",
    },
    "fila": {
        "criada": "Criou a fila {nome}",
        "mudada": "Mudou a fila {nome}",
        "padrão": "Fez de {nome} a fila padrão",
        "tirada": "Tirou a fila {nome}",
        "deslocada": "Mudou o deslocamento da fila {nome}",
        "reserva": "Mudou a fila de reserva da fila {nome}",
        "certificado": "Mudou o certificado do servidor da fila {nome}",
        "provada": "Provou a fila {nome} com a página de teste",
        "papel parou": "A fila {nome} parou: não se sabe o número da próxima folha",
        "papel usado": "Papel usado na fila {nome}",
        "papel recebido": "Recebeu papel numerado para a fila {nome}",
        "papel": "Informou a próxima folha da fila {nome}",
    },
    "formato": {
        "tela": "Mudou o formato {nome}",
        "mao": "O formato {nome} foi mudado à mão, nos arquivos",
        "importado": "Importou o formato {nome}",
        "copiado": "Copiou um formato para {nome}",
        "volta": "Voltou a uma versão de antes do formato {nome}",
        "apagado": "Apagou o formato {nome}",
        "programa": "O formato {nome} é o que vem com o programa",
        "prova": "Imprimiu uma prova do formato {nome}",
    },
    "guarda": {
        "apagados": "Nomes das partes apagados, passado o prazo de guarda",
        "removidos": "Textos e PDFs removidos, passado o prazo de guarda",
    },
    "hibridos": {"feita": "{nome}"},
    "copias": {
        "criada": "Criou a chave das cópias",
        "trocada": "Trocou a chave das cópias",
        "conferida": "Conferiu a chave das cópias, no papel",
        "impressa": "Imprimiu a folha de emergência",
        "feito": "Ensaiou a restauração: a cópia voltou inteira",
        "falhou": "Ensaiou a restauração: FALHOU",
        "trocado": "Começou um espelho novo do registro",
    },
    "restauracao": {
        "restaurada": "A serventia {nome} foi recuperada de uma cópia",
        "espelho": "Conferiu o espelho, na restauração",
        "tribunal": "Conferiu a lista do tribunal, na restauração",
        "papel": "Disse o último papel, na restauração",
        "liberada": "Liberou a serventia recuperada",
    },
    "incidente": {
        "aberto": "Abriu-se o incidente {nome}",
        "cessou": "Cessou o que abriu o incidente {nome}",
        "comunicação": "Anotou uma comunicação do incidente {nome}",
        "fechado": "Fechou o incidente {nome}",
    },
    "modelo": {
        "importado": "Trouxe o modelo {nome}",
        "mudado": "Trouxe uma versão nova do modelo {nome}",
        "conferido": "Deu por conferido o modelo {nome}",
        "corrigido": "Corrigiu documento ou formato do modelo {nome}",
    },
    "instrumento": {
        "pendentes": "Registrou que faltam assinaturas em {nome}",
        "completas": "Registrou que todos assinaram {nome}",
        "desistencia": "Registrou a desistência de quem faltava assinar {nome}",
    },
    "pdf": {"lido": "Baixou o PDF original, com os selos"},
    "pergunta": {
        "aberta": "O servidor perguntou {nome}",
        "respondida": "Respondeu à pergunta {nome}",
        "substituida": "A pergunta {nome} foi substituída por outro pedido do mesmo documento",
        "expirada": "A pergunta {nome} ficou sem resposta e se encerrou",
    },
    "pessoa": {
        "entrou": "Entrou",
        "saiu": "Saiu",
        "entrada recusada": "Entrada recusada para {nome}",
        "PIN recusado": "Errou o PIN",
        "PIN criado": "Criou o próprio PIN",
        "PIN mudado": "Mudou o próprio PIN",
        "criada": "Criou a pessoa {nome}",
        "mudada": "Mudou a pessoa {nome}",
        "senha mudada": "Mudou a senha de {nome}",
        "mudança de senha recusada": "Errou a senha ao mudar a própria senha",
        "segundo fator criado": "Ativou o próprio segundo fator",
        "segundo fator removido": "Removeu o próprio segundo fator",
        "segundo fator recusado": "Errou o código do segundo fator",
        "entradas encerradas": "Encerrou entradas de {nome}",
        "desativada": "Desativou {nome}",
        "reativada": "Reativou {nome}",
    },
    "servico": {
        "criado": "Criou uma versão do serviço {nome}",
        "mudado": "Mudou o serviço {nome}",
        "retirado": "Retirou uma versão do serviço {nome}",
    },
    "ato": {
        "criado": "Criou o ato {nome} na tabela",
        "mudado": "Mudou o ato {nome} da tabela",
        "retirado": "Retirou o ato {nome} da tabela",
    },
    "programa": {
        "atualizado": "Atualizou o programa para a versão {nome}",
        "voltou": "Desistiu da versão {nome} do programa e voltou à de antes",
    },
    "tabela": {"gravada": "Gravou a tabela {nome}"},
    "sequencia": {"criada": "Pôs o próximo número de selo"},
    "serventia": {
        "criada": "Criou a serventia {nome}",
        "exportada": "Exportou a serventia {nome} inteira",
        "mudou": "Fechou a serventia {nome} aqui, para que continue em outro lugar",
        "aberta": "Abriu a serventia {nome} aqui: ela não trabalha em outro lugar",
    },
    "titular": {"consultado": "Consultou o que se guarda do CPF {nome}"},
    "tribunal": {
        "feita": "Comparou os selos com a lista do tribunal",
        "pedida": "Mandou comunicar agora o que espera",
    },
}
_PAPER_SEALS: Final[Mapping[str, str]] = {
    "carga": "Fez a carga do dia",
    "faixa": "Fez os selos de uma faixa de papel",
    "inutilizados": "Registrou selos de papel inutilizados",
    "comunicados": "Registrou selos de papel comunicados por outro programa",
}
_EXPORTS: Final[Mapping[str, str]] = {
    "selos": "a lista de selos",
    "auditoria": "a auditoria",
    "fechamento": "o fechamento",
}
_QUESTIONS: Final[Mapping[str, str]] = {
    "xa": "se exclui os selos e imprime de novo (XA)",
    "selo": "se a ficha leva selo",
    "folhas": "sobre o que saiu no papel",
}
_LABELS: Final[Mapping[str, str]] = {
    "a_quem": "a quem",
    "achados": "achados",
    "quem_pediu": "quem consultou",
    "manifesto": "SHA-256 do manifesto",
    "segredos": "com senhas e chaves",
    "atinge": "também atinge",
    "antes": "antes",
    "ate": "até",
    "autor": "quem",
    "averbacoes": "averbações",
    "bandeja": "bandeja",
    "cabeca": "cabeça",
    "certificados": "certificados",
    "codigo": "código",
    "comunicacao": "comunicação",
    "comunicacoes": "comunicações",
    "descricao": "descrição",
    "impressoes": "impressões",
    "nao_constam_aqui": "não constam aqui",
    "proximos": "próximos números",
    "retificacao": "retificação",
    "titulo": "título",
    "ultimo": "último",
    "versao": "versão",
    "copias": "cópias",
    "cups": "no CUPS",
    "de": "de",
    "devolvidos": "devolvidos ao estoque",
    "excecoes": "só exceções",
    "fundamento": "fundamento",
    "hash": "hash",
    "horas": "horas",
    "identificador": "identificador",
    "inutilizados": "inutilizados",
    "iss": "ISS",
    "metodo": "método",
    "motivo_data": "motivo da data",
    "motivo_isencao": "motivo da isenção",
    "mudancas": "mudanças",
    "nome": "código ou nome",
    "numero": "número",
    "numeros": "números",
    "objeto": "sobre",
    "ordem_judicial": "ordem judicial",
    "padrao": "fila de quem não diz outra",
    "paginas": "páginas",
    "papeis_inutilizados": "papéis inutilizados",
    "papel": "papel",
    "papel_inutilizado": "papel inutilizado",
    "papel_numerado": "papel numerado",
    "primeira": "primeira assinatura",
    "proximo": "próximo",
    "retificado_por": "retificado por",
    "selo_externo": "selo de outro programa",
    "sem_nota": "fechado sem nota de comunicação a",
    "selos_excluidos": "selos excluídos",
    "caixa_centavos": "caixa",
    "periodo": "período",
    "sha256": "SHA-256",
    "soma_centavos": "soma",
    "sem_consulta": "sem consulta",
    "serie": "série",
    "servico": "serviço",
    "substituido_por": "substituído por",
    "tela": "tela",
    "texto": "texto",
    "tls": "TLS",
    "total": "total",
    "uf": "UF",
    "usuario": "usuário",
    "valido_ate": "válido até",
    "visto": "visto",
}
_ALONE: Final = frozenset(
    {"auditoria", "conformidade", "guarda", "sequencia", "tribunal"}
)  # kinds of which there is one
# Of no use to a person, told by the sentence, or too long to read.
_UNTOLD: Final = frozenset({"job", "comunicacao", "documento", "pem", "tentativa", "cups_id", "pergunta"})
_IN_SENTENCE: Final[Mapping[str, frozenset[str]]] = {
    "job": frozenset(
        {
            *("texto", "motivo", "paginas", "versos", "papeis_inutilizados", "imprimir", "desatualizado", "reenviado"),
            *("resposta", "certidao", "por", "substituicao_excluida", "fila", "cups", "mensagem", "motivos"),
        }
    ),
    "selo": frozenset({"texto", "motivo", "retificado_por", "retifica", "vinculador", "erros"}),
    "pergunta": frozenset({"tipo"}),
}
_VALUES: Final[Mapping[str, str]] = {
    **{word: status.palavra.lower() for word, status in seal_words.RESULTS.items()},
    **words.PAGE_STATES,
    "tabeliao": "tabelião",
    "desistencia": "desistência",
    "cups": "CUPS",
    "csv": "CSV",
    "xlsx": "planilha",
    "nao": "não",
    "um-terco": "um terço",
    "sem-consulta": "sem consulta",
    "crianca-adolescente": "criança ou adolescente",
    "declaracao": "declaração",
    "justica-gratuita": "justiça gratuita",
    "requisicao-oficial": "requisição oficial",
    "erro-do-oficio": "erro do ofício",
    "fora-do-prazo": "fora do prazo",
    "excluir_selo": "excluir um selo",
    "responder_xa": "responder à pergunta de reimpressão",
}
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.\d]*(?:Z|[+-]\d\d:\d\d)", re.ASCII)
_TYPED: Final = frozenset({"motivo", "texto", "nome", "fila", "reserva", "arquivo", "descricao", "dispositivo"})
"""Details that people type: they are shown as they were typed, whatever they look like."""
_MACHINE: Final = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)+")
_MAX_CHARS: Final = 400  # of a value


@dataclass(frozen=True, slots=True)
class Told:
    """An entry as it is shown: number, time (RFC 3339), author, address, what was done, details, what it is about.

    `quem` is empty for the server itself. `aonde` is the endpoint of the object's screen and its arguments; None: none.
    `nome` is what it is about, `dito` whether `texto` says that already.
    """

    n: int
    quando: str
    quem: str
    sistema: str
    endereco: str
    texto: str
    detalhes: tuple[str, ...]
    objeto: str
    nome: str
    dito: bool
    aonde: tuple[str, Mapping[str, str]] | None
    excecao: str
    hash: str


def tell(entry: JsonView, prints: Mapping[str, str] = MappingProxyType({})) -> Told:
    """Return an entry (`search.read_log`) in words; of one that was damaged, what can be read.

    `prints` are the names of prints, by id: of one without a name the id is shown.
    """
    moment = entry["quando"]
    kind, name = str(entry["objeto"]), str(entry["objeto_id"])
    text, called = _text(entry), object_name(kind, name)
    return Told(
        n=entry["n"],
        quando=rfc3339(moment) if isinstance(moment, datetime) else "",
        quem=person_name(entry["quem"]),
        sistema=str(entry["sistema"] or ""),
        endereco=str(entry["endereco"] or ""),
        texto=text,
        detalhes=tuple(_details(kind, entry["detalhe"])),
        objeto=kind_name(kind),
        nome=prints.get(name, called) if kind in OF_PRINTS else called,
        dito=called in text or (kind == "pessoa" and name == entry["quem"]),
        aonde=_screen(kind, name),
        excecao=EXCEPTIONS.get(entry["excecao"] or "", entry["excecao"] or ""),
        hash=str(entry["hash"]),
    )


def kind_name(kind: str) -> str:
    """Return the name of a kind of object; of one without a name here, its word."""
    return KINDS.get(kind, capitalized(kind.replace("_", " ")))


def object_name(kind: str, name: str) -> str:
    """Return what an entry is about, as people call it: a person by name, an act at the counter by number …"""
    if kind == "pessoa":
        return "um usuário que não existe" if name == "desconhecido" else person_name(name)
    if kind == "hibridos":
        return _PAPER_SEALS.get(name, name)
    if kind == "exportacao":
        return _EXPORTS.get(name, name)
    if kind == "fechamento" and _DAY.fullmatch(name):
        return words.written_day(name)
    if kind in ("balcao", "incidente"):
        return f"nº {name}"
    return "" if kind in _ALONE else name


def author(told: Told) -> str:
    """Return who did it: the person, the system that they used, the court, or the server by itself (A1, A2)."""
    if told.sistema == "tribunal" and not told.quem:
        return "Tribunal"
    by = f"sistema {told.sistema}" if told.sistema else ""
    return f"{told.quem}, pelo {by}" if told.quem and by else told.quem or capitalized(by) or "Servidor"


def label(name: str) -> str:
    """Return the name of a detail in words."""
    base = name.removesuffix("_centavos")
    found = "valor" if base == "total" and base != name else _LABELS.get(base, words.DETAILS.get(base))
    return found or base.replace("_", " ")


def _text(entry: JsonView) -> str:
    kind, state, what = str(entry["objeto"]), str(entry["estado"]), _mapping(entry["detalhe"])
    if kind in ("job", "selo") and isinstance(entry["quando"], datetime):
        step = history_step({**entry, "detalhe": what})
        step |= {"selo": entry["objeto_id"] if kind == "selo" else None}
        step |= {"antes": entry["antes"], "resposta": entry["resposta"]}
        return event_words.of_seal(step) if kind == "selo" else event_words.of_print(step)
    name = object_name(kind, str(entry["objeto_id"]))
    if kind == "pergunta":
        name = _QUESTIONS.get(str(what.get("tipo")), "")
    template = _TOLD.get(kind, {}).get(state)
    if template is None:  # a state of an older program, or of a part that has no sentence yet
        return f"{kind_name(kind)} {name}: {state.replace('_', ' ')}"
    return capitalized(template.format(nome=name))


def _details(kind: str, detalhe: object) -> list[str]:
    what = dict(_mapping(detalhe))
    hidden = _UNTOLD | _IN_SENTENCE.get(kind, frozenset())
    if kind == "pergunta":
        hidden |= {"tipo"}
    lines = []
    if "antes" in what and "depois" in what:
        lines = _changed(what.pop("antes"), what.pop("depois"))
    if kind not in ("job", "selo") and (text := what.pop("texto", None)):
        lines.append(capitalized(_value("texto", text)))
    for name, value in what.items():
        if name not in hidden and (text := _value(name, value)):
            lines.append(f"{label(name)}: {text}")
    return lines


def _changed(before: object, after: object) -> list[str]:
    """Return what changed, one line a field; of single values, one line."""
    if not (isinstance(before, Mapping) and isinstance(after, Mapping)):
        return [f"antes: {_said(before) or '—'}; depois: {_said(after) or '—'}"]
    names = [*before, *(name for name in after if name not in before)]
    pairs = ((name, before.get(name), after.get(name)) for name in names)
    return [f"{label(name)}: {_value(name, a) or '—'} → {_value(name, b) or '—'}" for name, a, b in pairs if a != b]


def _value(name: str, value: object) -> str:
    if name.endswith("_centavos") and isinstance(value, int) and not isinstance(value, bool):
        return words.reais(value)
    if name == "objeto" and isinstance(value, str):
        return kind_name(value).lower()
    if name in ("autor", "quem", "escrevente") and isinstance(value, str):
        return person_name(value.removeprefix("pessoa:")).replace("sistema:", "sistema ")
    if name in _TYPED and isinstance(value, str):
        return value if len(value) <= _MAX_CHARS else value[: _MAX_CHARS - 1] + "…"
    return _said(value)


def _said(value: object) -> str:
    """Return a value of any type in words; a long one is cut."""
    if isinstance(value, Mapping):
        parts = ((label(str(name)), _value(str(name), item)) for name, item in value.items())
        text = "; ".join(f"{_VALUES.get(name, name)}: {said}" for name, said in parts if said)
    elif isinstance(value, list | tuple):
        text = ", ".join(filter(None, map(_said, value)))
    else:
        text = _word(value)
    return text if len(text) <= _MAX_CHARS else text[: _MAX_CHARS - 1] + "…"


def _word(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "sim" if value else "não"
    if isinstance(value, float):
        return f"{value:g}".replace(".", ",")
    text = str(value)
    if _DAY.fullmatch(text) or _MOMENT.fullmatch(text):
        return _time(text)
    if text in _VALUES:
        return _VALUES[text]
    return text.replace("_", " ") if _MACHINE.fullmatch(text) else text


def _time(text: str) -> str:
    try:
        return words.day(date.fromisoformat(text)) if len(text) == 10 else words.full_time(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        return text


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _screen(kind: str, name: str) -> tuple[str, Mapping[str, str]] | None:
    """Return the screen of an object, where it has one."""
    if kind in OF_PRINTS:
        return "trabalho", {"job_id": name}
    if kind == "selo":
        return "selo", {"codigo": name}
    return {"fila": ("papel", {}), "instrumento": ("assinaturas", {}), "crc": ("central", {})}.get(kind)
