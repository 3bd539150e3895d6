"""What a person typed into a form: each field counts or is refused by its label, where it was typed (A7).

A view that takes a form calls `conferir` first, with every field that it knows. The names of fields are the program's:
what people read are the labels of `ROTULOS`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from flask import g, request

from printserver.errors import Campo, Recusa, entrada_invalida
from printserver.selo import ROTULOS as COMPONENTES

# Fields that every form may have, beside its own.
_SEMPRE: Final = ("csrf_token", "chave", "confirmo")
RETOMADA: Final = "A página tinha expirado. O que você digitou está aqui, e nada foi feito: confira e envie de novo."

# What people read of a field: as its label says it, for a sentence.
ROTULOS: Final[Mapping[str, str]] = {
    **COMPONENTES,
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
    "fora_do_prazo": "Fora do prazo",
    "papel_em_maos": "Papel em mãos",
    "folha_inicial": "Primeira folha",
    "folha_final": "Última folha",
    "selos": "Selos",
    "resposta": "Resposta",
    "fila": "Fila",
    "bandeja": "Bandeja",
    "imprimir": "Imprimir de novo",
    "versos": "Imprimir os versos",
    "outras": "As outras páginas",
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
    "tipo": "Tipo",
    "escrevente": "Escrevente",
}
# What the floors below say to a program, and what a person is told in its place.
_DITOS: Final = tuple(
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
_MAQUINA: Final = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")
_CAMINHO: Final = re.compile(r"^(?:[a-z_]+(?:\.(?:\w+))*): ")


@dataclass(frozen=True, slots=True)
class Forma:
    """A form as it is shown: values by name, messages by name, and the sentence above it all."""

    valores: Mapping[str, str] = field(default_factory=dict)
    erros: Mapping[str, str] = field(default_factory=dict)
    aviso: str | None = None

    def valor(self, nome: str, senao: str = "") -> str:
        """Return what stands in the field; `senao` where the form was not sent yet."""
        return self.valores.get(nome, "" if self.valores else senao)

    def erro(self, nome: str) -> str | None:
        """Return what is wrong with the field."""
        return self.erros.get(nome)


def conferir(*campos: str, listas: tuple[str, ...] = ()) -> None:
    """Raise `Recusa` `entrada-invalida` unless the form holds only these fields (patterns of names), each once.

    `listas` are fields that stand in it any number of times.

    Also where the form is shown again after its page had expired: then nothing is done, whatever it holds.
    """
    if g.get("retomada"):
        raise Recusa("entrada-invalida", RETOMADA)
    names = re.compile("|".join(f"(?:{each})" for each in (*campos, *listas, *_SEMPRE)))
    for name in [*request.form, *request.files]:
        if not names.fullmatch(name):
            raise Recusa(
                "entrada-invalida",
                f"Nada foi feito: o formulário trouxe o dado “{name[:60]}”, que esta tela não conhece.",
            )
        if name not in listas and len(set(request.form.getlist(name))) > 1:
            raise entrada_invalida(name, "veio mais de uma vez, com valores diferentes")


def digitado(nome: str) -> str:
    """Return what was typed into the field, without blanks around it."""
    return request.form.get(nome, "").strip()


def marcado(nome: str) -> bool:
    """Return whether a box was ticked. Raises `Recusa` `entrada-invalida` for what is neither."""
    valor = digitado(nome)
    if valor not in ("", "sim"):
        raise entrada_invalida(nome, "marque ou desmarque")
    return valor == "sim"


def confirmado() -> None:
    """Raise `Recusa` unless the form was sent by its own button: Enter in a field confirms nothing."""
    if not marcado("confirmo"):
        raise Recusa("entrada-invalida", "Nada foi feito: confirme com o botão no fim da página.")


def dia_digitado(nome: str) -> date | None:
    """Return the day in the field; None where it is blank. Raises `Recusa` `entrada-invalida` for what is no day."""
    texto = digitado(nome)
    if not texto:
        return None
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", texto, re.ASCII):
            return date.fromisoformat(texto)
    except ValueError:
        pass
    raise entrada_invalida(nome, "deve ser uma data do calendário, como 20/11/2026")


def escolha(nome: str, opcoes: Mapping[str, object] | tuple[str, ...]) -> str:
    """Return the choice made in the field. Raises `Recusa` `entrada-invalida` for none, and for one not offered."""
    if digitado(nome) not in opcoes:
        raise entrada_invalida(nome, "escolha uma das opções")
    return digitado(nome)


def chave() -> str | None:
    """Return the form's own key: the same form sent twice (a second press, a page sent again) is done once."""
    return digitado("chave")[:64] or None


def recusada(recusa: Recusa) -> Forma:
    """Return the form as it was sent, with what is wrong in it."""
    valores = {nome: valor for nome, valor in request.form.items() if nome not in ("csrf_token", "chave")}
    erros = {_nome_na_tela(item.campo): para_pessoas(item.mensagem) for item in recusa.errors}
    if recusa.word == "chave-reutilizada":
        return Forma(valores, {}, "Este formulário já tinha sido enviado. Veja o documento antes de repetir.")
    aviso = "Nada foi feito ainda. Corrija o que está marcado." if erros else para_pessoas(recusa.detail)
    return Forma(valores, erros, aviso)


def rotulo(nome: str) -> str:
    """Return the label of a field; empty for one that no screen has."""
    if pagina := re.fullmatch(r"pagina_(\d+)", nome):
        return f"Página {pagina[1]}"
    if papel := re.fullmatch(r"papel_(\d+)", nome):
        return f"Nº do papel da página {papel[1]}"
    if linha := re.fullmatch(r"linha\D*(\d+)", nome):  # of a file
        return f"linha {linha[1]}"
    return ROTULOS.get(nome, "")


def para_pessoas(texto: str) -> str:
    """Return a message as a person reads it: without the program's names, which are the API's."""
    for pattern, said in _DITOS:
        texto = pattern.sub(said, texto)
    texto = _CAMINHO.sub("", texto)
    return _MAQUINA.sub(lambda found: ROTULOS.get(found[0], found[0].replace("_", " ")).lower(), texto)


def erros_de(pares: Mapping[str, str], aviso: str) -> Recusa:
    """Return the refusal of several fields, each with its message; `aviso` stands above them."""
    return Recusa("entrada-invalida", aviso, errors=[Campo(nome, mensagem) for nome, mensagem in pares.items()])


def _nome_na_tela(campo: str) -> str:
    """Return the name that the field of a request has on the screen."""
    if campo.startswith("inutilizados."):  # of the paper: all of them stand in one field
        return "inutilizados"
    if campo.startswith(("retificacao.", "diario.")):  # their day stands in `data`, its reason in `motivo`
        return "motivo" if campo.endswith("motivo_data") else campo.rpartition(".")[2]
    return re.sub(r"^(emolumentos|servicos\.\d+)\.", "", campo)  # the parts of a VALUE
