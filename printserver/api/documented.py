"""What the views share: bodies that are documented by a model but handed on as they came, and documented refusals.

The models of a request belong to the floors below, which read them and say in Portuguese what is wrong; reading them
here a second time would only cost. So APIFlask gets the model for the OpenAPI page and passes the value through.
"""

from collections.abc import Iterable
from typing import Any

from flask import Request
from pydantic import BaseModel

from printserver.api.body import read_json
from printserver.errors import WORDS

Responses = dict[int | str, dict[str, str | dict[str, dict[str, Any]]]]

SECURITY = "chave"
_ALWAYS = (
    "chave-invalida",
    "sem-permissao",
    "entrada-invalida",
    "muitos-pedidos",
    "cabecalho-grande-demais",
    "servidor-ocupado",
    "erro-interno",
)
_PROBLEM: dict[str, dict[str, Any]] = {
    "application/problem+json": {"schema": {"$ref": "#/components/schemas/HeldProblem"}}
}


class StrictRequest(Request):
    """A request whose JSON is read by `body.read_json`, whoever asks for it."""

    def get_json(self, force: bool = False, silent: bool = False, cache: bool = True) -> Any:  # noqa: ARG002
        """Return the strictly read JSON value; the flags of Flask's own reader do not loosen it."""
        return read_json(self)


def body(model: type[BaseModel]) -> type[BaseModel]:
    """Return a class that documents like `model`, and whose `model_validate` hands on what came."""

    def hand_on(_cls: type[BaseModel], value: Any) -> Any:
        return value

    return type(model.__name__, (model,), {"__doc__": model.__doc__, "model_validate": classmethod(hand_on)})


def refusals(words: Iterable[str] = ()) -> Responses:
    """Return the OpenAPI responses of a call that refuses with `words`, beside those every call has."""
    by_status: dict[int, list[str]] = {}
    for word in (*words, *_ALWAYS):
        by_status.setdefault(WORDS[word].status, []).append(word)
    return {
        status: {"description": ", ".join(found), "content": _PROBLEM} for status, found in sorted(by_status.items())
    }


def returns(media_type: str, description: str, **schema: str) -> Responses:
    """Return the OpenAPI response 200 of a call whose answer no model describes."""
    return {200: {"description": description, "content": {media_type: {"schema": schema}}}}
