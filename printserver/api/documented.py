"""OpenAPI parts of a call: body models used for documentation only, and documented refusals.

The layers below own the request models: they validate a body and report errors in Portuguese. APIFlask gets the model
for the OpenAPI page only, so that no body is validated twice.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from flask import Request
from pydantic import BaseModel, ConfigDict

from printserver.api.body import read_json
from printserver.api.problems import CSV_TYPE
from printserver.common.data import JsonObject
from printserver.errors import WORDS, ErrorWord, invalid_input

Responses = dict[int | str, JsonObject]

SECURITY = "chave"
OR_CSV: Responses = {200: {"content": {CSV_TYPE: {"schema": {}}}}}
"""The table of an answer in JSON, as a CSV file."""
# Refusals of any request, before or instead of the call.
_ANY: tuple[ErrorWord, ...] = (
    "json-invalido",
    "metodo-nao-permitido",
    "corpo-grande-demais",
    "entrada-invalida",
    "cabecalho-grande-demais",
    "erro-interno",
    "servidor-ocupado",
)
_KEYED: tuple[ErrorWord, ...] = ("chave-invalida", "sem-permissao", "muitos-pedidos")
_RETRY_AFTER = {
    "Retry-After": {"description": "Seconds.", "required": True, "schema": {"type": "integer", "minimum": 1}}
}
_PROBLEM: dict[str, JsonObject] = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/HeldProblem"}}}


class StrictRequest(Request):
    """A request whose JSON is always read by `body.read_json`."""

    def get_json(self, force: bool = False, silent: bool = False, cache: bool = True) -> Any:  # noqa: ARG002
        """Return the strictly read JSON object; the arguments are ignored.

        Raises `Recusa` as `read_json`, and `entrada-invalida` for a value that is not an object; null is refused too.
        """
        value = read_json(self)
        if not isinstance(value, dict):
            raise invalid_input("", "deve ser um objeto JSON, entre chaves")
        return value


def document_only(model: type[BaseModel]) -> type[BaseModel]:
    """Return a class with the schema of `model` whose `model_validate` returns its input unread."""

    def hand_on(_cls: type[BaseModel], value: Any) -> Any:
        return value

    config = ConfigDict(defer_build=True)  # a schema is built for the description alone
    members = {"__doc__": model.__doc__, "model_config": config, "model_validate": classmethod(hand_on)}
    return type(model.__name__, (model,), members)


def refusals(words: Iterable[ErrorWord] = (), *, keyed: bool = True) -> Responses:
    """Return the OpenAPI responses of a call with the refusals `words` and those of every call.

    `keyed` is false for a call that needs no key.
    """
    by_status: dict[int, list[ErrorWord]] = {}
    for word in dict.fromkeys((*words, *_ANY, *(_KEYED if keyed else ()))):
        by_status.setdefault(WORDS[word].status, []).append(word)
    return {status: _refusal(status, found) for status, found in sorted(by_status.items())}


def _refusal(status: int, words: Sequence[ErrorWord]) -> JsonObject:
    found: JsonObject = {"description": ", ".join(words), "content": _PROBLEM}
    return found | {"headers": _RETRY_AFTER} if status in (429, 503) else found


def returns(media_type: str, description: str, **schema: str) -> Responses:
    """Return the OpenAPI response 200 of a call without a response model."""
    return {200: {"description": description, "content": {media_type: {"schema": schema}}}}
