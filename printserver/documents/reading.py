"""Reading a request into its model: every fault by its dotted path, in Portuguese, as the contract's `errors`."""

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from printserver.documents.fields import (
    ETIQUETA,
    MAXIMO_DE_ERROS,
)
from printserver.documents.model import Corpo, Pedido
from printserver.errors import Campo, Recusa, entrada_invalida
from printserver.formats.text import UnfitText, without_invisible

# Longer than any field but the text of a document, and than any name: of what is longer, and refused for that, no more
# is looked at.
MAIOR_TEXTO = 10_000

_MENSAGENS = {
    "missing": "falta este campo, que é obrigatório",
    "extra_forbidden": "campo desconhecido",
    "string_type": "deve ser um texto, entre aspas",
    "string_too_short": "não pode ficar vazio",
    "string_too_long": "tem mais de {max_length} caracteres",
    "int_type": "deve ser um número inteiro, sem aspas",
    "int_parsing_size": "número grande demais",
    "bool_type": "deve ser true ou false, sem aspas",
    "greater_than_equal": "deve ser {ge} ou mais",
    "less_than_equal": "deve ser {le} ou menos",
    "literal_error": "valor não aceito; os aceitos são {expected}",
    "tuple_type": "deve ser uma lista",
    "too_long": "tem mais de {max_length} itens",
    "model_type": "deve ser um objeto",
    "model_attributes_type": "deve ser um objeto",
    "dict_type": "deve ser um objeto",
    "union_tag_not_found": "deve ser um objeto: um instrumento inteiro ou uma referência a ele",
    "string_unicode": "contém caractere que não existe em Unicode",
}


def ler_pedido(dados: object) -> Pedido:
    """Return the request in `dados`, the parsed JSON body of `POST /api/v1/jobs`.

    Raises Recusa `entrada-invalida` with every bad field by its dotted path (at most 50), `corpo-nao-suportado` for a
    body in rtf, `corpo-invalido` for an empty one or one that is no Unicode text.
    """
    limpos, retirados = sem_invisiveis(dados)
    try:
        pedido = Pedido.model_validate(limpos)
    except ValidationError as error:
        raise _recusar(error) from None
    pedido.avisar(Campo(campo, f"caractere invisível retirado: {quais}") for campo, quais in retirados.items())
    for caminho, corpo in _corpos(pedido):
        _conferir_corpo(caminho, corpo)
    return pedido


def sem_invisiveis(dados: object) -> tuple[Any, dict[str, str]]:
    """Return the JSON value without the invisible characters that say nothing, and which these were, by field.

    The `conteudo` of a body (beside its `formato`) stays as it came: its own reader sees to it. Raises Recusa
    `entrada-invalida` naming each field with a character that changes what is read, or with one of control (A7).
    """
    retirados: dict[str, str] = {}
    erros: list[Campo] = []
    limpos = _limpar(dados, "", retirados, erros)
    if erros:
        raise _entrada_invalida(erros[:MAXIMO_DE_ERROS], len(erros))
    return limpos, retirados


def _limpar(valor: Any, caminho: str, retirados: dict[str, str], erros: list[Campo]) -> Any:
    if isinstance(valor, dict):
        corpo = "conteudo" if "formato" in valor else None
        return {
            nome[:MAIOR_TEXTO]: item if nome == corpo else _limpar(item, _dentro(caminho, nome), retirados, erros)
            for nome, item in valor.items()
        }
    if isinstance(valor, list):
        return [_limpar(item, _dentro(caminho, indice), retirados, erros) for indice, item in enumerate(valor)]
    if not isinstance(valor, str):
        return valor
    if len(valor) > MAIOR_TEXTO:
        return valor[: MAIOR_TEXTO + 1]
    try:
        limpo, achados = without_invisible(valor)
    except UnfitText as error:
        erros.append(Campo(_imprimivel(caminho), str(error)))
        return valor
    if achados and len(retirados) < MAXIMO_DE_ERROS:
        mais = f"; e mais {len(achados) - 5}" if len(achados) > 5 else ""
        retirados[_imprimivel(caminho)] = "; ".join(achados[:5]) + mais
    return limpo


def _dentro(caminho: str, nome: object) -> str:
    return f"{caminho}.{nome}" if caminho else str(nome)


def campos_errados(error: ValidationError) -> list[Campo]:
    """Return the bad fields of any request by their dotted paths, in Portuguese; at most 50."""
    return [_campo(detalhe) for detalhe in error.errors(include_url=False)[:MAXIMO_DE_ERROS]]


def _recusar(error: ValidationError) -> Recusa:
    return _entrada_invalida(campos_errados(error), error.error_count())


def _entrada_invalida(erros: list[Campo], quantos: int) -> Recusa:
    primeiro = f"{erros[0].campo or 'pedido'}: {erros[0].mensagem}"
    outros = f" (e mais {quantos - 1}, em errors)" if quantos > 1 else ""
    return Recusa("entrada-invalida", primeiro + outros, errors=erros)


def _campo(detalhe: ErrorDetails) -> Campo:
    contexto: dict[str, Any] = detalhe.get("ctx", {})
    caminho = _sem_etiquetas(detalhe["loc"])
    if detalhe["type"] in ("union_tag_invalid", "union_tag_not_found") and caminho == ["documento"]:
        aceitos = ", ".join(_TIPOS)
        return Campo("documento.tipo", f"tipo de documento ausente ou desconhecido; os aceitos são {aceitos}")
    if campo := contexto.get("campo"):
        caminho.append(campo)
    mensagem = contexto.get("mensagem") or _MENSAGENS.get(detalhe["type"], "valor inválido").format_map(
        {nome: str(valor).replace(" or ", " ou ") for nome, valor in contexto.items()}
    )
    return Campo(_imprimivel(".".join(caminho)), mensagem)


def _sem_etiquetas(loc: tuple[int | str, ...]) -> list[str]:
    """Return a fault's path without the tags that pydantic puts where it chose one of several models."""
    caminho = [str(parte) for parte in loc if not str(parte).startswith(ETIQUETA)]
    if caminho[:1] != ["documento"] or len(caminho) < 2:
        return caminho
    tipo = caminho.pop(1)
    if tipo in ("traslado", "certidao") and caminho[1:2] == ["instrumento"] and len(caminho) > 2:
        caminho.pop(2)
    return caminho


def _imprimivel(texto: str) -> str:
    return "".join(letra if letra.isprintable() else "?" for letra in texto[:300])


def _corpos(pedido: Pedido) -> list[tuple[str, Corpo]]:
    documento = pedido.documento
    proprio = getattr(documento, "corpo", None)
    do_instrumento = getattr(getattr(documento, "instrumento", None), "corpo", None)
    achados = (("documento.corpo", proprio), ("documento.instrumento.corpo", do_instrumento))
    return [(caminho, corpo) for caminho, corpo in achados if corpo is not None]


def _conferir_corpo(caminho: str, corpo: Corpo) -> None:
    if corpo.formato == "rtf":
        mensagem = "corpo em rtf ainda não é aceito por esta versão: envie texto, html ou pdf"
        raise Recusa("corpo-nao-suportado", f"{caminho}: {mensagem}.", errors=[Campo(f"{caminho}.formato", mensagem)])
    if not corpo.conteudo.strip():
        raise _corpo_invalido(caminho, "o texto está vazio")
    try:
        corpo.conteudo.encode()
    except UnicodeEncodeError:
        raise _corpo_invalido(caminho, "contém caractere que não existe em Unicode") from None


def _corpo_invalido(caminho: str, mensagem: str) -> Recusa:
    return Recusa("corpo-invalido", f"{caminho}: {mensagem}.", errors=[Campo(f"{caminho}.conteudo", mensagem)])


_TIPOS = ("minuta", "livro", "traslado", "certidao", "ficha_abertura")


Model = TypeVar("Model", bound=BaseModel)


def ler(model: type[Model], dados: object) -> Model:
    """Return the body `dados` as `model`. Raises `Recusa` `entrada-invalida` naming each bad field.

    An invisible character is refused even where it says nothing: these answers have no place to tell that it was taken
    out (A7).
    """
    if not isinstance(dados, dict):
        raise entrada_invalida("", "deve ser um objeto JSON, entre chaves")
    limpos, invisiveis = sem_invisiveis(dados)
    for campo, quais in invisiveis.items():
        raise entrada_invalida(campo, f"contém caractere invisível: {quais}; retire-o")
    try:
        return model.model_validate(limpos)
    except ValidationError as error:
        campos = campos_errados(error)
        raise Recusa(
            "entrada-invalida", "; ".join(f"{c.campo or 'pedido'}: {c.mensagem}" for c in campos), errors=campos
        ) from error
