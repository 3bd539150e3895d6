"""The words of the formats' screens: options of their fields, and what is wrong with a format as people say it."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from printserver.errors import BadField
from printserver.formats import fields

_OPTIONS: Final[Mapping[str, str]] = {
    "faces:frente": "só na frente",
    "faces:frente-verso": "frente e verso",
    "faces:frente-depois-verso": "as frentes, depois os versos",
    "imprime:serventia": "nome da serventia",
    "imprime:titulo": "título",
    "imprime:partes": "partes",
    "imprime:texto_legal": "texto legal",
    "imprime:data": "lugar e data",
    "imprime:subscricao": "subscrição",
    "imprime:assinaturas": "assinaturas",
    "imprime:pessoa": "dados da pessoa",
    "imprime:quadros": "quadros",
    "imprime:averbacoes": "averbações e anotações",
    "imprime:selo": "bloco do selo",
    "imprime:numeracao": "cabeçalho e rodapé",
    "bloco.onde:fim": "no fim do texto",
    "bloco.onde:primeira": "fixo, na primeira página",
    "bloco.onde:ultima": "fixo, na última página",
    "bloco.onde:todas": "fixo, em todas",
    "bloco.rotacao:0": "sem giro",
    "bloco.rotacao:90": "90° para a esquerda",
    "bloco.rotacao:180": "de cabeça para baixo",
    "bloco.rotacao:270": "90° para a direita",
    "bloco.linhas:selos": "códigos dos selos",
    "bloco.linhas:descricao": "ato e descrição",
    "bloco.linhas:isencao": "motivo da isenção",
    "bloco.linhas:custas": "custas",
    "bloco.linhas:selo_livro": "código do selo do livro",
    "bloco.linhas:consulta": "endereço para conferir o selo",
    "bloco.qr:automatico": "pela regra",
    "bloco.qr:proprio": "o do próprio selo",
    "bloco.qr:principal": "o do ato principal",
    "bloco.qr:nenhum": "nenhum",
    "bloco.lado_qr:direita": "à direita das linhas",
    "bloco.lado_qr:esquerda": "à esquerda das linhas",
    "bloco.lado_qr:abaixo": "abaixo das linhas",
    "bloco.nivel:M": "M (lê-se melhor)",
    "bloco.nivel:L": "L (QR menor)",
    "campos.*.paginas:todas": "em todas",
    "campos.*.paginas:primeira": "só na primeira",
    "campos.*.paginas:demais": "em todas, menos a primeira",
    "campos.*.paginas:ultima": "só na última",
    "areas.*.lado:ambos": "frente e verso",
    "superior-esquerdo": "alto, à esquerda",
    "superior-direito": "alto, à direita",
    "inferior-esquerdo": "pé, à esquerda",
    "inferior-direito": "pé, à direita",
    "serifa": "com serifa",
    "serifa-negrito": "com serifa, negrito",
    "sem-serifa": "sem serifa",
    "sem-serifa-negrito": "sem serifa, negrito",
    "mono": "de largura fixa",
    "mono-negrito": "de largura fixa, negrito",
}
_KEY: Final = re.compile(r"^(?:[a-z_]+(?:\.\w+)*: )+")
_RULE: Final = re.compile(r"\s*\((?:[A-Z]\d+[a-z]?(?:[-–, ]+)?)+\)")
_NAMED: Final = re.compile(r"\b(?:areas|campos|bloco|margens|imagens|pagina|fontes)(?:\.\w+)+\b")
_SHOWN_AT: Final = {
    "bloco": "bloco.x",
    "margens": "margens.superior",
    "imagens": "imagens.superior",
    "template": "",
}
ORIGINS: Final[Mapping[str, str]] = {
    "programa": "vem com o programa",
    "tela": "mudado na tela",
    "importado": "importado de um arquivo",
    "copiado": "copiado de outro formato",
    "volta": "volta a uma versão anterior",
    "mao": "mudado à mão, no arquivo",
    "apagado": "apagado",
}


def option(path: str, value: str) -> str:
    """Return an option of a field as people read it."""
    named = _OPTIONS.get(f"{path}:{value}") or _OPTIONS.get(value)
    return named or value.replace("-", " ").replace("_", " ")


def number(value: float | None) -> str:
    """Return a number as a field shows it: `26,5`; empty for None."""
    return "" if value is None else f"{value:g}".replace(".", ",")


def limits(found: fields.Field) -> str:
    """Return the limits of a field in words: `de 70 a 420`; empty if it has none."""
    if found.low is None or found.high is None:
        return ""
    return f"{'mais de' if found.above else 'de'} {number(found.low)} a {number(found.high)}"


def faults(found: Sequence[BadField]) -> tuple[dict[str, str], list[str]]:
    """Return what is wrong at fields, by their paths, and what is wrong with the format as a whole."""
    at, whole = dict[str, str](), list[str]()
    for fault in found:
        path = _SHOWN_AT.get(fault.campo, fault.campo)
        path += ".x" if re.fullmatch(r"(?:areas|campos)\.\d+", path) else ""
        if path and (fields.title_of(path) or path.startswith("modelos/")):
            at.setdefault(path, said(fault.mensagem))
        else:
            whole.append(said(fault.mensagem))
    return at, whole


def said(message: str) -> str:
    """Return a message about a file as it is said beside its field."""
    text = _RULE.sub("", _KEY.sub("", message))
    text = re.sub(r"(\d)\.(\d)", r"\1,\2", text)
    return _NAMED.sub(lambda name: (fields.title_of(name[0]) or name[0]).lower(), text)
