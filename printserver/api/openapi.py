"""Completes APIFlask's OpenAPI description: the problem answer, which no view returns, and the headers of a post."""

import json
import re
from functools import cache

from apiflask import APIBlueprint, APIFlask
from pydantic import BaseModel

from printserver import __version__
from printserver.api import schemas
from printserver.api.documented import SECURITY
from printserver.api.jobs import KEY_HEADER, KEY_LIMIT
from printserver.common.data import JsonObject

_REF = "#/components/schemas/"
_PART = re.compile(r"#/components/schemas/\w+\.")
# Posts that make no job and no seal, and take no key.
_UNKEYED = (
    "/api/v1/filas/{nome}/papel",
    "/api/v1/filas/{nome}/papel/lotes",
    "/api/v1/comunicacoes",
    "/api/v1/selos/comparacao",
)
_KEY = {
    "name": KEY_HEADER,
    "in": "header",
    "required": False,
    "description": "One key for each press of the button, stored before it is sent.",
    "schema": {"type": "string", "minLength": 1, "maxLength": KEY_LIMIT},
}
_ABOUT = """The print server of a notary office; the guide is `docs/api.md`.

A body is JSON (`application/json`). Errors are `application/problem+json`; `type` ends in a word that never changes. A
query parameter left empty counts as absent. A method that a path does not have is 405. Address and headers together
have 32 kB at most (431), a body as much as the office allows (413)."""
_REPLAY = {"Idempotent-Replay": {"description": "true: the key did this before.", "schema": {"type": "string"}}}


@cache
def describe(blueprints: tuple[APIBlueprint, ...]) -> JsonObject:
    """Return the OpenAPI 3.1 description of the calls of `blueprints`.

    It is made in a separate application: APIFlask cannot describe an application that has other blueprints with hooks,
    such as the screens.
    """
    app = APIFlask(
        __name__, title="printserver", version=__version__, spec_path=None, docs_path=None, json_errors=False
    )
    app.config.update(
        OPENAPI_VERSION="3.1.0",
        AUTO_200_RESPONSE=False,
        AUTO_404_RESPONSE=False,
        AUTO_VALIDATION_ERROR_RESPONSE=False,
        AUTO_AUTH_ERROR_RESPONSE=False,
        AUTO_SERVERS=False,
        DESCRIPTION=_ABOUT,
        SECURITY_SCHEMES={SECURITY: {"type": "http", "scheme": "bearer", "description": "The key of a system."}},
    )
    for blueprint in blueprints:
        app.register_blueprint(blueprint)
    made = app.spec
    assert isinstance(made, dict)  # a str only for YAML
    return _finish(made)


def _finish(spec: JsonObject) -> JsonObject:
    """Return `spec` with the schemas that are only referenced, and with the headers of posts."""
    found = spec.setdefault("components", {}).setdefault("schemas", {})
    found.update(_schemas_of(schemas.HeldProblem))
    spec["tags"] = list({tag["name"]: tag for tag in spec["tags"]}.values())  # OpenAPI: each name once
    for path, operations in spec["paths"].items():
        for operation in operations.values():
            _as_it_is_read(operation)
        if path not in _UNKEYED and "post" in operations:
            operations["post"]["parameters"].append(_KEY)
            for status in ("200", "201", "202"):
                if status in operations["post"]["responses"]:
                    operations["post"]["responses"][status]["headers"] = _REPLAY
    return _each_schema_once(spec)


def _as_it_is_read(operation: JsonObject) -> None:
    """Complete an operation: its body is required, and its query parameters may be empty."""
    if "requestBody" in operation:
        operation["requestBody"]["required"] = True
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "query":
            parameter["allowEmptyValue"] = True
            parameter["schema"] = _without_null(parameter["schema"])


def _without_null(schema: JsonObject) -> JsonObject:
    """Return the schema of an optional parameter without null, which a URL cannot express."""
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    if len(kinds) != 1:
        return schema
    (kind,) = kinds
    return {**{name: value for name, value in schema.items() if name not in ("anyOf", "default")}, **kind}


def _each_schema_once(spec: JsonObject) -> JsonObject:
    """Return `spec` with `Parent.Part` renamed `Part`: APIFlask repeats a part for each schema that uses it.

    Raises ValueError if two parts of the same name differ.
    """
    short: JsonObject = json.loads(_PART.sub(_REF, json.dumps(spec)))
    once: JsonObject = {}
    for name, schema in short["components"]["schemas"].items():
        part = name.rpartition(".")[2]
        if once.setdefault(part, schema) != schema:
            raise ValueError(f"two schemas named {part}")
    short["components"]["schemas"] = once
    return short


def _schemas_of(model: type[BaseModel]) -> JsonObject:
    """Return a model's JSON schema and those of its parts, named as APIFlask names them."""
    name = model.__name__
    schema = model.model_json_schema(ref_template=f"{_REF}{name}.{{model}}")
    parts = schema.pop("$defs", {})
    return {name: schema, **{f"{name}.{part}": inner for part, inner in parts.items()}}
