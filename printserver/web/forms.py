"""Reading forms: each field is used, or refused with a message at that field (A7).

A view that takes a form calls `check_fields` first, with every field that it knows. Field names are internal; people
see the labels of `LABELS`, or of `_OF_SCREEN` where a screen has another one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from flask import g, request

from printserver.errors import BadField, Recusa, invalid_input
from printserver.formats import fields
from printserver.selo import LABELS as COMPONENTS

# Fields that every form may have.
_ALWAYS: Final = ("csrf_token", "chave", "confirmo", "pin")
_MOST_DIGITS: Final = 6
SECRETS: Final = frozenset(
    {"senha", "senha_nova", "senha_repetida", "pin", "pin_novo", "pin_repetido", "codigo_fator", "segredo", "passo"}
)
"""Fields that are never shown again, stored or logged."""
RESUMED: Final = "A página tinha expirado. O que você digitou está aqui, e nada foi feito: confira e envie de novo."

# Labels of the fields, as used in sentences.
LABELS: Final[Mapping[str, str]] = {
    **COMPONENTS,
    "emolumentos": "Parcelas",
    "servico": "Serviço",
    "isento": "Motivo da isenção",
    "motivo_isencao": "Motivo da isenção",
    "papel": "Selo de papel",
    "ato": "Ato",
    "serie": "Série",
    "de": "Primeiro número",
    "ate": "Último número",
    "data": "Dia do ato",
    "destino": "O que houve",
    "identificador": "Identificador",
    "motivo": "Motivo",
    "pin": "PIN",
    "pin_novo": "PIN novo",
    "pin_repetido": "PIN novo, outra vez",
    "senha": "Senha",
    "senha_nova": "Senha nova",
    "senha_repetida": "Senha nova, outra vez",
    "codigo_fator": "Código",
    "segredo": "Segredo",
    "entrada": "Entrada",
    "nome": "Nome",
    "usuario": "Nome de usuário",
    "direitos": "O que o programa pode",
    "acao": "Ação",
    "fora_do_prazo": "Fora do prazo",
    "papel_em_maos": "Papel em mãos",
    "certeza": "É isso mesmo?",
    "papel_seguranca": "Números do papel de segurança",
    "saiu": "O papel já saiu do cartório",
    "ordem_judicial": "Número do processo da ordem",
    "pedido": "Número do pedido",
    "via": "Via",
    "natureza": "Natureza",
    "partes": "Partes",
    "motivo_data": "Motivo da data",
    "vinculador": "Selo vinculador",
    "vinculados": "Selos vinculados",
    "certidao": "Selo da certidão",
    "autenticacoes": "Selos das autenticações",
    "folha_inicial": "Primeira folha",
    "folha_final": "Última folha",
    "selos": "Selos",
    "resposta": "Resposta",
    "fila": "Fila",
    "bandeja": "Bandeja",
    "imprimir": "Imprimir de novo",
    "versos": "Imprimir os versos",
    "outras": "As outras páginas",
    "parou": "A impressora parou na página",
    "proximo": "Número da folha que está por cima",
    "inutilizados": "Números que se estragaram",
    "total": "Total do dia",
    "iss": "ISS",
    "quantidade": "Quantos no dia",
    "estado": "Como estão as assinaturas",
    "primeira": "Dia da primeira assinatura",
    "fonte": "A lista do tribunal",
    "arquivo": "Arquivo",
    "conferi": "Conferi",
    "causa": "Causa",
    "chave_das_copias": "Chave, como está na folha",
    "lugar": "Pasta ou arquivo do espelho",
    "motivo_do_espelho": "Por que não há espelho",
    "ultimo": "Código do selo do último papel",
    "lista": "A lista do tribunal",
    "dia": "Dia",
    "pagina": "Página",
    "tipo": "Tipo",
    "por": "Nome de quem retirou",
    "mes": "Mês",
    "escrevente": "Escrevente",
    "assinatura": "Assinatura",
    # -- tables of services and atos
    "desde": "Vale a partir de",
    "descricao": "Descrição",
    "codigo": "Código",
    "conteudo": "Arquivo",
    "a_confirmar": "A confirmar",
    "sem_erros": "Linhas com erro",
    "versao": "Versão",
    "hibrido": "De selo de papel",
    "so_retificador": "Só retifica",
    "iss_a_parte": "ISS à parte",
    "novo": "Nome do formato",
    "modelo": "Modelo",
    "estilo": "Folha de estilo",
    "numero": "Versão",
}
_OF_SERVICE: Final[Mapping[str, str]] = {"total": "Total da tabela", "fonte": "De onde vem", "servico": "Nome"}
_OF_SEARCH: Final[Mapping[str, str]] = {
    "codigo": "Código, parte dele, QR ou papel",
    "livro": "Livro",
    "folha": "Folha",
    "de": "Ato de",
    "ate": "Ato até",
    "termo": "Termo",
    "matricula": "Matrícula",
    "identificador": "Identificador do ato",
    "valor_de": "Valor de",
    "valor_ate": "Valor até",
    "estado": "Estado no tribunal",
    "natureza": "Natureza",
    "origem": "Origem",
    "validos": "Só os que valem",
}
_OF_PERIOD: Final[Mapping[str, str]] = {
    "de": "De",
    "ate": "Até",
    "estado": "Situação",
    "tipo": "Documento",
    "texto": "Procurar",
}
_OF_LOG: Final[Mapping[str, str]] = {
    "de": "De",
    "ate": "Até",
    "autor": "Quem",
    "objeto": "Sobre o quê",
    "nome": "Código, trabalho, usuário ou fila",
    "excecoes": "Só exceções",
    "depois": "Página",
}
_OF_COURT: Final[Mapping[str, str]] = {
    "url": "Endereço do serviço",
    "modo": "Quando se comunica",
    "horarios": "Horários marcados",
    "espera_s": "Espera por uma resposta",
    "autoridade": "Autoridade do certificado do tribunal",
    "selos_por_segundo": "Selos por segundo",
    "lote": "Selos por envio",
    "em_paralelo": "Envios ao mesmo tempo",
    "caminho_selos": "Caminho dos selos",
    "caminho_vinculos": "Caminho dos vínculos",
    "caminho_consulta": "Caminho da consulta",
    "caminho_lista": "Caminho da lista",
    "erros_sem_conserto": "Erros sem conserto",
}
_OF_NOTICES: Final[Mapping[str, str]] = {
    "servidor": "Servidor de e-mail",
    "porta": "Porta",
    "seguranca": "Cifra",
    "usuario": "Usuário",
    "remetente": "Remetente",
    "destinatarios": "Destinatários",
    "prazos": "Prazos que acabam",
    "recusas": "Recusas do tribunal",
    "envios": "Resumo dos envios",
    "certificado": "Certificado e auditoria",
}
_OF_QUEUE: Final[Mapping[str, str]] = {
    "nome": "Nome",
    "tipo": "Onde imprime",
    "pasta": "Pasta",
    "fila_cups": "Fila do CUPS",
    "uri": "Endereço da impressora",
    "servidor": "Servidor CUPS",
    "usuario": "Usuário",
    "tls": "TLS",
    "confere": "Certificado do servidor",
    "mudar_servidor": "Configuração do CUPS",
    "reserva": "Reserva",
    "numerado": "Papel numerado",
    "x": "Para a direita",
    "y": "Para baixo",
    "papel": "Papel",
    "papel_comum": "Papel na bandeja",
    "certeza": "Tirar a fila",
}
# Where a screen has another label for a field: by the name of its endpoint.
_OF_SCREEN: Final[Mapping[str, Mapping[str, str]]] = {
    "auditoria": _OF_LOG,
    "auditoria_exportar": _OF_LOG,
    "fechamento": {"total": "Total do caixa", "motivo": "Motivo da diferença"},
    "ajuste_avisos": _OF_NOTICES,
    "ajuste_fila": _OF_QUEUE,
    "ajuste_fila_nova": _OF_QUEUE,
    "ajuste_tribunal": _OF_COURT,
    "certificado": {"anterior": "Certificado anterior", "senha": "Senha do arquivo"},
    "comparar": {"de": "Atos de", "ate": "Atos até"},
    "correicao": {"q": "O que se procura"},
    "controle": {"de": "De", "ate": "Até"},
    "servico_valor": _OF_SERVICE,
    "servico_corrigir": _OF_SERVICE,
    "servico_novo": _OF_SERVICE,
    "impressoes": _OF_PERIOD,
    "incidente_comunicacao": {
        "prazo": "A quem",
        "feita": "O que se anota",
        "texto": "Protocolo, ou por que não se comunica",
    },
    "papel": {"de": "Do número", "ate": "Ao número"},
    "selos": _OF_SEARCH,
    "selos_exportar": _OF_SEARCH,
    "pessoa": {"papel": "Papel"},
    "pessoa_nova": {"papel": "Papel"},
    "selos_totais": _OF_SEARCH,
    "vivo_impressoes": _OF_PERIOD,
}
# API error messages that are reworded for people.
_REWORDINGS: Final = tuple(
    (re.compile(pattern), text)
    for pattern, text in (
        (
            r'todas as parcelas são zero: diga "isento": true e o motivo_isencao, ou dê os valores',
            "informe o valor, ou o motivo da isenção",
        ),
        (
            r"falta o valor: emolumentos, servico, servicos, ou isento com motivo_isencao",
            "informe o valor, ou o motivo da isenção",
        ),
        (
            r"falta o total do dia, ou o valor: emolumentos, servico ou servicos",
            "informe o total do dia, ou um serviço",
        ),
        (r'só se dá motivo de isenção com "isento": true', "só se dá motivo de isenção ao que é isento"),
        (r"há mais de um valor \([^)]*\): dê só um deles", "há mais de um valor: deixe só um deles"),
        (r"diga o motivo em motivo_data", "informe o motivo"),
        (r"em documento\.ordem_judicial", "no pedido da cópia"),
        (r', escrita como "\d{4}-\d\d-\d\d"', ", como 20/11/2026"),
        (r"valor não aceito; os aceitos são .*", "escolha uma das opções"),
        (r", sem aspas|, entre aspas", ""),
        (r"falta este campo, que é obrigatório", "preencha este campo"),
        (r"\bem (?:atos|servicos|printserver)\.toml\b[^.;,]*", "nos arquivos da serventia"),
        (
            r"o ato (\w+) não tem iss_a_parte nos arquivos da serventia",
            r"o ato \1 não tem o ISS à parte na tabela de atos",
        ),
        (r"\s*\((?:fora_do_prazo|papel_em_maos|folhas)\)", ""),
    )
)
_DAY: Final = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.ASCII)
_ISO_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MACHINE_NAME: Final = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")
_FIELD_PATH: Final = re.compile(r"^(?:[a-z_]+(?:\.(?:\w+))*): ")


@dataclass(frozen=True, slots=True)
class Form:
    """A form as shown: values by name, messages by name, and the notice above it."""

    valores: Mapping[str, str] = field(default_factory=dict)
    erros: Mapping[str, str] = field(default_factory=dict)
    aviso: str | None = None

    def value_of(self, nome: str, otherwise: str = "") -> str:
        """Return the field's value; `otherwise` if the form was not sent yet."""
        return self.valores.get(nome, "" if self.valores else otherwise)

    def error_of(self, nome: str) -> str | None:
        """Return the field's error message."""
        return self.erros.get(nome)


def check_fields(*fields: str, multiple: tuple[str, ...] = ()) -> None:
    """Raise `Recusa` `entrada-invalida` unless the form holds only these fields (patterns of names), each once.

    `multiple` are fields that may be repeated. Always raises for a draft (see `drafts`): drafts are not executed.
    """
    if g.get("resumed"):
        raise Recusa("entrada-invalida", RESUMED)
    names = re.compile("|".join(f"(?:{each})" for each in (*fields, *multiple, *_ALWAYS)))
    for name in [*request.form, *request.files]:
        if not names.fullmatch(name):
            raise Recusa(
                "entrada-invalida",
                f"Nada foi feito: o formulário trouxe o dado “{name[:60]}”, que esta tela não conhece.",
            )
        if name not in multiple and len(set(request.form.getlist(name))) > 1:
            raise invalid_input(name, "veio mais de uma vez, com valores diferentes")


def typed_text(nome: str) -> str:
    """Return the field's text, stripped."""
    return request.form.get(nome, "").strip()


def ticked(nome: str) -> bool:
    """Return whether a box was ticked. Raises `Recusa` `entrada-invalida` for any other value."""
    value = typed_text(nome)
    if value not in ("", "sim"):
        raise invalid_input(nome, "marque ou desmarque")
    return value == "sim"


def check_confirmed() -> None:
    """Raise `Recusa` unless the form was sent with its confirm button. Enter in a field does not confirm."""
    if not ticked("confirmo"):
        raise Recusa("entrada-invalida", "Nada foi feito: confirme com o botão no fim da página.")


def typed_day(nome: str) -> date | None:
    """Return the date in the field; None if it is blank. Raises `Recusa` `entrada-invalida` for an invalid date."""
    text = typed_text(nome)
    if not text:
        return None
    found = parse_day(text)
    if found is None:
        raise invalid_input(nome, "deve ser uma data do calendário, como 20/11/2026")
    return found


def parse_day(text: str) -> date | None:
    """Return the day of a text: `20/11/2026` or `2026-11-20`; None if it is no day of the calendar."""
    written = _DAY.fullmatch(text)
    try:
        if written is None:
            return date.fromisoformat(text) if _ISO_DAY.fullmatch(text) else None
        return date(int(written[3]), int(written[2]), int(written[1]))
    except ValueError:
        return None


def typed_choice(nome: str, options: Mapping[str, object] | tuple[str, ...]) -> str:
    """Return the option chosen in the field. Raises `Recusa` `entrada-invalida` for any other value."""
    if typed_text(nome) not in options:
        raise invalid_input(nome, "escolha uma das opções")
    return typed_text(nome)


def key() -> str | None:
    """Return the form's idempotency key: a form sent twice is executed once."""
    return typed_text("chave")[:64] or None


def refused_form(refusal: Recusa) -> Form:
    """Return the form as it was sent, with its error messages."""
    hidden = {"csrf_token", "chave", *SECRETS}
    values = {nome: value for nome, value in request.form.items() if nome not in hidden}
    erros = {_screen_name(item.campo): for_people(item.mensagem) for item in refusal.errors}
    if refusal.word == "chave-reutilizada":
        return Form(values, {}, "Este formulário já tinha sido enviado. Veja o documento antes de repetir.")
    notice = "Nada foi feito ainda. Corrija o que está marcado." if erros else for_people(refusal.detail)
    return Form(values, erros, notice)


def label(nome: str, screen: str | None = None) -> str:
    """Return the label of a field on a screen (name of its endpoint; None: the one asked for); empty where none has it.

    A name may stand for different things: `de` is a number at the counter and a day where seals are looked up (A7).
    """
    if screen is None:
        screen = (request.endpoint or "").removeprefix("web.")
    if mine := _OF_SCREEN.get(screen, {}).get(nome):
        return mine
    if page := re.fullmatch(r"pagina_(\d+)", nome):
        return f"Página {page[1]}"
    if papel := re.fullmatch(r"papel_(\d+)", nome):
        return f"Nº do papel da página {papel[1]}"
    if linha := re.fullmatch(r"linha\D*(\d+)", nome):  # of an uploaded file
        return f"linha {linha[1]}"
    if nome.startswith("f."):  # of a format
        return fields.title_of(nome.removeprefix("f."))
    return LABELS.get(nome, "")


def for_people(text: str) -> str:
    """Return an API message reworded for people, with labels instead of internal names."""
    for pattern, said in _REWORDINGS:
        text = pattern.sub(said, text)
    text = _FIELD_PATH.sub("", text)
    return _MACHINE_NAME.sub(lambda found: LABELS.get(found[0], found[0].replace("_", " ")).lower(), text)


def field_errors(pairs: Mapping[str, str], notice: str) -> Recusa:
    """Return the refusal of several fields, each with its message; `notice` is shown above the form."""
    return Recusa("entrada-invalida", notice, errors=[BadField(nome, mensagem) for nome, mensagem in pairs.items()])


def _screen_name(field_name: str) -> str:
    """Return the form field of a field of a request."""
    if field_name.startswith("inutilizados."):  # one field of the form holds all numbers
        return "inutilizados"
    if field_name.startswith(("retificacao.", "diario.")):  # form fields `data` and `motivo`
        return "motivo" if field_name.endswith("motivo_data") else field_name.rpartition(".")[2]
    if field_name.startswith(("selo.", "carta.")):  # the day of a seal made by hand
        return field_name.rpartition(".")[2]
    name = field_name.removeprefix("documento.").removeprefix("certidao.")
    # one field of the form holds all numbers, codes or parties
    name = re.sub(r"^(papel_seguranca|vinculados|autenticacoes|partes)\b.*", r"\1", name)
    return re.sub(r"^(emolumentos|servicos\.\d+)\.", "", name)  # the parts of a VALUE


def whole_number(text: str) -> int | None:
    """Return a whole number of at most six digits, None if the text is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None
