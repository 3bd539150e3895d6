"""A body that names a model becomes the model's file with the values of its variables, before the print is planned."""

from collections.abc import Mapping
from typing import Any, Final

from printserver.common.data import JsonObject
from printserver.errors import BadField, Recusa
from printserver.models.examine import BY_THE_STAMP
from printserver.models.proof import refused
from printserver.models.store import Model, content, require
from printserver.office import Office
from printserver.rendering import pack_model

_SHOWN: Final = 50


def fill(office: Office, data: object) -> object:
    """Return the request `data` (parsed JSON) with each body of a model filled; anything else is unchanged.

    What is malformed stays as it is: the reading of the request refuses it. The request gets the model's format if it
    names none. Raises `Recusa` `modelo-desconhecido`, `modelo-recusado`, or `entrada-invalida` for unknown names.
    """
    document = data.get("documento") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(document, dict):
        return data
    own, book = document.get("corpo"), document.get("instrumento")
    found = dict(data)
    if _is_model(own):
        made, page_format = _filled(office, own, "documento.corpo")
        found["documento"] = document | {"corpo": made}
    elif isinstance(book, dict) and _is_model(book.get("corpo")):
        made, page_format = _filled(office, book["corpo"], "documento.instrumento.corpo")
        found["documento"] = document | {"instrumento": book | {"corpo": made}}
    else:
        return data
    if page_format is not None and found.get("formato") is None:
        found["formato"] = page_format
    return found


def _is_model(body: object) -> bool:
    """Return whether a body is that of a model, and well formed."""
    if not isinstance(body, dict) or body.get("formato") != "modelo" or body.get("conteudo"):
        return False
    values = body["valores"] if body.get("valores") is not None else {}
    texts = isinstance(values, dict) and all(isinstance(text, str) for text in values.values())
    return texts and isinstance(body.get("modelo"), str) and body.keys() <= {"formato", "modelo", "valores", "conteudo"}


def _filled(office: Office, body: Any, path: str) -> tuple[JsonObject, str | None]:
    given: dict[str, str] = body.get("valores") or {}
    with office.db.read() as conn:
        model = require(conn, office, body["modelo"])
        if model.estado == "recusado":
            raise refused(model)
        file = content(conn, office, model)
    _check_names(office, model, given, path)
    names = [name for name, _, _ in model.exame.variaveis]
    values = office.state.variaveis.endings_of(names, given) | given
    return {"formato": "rtf", "conteudo": pack_model(file, values)}, model.exame.formato


def _check_names(office: Office, model: Model, given: Mapping[str, str], path: str) -> None:
    """Raise `Recusa` `entrada-invalida` for values of names that the model does not have, or that the stamp writes."""
    known = {name for name, _, _ in model.exame.variaveis}
    endings = {row.de for row in office.state.variaveis.endings.values()}
    wrong = [
        BadField(f"{path}.valores.{name}"[:300], _wrong(model, name, unknown=name not in known))
        for name in given
        if name not in known | endings or office.state.variaveis.source(name) in BY_THE_STAMP
    ]
    if wrong:
        more = f" (e mais {len(wrong) - 1}, em errors)" if len(wrong) > 1 else ""
        detail = f"{wrong[0].campo}: {wrong[0].mensagem}{more}"
        raise Recusa("entrada-invalida", detail, errors=wrong[:_SHOWN])


def _wrong(model: Model, name: str, *, unknown: bool) -> str:
    if unknown:
        return f"o modelo {model.nome} não tem a variável <{name[:100]}>"
    return f"<{name}> é do servidor: não recebe valor"
