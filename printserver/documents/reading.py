"""Parses a request into its model. Errors have dotted paths and Portuguese texts, as the contract's `errors`."""

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from printserver.common.data import JsonObject
from printserver.common.validation import portuguese
from printserver.documents.fields import (
    MAX_ERRORS,
    TAG_PREFIX,
)
from printserver.documents.instrumento import Corpo
from printserver.documents.kinds import KINDS
from printserver.documents.model import Pedido
from printserver.errors import BadField, Recusa, invalid_input
from printserver.formats import UnfitText, without_invisible

# Longer than any field except the text of a document. Longer values are refused without further checks.
LONGEST_TEXT = 10_000

_MESSAGES = {
    "missing": "falta este campo, que é obrigatório",
    "extra_forbidden": "campo desconhecido",
    "string_too_short": "não pode ficar vazio",
    "int_type": "deve ser um número inteiro, sem aspas",
    "int_parsing_size": "número grande demais",
    "bool_type": "deve ser true ou false, sem aspas",
    "tuple_type": "deve ser uma lista",
    "too_long": "tem mais de {max_length} itens",
    "too_short": "tem menos de {min_length} itens",
    "model_type": "deve ser um objeto",
    "model_attributes_type": "deve ser um objeto",
    "dict_type": "deve ser um objeto",
    "union_tag_not_found": "deve ser um objeto: um instrumento inteiro ou uma referência a ele",
    "string_unicode": "contém caractere que não existe em Unicode",
}


def read_request(data: object) -> Pedido:
    """Return the request in `data`, the parsed JSON body of `POST /api/v1/jobs`.

    Raises Recusa `entrada-invalida` with every bad field by its dotted path (at most 50), `corpo-invalido` for an empty
    body or one that is not Unicode text.
    """
    cleaned, removed = strip_invisible(data)
    try:
        request = Pedido.model_validate(cleaned)
    except ValidationError as error:
        raise _refusal(error) from None
    request.set_notices(BadField(field, f"caractere invisível retirado: {quais}") for field, quais in removed.items())
    for path, body in _bodies(request):
        _check_body(path, body)
    return request


def strip_invisible(data: object) -> tuple[Any, dict[str, str]]:
    """Return the JSON value without harmless invisible characters, and the removed ones by field.

    The `conteudo` of a body (next to its `formato`) is unchanged; the layout checks it. Raises Recusa
    `entrada-invalida` naming each field with a character that changes the meaning, or with a control character (A7).
    """
    removed: dict[str, str] = {}
    erros: list[BadField] = []
    cleaned = _clean(data, "", removed, erros)
    if erros:
        raise _invalid_input(erros[:MAX_ERRORS], len(erros))
    return cleaned, removed


def _clean(value: Any, path: str, removed: dict[str, str], erros: list[BadField]) -> Any:
    if isinstance(value, dict):
        body = "conteudo" if "formato" in value else None
        return {
            nome[:LONGEST_TEXT]: item if nome == body else _clean(item, _inside(path, nome), removed, erros)
            for nome, item in value.items()
        }
    if isinstance(value, list):
        return [_clean(item, _inside(path, index), removed, erros) for index, item in enumerate(value)]
    if not isinstance(value, str):
        return value
    if len(value) > LONGEST_TEXT:
        return value[: LONGEST_TEXT + 1]
    try:
        clean, findings = without_invisible(value)
    except UnfitText as error:
        erros.append(BadField(_is_printable(path), str(error)))
        return value
    if findings and len(removed) < MAX_ERRORS:
        more = f"; e mais {len(findings) - 5}" if len(findings) > 5 else ""
        removed[_is_printable(path)] = "; ".join(findings[:5]) + more
    return clean


def _inside(path: str, nome: object) -> str:
    return f"{path}.{nome}" if path else str(nome)


def bad_fields(error: ValidationError) -> list[BadField]:
    """Return the bad fields of a request by their dotted paths, in Portuguese; at most 50."""
    return [_field(detalhe) for detalhe in error.errors(include_url=False)[:MAX_ERRORS]]


def _refusal(error: ValidationError) -> Recusa:
    return _invalid_input(bad_fields(error), error.error_count())


def _invalid_input(erros: list[BadField], how_many: int) -> Recusa:
    primeiro = f"{erros[0].campo or 'pedido'}: {erros[0].mensagem}"
    others = f" (e mais {how_many - 1}, em errors)" if how_many > 1 else ""
    return Recusa("entrada-invalida", primeiro + others, errors=erros)


def _field(detalhe: ErrorDetails) -> BadField:
    context: JsonObject = detalhe.get("ctx", {})
    path = _without_tags(detalhe["loc"])
    if detalhe["type"] in ("union_tag_invalid", "union_tag_not_found") and path == ["documento"]:
        aceitos = ", ".join(KINDS)
        return BadField("documento.tipo", f"tipo de documento ausente ou desconhecido; os aceitos são {aceitos}")
    if field := context.get("campo"):
        path.append(field)
    mensagem = context.get("mensagem") or portuguese(detalhe["type"], context, _MESSAGES) or "valor inválido"
    return BadField(_is_printable(".".join(path)), mensagem)


def _without_tags(loc: tuple[int | str, ...]) -> list[str]:
    """Return an error's path without the tags that pydantic inserts for a union of models."""
    path = [str(part) for part in loc if not str(part).startswith(TAG_PREFIX)]
    if path[:1] != ["documento"] or len(path) < 2:
        return path
    kind = KINDS.get(path.pop(1))
    if kind is not None and kind.is_copy and path[1:2] == ["instrumento"] and len(path) > 2:
        path.pop(2)
    return path


def _is_printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in text[:300])


def _bodies(request: Pedido) -> list[tuple[str, Corpo]]:
    document = request.documento
    own = getattr(document, "corpo", None)
    do_instrumento = getattr(getattr(document, "instrumento", None), "corpo", None)
    findings = (("documento.corpo", own), ("documento.instrumento.corpo", do_instrumento))
    return [(path, body) for path, body in findings if body is not None]


def _check_body(path: str, body: Corpo) -> None:
    if body.formato == "modelo":
        return
    if not body.conteudo.strip():
        raise _invalid_body(path, "o texto está vazio")
    try:
        body.conteudo.encode()
    except UnicodeEncodeError:
        raise _invalid_body(path, "contém caractere que não existe em Unicode") from None


def _invalid_body(path: str, mensagem: str) -> Recusa:
    return Recusa("corpo-invalido", f"{path}: {mensagem}.", errors=[BadField(f"{path}.conteudo", mensagem)])


Model = TypeVar("Model", bound=BaseModel)


def read(model: type[Model], data: object) -> Model:
    """Parse the body `data` as `model`. Raises `Recusa` `entrada-invalida` naming each bad field.

    A harmless invisible character is refused too: these answers have no field to report its removal (A7).
    """
    if not isinstance(data, dict):
        raise invalid_input("", "deve ser um objeto JSON, entre chaves")
    cleaned, invisible = strip_invisible(data)
    for field, quais in invisible.items():
        raise invalid_input(field, f"contém caractere invisível: {quais}; retire-o")
    try:
        return model.model_validate(cleaned)
    except ValidationError as error:
        fields = bad_fields(error)
        raise Recusa(
            "entrada-invalida", "; ".join(f"{c.campo or 'pedido'}: {c.mensagem}" for c in fields), errors=fields
        ) from error
