"""What is wrong with a format file, in Portuguese: the key and what is allowed there."""

import difflib
from collections.abc import Iterator, Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

_TIPOS = {
    "float_type": "deve ser um número",
    "int_type": "deve ser um número inteiro",
    "int_from_float": "deve ser um número inteiro",
    "string_type": 'deve ser um texto, entre aspas: "…"',
    "bool_type": "deve ser true ou false",
    "tuple_type": "deve ser uma lista: [ … ]",
    "model_type": "deve ser uma tabela: [nome], com as suas chaves abaixo",
    "model_attributes_type": "deve ser uma tabela: [nome], com as suas chaves abaixo",
    "finite_number": "deve ser um número finito",
    "missing": "falta; é obrigatória",
    "string_pattern_mismatch": 'deve ser um nome de arquivo de letras minúsculas terminado em ".html"',
}
_LIMITES = {
    "greater_than": ("maior que", "gt"),
    "greater_than_equal": ("no mínimo", "ge"),
    "less_than": ("menor que", "lt"),
    "less_than_equal": ("no máximo", "le"),
    "string_too_short": ("ao menos, em caracteres,", "min_length"),
    "string_too_long": ("no máximo, em caracteres,", "max_length"),
}


def erros(modelo: type[BaseModel], falha: ValidationError) -> Iterator[str]:
    """Yield one line for each error of `falha`: the key's dotted path, and what is allowed."""
    for erro in falha.errors(include_url=False):
        caminho = ".".join(str(parte + 1) if isinstance(parte, int) else parte for parte in erro["loc"])
        texto = _texto(modelo, erro["type"], erro["loc"], erro.get("ctx") or {}, erro["input"])
        yield f"{caminho}: {texto}" if caminho else texto


def _texto(
    modelo: type[BaseModel], tipo: str, caminho: Sequence[str | int], contexto: dict[str, Any], dado: object
) -> str:
    if tipo == "extra_forbidden":
        return _desconhecida(modelo, caminho)
    if tipo == "literal_error":
        return f"{_mostrar(dado)} não é permitido; permitidos: {_permitidos(str(contexto['expected']))}"
    if tipo in _LIMITES:
        palavras, chave = _LIMITES[tipo]
        limite = f"{contexto[chave]:g}" if isinstance(contexto[chave], float) else contexto[chave]
        return f"{_mostrar(dado)} não é permitido: {palavras} {limite}"
    if tipo == "value_error":
        return str(contexto["error"])
    if tipo in _TIPOS:
        return _TIPOS[tipo] if tipo == "missing" else f"{_TIPOS[tipo]}, e não {_mostrar(dado)}"
    return f"{_mostrar(dado)} não é permitido"


def _permitidos(esperado: str) -> str:
    """Turn pydantic's "'a', 'b' or 'c'" into a plain list."""
    return esperado.replace(" or ", ", ").replace("'", '"')


def _mostrar(dado: object) -> str:
    if isinstance(dado, bool):
        return str(dado).lower()
    texto = f'"{dado}"' if isinstance(dado, str) else str(dado)
    return texto if len(texto) <= 60 else texto[:57] + "…"


def _desconhecida(modelo: type[BaseModel], caminho: Sequence[str | int]) -> str:
    permitidas = sorted(_modelo_em(modelo, caminho[:-1]).model_fields)
    perto = difflib.get_close_matches(str(caminho[-1]), permitidas, n=1)
    sugestao = f'; quis dizer "{perto[0]}"?' if perto else ""
    return f"chave desconhecida{sugestao}; permitidas: {', '.join(permitidas)}"


def _modelo_em(modelo: type[BaseModel], caminho: Sequence[str | int]) -> type[BaseModel]:
    """Return the model that stands at `caminho` within `modelo`."""
    for parte in caminho:
        if isinstance(parte, int):
            continue
        anotacao = modelo.model_fields[parte].annotation
        candidatos = (anotacao, *get_args(anotacao))
        modelo = next(c for c in candidatos if isinstance(c, type) and issubclass(c, BaseModel))
    return modelo
